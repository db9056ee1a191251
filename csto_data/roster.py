"""The roster: who was what on a day, and every day on which that changed."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from csto_data.errors import CstoDataError, CstoDataWarning
from csto_data.package import Package, installed
from csto_data.spells import (
    BASES,
    COUNTING,
    Standing,
    check_name,
    check_statuses,
    frame_types,
    spells_by_state,
    standing,
    turning_days,
    windows,
)

if TYPE_CHECKING:
    import pandas


class UncheckedDayWarning(CstoDataWarning):
    """A day lies past the last one that the sources cover; the answer is unknown."""


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


def members(
    on: date | str | None = None,
    basis: str = "in_force",
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
) -> "pandas.DataFrame":
    """Return what each of the nine states of the Treaty and the Organisation was on a day.

    One row a state, sorted by code: `iso3`, `name`, `instrument`, `status`, `is_member`,
    `member_id`. `on` is a day (a date or ISO text); None is the last checked day. Under the
    basis `"in_force"` a spell opens on its `start_date`, and a state that has signed and is not
    yet bound is a `signatory`; under `"signature"` it opens on its `signed_date`. Ends are the
    same. The spell under the Charter governs once it is open, that under the Treaty before.
    `is_member` is true for the statuses in `counting`. A state that is bound by nothing has
    `is_member` False and nulls. Where the precision of a date leaves the answer open, it is
    null, unless `uncertain` is `"earliest"` or `"latest"`: then all dates are read as early, or
    as late, as they allow. Past the last checked day every answer is null, with a warning.

    Raises `UnknownNameError` for an unknown basis, status or reading, and `CstoDataError` for
    what is not a day.

    >>> roster = members(on="2012-12-19")
    >>> roster.loc[roster["is_member"], "iso3"].tolist()
    ['ARM', 'BLR', 'KAZ', 'KGZ', 'RUS', 'TJK']
    """
    import pandas

    package = installed()
    checked = package.checked_through("members")
    day = checked if on is None else as_day(on)
    check_statuses(counting)
    if day > checked:
        warn_unchecked(str(day), checked)
    names = {row["iso3"]: row["name"] for row in package.records("countries")}
    found = {w.iso3: w for w in windows(package, basis, uncertain) if w.first <= day <= w.last}
    rows = []
    for iso3 in sorted(spells_by_state(package)):
        window = found.get(iso3)
        is_known = day <= checked and (window is None or window.status is not None)
        is_member = window is not None and window.status in counting
        rows.append(
            {
                "iso3": iso3,
                "name": names[iso3],
                "instrument": window.instrument if window else None,
                "status": window.status if window else None,
                "is_member": is_member if is_known else None,
                "member_id": window.member_id if window else None,
            }
        )
    text = {"name": "string", "member_id": "string"}
    return pandas.DataFrame(rows).astype(frame_types(pandas) | text)


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
    import pandas

    if basis is not None:
        check_name("basis", basis, BASES)

    bases = BASES if basis is None else (basis,)
    rows = [change for one in bases for change in roster_changes(installed(), one)]
    names = [field.name for field in fields(Change)]
    frame = pandas.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], "string"))
    return frame.assign(date=pandas.to_datetime(frame["date"]))


def roster_changes(package: Package, basis: str) -> list[Change]:
    """Return every change of a state's standing under one basis, in the order of the days."""
    found, supports = [], _supports(package)
    for iso3, spells in spells_by_state(package).items():
        before: Standing | None = None
        for day in turning_days(spells):
            after = standing(spells, day, basis)
            if _names(after) != _names(before):
                cause = _cause(supports, day, after or before, is_end=after is None)
                names = (*_names(before), *_names(after))
                found.append(Change(day, basis, iso3, *names, **cause))
            before = after
    return sorted(found, key=lambda change: (change.date, change.iso3))


def as_day(value: date | str) -> date:
    """Return a day given as a date or as ISO text."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CstoDataError(f"{value!r} is not a day: write it as 2012-12-19") from None


def warn_unchecked(what: str, checked: date) -> None:
    """Warn that something lies past the last checked day of the spells."""
    message = f"{what}: past the last checked day of members, {checked}; the answer is unknown"
    warnings.warn(message, UncheckedDayWarning, stacklevel=3)


def _names(one: Standing | None) -> tuple[str | None, str | None]:
    return (one.instrument, one.status) if one else (None, None)


def _cause(
    supports: dict[tuple[object, ...], list[str]],
    day: date,
    known: Standing | None,
    *,
    is_end: bool,
) -> dict[str, Any]:
    """Return the spell behind a change, its event, its document, and the sources of the day."""
    assert known is not None
    spell = known.spell
    start = "signed" if spell["signed_date"] == day else "start"
    what = "end" if is_end else start
    member_id, event = str(spell["member_id"]), spell[f"{what}_event_id"]
    document = None if is_end else spell["document_id"]
    sources = (
        supports.get(("members", member_id, f"{what}_date"))
        or supports.get(("events", event, "*"))
        or supports.get(("members", member_id, "*"), [])
    )
    return {
        "member_id": member_id,
        "event_id": event,
        "document_id": document,
        "sources": "; ".join(sources),
    }


def _supports(package: Package) -> dict[tuple[object, ...], list[str]]:
    """Return the sources that support each cell or row."""
    found: dict[tuple[object, ...], list[str]] = {}
    for citation in package.records("citations"):
        if citation["stance"] == "supports":
            place = (citation["table"], citation["row_id"], citation["field"])
            found.setdefault(place, []).append(str(citation["source_id"]))
    return found
