"""The command prints what the module returns; a mistake gives one clear line."""

import csv
import io
import json
import subprocess
import sys

import pytest
from copies import Copy

import csto_data as csto
from csto_data.package import installed

COMMAND = [sys.executable, "-c", "from csto_data.cli import main; main()"]


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def output(*arguments: str) -> str:
    """Return what the command prints, and demand that it succeeds in silence otherwise."""
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_tables_lists_every_table_with_its_rows() -> None:
    lines = output("tables").splitlines()[1:]
    assert [line.split()[0] for line in lines] == installed().tables
    assert all("2026" in line or "202" in line for line in lines)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["iso3=UZB"], 3),
        (["iso3=UZB", "instrument=CSTO"], 2),
        (["iso3!=UZB", "instrument=CST"], 8),
        (["end_date="], 13),
        (["end_date!="], 5),
        (["start_date>=2006-08-16"], 3),
        (["start_date>2006-08-16"], 2),
        (["start_date<1994-04-21"], 9),
        (["start_date<=1994-04-20"], 9),
        (["note~TASHKENT"], 6),
        (["iso3=XYZ"], 0),
    ],
)
def test_show_keeps_the_rows_that_meet_all_conditions(conditions: list[str], expected: int) -> None:
    options = [part for condition in conditions for part in ("--where", condition)]
    assert len(json.loads(output("show", "members", "--format", "json", *options))) == expected


def test_show_as_csv_is_the_file_itself() -> None:
    assert output("show", "members", "--format", "csv") == csto.path("members").read_text("utf-8")


def test_show_chooses_columns_in_the_order_asked() -> None:
    text = output("show", "countries", "--columns", "iso_numeric, iso3", "--format", "csv")
    assert text.splitlines()[:2] == ["iso_numeric,iso3", "533,ABW"]


def test_show_as_json_keeps_types() -> None:
    where = ("--where", "term_id=semerikov-acting-1")
    (row,) = json.loads(output("show", "secretaries_general", "--format", "json", *where))
    assert row["is_acting"] is True
    assert row["start_date"] == "2017-01-01"
    assert row["scheduled_end_date"] is None


def test_show_as_markdown_is_a_table() -> None:
    lines = output("show", "series", "--columns", "series_id,name", "--format", "markdown")
    assert lines.splitlines()[:2] == ["| series_id | name |", "| --- | --- |"]


def test_piped_output_is_plain_and_whole() -> None:
    text = output("show", "members")
    assert "\x1b" not in text
    assert "…" not in text
    assert len(text.splitlines()) == 1 + len(csto.load("members"))


def test_describe_explains_every_column_and_value() -> None:
    text = output("describe", "members")
    for column in installed().column_names("members"):
        assert f"\n{column} (" in text
    assert "suspended: Membership suspended by decision" in text


def test_the_codebook_describes_every_table_in_markdown() -> None:
    text = output("describe", "--all", "--format", "markdown")
    for table in installed().tables:
        assert f"\n## {table}\n" in text
        for column in installed().column_names(table):
            assert f"| `{column}` |" in text


def test_explain_prints_sources_and_disputes() -> None:
    text = output("explain", "members", "uzb-csto-member-1")
    assert "disputes 2012-06-28" in text


def test_cite_and_version_name_the_version() -> None:
    assert csto.__version__ in output("cite", "bibtex")
    assert output("--version") == f"csto-data {csto.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "member"], "csto-data: unknown table 'member': did you mean 'members'?"),
        (["describe", "event"], "did you mean 'events'?"),
        (["show", "members", "--columns", "is03"], "unknown column 'is03' in members: did you"),
        (["show", "members", "--where", "status"], "cannot read the condition 'status'"),
        (["show", "members", "--where", "state=UZB"], "unknown column 'state' in members"),
        (["show", "members", "--where", "start_date>"], "has no value after >"),
        (["show", "members", "--where", "start_date>2006"], "'2006' in 'start_date>2006' is not"),
        (["explain", "members", "uzb-csto-1"], "unknown row 'uzb-csto-1' in members: did you mean"),
        (["members", "--on", "2009"], "'2009' is not a day: write it as 2012-12-19"),
        (["panel", "--unit", "month", "--rule", "jan1"], "the rule 'jan1' goes with years only"),
        (["cite", "endnote"], "unknown style 'endnote'"),
        (["validate", "/no/such/folder"], "there is no folder '/no/such/folder'"),
        (["describe"], "name one table, or ask for --all"),
        (["describe", "members", "--all"], "name one table, or ask for --all"),
        (["tabels"], "No such command 'tabels'"),
        (["show"], "Missing argument 'TABLE'"),
    ],
)
def test_a_mistake_gives_a_clear_line_and_status_2(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_a_closed_pipe_leaves_no_traceback(form: str) -> None:
    process = subprocess.Popen(
        [*COMMAND, "show", "citations", "--format", form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


def test_validate_prints_one_problem_a_line(copy: Copy) -> None:
    line = copy.set_cell("members", "uzb-csto-member-1", "end_date", "2006-08-15")
    done = run("validate", str(copy.root))
    assert done.returncode == 1
    assert done.stdout == (
        f"data/members.csv:{line}:end_date: ends_before_it_starts: "
        "2006-08-15 is before start_date 2006-08-16\n"
    )
    assert done.stderr == "1 problem; later checks wait until these are mended\n"


def test_validate_prints_json(copy: Copy) -> None:
    line = copy.set_cell("members", "uzb-csto-member-1", "iso3", "UZK")
    assert json.loads(run("validate", str(copy.root), "--format", "json").stdout) == [
        {
            "file": "data/members.csv",
            "line": line,
            "column": "iso3",
            "rule": "foreign_key",
            "message": "there is no 'UZK' in countries",
        }
    ]


def test_validate_prints_annotations_that_text_cannot_break(copy: Copy) -> None:
    line = copy.set_cell("members", "uzb-csto-member-1", "status", "100%::x,y")
    done = run("validate", str(copy.root), "--format", "github")
    assert done.stdout == (
        f"::error file=data/members.csv,line={line},title=constraint_error::"
        "status: '100%25::x,y' is not one of member, suspended, frozen\n"
    )


def test_validate_of_a_sound_copy_says_so(copy: Copy) -> None:
    assert output("validate", str(copy.root)) == "no problems\n"


def test_csv_output_can_be_read_back() -> None:
    rows = list(csv.DictReader(io.StringIO(output("show", "events", "--format", "csv"))))
    assert [row["event_id"] for row in rows] == installed().columns("events")["event_id"]


def test_changes_lists_the_roster_by_basis() -> None:
    rows = json.loads(output("changes", "--basis", "signature", "--format", "json"))
    assert len(rows) == len(csto.changes("signature"))
    assert rows[0]["date"] == "1992-05-15"


def test_members_on_a_day_under_each_basis() -> None:
    rows = json.loads(output("members", "--on", "2009-01-01", "--format", "json"))
    assert [row["iso3"] for row in rows if row["is_member"]] == [
        "ARM",
        "BLR",
        "KAZ",
        "KGZ",
        "RUS",
        "TJK",
        "UZB",
    ]
    signed = ("members", "--on", "1992-05-15", "--basis", "signature", "--format", "json")
    assert sum(row["is_member"] for row in json.loads(output(*signed))) == 6


def test_a_day_past_the_last_checked_one_gets_one_line_of_warning() -> None:
    done = run("members", "--on", "2099-01-01")
    assert done.returncode == 0
    assert done.stderr.startswith("csto-data: 2099-01-01: past the last checked day")
    assert len(done.stderr.splitlines()) == 1


def test_panel_and_dyads_print_what_the_module_returns() -> None:
    rows = list(csv.DictReader(io.StringIO(output("panel", "--rule", "dec31", "--format", "csv"))))
    assert len(rows) == len(csto.panel("year", rule="dec31"))
    assert rows[0]["iso3"] == "ARM"
    assert rows[0]["is_member"] == "false"
    pairs = list(csv.DictReader(io.StringIO(output("dyads", "--directed", "--format", "csv"))))
    assert len(pairs) == len(csto.dyads("year", directed=True))


def test_gaps_counts_by_table_and_lists_one_table() -> None:
    counts = json.loads(output("gaps", "--format", "json"))
    assert sum(line["rows"] for line in counts) == len(csto.gaps())
    rows = json.loads(output("gaps", "chairmanships", "--format", "json"))
    assert len(rows) == len(csto.gaps("chairmanships"))
