"""Files larger than memory: what is written is what was read, and the answers."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet

import csto_data as csto
from csto_data import csv_parts, parquet_parts
from csto_data.cli import command
from csto_data.errors import CstoDataWarning

ROWS = (
    '"iso3",day,note,"empty"\n'
    'UZB,2012-12-18,"a, ""b""",\n'
    'FRA,2012-12-19,"two\nlines",""\n'
    "ARM,2024-02-22T10:00, é ,0012\n"
)
ANNOTATED = (
    "iso3,day,note,empty,csto_status,csto_is_member,csto_instrument\n"
    'UZB,2012-12-18,"a, ""b""",,member,true,CSTO\n'
    'FRA,2012-12-19,"two\nlines","",,false,\n'
    "ARM,2024-02-22T10:00, é ,0012,frozen,true,CSTO\n"
)
USUAL = ["--country", "iso3", "--date", "day"]


def annotate(*arguments: object) -> str:
    """Run the command, and return how it failed, or nothing."""
    result = CliRunner().invoke(command, ["annotate", *map(str, arguments)])
    if isinstance(result.exception, csto.CstoDataError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return ""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in so small parts that a few rows make many."""
    monkeypatch.setattr(csv_parts, "BYTES_AT_A_TIME", 64)
    monkeypatch.setattr(parquet_parts, "ROWS_AT_A_TIME", 3)


@pytest.mark.parametrize("code", ["auto", "iso3"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_csv_file_keeps_its_cells(tmp_path: Path, code: str, line_end: str, mark: str) -> None:
    rows = ROWS.replace("\n", line_end)
    (tmp_path / "in.csv").write_text(mark + rows, encoding="utf-8", newline="")
    assert not annotate(tmp_path / "in.csv", tmp_path / "out.csv", *USUAL, "--code", code)
    written = (tmp_path / "out.csv").read_bytes().decode()
    assert written == ANNOTATED.replace("\n", line_end)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def many_rows() -> pl.DataFrame:
    days = pl.date_range(date(1990, 1, 1), date(2025, 1, 1), "30d", eager=True)
    states = ["ARM", "AZE", "UZB", "FRA", None] * len(days)
    return pl.DataFrame({"iso3": states[: len(days)], "day": days, "n": range(len(days))})


@pytest.mark.usefixtures("small_parts")
def test_parts_make_a_whole(tmp_path: Path) -> None:
    frame = many_rows()
    wanted = csto.annotate(frame, country="iso3", date="day", code="iso3")
    frame.write_csv(tmp_path / "in.csv")
    frame.write_parquet(tmp_path / "in.parquet")
    for kind in ("csv", "parquet"):
        assert not annotate(tmp_path / f"in.{kind}", tmp_path / f"out.{kind}", *USUAL)
    assert (tmp_path / "out.csv").read_text() == wanted.write_csv()
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == wanted.to_dicts()


def test_a_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "s": pa.array([["ARM"]], pa.list_(pa.string())),
            "m": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())),
            "iso3": pa.array(["ARM"]).dictionary_encode(),
            "day": pa.array([date(2010, 1, 1)], pa.date32()),
        }
    ).replace_schema_metadata({"made": "by hand"})
    parquet.write_table(table, tmp_path / "in.parquet")
    assert not annotate(tmp_path / "in.parquet", tmp_path / "out.parquet", *USUAL)
    written = parquet.read_table(tmp_path / "out.parquet")
    assert written.select(table.column_names).equals(table)
    assert written.schema.metadata[b"made"] == b"by hand"
    assert written["csto_status"].to_pylist() == ["member"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_without_rows_gets_its_columns(tmp_path: Path, kind: str) -> None:
    frame = many_rows().clear()
    source = tmp_path / f"in.{kind}"
    frame.write_csv(source) if kind == "csv" else frame.write_parquet(source)
    target = tmp_path / f"out.{kind}"
    assert not annotate(source, target, *USUAL)
    written = pl.read_csv(target) if kind == "csv" else pl.read_parquet(target)
    assert written.columns == [*frame.columns, "csto_status", "csto_is_member", "csto_instrument"]
    assert written.is_empty()


def test_a_folder_keeps_its_shape(tmp_path: Path) -> None:
    frame = many_rows()
    (tmp_path / "in/year=1990").mkdir(parents=True)
    frame.write_csv(tmp_path / "in/all.csv")
    frame.write_parquet(tmp_path / "in/year=1990/part.parquet")
    (tmp_path / "in/_SUCCESS").touch()
    assert not annotate(tmp_path / "in", tmp_path / "out", *USUAL)
    written = sorted(path.relative_to(tmp_path / "out") for path in tmp_path.rglob("out/**/*.*"))
    assert list(map(str, written)) == ["all.csv", "year=1990/part.parquet"]
    assert pl.read_parquet(tmp_path / "out/year=1990/part.parquet").height == frame.height
    assert "is there already" in annotate(tmp_path / "in", tmp_path / "out", *USUAL)


def test_pairs_years_and_another_prefix(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b,y\n704,703,2012\n704,371,1995\n")
    options = ["--country", "a", "--country", "b", "--year", "y", "--rule", "dec31", "--out", "x_"]
    assert not annotate(tmp_path / "in.csv", tmp_path / "out.csv", *options, "--code", "cow")
    frame = pl.read_csv(tmp_path / "out.csv")
    assert frame["x_is_member_1"].to_list() == [False, True]
    assert frame["x_pair"].to_list() == ["one", "both"]


@pytest.mark.usefixtures("small_parts")
def test_one_warning_for_all_parts(tmp_path: Path) -> None:
    rows = "ARN,2010-01-01\n" * 20 + "ARM,2199-01-01\n" * 20 + "RUS,2010-01-01\n"
    (tmp_path / "in.csv").write_text(f"iso3,day\n{rows}")
    with pytest.warns(CstoDataWarning) as caught:
        annotate(tmp_path / "in.csv", tmp_path / "out.csv", *USUAL, "--code", "iso3")
    (one,) = caught
    assert str(one.message).startswith("no answer for unknown codes ARN; 20 rows past 20")


def text(rows: str) -> Callable[[Path], None]:
    return lambda path: path.joinpath("in.csv").write_bytes(rows.encode("latin-1"))  # type: ignore[func-returns-value]


GOOD = "ARM,2010-01-01\n"
BAD_INPUTS: list[tuple[str, Callable[[Path], Any], dict[str, str], str]] = [
    ("day", text(f"iso3,day\n{GOOD * 30}ARM,1.1.2010\n"), {}, "column 'day', row 31: '1.1.2010'"),
    ("cells", text(f"iso3,day\n{GOOD * 30}ARM\n"), {}, "row 31 has 1 cells, and the header 2: ARM"),
    ("bytes", text("iso3,day\n\xff,2010-01-01\n"), {}, "not a table of UTF-8 text with commas"),
    ("nothing", text(""), {}, "Empty CSV file"),
    ("header", text("iso3,day,day\nARM,2010-01-01,\n"), {}, "the column 'day' more than once"),
    ("column", text("iso,day\n"), {}, "in.csv: unknown column 'iso3': did you mean 'iso'?"),
    ("taken", text("iso3,day,csto_status\n"), {}, "there is a column 'csto_status' already"),
    ("code", text("iso3,day\n?!,2010-01-01\n"), {}, "no code system explains ?!"),
    ("no file", lambda _: None, {}, "in.csv does not exist"),
    ("kind", lambda p: p.joinpath("in.xlsx").touch(), {"source": "in.xlsx"}, "only files named"),
    ("empty folder", lambda p: p.joinpath("in").mkdir(), {"source": "in"}, "holds no file named"),
    ("parquet", lambda p: p.joinpath("in.parquet").touch(), {"source": "in.parquet"}, "Parquet"),
    ("other kind", text(f"iso3,day\n{GOOD}"), {"target": "out.parquet"}, "name it .csv"),
    ("no folder", text(f"iso3,day\n{GOOD}"), {"target": "no/out.csv"}, "the folder"),
    ("a folder", text(f"iso3,day\n{GOOD}"), {"target": ""}, "is a folder, and"),
]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    ("make", "names", "message"),
    [row[1:] for row in BAD_INPUTS],
    ids=[row[0] for row in BAD_INPUTS],
)
def test_bad_input_is_named_and_nothing_is_left(
    tmp_path: Path, make: Callable[[Path], Any], names: dict[str, str], message: str
) -> None:
    make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    source = tmp_path / names.get("source", "in.csv")
    target = tmp_path / names.get("target", f"out{source.suffix}")
    said = annotate(source, target, *USUAL)
    assert message in said
    assert str(tmp_path) in said
    assert sorted(tmp_path.rglob("*")) == before


def test_what_was_there_stays_until_all_is_written(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("iso3,day\nARM,x\n")
    (tmp_path / "out.csv").write_text("of old")
    assert "'x' is not a day" in annotate(tmp_path / "in.csv", tmp_path / "out.csv", *USUAL)
    assert (tmp_path / "out.csv").read_text() == "of old"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, name: str) -> None:
    program = f"""
import os, signal, sys
from csto_data import cli, streaming
real = streaming.answer
def answer(*arguments):
    os.kill(os.getpid(), signal.{name})
    return real(*arguments)
streaming.answer = answer
sys.argv = ["csto-data", "annotate", "in.csv", "out.csv", "--country", "iso3", "--date", "day"]
cli.main()
"""
    (tmp_path / "in.csv").write_text(f"iso3,day\n{GOOD}")
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False
    )
    assert run.returncode == {"SIGINT": 1, "SIGTERM": 128 + signal.SIGTERM}[name]
    assert b"Traceback" not in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
