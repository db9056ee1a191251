"""Who was what on a day, under each legal reading."""

from datetime import date, timedelta

import pandas as pd
import pytest
from copies import Copy

import csto_data as csto
from csto_data.package import installed
from csto_data.roster import UncheckedDayWarning
from csto_data.spells import standing, windows

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


def test_members_has_a_row_for_each_of_the_nine_states() -> None:
    frame = csto.members()
    assert frame["iso3"].tolist() == NINE
    assert list(frame.columns) == [
        "iso3",
        "name",
        "instrument",
        "status",
        "is_member",
        "member_id",
    ]
    assert frame.set_index("iso3").loc["ARM", "status"] == "frozen"


@pytest.mark.parametrize(("day", "basis", "expected"), ROSTERS)
def test_members_on_the_days_of_change(
    day: str, basis: str, expected: dict[str, list[str]]
) -> None:
    frame = csto.members(on=day, basis=basis)
    bound = frame.dropna(subset="status")
    found: dict[str, list[str]] = {}
    for row in bound.itertuples():
        found.setdefault(f"{row.instrument} {row.status}", []).append(row.iso3)
    assert found == expected
    assert frame["is_member"].equals(frame["status"].isin(["member", "frozen"]).astype("boolean"))


def test_all_six_are_members_once_on_the_day_on_which_they_signed_the_charter() -> None:
    frame = csto.members(on="2002-10-07", basis="signature")
    assert frame.loc[frame["is_member"], "iso3"].tolist() == SIX


def test_what_counts_as_membership_can_be_changed() -> None:
    frame = csto.members(counting=["member"]).set_index("iso3")
    assert not frame.loc["ARM", "is_member"]


def test_past_the_last_checked_day_all_is_unknown() -> None:
    day = installed().checked_through("members") + timedelta(days=1)
    with pytest.warns(UncheckedDayWarning, match=f"{day}: past the last checked day"):
        frame = csto.members(on=day)
    assert frame[["instrument", "status", "is_member", "member_id"]].isna().all(axis=None)
    assert len(frame) == 9


@pytest.mark.parametrize("day", ["2012-13-01", "yesterday", 20121219])
def test_what_is_not_a_day_is_refused(day: object) -> None:
    with pytest.raises(csto.CstoDataError, match="is not a day: write it as 2012-12-19"):
        csto.members(on=day)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("uncertain", "day", "expected"),
    [
        (None, "2006-07-31", False),
        (None, "2006-08-01", None),
        (None, "2006-08-31", True),
        ("earliest", "2006-08-01", True),
        ("latest", "2006-08-30", False),
        ("latest", "2006-08-31", True),
    ],
)
def test_an_imprecise_date_leaves_the_answer_open(
    copy: Copy, uncertain: str | None, day: str, expected: bool | None
) -> None:
    for what in ("signed", "start"):
        copy.set_cell("members", "uzb-csto-member-1", f"{what}_date", "2006-08-01")
        copy.set_cell("members", "uzb-csto-member-1", f"{what}_precision", "month")
    when = date.fromisoformat(day)
    (found, *_) = [
        *(
            w.status
            for w in windows(copy, "in_force", uncertain)
            if w.iso3 == "UZB" and w.first <= when <= w.last
        ),
        "nothing",
    ]
    assert found == {True: "member", False: "nothing", None: None}[expected]
