"""Every rule has a wrong cell that breaks it and only it, and is named with its place."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from breaking import (
    WRONG_BYTES,
    WRONG_CELLS,
    WRONG_FILES,
    WRONG_ROWS,
    Spoil,
    every_breach,
    wrong_bytes,
    wrong_cell,
)
from copies import Copy

import csto_data as csto
from csto_data import canonical, rules
from csto_data.validation import Problem


def only_problem(copy: Copy) -> Problem:
    """Return the problem of a copy, and demand that there is one alone."""
    problems = csto.validate(copy.root)
    assert len(problems) == 1, f"expected one problem, got:\n{problems}"
    return problems[0]


def test_the_package_has_no_problems() -> None:
    assert csto.validate() == []


def test_the_small_copy_has_no_problems(copy: Copy) -> None:
    assert csto.validate(copy.root) == []
    assert csto.validate(str(copy.root / "datapackage.json")) == []


@pytest.mark.parametrize("case", WRONG_CELLS, ids=lambda case: "-".join(case[:4]))
def test_a_wrong_cell_gives_one_line(copy: Copy, case: tuple[str, ...]) -> None:
    rule, *change = case
    file, line, column = wrong_cell(*change)(copy)
    problem = only_problem(copy)
    assert problem.rule == rule
    assert str(problem).startswith(f"{file}:{line}:{column}: {rule}: ")


@pytest.mark.parametrize(("rule", "spoil"), [*WRONG_ROWS, *WRONG_FILES])
def test_a_wrong_row_or_file_gives_one_line(copy: Copy, rule: str, spoil: Spoil) -> None:
    place = spoil(copy)
    problem = only_problem(copy)
    assert problem.rule == rule
    assert (problem.file, problem.line, problem.column) == place


@pytest.mark.parametrize(("rule", "line", "change"), WRONG_BYTES)
def test_a_file_of_another_form_gives_one_line(
    copy: Copy, rule: str, line: int, change: Callable[[bytes], bytes]
) -> None:
    file, line, _ = wrong_bytes(line, change)(copy)
    problem = only_problem(copy)
    assert (problem.file, problem.rule, problem.line) == (file, rule, line)


def delete(steps: str) -> Callable[[dict[str, Any]], None]:
    *way, last = [int(step) if step.isdigit() else step for step in steps.split(".")]

    def change(content: Any) -> None:
        for step in way:
            content = content[step]
        del content[last]

    return change


def put(steps: str, value: Any) -> Callable[[dict[str, Any]], None]:
    *way, last = [int(step) if step.isdigit() else step for step in steps.split(".")]

    def change(content: Any) -> None:
        for step in way:
            content = content[step]
        content[last] = value

    return change


@pytest.mark.parametrize(
    ("name", "change", "column"),
    [
        ("datapackage.json", delete("version"), "version"),
        ("datapackage.json", put("version", "1.0"), "version"),
        ("datapackage.json", put("licence", "CC"), "licence"),
        (
            "datapackage.json",
            put("resources.0.checked_through", "2026-13-01"),
            "resources.0.checked_through",
        ),
        ("datapackage.json", put("resources.0.path", "../members.csv"), "resources.0.path"),
        (
            "datapackage.json",
            put("resources.0.schema", "schemas/events.json"),
            "resources.0.schema",
        ),
        ("datapackage.json", put("resources.0.encoding", "latin-1"), "resources.0.encoding"),
        ("schemas/members.json", put("fields.0.titel", "Spell"), "fields.0.titel"),
        ("schemas/members.json", delete("fields.0.description"), "fields.0.description"),
        ("schemas/members.json", put("fields.0.type", "text"), "fields.0.type"),
        ("schemas/members.json", put("fields.0.example", "Not A Key"), "fields.0.example"),
        ("schemas/members.json", put("fields.0.example", 7), "fields.0.example"),
        (
            "schemas/members.json",
            put("fields.3.enumLabels", {"member": "Bound."}),
            "fields.3.enumLabels",
        ),
        ("schemas/members.json", put("fields.3.example", "observer"), "fields.3.example"),
        ("schemas/members.json", put("primaryKey", ["member"]), "primaryKey.0"),
        ("schemas/members.json", put("uniqueKeys", [["member_id"]]), "uniqueKeys"),
        (
            "schemas/members.json",
            put("foreignKeys.0.reference.resource", "states"),
            "foreignKeys.0.reference.resource",
        ),
        (
            "schemas/members.json",
            put("foreignKeys.0.reference.fields", ["iso2"]),
            "foreignKeys.0.reference.fields.0",
        ),
        ("schemas/countries.json", put("fields.3.constraints.enum", ["1"]), "fields.3"),
        (
            "schemas/countries.json",
            put("fields.1.constraints.maximum", 9),
            "fields.1.constraints",
        ),
        ("datapackage.json", put("version", "01.0.0"), "version"),
        ("datapackage.json", put("created", "0"), "created"),
        ("datapackage.json", put("keywords", []), "keywords"),
        ("datapackage.json", put("title", "The Orgаnisation"), "title"),
        ("datapackage.json", put("title", "The\u200bOrganisation"), "title"),
        ("datapackage.json", put("title", " The Organisation"), "title"),
        (
            "datapackage.json",
            put("resources.0.checked_through", "2026-02-30"),
            "resources.0.checked_through",
        ),
        (
            "datapackage.json",
            put("resources.0.checked_through", "2099-01-01"),
            "resources.0.checked_through",
        ),
        ("datapackage.json", put("resources.1.name", "members"), "resources.1.path"),
        ("schemas/members.json", put("primaryKey", ["member_id", "member_id"]), "primaryKey.1"),
        ("schemas/members.json", put("primaryKey", ["note"]), "fields.16"),
        ("schemas/members.json", put("fields.1.name", "member_id"), "fields.1.name"),
        ("schemas/members.json", put("foreignKeys.0.fields", ["x"]), "foreignKeys.0.fields.0"),
        ("schemas/members.json", delete("foreignKeys.0"), "fields.1.name"),
        ("schemas/members.json", put("fields.4.type", "string"), "fields.4.type"),
        ("schemas/members.json", put("fields.4.example", "20060816"), "fields.4.example"),
        ("schemas/members.json", put("fields.4.name", "signing_date"), "fields.5.name"),
        ("schemas/members.json", delete("fields.0.constraints.required"), "fields.0.description"),
        (
            "schemas/members.json",
            put("fields.0.constraints.pattern", "[a-z"),
            "fields.0.constraints.pattern",
        ),
        (
            "schemas/countries.json",
            put("fields.3.constraints.minimum", 1000),
            "fields.3.constraints.minimum",
        ),
    ],
)
def test_a_wrong_declaration_gives_one_line(
    copy: Copy, name: str, change: Callable[[dict[str, Any]], None], column: str
) -> None:
    copy.edit_json(name, change)
    problem = only_problem(copy)
    assert (problem.file, problem.rule, problem.column) == (name, "descriptor", column)


def test_a_wrong_declaration_is_found_on_its_line(copy: Copy) -> None:
    copy.edit_json("schemas/members.json", put("fields.2.type", "text"))
    text = (copy.root / "schemas/members.json").read_text(encoding="utf-8").splitlines()
    assert text[only_problem(copy).line - 1].strip() == '"type": "text",'


@pytest.mark.parametrize("name", ["datapackage.json", "schemas/members.json"])
@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        (None, "missing_file", 1),
        (b'{\n"name": }', "not_json", 2),
        (b"\xff", "not_utf8", 1),
        (b"[]", "descriptor", 1),
        (b"[" * 100_000, "not_json", 1),
    ],
    ids=["missing", "broken", "bytes", "a list", "deep"],
)
def test_a_descriptor_that_cannot_be_read_gives_one_line(
    copy: Copy, name: str, content: bytes | None, rule: str, line: int
) -> None:
    path = copy.root / name
    path.unlink() if content is None else path.write_bytes(content)
    problem = only_problem(copy)
    assert (problem.file, problem.rule, problem.line) == (name, rule, line)


def test_missing_and_stray_files_are_named(copy: Copy) -> None:
    copy.csv_path("series").rename(copy.root / "data" / "serie.csv")
    problems = csto.validate(copy.root)
    assert {(problem.file, problem.rule) for problem in problems} == {
        ("data/series.csv", "missing_file"),
        ("data/serie.csv", "stray_file"),
    }


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(csto.CstoDataError, match=r"there is no folder .*nowhere"):
        csto.validate(tmp_path / "nowhere")


@pytest.mark.parametrize("what", ["a file", "nothing", "a loop", "a zero byte", "a long name"])
def test_what_is_no_folder_is_an_error_that_names_it(tmp_path: Path, what: str) -> None:
    path = tmp_path / {"a zero byte": "a\0b", "a long name": "n" * 5000}.get(what, "thing")
    if what == "a file":
        path.write_text("text")
    elif what == "a loop":
        path.symlink_to(path)
    with pytest.raises(csto.CstoDataError, match=re.escape(repr(str(path)))):
        csto.validate(path)


def test_a_folder_that_may_not_be_read_is_an_error_that_names_it(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(csto.CstoDataError, match="cannot be read: Permission denied"):
        csto.validate(copy.root)


@pytest.mark.parametrize("name", ["datapackage.json", "schemas/members.json", "data/members.csv"])
def test_a_file_that_may_not_be_read_gives_one_line(
    copy: Copy, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == copy.root / name:
            raise PermissionError(13, "Permission denied")
        return whole(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    problem = only_problem(copy)
    assert (problem.file, problem.rule) == (name, "unreadable_file")


def test_an_empty_folder_gives_one_line(tmp_path: Path) -> None:
    assert [str(p) for p in csto.validate(tmp_path)] == [
        "datapackage.json:1: missing_file: the file is missing"
    ]


LINKS = ["datapackage.json", "data", "schemas", "data/members.csv", "schemas/members.json"]


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("target", ["outside", "itself", "nowhere", "/dev/zero"])
def test_a_link_gives_one_line(copy: Copy, tmp_path: Path, name: str, target: str) -> None:
    path, outside = copy.root / name, tmp_path / "outside"
    path.rename(outside)
    path.symlink_to({"outside": outside, "itself": path}.get(target, Path(target)))
    assert {(p.file, p.rule) for p in csto.validate(copy.root)} == {(name, "link")}


@pytest.mark.parametrize("name", ["datapackage.json", "data/members.csv"])
def test_what_is_no_file_gives_one_line(copy: Copy, name: str) -> None:
    (copy.root / name).unlink()
    os.mkfifo(copy.root / name)
    problem = only_problem(copy)
    assert (problem.file, problem.rule) == (name, "missing_file")


def test_a_name_that_stands_twice_is_found_on_its_line(copy: Copy) -> None:
    path = copy.root / "datapackage.json"
    text = path.read_text(encoding="utf-8").replace('"title": "Events",', '"title": "E",\n' * 2, 1)
    path.write_text(text, encoding="utf-8")
    problem = only_problem(copy)
    assert (problem.rule, problem.column) == ("not_json", "resources.1.title")
    assert text.splitlines()[problem.line - 2].strip() == '"title": "E",'


@pytest.mark.parametrize(
    ("table", "column"), [("members", "signed_event_id"), ("events", "organiser")]
)
def test_a_column_that_rules_need_is_named(copy: Copy, table: str, column: str) -> None:
    position = copy.column_names(table).index(column)

    def change(schema: dict[str, Any]) -> None:
        del schema["fields"][position]
        keys = schema.get("foreignKeys", [])
        schema["foreignKeys"] = [key for key in keys if key["fields"] != [column]]

    lines = [[*line[:position], *line[position + 1 :]] for line in copy.cells(table)]
    copy.edit_json(f"schemas/{table}.json", change)
    copy.csv_path(table).write_text(canonical.render(lines), encoding="utf-8")
    problems = csto.validate(copy.root)
    assert {p.rule for p in problems} <= {"missing_column", "cites_nothing"}


def test_a_row_far_from_its_place_is_named(copy: Copy) -> None:
    path = copy.csv_path("members")
    header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([header, lines[-1], *lines[:-1]]), encoding="utf-8")
    problem = only_problem(copy)
    assert (problem.rule, problem.line) == ("not_sorted", 2)


def test_a_problem_prints_as_one_line_that_no_terminal_obeys() -> None:
    problem = Problem("data/x\u202e.csv", 2, "a", "rule", "\x1b[31m\n" + "x" * 10_000)
    assert str(problem).isprintable()
    assert len(str(problem)) < 600


def test_an_earlier_stage_hides_the_later_ones(copy: Copy) -> None:
    copy.set_cell("members", "uzb-csto-member-1", "end_date", "2006-08-15")
    copy.set_cell("forces", "ksor", "mandate", " Repelling attack.")
    assert [problem.rule for problem in csto.validate(copy.root)] == ["blanks_around"]


def test_a_row_that_is_wrong_in_itself_is_named_before_what_follows_from_it(copy: Copy) -> None:
    copy.set_cell("members", "kaz-csto-member-1", "end_date", "2003-01-01")
    copy.set_cell("members", "kaz-csto-member-1", "end_precision", "day")
    assert only_problem(copy).rule == "ends_before_it_starts"
    copy.set_cell("members", "kaz-csto-member-1", "end_date", "2004-01-01")
    assert {p.rule for p in csto.validate(copy.root)} == {"not_a_member_that_day"}


def test_progress_names_the_stages(copy: Copy) -> None:
    stages: list[str] = []
    csto.validate(copy.root, progress=stages.append)
    assert stages == ["descriptor", "form", "frictionless", "order", "rules", "frames"]


def test_every_rule_has_a_row_that_breaks_it() -> None:
    checked = {rule for rule, _ in every_breach()}
    named = {rule.__name__ for group in rules.RULES for rule in group}
    named |= {check.__name__ for group in (*canonical.FORM, canonical.ORDER) for check in group}
    assert named <= checked


def test_every_rule_is_explained() -> None:
    checks = [
        check for group in (*rules.RULES, *canonical.FORM, canonical.ORDER) for check in group
    ]
    assert all(check.__doc__ for check in checks)


def test_without_frictionless_the_error_says_what_to_install(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "frictionless", None)
    with pytest.raises(csto.MissingExtraError, match=r"csto-data\[validate\]"):
        csto.validate(copy.root)


def test_validation_leaves_the_working_directory_alone(copy: Copy) -> None:
    before = os.getcwd()  # noqa: PTH109
    csto.validate(copy.root)
    assert os.getcwd() == before  # noqa: PTH109
