"""A line more in `sources` or `citations` of a clone: found wanting, or written in its place.

What a line has to obey is declared in the schemas and in the rules. Here they are asked, of the
line alone and of a copy of the package that has it; nothing of them is repeated.
"""

import json
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from csto_data.canonical import canonical_text, render
from csto_data.errors import CstoDataError, unknown_name
from csto_data.listing import as_text
from csto_data.package import DESCRIPTOR, Package
from csto_data.rules import BETWEEN_ROWS, never_cited
from csto_data.validation import Problem, Problems, validate

Line = Mapping[str, str]
"""Cells of a row as text, by column."""

INSTALLED: Final = "_package"
OF_OTHER_ROWS: Final = {rule.__name__ for rule in BETWEEN_ROWS}
WORDS_OF_ID: Final = 5


@dataclass(frozen=True)
class Added:
    """A line as it stands in its file."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


# ── the package one stands in ────────────────────────────────────────────────────────────────────


def clone(path: Path | None = None) -> Package:
    """Return the package in a folder, or that of the folder one stands in or of one above it.

    Raises `CstoDataError` where there is none, or where it is an installed copy.
    """
    folders = [path.parent if path.name == DESCRIPTOR else path] if path else _here_and_above()
    root = next((folder for folder in folders if (folder / DESCRIPTOR).is_file()), None)
    if root is None:
        where = f"in {path}" if path else f"in {Path.cwd()} or above it"
        raise CstoDataError(f"there is no {DESCRIPTOR} {where}: go into a clone, or name one")
    if root.resolve().name == INSTALLED:
        raise CstoDataError(f"{root} is an installed copy: name a clone with --package")
    package = Package(root)
    if package.descriptor.get("name") != "csto-data":
        raise CstoDataError(f"{root / DESCRIPTOR} is another package: name a clone of csto-data")
    return package


def _here_and_above() -> list[Path]:
    return [Path.cwd(), *Path.cwd().parents]


# ── what is known of a line before it is whole ───────────────────────────────────────────────────


def check_target(package: Package, line: Line) -> None:
    """Raise `UnknownNameError` for a table, a row or a column that a citation cannot speak of.

    `line` may end before its row or column.
    """
    table, row_id, field = (line.get(name) for name in ("table", "row_id", "field"))
    if table is not None and table not in package.tables:
        raise unknown_name("table", table, package.tables)
    if table and row_id not in (None, "*"):
        rows = [package.row_id(table, record) for record in package.records(table)]
        if row_id not in rows:
            raise unknown_name("row", str(row_id), rows, where=f" in {table}")
    if table and field not in (None, "*"):
        columns = package.column_names(table)
        if field not in columns:
            raise unknown_name("column", str(field), columns, where=f" in {table}")


def present_value(package: Package, line: Line) -> str | None:
    """Return what stands in the cell that a citation speaks of; None for a whole row."""
    if "*" in (line["row_id"], line["field"]):
        return None
    for record in package.records(line["table"]):
        if package.row_id(line["table"], record) == line["row_id"]:
            return as_text(record[line["field"]])
    return None


def source_ids(package: Package) -> list[str]:
    """Return the keys of the sources."""
    return [str(record["source_id"]) for record in package.records("sources")]


def source_at(package: Package, url: str) -> str | None:
    """Return the key of the source at an address, with or without `www.` and a last `/`."""
    for record in package.records("sources"):
        if record["url"] and _bare(str(record["url"])) == _bare(url):
            return str(record["source_id"])
    return None


def _bare(url: str) -> str:
    parts = urlsplit(url.strip())
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/") + query


def suggested_id(package: Package, publisher: str, url: str) -> str:
    """Return a free key for a source: how others of its publisher begin, and what the address says.

    >>> from csto_data.package import installed
    >>> suggested_id(installed(), "TASS", "https://tass.com/defense/99887766")
    'tass-99887766'
    """
    records = package.records("sources")
    known = [str(record["source_id"]) for record in records]
    of_publisher = [
        str(r["source_id"]).split("-")[0] for r in records if r["publisher"] == publisher
    ]
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.").split(".")[0]
    first = Counter(of_publisher).most_common(1)[0][0] if of_publisher else _slug(publisher) or host
    last_step = next(filter(None, reversed(parts.path.split("/"))), "")
    last = _slug(re.sub(r"\.\w{1,5}$", "", last_step))
    numbers = re.findall(r"[0-9]{4,}", last)
    rest = numbers[-1] if numbers else "-".join(last.split("-")[:WORDS_OF_ID])
    wanted = "-".join(filter(None, (first, rest))) or "source"
    return next(name for name in _and_numbered(wanted) if name not in known)


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text.lower()))


def _and_numbered(name: str) -> Iterable[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def line_problems(package: Package, table: str, cells: Line) -> Problems:
    """Return what is wrong with the cells that a line has so far, whatever other rows say.

    Cells that are right with some others are right: those of the examples of the schema are tried,
    and empty ones.
    """
    fields = package.fields(table)
    examples = {field["name"]: as_text(field["example"]) for field in fields}
    required = {f["name"] for f in fields if f.get("constraints", {}).get("required")}
    found = Problems()
    for others in (examples, {name: examples[name] for name in required}):
        with TemporaryDirectory() as folder:
            alone = _alone(package, table, Path(folder))
            alone.csv_path(table).write_bytes(render([list(examples)]).encode())
            _with_line(alone, table, {**others, **cells})
            problems = validate(alone.root)
        found = Problems(p for p in problems if p.column in cells and p.rule not in OF_OTHER_ROWS)
        if not found:
            break
    return found


def _alone(package: Package, table: str, folder: Path) -> Package:
    """Return a package that declares one table, which points at no other."""
    (folder / "data").mkdir()
    (folder / "schemas").mkdir()
    descriptor = package.descriptor | {"resources": [package.resource(table)]}
    schema = {name: said for name, said in package.schema(table).items() if name != "foreignKeys"}
    (folder / DESCRIPTOR).write_text(json.dumps(descriptor), encoding="utf-8")
    (folder / "schemas" / f"{table}.json").write_text(json.dumps(schema), encoding="utf-8")
    return Package(folder)


# ── the whole line, beside all others ────────────────────────────────────────────────────────────


def add(package: Package, lines: Mapping[str, Line]) -> list[Added]:
    """Write a line each into tables of a package, into all of them or none, and return them.

    `lines` are the cells by column, by table; a column that is not given stays empty. Raises
    `CstoDataError` for a line that breaks a rule, naming rule, column and remedy, and for a
    package whose own problems hide what is wrong with a line.
    """
    before = {table: package.csv_path(table).read_bytes() for table in lines}
    with TemporaryDirectory() as folder:
        copy = _copied(package, Path(folder))
        texts = {table: _with_line(copy, table, line) for table, line in lines.items()}
        problems = validate(copy.root)
    _refuse(package, lines, problems)
    for table, raw in before.items():
        if package.csv_path(table).read_bytes() != raw:
            raise CstoDataError(f"{package.csv_path(table)} was changed meanwhile: run this again")
    replace_files({package.csv_path(table): text.encode() for table, text in texts.items()})
    return [_added(package, table, line) for table, line in lines.items()]


def _copied(package: Package, folder: Path) -> Package:
    shutil.copy(package.root / DESCRIPTOR, folder)
    for name in ("schemas", "data"):
        shutil.copytree(package.root / name, folder / name)
    return Package(folder)


def _with_line(copy: Package, table: str, line: Line) -> str:
    """Write a line into a table of the copy and return its text in canonical form."""
    names, path = copy.column_names(table), copy.csv_path(table)
    for name in line:
        if name not in names:
            raise unknown_name("column", name, names, where=f" in {table}")
    raw = path.read_bytes().rstrip(b"\r\n")
    cells = render([[line.get(name, "") for name in names]])
    path.write_bytes(raw + b"\n" + cells.encode())
    text = canonical_text(copy, table)
    path.write_bytes(text.encode())
    return text


def _refuse(package: Package, lines: Mapping[str, Line], after: Problems) -> None:
    """Raise for the problems that come with the lines, and for those that may hide some.

    A source waits for its citation, so that it alone may be cited nowhere.
    """
    if not after:
        return
    before = validate(package.root)
    hiding = [problem for problem in before if problem.rule not in OF_OTHER_ROWS]
    if hiding:
        raise CstoDataError(f"mend this first, then add the line:\n{hiding[0]}")
    known = set(map(_what, before))
    source = lines.get("sources", {}).get("source_id")
    waits = (never_cited.__name__, f"{source} is cited nowhere")
    new = [
        problem
        for problem in after
        if _what(problem) not in known and (problem.rule, problem.message) != waits
    ]
    if new:
        raise CstoDataError("nothing is written:\n" + "\n".join(map(explained, new)))


def _what(problem: Problem) -> tuple[str, str, str, str]:
    """Return a problem without its line, which moves with the lines above it."""
    return problem.file, problem.column, problem.rule, problem.message


def explained(problem: Problem) -> str:
    """Return column, rule and message of a problem of a line that stands in no file yet."""
    return f"{problem.column or 'the line'}: {problem.rule}: {problem.message}"


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Give files new contents, all of them or none; each has the old one or the new, no part."""
    before = {path: path.read_bytes() for path in contents}
    written = {path: path.with_name(f".{path.name}.new") for path in contents}
    done: list[Path] = []
    try:
        for path, new in written.items():
            new.write_bytes(contents[path])
            shutil.copymode(path, new)
        for path, new in written.items():
            done.append(path)
            new.replace(path)
    except BaseException:
        for path in done:
            path.write_bytes(before[path])
        raise
    finally:
        for new in written.values():
            new.unlink(missing_ok=True)


def _added(package: Package, table: str, line: Line) -> Added:
    """Return where a line stands now."""
    key = "/".join(line[name] for name in package.schema(table)["primaryKey"])
    keys = [package.row_id(table, record) for record in package.records(table)]
    number = keys.index(key) + 2
    text = package.csv_path(table).read_text(encoding="utf-8").split("\n")[number - 1]
    return Added(package.resource(table)["path"], number, text)
