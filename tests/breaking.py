"""What breaks each rule and nothing else; the tests and docs/rules.md are made from it."""

import os
from collections.abc import Callable, Iterator

from copies import Copy

from csto_data.validation import MOST_BYTES_OF_JSON

Place = tuple[str, int, str]
"""The file, line and column at which a problem is to be named."""
Spoil = Callable[[Copy], Place]
"""What breaks a copy, and returns the place."""

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
    ("mixed_scripts", "forces", "ksor", "mandate", "Repellıng attack."),
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
    ("type_error", "members", "uzb-csto-member-1", "start_date", "2006-8-16"),
    ("type_error", "secretaries_general", "zas-1", "is_acting", "no"),
    ("constraint_error", "members", "uzb-csto-member-1", "status", "observer"),
    ("constraint_error", "members", "uzb-csto-member-1", "status", ""),
    ("constraint_error", "countries", "ARM", "cow_code", "1000"),
    ("constraint_error", "countries", "ARM", "iso_numeric", "51"),
    ("foreign_key", "members", "uzb-csto-member-1", "iso3", "UZK"),
    ("foreign_key", "events", "uzb-suspension-2012", "parent_event_id", "csc-2012-12-18"),
    ("foreign_key", "secretaries_general", "zas-1", "person", "Stanislav Zaz"),
]


def wrong_cell(table: str, row_id: str, column: str, text: str, *elsewhere: str) -> Spoil:
    """Return the change of a cell; without a row of the first citation."""

    def spoil(copy: Copy) -> Place:
        row = row_id or copy.row_id("citations", copy.records("citations")[0])
        line = copy.set_cell(table, row, column, text)
        if len(elsewhere) > 1:
            named_table, named_row, named_column = elsewhere
            line = copy.line_of(named_table, named_row)
            return f"data/{named_table}.csv", line, named_column
        return f"data/{table}.csv", line, elsewhere[0] if elsewhere else column

    return spoil


def add_participant(**cells: str) -> Spoil:
    """Return a change that adds a participant to the session of 23 November 2022."""

    def spoil(copy: Copy) -> Place:
        row = {"event_id": "csc-2022-11-23", "person": "", "note": ""} | cells
        row_id = "/".join((row["event_id"], row["iso3"], row["role"]))

        def change(rows: list[dict[str, str]]) -> None:
            rows.append(row)
            rows.sort(key=lambda row: (row["event_id"], row["iso3"], row["role"]))

        copy.edit("event_participants", change)
        return "data/event_participants.csv", copy.line_of("event_participants", row_id), "role"

    return spoil


def prefer_twice(copy: Copy) -> Place:
    row = {"figure_id": "ksor-personnel-2019-9"}

    def change(rows: list[dict[str, str]]) -> None:
        (first,) = (figure for figure in rows if figure["figure_id"] == "ksor-personnel-2019")
        rows.insert(rows.index(first) + 1, first | row)

    copy.edit("figures", change)
    return "data/figures.csv", copy.line_of("figures", row["figure_id"]), "is_preferred"


def attend_what_was_cancelled(copy: Copy) -> Place:
    return add_participant(event_id="csc-2018-12-06", iso3="KAZ", role="participant")(copy)


def silence(copy: Copy) -> Place:
    (statement,) = copy.records("statements")
    for column in ("person", "speaker"):
        copy.set_cell("statements", str(statement["statement_id"]), column, "")
    return "data/statements.csv", 2, "speaker"


def support_nothing_of(table: str) -> Spoil:
    def spoil(copy: Copy) -> Place:
        row = copy.records(table)[0]

        def change(rows: list[dict[str, str]]) -> None:
            for citation in rows:
                if (citation["table"], citation["row_id"]) == (table, copy.row_id(table, row)):
                    citation.update(stance="disputes", note="It says something else.")

        copy.edit("citations", change)
        return f"data/{table}.csv", 2, copy.schema(table)["primaryKey"][0]

    return spoil


def add_a_source_that_nothing_cites(copy: Copy) -> Place:
    def change(rows: list[dict[str, str]]) -> None:
        rows.append(rows[-1] | {"source_id": "zzz-never-cited"})

    copy.edit("sources", change)
    return "data/sources.csv", len(copy.records("sources")) + 1, "source_id"


def dispute_nothing(copy: Copy) -> Place:
    def change(rows: list[dict[str, str]]) -> None:
        rows.insert(0, rows[0] | {"stance": "disputes", "reported_value": "", "note": ""})

    copy.edit("citations", change)
    return "data/citations.csv", 2, "reported_value"


def cite(**cells: str) -> Spoil:
    (column,) = cells

    def spoil(copy: Copy) -> Place:
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


def wrong_bytes(line: int, change: Callable[[bytes], bytes]) -> Spoil:
    """Return the change of a whole file."""

    def spoil(copy: Copy) -> Place:
        path = copy.csv_path("members")
        path.write_bytes(change(path.read_bytes()))
        return "data/members.csv", line, ""

    return spoil


def misspell_a_property(copy: Copy) -> Place:
    copy.edit_json("schemas/members.json", lambda schema: schema["fields"][0].update(titel="Spell"))
    lines = (copy.root / "schemas/members.json").read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, start=1) if '"titel"' in text)
    return "schemas/members.json", line, "fields.0.titel"


def leave_a_comma_out(copy: Copy) -> Place:
    path = copy.root / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace(",", "", 1), encoding="utf-8")
    return "datapackage.json", 3, ""


def leave_a_file_behind(copy: Copy) -> Place:
    (copy.root / "data" / "notes.txt").write_text("To do: Yerevan.\n", encoding="utf-8")
    return "data/notes.txt", 1, ""


def remove_a_file(copy: Copy) -> Place:
    copy.csv_path("series").unlink()
    return "data/series.csv", 1, ""


def put_a_link_in_place_of_a_file(copy: Copy) -> Place:
    path = copy.csv_path("series")
    path.rename(copy.root.parent / "series.csv")
    path.symlink_to(copy.root.parent / "series.csv")
    return "data/series.csv", 1, ""


def blow_a_file_up(copy: Copy) -> Place:
    os.truncate(copy.root / "schemas/series.json", MOST_BYTES_OF_JSON + 1)
    return "schemas/series.json", 1, ""


WRONG_FILES = [
    ("link", put_a_link_in_place_of_a_file),
    ("too_large", blow_a_file_up),
    ("descriptor", misspell_a_property),
    ("not_json", leave_a_comma_out),
    ("missing_file", remove_a_file),
    ("stray_file", leave_a_file_behind),
]


def every_breach() -> Iterator[tuple[str, Spoil]]:
    """Yield each rule with what breaks it; a rule may come more than once."""
    yield from WRONG_FILES
    for rule, line, change in WRONG_BYTES:
        yield rule, wrong_bytes(line, change)
    for rule, *case in WRONG_CELLS:
        yield rule, wrong_cell(*case)
    yield from WRONG_ROWS
