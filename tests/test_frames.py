"""The pandera schemas accept the tables and refuse broken frames."""

import sys

import pandas as pd
import pandera.errors
import pytest

import csto_data as csto
from csto_data.package import installed


@pytest.mark.parametrize("table", installed().tables)
def test_every_table_satisfies_its_schema(table: str) -> None:
    csto.schema(table).validate(csto.load(table), lazy=True)


def with_cell(frame: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    """Return the frame with one cell of its first row changed."""
    cells = frame[column].astype(object)
    cells[0] = value
    if isinstance(frame[column].dtype, pd.CategoricalDtype):
        return frame.assign(**{column: cells.astype("category")})
    try:
        return frame.assign(**{column: cells.astype(frame[column].dtype)})
    except (TypeError, ValueError):
        return frame.assign(**{column: cells})


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("members", "member_id", "Not A Key"),
        ("members", "member_id", None),
        ("members", "iso3", "uz"),
        ("members", "iso3", "ab|cd"),
        ("members", "status", "observer"),
        ("members", "start_date", "some day"),
        ("countries", "cow_code", 0),
        ("countries", "cow_code", 1000),
        ("countries", "iso2", "AFX"),
        ("secretaries_general", "is_acting", None),
    ],
)
def test_a_wrong_cell_is_refused(table: str, column: str, value: object) -> None:
    frame = with_cell(csto.load(table), column, value)
    with pytest.raises((pandera.errors.SchemaErrors, pandera.errors.SchemaError)):
        csto.schema(table).validate(frame, lazy=True)


@pytest.mark.parametrize(
    "break_frame",
    [
        lambda frame: frame.drop(columns="note"),
        lambda frame: frame.assign(extra=1),
        lambda frame: frame[frame.columns[::-1]],
        lambda frame: pd.concat([frame, frame.head(1)], ignore_index=True),
        lambda frame: frame.astype({"start_date": "string"}),
    ],
    ids=["column missing", "column too many", "other order", "key twice", "dates as text"],
)
def test_a_frame_of_another_form_is_refused(break_frame) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(pandera.errors.SchemaErrors):
        csto.schema("members").validate(break_frame(csto.load("members")), lazy=True)


def test_without_pandera_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandera.pandas", None)
    with pytest.raises(csto.MissingExtraError, match=r"csto-data\[validate\]"):
        csto.schema("members")


def test_an_unknown_table_gets_a_suggestion() -> None:
    with pytest.raises(csto.UnknownNameError, match="did you mean 'forces'"):
        csto.schema("force")
