"""What can be wrong with a data package: one function a kind, each corruption with its place.

A function takes the clean package and yields its corruptions: what is spoilt, how, and the
places (file, line, column) of which validation has to name one. `scripts/corrupt.py` runs them.
"""

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from csto_data.canonical import render
from csto_data.package import DESCRIPTOR, Package
from csto_data.rules import ATTENDANCE, ORDER, WITHOUT_CITATIONS

Place = tuple[str, int, str]
Spoil = Callable[[Path], None]
Row = list[str]
Steps = tuple[str | int, ...]

SEED: Final = 20021007


@dataclass(frozen=True)
class Corruption:
    """One thing that is wrong: where it has to be reported is one of its places."""

    kind: str
    what: str
    spoil: Spoil
    places: tuple[Place, ...]


Found = tuple[str, Spoil, Sequence[Place]]
Kind = Callable[["Clean"], Iterator[Found]]
KINDS: Final[dict[str, Kind]] = {}
LATE: Final[set[str]] = set()


def kind(function: Kind) -> Kind:
    """Add a function to the kinds of corruption, under its name in words."""
    KINDS[function.__name__.replace("_", " ")] = function
    return function


def late(function: Kind) -> Kind:
    """Add a kind that the later stages of validation find, which take their time."""
    LATE.add(function.__name__.replace("_", " "))
    return kind(function)


def corruptions(root: Path) -> list[Corruption]:
    """Return all corruptions of the clean package in a folder, the same ones every time."""
    clean = Clean(Package(root))
    return [
        Corruption(name, what, spoil, tuple(places))
        for name, function in KINDS.items()
        for what, spoil, places in function(clean)
    ]


# ── the clean package ────────────────────────────────────────────────────────────────────────────


class Table:
    """The lines of a table as text, with what its schema declares."""

    def __init__(self, package: Package, name: str) -> None:
        self.name = name
        self.file: str = package.resource(name)["path"]
        self.schema_file: str = package.resource(name)["schema"]
        self.schema = package.schema(name)
        self.fields: list[dict[str, Any]] = self.schema["fields"]
        self.columns = [field["name"] for field in self.fields]
        self.key: list[str] = self.schema["primaryKey"]
        self.references = {
            key["fields"][0]: key["reference"]["resource"] or name
            for key in self.schema.get("foreignKeys", [])
        }
        _, *self.rows = package.cells(name)

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines of the file, the header first."""
        return self.text([]).splitlines() + [render([row]).encode()[:-1] for row in self.rows]

    def text(self, rows: list[Row] | None = None, header: Row | None = None) -> bytes:
        """Return the file with other rows or another header."""
        rows = self.rows if rows is None else rows
        return render([header or self.columns, *rows]).encode()

    def get(self, row: Row, column: str) -> str:
        """Return a cell of a row."""
        return row[self.columns.index(column)]

    def row_id(self, row: Row) -> str:
        """Return the key of a row as other tables write it."""
        return "/".join(self.get(row, name) for name in self.key)

    def changed(self, row: Row, **cells: str) -> Row:
        """Return a row with other cells."""
        return [cells.get(name, cell) for name, cell in zip(self.columns, row, strict=True)]

    def filled(self, column: str) -> list[int]:
        """Return the numbers of the rows that have a value in a column."""
        return [number for number, row in enumerate(self.rows) if self.get(row, column)]

    def in_order(self, rows: list[Row]) -> list[Row]:
        """Return rows sorted by key."""
        return sorted(rows, key=lambda row: [self.get(row, name) for name in self.key])


class Clean:
    """The clean package that is to be spoilt."""

    def __init__(self, package: Package) -> None:
        self.tables = {name: Table(package, name) for name in package.tables}
        self.descriptor = package.descriptor

    def columns(self) -> Iterator[tuple[Table, dict[str, Any], int, random.Random]]:
        """Yield every column with its table, the number of a row that fills it, and chance."""
        for table in self.tables.values():
            for field in table.fields:
                chance = random.Random(f"{SEED}/{table.name}/{field['name']}")
                filled = table.filled(field["name"])
                yield table, field, chance.choice(filled) if filled else 0, chance

    def free_texts(self) -> Iterator[tuple[Table, str, int]]:
        """Yield the columns of text that no pattern, vocabulary or key restrains."""
        for table, field, number, _ in self.columns():
            constraints = field.get("constraints", {})
            is_free = not {"pattern", "enum"} & set(constraints)
            if field["type"] == "string" and is_free and field["name"] not in table.references:
                yield table, field["name"], number

    def references_to(self, target: str, row_id: str) -> Iterator[Place]:
        """Yield the cells that name a row."""
        for table in self.tables.values():
            for number, row in enumerate(table.rows):
                for column, referred in table.references.items():
                    if referred == target and table.get(row, column) == row_id:
                        yield table.file, number + 2, column
        for name, of_table, of_row in (
            ("citations", "table", "row_id"),
            ("figures", "subject_table", "subject_id"),
        ):
            table = self.tables[name]
            for number, row in enumerate(table.rows):
                if (table.get(row, of_table), table.get(row, of_row)) == (target, row_id):
                    yield table.file, number + 2, of_row


def write(file: str, content: bytes) -> Spoil:
    """Return what writes a file of the package anew."""

    def spoil(root: Path) -> None:
        (root / file).write_bytes(content)

    return spoil


def cell(table: Table, number: int, column: str, text: str) -> Found:
    """Return the corruption of one cell, reported where it stands."""
    what = f"{table.name}.{column}: {text[:40]!r}"
    places = [(table.file, number + 2, column)]
    return what, partial(write_cell, table, number, column, text), places


def write_cell(table: Table, number: int, column: str, text: str, root: Path) -> None:
    """Write a table with one other cell."""
    rows = list(table.rows)
    rows[number] = table.changed(rows[number], **{column: text})
    (root / table.file).write_bytes(table.text(rows))


def line(table: Table, number: int, content: bytes, column: str = "") -> Found:
    """Return the corruption of one line of a file, counted from 0, the header."""
    what = f"{table.name}: line {number + 1}: {content[:40]!r}"
    places = [(table.file, number + 1, column)]
    return what, partial(write_line, table, number, content), places


def write_line(table: Table, number: int, content: bytes, root: Path) -> None:
    """Write a table with one other line."""
    lines = [*table.lines[:number], content, *table.lines[number + 1 :], b""]
    (root / table.file).write_bytes(b"\n".join(lines))


# ── bytes and encodings ──────────────────────────────────────────────────────────────────────────


@kind
def bytes_that_are_not_utf8(clean: Clean) -> Iterator[Found]:
    """Stray bytes, cut and overlong sequences and surrogates within a cell of every column."""
    wrong = (b"\xff", b"\xd0", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x80")
    for table, field, number, chance in clean.columns():
        cells = [text.encode() for text in table.rows[number]]
        cells[table.columns.index(field["name"])] += chance.choice(wrong)
        yield line(table, number + 1, b",".join(cells))


@kind
def another_encoding(clean: Clean) -> Iterator[Found]:
    """The file in the encodings of old systems and of spreadsheets."""
    for table in clean.tables.values():
        text = table.text().decode()
        first = next((n for n, x in enumerate(table.lines, 1) if not x.isascii()), None)
        for encoding in ("cp1251", "koi8-r", "latin-1", "cp1252", "cp866", "mac-cyrillic"):
            if first is not None:
                raw = text.encode(encoding, "replace")
                where = next((n for n, x in enumerate(raw.split(b"\n"), 1) if not x.isascii()), 0)
                if where:
                    yield (
                        f"{table.name}: {encoding}",
                        write(table.file, raw),
                        [(table.file, where, "")],
                    )
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7-bom"):
            raw = b"+/v8-" + table.text() if encoding == "utf-7-bom" else text.encode(encoding)
            places = [(table.file, 1, column) for column in ("", table.columns[0])]
            yield f"{table.name}: {encoding}", write(table.file, raw), places


@kind
def byte_order_marks(clean: Clean) -> Iterator[Found]:
    """A byte order mark at the beginning, twice, or before a later line."""
    mark = "\ufeff".encode()
    for table in clean.tables.values():
        name, first = table.name, [(table.file, 1, "")]
        yield f"{name}: mark", write(table.file, mark + table.text()), first
        yield f"{name}: two marks", write(table.file, mark * 2 + table.text()), first
        _, spoil, _ = line(table, 1, mark + table.lines[1])
        yield f"{name}: mark in line 2", spoil, [(table.file, 2, table.columns[0])]


@late
def text_decoded_wrongly(clean: Clean) -> Iterator[Found]:
    """UTF-8 that was read in another encoding, and characters that were lost on the way."""
    for table, column, number in clean.free_texts():
        text = table.get(table.rows[number], column)
        yield cell(table, number, column, f"{text} \ufffd")
        yield cell(table, number, column, "Secretary General’s".encode().decode("cp1252"))
        if column.endswith("_ru"):
            yield cell(table, number, column, text.encode().decode("latin-1"))
            yield cell(table, number, column, "".join("?" if c.isalpha() else c for c in text))


# ── lines and structure ──────────────────────────────────────────────────────────────────────────


@kind
def line_ends(clean: Clean) -> Iterator[Found]:
    """Carriage returns, one or all; no final newline or two of them."""
    for table in clean.tables.values():
        raw, count = table.text(), len(table.lines)
        for what, spoilt, where in (
            ("CRLF", raw.replace(b"\n", b"\r\n"), 1),
            ("CR", raw.replace(b"\n", b"\r"), 1),
            ("CRLF in the last line", raw[:-1] + b"\r\n", count),
            ("LFCR", raw.replace(b"\n", b"\n\r"), 2),
            ("no final newline", raw[:-1], count),
            ("two final newlines", raw + b"\n", count + 1),
        ):
            yield f"{table.name}: {what}", write(table.file, spoilt), [(table.file, where, "")]


@kind
def nothing_in_the_file(clean: Clean) -> Iterator[Found]:
    """An empty file, an empty line, a header and nothing else."""
    for table in clean.tables.values():
        for what, spoilt in (
            ("nothing", b""),
            ("a newline", b"\n"),
            ("a header", table.text([])),
            ("a byte order mark", "\ufeff".encode()),
            ("zeros", bytes(1000)),
        ):
            places = [(table.file, 1, ""), (table.file, 1, table.columns[0])]
            yield f"{table.name}: {what}", write(table.file, spoilt), places


@kind
def wrong_header(clean: Clean) -> Iterator[Found]:
    """The header is missing; a column in it is renamed, dropped, doubled, swapped or padded."""
    for table in clean.tables.values():
        _, *lines = [*table.lines, b""]
        places = [(table.file, 1, table.columns[0])]
        yield f"{table.name}: no header", write(table.file, b"\n".join(lines)), places
        for position, column in enumerate(table.columns):
            before, after = table.columns[:position], table.columns[position + 1 :]
            for header, where in (
                ([*before, f"{column}s", *after], column),
                ([*before, column.upper(), *after], column),
                ([*before, f" {column}", *after], column),
                ([*before, column.replace("e", "е"), *after], column),
                ([*before, *after], column),
                ([*before, column, column, *after], (after or [column])[0]),
                ([*before, *after[:1], column, *after[1:]], column if after else None),
            ):
                if where and header != table.columns:
                    what = f"{table.name}: {','.join(header)[:60]}"
                    raw = table.text(header=header)
                    yield what, write(table.file, raw), [(table.file, 1, where)]


@kind
def columns_dropped_and_swapped(clean: Clean) -> Iterator[Found]:
    """A column is missing, header and cells; or stands in another place; or is new."""
    for table in clean.tables.values():
        lines = [table.columns, *table.rows]
        for position, column in enumerate(table.columns):
            dropped = render([row[:position] + row[position + 1 :] for row in lines])
            moved = render(
                [[*row[:position], *row[position + 1 :], row[position]] for row in lines]
            )
            doubled = render([[*row[: position + 1], *row[position:]] for row in lines])
            after = [*table.columns[position + 1 :], column]
            for what, text, where in (
                ("dropped", dropped, column),
                ("moved", moved, column),
                ("doubled", doubled, after[0]),
            ):
                if what != "moved" or len(after) > 1:
                    places = [(table.file, 1, where)]
                    yield f"{table.name}.{column}: {what}", write(table.file, text.encode()), places


@kind
def cells_missing_or_too_many(clean: Clean) -> Iterator[Found]:
    """A line has a cell less, in every column, or more, or none, or other delimiters."""
    for table, field, number, chance in clean.columns():
        row, position = table.rows[number], table.columns.index(field["name"])
        yield line(table, number + 1, render([row[:position] + row[position + 1 :]]).encode()[:-1])
        extra = chance.choice(["", "x"])
        yield line(
            table, number + 1, render([[*row[:position], extra, *row[position:]]]).encode()[:-1]
        )
    for table in clean.tables.values():
        middle = len(table.rows) // 2 + 1
        for content in (b"", b",", b" ", b"# a comment", table.lines[middle].replace(b",", b";")):
            yield line(table, middle, content)
        for delimiter in (b";", b"\t", b"|"):
            raw = table.text().replace(b",", delimiter)
            places = [(table.file, 1, table.columns[0])]
            yield f"{table.name}: {delimiter!r}", write(table.file, raw), places


@kind
def quotes(clean: Clean) -> Iterator[Found]:
    """A cell of every column is quoted needlessly, its quote is left open or stands within."""
    for table, field, number, _ in clean.columns():
        position = table.columns.index(field["name"])
        cells = [render([[text, ""]]).encode()[:-2] for text in table.rows[number]]
        plain = cells[position]
        wrong = [plain + b'"', b'"' + plain, b'"' + plain + b'"x']
        if not plain.startswith(b'"'):
            wrong = [b'"' + plain + b'"', b'"' + plain, plain + b'"', b'"' + plain + b'"x']
        for text in wrong:
            yield line(
                table, number + 1, b",".join([*cells[:position], text, *cells[position + 1 :]])
            )


@kind
def blanks(clean: Clean) -> Iterator[Found]:
    """A cell of every column begins or ends with a blank of some kind, or is but a blank."""
    for table, field, number, chance in clean.columns():
        text = table.get(table.rows[number], field["name"])
        yield cell(table, number, field["name"], f"{text} ")
        yield cell(table, number, field["name"], f" {text}")
        blank = chance.choice(["\t", "\u00a0", "\u2009", "\u3000", "\v", "\f", "\u2028", "\u0085"])
        yield cell(table, number, field["name"], f"{text}{blank}")
        yield cell(table, number, field["name"], " ")


@kind
def line_breaks_in_cells(clean: Clean) -> Iterator[Found]:
    """A cell of every column holds a line break."""
    for table, field, number, _ in clean.columns():
        text = table.get(table.rows[number], field["name"])
        yield cell(table, number, field["name"], f"{text[:2]}\n{text[2:]}")


@late
def rows_out_of_order(clean: Clean) -> Iterator[Found]:
    """Two rows are swapped; a row stands at the top or the end."""
    for table in clean.tables.values():
        chance = random.Random(f"{SEED}/{table.name}")
        last = len(table.rows) - 1
        if last < 2:
            continue
        for number in sorted({0, last - 1, chance.randrange(last)}):
            rows = list(table.rows)
            rows[number], rows[number + 1] = rows[number + 1], rows[number]
            places = [(table.file, number + line, name) for line in (2, 3) for name in table.key]
            what = f"{table.name}: {number + 2} and {number + 3} swapped"
            yield what, write(table.file, table.text(rows)), places
        for what, rows, where in (
            ("the first row at the end", [*table.rows[1:], table.rows[0]], last),
            ("the last row at the top", [table.rows[-1], *table.rows[:-1]], 0),
        ):
            places = [(table.file, where + 2, name) for name in table.key]
            yield f"{table.name}: {what}", write(table.file, table.text(rows)), places


@late
def rows_doubled(clean: Clean) -> Iterator[Found]:
    """A row stands twice, one below the other or far apart."""
    for table in clean.tables.values():
        for number in sorted({0, len(table.rows) // 2, len(table.rows) - 1}):
            row = table.rows[number]
            rows = [*table.rows[:number], row, *table.rows[number:]]
            places = [(table.file, number + 3, column) for column in ("", *table.columns)]
            yield f"{table.name}: {number + 2}", write(table.file, table.text(rows)), places
            places = [(table.file, len(table.rows) + 2, column) for column in ("", *table.columns)]
            what = f"{table.name}: {number + 2} at the end"
            yield what, write(table.file, table.text([*table.rows, row])), places


# ── types, constraints, keys ─────────────────────────────────────────────────────────────────────

NOT_OF_TYPE: Final = {
    "date": ("2009-02-30", "14 June 2009", "14.06.2009", "2009-6-14", "2009-06", "0000-00-00",
             "2009-06-14T00:00:00", "20090614", "2009-W24-7", "45000", "٢٠٠٩-٠٦-١٤", "2009‑06‑14"),
    "integer": ("1.5", "seven", "7.0", "1e3", "0x1F", "007", "+7", "1_000", "1 000", "٣", "NaN"),
    "number": ("many", "1,5", "nan", "NaN", "inf", "-inf", "1e400", "7.0", "1 000", "0x1F", "+7",
               "1_000", "$7", "7%", "٣"),
    "boolean": (" true", "True", "TRUE", "1", "0", "yes", "t", "truе"),
}  # fmt: skip


@kind
def wrong_types(clean: Clean) -> Iterator[Found]:
    """Text that is no number, date or truth value, or is one in another way of writing."""
    for table, field, number, chance in clean.columns():
        wrong = NOT_OF_TYPE.get(field["type"], ())
        for text in chance.sample(wrong, min(len(wrong), 11)):
            yield cell(table, number, field["name"], text)


@late
def required_cells_emptied(clean: Clean) -> Iterator[Found]:
    """A cell that must not be empty is empty."""
    for table, field, number, _ in clean.columns():
        if "required" in field.get("constraints", {}):
            yield cell(table, number, field["name"], "")


@late
def vocabularies(clean: Clean) -> Iterator[Found]:
    """A value that its vocabulary does not have: mistyped, in capitals, two of them at once."""
    for table, field, number, chance in clean.columns():
        values = field.get("constraints", {}).get("enum")
        if values:
            value = chance.choice(values)
            wrong = [value[:-1], value.swapcase(), f"{value}; {values[0]}", "zzz"]
            for text in chance.sample([w for w in wrong if w and w not in values], 2):
                yield cell(table, number, field["name"], text)


@late
def patterns(clean: Clean) -> Iterator[Found]:
    """A value that breaks the pattern of its column."""
    for table, field, number, chance in clean.columns():
        pattern = field.get("constraints", {}).get("pattern")
        if not pattern:
            continue
        text = table.get(table.rows[number], field["name"]) or field["example"]
        candidates = [text.swapcase(), f"{text}_", f"-{text}", f"{text} x", f"{text}--x", text[:1]]
        wrong = [c for c in candidates if not re.fullmatch(pattern, c)]
        for changed in chance.sample(wrong, min(2, len(wrong))):
            yield cell(table, number, field["name"], changed)


@late
def bounds(clean: Clean) -> Iterator[Found]:
    """A number below the least or above the greatest that its column allows."""
    for table, field, number, _ in clean.columns():
        constraints = field.get("constraints", {})
        if "minimum" in constraints:
            yield cell(table, number, field["name"], str(constraints["minimum"] - 1))
        if "maximum" in constraints:
            yield cell(table, number, field["name"], str(constraints["maximum"] + 1))


@late
def unique_values_doubled(clean: Clean) -> Iterator[Found]:
    """A value that stands but once in its column stands in two rows."""
    for table, field, _, _ in clean.columns():
        if "unique" in field.get("constraints", {}) and len(table.rows) > 1:
            yield cell(table, 1, field["name"], table.get(table.rows[0], field["name"]))


@late
def keys_doubled(clean: Clean) -> Iterator[Found]:
    """Another row has the key of the row above."""
    for table in clean.tables.values():
        if len(table.rows) > 1:
            above = {name: table.get(table.rows[0], name) for name in table.key}
            rows = [table.rows[0], table.changed(table.rows[1], **above), *table.rows[2:]]
            places = [(table.file, 3, column) for column in ("", *table.columns)]
            yield f"{table.name}: {above}", write(table.file, table.text(rows)), places


@late
def keys_renamed(clean: Clean) -> Iterator[Found]:
    """A row has another key, so that what refers to it refers to nothing."""
    for table in clean.tables.values():
        if len(table.key) > 1:
            continue
        column, number = table.key[0], len(table.rows) // 2
        old = table.row_id(table.rows[number])
        new = {"countries": old[:2] + "Q", "people": f"{old}son"}.get(table.name, f"{old}-x")
        rows = list(table.rows)
        rows[number] = table.changed(rows[number], **{column: new})
        rows = table.in_order(rows)
        if table.name in WITHOUT_CITATIONS and not [*clean.references_to(table.name, old)]:
            continue
        own = (table.file, [table.get(row, column) for row in rows].index(new) + 2, column)
        places = [own, *clean.references_to(table.name, old)]
        yield f"{table.name}: {old} to {new}", write(table.file, table.text(rows)), places


# ── references and citations ─────────────────────────────────────────────────────────────────────


def nobody_of(table: str) -> str:
    """Return a key that a table does not have, of the right form."""
    return {"countries": "QQQ", "people": "Nobody Known"}.get(table, "no-such-row")


@late
def dangling_references(clean: Clean) -> Iterator[Found]:
    """A cell of every foreign key names a row that does not exist, or one of another table."""
    for table, field, number, _ in clean.columns():
        target = table.references.get(field["name"])
        if target:
            yield cell(table, number, field["name"], nobody_of(target))


@late
def figures_and_citations_of_nothing(clean: Clean) -> Iterator[Found]:
    """A figure or a citation names a table, a row or a column that does not exist."""
    figures, citations = clean.tables["figures"], clean.tables["citations"]
    of_events = next(
        n for n, r in enumerate(figures.rows) if figures.get(r, "subject_table") == "events"
    )
    for column, texts in (
        ("subject_table", ("event", "eventss", "schemas")),
        ("subject_id", ("no-such-row", "rus", "RUS", "*")),
    ):
        for text in texts:
            yield cell(figures, of_events, column, text)
    chance = random.Random(SEED)
    for number in chance.sample(range(len(citations.rows)), 4):
        row = citations.rows[number]
        for column, texts in (
            ("table", ("member", "nothing")),
            ("row_id", ("no-such-row", "no-such/row")),
            ("field", ("no_such_column", "start", "names")),
            ("source_id", ("no-such-source",)),
        ):
            for text in texts:
                changed = citations.changed(row, **{column: text})
                rows = citations.in_order([r for r in citations.rows if r != row] + [changed])
                places = [(citations.file, rows.index(changed) + 2, column)]
                what = f"citations.{column}: {text}"
                yield what, write(citations.file, citations.text(rows)), places


@late
def rows_deleted(clean: Clean) -> Iterator[Found]:
    """A row to which others refer is gone."""
    for table in clean.tables.values():
        for number in sorted({0, len(table.rows) // 2}):
            row_id = table.row_id(table.rows[number])
            places = [
                (file, line - (file == table.file and line > number + 2), column)
                for file, line, column in clean.references_to(table.name, row_id)
            ]
            if places:
                rows = table.rows[:number] + table.rows[number + 1 :]
                yield f"{table.name}: {row_id}", write(table.file, table.text(rows)), places


@late
def citations_removed(clean: Clean) -> Iterator[Found]:
    """No citation supports a row: they are gone, or dispute it."""
    citations = clean.tables["citations"]
    for table in clean.tables.values():
        if table.name in WITHOUT_CITATIONS:
            continue
        row_id = table.row_id(table.rows[0])

        def supports(row: Row, of: tuple[str, str] = (table.name, row_id)) -> bool:
            about = (citations.get(row, "table"), citations.get(row, "row_id"))
            return about == of and citations.get(row, "stance") == "supports"

        places = [(table.file, 2, table.key[0])]
        kept = [row for row in citations.rows if not supports(row)]
        yield f"{table.name}: gone", write(citations.file, citations.text(kept)), places
        turned = [
            citations.changed(row, stance="disputes", note="It says otherwise.")
            for row in citations.rows
            if supports(row)
        ]
        rows = citations.in_order(kept + turned)
        yield f"{table.name}: turned", write(citations.file, citations.text(rows)), places


@late
def sources_cited_nowhere(clean: Clean) -> Iterator[Found]:
    """A source that nothing cites; a dispute that does not say what the source has."""
    sources, citations = clean.tables["sources"], clean.tables["citations"]
    new = sources.changed(sources.rows[0], source_id="zzz-never-cited")
    places = [(sources.file, len(sources.rows) + 2, "source_id")]
    yield "sources: a new one", write(sources.file, sources.text([*sources.rows, new])), places
    for number, row in enumerate(citations.rows):
        if citations.get(row, "stance") == "disputes":
            rows = list(citations.rows)
            rows[number] = citations.changed(row, reported_value="", note="")
            places = [(citations.file, number + 2, "reported_value")]
            yield f"citations: {number}", write(citations.file, citations.text(rows)), places
            break


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def other_day(table: Table, number: int, what: str, day: date) -> Found:
    """Return the corruption that puts a day of full precision into a date."""
    cells = {f"{what}_date": day.isoformat()}
    if f"{what}_precision" in table.columns:
        cells[f"{what}_precision"] = "day"
    rows = list(table.rows)
    rows[number] = table.changed(rows[number], **cells)
    places = [(table.file, number + 2, f"{what}_date")]
    return f"{table.name}.{what}: {day}", write(table.file, table.text(rows)), places


@late
def ends_before_starts(clean: Clean) -> Iterator[Found]:
    """The later of two dates lies before the earlier."""
    for table in clean.tables.values():
        for start, end in ORDER:
            if not {f"{start}_date", f"{end}_date"} <= set(table.columns):
                continue
            for number in table.filled(f"{start}_date")[:2]:
                first = date.fromisoformat(table.get(table.rows[number], f"{start}_date"))
                if f"{start}_precision" not in table.columns or (
                    table.get(table.rows[number], f"{start}_precision") != "before"
                ):
                    what, spoil, [place] = other_day(table, number, end, first - timedelta(1))
                    begins = (table.file, number + 2, f"{start}_date")
                    yield f"{what} before {start}", spoil, [place, begins]


@late
def days_that_cannot_be(clean: Clean) -> Iterator[Found]:
    """A date centuries off, or after the last day that the sources of the table cover."""
    checked = {r["name"]: r["checked_through"] for r in clean.descriptor["resources"]}
    for table, field, number, _ in clean.columns():
        if field["type"] != "date" or not table.filled(field["name"]):
            continue
        what = field["name"].removesuffix("_date")
        other = {f"{a}_date" for pair in ORDER if what in pair for a in pair} | {field["name"]}
        other |= {"signed_date", "start_date"} if what in ("signed", "start") else set()
        places = [(table.file, number + 2, column) for column in other if column in table.columns]
        days = [date(1, 1, 1), date(1009, 6, 14), date(9999, 12, 31)]
        if what != "scheduled_end":
            days.append(date.fromisoformat(checked[table.name]) + timedelta(1000))
        for day in days:
            is_free = table.name == "events" and table.get(table.rows[number], "status") != "held"
            if day.year < 3000 and is_free:
                continue
            name, spoil, _ = other_day(table, number, what, day)
            yield name, spoil, places


@late
def precisions(clean: Clean) -> Iterator[Found]:
    """A precision that does not fit its date; one of the two without the other."""
    for table, field, number, chance in clean.columns():
        if not field["name"].endswith("_precision") or not table.filled(field["name"]):
            continue
        name = field["name"].removesuffix("_precision")
        row, at = table.rows[number], number + 2
        pair = [(table.file, at, f"{name}_date"), (table.file, at, f"{name}_precision")]
        for cells in ({f"{name}_date": ""}, {f"{name}_precision": ""}):
            rows = [*table.rows[:number], table.changed(row, **cells), *table.rows[number + 1 :]]
            yield f"{table.name}: {cells}", write(table.file, table.text(rows)), pair
        precision = chance.choice(["month", "year"])
        year = table.get(row, f"{name}_date")[:4]
        cells = {f"{name}_date": f"{year}-02-13", f"{name}_precision": precision}
        rows = [*table.rows[:number], table.changed(row, **cells), *table.rows[number + 1 :]]
        yield f"{table.name}: {cells}", write(table.file, table.text(rows)), pair


@late
def spells_that_overlap(clean: Clean) -> Iterator[Found]:
    """Two statuses of a state, two holders of an office or two chairs on one day."""
    for name, same in (
        ("members", ("iso3", "instrument")),
        ("secretaries_general", ()),
        ("officials", ("office", "person")),
        ("chairmanships", ()),
    ):
        table = clean.tables[name]
        groups: dict[tuple[str, ...], list[int]] = {}
        for number in table.filled("start_date"):
            row = table.rows[number]
            groups.setdefault(tuple(table.get(row, c) for c in same), []).append(number)
        for numbers in groups.values():
            numbers.sort(key=lambda number: table.get(table.rows[number], "start_date"))
            for before, after in pairwise(numbers):
                end = date.fromisoformat(table.get(table.rows[before], "end_date"))
                places = [
                    (table.file, number + 2, column)
                    for number in (before, after)
                    for column in ("start_date", "end_date", "signed_date")
                ]
                for number, what, day in (
                    (after, "start", end),
                    (before, "end", date.fromisoformat(table.get(table.rows[after], "start_date"))),
                ):
                    spoilt, spoil, _ = other_day(table, number, what, day)
                    yield spoilt, spoil, places
        for first in [numbers[0] for numbers in groups.values() if numbers][:2]:
            # a second spell of the same days
            row = table.rows[first]
            twin = table.changed(row, **{table.key[0]: f"{table.row_id(row)}-twin"})
            rows = table.in_order([*table.rows, twin])
            places = [
                (table.file, rows.index(each) + 2, column)
                for each in (row, twin)
                for column in ("start_date", table.key[0])
            ]
            yield f"{table.name}: twin", write(table.file, table.text(rows)), places


@late
def circles(clean: Clean) -> Iterator[Found]:
    """A part, predecessor or amendment of itself."""
    for table in clean.tables.values():
        for column, target in table.references.items():
            if target == table.name:
                for number in {0, len(table.rows) - 1}:
                    yield cell(table, number, column, table.row_id(table.rows[number]))


# ── rules of single tables ───────────────────────────────────────────────────────────────────────


def found(table: Table, **cells: str) -> int:
    """Return the number of the first row that has these cells."""
    return next(
        number
        for number, row in enumerate(table.rows)
        if all(table.get(row, column) == text for column, text in cells.items())
    )


@late
def rules_within_a_row(clean: Clean) -> Iterator[Found]:
    """Cells of a row that do not go together."""
    figures, parties = clean.tables["figures"], clean.tables["document_parties"]
    requests, statements = clean.tables["assistance_requests"], clean.tables["statements"]
    plain = next(
        n
        for n, row in enumerate(figures.rows)
        if figures.get(row, "comparator") != "range" and figures.get(row, "unit") == "persons"
    )
    value = figures.get(figures.rows[plain], "value")

    def changed(table: Table, number: int, column: str, **cells: str) -> Found:
        rows = list(table.rows)
        rows[number] = table.changed(rows[number], **cells)
        places = [(table.file, number + 2, column)]
        return f"{table.name}: {cells}", write(table.file, table.text(rows)), places

    yield changed(figures, plain, "unit", unit="kg")
    yield changed(figures, plain, "unit", unit="RUB")
    yield changed(figures, plain, "value_max", value_max=f"{value}0")
    yield changed(figures, plain, "value_max", comparator="range", value_max="")
    yield changed(figures, plain, "value_max", comparator="range", value_max=value)
    signed = found(parties, signature_status="signed")
    for status in ("not_signed", "refused"):
        column = next(
            c
            for c in ("signed_date", "ratified_date", "deposited_date", "in_force_date")
            if parties.get(parties.rows[signed], c)
        )
        yield changed(parties, signed, column, signature_status=status)
    yield changed(requests, found(requests, form="none"), "outcome", outcome="granted")
    yield changed(requests, found(requests, form="none"), "form", addressee="The Organisation")
    yield changed(statements, 0, "speaker", person="", speaker="")
    yield changed(clean.tables["force_contributions"], 0, "force_id", force_id="", event_id="")
    events = clean.tables["events"]
    held = found(events, status="held")
    yield changed(events, held, "summary", status="planned", summary="An event.")


@late
def rules_between_rows(clean: Clean) -> Iterator[Found]:
    """Rows that are sound, each for itself, and do not go together."""
    parts, events = clean.tables["event_participants"], clean.tables["events"]

    def added(table: Table, row: Row, column: str) -> Found:
        rows = table.in_order([*table.rows, row])
        places = [(table.file, rows.index(row) + 2, column)]
        what = f"{table.name}: {table.row_id(row)} added"
        return what, write(table.file, table.text(rows)), places

    organised = {
        events.row_id(row) for row in events.rows if events.get(row, "organiser") == "csto"
    }
    number = next(
        n
        for n, row in enumerate(parts.rows)
        if parts.get(row, "role") == "participant" and parts.get(row, "event_id") in organised
    )
    row = parts.rows[number]
    for role in sorted(ATTENDANCE - {"participant", "absent", "guest", "observer"}):
        yield added(parts, parts.changed(row, role=role), "role")
    yield (
        cell(parts, number, "iso3", "QAT")[0],
        partial(in_qatar, clean, number),
        [(parts.file, in_qatar_line(clean, number), "role")],
    )
    figures = clean.tables["figures"]
    preferred = figures.rows[found(figures, is_preferred="true")]
    twin = figures.changed(preferred, figure_id=f"{figures.row_id(preferred)}-twin")
    yield added(figures, twin, "is_preferred")
    people = clean.tables["people"]
    named = people.get(people.rows[0], "person")
    yield cell(people, 1, "aliases", named)
    terms = clean.tables["secretaries_general"]
    for number in terms.filled("appointed_event_id")[:1]:
        other = next(r for r in events.rows if events.get(r, "event_type") == "summit")
        yield cell(terms, number, "appointed_event_id", events.row_id(other))
    for number in events.filled("parent_event_id")[:2]:
        part = events.rows[number]
        if events.get(part, "start_date"):
            what, spoil, _ = other_day(events, number, "start", date(1990, 1, 2))
            places = [(events.file, number + 2, "start_date")]
            yield f"{what}: before its whole", spoil, places


def qatari(clean: Clean, number: int) -> tuple[list[Row], Row]:
    """Return the participants of events with a state that is bound by nothing."""
    parts, countries = clean.tables["event_participants"], clean.tables["countries"]
    members = {row[1] for row in clean.tables["members"].rows}
    stranger = next(row[0] for row in countries.rows if row[0] not in members)
    row = parts.changed(parts.rows[number], iso3=stranger, person="")
    return parts.in_order([*parts.rows, row]), row


def in_qatar(clean: Clean, number: int, root: Path) -> None:
    """Write the participants with the stranger among them."""
    parts = clean.tables["event_participants"]
    (root / parts.file).write_bytes(parts.text(qatari(clean, number)[0]))


def in_qatar_line(clean: Clean, number: int) -> int:
    """Return the line of the stranger."""
    rows, row = qatari(clean, number)
    return rows.index(row) + 2


# ── text ─────────────────────────────────────────────────────────────────────────────────────────

LOOK_ALIKES: Final = str.maketrans("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ")
HIDDEN: Final = {
    "zero-width space": "\u200b",
    "word joiner": "\u2060",
    "bidi override": "\u202e",
    "bidi isolate": "\u2066",
    "no-break space": "\u00a0",
    "soft hyphen": "\u00ad",
    "NUL": "\0",
    "escape": "\x1b",
    "delete": "\x7f",
    "line separator": "\u2028",
    "next line": "\x85",
    "byte order mark": "\ufeff",
    "private use": "\ue000",
    "variation selector": "\ufe0f",
    "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "Braille blank": "\u2800",
    "tag": "\U000e0041",
}


@kind
def hidden_characters(clean: Clean) -> Iterator[Found]:
    """A character that nobody sees within a cell of every column."""
    for table, field, number, chance in clean.columns():
        text = table.get(table.rows[number], field["name"]) or "Some text"
        for name in chance.sample(sorted(HIDDEN), 4):
            what, spoil, places = cell(
                table, number, field["name"], text[:2] + HIDDEN[name] + text[2:]
            )
            yield f"{what}: {name}", spoil, places


@late
def look_alike_letters(clean: Clean) -> Iterator[Found]:
    """Letters of another script that look the same: Cyrillic, Greek, phonetic, full-width."""
    for table, field, number, chance in clean.columns():
        name, text = field["name"], table.get(table.rows[number], field["name"])
        if field["type"] != "string" or not text:
            continue
        if name.endswith("_ru"):
            letter = next(x for x in text if x in "асеорхуАВСЕНКМОРТХ")
            latin = "aceopxyABCEHKMOPTX"["асеорхуАВСЕНКМОРТХ".index(letter)]
            yield cell(table, number, name, text.replace(letter, latin, 1))
            yield cell(table, number, name, "Written in English letters")
            yield cell(table, number, name, f"{text} COCTAB")
        elif text.translate(LOOK_ALIKES) != text:
            mixed = re.sub(
                "[aceopxyABCEHKMOPTX]", lambda m: m[0].translate(LOOK_ALIKES), text, count=1
            )
            if re.search(r"[A-Za-z]", mixed):
                yield cell(table, number, name, mixed)
            other = chance.choice([("o", "ο"), ("a", "ɑ"), ("i", "ı"), ("e", "ｅ"), ("c", "ϲ")])
            if other[0] in text and len(text) > 2:
                yield cell(table, number, name, text.replace(*other, 1))


@late
def letters_not_composed(clean: Clean) -> Iterator[Found]:
    """A letter and its accent as two characters, and digits of another script."""
    for table, column, number in clean.free_texts():
        text = table.get(table.rows[number], column)
        yield cell(table, number, column, f"{text} cafe\u0301")
        yield cell(table, number, column, f"{text} ٣٤")


@late
def formulas(clean: Clean) -> Iterator[Found]:
    """Text that a spreadsheet takes for a formula."""
    starts = ("=1+1", '=HYPERLINK("http://x")', "+7 495", "-2+3", "@SUM(1)", "＝1+1", "＠SUM(1)")
    for table, column, number in clean.free_texts():
        chance = random.Random(f"{SEED}/{table.name}/{column}")
        name_ru = " сумма" if column.endswith("_ru") else ""
        for text in chance.sample(starts, 3):
            yield cell(table, number, column, text + name_ru)


# ── descriptor and schemas ───────────────────────────────────────────────────────────────────────


def dumped(content: Any) -> bytes:
    """Return a descriptor or schema as it is written."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def lines_of(content: Any, above: Steps = (), first: int = 1) -> tuple[dict[Steps, int], int]:
    """Return the lines on which the values of `dumped` begin, and the number of the last line."""
    lines, last = {above: first}, first
    if not isinstance(content, dict | list) or not content:
        return lines, last
    for step, value in content.items() if isinstance(content, dict) else enumerate(content):
        below, last = lines_of(value, (*above, step), last + 1)
        lines |= below
    return lines, last + 1


def line_of(content: Any, steps: Steps) -> int:
    """Return the line on which the value at the end of a way begins."""
    return lines_of(content)[0][steps]


def edited(content: Any, steps: Steps, change: Callable[[Any, Any], None]) -> Any:
    """Return a copy that `change` has worked on, given what holds the value, and its name."""
    parent = copied = copy(content)
    for step in steps[:-1]:
        parent[step] = copy(parent[step])
        parent = parent[step]
    change(parent, steps[-1])
    return copied


def delete(parent: Any, name: Any) -> None:
    """Delete a property."""
    del parent[name]


def misspell(parent: Any, name: Any) -> None:
    """Write a property in another way, in its place."""
    items = [(f"{key}s" if key == name else key, value) for key, value in parent.items()]
    parent.clear()
    parent.update(items)


def put(value: Any) -> Callable[[Any, Any], None]:
    """Return what puts another value."""

    def change(parent: Any, name: Any) -> None:
        parent[name] = value

    return change


def declared(
    file: str, content: Any, steps: Steps, change: Callable[[Any, Any], None], *at: Steps
) -> Found:
    """Return a corruption of a declaration, reported at the value or at what holds it."""
    spoilt = edited(content, steps, change)
    lines, _ = lines_of(spoilt)
    places = [
        (file, lines.get(way, lines.get(way[:-1], 1)), ".".join(map(str, way)))
        for way in at or (steps,)
    ]
    what = f"{file}: {'.'.join(map(str, steps))}: {change.__qualname__.split('.')[0]}"
    return what, partial(write_json, file, spoilt), places


def write_json(file: str, content: Any, root: Path) -> None:
    """Write a descriptor or schema anew."""
    (root / file).write_bytes(dumped(content))


def properties(content: Any, above: Steps = ()) -> Iterator[Steps]:
    """Yield the way to every property of a JSON object."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield (*above, name)
            yield from properties(value, (*above, name))
    elif isinstance(content, list):
        for position, value in enumerate(content):
            yield from properties(value, (*above, position))


@kind
def properties_of_the_descriptor(clean: Clean) -> Iterator[Found]:
    """Every property is missing, misspelt, of another type, empty, or null."""
    for steps in properties(clean.descriptor):
        declare = partial(declared, DESCRIPTOR, clean.descriptor, steps)
        yield declare(delete)
        misspelt = (*steps[:-1], f"{steps[-1]}s")
        yield declare(misspell, misspelt, steps)
        chance = random.Random(f"{SEED}/{steps}")
        yield declare(put(chance.choice([None, 7, "", [], {}, True])))


@kind
def values_of_the_descriptor(clean: Clean) -> Iterator[Found]:
    """Versions, days, paths, licences and tables that are not what they have to be."""
    for version in (
        "1.0",
        "v1.0.0",
        "1.0.0-rc1",
        "01.0.0",
        "1.0.0\n",
        "1.0.0.0",
        "١.٠.٠",
        "latest",
    ):
        yield declared(DESCRIPTOR, clean.descriptor, ("version",), put(version))
    for created in ("yesterday", "2026-13-01T00:00:00Z", "2026-11-22", "0"):
        yield declared(DESCRIPTOR, clean.descriptor, ("created",), put(created))
    for url in ("http://x.org", "file:///etc", "javascript:1"):
        yield declared(DESCRIPTOR, clean.descriptor, ("licenses", 0, "path"), put(url))
    for position, resource in enumerate(clean.descriptor["resources"]):
        name = resource["name"]

        def wrong(
            what: str, value: Any, *at: Steps, here: Steps = ("resources", position)
        ) -> Found:
            return declared(DESCRIPTOR, clean.descriptor, (*here, what), put(value), *at)

        for day in ("2026-02-30", "today", "2026-2-3", "2026", "20260203", "2026-02-03T00:00:00",
                    "1770000000", "9999-12-31"):  # fmt: skip
            yield wrong("checked_through", day)
        for path in (f"/data/{name}.csv", f"../data/{name}.csv", f"data/../data/{name}.csv",
                     f"https://example.org/{name}.csv", f"data/{name}.CSV", f"schemas/{name}.json",
                     f"data\\{name}.csv"):  # fmt: skip
            yield wrong("path", path)
        for path in (f"../schemas/{name}.json", "schemas/none.json", f"data/{name}.csv"):
            yield wrong("schema", path)
        yield wrong("name", f"{name} x")
        yield wrong("name", f"../{name}")


@kind
def tables_missing_or_doubled(clean: Clean) -> Iterator[Found]:
    """A table is left out of the descriptor, named twice, or new and nowhere."""
    for position, resource in enumerate(clean.descriptor["resources"]):
        content = deepcopy(clean.descriptor)
        del content["resources"][position]
        table = clean.tables[resource["name"]]
        places = [(table.file, 1, ""), (table.schema_file, 1, "")]
        yield f"{table.name}: left out", write(DESCRIPTOR, dumped(content)), places
        content = deepcopy(clean.descriptor)
        content["resources"].append(resource)
        last = len(content["resources"]) - 1
        where = line_of(content, ("resources", last, "name"))
        places = [(DESCRIPTOR, where, f"resources.{last}.name")]
        yield f"{table.name}: doubled", write(DESCRIPTOR, dumped(content)), places


@kind
def json_that_is_broken(clean: Clean) -> Iterator[Found]:
    """JSON cut short, with trailing commas, comments, single quotes, doubled names, NaN."""
    texts = {DESCRIPTOR: dumped(clean.descriptor)}
    texts |= {table.schema_file: dumped(table.schema) for table in clean.tables.values()}
    for file, raw in texts.items():
        count = raw.count(b"\n")
        second = raw.split(b"\n")[1]
        name = json.loads(b"{" + second.rstrip(b",") + b"}").popitem()[0]
        doubled = raw.replace(second, second + b"\n" + second, 1)
        cut, title = raw[: len(raw) // 2], b'"title": "'

        def line_with(text: bytes, file: str = file, raw: bytes = raw) -> Place:
            return file, raw[: raw.find(text)].count(b"\n") + 1, ""

        for what, spoilt, places in (
            ("cut", cut, [(file, cut.count(b"\n") + 1 - back, "") for back in (0, 1)]),
            ("empty", b"", [(file, 1, "")]),
            ("a list", b"[]", [(file, 1, "")]),
            ("null", b"null", [(file, 1, "")]),
            ("trailing comma", raw[:-3] + b",\n}\n", [(file, count, ""), (file, count - 1, "")]),
            ("comment", b"// x\n" + raw, [(file, 1, "")]),
            ("single quotes", raw.replace(b'"', b"'"), [(file, 2, "")]),
            ("doubled name", doubled, [(file, 3, name)]),
            ("not UTF-8", raw.replace(b"a", b"\xff", 1), [line_with(b"a")]),
            ("byte order mark", "\ufeff".encode() + raw, [(file, 1, "")]),
            ("UTF-16", raw.decode().encode("utf-16"), [(file, 1, "")]),
            ("NaN", raw.replace(second, b'  "x": NaN,\n' + second, 1), [(file, 2, "")]),
            ("surrogate", raw.replace(title, title + b"\\ud800", 1), [line_with(title)]),
            ("NUL", raw + b"\0", [(file, count + 1, "")]),
            ("two values", raw + raw, [(file, count + 1, "")]),
            ("deep", b"[" * 100_000, [(file, 1, "")]),
            ("deep and closed", b"[" * 400 + b"]" * 400, [(file, 1, "")]),
        ):
            yield f"{file}: {what}", write(file, spoilt), places


@kind
def properties_of_schemas(clean: Clean) -> Iterator[Found]:
    """A property of every column is missing, misspelt, or of another type."""
    for table in clean.tables.values():
        for position, field in enumerate(table.fields):
            here = ("fields", position)
            for name in ("name", "type", "title", "description", "example", "constraints",
                         "enumLabels"):  # fmt: skip
                if name not in field:
                    continue
                declare = partial(declared, table.schema_file, table.schema, (*here, name))
                if name not in ("constraints",):
                    yield declare(delete, (*here, name), here)
                yield declare(misspell, (*here, f"{name}s"), here)
                yield declare(put(7 if field["type"] != "integer" else "x"), (*here, name), here)
        for name in ("$schema", "fields", "missingValues", "primaryKey"):
            declare = partial(declared, table.schema_file, table.schema, (name,))
            yield declare(delete)
            yield declare(put([]))
            yield declare(misspell, (f"{name}s",), (name,))


@kind
def columns_of_schemas(clean: Clean) -> Iterator[Found]:
    """A column is dropped, doubled, of another type, renamed, or need not be filled."""
    for table in clean.tables.values():
        for position, field in enumerate(table.fields):
            here: Steps = ("fields", position)
            file, content, name = table.schema_file, table.schema, field["name"]
            yield dropped_column(table, position)
            yield declared(
                file,
                content,
                here,
                lambda p, n: p.insert(n, p[n]),
                ("fields", position + 1, "name"),
            )
            for other in ("string", "integer", "number", "boolean", "date", "text"):
                if other != field["type"] and (field["type"], other) != ("integer", "number"):
                    at = [(*here, "type"), here, (*here, "example"), (*here, "constraints")]
                    yield declared(file, content, (*here, "type"), put(other), *at)
            if "required" in field.get("constraints", {}):
                at = [(*here, "constraints", "required"), (*here, "constraints"), here]
                at += [(*here, "description")]
                yield declared(file, content, (*here, "constraints", "required"), delete, *at)
            what, spoil, places = declared(
                file,
                content,
                (*here, "name"),
                put(f"{name}x"),
                (*here, "name"),
                (*here, "type"),
                here,
            )
            keys = {*table.key, *table.references}
            places = [*places, (table.file, 1, f"{name}x")]
            if name in keys:
                places = [*places, *key_places(table, name)]
            yield what, spoil, places


def key_places(table: Table, column: str) -> list[Place]:
    """Return where a schema names a column as a key."""
    places = []
    for position, name in enumerate(table.key):
        if name == column:
            where = line_of(table.schema, ("primaryKey", position))
            places.append((table.schema_file, where, f"primaryKey.{position}"))
    for position, key in enumerate(table.schema.get("foreignKeys", [])):
        if key["fields"] == [column]:
            where = line_of(table.schema, ("foreignKeys", position, "fields", 0))
            places.append((table.schema_file, where, f"foreignKeys.{position}.fields.0"))
    return places


def dropped_column(table: Table, position: int) -> Found:
    """Return the corruption of a schema that lacks a column."""
    content = deepcopy(table.schema)
    name = content["fields"].pop(position)["name"]
    lines_lost = dumped(table.schema).count(b"\n") - dumped(content).count(b"\n")
    after = [*table.columns[position + 1 :], name]
    places = [(table.file, 1, after[0])]
    places += [(file, line - lines_lost, way) for file, line, way in key_places(table, name)]
    for what in ("date", "precision"):
        other = {"date": "precision", "precision": "date"}[what]
        partner = name.removesuffix(f"_{what}") + f"_{other}"
        if name.endswith(f"_{what}") and partner in table.columns:
            steps = ("fields", [f["name"] for f in content["fields"]].index(partner))
            where = line_of(content, steps)
            places += [(table.schema_file, where, ".".join(map(str, steps)))]
            places += [(table.schema_file, line_of(content, (*steps, "name")),
                        ".".join(map(str, (*steps, "name"))))]  # fmt: skip
    what = f"{table.schema_file}: {name} dropped"
    return what, write(table.schema_file, dumped(content)), places


@kind
def vocabularies_of_schemas(clean: Clean) -> Iterator[Found]:
    """A value in use is removed from a vocabulary, has no meaning, or stands twice."""
    for table in clean.tables.values():
        for position, field in enumerate(table.fields):
            values = field.get("constraints", {}).get("enum")
            if not values:
                continue
            here: Steps = ("fields", position)
            enum, labels = (*here, "constraints", "enum"), (*here, "enumLabels")
            at = [here, enum, labels, (*here, "constraints")]
            declare = partial(declared, table.schema_file, table.schema)
            yield declare((*labels, values[0]), delete, *at, (*labels, values[0]))
            yield declare((*enum, 0), delete, *at, (*labels, values[0]))
            yield declare((*labels, values[0]), put(""), (*labels, values[0]))
            yield declare(enum, put([*values, values[0]]), *at)
            yield declare((*labels, "new_value"), put("New."), *at)
            yield declare(enum, delete, *at)
            yield value_removed(table, position)


def value_removed(table: Table, position: int) -> Found:
    """Return the corruption of a schema that lacks a value in use, with its meaning."""
    field = deepcopy(table.fields[position])
    numbers = table.filled(field["name"])
    used = {table.get(table.rows[n], field["name"]) for n in numbers}
    removed = next(v for v in field["constraints"]["enum"] if v in used or not used)
    field["constraints"]["enum"].remove(removed)
    del field["enumLabels"][removed]
    content = edited(table.schema, ("fields", position), put(field))
    places = [
        (table.file, n + 2, field["name"])
        for n in numbers
        if table.get(table.rows[n], field["name"]) == removed
    ]
    here = ("fields", position)
    for way in (here, (*here, "example"), (*here, "constraints", "enum"), (*here, "constraints")):
        places.append((table.schema_file, line_of(content, way), ".".join(map(str, way))))
    what = f"{table.schema_file}: {field['name']}: {removed} removed"
    return what, write(table.schema_file, dumped(content)), places


@kind
def constraints_of_schemas(clean: Clean) -> Iterator[Found]:
    """Patterns that are none, bounds on text, a least above the greatest, misspelt constraints."""
    for table in clean.tables.values():
        for position, field in enumerate(table.fields):
            here: Steps = ("fields", position)
            constraints = (*here, "constraints")
            declare = partial(declared, table.schema_file, table.schema)
            given = field.get("constraints", {})
            if "pattern" in given:
                at = [(*constraints, "pattern"), constraints, here, (*here, "example")]
                for pattern in ("[a-z", "(", "*", "x{9}"):
                    yield declare((*constraints, "pattern"), put(pattern), *at)
            if field["type"] == "string":
                at = [constraints, here, (*constraints, "minimum")]
                yield declare(constraints, put({**given, "minimum": 1}), *at)
            if field["type"] in ("integer", "number"):
                at = [constraints, here, (*here, "example"), (*constraints, "minimum")]
                yield declare(constraints, put({**given, "minimum": 9, "maximum": 1}), *at)
            for name in ("requird", "maxLenght", "enums"):
                at = [(*constraints, name)]
                yield declare(constraints, put({**given, name: True}), *at)


@kind
def keys_of_schemas(clean: Clean) -> Iterator[Found]:
    """Primary and foreign keys of columns, tables or keys that do not exist; a key left out."""
    for table in clean.tables.values():
        declare = partial(declared, table.schema_file, table.schema)
        yield declare(("primaryKey", 0), put("no_such_column"))
        yield declare(
            ("primaryKey",), put([*table.key, table.key[0]]), ("primaryKey", len(table.key))
        )
        for position, key in enumerate(table.schema.get("foreignKeys", [])):
            here: Steps = ("foreignKeys", position)
            reference = (*here, "reference")
            yield declare((*here, "fields", 0), put("no_such_column"))
            yield declare((*reference, "resource"), put("no_such_table"))
            yield declare((*reference, "fields", 0), put("no_such_column"))
            yield declare((*here, "refrence"), put(1))
            column = table.columns.index(key["fields"][0])
            if any(key["fields"][0].endswith(t.key[0]) for t in clean.tables.values()):
                at = [("fields", column), ("fields", column, "name"), ("foreignKeys",)]
                yield declare(here, delete, *at)


@kind
def text_of_declarations(clean: Clean) -> Iterator[Found]:
    """Hidden characters, look-alikes and blanks in titles, descriptions and meanings."""
    for table in clean.tables.values():
        for position, field in enumerate(table.fields):
            chance = random.Random(f"{SEED}/{table.name}/{position}")
            for name in ("title", "description"):
                text = field[name]
                wrong = [
                    f"{text[:1]}{h}{text[1:]}" for h in chance.sample(sorted(HIDDEN.values()), 1)
                ]
                wrong += [f" {text}", text.replace("e", "е", 1)]
                for changed in wrong:
                    if changed != text:
                        steps = ("fields", position, name)
                        yield declared(table.schema_file, table.schema, steps, put(changed))
    for position, resource in enumerate(clean.descriptor["resources"]):
        for name in ("title", "description", "coverage"):
            steps = ("resources", position, name)
            for changed in (f"{resource[name]}\u200b", resource[name].replace("e", "е", 1)):
                if changed != resource[name]:
                    yield declared(DESCRIPTOR, clean.descriptor, steps, put(changed))


# ── files ────────────────────────────────────────────────────────────────────────────────────────


@kind
def files_missing(clean: Clean) -> Iterator[Found]:
    """A file is missing, or a folder stands in its place; folders are missing."""

    def remove(file: str, root: Path) -> None:
        (root / file).unlink()

    def replace(file: str, root: Path) -> None:
        (root / file).unlink()
        (root / file).mkdir()

    def remove_folder(folder: str, root: Path) -> None:
        shutil.rmtree(root / folder)

    files = [t.file for t in clean.tables.values()] + [t.schema_file for t in clean.tables.values()]
    for file in (DESCRIPTOR, *files):
        yield f"{file}: gone", partial(remove, file), [(file, 1, "")]
        yield f"{file}: a folder", partial(replace, file), [(file, 1, "")]
    for folder in ("data", "schemas"):
        places = [(file, 1, "") for file in files if file.startswith(folder)]
        yield f"{folder}: gone", partial(remove_folder, folder), places


@kind
def stray_files(clean: Clean) -> Iterator[Found]:
    """A file that the descriptor does not name: copies, locks, hidden files, folders of files."""

    def add(file: str, root: Path) -> None:
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_bytes(b"x\n")

    for table in clean.tables.values():
        for file in (
            f"data/{table.name}.csv.bak",
            f"data/{table.name} (1).csv",
            f"data/old/{table.name}.csv",
            f"data/.~lock.{table.name}.csv#",
            f"schemas/{table.name}.yaml",
        ):
            yield f"stray {file}", partial(add, file), [(file, 1, "")]
    for file in ("data/.DS_Store", "data/Thumbs.db", "schemas/.gitkeep", "data/\u202egpj.csv"):
        yield f"stray {file!r}", partial(add, file), [(file, 1, "")]


@kind
def links_out_of_the_package(clean: Clean) -> Iterator[Found]:
    """A file or folder of the package is a link, to outside, within, in a circle, to nowhere."""

    def link(file: str, target: str, root: Path) -> None:
        outside = root.parent / f"{root.name}-outside"
        outside.mkdir(exist_ok=True)
        path = root / file
        if path.exists():
            shutil.move(path, outside / path.name)
        goal = {"outside": str(outside / path.name), "itself": path.name}.get(target, target)
        path.symlink_to(goal)

    files = [t.file for t in clean.tables.values()] + [t.schema_file for t in clean.tables.values()]
    for file in (DESCRIPTOR, "data", "schemas", *files):
        for target in ("outside", "itself", "/dev/zero", "nowhere"):
            yield f"{file}: link to {target}", partial(link, file, target), [(file, 1, "")]
    for file in ("data/link.csv", "schemas/link.json", "data/folder"):
        for target in ("outside", "itself", "/dev/zero", "nowhere", ".."):
            yield f"{file}: new link to {target}", partial(link, file, target), [(file, 1, "")]


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────


@kind
def hostile_sizes(clean: Clean) -> Iterator[Found]:
    """A cell of ten megabytes, a line of a million columns, files of many hundreds of megabytes."""

    def long_line(table: Table, number: int, text: bytes, times: int, root: Path) -> None:
        write_line(table, number, text * times, root)

    def swollen(file: str, root: Path) -> None:
        with (root / file).open("r+b") as opened:
            opened.truncate(700_000_000)

    for table in clean.tables.values():
        last = len(table.rows)
        for number, text, times in ((0, b",", 10**6), (1, b"x", 10**7), (last, b",", 10**6)):
            spoil = partial(long_line, table, number, text, times)
            yield f"{table.name}: {times} of {text!r}", spoil, [(table.file, number + 1, "")]
        for file in (table.file, table.schema_file):
            yield f"{file}: 700 MB", partial(swollen, file), [(file, 1, "")]
    yield f"{DESCRIPTOR}: 700 MB", partial(swollen, DESCRIPTOR), [(DESCRIPTOR, 1, "")]
