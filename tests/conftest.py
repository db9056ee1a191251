"""Copies of the package for tests to break."""

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from csto_data.package import DESCRIPTOR, Package, installed

os.environ["MPLBACKEND"] = "agg"
"""Plots are drawn without a screen."""


class Copy(Package):
    """A copy of the package whose cells and files a test may change."""

    def edit(self, table: str, change: Callable[[list[dict[str, str]]], None]) -> None:
        """Rewrite a table after `change` has worked on its rows as text."""
        path = self.csv_path(table)
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        rows = list(reader)
        change(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames or [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def set_cell(self, table: str, row_id: str, column: str, text: str) -> int:
        """Write a text into a cell and return the line on which it stands."""
        key = self.schema(table)["primaryKey"]
        found: list[int] = []

        def change(rows: list[dict[str, str]]) -> None:
            for number, row in enumerate(rows, start=2):
                if "/".join(row[name] for name in key) == row_id:
                    row[column] = text
                    found.append(number)

        self.edit(table, change)
        assert len(found) == 1, f"{row_id} stands {len(found)} times in {table}"
        return found[0]

    def line_of(self, table: str, row_id: str) -> int:
        """Return the line on which a row stands."""
        keys = [self.row_id(table, record) for record in self.records(table)]
        return keys.index(row_id) + 2

    def edit_json(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Rewrite the descriptor or a schema after `change` has worked on it."""
        path = self.root / name
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


SEEDS = {
    "members": {
        "arm-csto-member-1",
        "aze-cst-member-1",
        "kaz-csto-member-1",
        "uzb-csto-member-1",
        "uzb-csto-suspended-1",
    },
    "events": {"csc-2018-12-06", "kazakhstan-deployment-2022-arrival", "uzb-suspension-2012"},
    "event_participants": {
        "kazakhstan-deployment-2022/ARM/participant",
        "csc-2022-11-23/ARM/chair",
        "csc-2022-11-23/ARM/participant",
        "csc-2022-11-23/KAZ/participant",
    },
    "secretaries_general": {"tasmagambetov-1", "zas-1"},
    "forces": {"ksor"},
    "documents": {"cst-protocol-1999"},
    "bodies": {"secretariat"},
    "people": {"Stanislav Zas", "Nikolai Bordyuzha"},
    "countries": {"ARM", "NAM"},
    "series": {"rubezh"},
    "chairmanships": {"kaz-chair-2004", "rus-chair-2005"},
    "officials": {"sidorov-1", "serdyukov-1", "semerikov-1"},
    "document_parties": {"ksor-agreement-2009-uzb-1", "ksor-agreement-2009-kaz-1"},
    "provisions": {"cst-protocol-1999-duration"},
    "affiliations": {"serbia-national-assembly-observer"},
    "assistance_requests": {"kaz-2022", "arm-2020-none"},
    "statements": {"abdrakhmanov-2017-cyber-shield"},
    "initiatives": {"ksor-arms-programme-2013"},
    "force_contributions": {"kazakhstan-deployment-2022-arm", "ksor-kaz-37-air-assault-brigade"},
    "bases": {"kant-air-base"},
    "figures": {
        "ksor-personnel-2009",
        "ksor-personnel-2019",
        "kazakhstan-deployment-2022-personnel",
    },
}
"""Rows that tests break; the small copy holds them and whatever they need."""


def copy_files(source: Path, target: Path) -> Path:
    """Copy descriptor, schemas and data of a package."""
    shutil.copy(source / DESCRIPTOR, target)
    for folder in ("schemas", "data"):
        shutil.copytree(source / folder, target / folder)
    return target


def with_what_they_need(package: Package, seeds: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the keys of the seeds, of the rows that they refer to, and of their sources."""
    rows = {
        table: {package.row_id(table, row): row for row in package.records(table)}
        for table in package.tables
    }
    first_support: dict[tuple[Any, Any], str] = {}
    for key, citation in rows["citations"].items():
        if citation["stance"] == "supports":
            first_support.setdefault((citation["table"], citation["row_id"]), key)
    kept: dict[str, set[str]] = {table: set() for table in package.tables}
    waiting = [(table, key) for table, keys in seeds.items() for key in sorted(keys)]
    while waiting:
        table, key = waiting.pop()
        if key in kept[table]:
            continue
        kept[table].add(key)
        for reference in package.schema(table).get("foreignKeys", []):
            value = rows[table][key][reference["fields"][0]]
            if value is not None:
                waiting.append((reference["reference"]["resource"] or table, str(value)))
        if (table, key) in first_support:
            waiting.append(("citations", first_support[table, key]))
    return kept


@pytest.fixture(scope="session")
def small_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few rows of every table that form a valid package, so that breaking them is fast."""
    small = Copy(copy_files(installed().root, tmp_path_factory.mktemp("small")))
    kept = with_what_they_need(small, SEEDS)
    for table in small.tables:
        key = small.schema(table)["primaryKey"]

        def keep(rows: list[dict[str, str]], table: str = table, key: list[str] = key) -> None:
            rows[:] = [row for row in rows if "/".join(row[k] for k in key) in kept[table]]

        small.edit(table, keep)
    return small.root


@pytest.fixture
def copy(small_package: Path, tmp_path: Path) -> Copy:
    """A fresh copy of the small package."""
    return Copy(copy_files(small_package, tmp_path))


@pytest.fixture(scope="session")
def dask() -> Iterator[None]:
    """A cluster of two processes, which runs what Dask frames ask for."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        yield


@pytest.fixture(scope="session")
def pyspark() -> Iterator[None]:
    """A Spark session on this machine; where Java is missing, its tests are skipped."""
    from pyspark.sql import SparkSession

    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java, and neither java nor JAVA_HOME is here")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield
    session.stop()


@pytest.fixture(autouse=True)
def engine_runs(request: pytest.FixtureRequest) -> None:
    """Start the cluster of a test whose parameter `engine` needs one."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    if parameters.get("engine") in ("dask", "pyspark"):
        request.getfixturevalue(parameters["engine"])
