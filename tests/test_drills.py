"""Exercises with their hosts and numbers."""

import csto_data as csto
from csto_data.drills import preferred_numbers
from csto_data.package import installed


def test_every_exercise_is_listed_once() -> None:
    listed = [one.event_id for one in csto.exercises()]
    events = installed().records("events")
    assert sorted(listed) == [e["event_id"] for e in events if e["event_type"] == "exercise"]


def test_a_year_has_its_exercises_in_the_order_of_their_days() -> None:
    found = csto.exercises(2021)
    assert {one.start_date.year for one in found if one.start_date} == {2021}
    assert [one.start_date for one in found] == sorted(one.start_date for one in found)  # type: ignore[type-var]
    by_id = {one.event_id: one for one in found}
    assert by_id["rubezh-2021"].hosts == "KGZ"
    assert "(reported)" in by_id["combat-brotherhood-2021"].personnel


def test_the_number_of_a_part_is_that_of_the_joint_exercise_where_it_has_none() -> None:
    (part,) = [one for one in csto.exercises(2021) if one.event_id == "search-2021"]
    (whole,) = [one for one in csto.exercises(2021) if one.event_id == "combat-brotherhood-2021"]
    assert (part.counted, part.personnel) == ("combat-brotherhood-2021", whole.personnel)


def figure(basis: str, value: float, **cells: object) -> dict[str, object]:
    return {
        "subject_table": "events",
        "subject_id": "rubezh-2008",
        "measure": "personnel",
        "iso3": None,
        "comparator": "gt",
        "value": value,
        "value_max": None,
        "figure_basis": basis,
        "is_preferred": True,
    } | cells


def test_reported_numbers_come_before_announced_ones_and_only_preferred_totals_count() -> None:
    figures = [
        figure("announced", 5000.0),
        figure("reported", 4000.0),
        figure("reported", 300.0, iso3="ARM"),
        figure("reported", 9000.0, is_preferred=False),
    ]
    assert preferred_numbers(figures) == {"rubezh-2008": "over 4000 (reported)"}  # type: ignore[arg-type]


def test_a_range_is_written_with_both_ends() -> None:
    figures = [figure("planned", 1000.0, comparator="range", value_max=1200.0)]
    assert preferred_numbers(figures) == {"rubezh-2008": "1000 to 1200 (planned)"}  # type: ignore[arg-type]
