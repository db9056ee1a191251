"""The user's frame with the status of its states, on every backend, against a naive reference."""

import warnings
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csto_data as csto
from csto_data.annotation import AnnotationWarning
from csto_data.codes import CODE_COLUMNS, code_table, normal
from csto_data.package import installed
from csto_data.spells import BASES, COUNTING, spells_by_state, standing

SPELLS = spells_by_state(installed())
CHECKED = installed().checked_through("members")
ENDS = sorted(
    day + timedelta(days=shift)
    for spells in SPELLS.values()
    for spell in spells
    for column in ("signed_date", "start_date", "end_date")
    if isinstance(day := spell[column], date)
    for shift in (-1, 0, 1)
)
COLUMNS = ["csto_status", "csto_is_member", "csto_instrument"]
NOTHING = (None, None, None)

DAYS = st.one_of(
    st.none(),
    st.sampled_from([*ENDS, CHECKED - timedelta(days=1), CHECKED, CHECKED + timedelta(days=1)]),
    st.dates(date(1980, 1, 1), date(2035, 12, 31)),
)
SETTINGS = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def values_of(code: str) -> st.SearchStrategy[Any]:
    """Values of a code system: those of the nine states more often, others, strangers, nulls."""
    table = code_table(code)
    nine = [value for value, iso3 in table.items() if iso3 in SPELLS]
    return st.one_of(
        st.sampled_from(nine), st.sampled_from(sorted(table)), st.sampled_from([None, "???", "QQQ"])
    )


def expected(value: Any, day: date | None, code: str, basis: str) -> tuple[Any, ...]:
    """Return status, membership and instrument of one row, the slow way."""
    iso3 = None if value is None else code_table(code).get(normal(str(value), code))
    if iso3 is None or day is None or day > CHECKED:
        return NOTHING
    found = standing(SPELLS.get(iso3, []), day, basis)
    if found is None:
        return None, False, None
    return found.status, found.status in COUNTING, found.instrument


def frame_of(backend: str, columns: dict[str, list[Any]]) -> Any:
    if backend == "pandas":
        length = len(next(iter(columns.values())))
        index = pd.Index([number // 2 for number in range(length)][::-1], name="twice")
        return pd.DataFrame(
            {name: pd.Series(v, dtype=object) for name, v in columns.items()}
        ).set_axis(index)
    if backend == "pyarrow":
        return pa.table({name: arrow_array(values) for name, values in columns.items()})
    types = {name: pl.Date if name == "day" else pl.String for name in columns}
    frame = pl.DataFrame(columns, schema=types)
    if backend == "duckdb":
        rows = frame.with_row_index("place").to_arrow()
        return duckdb.connect().from_arrow(rows)
    if backend == "ibis":
        return ibis.memtable(frame.with_row_index("place").to_arrow())
    return frame.lazy() if backend == "polars lazy" else frame


def arrow_array(values: list[Any]) -> pa.Array:
    is_day = any(isinstance(value, date) for value in values)
    return pa.array(values, pa.date32() if is_day else pa.string())


def rows_of(frame: Any, columns: list[str]) -> list[tuple[Any, ...]]:
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = pl.DataFrame(frame.to_arrow_table()).sort("place")
    if isinstance(frame, ibis.Table):
        frame = pl.DataFrame(frame.to_pyarrow()).sort("place")
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame.select(columns).rows()
    if isinstance(frame, pa.Table):
        return list(zip(*(frame[name].to_pylist() for name in columns), strict=True))
    plain = frame[columns].astype(object)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in plain.to_numpy()]


def quiet(*arguments: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnnotationWarning)
        return csto.annotate(*arguments, **options)


FRAMES = ["pandas", "polars", "polars lazy", "pyarrow"]
DATABASES = ["duckdb", "ibis"]


def rows_of_code(code: str, fewest: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(values_of(code), DAYS), min_size=fewest, max_size=most)


def agrees_with_the_slow_way(backend: str, code: str, rows: list[Any], basis: str) -> None:
    states, days = [row[0] for row in rows], [row[1] for row in rows]
    frame = frame_of(backend, {"state": states, "day": days})
    result = quiet(frame, country="state", date="day", code=code, basis=basis)
    assert isinstance(result, type(frame)) or backend == "ibis"
    assert rows_of(result, COLUMNS) == [expected(s, d, code, basis) for s, d in rows]
    assert rows_of(result, ["state"]) == [(state,) for state in states]
    if backend == "pandas":
        assert result.index.equals(frame.index)
        assert list(result.columns) == ["state", "day", *COLUMNS]
        assert list(frame.columns) == ["state", "day"]


@pytest.mark.parametrize("backend", FRAMES)
@pytest.mark.parametrize("code", CODE_COLUMNS)
@SETTINGS
@given(data=st.data(), basis=st.sampled_from(BASES))
def test_every_kind_of_frame_agrees_with_the_slow_way(
    backend: str, code: str, data: Any, basis: str
) -> None:
    agrees_with_the_slow_way(backend, code, data.draw(rows_of_code(code, 1, 40)), basis)


@pytest.mark.parametrize("backend", DATABASES)
@pytest.mark.parametrize("code", CODE_COLUMNS)
@settings(SETTINGS, max_examples=2)
@given(data=st.data(), basis=st.sampled_from(BASES))
def test_databases_agree_with_the_slow_way(backend: str, code: str, data: Any, basis: str) -> None:
    agrees_with_the_slow_way(backend, code, data.draw(rows_of_code(code, 80, 120)), basis)


TRIPLES = st.tuples(values_of("iso3"), values_of("iso3"), DAYS)


def pairs_are_told(backend: str, rows: list[tuple[Any, Any, Any]]) -> None:
    columns = dict(zip(("one", "two", "day"), map(list, zip(*rows, strict=True)), strict=True))
    result = quiet(frame_of(backend, columns), country=["one", "two"], date="day", code="iso3")
    wanted = []
    for one, two, day in rows:
        sides = [expected(state, day, "iso3", "in_force") for state in (one, two)]
        members = [side[1] for side in sides]
        pair = None if None in members else ["none", "one", "both"][sum(members)]
        wanted.append((*sides[0], *sides[1], pair))
    names = [f"{name}{suffix}" for suffix in ("_1", "_2") for name in COLUMNS]
    assert rows_of(result, [*names, "csto_pair"]) == wanted


@pytest.mark.parametrize("backend", FRAMES)
@SETTINGS
@given(rows=st.lists(TRIPLES, min_size=1, max_size=30))
def test_pairs_of_states(backend: str, rows: list[tuple[Any, Any, Any]]) -> None:
    pairs_are_told(backend, rows)


@pytest.mark.parametrize("backend", DATABASES)
@settings(SETTINGS, max_examples=2)
@given(rows=st.lists(TRIPLES, min_size=80, max_size=120))
def test_pairs_of_states_in_databases(backend: str, rows: list[tuple[Any, Any, Any]]) -> None:
    pairs_are_told(backend, rows)


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("rule", ["any", "all", "majority", "jan1", "jul1", "dec31"])
def test_years_are_answered_as_by_the_panel(backend: str, rule: str) -> None:
    panel = csto.panel("year", rule=rule)
    columns = {"state": panel["iso3"].tolist(), "year": [int(year) for year in panel["year"]]}
    makers = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
    result = csto.annotate(
        makers[backend](columns), country="state", year="year", rule=rule, code="iso3"
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


@pytest.mark.parametrize("backend", ["polars", "polars lazy", "pyarrow"])
def test_iso_text_in_polars_and_pyarrow(backend: str) -> None:
    columns = {"state": ["UZB"] * 2, "when": ["2012-12-18T10:00", "2012-12-19"]}
    result = csto.annotate(frame_of(backend, columns), country="state", date="when", code="iso3")
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
        ({"s": ["ARM"], "d": ["2010-01-01"], "csto_status": [1]}, {}, "already has a column"),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"country": "state"}, "unknown column 'state'"),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"code": "iso"}, "unknown code system 'iso'"),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"basis": "law"}, "unknown basis 'law'"),
        ({"s": ["ARM"], "d": ["2010-01-01"]}, {"counting": "guest"}, "unknown status 'guest'"),
        ({"s": ["ARM"], "d": [2010]}, {"date": None, "year": "d"}, "year= needs a rule"),
        ({"s": ["ARM"], "d": [2010]}, {"date": None}, "either date= or year="),
        ({"s": ["ARM"], "d": ["x"]}, {"date": None, "year": "d", "rule": "any"}, "not hold years"),
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
        with pytest.raises(csto.CstoDataError, match="does not hold days such as 2009-06-14"):
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


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_one_warning_names_unknown_codes_and_late_days(backend: str) -> None:
    late = CHECKED + timedelta(days=1)
    frame = frame_of(backend, {"s": ["ARM", "ARN", "RUS"], "day": [CHECKED, CHECKED, late]})
    with pytest.warns(AnnotationWarning) as caught:
        csto.annotate(frame, country="s", date="day", code="iso3")
    assert [str(one.message) for one in caught] == [
        f"no answer for unknown codes ARN; 1 rows past {CHECKED}"
    ]


@pytest.mark.parametrize("backend", [*FRAMES, *DATABASES])
def test_check_codes_lists_what_is_no_code(backend: str) -> None:
    frame = frame_of(backend, {"s": ["ARM", "ARN", None, "QQQ", "RUS", "KGZ", "KAZ", "TJK"]})
    assert csto.check_codes(frame, "s", code="iso3") == ["ARN", "QQQ"]


def test_a_prefix_of_ones_own() -> None:
    frame = pd.DataFrame({"s": ["ARM"], "d": ["2024-02-22"]})
    result = csto.annotate(frame, country="s", date="d", code="iso3", out="x_", counting=["member"])
    assert result.loc[0, ["x_status", "x_is_member", "x_instrument"]].tolist() == [
        "frozen",
        False,
        "CSTO",
    ]
