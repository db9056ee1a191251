"""The command `csto-data`: the same verbs as the module, thin."""

import json
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from csto_data.asking import add_command
from csto_data.canonical import render
from csto_data.errors import CstoDataError, CstoDataWarning
from csto_data.listing import aligned, as_text
from csto_data.selecting import select

WIDEST_CELL: Final = 44
MARKDOWN_ESCAPES: Final = str.maketrans({"|": "\\|"})


FORMAT: Final = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "markdown"]),
    default="table",
    show_default=True,
)


BASIS: Final = click.option(
    "--basis",
    type=click.Choice(["in_force", "signature"]),
    default="in_force",
    show_default=True,
    help="Whether spells open with the entry into force or with the signature.",
)
UNIT: Final = click.option(
    "--unit", type=click.Choice(["year", "month", "day"]), default="year", show_default=True
)
RULE: Final = click.option(
    "--rule",
    type=click.Choice(["any", "all", "majority", "jan1", "jul1", "dec31"]),
    default="any",
    show_default=True,
    help="Which days of the period decide.",
)


COUNTRY: Final = click.option(
    "--country",
    "countries",
    multiple=True,
    required=True,
    metavar="COLUMN",
    help="The column of states; twice for pairs of states.",
)
DATE: Final = click.option("--date", metavar="COLUMN", help="The column of days.")
YEAR: Final = click.option("--year", metavar="COLUMN", help="The column of years, if not of days.")
YEAR_RULE: Final = click.option(
    "--rule", metavar="RULE", help="Which days of a year decide; as in the panel."
)
PREFIX: Final = click.option(
    "--out", default="csto_", show_default=True, help="What the new columns begin with."
)


def main() -> None:
    """Run the command; a mistake gives one line, and so does a warning of this package."""
    warnings.showwarning = _show_warning
    try:
        command()
    except CstoDataError as error:
        click.echo(f"csto-data: {error}", err=True)
        sys.exit(2)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    if isinstance(message, CstoDataWarning):
        click.echo(f"csto-data: {message}", err=True)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from csto_data.package import installed

        click.echo(f"csto-data {installed().descriptor['version']}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version of data and code.",
)
def command() -> None:
    """The open dataset of the Collective Security Treaty Organization."""


command.add_command(add_command)


@command.command("tables")
def tables_command() -> None:
    """List the tables."""
    from csto_data.describing import tables

    rows = [[table.name, table.title, table.rows, table.checked_through] for table in tables()]
    _print_table(["table", "title", "rows", "checked through"], rows)


@command.command("show")
@click.argument("table")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help="Keep the rows where column=value; also != < <= > >= and ~ (contains). Repeatable.",
)
@click.option("--columns", metavar="A,B,…", help="Show these columns, in this order.")
@FORMAT
def show_command(table: str, conditions: tuple[str, ...], columns: str | None, form: str) -> None:
    """Print the rows of TABLE."""
    names, rows = select(table, conditions, columns.split(",") if columns else None)
    _print_rows(names, rows, form, all_columns=columns is not None)


def _print_rows(
    names: list[str], rows: list[list[Any]], form: str, *, all_columns: bool = False
) -> None:
    if form == "csv":
        click.echo(render([names, *[[as_text(cell) for cell in row] for row in rows]]), nl=False)
    elif form == "json":
        records = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2, default=str))
    elif form == "markdown":
        click.echo(_markdown(names, rows))
    else:
        _print_table(names, rows, all_columns=all_columns)


@command.command("describe")
@click.argument("table", required=False)
@click.option("--all", "every", is_flag=True, help="All tables: the whole codebook.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
)
def describe_command(table: str | None, every: bool, form: str) -> None:
    """Print the codebook of TABLE: what a row is, and what each column means."""
    from csto_data.describing import codebook, describe, tables

    if bool(table) == every:
        raise click.UsageError("name one table, or ask for --all")
    if every and form == "markdown":
        click.echo(codebook(), nl=False)
        return
    for description in map(describe, [one.name for one in tables()] if every else [str(table)]):
        click.echo(description.to_markdown() if form == "markdown" else f"{description}\n")


@command.command("explain")
@click.argument("table")
@click.argument("row")
def explain_command(table: str, row: str) -> None:
    """Print the sources of ROW in TABLE, and who disputes what.

    ROW is the key of the row; parts of a longer key are joined by a slash.
    """
    from csto_data.provenance import explain

    click.echo(str(explain(table, row)))


@command.command("validate")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="One problem a line, JSON, or annotations for GitHub.",
)
def validate_command(path: Path | None, form: str) -> None:
    """Validate the installed data, or the copy of the package in the folder PATH.

    The exit status is 0 when all is well and 1 when there are problems.
    """
    from csto_data.validation import validate

    problems = validate(path, progress=_show_stage)
    _show_stage("")
    if form == "json":
        click.echo(
            json.dumps([vars(problem) for problem in problems], ensure_ascii=False, indent=2)
        )
    for problem in problems if form != "json" else []:
        click.echo(_github_annotation(problem) if form == "github" else str(problem))
    if problems:
        click.echo(
            f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; "
            "later checks wait until these are mended",
            err=True,
        )
    elif form == "text":
        click.echo("no problems")
    sys.exit(1 if problems else 0)


@command.command("verify")
@click.argument("path", required=False, type=click.Path(path_type=Path))
def verify_command(path: Path | None) -> None:
    """Compare the installed files, or those in the folder PATH, with their recorded checksums.

    The exit status is 0 when all are as recorded, 1 when files are changed, missing or stray, and
    2 when nothing is recorded to compare with, as in a clone or an editable install.
    """
    from csto_data.verifying import verify

    differences = verify(path)
    click.echo(str(differences) if differences else "all files are as recorded")
    if differences:
        click.echo(f"{len(differences)} not as recorded: install or download again", err=True)
    sys.exit(1 if differences else 0)


@command.command("exercises")
@click.argument("year", required=False, type=int)
@FORMAT
def exercises_command(year: int | None, form: str) -> None:
    """List the exercises, or those of YEAR, with hosts, participants and personnel."""
    from dataclasses import astuple, fields

    from csto_data.drills import Exercise, exercises

    rows = [list(astuple(one)) for one in exercises(year)]
    _print_rows([field.name for field in fields(Exercise)], rows, form)


@command.command("members")
@click.option("--on", metavar="DAY", help="A day such as 2009-01-01; else the last checked one.")
@BASIS
@FORMAT
def members_command(on: str | None, basis: str, form: str) -> None:
    """Show what each of the nine states was on a day."""
    from csto_data.roster import members

    _print_frame(members(on, basis), form)


@command.command("panel")
@UNIT
@RULE
@BASIS
@FORMAT
def panel_command(unit: str, rule: str, basis: str, form: str) -> None:
    """Print the nine states by years, months or days, with their membership."""
    from csto_data.panels import panel

    _print_frame(panel(unit, rule=rule, basis=basis), form)


@command.command("dyads")
@UNIT
@RULE
@BASIS
@click.option("--directed", is_flag=True, help="Each pair both ways.")
@FORMAT
def dyads_command(unit: str, rule: str, basis: str, directed: bool, form: str) -> None:
    """Print the pairs of states that are members at the same time."""
    from csto_data.panels import dyads

    _print_frame(dyads(unit, rule=rule, basis=basis, directed=directed), form)


@command.command("annotate")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@COUNTRY
@DATE
@YEAR
@YEAR_RULE
@click.option(
    "--code",
    default="auto",
    show_default=True,
    metavar="SYSTEM",
    help="iso3, iso2, iso_numeric, cow, gw, fips or name; auto looks, and reads IN twice.",
)
@BASIS
@PREFIX
def annotate_command(
    source: Path, target: Path, countries: tuple[str, ...], **options: Any
) -> None:
    """Write IN to OUT with the status of its states on its days.

    IN is a CSV or Parquet file, or a folder of them; it may be larger than memory. OUT is written
    when all of it is done, or not at all.
    """
    import signal

    from csto_data.annotation import asked
    from csto_data.streaming import annotate_files, files_of

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    question = asked(countries, **options)
    readings = 2 if question.code == "auto" else 1
    size = sum(file.stat().st_size for file in files_of(source)) * readings
    with _progress_bar(f"annotating {source.name}", size) as progress:
        annotate_files(source, target, question, progress)


@command.command("sql")
@click.argument("verb")
@click.option("--dialect", required=True, help="bigquery, duckdb, postgres, spark or sqlite.")
@COUNTRY
@DATE
@YEAR
@YEAR_RULE
@click.option(
    "--code",
    required=True,
    metavar="SYSTEM",
    help="iso3, iso2, iso_numeric, cow, gw, fips or name.",
)
@BASIS
@PREFIX
def sql_command(verb: str, countries: tuple[str, ...], **options: Any) -> None:
    """Print the columns that VERB, which is annotate, adds, as SQL for the list of a SELECT."""
    from csto_data.warehouse import sql

    click.echo(sql(verb, country=countries, **options))


@command.command("changes")
@click.option(
    "--basis", type=click.Choice(["in_force", "signature"]), help="One legal reading; else both."
)
@FORMAT
def changes_command(basis: str | None, form: str) -> None:
    """List every change of the roster since 1992, with what brought it about and its sources."""
    from dataclasses import astuple, fields

    from csto_data.package import installed
    from csto_data.roster import Change, roster_changes
    from csto_data.spells import BASES

    bases = (basis,) if basis else BASES
    rows = [list(astuple(c)) for one in bases for c in roster_changes(installed(), one)]
    _print_rows([field.name for field in fields(Change)], rows, form)


@command.command("gaps")
@click.argument("table", required=False)
@FORMAT
def gaps_command(table: str | None, form: str) -> None:
    """Count what is expected and empty; with TABLE, list it row by row."""
    from dataclasses import astuple, fields

    from csto_data.missing import Gap, GapCount, count, gaps

    found = gaps(table)
    listed, kind = (found, Gap) if table else (count(found), GapCount)
    rows = [list(astuple(item)) for item in listed]
    _print_rows([field.name for field in fields(kind)], rows, form)


@command.command("diff")
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
def diff_command(old: str, new: str, form: str) -> None:
    """Show what changed from OLD to NEW, which answers flip, and which version that needs.

    Each is a folder, a wheel, a zip or a tar.gz that holds the package, or a git revision such as
    main or HEAD~1. The exit status is 1 when a key is gone and the changelog does not name it.
    """
    from csto_data.comparing import diff

    found = diff(old, new)
    forms = {"text": found.__str__, "json": found.to_json, "markdown": found.to_markdown}
    click.echo(forms[form]().rstrip("\n"))
    sys.exit(1 if found.problems else 0)


@command.command("cite")
@click.argument("style", default="text")
def cite_command(style: str) -> None:
    """Print how to cite the dataset; STYLE is text or bibtex."""
    from csto_data.provenance import cite

    click.echo(cite(style))


def _print_frame(frame: Any, form: str) -> None:
    """Print a pandas frame; null is empty, and a timestamp is its day."""
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [[_plain(cell) for cell in row] for row in plain.to_numpy().tolist()]
    _print_rows(list(frame.columns), rows, form, all_columns=True)


def _plain(cell: Any) -> Any:
    return cell.date() if hasattr(cell, "date") else cell


def _print_table(names: list[str], rows: list[list[Any]], *, all_columns: bool = True) -> None:
    """Print rows: drawn on a terminal, as far as its width goes; plain and whole elsewhere."""
    if not sys.stdout.isatty():
        click.echo(aligned(names, rows))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console()
    shown = names if all_columns else _columns_that_fit(names, rows, console.width)
    positions = [names.index(name) for name in shown]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in shown:
        table.add_column(name, overflow="fold" if all_columns else "ellipsis")
    for row in rows:
        table.add_row(*[_shortened(row[position], all_columns) for position in positions])
    console.print(table)
    if len(shown) < len(names):
        hidden = ", ".join(name for name in names if name not in shown)
        click.echo(f"{len(rows)} rows. Not shown: {hidden}. See --columns and --format.")


def _columns_that_fit(names: list[str], rows: list[list[Any]], width: int) -> list[str]:
    """Return the first columns for which there is room, leaving the precisions aside."""
    fitting: list[str] = []
    used = 0
    for position, name in enumerate(names):
        if name.endswith("_precision"):
            continue
        cells = [name, *[_shortened(row[position], False) for row in rows]]
        used += max(map(len, cells)) + 3
        if fitting and used > width:
            break
        fitting.append(name)
    return fitting


def _shortened(cell: Any, whole: bool) -> str:
    from rich.markup import escape

    text = as_text(cell)
    if not whole and len(text) > WIDEST_CELL:
        text = f"{text[: WIDEST_CELL - 1]}…"
    return escape(text)


def _markdown(names: list[str], rows: list[list[Any]]) -> str:
    lines = [names, ["---"] * len(names)]
    lines += [[as_text(cell).translate(MARKDOWN_ESCAPES) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@contextmanager
def _progress_bar(title: str, size: int) -> Iterator[Callable[[float], None]]:
    """Show on a terminal how much of so many bytes is done, and yield what moves it on."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=size)
        yield lambda done: progress.advance(task, done)


def _show_stage(stage: str) -> None:
    """Show on a terminal which stage of the validation runs; an empty name clears the line."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{f'checking: {stage} …' if stage else ''}", err=True, nl=False)


def _github_annotation(problem: Any) -> str:
    def escaped(text: str, more: str = "") -> str:
        for character in f"%\r\n{more}":
            text = text.replace(character, f"%{ord(character):02X}")
        return text

    column = f"{problem.column}: " if problem.column else ""
    return (
        f"::error file={escaped(problem.file, ':,')},line={problem.line},"
        f"title={escaped(problem.rule, ':,')}::{escaped(column + problem.message)}"
    )
