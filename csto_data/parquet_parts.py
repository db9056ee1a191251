"""Parquet files a part at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from csto_data.errors import missing_extra

try:
    import pyarrow
    from pyarrow import parquet
except ModuleNotFoundError as error:
    raise missing_extra(str(error.name), "stream") from None

ROWS_AT_A_TIME: Final = 1 << 18


def column_names(file: Path) -> list[str]:
    """Return the names of the columns."""
    names: list[str] = parquet.read_schema(file).names
    return names


def parts(file: Path, columns: list[str] | None = None) -> Iterator[tuple[Any, float]]:
    """Yield tables, at least one, and how many bytes of the file each took."""
    with parquet.ParquetFile(file, pre_buffer=False) as source:
        rows = source.metadata.num_rows
        if not rows:
            yield source.read(columns), 0
        for batch in source.iter_batches(ROWS_AT_A_TIME, columns=columns):
            table = pyarrow.Table.from_batches([batch])
            yield table, file.stat().st_size * table.num_rows / rows


@contextmanager
def writing(_: Path, place: Path) -> Iterator[Callable[[Any], None]]:
    """Yield what writes a table to the end of a file."""
    writers: list[Any] = []

    def write(table: Any) -> None:
        if not writers:
            writers.append(parquet.ParquetWriter(place, table.schema))
        writers[0].write_table(table)

    try:
        yield write
    finally:
        for writer in writers:
            writer.close()
