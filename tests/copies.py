"""Copies of the package to break, whole or small."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from csto_data.package import DESCRIPTOR, Package, installed


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


def small_copy(target: Path) -> Copy:
    """Make a copy of a few rows of every table that form a valid package: breaking it is fast."""
    small = Copy(copy_files(installed().root, target))
    kept = with_what_they_need(small, SEEDS)
    for table in small.tables:
        key = small.schema(table)["primaryKey"]

        def keep(rows: list[dict[str, str]], table: str = table, key: list[str] = key) -> None:
            rows[:] = [row for row in rows if "/".join(row[k] for k in key) in kept[table]]

        small.edit(table, keep)
    return small
