"""What is expected and empty: one named function a kind of gap.

A gap is no error: no rule demands what open sources do not give. It tells users what they
cannot ask of the data, and contributors where a source is wanted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from csto_data.dates import possible_days
from csto_data.listing import Listing
from csto_data.package import installed
from csto_data.records import Breach, Records, Row
from csto_data.rules import WITHOUT_CITATIONS, attendance
from csto_data.spells import COUNTING, spells_by_state, standing

BINDING: Final = {"treaty", "charter", "protocol", "agreement"}
TREATY_IN_FORCE: Final = date(1994, 4, 20)


@dataclass(frozen=True)
class Gap:
    """A cell or row that one would expect and that is empty."""

    table: str
    row_id: str
    gap: str
    missing: str


@dataclass(frozen=True)
class GapCount:
    """How many gaps of a kind a table has, and what the kind means."""

    table: str
    gap: str
    rows: int
    meaning: str


def gaps(table: str | None = None) -> Listing[Gap]:
    """Return what is expected and empty, in one table or in all.

    Raises `UnknownNameError` for an unknown table.

    >>> sorted({gap.gap for gap in gaps("chairmanships")})
    ['day_unknown', 'no_chair_known']
    """
    package = installed()
    if table is not None:
        package.resource(table)
    records = Records(package)
    return Listing(
        Gap(found.row.table, found.row.row_id, kind.__name__, found.message)
        for kind in KINDS
        for found in kind(records)
        if table in (None, found.row.table)
    )


def count(found: list[Gap]) -> Listing[GapCount]:
    """Return the number of gaps by table and kind, in the order of the tables."""
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    for gap in found:
        numbers[gap.table, gap.gap] += 1
    meanings = {kind.__name__: (kind.__doc__ or "").splitlines()[0] for kind in KINDS}
    order = installed().tables
    return Listing(
        GapCount(table, gap, numbers[table, gap], meanings[gap])
        for table, gap in sorted(numbers, key=lambda pair: (order.index(pair[0]), pair[1]))
    )


def summit_without_chair(records: Records) -> Iterator[Breach]:
    """A session of the Council was held and no source read names who was in the chair."""
    chaired = {
        row["event_id"] for row in records.rows("event_participants") if row["role"] == "chair"
    }
    for event in _held_summits(records):
        if event["body_id"] and event.row_id not in chaired:
            yield Breach(event, "event_id", "chair")


def summit_without_attendance(records: Records) -> Iterator[Breach]:
    """A session of the Council was held and no source read says whether a member came."""
    present = attendance(records)
    for event in _held_summits(records):
        if not event["body_id"] or not event["start_date"]:
            continue
        unknown = sorted(_bound_on(records, event["start_date"]) - present[event.row_id])
        if unknown:
            yield Breach(event, "event_id", f"attendance of {', '.join(unknown)}")


def meeting_without_place(records: Records) -> Iterator[Breach]:
    """A meeting was held in person, or in a way not known, and its place is not known."""
    for event in records.rows("events"):
        meets = event["event_type"] in ("summit", "meeting") and event["status"] == "held"
        if meets and event["format"] != "video" and not event["place"]:
            yield Breach(event, "place", "place")


def outcome_unknown(records: Records) -> Iterator[Breach]:
    """An event was announced for a checked day, and no source read says that it took place."""
    for event in records.rows("events"):
        day = event["start_date"]
        past = day and day <= records.checked_through("events")
        if past and event["status"] in ("planned", "unconfirmed"):
            yield Breach(event, "status", f"what came of it ({event['status']})")


def no_chair_known(records: Records) -> Iterator[Breach]:
    """Between two turns in the chair of the Council nobody is known to have held it."""
    yield from _holes(records.rows("chairmanships"), TREATY_IN_FORCE)


def no_secretary_general_known(records: Records) -> Iterator[Breach]:
    """Between two terms nobody is known to have been Secretary General."""
    yield from _holes(records.rows("secretaries_general"), TREATY_IN_FORCE)


def document_without_parties(records: Records) -> Iterator[Breach]:
    """A document that binds states has no row that says which."""
    known = {row["document_id"] for row in records.rows("document_parties")}
    for document in records.rows("documents"):
        if _binds_states(document) and document.row_id not in known:
            yield Breach(document, "document_id", "parties")


def entry_into_force_unknown(records: Records) -> Iterator[Breach]:
    """It is not known when a document that binds states entered into force, or whether it did."""
    for document in records.rows("documents"):
        if _binds_states(document) and not document["in_force_date"]:
            yield Breach(document, "in_force_date", "entry into force")


def ratification_unknown(records: Records) -> Iterator[Breach]:
    """A state signed, and no day of ratification is known."""
    yield from _signed_without(records, "ratified_date", "day of ratification")


def deposit_unknown(records: Records) -> Iterator[Breach]:
    """A state signed, and no day on which it deposited its instrument is known."""
    yield from _signed_without(records, "deposited_date", "day of deposit")


def in_force_for_state_unknown(records: Records) -> Iterator[Breach]:
    """A state signed, and it is not known since when the document binds it."""
    yield from _signed_without(records, "in_force_date", "entry into force for the state")


def request_without_crisis(records: Records) -> Iterator[Breach]:
    """A state asked for help, and the crisis has no row of its own."""
    for request in records.rows("assistance_requests"):
        if not request["event_id"]:
            yield Breach(request, "event_id", "crisis")


def exercise_without_participants(records: Records) -> Iterator[Breach]:
    """An exercise or operation was held, and no source read names a state that took part."""
    present = attendance(records)
    for event in records.rows("events"):
        is_drill = event["event_type"] in ("exercise", "operation") and event["status"] == "held"
        if is_drill and not present[event.row_id]:
            yield Breach(event, "event_id", "participants")


def exercise_without_personnel(records: Records) -> Iterator[Breach]:
    """An exercise was held, and no source read says how many persons took part."""
    counted = {
        figure["subject_id"]
        for figure in records.rows("figures")
        if (figure["subject_table"], figure["measure"]) == ("events", "personnel")
    }
    for event in records.rows("events"):
        is_held = event["event_type"] == "exercise" and event["status"] == "held"
        if is_held and not {event.row_id, event["parent_event_id"]} & counted:
            yield Breach(event, "event_id", "number of participants")


def rule_without_day(records: Records) -> Iterator[Breach]:
    """It is not known since when a rule has applied."""
    for provision in records.rows("provisions"):
        if not provision["start_date"]:
            yield Breach(provision, "start_date", "first day")


def russian_name_unknown(records: Records) -> Iterator[Breach]:
    """A person, document, body or force has no Russian name that was seen in a source."""
    for table, column in (
        ("people", "person_ru"),
        ("documents", "title_ru"),
        ("bodies", "name_ru"),
        ("forces", "name_ru"),
    ):
        for row in records.rows(table):
            if not row[column]:
                yield Breach(row, column, column)


def day_unknown(records: Records) -> Iterator[Breach]:
    """A date is known by month or year only, or as a first or last attestation."""
    for row in records.all():
        if row.table == "sources":
            continue
        for column, precision in row.cells.items():
            if column.endswith("_precision") and precision not in (None, "day"):
                what = column.removesuffix("_precision")
                yield Breach(row, column, f"{what}_date ({precision})")


def one_originator(records: Records) -> Iterator[Breach]:
    """Everything that supports a row goes back to one originator."""
    originators = {row.row_id: row["originator"] for row in records.rows("sources")}
    support = defaultdict(set)
    for citation in records.rows("citations"):
        if citation["stance"] == "supports":
            pair = (citation["table"], citation["row_id"])
            support[pair].add(originators[citation["source_id"]])
    for figure in records.rows("figures"):
        support["figures", figure.row_id].add(originators[figure["source_id"]])
    for row in records.all():
        found = support[row.table, row.row_id]
        if row.table not in WITHOUT_CITATIONS - {"figures"} and len(found) == 1:
            yield Breach(row, "*", f"a source independent of {min(found)}")


KINDS: Final[tuple[Callable[[Records], Iterator[Breach]], ...]] = (
    summit_without_chair,
    summit_without_attendance,
    meeting_without_place,
    outcome_unknown,
    no_chair_known,
    no_secretary_general_known,
    document_without_parties,
    entry_into_force_unknown,
    ratification_unknown,
    deposit_unknown,
    in_force_for_state_unknown,
    request_without_crisis,
    exercise_without_participants,
    exercise_without_personnel,
    rule_without_day,
    russian_name_unknown,
    day_unknown,
    one_originator,
)


def _held_summits(records: Records) -> Iterator[Row]:
    for event in records.rows("events"):
        if event["event_type"] == "summit" and event["status"] == "held":
            yield event


def _bound_on(records: Records, day: date) -> set[str]:
    return {
        iso3
        for iso3, spells in spells_by_state(records.package).items()
        if (found := standing(spells, day, "in_force")) and found.status in COUNTING
    }


def _binds_states(document: Row) -> bool:
    return document["document_type"] in BINDING and not document["counterparty"]


def _signed_without(records: Records, column: str, missing: str) -> Iterator[Breach]:
    for row in records.rows("document_parties"):
        if row["signature_status"] not in ("not_signed", "refused") and not row[column]:
            yield Breach(row, column, missing)


def _holes(rows: list[Row], since: date) -> Iterator[Breach]:
    """Yield the first row after each stretch of days that no row covers."""
    covered = since - timedelta(days=1)
    for row in sorted(rows, key=lambda row: row["start_date"]):
        if row["start_date"] > covered + timedelta(days=1):
            first, last = covered + timedelta(days=1), row["start_date"] - timedelta(days=1)
            yield Breach(row, "start_date", f"who held it from {first} to {last}")
        last_day = possible_days(row["end_date"], row["end_precision"])[0]
        covered = max(
            covered, date.max - timedelta(days=1) if row["end_date"] is None else last_day
        )
