"""The canonical form of a CSV file: what it is, how to write it, and one function for each breach.

UTF-8 without byte order mark, LF, comma, minimal quoting, columns in the order of the schema,
rows sorted by key, a final newline, no line breaks within cells, no blanks around cells, NFC.
A changed line then shows nothing but changed data.
"""

import csv
import io
import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from csto_data.characters import hidden_in
from csto_data.errors import CstoDataError
from csto_data.listing import as_text
from csto_data.package import PARSERS, Package

MOST_BYTES_OF_LINE: Final = 100_000
"""More than any line of the tables by far, and less than what Python's CSV reader refuses."""


@dataclass(frozen=True)
class Finding:
    """A breach of the canonical form: the line, the column (empty: the whole line), and why."""

    line: int
    column: str
    message: str


class CsvFile:
    """The bytes of a table's file, with the columns and the key that its schema declares."""

    def __init__(self, raw: bytes, fields: list[dict[str, Any]], key: list[str]) -> None:
        self.raw = raw
        self.fields = fields
        self.key = key
        self.names = [field["name"] for field in fields]

    @classmethod
    def of(cls, package: Package, table: str) -> "CsvFile":
        """Read the file of a table."""
        return cls(
            package.csv_path(table).read_bytes(),
            package.fields(table),
            package.schema(table)["primaryKey"],
        )

    @cached_property
    def text(self) -> str:
        """The content of the file."""
        return self.raw.decode("utf-8")

    @cached_property
    def numbered(self) -> list[tuple[int, list[str]]]:
        """The lines as cells, each with its number, the header first."""
        reader = csv.reader(io.StringIO(self.text, newline=""), strict=True)
        numbered, line = [], 1
        for cells in reader:
            numbered.append((line, cells))
            line = reader.line_num + 1
        return numbered

    @property
    def rows(self) -> list[tuple[int, list[str]]]:
        """The lines below the header."""
        return self.numbered[1:]

    def cells(self) -> Iterator[tuple[int, dict[str, Any], str]]:
        """Yield every cell below the header: line, declaration of the column, text."""
        for line, texts in self.rows:
            for field, text in zip(self.fields, texts, strict=True):
                yield line, field, text

    def sort_key(self, cells: Sequence[str]) -> list[str]:
        """Return the cells of a row's key, by which rows are sorted."""
        return [cells[self.names.index(name)] for name in self.key]


def not_utf8(file: CsvFile) -> Iterator[Finding]:
    """The file is not UTF-8. Save it as "CSV UTF-8", without byte order mark."""
    if b"\0" in file.raw.partition(b"\n")[0]:
        yield Finding(1, "", "zero bytes in the header, as UTF-16 has them")
        return
    try:
        file.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.raw.count(b"\n", 0, error.start) + 1
        yield Finding(line, "", f"byte 0x{file.raw[error.start]:02x} is not UTF-8")


def byte_order_mark(file: CsvFile) -> Iterator[Finding]:
    """The file begins with a byte order mark. Save it without."""
    if file.raw.startswith(b"\xef\xbb\xbf"):
        yield Finding(1, "", "the file begins with a byte order mark")


def foreign_line_ending(file: CsvFile) -> Iterator[Finding]:
    """A line ends in a carriage return. Lines end in a line feed alone."""
    position = file.raw.find(b"\r")
    if position >= 0:
        line = file.raw.count(b"\n", 0, position) + 1
        yield Finding(line, "", "a carriage return; lines end in a line feed alone")


def no_final_newline(file: CsvFile) -> Iterator[Finding]:
    """The last line does not end in a line feed."""
    if not file.raw.endswith(b"\n"):
        yield Finding(file.raw.count(b"\n") + 1, "", "the last line does not end in a line feed")


def line_too_long(file: CsvFile) -> Iterator[Finding]:
    """A line is so long that it cannot be a row: its line ends or quotes are lost."""
    for number, line in enumerate(file.raw.split(b"\n"), start=1):
        if len(line) > MOST_BYTES_OF_LINE:
            message = f"{len(line):,} bytes; no line has more than {MOST_BYTES_OF_LINE:,}"
            yield Finding(number, "", message)
            return


def unreadable_csv(file: CsvFile) -> Iterator[Finding]:
    """The quotes of a row do not match, so that its cells cannot be told apart."""
    reader = csv.reader(io.StringIO(file.text, newline=""), strict=True)
    first_line = 1
    try:
        for _ in reader:
            first_line = reader.line_num + 1
    except csv.Error as error:
        yield Finding(first_line, "", f"cannot be read as CSV: {error}")


def wrong_header(file: CsvFile) -> Iterator[Finding]:
    """The first line does not name the columns of the schema in their order."""
    header = file.numbered[0][1] if file.numbered else []
    for position, name in enumerate(file.names):
        found = header[position] if position < len(header) else None
        if found != name:
            said = "nothing" if found is None else f"'{found}'"
            yield Finding(1, name, f"column {position + 1} has to be '{name}', not {said}")
            return
    if len(header) > len(file.names):
        extra = header[len(file.names)]
        yield Finding(1, extra, f"column '{extra}' is not in the schema")


def no_rows(file: CsvFile) -> Iterator[Finding]:
    """The file has a header and nothing else."""
    if len(file.numbered) == 1:
        yield Finding(1, "", "the table has no rows")


def wrong_number_of_cells(file: CsvFile) -> Iterator[Finding]:
    """A line has more or fewer cells than the header."""
    for line, cells in file.rows:
        if len(cells) != len(file.names):
            yield Finding(
                line, "", f"{len(cells)} cells where the header has {len(file.names)} columns"
            )


def line_break_in_cell(file: CsvFile) -> Iterator[Finding]:
    """A cell contains a line break."""
    for line, field, text in file.cells():
        if "\n" in text:
            yield Finding(line, field["name"], "a line break within the cell")


def blanks_around(file: CsvFile) -> Iterator[Finding]:
    """A cell begins or ends with a blank."""
    for line, field, text in file.cells():
        if text != text.strip():
            yield Finding(line, field["name"], f"blanks around {text.strip()!r}")


def hidden_character(file: CsvFile) -> Iterator[Finding]:
    """A cell has a control, zero-width or other invisible character, or a blank but the space."""
    for line, field, text in file.cells():
        if hidden := hidden_in(text):
            yield Finding(line, field["name"], f"{hidden} in {text!r}")


def not_composed(file: CsvFile) -> Iterator[Finding]:
    """A letter and its accent are two characters where Unicode has one (form NFC)."""
    for line, field, text in file.cells():
        if not unicodedata.is_normalized("NFC", text):
            yield Finding(line, field["name"], f"{text!r} is not in the Unicode form NFC")


def other_way_of_writing(file: CsvFile) -> Iterator[Finding]:
    """A number, date or truth value is written in another way than `7`, `2009-06-14`, `true`."""
    for line, field, text in file.cells():
        if field["type"] == "boolean":
            canonical = {"1": "true", "0": "false"}.get(text, text.lower())
            if canonical not in ("true", "false"):
                continue
        else:
            try:
                canonical = as_text(PARSERS[field["type"]](text)) if text else ""
            except ValueError:
                continue
        if canonical != text:
            yield Finding(line, field["name"], f"{text!r} is written {canonical!r}")


def not_finite(file: CsvFile) -> Iterator[Finding]:
    """A number is infinite or none at all: `inf`, `nan`, `1e999`."""
    for line, field, text in file.cells():
        if field["type"] == "number" and text and not _is_finite(text):
            yield Finding(line, field["name"], f"{text!r} is no finite number")


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return True


def not_sorted(file: CsvFile) -> Iterator[Finding]:
    """The rows are not sorted by their key."""
    keys = [file.sort_key(cells) for _, cells in file.rows]
    for position, (above, key) in enumerate(pairwise(keys), start=1):
        if key < above:
            # the row above is the one out of place if the rows below it stand above it, too
            is_above = position + 1 < len(keys) and key < keys[position + 1] < above
            wrong, other = (position - 1, position) if is_above else (position, position - 1)
            differing = (n for n, a, b in zip(file.key, key, above, strict=True) if a != b)
            where = "below" if is_above else "above"
            message = f"{'/'.join(keys[wrong])} belongs {where} {'/'.join(keys[other])}"
            yield Finding(file.rows[wrong][0], next(differing), message)
            return


def needless_quotes(file: CsvFile) -> Iterator[Finding]:
    """A cell is quoted that needs no quotes, or a quote is doubled in another way."""
    for (line, cells), written in zip(file.numbered, file.text.split("\n"), strict=False):
        if written != render([cells]).rstrip("\n"):
            yield Finding(line, "", "quotes where none are needed")


Check = Callable[[CsvFile], Iterator[Finding]]

FORM: Final[tuple[tuple[Check, ...], ...]] = (
    (not_utf8,),
    (byte_order_mark, foreign_line_ending, no_final_newline),
    (line_too_long,),
    (unreadable_csv,),
    (wrong_header, no_rows, wrong_number_of_cells),
    (line_break_in_cell, blanks_around, hidden_character, not_composed),
    (not_finite, other_way_of_writing),
    (needless_quotes,),
)
"""The checks of the form, in groups: a group is looked at when those before it found nothing."""

ORDER: Final[tuple[Check, ...]] = (not_sorted,)
"""The order of the rows is looked at when all keys are sound: a mistyped key is no disorder."""


def render(lines: Sequence[Sequence[str]]) -> str:
    r"""Return lines of cells as CSV text.

    >>> render([["a", "b"], ["1", 'say "x", y']])
    'a,b\n1,"say ""x"", y"\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def canonical_text(package: Package, table: str) -> str:
    """Return a table's file in canonical form, whatever its line ends, quotes, blanks and order.

    Raises `CstoDataError` where the file does not say what belongs where: another encoding,
    unmatched quotes, other columns, lines of other length.
    """
    path = package.csv_path(table)
    text = _read_leniently(path)
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError) as error:
        raise CstoDataError(f"{path}: cannot be read as CSV: {error}") from None
    header = [name.strip() for name in header]
    names = package.column_names(table)
    if sorted(header) != sorted(names):
        raise CstoDataError(f"{path}:1: the columns have to be {', '.join(names)}")
    for number, cells in enumerate(rows, start=2):
        if len(cells) != len(header):
            raise CstoDataError(f"{path}: row {number} has {len(cells)} cells, not {len(header)}")
    order = [header.index(name) for name in names]
    clean = [[_clean(cells[position]) for position in order] for cells in rows]
    key = [names.index(name) for name in package.schema(table)["primaryKey"]]
    clean.sort(key=lambda cells: [cells[position] for position in key])
    return render([names, *clean])


def _read_leniently(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CstoDataError(f"{path}: not UTF-8 at byte {error.start}") from None


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", " ".join(cell.split()))
