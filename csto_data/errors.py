"""The errors that this package raises on purpose."""

from collections.abc import Iterable
from difflib import get_close_matches


class CstoDataError(Exception):
    """Any error that csto_data raises on purpose; its text names thing, place and remedy."""


class UnknownNameError(CstoDataError, LookupError):
    """A table, column, row or option of that name does not exist."""


class MissingExtraError(CstoDataError, ImportError):
    """An optional dependency is not installed."""


class BadCellError(CstoDataError):
    """A cell of the user's own data cannot be read; `row` counts from 0."""

    def __init__(self, column: str, row: int, value: object, why: str) -> None:
        super().__init__(f"column '{column}', row {row}: {value!r} {why}")
        self.column, self.row, self.value, self.why = column, row, value, why


class DamagedPackageError(CstoDataError):
    """A file of the data package is missing or cannot be read."""


class CstoDataWarning(UserWarning):
    """Any warning of csto_data: an answer was given, and something about it has to be known."""


class MissingColumnError(CstoDataError, LookupError):
    """A table lacks a column that a rule looks at."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(f"{table} has no column '{column}', which the rules need: declare it")
        self.table = table
        self.column = column


def unknown_name(kind: str, name: str, known: Iterable[str], where: str = "") -> UnknownNameError:
    """Return the error for a mistyped name, with the nearest known names.

    >>> print(unknown_name("table", "member", ["events", "members"]))
    unknown table 'member': did you mean 'members'? Tables: events, members
    """
    known = list(known)
    near = get_close_matches(name, known, n=1)
    hint = f" did you mean '{near[0]}'?" if near else ""
    listed = ", ".join(known) if len(known) <= 40 else f"{len(known)} of them"
    plural = kind if kind.endswith("s") else f"{kind}s"
    return UnknownNameError(
        f"unknown {kind} '{name}'{where}:{hint} {plural.capitalize()}: {listed}"
    )


def missing_extra(module: str, extra: str) -> MissingExtraError:
    """Return the error for an optional dependency that is not installed."""
    return MissingExtraError(
        f"this needs {module}, which is not installed: pip install 'csto-data[{extra}]'"
    )
