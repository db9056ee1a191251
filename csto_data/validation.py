"""Validation in stages, from the descriptor to the frames, into one list of problems.

A stage is reached when those before it found nothing, so that one wrong cell gives one line.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from csto_data import jsontext
from csto_data.canonical import FORM, ORDER, Check, CsvFile
from csto_data.errors import CstoDataError, MissingColumnError, missing_extra
from csto_data.package import DESCRIPTOR, PARSERS, Package, installed
from csto_data.records import Records
from csto_data.rules import RULES, Rule

if TYPE_CHECKING:
    from frictionless import Error
    from pydantic import BaseModel


MOST_BYTES_OF_JSON: Final = 1_000_000
MOST_BYTES_OF_TABLE: Final = 100_000_000
MOST_LETTERS_SHOWN: Final = 500


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: `line` counts from 1, `column` is empty for a whole line."""

    file: str
    line: int
    column: str
    rule: str
    message: str

    def __str__(self) -> str:
        place = ":".join(filter(None, (self.file, str(self.line), self.column)))
        return _printable(f"{place}: {self.rule}: {self.message}")


class Problems(list[Problem]):
    """A list of problems that prints one a line."""

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "no problems"

    __str__ = __repr__


def _printable(text: str) -> str:
    """Return a text as one line that no terminal obeys and no reader has to scroll."""
    shown = text if len(text) <= MOST_LETTERS_SHOWN else f"{text[:MOST_LETTERS_SHOWN]}…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in shown)


def validate(
    path: str | Path | None = None, progress: Callable[[str], None] = lambda _: None
) -> Problems:
    """Return the problems of a data package, in the order of its files; empty when all is well.

    `path` is the folder of any copy of the package: a clone, an unpacked archive, an edited
    download. None is the installed copy. `progress` is called with the name of each stage as
    it begins. Needs the extra `validate`. Raises `CstoDataError` if there is no such folder or
    it may not be read.

    The stages are the descriptor and the schemas, the canonical form of the files, frictionless
    (types, constraints, keys), the order of the rows, the rules, first those within a row, then
    those across rows and tables, and pandera (the frames that users get). Later stages are run
    when the earlier ones found nothing.

    >>> validate()
    no problems
    """
    package = Package(_folder(path))
    for stage, check in (
        ("descriptor", _descriptor_problems),
        ("form", _form_problems),
        ("frictionless", _frictionless_problems),
        ("order", _order_problems),
        ("rules", _rule_problems),
        ("frames", _frame_problems),
    ):
        progress(stage)
        problems = Problems(check(package))
        if problems:
            return _one_a_cell(problems)
    return Problems()


def _folder(path: str | Path | None) -> Path:
    if path is None:
        return installed().root
    folder = Path(path)
    folder = folder.parent if folder.name == DESCRIPTOR else folder
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise CstoDataError(
            f"there is no folder {str(path)!r}: name one that holds {DESCRIPTOR}"
        ) from None
    except OSError as error:
        raise CstoDataError(f"{str(path)!r} cannot be read: {error.strerror}") from None
    return folder


def _one_a_cell(problems: Problems) -> Problems:
    """Keep the first problem of a cell, and of a line none that its cells explain."""
    cells = {(problem.file, problem.line) for problem in problems if problem.column}
    kept: dict[tuple[str, int, str], Problem] = {}
    for problem in problems:
        place = (problem.file, problem.line)
        if problem.column or place not in cells:
            kept.setdefault((*place, problem.column), problem)
    return Problems(sorted(kept.values(), key=lambda p: (p.file, p.line)))


# ── the descriptor and the schemas ───────────────────────────────────────────────────────────────


def _descriptor_problems(package: Package) -> Iterator[Problem]:
    from csto_data.descriptor import Descriptor, TableSchema

    found = list(_json_problems(package.root, DESCRIPTOR, Descriptor))
    if not found:
        found += _stray_files(package)
        for table in package.tables:
            resource = package.resource(table)
            found += _json_problems(package.root, resource["schema"], TableSchema)
            found += _file_problems(package.root, resource["path"], MOST_BYTES_OF_TABLE)
    yield from found or _reference_problems(package)


def _file_problems(root: Path, name: str, most_bytes: int) -> Iterator[Problem]:
    """Yield why a file of the package cannot be read, or may not: it could lead anywhere."""
    path = root / name
    for part in (path.parent, path):
        if part != root and part.is_symlink():
            place = part.relative_to(root).as_posix()
            yield Problem(place, 1, "", "link", "a link, where the package has to hold the thing")
            return
    if not path.exists():
        yield Problem(name, 1, "", "missing_file", "the file is missing")
    elif not path.is_file():
        yield Problem(name, 1, "", "missing_file", "this is no file")
    elif path.stat().st_size > most_bytes:
        message = f"{path.stat().st_size:,} bytes; no such file has more than {most_bytes:,}"
        yield Problem(name, 1, "", "too_large", message)
    else:
        try:
            path.open("rb").close()
        except OSError as error:
            yield Problem(name, 1, "", "unreadable_file", f"cannot be read: {error.strerror}")


def _json_problems(root: Path, name: str, model: "type[BaseModel]") -> Iterator[Problem]:
    found = list(_file_problems(root, name, MOST_BYTES_OF_JSON))
    if found:
        yield from found
        return
    raw = (root / name).read_bytes()
    try:
        text = raw.decode("utf-8")
        json_text = jsontext.read(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        yield Problem(name, line, "", "not_utf8", f"byte 0x{raw[error.start]:02x} is not UTF-8")
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        yield Problem(name, line, "", "not_json", f"cannot be read as JSON: {error}")
    else:
        for line, way, message in json_text.faults:
            yield Problem(name, line, _dotted(way), "not_json", message)
        if not json_text.faults:
            yield from _model_problems(name, text, json_text, model)


def _model_problems(
    name: str, text: str, json_text: jsontext.JsonText, model: "type[BaseModel]"
) -> Iterator[Problem]:
    from pydantic import ValidationError

    try:
        model.model_validate_json(text, strict=True)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            way = json_text.known((*item["loc"], *item.get("ctx", {}).get("at", ())))
            line = json_text.lines[way]
            if item["type"] == "missing":
                way = item["loc"]
            if said := re.search(r"at line (\d+)", item["msg"]):
                line = int(said[1])
            yield Problem(name, line, _dotted(way), "descriptor", item["msg"])


def _dotted(way: jsontext.Way) -> str:
    return ".".join(map(str, way))


def _stray_files(package: Package) -> Iterator[Problem]:
    resources = [package.resource(table) for table in package.tables]
    declared = {resource[what] for resource in resources for what in ("path", "schema")}
    for folder in ("data", "schemas"):
        for path in sorted((package.root / folder).rglob("*")):
            name = path.relative_to(package.root).as_posix()
            if name not in declared and (path.is_symlink() or not path.is_dir()):
                yield Problem(name, 1, "", "stray_file", f"{DESCRIPTOR} does not name this file")


def _reference_problems(package: Package) -> Iterator[Problem]:
    """Yield the foreign keys that point at no key, and the columns that should be one."""
    keys = {table: package.schema(table)["primaryKey"] for table in package.tables}
    for table in package.tables:
        name = package.resource(table)["schema"]
        lines = jsontext.read((package.root / name).read_text(encoding="utf-8")).lines
        foreign_keys = package.schema(table).get("foreignKeys", [])
        for position, key in enumerate(foreign_keys):
            way: jsontext.Way = ("foreignKeys", position, "reference", "resource")
            target, fields = key["reference"]["resource"] or table, key["reference"]["fields"]
            if target not in keys:
                message = f"there is no table '{target}'"
            elif fields != keys[target]:
                way = (*way[:-1], "fields", 0)
                message = f"'{fields[0]}' is not the key of {target}"
            else:
                continue
            yield Problem(name, lines[way], _dotted(way), "descriptor", message)
        known = {key["fields"][0] for key in foreign_keys} | set(keys[table])
        for position, column in enumerate(package.column_names(table)):
            targets = [t for t, key in keys.items() if len(key) == 1 and _names(column, key[0])]
            if targets and column not in known:
                way = ("fields", position, "name")
                message = f"'{column}' is no foreign key and has the name of a key of {targets[0]}"
                yield Problem(name, lines[way], _dotted(way), "descriptor", message)


def _names(column: str, key: str) -> bool:
    """Whether a column is called like a key: `iso3`, `host_iso3`."""
    return column == key or column.endswith(f"_{key}")


# ── the files ────────────────────────────────────────────────────────────────────────────────────


def _form_problems(package: Package) -> Iterator[Problem]:
    for table in package.tables:
        file = CsvFile.of(package, table)
        for group in FORM:
            found = list(_findings(package, table, file, group))
            yield from found
            if found:
                break


def _order_problems(package: Package) -> Iterator[Problem]:
    for table in package.tables:
        yield from _findings(package, table, CsvFile.of(package, table), ORDER)


def _findings(
    package: Package, table: str, file: CsvFile, checks: tuple[Check, ...]
) -> Iterator[Problem]:
    name = package.resource(table)["path"]
    for check in checks:
        for finding in check(file):
            yield Problem(name, finding.line, finding.column, check.__name__, finding.message)


def _frictionless_problems(package: Package) -> Iterator[Problem]:
    try:
        import frictionless
    except ModuleNotFoundError:
        raise missing_extra("frictionless", "validate") from None
    report = frictionless.Package(str(package.root / DESCRIPTOR)).validate()
    for error in report.errors:
        yield Problem(DESCRIPTOR, 1, "", "frictionless", error.message)
    for task in report.tasks:
        for error in task.errors:
            yield Problem(
                task.place,
                getattr(error, "row_number", 1),
                _frictionless_column(error),
                error.type.replace("-", "_"),
                _frictionless_message(package, task.name, error),
            )
    yield from _type_problems(package)


def _type_problems(package: Package) -> Iterator[Problem]:
    """Yield what frictionless takes for a value and the readers do not, such as `2006-8-16`."""
    for table in package.tables:
        for line, field, text in CsvFile.of(package, table).cells():
            try:
                _ = text and PARSERS[field["type"]](text)
            except (ValueError, KeyError):
                message = f"'{text}' is not of type {field['type']}"
                name = package.resource(table)["path"]
                yield Problem(name, line, field["name"], "type_error", message)


def _frictionless_column(error: "Error") -> str:
    names = getattr(error, "field_names", [""])
    return str(getattr(error, "field_name", names[0]))


def _frictionless_message(package: Package, table: str, error: "Error") -> str:
    """Return what is wrong, in words that name what may stand there."""
    details = error.to_dict()
    fields = {field["name"]: field for field in package.fields(table)}
    field = fields.get(_frictionless_column(error), {})
    match error.type:
        case "foreign-key":
            target = details["referenceName"] or table
            return f"there is no '{details['fieldCells'][0]}' in {target}"
        case "primary-key":
            return "a row above has the same key"
        case "type-error":
            return f"'{details['cell']}' is not of type {field['type']}"
        case "constraint-error":
            return _broken_constraint(details["cell"], field["constraints"], error.note)
        case _:
            return str(error.note)


def _broken_constraint(cell: str, constraints: dict[str, Any], note: str) -> str:
    if not cell:
        return "this cell must not be empty"
    broken = next((name for name in constraints if f'"{name}"' in note), "")
    if not broken:
        return note
    if broken == "enum":
        return f"'{cell}' is not one of {', '.join(constraints['enum'])}"
    return f"'{cell}' breaks {broken} {constraints[broken]}"


def _frame_problems(package: Package) -> Iterator[Problem]:
    from csto_data.frames import schema_of
    from csto_data.loading import frame

    for table in package.tables:
        pandera_schema = schema_of(package, table)
        from pandera.errors import SchemaErrors

        try:
            pandera_schema.validate(frame(package, table, "pandas"), lazy=True)
        except SchemaErrors as error:
            for case in error.failure_cases.to_dict("records"):
                line = 1 if case["index"] is None else int(case["index"]) + 2
                yield Problem(
                    package.resource(table)["path"],
                    line,
                    str(case["column"] or ""),
                    "pandera",
                    f"{case['failure_case']} fails {case['check']}",
                )


def _rule_problems(package: Package) -> Iterator[Problem]:
    records = Records(package)
    for group in RULES:
        found = [problem for rule in group for problem in _breaches(package, records, rule)]
        yield from found
        if found:
            return


def _breaches(package: Package, records: Records, rule: Rule) -> Iterator[Problem]:
    try:
        for breach in rule(records):
            file = package.resource(breach.row.table)["path"]
            yield Problem(file, breach.row.line, breach.column, rule.__name__, breach.message)
    except MissingColumnError as error:
        file = package.resource(error.table)["schema"]
        yield Problem(file, 1, error.column, "missing_column", str(error))
