"""Copies of the package for tests to break, and the engines that they run on."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import Copy, copy_files, small_copy

os.environ["MPLBACKEND"] = "agg"
"""Plots are drawn without a screen."""


@pytest.fixture(scope="session")
def small_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few rows of every table that form a valid package, so that breaking them is fast."""
    return small_copy(tmp_path_factory.mktemp("small")).root


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
