"""State-years and dyad-years, by rule and basis."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

import csto_data as csto
from csto_data.package import installed

CHECKED = installed().checked_through("members")
SIX = ["ARM", "BLR", "KAZ", "KGZ", "RUS", "TJK"]
NINE = ["ARM", "AZE", "BLR", "GEO", "KAZ", "KGZ", "RUS", "TJK", "UZB"]


def cell(frame: pd.DataFrame, iso3: str, year: int, column: str) -> Any:
    value = frame.loc[(frame["iso3"] == iso3) & (frame["year"] == year), column].item()
    return None if pd.isna(value) else getattr(value, "item", lambda: value)()


@pytest.mark.parametrize(
    ("rule", "iso3", "year", "expected"),
    [
        ("any", "UZB", 1999, True),
        ("all", "UZB", 1999, False),
        ("majority", "UZB", 1999, False),
        ("jan1", "UZB", 1999, True),
        ("jul1", "UZB", 1999, False),
        ("dec31", "UZB", 1999, False),
        ("any", "UZB", 2006, True),
        ("majority", "UZB", 2006, False),
        ("dec31", "UZB", 2006, True),
        ("majority", "UZB", 2012, True),
        ("all", "UZB", 2012, False),
        ("any", "ARM", 1993, False),
        ("any", "ARM", 1994, True),
        ("majority", "ARM", 1994, True),
        ("jan1", "ARM", 1994, False),
        ("all", "ARM", 2024, True),
        ("any", "ARM", CHECKED.year, True),
        ("all", "ARM", CHECKED.year, None),
        ("any", "UZB", CHECKED.year, None),
        ("all", "UZB", CHECKED.year, False),
        ("jan1", "ARM", CHECKED.year, True),
        ("dec31", "ARM", CHECKED.year, None),
    ],
)
def test_the_rule_decides_who_is_a_member(
    rule: str, iso3: str, year: int, expected: bool | None
) -> None:
    assert cell(csto.panel("year", rule=rule), iso3, year, "is_member") is expected


def test_the_panel_is_balanced_and_typed() -> None:
    frame = csto.panel("year")
    assert len(frame) == 9 * (CHECKED.year - 1991)
    assert not frame.duplicated(["iso3", "year"]).any()
    assert sorted(frame["iso3"].unique()) == NINE
    assert str(frame["is_member"].dtype) == "boolean"
    assert str(frame["days"].dtype) == "Int64"


@pytest.mark.parametrize("unit", ["month", "day"])
def test_days_add_up_in_every_unit(unit: str) -> None:
    years, other = csto.panel("year"), csto.panel(unit)
    whole = years[years["year"] < CHECKED.year].groupby("iso3")["days"].sum()
    year = other["date"].dt.year if unit == "day" else other["year"]
    days = other["is_member"].astype("Int64") if unit == "day" else other["days"]
    parts = days[year < CHECKED.year].groupby(other["iso3"]).sum()
    assert whole.to_dict() == parts.to_dict()


def test_status_is_that_of_most_days_and_ties_go_to_the_later() -> None:
    frame = csto.panel("year")
    assert cell(frame, "ARM", 1992, "status") == "signatory"
    assert cell(frame, "ARM", 1994, "status") == "member"
    assert cell(frame, "ARM", 2024, "status") == "frozen"
    assert cell(frame, "UZB", 1999, "status") is None
    assert cell(frame, "ARM", 2003, "instrument") == "CST"
    assert cell(frame, "ARM", 2004, "instrument") == "CSTO"


@pytest.mark.parametrize(
    ("basis", "year", "instrument"),
    [("in_force", 2002, "CST"), ("signature", 2002, "CST"), ("signature", 2003, "CSTO")],
)
def test_the_basis_moves_the_charter(basis: str, year: int, instrument: str) -> None:
    assert cell(csto.panel("year", basis=basis), "ARM", year, "instrument") == instrument


def test_the_chair_is_unknown_where_no_source_names_it() -> None:
    frame = csto.panel("year")
    assert cell(frame, "RUS", 1995, "is_chair") is None
    assert cell(frame, "RUS", 2002, "is_chair") is True
    assert cell(frame, "BLR", 2007, "is_chair") is True
    assert cell(frame, "RUS", 2007, "is_chair") is False


def test_requests_are_counted_in_their_period() -> None:
    frame = csto.panel("month")
    january = frame[(frame["year"] == 2022) & (frame["month"] == 1)].set_index("iso3")["requests"]
    assert january["KAZ"] == 1
    assert january["RUS"] == 0


def test_other_codes_and_a_choice_of_states() -> None:
    frame = csto.panel("year", states=["365", "371"], code="cow")
    assert frame["iso3"].unique().tolist() == ["RUS", "ARM"]
    assert frame["cow_code"].unique().tolist() == [365, 371]
    with pytest.raises(csto.UnknownNameError, match="unknown state 'FRA'"):
        csto.panel(states=["FRA"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "week"}, "unknown unit 'week'"),
        ({"unit": "month", "rule": "jan1"}, "the rule 'jan1' goes with years only"),
        ({"rule": "most"}, "unknown rule 'most'"),
        ({"basis": "law"}, "unknown basis 'law'"),
        ({"code": "iso"}, "unknown code system 'iso'"),
        ({"counting": ["guest"]}, "unknown status 'guest'"),
        ({"uncertain": "middle"}, "unknown reading of uncertain dates 'middle'"),
    ],
)
def test_mistyped_options_get_an_error(options: dict[str, Any], message: str) -> None:
    for ask in (csto.panel, csto.dyads):
        with pytest.raises(csto.CstoDataError, match=message):
            ask(**options)


def test_pairs_stand_once_or_both_ways() -> None:
    once, both = csto.dyads("year"), csto.dyads("year", directed=True)
    assert (once["iso3_1"] < once["iso3_2"]).all()
    assert len(both) == 2 * len(once)
    assert not both.duplicated(["iso3_1", "iso3_2", "year"]).any()


@pytest.mark.parametrize(
    ("rule", "year", "pairs"),
    [
        ("any", 1993, 0),
        ("any", 1994, 36),
        ("any", 1999, 36),
        ("dec31", 1999, 15),
        ("any", 2005, 15),
        ("any", 2006, 21),
        ("all", 2006, 15),
        ("any", 2013, 15),
    ],
)
def test_the_number_of_pairs(rule: str, year: int, pairs: int) -> None:
    frame = csto.dyads("year", rule=rule)
    assert frame.loc[frame["year"] == year, "are_members"].eq(True).sum() == pairs


def test_pairs_are_members_on_the_days_on_which_both_are() -> None:
    frame = csto.dyads("year")
    pair = frame[(frame["iso3_1"] == "ARM") & (frame["iso3_2"] == "UZB")].set_index("year")
    assert pair.loc[1999, "days"] == 110
    assert pair.loc[2006, "days"] == 138
    assert 2000 not in pair.index
    assert pd.isna(pair.loc[CHECKED.year, "are_members"])


def test_the_last_month_is_unknown_past_the_last_checked_day() -> None:
    frame = csto.panel("month", rule="all")
    last = frame[frame["iso3"] == "RUS"].iloc[-1]
    assert (last["year"], last["month"]) == (CHECKED.year, CHECKED.month)
    next_day = CHECKED + timedelta(days=1)
    assert pd.isna(last["is_member"]) == (next_day.month == CHECKED.month)
    assert date(int(last["year"]), int(last["month"]), 1) <= CHECKED
