"""Every rule has a wrong cell that breaks it and only it, and is named with its place."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Copy

import csto_data as csto
from csto_data import canonical, rules
from csto_data.validation import Problem

WRONG_CELLS = [
    # rule, table, row, column, what stands there, and where it is to be named if elsewhere:
    # another column, or another table, row and column
    ("ends_before_it_starts", "members", "uzb-csto-member-1", "end_date", "2006-08-15"),
    ("date_and_precision_disagree", "members", "aze-cst-member-1", "start_precision", ""),
    (
        "date_and_precision_disagree",
        "members",
        "aze-cst-member-1",
        "start_precision",
        "month",
        "start_date",
    ),
    (
        "date_and_precision_disagree",
        "members",
        "uzb-csto-member-1",
        "end_precision",
        "year",
        "end_date",
    ),
    ("spells_overlap", "members", "uzb-csto-suspended-1", "start_date", "2012-12-18"),
    ("terms_overlap", "secretaries_general", "tasmagambetov-1", "start_date", "2022-12-31"),
    ("terms_overlap", "officials", "serdyukov-1", "start_date", "2023-11-22"),
    ("turns_overlap", "chairmanships", "rus-chair-2005", "start_date", "2005-06-22"),
    (
        "appointed_by_nothing",
        "secretaries_general",
        "zas-1",
        "appointed_event_id",
        "csc-2022-11-23",
    ),
    (
        "appointed_by_nothing",
        "events",
        "appointment-zas-2019",
        "status",
        "postponed",
        "secretaries_general",
        "zas-1",
        "appointed_event_id",
    ),
    (
        "part_of_what_was_not_held",
        "events",
        "csc-2019-11-28",
        "status",
        "cancelled",
        "events",
        "appointment-zas-2019",
        "parent_event_id",
    ),
    ("amends_what_comes_later", "documents", "cst-protocol-1999", "adopted_date", "1991-04-02"),
    (
        "outlives_its_document",
        "provisions",
        "cst-protocol-1999-duration",
        "start_date",
        "1998-04-21",
    ),
    (
        "bound_without_signing",
        "document_parties",
        "ksor-agreement-2009-kaz-1",
        "signature_status",
        "not_signed",
        "signed_date",
    ),
    (
        "ends_before_it_starts",
        "document_parties",
        "ksor-agreement-2009-kaz-1",
        "ratified_date",
        "2009-02-17",
    ),
    ("figure_of_nothing", "figures", "ksor-personnel-2019", "subject_id", "zzz"),
    ("figure_of_nothing", "figures", "ksor-personnel-2019", "subject_table", "force"),
    ("unit_does_not_fit", "figures", "ksor-personnel-2019", "unit", "kg"),
    ("range_without_ends", "figures", "ksor-personnel-2019", "comparator", "range", "value_max"),
    ("range_without_ends", "figures", "ksor-personnel-2019", "value_max", "20000"),
    (
        "contribution_to_nothing",
        "force_contributions",
        "ksor-kaz-37-air-assault-brigade",
        "force_id",
        "",
    ),
    (
        "contingent_without_state",
        "force_contributions",
        "kazakhstan-deployment-2022-arm",
        "iso3",
        "NAM",
    ),
    (
        "planned_and_past",
        "events",
        "kazakhstan-deployment-2022-arrival",
        "status",
        "planned",
        "summary",
    ),
    ("asked_without_asking", "assistance_requests", "kaz-2022", "outcome", "not_requested"),
    ("asked_without_asking", "assistance_requests", "arm-2020-none", "addressee", "CSTO", "form"),
    ("other_way_of_writing", "figures", "ksor-personnel-2019", "value", "18000.0"),
    ("type_error", "figures", "ksor-personnel-2019", "value", "18 thousand"),
    ("constraint_error", "figures", "ksor-personnel-2019", "value", "-1"),
    ("signed_after_it_starts", "members", "aze-cst-member-1", "signed_date", "1994-04-21"),
    ("dated_after_checked", "members", "uzb-csto-member-1", "end_date", "2099-12-18"),
    ("starts_after_checked", "members", "uzb-csto-suspended-1", "start_date", "2099-12-19"),
    ("outside_its_whole", "events", "kazakhstan-deployment-2022-arrival", "end_date", "2022-03-01"),
    ("part_of_itself", "bodies", "csto", "parent_body_id", "secretariat"),
    ("cites_nothing", "citations", "", "field", "start_dat"),
    ("two_spellings", "people", "Nikolai Bordyuzha", "aliases", "Stanislav Zas"),
    ("impossible_date", "members", "aze-cst-member-1", "signed_date", "1893-09-24"),
    ("hidden_character", "forces", "ksor", "mandate", "Repelling\u200b attack."),
    ("hidden_character", "forces", "ksor", "mandate", "Repelling\u00a0attack."),
    ("mixed_scripts", "forces", "ksor", "mandate", "Repelling аttack."),
    ("mixed_scripts", "forces", "ksor", "name_ru", "Коллективныe силы"),
    ("mixed_scripts", "forces", "ksor", "mandate", "Отражение нападения."),
    ("mixed_scripts", "forces", "ksor", "mandate", "Repelling ɑttack."),
    ("mixed_scripts", "forces", "ksor", "mandate", "Repelling ٣ attacks."),
    ("not_in_russian", "forces", "ksor", "name_ru", "Collective forces"),
    ("not_in_russian", "forces", "ksor", "name_ru", "Силы c задачами"),
    ("garbled_text", "forces", "ksor", "mandate", "Repelling the enemyâ€™s attack."),
    ("hidden_character", "forces", "ksor", "mandate", "Repelling \ufffd attack."),
    ("starts_like_a_formula", "forces", "ksor", "mandate", '=HYPERLINK("x")'),
    ("starts_like_a_formula", "forces", "ksor", "mandate", "\uff1d1+1"),
    ("blanks_around", "forces", "ksor", "mandate", " Repelling attack."),
    ("not_composed", "forces", "ksor", "mandate", "Repelling attack, cafe\u0301."),
    ("line_break_in_cell", "forces", "ksor", "mandate", "Repelling\nattack."),
    ("other_way_of_writing", "countries", "ARM", "cow_code", "0371"),
    ("other_way_of_writing", "countries", "ARM", "cow_code", "٣٧١"),
    ("other_way_of_writing", "members", "uzb-csto-member-1", "start_date", "20060816"),
    ("other_way_of_writing", "secretaries_general", "zas-1", "is_acting", "True"),
    ("other_way_of_writing", "secretaries_general", "zas-1", "is_acting", "0"),
    ("not_finite", "figures", "ksor-personnel-2019", "value", "nan"),
    ("not_finite", "figures", "ksor-personnel-2019", "value", "1e999"),
    ("type_error", "members", "uzb-csto-member-1", "start_date", "16 August 2006"),
    ("type_error", "members", "uzb-csto-member-1", "start_date", "2006-02-30"),
    ("type_error", "secretaries_general", "zas-1", "is_acting", "no"),
    ("constraint_error", "members", "uzb-csto-member-1", "status", "observer"),
    ("constraint_error", "members", "uzb-csto-member-1", "status", ""),
    ("constraint_error", "countries", "ARM", "cow_code", "1000"),
    ("constraint_error", "countries", "ARM", "iso_numeric", "51"),
    ("foreign_key", "members", "uzb-csto-member-1", "iso3", "UZK"),
    ("foreign_key", "events", "uzb-suspension-2012", "parent_event_id", "csc-2012-12-18"),
    ("foreign_key", "secretaries_general", "zas-1", "person", "Stanislav Zaz"),
]


def first_citation(copy: Copy) -> str:
    return copy.row_id("citations", copy.records("citations")[0])


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
    rule, table, row_id, column, text, *elsewhere = case
    line = copy.set_cell(table, row_id or first_citation(copy), column, text)
    if len(elsewhere) > 1:
        table, row_id = elsewhere[:2]
        line = copy.line_of(table, row_id)
    column = elsewhere[-1] if elsewhere else column
    problem = only_problem(copy)
    assert (problem.file, problem.rule) == (f"data/{table}.csv", rule)
    assert (problem.line, problem.column) == (line, column)
    assert str(problem).startswith(f"data/{table}.csv:{line}:{column}: {rule}: ")


def add_participant(**cells: str) -> Callable[[Copy], tuple[str, int, str]]:
    """Return a change that adds a participant to the session of 23 November 2022."""

    def spoil(copy: Copy) -> tuple[str, int, str]:
        row = {"event_id": "csc-2022-11-23", "person": "", "note": ""} | cells
        row_id = "/".join((row["event_id"], row["iso3"], row["role"]))

        def change(rows: list[dict[str, str]]) -> None:
            rows.append(row)
            rows.sort(key=lambda row: (row["event_id"], row["iso3"], row["role"]))

        copy.edit("event_participants", change)
        return "data/event_participants.csv", copy.line_of("event_participants", row_id), "role"

    return spoil


def prefer_twice(copy: Copy) -> tuple[str, int, str]:
    row = {"figure_id": "ksor-personnel-2019-9"}

    def change(rows: list[dict[str, str]]) -> None:
        (first,) = (figure for figure in rows if figure["figure_id"] == "ksor-personnel-2019")
        rows.insert(rows.index(first) + 1, first | row)

    copy.edit("figures", change)
    return "data/figures.csv", copy.line_of("figures", row["figure_id"]), "is_preferred"


def attend_what_was_cancelled(copy: Copy) -> tuple[str, int, str]:
    return add_participant(event_id="csc-2018-12-06", iso3="KAZ", role="participant")(copy)


def silence(copy: Copy) -> tuple[str, int, str]:
    (statement,) = copy.records("statements")
    for column in ("person", "speaker"):
        copy.set_cell("statements", str(statement["statement_id"]), column, "")
    return "data/statements.csv", 2, "speaker"


def support_nothing_of(table: str) -> Callable[[Copy], tuple[str, int, str]]:
    def spoil(copy: Copy) -> tuple[str, int, str]:
        row = copy.records(table)[0]

        def change(rows: list[dict[str, str]]) -> None:
            for citation in rows:
                if (citation["table"], citation["row_id"]) == (table, copy.row_id(table, row)):
                    citation.update(stance="disputes", note="It says something else.")

        copy.edit("citations", change)
        return f"data/{table}.csv", 2, copy.schema(table)["primaryKey"][0]

    return spoil


def add_a_source_that_nothing_cites(copy: Copy) -> tuple[str, int, str]:
    def change(rows: list[dict[str, str]]) -> None:
        rows.append(rows[-1] | {"source_id": "zzz-never-cited"})

    copy.edit("sources", change)
    return "data/sources.csv", len(copy.records("sources")) + 1, "source_id"


def dispute_nothing(copy: Copy) -> tuple[str, int, str]:
    def change(rows: list[dict[str, str]]) -> None:
        rows.insert(0, rows[0] | {"stance": "disputes", "reported_value": "", "note": ""})

    copy.edit("citations", change)
    return "data/citations.csv", 2, "reported_value"


def cite(**cells: str) -> Callable[[Copy], tuple[str, int, str]]:
    (column,) = cells

    def spoil(copy: Copy) -> tuple[str, int, str]:
        def change(rows: list[dict[str, str]]) -> None:
            rows.append(rows[-1] | {"field": "zzz", "row_id": "*"} | cells)
            rows.sort(
                key=lambda row: [row[name] for name in copy.schema("citations")["primaryKey"]]
            )

        if column != "field":
            cells["field"] = "*"
        copy.edit("citations", change)
        records = copy.records("citations")
        line = 2 + next(n for n, record in enumerate(records) if record[column] == cells[column])
        return "data/citations.csv", line, column

    return spoil


WRONG_ROWS = [
    ("attends_twice", add_participant(iso3="ARM", role="party")),
    ("two_chairs", add_participant(iso3="KAZ", role="chair")),
    ("not_a_member_that_day", add_participant(iso3="NAM", role="participant")),
    ("two_preferred", prefer_twice),
    ("cancelled_and_attended", attend_what_was_cancelled),
    ("said_by_nobody", silence),
    ("not_cited", support_nothing_of("bodies")),
    ("not_cited", support_nothing_of("members")),
    ("never_cited", add_a_source_that_nothing_cites),
    ("dispute_without_value", dispute_nothing),
    ("cites_nothing", cite(table="member")),
    ("cites_nothing", cite(row_id="zzz-nobody")),
]


@pytest.mark.parametrize(("rule", "spoil"), WRONG_ROWS)
def test_a_wrong_row_gives_one_line(
    copy: Copy, rule: str, spoil: Callable[[Copy], tuple[str, int, str]]
) -> None:
    place = spoil(copy)
    problem = only_problem(copy)
    assert problem.rule == rule
    assert (problem.file, problem.line, problem.column) == place


WRONG_BYTES = [
    ("not_utf8", 3, lambda raw: lines_with(raw, 3, lambda line: line.replace(b"e", b"\xe9", 1))),
    ("byte_order_mark", 1, lambda raw: b"\xef\xbb\xbf" + raw),
    ("foreign_line_ending", 1, lambda raw: raw.replace(b"\n", b"\r\n")),
    ("no_final_newline", 6, lambda raw: raw.rstrip(b"\n")),
    (
        "unreadable_csv",
        4,
        lambda raw: lines_with(raw, 4, lambda line: line.replace(b",", b',"a"b', 1)),
    ),
    ("not_utf8", 1, lambda raw: raw.decode().encode("utf-16-le")),
    ("line_too_long", 3, lambda raw: lines_with(raw, 3, lambda _: b"x" * 10_000_000)),
    ("line_too_long", 1, lambda raw: lines_with(raw, 1, lambda _: b"," * 1_000_000)),
    ("unreadable_csv", 3, lambda raw: lines_with(raw, 3, lambda line: b'"' + line)),
    ("wrong_header", 1, lambda raw: raw.replace(b"iso3", b"iso", 1)),
    ("wrong_header", 1, lambda raw: raw.replace(b"iso3,instrument", b"instrument,iso3", 1)),
    ("wrong_header", 1, lambda raw: raw.replace(b",note", b"", 1)),
    ("wrong_header", 1, lambda raw: raw.replace(b",note", b",note,more", 1)),
    ("wrong_header", 1, lambda _: b"\n"),
    ("no_rows", 1, lambda raw: raw.split(b"\n")[0] + b"\n"),
    ("wrong_number_of_cells", 2, lambda raw: lines_with(raw, 2, lambda line: line + b",more")),
    ("wrong_number_of_cells", 2, lambda raw: lines_with(raw, 2, lambda line: line[:5])),
    ("wrong_number_of_cells", 3, lambda raw: lines_with(raw, 3, lambda line: b"\n" + line)),
    ("not_sorted", 4, lambda raw: swapped(raw, 2, 3)),
    (
        "needless_quotes",
        2,
        lambda raw: lines_with(raw, 2, lambda line: b'"' + line.replace(b",", b'",', 1)),
    ),
    ("primary_key", 3, lambda raw: lines_with(raw, 2, lambda line: line + b"\n" + line)),
]


def lines_with(raw: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    lines = raw.split(b"\n")
    lines[number - 1] = change(lines[number - 1])
    return b"\n".join(lines)


def swapped(raw: bytes, one: int, other: int) -> bytes:
    lines = raw.split(b"\n")
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


@pytest.mark.parametrize(("rule", "line", "change"), WRONG_BYTES)
def test_a_file_of_another_form_gives_one_line(
    copy: Copy, rule: str, line: int, change: Callable[[bytes], bytes]
) -> None:
    path = copy.csv_path("members")
    path.write_bytes(change(path.read_bytes()))
    problem = only_problem(copy)
    assert (problem.file, problem.rule, problem.line) == ("data/members.csv", rule, line)


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
    checked = {case[0] for case in WRONG_CELLS} | {case[0] for case in WRONG_BYTES}
    checked |= {rule for rule, _ in WRONG_ROWS}
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
