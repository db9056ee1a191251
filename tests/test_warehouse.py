"""The answers of `annotate` as SQL, run where it can be run and parsed where it cannot."""

import sqlite3
from datetime import date
from typing import Any

import polars as pl
import pytest
import sqlglot
from engines import frame_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from slow_way import DAYS, expected, rows_of_code, values_of

import csto_data as csto
from csto_data.codes import CODE_COLUMNS
from csto_data.spells import BASES
from csto_data.warehouse import DIALECTS

ENGINES = {"duckdb": "duckdb", "sqlite": "sqlite", "pyspark": "spark"}
SETTINGS = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def run(engine: str, table: dict[str, list[Any]], columns: str) -> list[tuple[Any, ...]]:
    """Return the new columns of a table, computed by an engine."""
    numbered = {**table, "place": list(range(len(next(iter(table.values())))))}
    query = f"SELECT {columns} FROM events ORDER BY place"
    if engine == "sqlite":
        return run_sqlite(numbered, query)
    if engine == "duckdb":
        events = frame_of("duckdb", table)
        return [tuple(row) for row in events.query("events", query).fetchall()]
    frame_of("pyspark", table).createOrReplaceTempView("events")
    return [tuple(row) for row in SparkSession.builder.getOrCreate().sql(query).collect()]


def run_sqlite(table: dict[str, list[Any]], query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(":memory:")
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in table)
    connection.execute(f"CREATE TABLE events ({names})")
    rows = [
        [str(cell) if isinstance(cell, date) else cell for cell in row]
        for row in zip(*table.values(), strict=True)
    ]
    places = ", ".join("?" * len(table))
    connection.executemany(f"INSERT INTO events VALUES ({places})", rows)
    return connection.execute(query).fetchall()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("code", CODE_COLUMNS)
@SETTINGS
@given(data=st.data(), basis=st.sampled_from(BASES))
def test_sql_agrees_with_the_slow_way(engine: str, code: str, data: Any, basis: str) -> None:
    rows = data.draw(rows_of_code(code, 80, 120))
    table = {"state": [row[0] for row in rows], "day": [row[1] for row in rows]}
    columns = csto.sql(
        "annotate", dialect=ENGINES[engine], country="state", date="day", code=code, basis=basis
    )
    assert run(engine, table, columns) == [expected(s, d, code, basis) for s, d in rows]


@pytest.mark.parametrize("engine", ENGINES)
@SETTINGS
@given(rows=st.lists(st.tuples(values_of("iso3"), values_of("iso3"), DAYS), min_size=80))
def test_pairs_of_states(engine: str, rows: list[tuple[Any, Any, Any]]) -> None:
    table = dict(zip(("one", "two", "day"), map(list, zip(*rows, strict=True)), strict=True))
    options = {"country": ["one", "two"], "date": "day", "code": "iso3"}
    answers = run(engine, table, csto.sql("annotate", dialect=ENGINES[engine], **options))
    frame = csto.annotate(frame_of("polars lazy", table), **options).collect()
    assert answers == frame.select(pl.col("^csto_.*$")).rows()


@pytest.mark.parametrize("engine", ENGINES)
def test_years_and_text_with_a_time(engine: str) -> None:
    options = {"dialect": ENGINES[engine], "country": "s", "code": "cow"}
    years = csto.sql("annotate", year="year", rule="dec31", **options)
    table: dict[str, list[Any]] = {"s": ["704", "703"], "year": [2012, 2012]}
    assert [bool(row[1]) for row in run(engine, table, years)] == [False, True]
    days = csto.sql("annotate", date="d", **options)
    table = {"s": ["704", "31"], "d": ["2012-12-18T23:59:00", "2012-12-19"]}
    assert [row[1] for row in run(engine, table, days)] == [True, False]


HOSTILE = '"; drop`table "x'


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("code", CODE_COLUMNS)
def test_every_dialect_is_parsed_and_names_are_quoted(dialect: str, code: str) -> None:
    text = csto.sql(
        "annotate", dialect=dialect, country=HOSTILE, date="day", code=code, out=HOSTILE
    )
    (query,) = sqlglot.parse(f"SELECT {text} FROM events", dialect=dialect)
    assert {column.name for column in query.find_all(sqlglot.exp.Column)} == {HOSTILE, "day"}
    assert query.named_selects == [
        f"{HOSTILE}{what}" for what in ("status", "is_member", "instrument")
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hostile_name_is_a_name(engine: str) -> None:
    text = csto.sql("annotate", dialect=ENGINES[engine], country=HOSTILE, date="day", code="iso3")
    table = {HOSTILE: ["ARM"], "day": ["2010-01-01"]}
    assert [bool(row[1]) for row in run(engine, table, text)] == [True]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"verb": "members"}, "unknown verb 'members'"),
        ({"dialect": "duck"}, "unknown dialect 'duck': did you mean 'duckdb'?"),
        ({"code": "auto"}, "SQL has no values to look at: pass code="),
        ({"basis": "law"}, "unknown basis 'law'"),
    ],
)
def test_mistyped_options_are_refused(options: dict[str, str], message: str) -> None:
    usual = {"verb": "annotate", "dialect": "duckdb", "country": "s", "date": "d", "code": "iso3"}
    with pytest.raises(csto.CstoDataError) as caught:
        csto.sql(**usual | options)
    assert message in str(caught.value)
