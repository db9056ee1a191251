"""Validation in stages, from the descriptor to the rules, into one list of problems.

A stage is reached when those before it found nothing, so that one wrong cell gives one line.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from csto_data.canonical import FORM, CsvFile
from csto_data.errors import CstoDataError, missing_extra
from csto_data.package import DESCRIPTOR, PARSERS, Package, installed
from csto_data.records import Records
from csto_data.rules import RULES

if TYPE_CHECKING:
    from frictionless import Error
    from pydantic import BaseModel


MISSING_FILE: Final = ("missing_file", "the file is missing")


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
        return f"{place}: {self.rule}: {self.message}"


class Problems(list[Problem]):
    """A list of problems that prints one a line."""

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "no problems"

    __str__ = __repr__


def validate(
    path: str | Path | None = None, progress: Callable[[str], None] = lambda _: None
) -> Problems:
    """Return the problems of a data package, in the order of its files; empty when all is well.

    `path` is the folder of any copy of the package: a clone, an unpacked archive, an edited
    download. None is the installed copy. `progress` is called with the name of each stage as
    it begins. Needs the extra `validate`. Raises `CstoDataError` if there is no such folder.

    The stages are the descriptor and the schemas, the canonical form of the files, frictionless
    (types, constraints, keys), pandera (the frames that users get), and the rules, first those
    within a row, then those across rows and tables. Later stages are run when the earlier ones
    found nothing.

    >>> validate()
    no problems
    """
    package = Package(_folder(path))
    for stage, check in (
        ("descriptor", _descriptor_problems),
        ("form", _form_problems),
        ("frictionless", _frictionless_problems),
        ("frames", _frame_problems),
        ("rules", _rule_problems),
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
    if not folder.is_dir():
        raise CstoDataError(f"there is no folder {folder}: name one that holds {DESCRIPTOR}")
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

    found = list(_model_problems(package.root, DESCRIPTOR, Descriptor))
    if not found:
        found += _stray_files(package)
        for table in package.tables:
            resource = package.resource(table)
            found += _model_problems(package.root, resource["schema"], TableSchema)
            if not package.csv_path(table).is_file():
                found.append(Problem(resource["path"], 1, "", *MISSING_FILE))
    yield from found or _dangling_references(package)


def _model_problems(root: Path, name: str, model: "type[BaseModel]") -> Iterator[Problem]:
    from pydantic import ValidationError

    try:
        text = (root / name).read_text(encoding="utf-8")
        json.loads(text)
    except FileNotFoundError:
        yield Problem(name, 1, "", *MISSING_FILE)
        return
    except UnicodeDecodeError as error:
        yield Problem(name, 1, "", "not_utf8", f"byte {error.start} is not UTF-8")
        return
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        yield Problem(name, line, "", "not_json", f"cannot be read as JSON: {error}")
        return
    try:
        model.model_validate_json(text, strict=True)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            steps = [str(step) for step in item["loc"]]
            yield Problem(
                name,
                _json_line(text, item["loc"]),
                ".".join(steps),
                "descriptor",
                item["msg"],
            )


def _json_line(text: str, steps: Iterable[int | str]) -> int:
    """Return the line of a JSON text on which the value at the end of a path begins."""
    import yaml

    try:
        node = yaml.compose(text)
    except yaml.YAMLError:
        return 1
    line = 1
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == step]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = [(item, item) for item in node.value[step : step + 1]]
        else:
            found = []
        if not found:
            break
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return int(line)


def _stray_files(package: Package) -> Iterator[Problem]:
    resources = [package.resource(table) for table in package.tables]
    declared = {resource[what] for resource in resources for what in ("path", "schema")}
    for folder in ("data", "schemas"):
        for path in sorted((package.root / folder).rglob("*")):
            name = path.relative_to(package.root).as_posix()
            if path.is_file() and name not in declared:
                yield Problem(name, 1, "", "stray_file", f"{DESCRIPTOR} does not name this file")


def _dangling_references(package: Package) -> Iterator[Problem]:
    """Yield the foreign keys that do not point at the key of a table of the package."""
    for table in package.tables:
        for position, key in enumerate(package.schema(table).get("foreignKeys", [])):
            target = key["reference"]["resource"] or table
            if target not in package.tables:
                message = f"there is no table '{target}'"
            elif key["reference"]["fields"] != package.schema(target)["primaryKey"]:
                message = f"'{key['reference']['fields'][0]}' is not the key of {target}"
            else:
                continue
            name = package.resource(table)["schema"]
            text = (package.root / name).read_text(encoding="utf-8")
            steps = ("foreignKeys", position, "reference")
            line = _json_line(text, steps)
            yield Problem(name, line, ".".join(map(str, steps)), "descriptor", message)


# ── the files ────────────────────────────────────────────────────────────────────────────────────


def _form_problems(package: Package) -> Iterator[Problem]:
    for table in package.tables:
        name, file = package.resource(table)["path"], CsvFile.of(package, table)
        for group in FORM:
            findings = [(check.__name__, finding) for check in group for finding in check(file)]
            for rule, finding in findings:
                yield Problem(name, finding.line, finding.column, rule, finding.message)
            if findings:
                break


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
    broken = next(name for name in constraints if f'"{name}"' in note)
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
        breaches = [(rule.__name__, breach) for rule in group for breach in rule(records)]
        for rule_name, breach in breaches:
            file = package.resource(breach.row.table)["path"]
            yield Problem(file, breach.row.line, breach.column, rule_name, breach.message)
        if breaches:
            return
