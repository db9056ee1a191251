"""`csto-data add`: the columns of a line, given as options or asked one by one on a terminal.

Options and questions are derived from the schemas; a wrong answer is refused and asked again.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from csto_data.errors import CstoDataError, unknown_name

if TYPE_CHECKING:
    from csto_data.adding import Added
    from csto_data.package import Package

TARGET: Final = ("table", "row_id", "field")
LATE_AND_EARLY: Final = {"url": -1, "source_id": 1}
"""Of a source the address is asked first, which may be known, and the key last, from the rest."""

Field = dict[str, Any]
Cells = dict[str, str]
Check = Callable[[str], None]


class ColumnsCommand(click.Command):
    """A command with an option for each column of some tables."""

    def __init__(self, *arguments: Any, tables: tuple[str, ...], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.tables = tables

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the options of the columns, as the schemas declare them, and the others."""
        from csto_data.package import installed

        fields: dict[str, Field] = {}
        for table in self.tables:
            for field in installed().fields(table):
                fields.setdefault(field["name"], field)
        return [*map(_option, fields.values()), *super().get_params(ctx)]


def _option(field: Field) -> click.Option:
    values = field.get("constraints", {}).get("enum")
    return click.Option(
        [f"--{field['name']}", field["name"]],
        metavar="|".join(values) if values else "TEXT",
        help=field["description"],
    )


PACKAGE: Final = click.option(
    "--package",
    "path",
    type=click.Path(path_type=Path),
    help="The folder of a clone; else that in which you stand.",
)


@click.group("add")
def add_command() -> None:
    """Add a line to the sources or citations of a clone.

    Columns that are not given as options are asked for, on a terminal.
    """


@add_command.command("source", cls=ColumnsCommand, tables=("sources",))
@PACKAGE
def add_source_command(path: Path | None, **options: str | None) -> None:
    """Add a source to data/sources.csv."""
    from csto_data.adding import add, clone

    package = clone(path)
    line = _source(package, _given(options))
    _tell(add(package, {"sources": line}))
    click.echo(f"next: csto-data add citation --source_id {line['source_id']}")


@add_command.command("citation", cls=ColumnsCommand, tables=("citations", "sources"))
@PACKAGE
def add_citation_command(path: Path | None, **options: str | None) -> None:
    """Add a citation to data/citations.csv, and its source where --url is a new address."""
    from csto_data.adding import add, check_target, clone, present_value

    package, given = clone(path), _given(options)
    columns = package.column_names("citations")
    line = {name: text for name, text in given.items() if name in columns}
    source = {name: text for name, text in given.items() if name not in columns}
    if not _is_terminal():
        _demand(package, "citations", line, but="source_id")
    check_target(package, line)
    _complete(package, "citations", line, TARGET, lambda cells: check_target(package, cells))
    value = present_value(package, line)
    if _is_terminal() and value is not None:
        click.echo(f"{line['field']} says now: {value or '(empty)'}")
    lines = _cited(package, line, source)
    _complete(package, "citations", line, columns)
    _tell(add(package, lines | {"citations": line}))
    click.echo(f"next: csto-data validate {package.root}")


def _given(options: Mapping[str, str | None]) -> Cells:
    return {name: text for name, text in options.items() if text is not None}


def _tell(added: "list[Added]") -> None:
    for line in added:
        click.echo(str(line))


def _source(package: "Package", line: Cells) -> Cells:
    """Return the line of a new source; raise where there is one at its address."""
    from csto_data.adding import source_at

    def is_new(cells: Cells) -> None:
        known = source_at(package, cells.get("url", ""))
        if known:
            raise CstoDataError(f"{cells['url']} is the source {known} already: cite that")

    names = sorted(package.column_names("sources"), key=lambda name: LATE_AND_EARLY.get(name, 0))
    is_new(line)
    if not _is_terminal():
        _demand(package, "sources", line)
    _complete(package, "sources", line, names[:-1], is_new)
    if "source_id" not in line:
        line["source_id"] = _new_key(package, line)
    return line


def _new_key(package: "Package", line: Cells) -> str:
    """Ask for the key of a new source, with a suggestion."""
    from csto_data.adding import source_ids, suggested_id

    def check(answer: str) -> None:
        if answer in source_ids(package):
            raise CstoDataError(f"there is a source {answer} already")
        _check(package, "sources", line | {"source_id": answer})

    click.echo(f"\n{_question(package, 'sources', 'source_id')}")
    return _answer("source_id", check, suggested_id(package, line["publisher"], line["url"]))


def _cited(package: "Package", line: Cells, source: Cells) -> dict[str, Cells]:
    """Put the key of the source into a citation, and return the line of the source if it is new."""
    from csto_data.adding import source_at, source_ids

    if "source_id" not in line and "url" not in source:
        if not _is_terminal():
            raise CstoDataError("--source_id is missing: name a source, or its address with --url")
        _ask_for_source(package, line, source)
    if "url" not in source:
        _known(line["source_id"], source_ids(package))
        _refuse_columns(line["source_id"], source)
        return {}
    known = source_at(package, source["url"])
    if known is None:
        key = {"source_id": line["source_id"]} if "source_id" in line else {}
        new = _source(package, source | key)
        line["source_id"] = new["source_id"]
        return {"sources": new}
    click.echo(f"{source['url']} is the source {known}")
    if line.setdefault("source_id", known) != known:
        raise CstoDataError(f"--source_id {line['source_id']}: the source at --url is {known}")
    _refuse_columns(known, {name: text for name, text in source.items() if name != "url"})
    return {}


def _ask_for_source(package: "Package", line: Cells, source: Cells) -> None:
    from csto_data.adding import source_ids

    def check(answer: str) -> None:
        if "://" not in answer:
            _known(answer, source_ids(package))

    question = _question(package, "citations", "source_id")
    click.echo(f"\n{question}\nIts key, or its address: https://…")
    answer = _answer("source_id", check)
    if "://" in answer:
        source["url"] = answer
    else:
        line["source_id"] = answer


def _known(source_id: str, known: list[str]) -> None:
    if source_id not in known:
        error = unknown_name("source", source_id, known)
        raise CstoDataError(f"{error}. A new source has its address: --url")


def _refuse_columns(source_id: str, columns: Cells) -> None:
    if columns:
        options = ", ".join(f"--{name}" for name in columns)
        raise CstoDataError(f"the source {source_id} is there already: leave out {options}")


# ── options and questions ────────────────────────────────────────────────────────────────────────


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _demand(package: "Package", table: str, line: Cells, but: str = "") -> None:
    """Raise for the columns that a line has to have and that no option gives."""
    from csto_data.adding import suggested_id

    missing = [
        field
        for field in package.fields(table)
        if field.get("constraints", {}).get("required") and field["name"] not in {*line, but}
    ]
    if missing:
        parts = [f"--{field['name']} is missing: {field['description']}" for field in missing]
        if "publisher" in line and missing[0]["name"] == "source_id":
            free = suggested_id(package, line["publisher"], line.get("url", ""))
            parts[0] += f" Free is {free}"
        raise CstoDataError("\n".join(parts))


def _complete(
    package: "Package",
    table: str,
    line: Cells,
    names: Sequence[str],
    also: Callable[[Cells], None] = lambda _: None,
) -> None:
    """Ask for the columns that a line lacks, on a terminal, and refuse what is wrong with any."""
    _check(package, table, line)
    for name in names if _is_terminal() else ():
        if name in line:
            continue

        def check(answer: str, name: str = name) -> None:
            also(line | {name: answer})
            _check(package, table, line | {name: answer})

        click.echo(f"\n{_question(package, table, name)}")
        line[name] = _answer(name, check)


def _check(package: "Package", table: str, line: Cells) -> None:
    from csto_data.adding import explained, line_problems

    problems = line_problems(package, table, line) if line else []
    if problems:
        raise CstoDataError("\n".join(map(explained, problems)))


def _question(package: "Package", table: str, column: str) -> str:
    """Return what a column means, its vocabulary and an example."""
    (field,) = (field for field in package.fields(table) if field["name"] == column)
    meanings = field.get("enumLabels", {}).items()
    values = [f"  {value}: {meaning}" for value, meaning in meanings]
    said = f"{field['title']}. {field['description']}"
    return "\n".join([said, *values, f"Example: {field['example']}"])


def _answer(name: str, check: Check, default: str = "") -> str:
    """Return an answer that passes a check; one that does not is refused with the reason."""

    def checked(text: str) -> str:
        try:
            check(text.strip())
        except CstoDataError as error:
            raise click.UsageError(str(error)) from None
        return text.strip()

    answer: str = click.prompt(
        name, default=default, show_default=bool(default), value_proc=checked
    )
    return answer
