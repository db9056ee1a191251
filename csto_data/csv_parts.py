"""CSV files a part at a time; their cells stay the text that they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from csto_data.errors import CstoDataError, missing_extra

try:
    import polars
    import pyarrow
    from pyarrow import csv
except ModuleNotFoundError as error:
    raise missing_extra(str(error.name), "stream") from None

BYTES_AT_A_TIME: Final = 1 << 23


def column_names(file: Path) -> list[str]:
    """Return the names in the header."""
    with pyarrow.OSFile(str(file)) as raw, _opened(raw, csv.ConvertOptions()) as reader:
        names: list[str] = reader.schema.names
    for name in names:
        if names.count(name) > 1:
            raise CstoDataError(f"the header has the column '{name}' more than once")
    return names


def parts(file: Path, columns: list[str] | None = None) -> Iterator[tuple[Any, float]]:
    """Yield tables of text, at least one, and how many bytes each took; an empty cell is null."""
    as_text = csv.ConvertOptions(
        column_types=dict.fromkeys(column_names(file), pyarrow.string()),
        include_columns=columns,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    with pyarrow.OSFile(str(file)) as raw, _opened(raw, as_text) as reader:
        done = 0
        for batch in reader:
            read, done = raw.tell() - done, raw.tell()
            yield pyarrow.Table.from_batches([batch]), read
        if not done:
            yield reader.schema.empty_table(), 0


@contextmanager
def writing(file: Path, place: Path) -> Iterator[Callable[[Any], None]]:
    """Yield what writes a table to the end of a file, with the line ends of another file."""
    with file.open("rb") as old:
        line_end = "\r\n" if old.readline().endswith(b"\r\n") else "\n"
    with place.open("wb") as new:

        def write(table: Any) -> None:
            frame = polars.DataFrame(table)
            frame.write_csv(new, include_header=not new.tell(), line_terminator=line_end)

        yield write


@contextmanager
def _opened(raw: Any, conversion: Any) -> Iterator[Any]:
    """Yield a reader of a file; in one thread, as rows have no number in several."""
    wrong: list[Any] = []

    def refuse(row: Any) -> str:
        wrong.append(row)
        return "error"

    form = csv.ParseOptions(newlines_in_values=True, invalid_row_handler=refuse)
    reading = csv.ReadOptions(block_size=BYTES_AT_A_TIME, use_threads=False)
    try:
        with csv.open_csv(raw, reading, form, conversion) as reader:
            yield reader
    except pyarrow.ArrowInvalid as error:
        for row in wrong:
            raise CstoDataError(
                f"row {row.number - 1} has {row.actual_columns} cells, "
                f"and the header {row.expected_columns}: {row.text}"
            ) from None
        raise CstoDataError(f"not a table of UTF-8 text with commas: {error}") from None
