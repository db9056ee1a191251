"""Spells of membership on a day: what a state was, and on which stretches of days."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any, Final

from csto_data.dates import possible_days
from csto_data.errors import unknown_name
from csto_data.package import Package, Record

BASES: Final = ("in_force", "signature")
READINGS: Final = ("earliest", "latest")
SIGNATORY: Final = "signatory"
STATUSES: Final = ("member", "suspended", "frozen", SIGNATORY)
INSTRUMENTS: Final = ("CST", "CSTO")
COUNTING: Final = ("member", "frozen")
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """What a state is on a day, and the spell that says so."""

    instrument: str
    status: str
    spell: Record

    @property
    def names(self) -> tuple[str, str, str]:
        """Instrument, status and key of the spell."""
        return self.instrument, self.status, str(self.spell["member_id"])


@dataclass(frozen=True)
class Window:
    """A stretch of days, up to the last checked one, on which a state has one standing.

    Days on which a state is bound by nothing have no window. Where the precision of its dates
    leaves the standing open, instrument, status and spell are None.
    """

    iso3: str
    first: date
    last: date
    instrument: str | None
    status: str | None
    member_id: str | None


def standing(spells: Iterable[Record], day: date, basis: str) -> Standing | None:
    """Return what a state with these spells is on a day, or None if it is bound by nothing.

    Under the basis `in_force` a spell opens on its `start_date`, and a state that has signed
    and is not yet bound is a signatory; under `signature` a spell opens on its `signed_date`.
    Ends are the same. The spell under the Charter governs once it is open, that under the
    Treaty before.
    """
    found: dict[str, Standing] = {}
    waiting: Standing | None = None
    for spell in spells:
        instrument, signed = str(spell["instrument"]), spell["signed_date"]
        opens = signed if basis == "signature" and signed else spell["start_date"]
        if _between(opens, day, spell["end_date"]):
            found[instrument] = Standing(instrument, str(spell["status"]), spell)
        elif isinstance(signed, date) and _between(signed, day, opens):
            waiting = Standing(instrument, SIGNATORY, spell)
    return found.get("CSTO") or found.get("CST") or waiting


def windows(
    package: Package, basis: str, uncertain: str | None = None, through: date | None = None
) -> list[Window]:
    """Return the stretches of days on which each state has one standing, sorted.

    They do not overlap, and end on the day `through`; None is the last checked day. `uncertain`
    is `"earliest"` or `"latest"`, for reading all dates as early or as late as they allow, or
    None.
    """
    check_reading(basis, uncertain)
    checked = through or package.checked_through("members")
    return [
        window
        for iso3, spells in sorted(spells_by_state(package).items())
        for window in _windows_of(iso3, list(_readings(spells, uncertain)), basis, checked)
    ]


def spells_by_state(package: Package) -> dict[str, list[Record]]:
    """Return the spells of each state."""
    states: dict[str, list[Record]] = {}
    for spell in package.records("members"):
        states.setdefault(str(spell["iso3"]), []).append(spell)
    return states


def turning_days(spells: Iterable[Record]) -> list[date]:
    """Return the days on which the standing of a state with these spells may change."""
    days = set()
    for spell in spells:
        days |= {spell[column] for column in ("signed_date", "start_date")}
        end = spell["end_date"]
        days.add(end + ONE_DAY if isinstance(end, date) and end < date.max else None)
    return sorted(day for day in days if isinstance(day, date))


def frame_types(pandas: Any) -> dict[str, Any]:
    """Return the pandas types of the columns in which answers about membership stand."""
    return {
        "iso3": "string",
        "instrument": pandas.CategoricalDtype(list(INSTRUMENTS)),
        "status": pandas.CategoricalDtype(list(STATUSES)),
        "is_member": "boolean",
    }


def check_name(kind: str, name: str, known: Sequence[str]) -> None:
    """Raise `UnknownNameError` unless a name is one of those known."""
    if name not in known:
        raise unknown_name(kind, str(name), known)


def check_reading(basis: str, uncertain: str | None) -> None:
    """Raise `UnknownNameError` for an unknown basis or reading of uncertain dates."""
    check_name("basis", basis, BASES)
    if uncertain is not None:
        check_name("reading of uncertain dates", uncertain, READINGS)


def check_statuses(statuses: Sequence[str]) -> None:
    """Raise `UnknownNameError` unless all of these are statuses."""
    for status in [statuses] if isinstance(statuses, str) else statuses:
        check_name("status", status, STATUSES)


def _windows_of(
    iso3: str, readings: list[list[Record]], basis: str, checked: date
) -> Iterator[Window]:
    """Yield the windows of a state, from one day on which the answer changes to the next."""
    days = sorted({day for spells in readings for day in turning_days(spells) if day <= checked})
    answers = [_answers(readings, day, basis) for day in days]
    turns = [
        (day, answer)
        for day, answer, before in zip(days, answers, [{None}, *answers], strict=False)
        if answer != before
    ]
    ends = [*(day - ONE_DAY for day, _ in turns[1:]), checked] if turns else []
    for (first, answer), last in zip(turns, ends, strict=True):
        one = next(iter(answer))
        if len(answer) > 1:
            yield Window(iso3, first, last, None, None, None)
        elif one:
            yield Window(iso3, first, last, *one)


def _answers(
    readings: list[list[Record]], day: date, basis: str
) -> set[tuple[str, str, str] | None]:
    """Return what each reading of the dates makes of a day."""
    found = [standing(spells, day, basis) for spells in readings]
    return {one.names if one else None for one in found}


def _readings(spells: list[Record], uncertain: str | None) -> Iterator[list[Record]]:
    """Yield the spells with plain days, once for each way of reading their starts and ends."""
    choices = [READINGS.index(uncertain)] if uncertain else [0, 1]
    for start, end in product(choices, choices):
        read = (("signed", start), ("start", start), ("end", end))
        yield [
            spell | {f"{what}_date": _day(spell, what, n) for what, n in read} for spell in spells
        ]


def _day(spell: Record, what: str, choice: int) -> date | None:
    day, precision = spell[f"{what}_date"], spell[f"{what}_precision"]
    return possible_days(day, str(precision))[choice] if isinstance(day, date) else None


def _between(first: object, day: date, last: object) -> bool:
    return isinstance(first, date) and first <= day and (not isinstance(last, date) or day <= last)
