"""The same rows as a frame of every engine, and back."""

from datetime import date
from typing import Any

import dask.dataframe as dd
import duckdb
import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame as SparkFrame
from pyspark.sql import SparkSession
from pyspark.sql.types import DateType, LongType, StringType, StructField, StructType

EAGER = ["pandas", "polars", "pyarrow"]
FRAMES = [*EAGER, "polars lazy"]
POLARS = {"day": pl.Date, "year": pl.Int64}
SPARK = {"day": DateType(), "year": LongType()}
DATABASES = ["duckdb", "ibis", "dask", "pyspark"]


def frame_of(engine: str, columns: dict[str, list[Any]]) -> Any:
    """Return columns as a frame of an engine: `day` holds dates, `year` numbers, others text."""
    if engine in ("pandas", "dask"):
        length = len(next(iter(columns.values())))
        index = pd.Index([number // 2 for number in range(length)], name="twice")
        frame = pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in columns.items()})
        frame = frame.set_axis(index)
        return frame if engine == "pandas" else dd.from_pandas(frame, npartitions=3)
    if engine == "pyarrow":
        return pa.table({name: arrow_array(values) for name, values in columns.items()})
    types = {name: POLARS.get(name, pl.String) for name in columns}
    frame = pl.DataFrame(columns, schema=types)
    if engine == "duckdb":
        return duckdb.connect().from_arrow(frame.with_row_index("place").to_arrow())
    if engine == "ibis":
        return ibis.memtable(frame.with_row_index("place").to_arrow())
    if engine == "pyspark":
        kinds = StructType([StructField(name, SPARK.get(name, StringType())) for name in columns])
        rows = [(*row, place) for place, row in enumerate(frame.rows())]
        return SparkSession.builder.getOrCreate().createDataFrame(
            rows, kinds.add("place", LongType())
        )
    return frame.lazy() if engine == "polars lazy" else frame


def arrow_array(values: list[Any]) -> pa.Array:
    """Return text or days as an array."""
    is_day = any(isinstance(value, date) for value in values)
    return pa.array(values, pa.date32() if is_day else pa.string())


def rows_of(frame: Any, columns: list[str]) -> list[tuple[Any, ...]]:
    """Return the rows of a frame of any engine, None for null, in the order of the rows given."""
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = placed(pl.DataFrame(frame.to_arrow_table()))
    if isinstance(frame, ibis.Table):
        frame = placed(pl.DataFrame(frame.to_pyarrow()))
    if isinstance(frame, SparkFrame):
        rows = frame.sort("place") if "place" in frame.columns else frame
        return [tuple(row[name] for name in columns) for row in rows.collect()]
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame.select(columns).rows()
    if isinstance(frame, pa.Table):
        return list(zip(*(frame[name].to_pylist() for name in columns), strict=True))
    if isinstance(frame, dd.DataFrame):
        frame = frame.compute()
    plain = frame[columns].astype(object)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in plain.to_numpy()]


def placed(frame: pl.DataFrame) -> pl.DataFrame:
    """Return what a database gave in the order of its column `place`, if it has one."""
    return frame.sort("place") if "place" in frame.columns else frame
