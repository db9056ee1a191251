"""Exercises with their hosts and numbers: three tables in one view."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from csto_data.listing import Listing, as_text
from csto_data.package import Record, installed

SIGNS: Final = {
    "eq": "",
    "about": "about ",
    "gt": "over ",
    "ge": "at least ",
    "lt": "under ",
    "le": "up to ",
}
BASES: Final = ("reported", "estimated", "announced", "planned")


@dataclass(frozen=True)
class Exercise:
    """An exercise: days, hosts and participants (codes, separated by `; `), and personnel.

    `personnel` is the preferred number with its basis; `counted` is the event to which it
    belongs, which is the joint exercise where sources give only its total.
    """

    event_id: str
    title: str
    start_date: date | None
    end_date: date | None
    status: str
    place: str | None
    hosts: str
    participants: str
    personnel: str
    counted: str


def exercises(year: int | None = None) -> Listing[Exercise]:
    """Return the exercises of a year, or all, in the order of their days.

    Planned, postponed and cancelled ones are among them; `status` tells.

    >>> [one.hosts for one in exercises(2008) if one.event_id == "rubezh-2008"]
    ['ARM']
    """
    package = installed()
    states: dict[tuple[object, str], list[str]] = {}
    for row in package.records("event_participants"):
        role = "host" if row["role"] == "host" else "participant"
        if row["role"] in ("host", "participant", "guest"):
            states.setdefault((row["event_id"], role), []).append(str(row["iso3"]))
    numbers = preferred_numbers(package.records("figures"))
    found = []
    for event in package.records("events"):
        start = event["start_date"]
        if event["event_type"] != "exercise":
            continue
        if year is not None and not (isinstance(start, date) and start.year == year):
            continue
        own = (event["event_id"], event["parent_event_id"])
        counted = next((str(one) for one in own if one in numbers), "")
        found.append(
            Exercise(
                event_id=str(event["event_id"]),
                title=str(event["title"]),
                start_date=start if isinstance(start, date) else None,
                end_date=event["end_date"],  # type: ignore[arg-type]
                status=str(event["status"]),
                place=None if event["place"] is None else str(event["place"]),
                hosts="; ".join(states.get((event["event_id"], "host"), [])),
                participants="; ".join(states.get((event["event_id"], "participant"), [])),
                personnel=numbers.get(counted, ""),
                counted=counted,
            )
        )
    return Listing(sorted(found, key=lambda one: (one.start_date or date.max, one.event_id)))


def preferred_numbers(figures: list[Record]) -> dict[str, str]:
    """Return the preferred total of persons for each event, in words, the best basis first."""
    totals = [
        figure
        for figure in figures
        if (figure["subject_table"], figure["measure"]) == ("events", "personnel")
        and figure["is_preferred"]
        and figure["iso3"] is None
    ]
    totals.sort(key=lambda figure: BASES.index(str(figure["figure_basis"])))
    numbers: dict[str, str] = {}
    for figure in totals:
        upper = "" if figure["value_max"] is None else f" to {as_text(figure['value_max'])}"
        text = f"{SIGNS.get(str(figure['comparator']), '')}{as_text(figure['value'])}{upper}"
        numbers.setdefault(str(figure["subject_id"]), f"{text} ({figure['figure_basis']})")
    return numbers
