"""What changed between two copies of the data package, and what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from csto_data.archives import CHANGELOG
from csto_data.bumps import (
    Reason,
    Versions,
    declaration_reasons,
    effect_reasons,
    row_reasons,
    unnamed,
    versions,
)
from csto_data.declarations import DeclarationChange, declaration_changes
from csto_data.flips import Effect, effects
from csto_data.opening import Opened, opened
from csto_data.validation import Problem

CITATIONS: Final = "citations"
EVIDENCE: Final = (CITATIONS, "sources")
"""What every correction needs: rows added to these tables make it no more than a correction."""


@dataclass(frozen=True)
class CellChange:
    """A cell with another text; an empty one is an empty text."""

    table: str
    row_id: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class TableDiff:
    """The keys of the rows that a table gained and lost, and the cells that changed.

    Of a column that was added or removed only the declaration counts as changed.
    """

    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    cells: tuple[CellChange, ...]


@dataclass(frozen=True)
class Diff:
    """What changed between two copies of the package: prints as text, as Markdown or as JSON.

    `declarations` are the changes of the descriptor and the schemas, `tables` those of rows and
    cells, `effects` the answers of the default panel that flip, `versions` the version that this
    calls for, `problems` what forbids to publish it, and `notes` what could not be looked at.
    """

    old: str
    new: str
    declarations: tuple[DeclarationChange, ...]
    tables: tuple[TableDiff, ...]
    effects: tuple[Effect, ...]
    versions: Versions
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not self.declarations and not self.tables

    def __str__(self) -> str:
        from csto_data.reporting import text

        return text(self)

    __repr__ = __str__

    def to_markdown(self) -> str:
        """Return the diff in Markdown that fits a comment on a pull request or a job summary."""
        from csto_data.reporting import markdown

        return markdown(self)

    def to_json(self) -> str:
        """Return the whole diff as JSON: nothing is cut."""
        from csto_data.reporting import json_text

        return json_text(self)


def diff(old: str | Path, new: str | Path) -> Diff:
    """Return what changed from one copy of the data package to another.

    `old` and `new` are each a folder (with `datapackage.json`, or one into which csto-data is
    installed), a wheel, a zip, a tar.gz, or a revision of the git repository one stands in, such
    as `"main"` or `"HEAD~1"`; a file or folder of that name goes first. Compared are the
    declarations, the rows by their key, the cells as text, and the answers of the default panel
    under each legal basis on the days that both copies cover. From that follows the version that
    the newer copy needs, and a problem for each published key that is gone without an entry in the
    changelog beside the newer copy. Citations have no key of their own: one that is replaced is a
    correction, as is a new citation or source.

    Raises `CstoDataError` for what is none of these or not safe to read, and
    `DamagedPackageError` for a copy whose tables do not fit their schemas.

    >>> from csto_data import path
    >>> package = path("members").parent.parent
    >>> diff(package, package).is_empty
    True
    """
    with opened(old) as before, opened(new) as after:
        return _compared(before, after)


def _compared(old: Opened, new: Opened) -> Diff:
    declarations = tuple(declaration_changes(old.package, new.package))
    tables = tuple(_table_diffs(old, new))
    flips = effects(old.package, new.package)
    vanished = [(one.table, key) for one in tables if one.table != CITATIONS for key in one.removed]
    return Diff(
        old=old.name,
        new=new.name,
        declarations=declarations,
        tables=tables,
        effects=flips,
        versions=versions(old.version, new.version, _reasons(declarations, tables, flips)),
        problems=tuple(_problems(old, new, vanished)),
        notes=tuple(_notes(new, vanished, flips)),
    )


def _reasons(
    declarations: tuple[DeclarationChange, ...],
    tables: tuple[TableDiff, ...],
    flips: tuple[Effect, ...],
) -> Iterator[Reason]:
    rows = row_reasons(
        added=any(table.added for table in tables if table.table not in EVIDENCE),
        removed=any(table.removed for table in tables if table.table != CITATIONS),
        corrected=bool(tables),
    )
    return chain(declaration_reasons(declarations), rows, effect_reasons(flips))


def _table_diffs(old: Opened, new: Opened) -> Iterator[TableDiff]:
    """Yield the tables whose rows changed, in the order of the newer package."""
    for table in dict.fromkeys([*new.package.tables, *old.package.tables]):
        before, after = old.rows.get(table, {}), new.rows.get(table, {})
        found = TableDiff(
            table=table,
            added=tuple("/".join(key) for key in after if key not in before),
            removed=tuple("/".join(key) for key in before if key not in after),
            cells=tuple(
                CellChange(table, "/".join(key), column, before[key][column], text)
                for key, cells in after.items()
                if key in before
                for column, text in cells.items()
                if before[key].get(column, text) != text
            ),
        )
        if found.added or found.removed or found.cells:
            yield found


def _problems(old: Opened, new: Opened, vanished: list[tuple[str, str]]) -> Iterator[Problem]:
    """Yield the published keys that are gone and that no entry of the changelog names."""
    if new.changelog is None:
        return
    missing = set(unnamed([key for _, key in vanished], new.changelog, old.version, new.version))
    for table, key in vanished:
        if key in missing:
            message = f"{key!r} is gone from {table}, and no entry after {old.version} names it"
            yield Problem(CHANGELOG, 1, "", "key_vanished", message)


def _notes(
    new: Opened, vanished: list[tuple[str, str]], flips: tuple[Effect, ...]
) -> Iterator[str]:
    if vanished and new.changelog is None:
        yield (
            f"{new.name} has no {CHANGELOG} beside it: whether the {len(vanished)} keys that are "
            "gone are named in it could not be checked"
        )
    if not flips:
        yield "one of the two has no spells of membership: no panel could be compared"
