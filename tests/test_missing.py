"""What is expected and empty is counted, and is no error."""

from collections.abc import Callable

import pytest
from copies import Copy

import csto_data as csto
from csto_data.missing import KINDS, count
from csto_data.package import installed
from csto_data.records import Records


def found_in(copy: Copy) -> set[tuple[str, str, str]]:
    """Return the gaps of a copy: kind, table, row."""
    records = Records(copy)
    return {
        (kind.__name__, gap.row.table, gap.row.row_id) for kind in KINDS for gap in kind(records)
    }


def remove(table: str, row_id: str) -> Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        key = copy.schema(table)["primaryKey"]

        def keep(rows: list[dict[str, str]]) -> None:
            rows[:] = [row for row in rows if "/".join(row[k] for k in key) != row_id]

        copy.edit(table, keep)

    return change


def empty(table: str, row_id: str, *columns: str) -> Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        for column in columns:
            copy.set_cell(table, row_id, column, "")

    return change


@pytest.mark.parametrize(
    ("make", "gap", "table", "row_id"),
    [
        (
            remove("event_participants", "csc-2022-11-23/ARM/chair"),
            "summit_without_chair",
            "events",
            "csc-2022-11-23",
        ),
        (
            remove("event_participants", "csc-2022-11-23/KAZ/participant"),
            "summit_without_attendance",
            "events",
            "csc-2022-11-23",
        ),
        (
            empty("events", "csc-2022-11-23", "place"),
            "meeting_without_place",
            "events",
            "csc-2022-11-23",
        ),
        (
            lambda copy: copy.set_cell("events", "csc-2022-11-23", "status", "planned"),
            "outcome_unknown",
            "events",
            "csc-2022-11-23",
        ),
        (
            lambda copy: copy.set_cell(
                "chairmanships", "rus-chair-2005", "start_date", "2005-07-01"
            ),
            "no_chair_known",
            "chairmanships",
            "rus-chair-2005",
        ),
        (
            lambda copy: copy.set_cell(
                "secretaries_general", "tasmagambetov-1", "start_date", "2023-02-01"
            ),
            "no_secretary_general_known",
            "secretaries_general",
            "tasmagambetov-1",
        ),
        (
            empty("documents", "csto-charter-2002", "in_force_date", "in_force_precision"),
            "entry_into_force_unknown",
            "documents",
            "csto-charter-2002",
        ),
        (
            empty(
                "document_parties",
                "ksor-agreement-2009-kaz-1",
                "ratified_date",
                "ratified_precision",
            ),
            "ratification_unknown",
            "document_parties",
            "ksor-agreement-2009-kaz-1",
        ),
        (
            empty("provisions", "cst-protocol-1999-duration", "start_date", "start_precision"),
            "rule_without_day",
            "provisions",
            "cst-protocol-1999-duration",
        ),
        (
            empty("people", "Stanislav Zas", "person_ru"),
            "russian_name_unknown",
            "people",
            "Stanislav Zas",
        ),
        (
            lambda copy: copy.set_cell("members", "aze-cst-member-1", "start_precision", "before"),
            "day_unknown",
            "members",
            "aze-cst-member-1",
        ),
    ],
)
def test_what_is_missing_is_found(
    copy: Copy, make: Callable[[Copy], None], gap: str, table: str, row_id: str
) -> None:
    before = found_in(copy)
    assert (gap, table, row_id) not in before
    make(copy)
    assert (gap, table, row_id) in found_in(copy)


def test_a_document_without_parties_and_a_state_without_deposit_are_gaps(copy: Copy) -> None:
    found = found_in(copy)
    assert ("document_without_parties", "documents", "csto-charter-2002") in found
    assert ("document_without_parties", "documents", "ksor-agreement-2009") not in found
    assert ("deposit_unknown", "document_parties", "ksor-agreement-2009-kaz-1") in found
    assert ("deposit_unknown", "document_parties", "ksor-agreement-2009-uzb-1") not in found


def test_a_row_with_one_originator_is_a_gap(copy: Copy) -> None:
    assert ("one_originator", "forces", "ksor") in found_in(copy)


def test_gaps_of_one_table_are_those_of_the_whole() -> None:
    every = csto.gaps()
    assert csto.gaps("documents") == [gap for gap in every if gap.table == "documents"]
    assert sum(line.rows for line in count(every)) == len(every)


def test_every_kind_of_gap_is_explained() -> None:
    assert all(line.meaning for line in count(csto.gaps()))


def test_gaps_of_an_unknown_table_get_a_suggestion() -> None:
    with pytest.raises(csto.UnknownNameError, match="did you mean 'events'"):
        csto.gaps("event")


def test_membership_and_offices_have_no_hole_that_is_not_named() -> None:
    kinds = {gap.gap for gap in csto.gaps("members")}
    assert kinds <= {"one_originator", "day_unknown"}
    assert {gap.row_id for gap in csto.gaps("chairmanships") if gap.gap == "no_chair_known"} <= set(
        installed().columns("chairmanships")["chairmanship_id"]
    )
