"""A line that is added is right and in its place, or nothing is written."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from copies import Copy

import csto_data as csto
from csto_data import adding, asking
from csto_data.errors import CstoDataError
from csto_data.package import installed

COMMAND = [sys.executable, "-c", "from csto_data.cli import main; main()", "add"]
SOURCE = {
    "url": "https://tass.com/defense/99999999",
    "publisher": "TASS",
    "originator": "TASS",
    "source_type": "news_agency",
    "source_id": "tass-99999999",
}
CITATION = {
    "table": "members",
    "row_id": "uzb-csto-member-1",
    "field": "end_date",
    "stance": "disputes",
    "reported_value": "2012-06-29",
}
WRITTEN = "tass-99999999,,TASS,,TASS,news_agency,,,,https://tass.com/defense/99999999"


def options(*lines: dict[str, str], **changed: str | None) -> list[str]:
    cells = {name: text for line in lines for name, text in line.items()} | changed
    return [f"--{name}={text}" for name, text in cells.items() if text is not None]


def run(copy: Copy, *arguments: str, answers: Sequence[str] = ()) -> str:
    """Return what `csto-data add` prints; raises what it raises. Without answers: no terminal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "_is_terminal", lambda: bool(answers))
        result = CliRunner().invoke(
            asking.add_command,
            [*arguments, f"--package={copy.root}"],
            input="".join(f"{answer}\n" for answer in answers),
        )
    if isinstance(result.exception, CstoDataError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def contents(copy: Copy) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (copy.root / "data").iterdir()}


def lines_of(copy: Copy, table: str) -> list[str]:
    return copy.csv_path(table).read_text(encoding="utf-8").split("\n")


def test_a_source_and_its_citation_are_added_in_one_step(copy: Copy) -> None:
    before = {table: lines_of(copy, table) for table in ("sources", "citations")}
    printed = run(copy, "citation", *options(SOURCE, CITATION))
    cited = "members,uzb-csto-member-1,end_date,tass-99999999,disputes,2012-06-29,,"
    places = {table: lines_of(copy, table) for table in before}
    assert printed.splitlines() == [
        f"data/sources.csv:{places['sources'].index(WRITTEN) + 1}: {WRITTEN}",
        f"data/citations.csv:{places['citations'].index(cited) + 1}: {cited}",
        f"next: csto-data validate {copy.root}",
    ]
    for table, line in (("sources", WRITTEN), ("citations", cited)):
        assert [text for text in places[table] if text != line] == before[table]
    assert csto.validate(copy.root) == []


def test_a_source_may_wait_for_its_citation(copy: Copy) -> None:
    printed = run(copy, "source", *options(SOURCE, title='A "title", quoted '))
    assert printed.endswith("next: csto-data add citation --source_id tass-99999999\n")
    assert 'tass-99999999,"A ""title"", quoted",TASS' in "\n".join(lines_of(copy, "sources"))
    assert [problem.rule for problem in csto.validate(copy.root)] == ["never_cited"]
    run(copy, "citation", *options(CITATION, source_id="tass-99999999"))
    assert csto.validate(copy.root) == []


def test_a_known_address_is_the_source_that_has_it(copy: Copy) -> None:
    source = next(record for record in copy.records("sources") if record["url"])
    url = f"{source['url']}/"
    printed = run(copy, "citation", *options(CITATION, url=url))
    assert f"{url} is the source {source['source_id']}\n" in printed
    assert f"end_date,{source['source_id']},disputes" in printed
    with pytest.raises(CstoDataError, match=f"is the source {source['source_id']} already"):
        run(copy, "source", *options(SOURCE, url=url))
    with pytest.raises(CstoDataError, match="is there already: leave out --title"):
        run(copy, "citation", *options(CITATION, url=url, title="Another", field="status"))


REFUSED = [
    ("source", {"source_type": "agency"}, "source_type: constraint_error: 'agency' is not one of"),
    ("source", {"url": "tass.com/1"}, "url: constraint_error: 'tass.com/1' breaks pattern"),
    ("source", {"source_id": "TASS 1"}, "source_id: constraint_error: 'TASS 1' breaks pattern"),
    ("source", {"published_date": "19 May 2020"}, "published_date: type_error: '19 May 2020'"),
    ("source", {"published_date": "20200519"}, "published_date: other_way_of_writing: "),
    (
        "source",
        {"published_date": "2020-05-19", "published_precision": "month"},
        "published_date: date_and_precision_disagree: 2020-05-19 of precision month is 2020-05-01",
    ),
    (
        "source",
        {"published_date": "2020-05-19"},
        "published_precision: date_and_precision_disagree: empty, but its partner is 2020-05-19",
    ),
    ("source", {"title": "=1+1"}, "title: starts_like_a_formula: '=1+1' begins like a formula"),
    ("source", {"publisher": "TAS\u200bS"}, "publisher: hidden_character: U+200B"),
    ("source", {"publisher": "TАSS"}, "publisher: mixed_scripts: 'TАSS' is written in cyrillic"),
    ("source", {"publisher": None}, "--publisher is missing: Who published it. Never empty."),
    ("source", {"source_id": None}, "Never empty. Free is tass-99999999"),
    ("citation", {"table": "member"}, "unknown table 'member': did you mean 'members'?"),
    (
        "citation",
        {"row_id": "uzb-csto-membr-1"},
        "unknown row 'uzb-csto-membr-1' in members: did you mean 'uzb-csto-member-1'?",
    ),
    ("citation", {"field": "end_dat"}, "unknown column 'end_dat' in members: did you mean"),
    ("citation", {"stance": "support"}, "stance: constraint_error: 'support' is not one of"),
    ("citation", {"reported_value": None}, "reported_value: dispute_without_value: a dispute has"),
    ("citation", {"stance": None}, "--stance is missing: Whether the source bears the cell out."),
    ("citation", {"url": None}, "unknown source 'tass-99999999': "),
    ("citation", {"source_id": "tass-1", "url": None}, "A new source has its address: --url"),
    ("citation", {"url": None, "source_id": None}, "--source_id is missing: name a source, or"),
]


@pytest.mark.parametrize(("verb", "changed", "message"), REFUSED)
def test_what_is_wrong_is_refused_and_nothing_is_written(
    copy: Copy, verb: str, changed: dict[str, str | None], message: str
) -> None:
    before = contents(copy)
    lines = [SOURCE] if verb == "source" else [SOURCE, CITATION]
    with pytest.raises(CstoDataError) as error:
        run(copy, verb, *options(*lines, **changed))
    assert message in str(error.value)
    assert contents(copy) == before


def test_a_citation_that_stands_already_is_refused(copy: Copy) -> None:
    first = {name: str(text) for name, text in copy.records("citations")[0].items() if text}
    with pytest.raises(CstoDataError, match=r"nothing is written:\n.*primary_key: a row above"):
        adding.add(copy, {"citations": first})


def test_problems_that_are_there_already_do_not_forbid_a_line(copy: Copy) -> None:
    copy.edit("citations", lambda rows: rows.remove(next(r for r in rows if r["table"] == "bases")))
    known = csto.validate(copy.root)
    assert {problem.rule for problem in known} == {"not_cited"}
    adding.add(copy, {"sources": SOURCE, "citations": CITATION | {"source_id": "tass-99999999"}})
    assert len(csto.validate(copy.root)) == len(known)


def test_problems_that_hide_others_are_to_be_mended_first(copy: Copy) -> None:
    line = copy.set_cell("members", "uzb-csto-member-1", "end_date", "2006-08-15")
    before = contents(copy)
    with pytest.raises(CstoDataError, match=f"mend this first.*\ndata/members.csv:{line}:end_date"):
        adding.add(copy, {"sources": SOURCE})
    assert contents(copy) == before


def test_both_files_are_written_or_neither(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(copy)
    replace = Path.replace

    def fail(path: Path, target: Path) -> Path:
        if target.name == "citations.csv":
            raise OSError("no space left")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        adding.add(
            copy, {"sources": SOURCE, "citations": CITATION | {"source_id": "tass-99999999"}}
        )
    assert contents(copy) == before


def test_a_file_that_was_changed_meanwhile_is_left_alone(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def validate(_: Path) -> list[object]:
        copy.set_cell("sources", str(copy.records("sources")[0]["source_id"]), "author", "Another")
        return []

    monkeypatch.setattr(adding, "validate", validate)
    with pytest.raises(CstoDataError, match=r"sources.csv was changed meanwhile: run this again"):
        adding.add(copy, {"sources": SOURCE})
    assert copy.records("sources")[0]["author"] == "Another"


def test_only_a_clone_is_written_to(
    copy: Copy, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    with pytest.raises(CstoDataError, match=r"there is no datapackage.json in .* or above it"):
        adding.clone()
    inside = elsewhere / "csto_data" / "_package"
    inside.parent.mkdir()
    copy.root.rename(inside)
    with pytest.raises(CstoDataError, match="is an installed copy: name a clone with --package"):
        adding.clone(inside / "datapackage.json")
    (elsewhere / "datapackage.json").write_text('{"name": "another"}', encoding="utf-8")
    with pytest.raises(CstoDataError, match="is another package"):
        adding.clone()


@pytest.mark.parametrize(
    ("publisher", "url", "expected"),
    [
        ("TASS", "https://tass.com/defense/99887766", "tass-99887766"),
        ("TASS", "https://tass.com/defense/1667687", "tass-1667687-2"),
        ("Some Paper", "https://paper.example/2020/a-summit-is-held-in-the-capital.html",
         "some-paper-a-summit-is-held-in"),
        ("Газета", "https://www.gazeta.example/sammit/", "gazeta-sammit"),
        ("Some Paper", "", "some-paper"),
    ],
)  # fmt: skip
def test_a_key_is_suggested_from_publisher_and_address(
    publisher: str, url: str, expected: str
) -> None:
    assert adding.suggested_id(installed(), publisher, url) == expected


def test_a_wrong_answer_is_refused_at_once_and_asked_again(copy: Copy) -> None:
    answers = [
        *("member", "members", "uzb-csto-member-1", "end_date"),
        *("tass-99999999", "https://tass.com/defense/99999999"),
        *("", "", "TASS", "", "TASS", "agency", "news_agency", "en"),
        *("2020-5-19", "2020-05-19", "month", "day", ""),
        *("disputes", "2012-06-29", "", " The day of the report. "),
    ]
    output = run(copy, "citation", answers=answers)
    for said in (
        "Error: unknown table 'member': did you mean 'members'?",
        "end_date says now: 2012-12-18",
        "Error: unknown source 'tass-99999999'",
        "Error: publisher: constraint_error: this cell must not be empty",
        "  official: The Organisation, a government, a parliament, the United Nations.",
        "Error: source_type: constraint_error: 'agency' is not one of official, legislation",
        "Example: 2012-12-19",
        "Error: published_date: type_error: '2020-5-19' is not of type date",
        "Error: published_date: date_and_precision_disagree: 2020-05-19 of precision month is",
        "source_id [tass-99999999]: ",
        "Stance. Whether the source bears the cell out. Never empty.",
    ):
        assert said in output
    assert output.count("Error: ") == 6
    assert csto.validate(copy.root) == []
    assert "disputes,2012-06-29,,The day of the report." in "\n".join(lines_of(copy, "citations"))


def test_what_may_be_empty_may_be_left_empty(copy: Copy) -> None:
    where = ("members", "uzb-csto-member-1", "end_date", SOURCE["url"])
    source = ("", "TASS", "", "TASS", "news_agency", "", "", "", "")
    output = run(copy, "citation", answers=[*where, *source, "disputes", "", "", "Another day."])
    assert "Error" not in output
    assert csto.validate(copy.root) == []


def test_what_options_give_is_not_asked(copy: Copy) -> None:
    empty = dict.fromkeys(("title", "author", "published_date", "published_precision"), "")
    given = options(SOURCE, empty, language="en", source_id=None)
    output = run(copy, "source", *given, answers=["tass-1"])
    assert output.count("Example: ") == 1
    assert "tass-1,,TASS,,TASS,news_agency,en,,,https" in output


def test_the_clone_is_found_from_a_folder_within_it(copy: Copy) -> None:
    done = subprocess.run(
        [*COMMAND, "source", *options(SOURCE, publisher=None)],
        cwd=copy.root / "data",
        env=os.environ | {"PYTHONPATH": str(Path(csto.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "csto-data: --publisher is missing: Who published it. Never empty.\n"


def test_every_column_is_an_option() -> None:
    for command, tables in (("source", ["sources"]), ("citation", ["citations", "sources"])):
        added = asking.add_command.commands[command]
        given = {p.opts[0].removeprefix("--") for p in added.get_params(click.Context(added))}
        columns = {name for table in tables for name in installed().column_names(table)}
        assert given == columns | {"package", "help"}
