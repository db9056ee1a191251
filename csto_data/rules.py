"""What a Table Schema cannot say: one named function a rule.

A rule takes the records of a package and yields what breaks it. Rules on time object only
where no reading of the dates and their precisions is possible.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any, Final

from csto_data.characters import foreign_digit, foreign_word, garbled_in, latin_in_russian
from csto_data.dates import last_of_month, possible_days
from csto_data.records import Breach, Records, Row

ATTENDANCE: Final = {"participant", "observer", "guest", "absent", "party"}
ORDER: Final = (
    ("start", "end"),
    ("start", "scheduled_end"),
    ("adopted", "in_force"),
    ("adopted", "end"),
    ("adopted", "scheduled_end"),
    ("in_force", "end"),
    ("signed", "ratified"),
    ("ratified", "deposited"),
    ("signed", "in_force"),
    ("signed", "ended"),
    ("in_force", "ended"),
    ("request", "decision"),
    ("period_start", "as_of"),
)
SHARED_OFFICES: Final = {"deputy_secretary_general"}
OF_MEMBERS_ALONE: Final = {"participant", "absent", "chair", "refused"}
SAME_FIGURE: Final = (
    "subject_table",
    "subject_id",
    "measure",
    "substance",
    "answer",
    "iso3",
    "figure_basis",
    "period_start_date",
    "as_of_date",
)
WITHOUT_CITATIONS: Final = {
    "countries",
    "people",
    "sources",
    "citations",
    "document_parties",
    "event_participants",
    "figures",
}
AHEAD: Final = {"start_date", "scheduled_end_date"}
IN_ANY_LANGUAGE: Final = {"sources", "citations"}
FORMULA_STARTS: Final = "=+-@\uff1d\uff0b\uff0d\uff20"
OLDER_THAN_THE_TREATY: Final = {"people", "sources"}
OLDEST_DAY, FIRST_DAY, LAST_DAY = date(1700, 1, 1), date(1990, 1, 1), date(2100, 12, 31)


def ends_before_it_starts(records: Records) -> Iterator[Breach]:
    """Nothing ends before it starts: `end_date` is not before `start_date`.

    A document does not end before it is in force, nor enter into force before it is adopted;
    a state ratifies, deposits and is bound only after it has signed; a request comes before the
    decision on it, and a period begins before the day up to which it counts.
    """
    for start, end in ORDER:
        for row in records.with_columns(f"{start}_date", f"{end}_date"):
            if _days(row, end)[1] < _days(row, start)[0]:
                yield Breach(
                    row,
                    f"{end}_date",
                    f"{row[f'{end}_date']} is before {start}_date {row[f'{start}_date']}",
                )


def date_and_precision_disagree(records: Records) -> Iterator[Breach]:
    """A date and its precision come together and agree.

    A start of precision `month` or `year` stands on the first day of it, an end on the last.
    """
    for table in records.tables:
        for field in records.package.fields(table):
            column = field["name"]
            if not column.endswith("_precision"):
                continue
            is_end = "after" in field["constraints"]["enum"]
            for row in records.rows(table):
                yield from _disagreement(row, column.removesuffix("_precision"), is_end=is_end)


def spells_overlap(records: Records) -> Iterator[Breach]:
    """Spells of one state under one instrument do not overlap: one status a day."""
    yield from _overlaps(records.rows("members"), lambda row: (row["iso3"], row["instrument"]))


def terms_overlap(records: Records) -> Iterator[Breach]:
    """An office has one holder a day: one Secretary General, acting or not, across both offices.

    Of the deputy secretaries-general there are several; none of them has two terms at a time.
    """
    yield from _overlaps(records.rows("secretaries_general"), lambda _: ())
    yield from _overlaps(
        records.rows("officials"),
        lambda row: (row["office"], row["person"] if row["office"] in SHARED_OFFICES else None),
    )


def turns_overlap(records: Records) -> Iterator[Breach]:
    """One state chairs the Council a day: a turn in the chair ends before the next begins."""
    yield from _overlaps(records.rows("chairmanships"), lambda _: ())


def signed_after_it_starts(records: Records) -> Iterator[Breach]:
    """A state signs before it is bound: `signed_date` is not after `start_date`."""
    for row in records.with_columns("signed_date", "start_date"):
        if _days(row, "signed")[0] > _days(row, "start")[1]:
            yield Breach(
                row, "signed_date", f"{row['signed_date']} is after start_date {row['start_date']}"
            )


def starts_after_checked(records: Records) -> Iterator[Breach]:
    """Nothing that holds or was held starts after the last day that the sources cover.

    What lies ahead is an event with the status `planned`.
    """
    for row in records.with_columns("start_date"):
        if row.table == "events" and row["status"] != "held":
            continue
        checked = records.checked_through(row.table)
        if row["start_date"] and row["start_date"] > checked:
            yield Breach(
                row, "start_date", f"{row['start_date']} is after checked_through {checked}"
            )


def dated_after_checked(records: Records) -> Iterator[Breach]:
    """No other date lies after the last day that the sources cover, but those that are planned.

    An end that is only scheduled stands in `scheduled_end_date`.
    """
    for row in records.all():
        if row.cells.get("figure_basis") == "planned":
            continue
        if row.table == "events" and row["status"] != "held":
            continue
        checked = records.checked_through(row.table)
        for column, value in row.cells.items():
            if isinstance(value, date) and value > checked and column not in AHEAD:
                yield Breach(row, column, f"{value} is after checked_through {checked}")


def outside_its_whole(records: Records) -> Iterator[Breach]:
    """A part lies within the days of the event of which it is a part."""
    events = records.by_id("events")
    for part in events.values():
        whole = events.get(part["parent_event_id"])
        if whole is None:
            continue
        if _days(part, "start")[1] < _days(whole, "start")[0]:
            yield Breach(
                part, "start_date", f"before {whole.row_id} begins ({whole['start_date']})"
            )
        if _days(part, "end")[0] > _days(whole, "end")[1]:
            yield Breach(part, "end_date", f"after {whole.row_id} ends ({whole['end_date']})")


def part_of_itself(records: Records) -> Iterator[Breach]:
    """Nothing is, through however many steps, a part, predecessor or amendment of itself."""
    for table, column in (
        ("events", "parent_event_id"),
        ("bodies", "parent_body_id"),
        ("forces", "predecessor_force_id"),
        ("documents", "amends_document_id"),
    ):
        rows = records.by_id(table)
        for row in rows.values():
            circle = _above(row, column, rows)
            if row.row_id in circle and row.row_id == min(circle):
                yield Breach(row, column, f"leads back to {row.row_id} itself")


def attends_twice(records: Records) -> Iterator[Breach]:
    """A state has one row of attendance at an event; host, chair and others stand besides it."""
    seen: dict[tuple[str, str], str] = {}
    for row in records.rows("event_participants"):
        if row["role"] not in ATTENDANCE:
            continue
        pair = (row["event_id"], row["iso3"])
        if pair in seen:
            yield Breach(row, "role", f"{row['iso3']} is already there as {seen[pair]}")
        seen.setdefault(pair, row["role"])


def two_chairs(records: Records) -> Iterator[Breach]:
    """At most one state is in the chair of an event."""
    chairs: dict[str, str] = {}
    for row in records.rows("event_participants"):
        if row["role"] == "chair":
            chair = chairs.setdefault(row["event_id"], row["iso3"])
            if chair != row["iso3"]:
                yield Breach(row, "role", f"{chair} is already in the chair of {row['event_id']}")


def not_a_member_that_day(records: Records) -> Iterator[Breach]:
    """Who takes part in an event of the Organisation is a state of the Treaty or the Organisation.

    It has signed by that day, and its spell has not ended; other states that have a part in it
    are observers, guests, parties, targets or hosts.
    """
    spells = defaultdict(list)
    for spell in records.rows("members"):
        first = spell["signed_date"] or spell["start_date"] or date.min
        spells[spell["iso3"]].append((first, spell["end_date"] or date.max))
    events = records.by_id("events")
    for row in records.rows("event_participants"):
        event = events.get(row["event_id"])
        if event is None or event["organiser"] != "csto" or row["role"] not in OF_MEMBERS_ALONE:
            continue
        earliest, latest = _days(event, "start")[0], _days(event, "end")[1]
        if not any(first <= latest and earliest <= last for first, last in spells[row["iso3"]]):
            yield Breach(row, "role", f"{row['iso3']} was bound by neither instrument that day")


def appointed_by_nothing(records: Records) -> Iterator[Breach]:
    """A term that names its appointment names one that was made, and not after it began."""
    events = records.by_id("events")
    for term in records.rows("secretaries_general"):
        event = events.get(term["appointed_event_id"])
        if event is None:
            continue
        if (event["event_type"], event["status"]) != ("appointment", "held"):
            yield Breach(
                term, "appointed_event_id", f"{event.row_id} is no appointment that was made"
            )
        elif _days(event, "start")[0] > _days(term, "start")[1]:
            yield Breach(
                term, "appointed_event_id", f"made on {event['start_date']}, after the term began"
            )


def part_of_what_was_not_held(records: Records) -> Iterator[Breach]:
    """What was held is part of a session, exercise or deployment that was held."""
    events = records.by_id("events")
    for part in events.values():
        whole = events.get(part["parent_event_id"])
        if whole and part["status"] == "held" and whole["status"] != "held":
            yield Breach(part, "parent_event_id", f"{whole.row_id} is {whole['status']}")


def amends_what_comes_later(records: Records) -> Iterator[Breach]:
    """A document that amends another is not older than it."""
    documents = records.by_id("documents")
    for document in documents.values():
        amended = documents.get(document["amends_document_id"])
        if amended and _days(document, "adopted")[1] < _days(amended, "adopted")[0]:
            yield Breach(
                document, "adopted_date", f"before {amended.row_id} ({amended['adopted_date']})"
            )


def outlives_its_document(records: Records) -> Iterator[Breach]:
    """A provision is valid only while its document is: from its adoption to its end."""
    documents = records.by_id("documents")
    for provision in records.rows("provisions"):
        document = documents.get(provision["document_id"])
        if document is None:
            continue
        if _days(provision, "start")[1] < _days(document, "adopted")[0]:
            yield Breach(
                provision, "start_date", f"before {document.row_id} ({document['adopted_date']})"
            )
        if document["end_date"] and (
            provision["end_date"] is None or _days(provision, "end")[0] > _days(document, "end")[1]
        ):
            yield Breach(
                provision, "end_date", f"{document.row_id} ended on {document['end_date']}"
            )


def bound_without_signing(records: Records) -> Iterator[Breach]:
    """A state that did not sign a document is not bound by it, nor has it ratified it."""
    for row in records.rows("document_parties"):
        if row["signature_status"] not in ("not_signed", "refused"):
            continue
        for column in ("signed_date", "ratified_date", "deposited_date", "in_force_date"):
            if row[column]:
                yield Breach(
                    row, column, f"{row[column]}, but the state is {row['signature_status']}"
                )
                break


def figure_of_nothing(records: Records) -> Iterator[Breach]:
    """A figure hangs on a row that exists."""
    for figure in records.rows("figures"):
        table, row_id = figure["subject_table"], figure["subject_id"]
        if table not in records.tables:
            yield Breach(figure, "subject_table", f"there is no table '{table}'")
        elif row_id not in records.by_id(table):
            yield Breach(figure, "subject_id", f"there is no row '{row_id}' in {table}")


def unit_does_not_fit(records: Records) -> Iterator[Breach]:
    """The unit of a figure is one of those that the schema names after its measure."""
    if "figures" not in records.tables:
        return
    fields = {field["name"]: field for field in records.package.fields("figures")}
    meanings = fields.get("measure", {}).get("enumLabels", {})
    for figure in records.rows("figures"):
        units = meanings.get(figure["measure"], "").rpartition("Unit: ")[2].rstrip(".")
        if figure["unit"] not in re.split(", | or ", units):
            yield Breach(figure, "unit", f"{figure['measure']} is given in {units}")


def range_without_ends(records: Records) -> Iterator[Breach]:
    """A range has an upper value above its value, and nothing else has an upper value."""
    for figure in records.rows("figures"):
        upper = figure["value_max"]
        if figure["comparator"] == "range" and (upper is None or upper <= figure["value"]):
            yield Breach(figure, "value_max", "a range needs an upper value above its value")
        elif figure["comparator"] != "range" and upper is not None:
            yield Breach(figure, "value_max", f"{figure['comparator']} has no upper value")


def two_preferred(records: Records) -> Iterator[Breach]:
    """Of the figures for the same thing and period at most one is preferred.

    The same thing is the same subject, measure, substance or answer, state and basis.
    """
    seen: dict[tuple[Any, ...], str] = {}
    for figure in records.rows("figures"):
        thing = tuple(figure[column] for column in SAME_FIGURE)
        if figure["is_preferred"] and seen.setdefault(thing, figure.row_id) != figure.row_id:
            yield Breach(figure, "is_preferred", f"{seen[thing]} is preferred for the same thing")


def contribution_to_nothing(records: Records) -> Iterator[Breach]:
    """A contribution names the force or the deployment for which it was given, or both."""
    for row in records.rows("force_contributions"):
        if row["force_id"] is None and row["event_id"] is None:
            yield Breach(row, "force_id", "neither a force nor an event is named")


def contingent_without_state(records: Records) -> Iterator[Breach]:
    """The state that sends a contingent to a deployment took part in it."""
    present = attendance(records)
    for row in records.rows("force_contributions"):
        if row["event_id"] and row["iso3"] and row["iso3"] not in present[row["event_id"]]:
            yield Breach(row, "iso3", f"{row['iso3']} did not take part in {row['event_id']}")


def cancelled_and_attended(records: Records) -> Iterator[Breach]:
    """Nobody took part in what was called off."""
    events = records.by_id("events")
    for row in records.rows("event_participants"):
        event = events.get(row["event_id"])
        if event and event["status"] == "cancelled" and row["role"] in ATTENDANCE:
            yield Breach(row, "role", f"{event.row_id} was cancelled")


def planned_and_past(records: Records) -> Iterator[Breach]:
    """A planned event whose day has passed says in its summary what is known of it."""
    for event in records.rows("events"):
        checked = records.checked_through("events")
        is_past = event["start_date"] and _days(event, "start")[1] <= checked
        if event["status"] == "planned" and is_past and "known" not in event["summary"]:
            yield Breach(event, "summary", "does not say what is known of the planned event")


def said_by_nobody(records: Records) -> Iterator[Breach]:
    """A statement names the person who made it, or describes the speaker."""
    for row in records.rows("statements"):
        if row["person"] is None and row["speaker"] is None:
            yield Breach(row, "speaker", "neither a person nor a speaker is named")


def asked_without_asking(records: Records) -> Iterator[Breach]:
    """Where no help was asked for, there is no day or addressee of an appeal."""
    for row in records.rows("assistance_requests"):
        if (row["form"] == "none") != (row["outcome"] == "not_requested"):
            yield Breach(row, "outcome", f"{row['outcome']} does not go with form {row['form']}")
        elif row["form"] == "none" and (row["request_date"] or row["addressee"]):
            yield Breach(row, "form", "an appeal is described")


def not_cited(records: Records) -> Iterator[Breach]:
    """Every row has a source: at least one citation supports it.

    Code lists, people and sources are exempt, and figures name theirs in the row; participants
    of an event and parties to a document may rest on the citations of their event or document.
    """
    supported = {
        (citation["table"], citation["row_id"])
        for citation in records.rows("citations")
        if citation["stance"] == "supports"
    }
    for row in records.all():
        if row.table not in WITHOUT_CITATIONS and (row.table, row.row_id) not in supported:
            key = records.package.schema(row.table)["primaryKey"][0]
            yield Breach(row, key, f"no citation supports {row.row_id}")


def cites_nothing(records: Records) -> Iterator[Breach]:
    """A citation speaks of a table, a row and a column that exist."""
    for citation in records.rows("citations"):
        table, row_id, column = citation["table"], citation["row_id"], citation["field"]
        if table not in records.tables:
            yield Breach(citation, "table", f"there is no table '{table}'")
        elif row_id != "*" and row_id not in records.by_id(table):
            yield Breach(citation, "row_id", f"there is no row '{row_id}' in {table}")
        elif column != "*" and column not in records.package.column_names(table):
            yield Breach(citation, "field", f"there is no column '{column}' in {table}")


def never_cited(records: Records) -> Iterator[Breach]:
    """Every source is cited at least once."""
    cited = {row["source_id"] for row in [*records.rows("citations"), *records.rows("figures")]}
    for source in records.rows("sources"):
        if source.row_id not in cited:
            yield Breach(source, "source_id", f"{source.row_id} is cited nowhere")


def dispute_without_value(records: Records) -> Iterator[Breach]:
    """A citation that disputes a cell says what the source has instead, as value or as note."""
    for row in records.rows("citations"):
        if row["stance"] == "disputes" and not (row["reported_value"] or row["note"]):
            yield Breach(row, "reported_value", "a dispute has to say what the source has instead")


def two_spellings(records: Records) -> Iterator[Breach]:
    """A person has one row: no name is also another person's name or other spelling."""
    owners: dict[str, str] = {}
    for person in records.rows("people"):
        owners[_folded(person["person"])] = person.row_id
    for person in records.rows("people"):
        for alias in filter(None, (person["aliases"] or "").split("; ")):
            owner = owners.setdefault(_folded(alias), person.row_id)
            if owner != person.row_id:
                yield Breach(person, "aliases", f"'{alias}' is also a name of {owner}")


def impossible_date(records: Records) -> Iterator[Breach]:
    """Dates lie between 1990 and 2100; only people and sources may be older, from 1700 on."""
    for row in records.all():
        first = OLDEST_DAY if row.table in OLDER_THAN_THE_TREATY else FIRST_DAY
        for column, value in row.cells.items():
            if isinstance(value, date) and not first <= value <= LAST_DAY:
                yield Breach(row, column, f"{value} is not between {first} and {LAST_DAY}")


def mixed_scripts(records: Records) -> Iterator[Breach]:
    """No word mixes letters of two scripts, and columns in English have none but Latin letters.

    A Cyrillic letter that looks like a Latin one hides a word from every search. Digits are
    those from 0 to 9, or those of the script of a title.
    """
    for row, column, text in _texts(records):
        english = _is_english(row.table, column)
        if found := foreign_word(text, english=english):
            yield Breach(row, column, f"'{found[0]}' is written in {found[1]} letters")
        elif digit := foreign_digit(text):
            yield Breach(row, column, f"'{digit}' is no digit from 0 to 9")


def not_in_russian(records: Records) -> Iterator[Breach]:
    """A column whose name ends in `_ru` is in Russian: it has Cyrillic letters.

    Nor has it a word of Latin letters that all look like Cyrillic ones.
    """
    for row, column, text in _texts(records):
        if not column.endswith("_ru"):
            continue
        if not re.search("[А-Яа-яЁё]", text):
            yield Breach(row, column, f"'{text}' has no Cyrillic letters")
        elif word := latin_in_russian(text):
            yield Breach(row, column, f"'{word}' is written in Latin letters")


def garbled_text(records: Records) -> Iterator[Breach]:
    """No text was saved as UTF-8 and read in another encoding: `â€™` for `’`, `Ð` for `Р`."""
    for row, column, text in _texts(records):
        if piece := garbled_in(text):
            yield Breach(row, column, f"'{piece}' is UTF-8 read in another encoding")


def starts_like_a_formula(records: Records) -> Iterator[Breach]:
    """No text begins with `=`, `+`, `-` or `@`, which spreadsheets take for a formula.

    The same signs in full width are taken for one, too.
    """
    for row, column, text in _texts(records):
        if text[0] in FORMULA_STARTS:
            yield Breach(row, column, f"{text!r} begins like a formula")


Rule = Callable[[Records], Iterator[Breach]]

WITHIN_A_ROW: Final[tuple[Rule, ...]] = (
    ends_before_it_starts,
    date_and_precision_disagree,
    signed_after_it_starts,
    starts_after_checked,
    dated_after_checked,
    bound_without_signing,
    unit_does_not_fit,
    range_without_ends,
    contribution_to_nothing,
    planned_and_past,
    said_by_nobody,
    asked_without_asking,
    dispute_without_value,
    impossible_date,
    garbled_text,
    mixed_scripts,
    not_in_russian,
    starts_like_a_formula,
)
BETWEEN_ROWS: Final[tuple[Rule, ...]] = (
    spells_overlap,
    terms_overlap,
    turns_overlap,
    outside_its_whole,
    part_of_itself,
    attends_twice,
    two_chairs,
    not_a_member_that_day,
    appointed_by_nothing,
    part_of_what_was_not_held,
    amends_what_comes_later,
    outlives_its_document,
    figure_of_nothing,
    two_preferred,
    contingent_without_state,
    cancelled_and_attended,
    not_cited,
    cites_nothing,
    never_cited,
    two_spellings,
)
RULES: Final = (WITHIN_A_ROW, BETWEEN_ROWS)
"""The rules in two groups: the second is looked at when the first found nothing."""


def _days(row: Row, what: str) -> tuple[date, date]:
    precision = f"{what}_precision"
    return possible_days(row[f"{what}_date"], row[precision] if precision in row.cells else None)


def _disagreement(row: Row, what: str, *, is_end: bool) -> Iterator[Breach]:
    day, precision = row[f"{what}_date"], row[f"{what}_precision"]
    if (day is None) != (precision is None):
        missing = f"{what}_precision" if precision is None else f"{what}_date"
        yield Breach(row, missing, f"empty, but its partner is {precision or day}")
    elif day and day != _standing(day, precision, is_end=is_end):
        proper = _standing(day, precision, is_end=is_end)
        yield Breach(row, f"{what}_date", f"{day} of precision {precision} is {proper}")


def _standing(day: date, precision: str, *, is_end: bool) -> date:
    if precision == "month":
        return last_of_month(day) if is_end else day.replace(day=1)
    if precision == "year":
        return date(day.year, 12, 31) if is_end else date(day.year, 1, 1)
    return day


def attendance(records: Records) -> dict[str, set[str]]:
    """Return the states that have a row of attendance, by event."""
    present: dict[str, set[str]] = defaultdict(set)
    for row in records.rows("event_participants"):
        if row["role"] in ATTENDANCE:
            present[row["event_id"]].add(row["iso3"])
    return present


def _overlaps(rows: Iterable[Row], group: Callable[[Row], Any]) -> Iterator[Breach]:
    """Yield each spell that begins, on any reading, while an earlier one of its group holds."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[group(row)].append(row)
    for spells in groups.values():
        spells.sort(key=lambda row: (row["start_date"] or date.min, row.row_id))
        for earlier, later in pairwise(spells):
            is_open = earlier["end_date"] is None
            if is_open or _days(earlier, "end")[0] >= _days(later, "start")[1]:
                until = earlier["end_date"] or "today"
                yield Breach(later, "start_date", f"{earlier.row_id} holds until {until}")


def _above(row: Row, column: str, rows: dict[str, Row]) -> set[str]:
    """Return what a row belongs to, and what that belongs to, and so on."""
    found: set[str] = set()
    above = row[column]
    while above in rows and above not in found:
        found.add(above)
        above = rows[above][column]
    return found


def _texts(records: Records) -> Iterator[tuple[Row, str, str]]:
    for row in records.all():
        for column, value in row.cells.items():
            if isinstance(value, str):
                yield row, column, value


def _is_english(table: str, column: str) -> bool:
    if table in IN_ANY_LANGUAGE:
        return column in {"source_id", "table", "row_id", "field", "note"}
    return not column.endswith("_ru") and column != "aliases"


def _folded(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))
