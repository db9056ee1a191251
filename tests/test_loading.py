"""Tables come with the types of the schema, the same from every backend."""

import sys
from datetime import date, datetime
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import csto_data as csto
from csto_data.loading import vocabulary
from csto_data.package import installed

TABLES = installed().tables
BACKENDS = ("pandas", "polars", "pyarrow")


def plain(frame: Any) -> dict[str, list[Any]]:
    """Return a frame of any backend as lists of plain Python values."""
    if isinstance(frame, pl.DataFrame):
        return frame.to_dict(as_series=False)
    if isinstance(frame, pa.Table):
        return frame.to_pydict()
    return {name: [plain_value(value) for value in frame[name]] for name in frame.columns}


def plain_value(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, datetime) else value


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_gives_the_values_of_the_file(table: str, backend: str) -> None:
    assert plain(csto.load(table, backend=backend)) == installed().columns(table)


@pytest.mark.parametrize("table", TABLES)
def test_pandas_types_are_those_of_the_schema(table: str) -> None:
    frame = csto.load(table)
    unit = "us" if pd.__version__ >= "3" else "ns"
    types = {
        "string": "string",
        "integer": "Int64",
        "number": "Float64",
        "boolean": "boolean",
        "date": f"datetime64[{unit}]",
    }
    for field in installed().fields(table):
        expected = "category" if vocabulary(field) else types[field["type"]]
        assert str(frame[field["name"]].dtype) == expected, field["name"]


@pytest.mark.parametrize("table", TABLES)
def test_polars_and_arrow_types_are_those_of_the_schema(table: str) -> None:
    polars_types = {
        "string": pl.String(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
        "date": pl.Date(),
    }
    arrow_types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    frame, arrow = csto.load(table, backend="polars"), csto.load(table, backend="pyarrow")
    for field in installed().fields(table):
        name, values = field["name"], vocabulary(field)
        assert frame.schema[name] == (pl.Enum(values) if values else polars_types[field["type"]])
        if values:
            assert pa.types.is_dictionary(arrow.schema.field(name).type)
        else:
            assert arrow.schema.field(name).type == arrow_types[field["type"]]


def test_categories_stand_in_the_order_of_the_schema() -> None:
    values = ["member", "suspended", "frozen"]
    assert list(csto.load("members")["status"].cat.categories) == values
    column = csto.load("members", backend="pyarrow")["status"].chunk(0)
    assert column.dictionary.to_pylist() == values


@pytest.mark.parametrize("backend", BACKENDS)
def test_codes_survive_as_text(backend: str) -> None:
    columns = plain(csto.load("countries", backend=backend))
    namibia, armenia = columns["iso3"].index("NAM"), columns["iso3"].index("ARM")
    assert columns["iso2"][namibia] == "NA"
    assert columns["iso_numeric"][armenia] == "051"


def test_a_date_is_a_timestamp_that_compares_with_text() -> None:
    spells = csto.load("members")
    suspended = spells[spells["status"] == "suspended"]
    assert (suspended["start_date"] == "2012-12-19").all()
    assert suspended["start_date"].iloc[0].date() == date(2012, 12, 19)


def test_a_join_on_any_day_returns_one_row_a_state_and_instrument() -> None:
    spells = csto.load("members")
    checked = pd.Timestamp(installed().checked_through("members"))
    ends = spells["end_date"].fillna(checked)
    for day in pd.to_datetime(["1994-04-20", "1999-04-20", "2006-08-16", "2012-12-19", checked]):
        holding = spells[(spells["start_date"] <= day) & (day <= ends)]
        assert not holding.duplicated(["iso3", "instrument"]).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: csto.load("member"), "unknown table 'member': did you mean 'members'?"),
        (lambda: csto.load("members", backend="panda"), "unknown backend 'panda'"),
        (lambda: csto.path("evnts"), "did you mean 'events'?"),
    ],
)
def test_a_mistyped_name_gets_a_suggestion(call: Any, message: str) -> None:
    with pytest.raises(csto.UnknownNameError) as caught:
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize("backend", ["polars", "pyarrow"])
def test_a_missing_backend_says_what_to_install(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, backend, None)
    with pytest.raises(csto.MissingExtraError, match=rf"pip install 'csto-data\[{backend}\]'"):
        csto.load("members", backend=backend)
