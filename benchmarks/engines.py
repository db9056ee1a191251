"""How fast `annotate` is on every engine beside an expression by hand.

    python benchmarks/engines.py [ROWS]

Both ways run on the same frame in one process and take turns, and have to give the same answers;
the figures are medians and ratios of one run, on ten million rows unless told otherwise.
"""

import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import duckdb
import ibis
import polars as pl
import pyarrow as pa
from annotate import by_hand as by_hand_in_polars
from annotate import events, medians
from by_hand import by_hand_in_arrow, by_hand_in_ibis, by_hand_in_pandas, by_hand_in_sql
from pyarrow import compute, parquet
from pyspark.sql import DataFrame as SparkFrame
from pyspark.sql import SparkSession

import csto_data as csto

OPTIONS = {"country": "iso3", "date": "date", "code": "iso3"}

COUNTS = (
    "count(csto_status)",
    "count(CASE WHEN csto_is_member THEN 1 END)",
    "count(csto_instrument)",
)


def counts(frame: Any) -> tuple[int, ...]:
    """Return how many rows have a status, are of members, have an instrument; computes them."""
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return tuple(frame.aggregate(", ".join(COUNTS)).fetchall()[0])
    if isinstance(frame, ibis.Table):
        sums = [frame.csto_status.count(), frame.csto_is_member.sum()]
        return tuple(
            frame.aggregate([*sums, frame.csto_instrument.count()])
            .to_pyarrow()
            .to_pylist()[0]
            .values()
        )
    if isinstance(frame, SparkFrame):
        return tuple(frame.selectExpr(*COUNTS).collect()[0])
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        frame = frame.select("^csto_.*$").to_arrow()
    if isinstance(frame, pa.Table):
        status, instrument = frame["csto_status"], frame["csto_instrument"]
        members = compute.sum(frame["csto_is_member"]).as_py()
        return len(frame) - status.null_count, members, len(frame) - instrument.null_count
    if isinstance(frame, dd.DataFrame):
        sums = (
            frame.csto_status.count(),
            frame.csto_is_member.sum(),
            frame.csto_instrument.count(),
        )
        return tuple(int(value) for value in dd.compute(*sums))
    return (
        int(frame["csto_status"].count()),
        int(frame["csto_is_member"].sum()),
        int(frame["csto_instrument"].count()),
    )


def engines(rows: int) -> dict[str, tuple[Any, Callable[[Any], Any]]]:
    """Return a frame of each engine, and what adds the columns to it by hand."""
    frame = events(rows)
    fast = pl.from_pandas(frame).with_columns(pl.col("date").cast(pl.Date))
    arrow = fast.to_arrow()
    in_sql = ", ".join(["*", *by_hand_in_sql()])
    duck = duckdb.connect()
    duck.execute("CREATE TABLE events AS SELECT * FROM arrow")
    base = ibis.duckdb.connect()
    base.con.register("arrow", arrow)
    base.con.execute("CREATE TABLE events AS SELECT * FROM arrow")
    file = Path(tempfile.mkdtemp()) / "events.parquet"
    parquet.write_table(arrow, file)
    spark = spark_session().read.parquet(str(file)).cache()

    def polars_by_hand(one: Any) -> Any:
        return by_hand_in_polars(one).rename(
            {name: f"csto_{name}" for name in ("status", "is_member", "instrument")}
        )

    return {
        "pandas": (frame, by_hand_in_pandas),
        "polars": (fast, polars_by_hand),
        "polars, lazy": (fast.lazy(), polars_by_hand),
        "pyarrow": (arrow, by_hand_in_arrow),
        "DuckDB": (duck.table("events"), lambda one: one.project(in_sql)),
        "Ibis": (base.table("events"), by_hand_in_ibis),
        "Dask": (
            dd.from_pandas(frame, npartitions=8),
            lambda one: one.map_partitions(by_hand_in_pandas),
        ),
        "PySpark": (spark, lambda one: one.selectExpr("*", *by_hand_in_sql())),
    }


def spark_session() -> SparkSession:
    """Return a session on this machine."""
    settings = {"spark.ui.enabled": "false", "spark.driver.memory": "6g"}
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def compare(rows: int) -> None:
    """Print the seconds of both ways on each engine, and their ratio."""
    print(f"{rows:,} rows{'annotate':>20}{'by hand':>12}{'ratio':>8}")
    for name, (frame, own) in engines(rows).items():
        ways = {
            "annotate": lambda frame=frame: counts(csto.annotate(frame, **OPTIONS)),
            "by hand": lambda frame=frame, own=own: counts(own(frame)),
        }
        if ways["annotate"]() != ways["by hand"]():
            sys.exit(f"{name}: the answers differ")
        seconds = medians(ways)
        one, other = seconds["annotate"], seconds["by hand"]
        print(f"{name:<22}{one:>8.2f} s{other:>10.2f} s{one / other:>8.2f}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    compare(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 10_000_000)
