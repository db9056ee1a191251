"""The user's frame with the status of its states, on every engine, against a naive reference."""

import warnings
from datetime import date, datetime, timedelta
from typing import Any

import dask.dataframe as dd
import duckdb
import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import DATABASES, EAGER, FRAMES, frame_of, rows_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from slow_way import CHECKED, DAYS, expected, rows_of_code, values_of

import csto_data as csto
from csto_data.annotation import AnnotationWarning
from csto_data.codes import CODE_COLUMNS
from csto_data.spells import BASES

COLUMNS = ["csto_status", "csto_is_member", "csto_instrument"]
SETTINGS = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FEW = settings(SETTINGS, max_examples=2, phases=[Phase.generate])


def quiet(*arguments: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnnotationWarning)
        return csto.annotate(*arguments, **options)


def agrees_with_the_slow_way(engine: str, code: str, rows: list[Any], basis: str) -> None:
    states, days = [row[0] for row in rows], [row[1] for row in rows]
    frame = frame_of(engine, {"state": states, "day": days})
    result = quiet(frame, country="state", date="day", code=code, basis=basis)
    assert isinstance(result, type(frame)) or engine == "ibis"
    assert rows_of(result, COLUMNS) == [expected(s, d, code, basis) for s, d in rows]
    assert rows_of(result, ["state"]) == [(state,) for state in states]
    if engine == "pandas":
        assert result.index.equals(frame.index)
        assert list(result.columns) == ["state", "day", *COLUMNS]
        assert list(frame.columns) == ["state", "day"]


@pytest.mark.parametrize("engine", FRAMES)
@pytest.mark.parametrize("code", CODE_COLUMNS)
@SETTINGS
@given(data=st.data(), basis=st.sampled_from(BASES))
def test_every_kind_of_frame_agrees_with_the_slow_way(
    engine: str, code: str, data: Any, basis: str
) -> None:
    agrees_with_the_slow_way(engine, code, data.draw(rows_of_code(code, 1, 40)), basis)


@pytest.mark.parametrize("engine", DATABASES)
@pytest.mark.parametrize("code", CODE_COLUMNS)
@FEW
@given(data=st.data(), basis=st.sampled_from(BASES))
def test_databases_agree_with_the_slow_way(engine: str, code: str, data: Any, basis: str) -> None:
    agrees_with_the_slow_way(engine, code, data.draw(rows_of_code(code, 80, 120)), basis)


TRIPLES = st.tuples(values_of("iso3"), values_of("iso3"), DAYS)


def pairs_are_told(engine: str, rows: list[tuple[Any, Any, Any]]) -> None:
    columns = dict(zip(("one", "two", "day"), map(list, zip(*rows, strict=True)), strict=True))
    result = quiet(frame_of(engine, columns), country=["one", "two"], date="day", code="iso3")
    wanted = []
    for one, two, day in rows:
        sides = [expected(state, day, "iso3", "in_force") for state in (one, two)]
        members = [side[1] for side in sides]
        pair = None if None in members else ["none", "one", "both"][sum(members)]
        wanted.append((*sides[0], *sides[1], pair))
    names = [f"{name}{suffix}" for suffix in ("_1", "_2") for name in COLUMNS]
    assert rows_of(result, [*names, "csto_pair"]) == wanted


@pytest.mark.parametrize("engine", FRAMES)
@SETTINGS
@given(rows=st.lists(TRIPLES, min_size=1, max_size=30))
def test_pairs_of_states(engine: str, rows: list[tuple[Any, Any, Any]]) -> None:
    pairs_are_told(engine, rows)


@pytest.mark.parametrize("engine", DATABASES)
@FEW
@given(rows=st.lists(TRIPLES, min_size=80, max_size=120))
def test_pairs_of_states_in_databases(engine: str, rows: list[tuple[Any, Any, Any]]) -> None:
    pairs_are_told(engine, rows)


@pytest.mark.parametrize("engine", EAGER)
@pytest.mark.parametrize("rule", ["any", "all", "majority", "jan1", "jul1", "dec31"])
def test_years_are_answered_as_by_the_panel(engine: str, rule: str) -> None:
    panel = csto.panel("year", rule=rule)
    columns = {"state": panel["iso3"].tolist(), "year": [int(year) for year in panel["year"]]}
    makers = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
    result = csto.annotate(
        makers[engine](columns), country="state", year="year", rule=rule, code="iso3"
    )
    assert rows_of(result, COLUMNS) == rows_of(panel, ["status", "is_member", "instrument"])


MOMENTS = {
    "datetime64[ns]": lambda days: pd.Series(pd.to_datetime(days)).astype("datetime64[ns]"),
    "datetime64[s]": lambda days: pd.Series(pd.to_datetime(days)).astype("datetime64[s]"),
    "the day in its own zone": lambda days: pd.Series(
        pd.to_datetime([f"{day} 23:30" for day in days])
    ).dt.tz_localize("Asia/Tashkent"),
    "date": lambda days: pd.Series([date.fromisoformat(day) for day in days], dtype=object),
    "ISO text": pd.Series,
    "ISO text with a time": lambda days: pd.Series([f"{day}T23:59:00+05:00" for day in days]),
    "arrow date": lambda days: pd.Series(
        [date.fromisoformat(day) for day in days], dtype=pd.ArrowDtype(pa.date32())
    ),
}


@pytest.mark.parametrize("kind", MOMENTS)
def test_days_of_every_kind_in_pandas(kind: str) -> None:
    days = ["2006-08-15", "2006-08-16", "2012-12-18", "2012-12-19"]
    frame = pd.DataFrame({"state": "UZB", "day": MOMENTS[kind](days)})
    result = csto.annotate(frame, country="state", date="day", code="iso3")
    assert result["csto_is_member"].tolist() == [False, True, True, False]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Asia/Tashkent"])
def test_datetimes_in_polars_and_pyarrow(unit: Any, zone: str | None) -> None:
    moments = [datetime(2012, 12, 18, 23, 30), datetime(2012, 12, 19, 0, 30)]
    times = pl.Series("day", moments).cast(pl.Datetime(unit))
    if zone:
        times = times.dt.replace_time_zone(zone)
    frame = pl.DataFrame([pl.Series("state", ["UZB", "UZB"]), times])
    for one in (frame, frame.to_arrow()):
        result = csto.annotate(one, country="state", date="day", code="iso3")
        assert [row[0] for row in rows_of(result, ["csto_is_member"])] == [True, False]


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "pyarrow", "dask", "pyspark"])
def test_iso_text_in_polars_and_pyarrow(engine: str) -> None:
    columns = {"state": ["UZB"] * 2, "when": ["2012-12-18T10:00", "2012-12-19"]}
    result = csto.annotate(frame_of(engine, columns), country="state", date="when", code="iso3")
    assert rows_of(result, ["csto_is_member"]) == [(True,), (False,)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([643, 51], "iso_numeric"),
        ([365, 371], "cow"),
        (["643", "051", "51"], "iso_numeric"),
        ([365.0, None], "gw"),
        (["RUS", "ARM"], "iso3"),
        (["RU", "AM", "KG"], "iso2"),
        (["Kyrgyz Republic", "RUSSIAN FEDERATION"], "name"),
    ],
)
def test_the_code_system_is_detected(values: list[Any], code: str) -> None:
    frame = pd.DataFrame({"state": values, "day": "2010-01-01"})
    known = csto.annotate(frame, country="state", date="day", code=code)
    pd.testing.assert_frame_equal(csto.annotate(frame, country="state", date="day"), known)
    assert known["csto_is_member"].dropna().all()


def test_categories_are_read_like_text() -> None:
    frame = pd.DataFrame({"state": pd.Categorical(["ARM", None, "FRA"]), "day": "2010-01-01"})
    result = csto.annotate(frame, country="state", date="day")
    assert rows_of(result, ["csto_is_member"]) == [(True,), (None,), (False,)]


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        ({"s": ["RS"], "d": ["2010-01-01"]}, {}, "'RS' is SRB in iso2 and RUS in fips; pass code="),
        ({"s": ["BO", "GG"], "d": ["2010-01-01"] * 2}, {}, "'BO' is BOL in iso2 and BLR in fips"),
        ({"s": ["?!"], "d": ["2010-01-01"]}, {}, "no code system explains ?!"),
        ({"s": ["ARM"], "d": [20100101]}, {}, "numbers are not read as days"),
        ({"s": ["ARM"], "d": ["1.1.2010"]}, {}, "row 0: '1.1.2010' is not a day"),
        (
            {"s": ["ARM"], "d": ["2010-01-01"], "csto_status": [1]},
            {},
            "there is a column 'csto_status' already",
        ),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"country": "state"}, "unknown column 'state'"),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"code": "iso"}, "unknown code system 'iso'"),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"basis": "law"}, "unknown basis 'law'"),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"counting": "guest"}, "unknown status 'guest'"),
        ({"s": ["ARM"], "d": [2010]}, {"date": None, "year": "d"}, "year= needs a rule"),
        ({"s": ["ARM"], "d": [2010]}, {"date": None}, "either date= or year="),
        (
            {"s": ["ARM"], "d": ["x"]},
            {"date": None, "year": "d", "rule": "any"},
            "row 0: 'x' is not a year",
        ),
        ({"s": ["ARM"], "d": [2010]}, {"country": ["s", "s", "s"]}, "one column of states, or two"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_remedy(
    frame: dict[str, list[Any]], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(csto.CstoDataError) as caught:
        csto.annotate(pd.DataFrame(frame), **{"country": "s", "date": "d"} | options)
    assert message in str(caught.value)


def test_other_frames_and_lazy_frames_without_code_are_refused() -> None:
    with pytest.raises(csto.CstoDataError, match=r"cannot annotate a builtins\.list"):
        csto.annotate([], country="s", date="d")
    lazy = pl.LazyFrame({"s": ["ARM"], "d": [date(2010, 1, 1)]})
    with pytest.raises(csto.CstoDataError, match="pass code="):
        csto.annotate(lazy, country="s", date="d")
    with pytest.raises(csto.CstoDataError, match="numbers are not read as days"):
        csto.annotate(pl.DataFrame({"s": ["ARM"], "d": [1]}), country="s", date="d", code="iso3")
    for frame in (pl.DataFrame({"s": ["ARM"], "d": ["x"]}), pa.table({"s": ["ARM"], "d": ["x"]})):
        with pytest.raises(csto.CstoDataError, match="row 0: 'x' is not a day"):
            csto.annotate(frame, country="s", date="d", code="iso3")


def frame_of_three(states: Any, days: Any) -> pd.DataFrame:
    return pd.DataFrame({"s": states, "d": days})


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (pd.Series(["UZB", None, "UZB"], dtype="string"), "iso3"),
        (pd.Series(["UZB", None, "UZB"], dtype=pd.ArrowDtype(pa.string())), "iso3"),
        (pd.Series([860, None, 860], dtype="Int64"), "iso_numeric"),
        (pd.Series([704.0, None, 704.0]), "cow"),
    ],
    ids=["string", "arrow", "nullable integer", "float"],
)
def test_columns_of_states_of_every_kind(states: pd.Series, code: str) -> None:
    frame = frame_of_three(states, ["2012-12-18", "2012-12-18", None])
    result = csto.annotate(frame, country="s", date="d", code=code)
    assert rows_of(result, ["csto_is_member"]) == [(True,), (None,), (None,)]


@pytest.mark.parametrize("days", [[None] * 3, [float("nan")] * 3, [pd.NaT] * 3])
def test_days_that_are_all_empty_give_nulls(days: list[Any]) -> None:
    result = csto.annotate(frame_of_three(["UZB"] * 3, days), country="s", date="d", code="iso3")
    assert result[COLUMNS].isna().all(axis=None)


def test_an_empty_frame_gets_empty_columns() -> None:
    result = csto.annotate(frame_of_three([], []), country="s", date="d")
    assert list(result.columns) == ["s", "d", *COLUMNS]
    assert len(result) == 0


@pytest.mark.parametrize("engine", EAGER)
def test_one_warning_names_unknown_codes_and_late_days(engine: str) -> None:
    late = CHECKED + timedelta(days=1)
    frame = frame_of(engine, {"s": ["ARM", "ARN", "RUS"], "day": [CHECKED, CHECKED, late]})
    with pytest.warns(AnnotationWarning) as caught:
        csto.annotate(frame, country="s", date="day", code="iso3")
    assert [str(one.message) for one in caught] == [
        f"no answer for unknown codes ARN; 1 rows past {CHECKED}"
    ]


@pytest.mark.parametrize("engine", [*FRAMES, *DATABASES])
def test_check_codes_lists_what_is_no_code(engine: str) -> None:
    frame = frame_of(engine, {"s": ["ARM", "ARN", None, "QQQ", "RUS", "KGZ", "KAZ", "TJK"]})
    assert csto.check_codes(frame, "s", code="iso3") == ["ARN", "QQQ"]


def test_a_prefix_of_ones_own() -> None:
    frame = pd.DataFrame({"s": ["ARM"], "d": ["2024-02-22"]})
    result = csto.annotate(frame, country="s", date="d", code="iso3", out="x_", counting=["member"])
    assert result.loc[0, ["x_status", "x_is_member", "x_instrument"]].tolist() == [
        "frozen",
        False,
        "CSTO",
    ]


def unreadable(engine: str) -> Any:
    """Return a lazy frame whose states cannot be computed."""
    if engine == "polars lazy":
        rows = pl.LazyFrame({"s": ["ARM"], "d": [date(2010, 1, 1)]})
        return rows.with_columns(pl.col("s").map_elements(fail, return_dtype=pl.String))
    if engine == "duckdb":
        return duckdb.sql("SELECT error('computed')::VARCHAR AS s, DATE '2010-01-01' AS d")
    if engine == "ibis":
        rows = ibis.memtable({"s": ["computed"], "d": [date(2010, 1, 1)]})
        return rows.mutate(s=rows.s.cast("int").cast("string"))
    if engine == "pyspark":
        query = "SELECT CAST(raise_error('computed') AS STRING) AS s, DATE '2010-01-01' AS d"
        return SparkSession.builder.getOrCreate().sql(query)
    rows = pd.DataFrame({"s": ["ARM"], "d": ["2010-01-01"]})
    return dd.from_pandas(rows, npartitions=1).map_partitions(fail, meta=rows)


def fail(*_: Any) -> Any:
    raise RuntimeError("computed")


@pytest.mark.parametrize("engine", ["polars lazy", *DATABASES])
def test_what_is_lazy_is_not_computed(engine: str) -> None:
    frame = unreadable(engine)
    result = csto.annotate(frame, country="s", date="d", code="iso3")
    assert isinstance(result, type(frame)) or engine == "ibis"
    with pytest.raises(Exception, match="computed"):
        rows_of(result, COLUMNS)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_reading_under_which_nobody_counts(engine: str) -> None:
    frame = frame_of(engine, {"s": ["UZB"], "day": [date(2013, 1, 1)]})
    options = {"code": "iso3", "basis": "signature", "counting": "signatory"}
    result = csto.annotate(frame, country="s", date="day", **options)
    assert rows_of(result, COLUMNS) == [("suspended", False, "CSTO")]
