"""Who was what on a day: spells of membership turned into answers."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from csto_data.errors import unknown_name
from csto_data.package import Package, Record, installed

if TYPE_CHECKING:
    import pandas

BASES: Final = ("in_force", "signature")
SIGNATORY: Final = "signatory"
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """What a state is on a day, and the spell that says so."""

    instrument: str
    status: str
    spell: Record


@dataclass(frozen=True)
class Change:
    """A day on which the standing of a state became another, under one legal reading.

    Instrument and status are None where the state is bound by nothing. `event_id` and
    `document_id` tell what brought it about, `sources` which publications say so.
    """

    date: date
    basis: str
    iso3: str
    instrument_before: str | None
    status_before: str | None
    instrument_after: str | None
    status_after: str | None
    member_id: str
    event_id: str | None
    document_id: str | None
    sources: str


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


def _between(first: object, day: date, last: object) -> bool:
    return isinstance(first, date) and first <= day and (not isinstance(last, date) or day <= last)


def roster_changes(package: Package, basis: str) -> list[Change]:
    """Return every change of a state's standing under one basis, in the order of the days."""
    found = []
    for iso3, spells in _spells_by_state(package).items():
        before: Standing | None = None
        for day in _turning_days(spells):
            after = standing(spells, day, basis)
            if _name(after) != _name(before):
                cause = _cause(package, day, after or before, is_end=after is None)
                names = (*_name(before), *_name(after))
                found.append(Change(day, basis, iso3, *names, **cause))
            before = after
    return sorted(found, key=lambda change: (change.date, change.iso3))


def changes(basis: str | None = None) -> "pandas.DataFrame":
    """Return every change of the roster since 1992, a row each, in the order of the days.

    The columns are those of `Change`: the day (`datetime64`), the basis, the state, what it
    was before and after (null: bound by nothing), the spell, the event and the document behind
    the change, and the sources of the day, separated by `; `. `basis` is `"in_force"` or
    `"signature"`; None gives both. Raises `UnknownNameError` for another.

    >>> frame = changes("in_force")
    >>> frame.loc[frame["iso3"] == "UZB", "status_after"].tolist()
    ['signatory', 'member', <NA>, 'member', 'suspended']
    """
    if basis not in (None, *BASES):
        raise unknown_name("basis", str(basis), BASES)
    import pandas

    bases = BASES if basis is None else (basis,)
    rows = [change for one in bases for change in roster_changes(installed(), one)]
    names = [field.name for field in fields(Change)]
    frame = pandas.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], "string"))
    return frame.assign(date=pandas.to_datetime(frame["date"]))


def _spells_by_state(package: Package) -> dict[str, list[Record]]:
    states: dict[str, list[Record]] = {}
    for spell in package.records("members"):
        states.setdefault(str(spell["iso3"]), []).append(spell)
    return states


def _turning_days(spells: Iterable[Record]) -> list[date]:
    """Return the days on which the standing may change."""
    days = set()
    for spell in spells:
        for column, shift in (("signed_date", 0), ("start_date", 0), ("end_date", 1)):
            day = spell[column]
            if isinstance(day, date):
                days.add(day + shift * ONE_DAY)
    return sorted(days)


def _name(one: Standing | None) -> tuple[str | None, str | None]:
    return (one.instrument, one.status) if one else (None, None)


def _cause(package: Package, day: date, known: Standing | None, *, is_end: bool) -> dict[str, Any]:
    """Return the spell behind a change, its event, its document, and the sources of the day."""
    assert known is not None
    spell = known.spell
    start = "signed" if spell["signed_date"] == day else "start"
    what = "end" if is_end else start
    member_id, event = str(spell["member_id"]), spell[f"{what}_event_id"]
    document = None if is_end else spell["document_id"]
    sources = (
        _sources(package, "members", member_id, f"{what}_date")
        or _sources(package, "events", str(event), "*")
        or _sources(package, "members", member_id, "*")
    )
    return {
        "member_id": member_id,
        "event_id": event,
        "document_id": document,
        "sources": "; ".join(sources),
    }


def _sources(package: Package, table: str, row_id: str, field: str) -> list[str]:
    wanted = (table, row_id, field, "supports")
    return [
        str(citation["source_id"])
        for citation in package.records("citations")
        if wanted == tuple(citation[name] for name in ("table", "row_id", "field", "stance"))
    ]
