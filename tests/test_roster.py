"""Who was what on a day, under each legal reading."""

from datetime import date

import pandas as pd
import pytest

import csto_data as csto
from csto_data.package import installed
from csto_data.spells import standing

SIX = ["ARM", "BLR", "KAZ", "KGZ", "RUS", "TJK"]
NINE = ["ARM", "AZE", "BLR", "GEO", "KAZ", "KGZ", "RUS", "TJK", "UZB"]

ROSTERS = [
    # day, basis, states by (instrument, status)
    ("1992-05-14", "in_force", {}),
    ("1992-05-15", "in_force", {"CST signatory": ["ARM", "KAZ", "KGZ", "RUS", "TJK", "UZB"]}),
    ("1992-05-15", "signature", {"CST member": ["ARM", "KAZ", "KGZ", "RUS", "TJK", "UZB"]}),
    ("1993-12-30", "signature", {"CST member": [s for s in NINE if s != "BLR"]}),
    ("1993-12-31", "signature", {"CST member": NINE}),
    ("1994-04-19", "in_force", {"CST signatory": NINE}),
    ("1994-04-20", "in_force", {"CST member": NINE}),
    ("1999-04-20", "in_force", {"CST member": NINE}),
    ("1999-04-21", "in_force", {"CST member": SIX}),
    ("2002-10-06", "signature", {"CST member": SIX}),
    ("2002-10-07", "signature", {"CSTO member": SIX}),
    ("2002-10-07", "in_force", {"CST member": SIX}),
    ("2003-09-17", "in_force", {"CST member": SIX}),
    ("2003-09-18", "in_force", {"CSTO member": SIX}),
    ("2006-08-15", "in_force", {"CSTO member": SIX}),
    ("2006-08-16", "in_force", {"CSTO member": [*SIX, "UZB"]}),
    ("2012-12-18", "in_force", {"CSTO member": [*SIX, "UZB"]}),
    ("2012-12-19", "in_force", {"CSTO member": SIX, "CSTO suspended": ["UZB"]}),
    ("2024-02-21", "in_force", {"CSTO member": SIX, "CSTO suspended": ["UZB"]}),
    (
        "2024-02-22",
        "in_force",
        {"CSTO member": SIX[1:], "CSTO frozen": ["ARM"], "CSTO suspended": ["UZB"]},
    ),
]


@pytest.mark.parametrize(("day", "basis", "expected"), ROSTERS)
def test_the_roster_on_the_days_of_change(
    day: str, basis: str, expected: dict[str, list[str]]
) -> None:
    found: dict[str, list[str]] = {}
    spells = installed().records("members")
    for iso3 in NINE:
        own = [spell for spell in spells if spell["iso3"] == iso3]
        state = standing(own, date.fromisoformat(day), basis)
        if state:
            found.setdefault(f"{state.instrument} {state.status}", []).append(iso3)
    assert found == expected


def test_changes_tell_what_brought_them_about_and_who_says_so() -> None:
    frame = csto.changes()
    assert list(frame["basis"].unique()) == ["in_force", "signature"]
    assert frame["sources"].str.len().min() > 0
    assert frame["event_id"].isin(csto.load("events")["event_id"]).all()
    assert str(frame["date"].dtype).startswith("datetime64")
    end = frame[frame["status_after"].isna()]
    assert set(end["iso3"]) == {"AZE", "GEO", "UZB"}
    assert set(end["date"]) == {pd.Timestamp("1999-04-21")}
    assert set(end["event_id"]) == {"cst-lapse-1999-04-20"}
    assert end["document_id"].isna().all()


@pytest.mark.parametrize(("basis", "expected"), [("in_force", 30), ("signature", 21)])
def test_each_basis_has_its_changes(basis: str, expected: int) -> None:
    frame = csto.changes(basis)
    assert len(frame) == expected
    assert set(frame["basis"]) == {basis}
    assert not frame.duplicated(["date", "iso3"]).any()


def test_each_change_begins_where_the_last_one_ended() -> None:
    for _, own in csto.changes().groupby(["basis", "iso3"]):
        before, after = own["status_before"].iloc[1:], own["status_after"].iloc[:-1]
        assert before.fillna("none").tolist() == after.fillna("none").tolist()
        assert pd.isna(own["status_before"].iloc[0])


def test_an_unknown_basis_gets_a_suggestion() -> None:
    with pytest.raises(csto.UnknownNameError, match="did you mean 'signature'"):
        csto.changes("signatures")
