"""What the plots show, as plain values: bars, marks and claims, without a drawing library."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from csto_data.dates import FIRST, LAST, possible_days
from csto_data.drills import BASES as FIGURE_BASES
from csto_data.listing import as_text
from csto_data.loading import vocabulary
from csto_data.package import Package, Record
from csto_data.spells import ONE_DAY, SIGNATORY

REACH: Final = timedelta(days=120)
"""How far a stretch is drawn whose other end is not known at all."""
PARTLY_A_DAY: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
SIGNS: Final = {
    "eq": "",
    "about": "≈ ",
    "gt": "> ",
    "ge": "≥ ",
    "lt": "< ",
    "le": "≤ ",
    "range": "",
}
MEASURES_WITH_WHOLE: Final = {"seizure": "Everything seized"}


Days = tuple[date, date]
"""The first and the last day of a stretch."""
Panel = tuple[str, str]
"""A measure and its unit."""


@dataclass(frozen=True)
class Bar:
    """A stretch of days on which a state has a status under an instrument.

    From `first` to `last` it may hold, from `sure_first` to `sure_last` it certainly does.
    `is_open` is true where it still held on the last checked day.
    """

    member_id: str
    iso3: str
    instrument: str
    status: str
    first: date
    sure_first: date
    sure_last: date
    last: date
    is_open: bool


@dataclass(frozen=True, order=True)
class DisputedDay:
    """A day, or a stretch of which it is one, that a source gives for a date of a spell."""

    iso3: str
    instrument: str
    first: date
    last: date


@dataclass(frozen=True)
class Happening:
    """An event on the axis of time: its day, and the stretch over which it is drawn.

    Of a month or year `day` is the middle. `is_precise` is false where a day is not known.
    """

    event_id: str
    event_type: str
    status: str
    first: date
    day: date
    last: date
    is_precise: bool


@dataclass(frozen=True)
class Claim:
    """A number that a source claims, with the words beside it.

    `part` tells of what it is the number: a state, a substance, an answer; it is empty for the
    whole where there are no parts.
    """

    figure_id: str
    part: str
    label: str
    comparator: str
    value: float
    value_max: float | None
    unit: str
    figure_basis: str
    is_preferred: bool

    @property
    def number(self) -> str:
        """The number as it is read, such as `> 17,000`."""
        upper = "" if self.value_max is None else f"–{written(self.value_max)}"
        return f"{SIGNS[self.comparator]}{written(self.value)}{upper}"


def bars(package: Package, basis: str) -> list[Bar]:
    """Return the spells of all states as bars, in the order of the file.

    Under the basis `in_force` a spell is preceded by the time between signature and entry into
    force, with the status `signatory`; under `signature` it begins with the signature.
    """
    checked = package.checked_through("members")
    return [bar for spell in package.records("members") for bar in _bars_of(spell, basis, checked)]


def _bars_of(spell: Record, basis: str, checked: date) -> list[Bar]:
    is_open = spell["end_date"] is None
    end = (checked, checked) if is_open else _stretch(spell, "end")
    end = min(end[0], checked), min(end[1], checked)
    start = (end[0] - REACH, end[0]) if spell["start_date"] is None else _stretch(spell, "start")
    found = []
    if spell["signed_date"] is not None:
        signed = _stretch(spell, "signed")
        if basis == "signature":
            start = signed
        elif signed[0] < start[0]:
            last = (start[0] - ONE_DAY, start[1] - ONE_DAY)
            found.append(_bar(spell, SIGNATORY, signed, last, is_open=False))
    found.append(_bar(spell, str(spell["status"]), start, end, is_open=is_open))
    return found


def _bar(spell: Record, status: str, start: Days, end: Days, *, is_open: bool) -> Bar:
    return Bar(
        member_id=str(spell["member_id"]),
        iso3=str(spell["iso3"]),
        instrument=str(spell["instrument"]),
        status=status,
        first=start[0],
        sure_first=start[1],
        sure_last=end[0],
        last=end[1],
        is_open=is_open,
    )


def _stretch(record: Record, what: str) -> Days:
    """Return the earliest and latest days that a date of a row allows, and no endless ones."""
    day: Any = record[f"{what}_date"]
    first, last = possible_days(day, str(record[f"{what}_precision"]))
    if first == FIRST:
        return day - REACH, day
    return first, day + REACH if last == LAST else last


def disputed_days(package: Package) -> list[DisputedDay]:
    """Return the days that sources give for dates of spells instead of those recorded, sorted.

    What is said in other words than a day, a month or a year has no place on an axis.
    """
    spells = {spell["member_id"]: spell for spell in package.records("members")}
    found = set()
    for citation in package.records("citations"):
        is_date = citation["field"] in ("signed_date", "start_date", "end_date")
        if (citation["table"], citation["stance"], is_date) != ("members", "disputes", True):
            continue
        days = days_said(str(citation["reported_value"]))
        spell = spells.get(citation["row_id"])
        if days and spell:
            found.add(DisputedDay(str(spell["iso3"]), str(spell["instrument"]), *days))
    return sorted(found)


def days_said(text: str) -> Days | None:
    """Return the first and last day that a written day, month or year allows, or None.

    >>> days_said("1998")
    (datetime.date(1998, 1, 1), datetime.date(1998, 12, 31))
    >>> days_said("never in force")
    """
    match = PARTLY_A_DAY.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    precision = "day" if day else "month" if month else "year"
    try:
        return possible_days(date(int(year), int(month or 1), int(day or 1)), precision)
    except ValueError:
        return None


def happenings(package: Package) -> list[Happening]:
    """Return the events that have a day, in the order of their days."""
    checked = package.checked_through("events")
    found = [
        _happening(event, checked)
        for event in package.records("events")
        if event["start_date"] is not None
    ]
    return sorted(found, key=lambda one: (one.day, one.event_id))


def _happening(event: Record, checked: date) -> Happening:
    first, sure_first = _stretch(event, "start")
    if event["end_date"] is not None:
        last = _stretch(event, "end")[1]
    else:
        last = checked if event["status"] == "held" else sure_first
    start: Any = event["start_date"]
    is_middle = event["start_precision"] in ("month", "year")
    return Happening(
        event_id=str(event["event_id"]),
        event_type=str(event["event_type"]),
        status=str(event["status"]),
        first=first,
        day=first + (sure_first - first) / 2 if is_middle else start,
        last=max(last, sure_first),
        is_precise={event["start_precision"], event["end_precision"]} <= {"day", None},
    )


def words_of(package: Package, table: str, column: str) -> list[str]:
    """Return the values that a column of a table may take, in the order of the schema."""
    (field,) = (field for field in package.fields(table) if field["name"] == column)
    return vocabulary(field) or []


def claims(package: Package, figures: Iterable[Record]) -> dict[Panel, list[Claim]]:
    """Return the claims of each measure and unit: the whole first, then the parts, by day.

    Measures stand in the order of the schema.
    """
    sources = {source["source_id"]: source for source in package.records("sources")}
    names = {country["iso3"]: str(country["name"]) for country in package.records("countries")}
    panels: dict[Panel, list[Record]] = {}
    for figure in figures:
        panels.setdefault((str(figure["measure"]), str(figure["unit"])), []).append(figure)
    found = {}
    order = words_of(package, "figures", "measure")
    for panel, own in sorted(panels.items(), key=lambda item: order.index(item[0][0])):
        parts = {str(figure["figure_id"]): _part(figure, names) for figure in own}
        has_parts = any(parts.values())
        own.sort(key=lambda figure: _order(figure, parts))
        found[panel] = [
            _claim(
                figure,
                sources[figure["source_id"]],
                (parts[str(figure["figure_id"])] or _whole(panel[0])) if has_parts else "",
            )
            for figure in own
        ]
    return found


def _part(figure: Record, names: dict[Any, str]) -> str:
    state = names[figure["iso3"]] if figure["iso3"] else None
    return ": ".join(str(part) for part in (state, figure["substance"], figure["answer"]) if part)


def _whole(measure: str) -> str:
    return MEASURES_WITH_WHOLE.get(measure, "The whole")


def _order(figure: Record, parts: dict[str, str]) -> tuple[str, date, int, str]:
    day, figure_id = figure["as_of_date"], str(figure["figure_id"])
    basis = FIGURE_BASES.index(str(figure["figure_basis"]))
    return parts[figure_id], day if isinstance(day, date) else date.max, -basis, figure_id


def _claim(figure: Record, source: Record, part: str) -> Claim:
    value: Any = figure["value"]
    value_max: Any = figure["value_max"]
    return Claim(
        figure_id=str(figure["figure_id"]),
        part=part,
        label=f"{_who(source)}, {_when(figure)}",
        comparator=str(figure["comparator"]),
        value=value,
        value_max=value_max,
        unit=str(figure["unit"]),
        figure_basis=str(figure["figure_basis"]),
        is_preferred=bool(figure["is_preferred"]),
    )


def _who(source: Record) -> str:
    publisher, originator = source["publisher"], source["originator"]
    return str(publisher) if publisher == originator else f"{publisher} after {originator}"


def _when(figure: Record) -> str:
    """Return the day or period of a figure as precisely as it is known."""
    ends = [
        said_day(figure[f"{what}_date"], figure[f"{what}_precision"])
        for what in ("period_start", "as_of")
    ]
    first, last = ends
    if len(first) == len(last) == len("2009-11-30") and first[:7] == last[:7] and first < last:
        return f"{first} to {last[8:]}"
    return " to ".join(dict.fromkeys(filter(None, ends))) or "undated"


def said_day(day: object, precision: object) -> str:
    """Return a day as precisely as it is known; an empty text for none.

    >>> said_day(date(2009, 11, 30), "month")
    '2009-11'
    """
    if not isinstance(day, date):
        return ""
    text = day.isoformat()
    words = {"month": text[:7], "year": text[:4], "before": f"by {text}"}
    words["after"] = f"{text} or later"
    return words.get(str(precision), text)


def written(value: float) -> str:
    """Return a number as text, with commas.

    >>> written(17000.0), written(63.44)
    ('17,000', '63.44')
    """
    return f"{value:,.0f}" if value == int(value) else as_text(value)
