"""Bad pull requests are refused with a line that names the place; good ones pass.

Each is an edit of a copy of the package, as a contributor or an attacker might make it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from copies import Copy

import csto_data as csto
from csto_data import adding
from csto_data.archives import CHANGELOG

Edit = Callable[[Copy], int | None]
"""What a pull request changes; returns the line to be named, where it is not the first."""


@pytest.fixture
def clone(copy: Copy) -> Copy:
    """A copy of the small package with its changelog, as a clone has it."""
    version = copy.descriptor["version"]
    (copy.root / CHANGELOG).write_text(f"# Changelog\n\n## {version}\n", encoding="utf-8")
    return copy


def lines_seen(base: Path, copy: Copy) -> list[str]:
    """Return what the checks of a pull request print of its data."""
    found = csto.validate(copy.root) or csto.diff(base, copy.root).problems
    return list(map(str, found))


# ── edits ────────────────────────────────────────────────────────────────────────────────────────


def cell(table: str, row_id: str, column: str, text: str) -> Edit:
    return lambda copy: copy.set_cell(table, row_id, column, text)


def row(table: str, /, **cells: str) -> Edit:
    """Return an edit that adds a row like the first one, but for some cells, in its place."""

    def edit(copy: Copy) -> int:
        key = copy.schema(table)["primaryKey"]
        new: dict[str, str] = {}

        def change(rows: list[dict[str, str]]) -> None:
            new.update(rows[0] | cells)
            rows.append(new)
            rows.sort(key=lambda row: [row[name] for name in key])

        copy.edit(table, change)
        return copy.line_of(table, "/".join(new[name] for name in key))

    return edit


def raw(change: Callable[[bytes], bytes], line: int = 1, table: str = "members") -> Edit:
    """Return an edit of the bytes of a table."""

    def edit(copy: Copy) -> int:
        path = copy.csv_path(table)
        path.write_bytes(change(path.read_bytes()))
        return line

    return edit


def swap_rows(content: bytes) -> bytes:
    header, first, second, *rest = content.split(b"\n")
    return b"\n".join([header, second, first, *rest])


def double_row(content: bytes) -> bytes:
    header, first, *rest = content.split(b"\n")
    return b"\n".join([header, first, first, *rest])


def schema_of_state(change: Callable[[dict[str, Any]], object]) -> Edit:
    """Return an edit of the declaration of `members.iso3`; names the line of its description."""

    def edit(copy: Copy) -> int:
        name = "schemas/members.json"
        copy.edit_json(name, lambda schema: change(schema["fields"][1]))
        lines = (copy.root / name).read_text(encoding="utf-8").split("\n")
        place = lines.index('      "name": "iso3",')
        return next(n for n, text in enumerate(lines, 1) if n > place and '"description"' in text)

    return edit


def path_outside(copy: Copy) -> int:
    def change(descriptor: dict[str, Any]) -> None:
        descriptor["resources"][0]["path"] = "../../etc/passwd"

    copy.edit_json("datapackage.json", change)
    lines = (copy.root / "datapackage.json").read_text(encoding="utf-8").split("\n")
    return lines.index('      "path": "../../etc/passwd",') + 1


def name_twice(copy: Copy) -> int:
    path = copy.root / "datapackage.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{\n", '{\n  "version": "9.9.9",\n', 1), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").split("\n")
    return max(n for n, line in enumerate(lines, 1) if line.startswith('  "version"'))


def link_outside(copy: Copy) -> None:
    path = copy.csv_path("series")
    path.unlink()
    path.symlink_to("/etc/passwd")


def stray_file(copy: Copy) -> None:
    (copy.root / "data" / "members.csv.bak").write_bytes(b"")


def without_bordyuzha(copy: Copy) -> None:
    """Take a person away."""

    def change(rows: list[dict[str, str]]) -> None:
        rows[:] = [row for row in rows if row["person"] != "Nikolai Bordyuzha"]

    copy.edit("people", change)


def dispute_of_nothing(copy: Copy) -> int:
    first = copy.records("citations")[0]
    new = {"stance": "disputes", "reported_value": "", "note": ""}
    return row("citations", **{name: str(first[name] or "") for name in first} | new)(copy) or 1


# ── refused ──────────────────────────────────────────────────────────────────────────────────────

REFUSED: dict[str, tuple[Edit, str]] = {
    "a day as it is written in letters": (
        cell("members", "uzb-csto-member-1", "end_date", "18.12.2012"),
        "data/members.csv:{line}:end_date: type_error: '18.12.2012' is not of type date",
    ),
    "an end before the start": (
        cell("members", "uzb-csto-member-1", "end_date", "2006-08-15"),
        "data/members.csv:{line}:end_date: ends_before_it_starts: "
        "2006-08-15 is before start_date 2006-08-16",
    ),
    "an unknown state": (
        cell("members", "uzb-csto-member-1", "iso3", "UZK"),
        "data/members.csv:{line}:iso3: foreign_key: there is no 'UZK' in countries",
    ),
    "two spells on one day": (
        cell("members", "uzb-csto-suspended-1", "start_date", "2012-12-18"),
        "data/members.csv:{line}:start_date: spells_overlap: "
        "uzb-csto-member-1 holds until 2012-12-18",
    ),
    "a source that is not there": (
        row("citations", table="forces", row_id="ksor", field="name", source_id="tass-1"),
        "data/citations.csv:{line}:source_id: foreign_key: there is no 'tass-1' in sources",
    ),
    "a new row without a citation": (
        row("series", series_id="zzz-2024", name="Zzz", name_ru="Яяя"),
        "data/series.csv:{line}:series_id: not_cited: no citation supports zzz-2024",
    ),
    "a citation of a row that is not there": (
        row("citations", table="forces", row_id="ksro", field="*"),
        "data/citations.csv:{line}:row_id: cites_nothing: there is no row 'ksro' in forces",
    ),
    "a source that nothing cites": (
        row("sources", source_id="zzz-1", url="https://example.org/zzz"),
        "data/sources.csv:{line}:source_id: never_cited: zzz-1 is cited nowhere",
    ),
    "a mistyped value of a vocabulary": (
        cell("members", "uzb-csto-member-1", "status", "membr"),
        "data/members.csv:{line}:status: constraint_error: "
        "'membr' is not one of member, suspended, frozen",
    ),
    "a Cyrillic letter that looks Latin": (
        cell("forces", "ksor", "command", "Mosсow"),
        "data/forces.csv:{line}:command: mixed_scripts: "
        "'Mosсow' is written in cyrillic and latin letters",
    ),
    "a character that is not seen": (
        cell("forces", "ksor", "command", "Mos\u200bcow"),
        "data/forces.csv:{line}:command: hidden_character: "
        r"U+200B (zero width space) in 'Mos\u200bcow'",
    ),
    "a formula": (
        cell("forces", "ksor", "command", '=HYPERLINK("https://example.org")'),
        "data/forces.csv:{line}:command: starts_like_a_formula: "
        """'=HYPERLINK("https://example.org")' begins like a formula""",
    ),
    "a byte order mark": (
        raw(lambda content: b"\xef\xbb\xbf" + content),
        "data/members.csv:{line}: byte_order_mark: the file begins with a byte order mark",
    ),
    "the line ends of Windows": (
        raw(lambda content: content.replace(b"\n", b"\r\n")),
        "data/members.csv:{line}: foreign_line_ending: "
        "a carriage return; lines end in a line feed alone",
    ),
    "a key that stands twice": (
        raw(double_row, line=3),
        "data/members.csv:{line}: primary_key: a row above has the same key",
    ),
    "rows in another order": (
        raw(swap_rows, line=3),
        "data/members.csv:{line}:member_id: not_sorted: "
        "arm-csto-member-1 belongs above aze-cst-member-1",
    ),
    "a renamed column": (
        raw(lambda content: content.replace(b"iso3", b"country", 1)),
        "data/members.csv:{line}:iso3: wrong_header: column 2 has to be 'iso3', not 'country'",
    ),
    "a dispute that does not say what the source has": (
        dispute_of_nothing,
        "data/citations.csv:{line}:reported_value: dispute_without_value: "
        "a dispute has to say what the source has instead",
    ),
    "a schema that drops a constraint": (
        schema_of_state(lambda field: field["constraints"].pop("required")),
        "schemas/members.json:{line}:fields.1.description: descriptor: "
        "the description says 'Never empty.' exactly where constraints say 'required'",
    ),
    "a path that leaves the package": (
        path_outside,
        "datapackage.json:{line}:resources.0.path: descriptor: path has to be data/members.csv",
    ),
    "a name that stands twice in JSON": (
        name_twice,
        "datapackage.json:{line}:version: not_json: the name stands twice",
    ),
    "a link that leaves the package": (
        link_outside,
        "data/series.csv:{line}: link: a link, where the package has to hold the thing",
    ),
    "a file that was left behind": (
        stray_file,
        "data/members.csv.bak:{line}: stray_file: datapackage.json does not name this file",
    ),
    "a key that is gone in silence": (
        without_bordyuzha,
        "CHANGELOG.md:{line}: key_vanished: 'Nikolai Bordyuzha' is gone from people, "
        "and no entry after {version} names it",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_pull_request_is_refused_with_one_line(
    small_package: Path, clone: Copy, name: str
) -> None:
    edit, expected = REFUSED[name]
    line = edit(clone) or 1
    expected = expected.replace("{line}", str(line)).replace("{version}", csto.__version__)
    assert lines_seen(small_package, clone) == [expected]


# ── accepted ─────────────────────────────────────────────────────────────────────────────────────


def corrected_day(copy: Copy) -> None:
    """Correct a day, and cite a source that is there already for it."""
    copy.set_cell("forces", "ksor", "established_date", "2009-02-05")
    first = next(r for r in copy.records("citations") if r["row_id"] == "ksor")
    citation = {"table": "forces", "row_id": "ksor", "field": "established_date"}
    source = {"source_id": str(first["source_id"]), "stance": "supports"}
    adding.add(copy, {"citations": citation | source})


def recorded_dispute(copy: Copy) -> None:
    """Add a source, and what it says otherwise."""
    source = {"source_id": "tass-1", "url": "https://example.org/1", "publisher": "TASS"}
    citation = {"table": "members", "row_id": "uzb-csto-member-1", "field": "end_date"}
    said = {"source_id": "tass-1", "stance": "disputes", "reported_value": "2012-06-29"}
    adding.add(
        copy,
        {
            "sources": source | {"originator": "TASS", "source_type": "news_agency"},
            "citations": citation | said,
        },
    )


def moved_suspension(copy: Copy) -> None:
    """Let the suspension begin with the last day of 2011, so that a state-year flips."""
    copy.set_cell("members", "uzb-csto-member-1", "end_date", "2011-12-30")
    copy.set_cell("members", "uzb-csto-suspended-1", "start_date", "2011-12-31")


def removed_and_told(copy: Copy) -> None:
    without_bordyuzha(copy)
    with (copy.root / CHANGELOG).open("a", encoding="utf-8") as file:
        file.write("\n- `Nikolai Bordyuzha` is nowhere named.\n")


NO_FLIPS = "0 state-days, 0 state-years, 0 dyad-years"
ACCEPTED: dict[str, tuple[Callable[[Copy], object], list[str], str, str]] = {
    # what is done, what the diff says of rows and of the panel, and of the version
    "a reworded text": (
        cell("forces", "ksor", "mandate", "Repelling an attack."),
        ["forces: 1 cell changed"],
        NO_FLIPS,
        "a patch new version (values are corrected)",
    ),
    "a corrected day with its citation": (
        corrected_day,
        ["forces: 1 cell changed", "citations: 1 row added"],
        NO_FLIPS,
        "a patch new version (values are corrected)",
    ),
    "a dispute with its new source": (
        recorded_dispute,
        ["sources: 1 row added", "citations: 1 row added"],
        NO_FLIPS,
        "a patch new version (values are corrected)",
    ),
    "a spell that flips a state-year": (
        moved_suspension,
        ["members: 2 cells changed"],
        "354 state-days, 1 state-year, 2 dyad-years",
        "a minor new version (answers of the default panel flip)",
    ),
    "a key that is gone and named": (
        removed_and_told,
        ["people: 1 row removed"],
        NO_FLIPS,
        "a major new version (keys are removed)",
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_good_pull_request_passes_with_its_version(
    small_package: Path, clone: Copy, name: str
) -> None:
    edit, rows, flips, version = ACCEPTED[name]
    edit(clone)
    assert lines_seen(small_package, clone) == []
    printed = str(csto.diff(small_package, clone.root)).split("\n")
    headings = [line for line in printed[1:] if line and not line.startswith(" ")]
    assert headings[:-3] == rows
    assert [line.partition("answers that flip: ")[2] for line in headings[-3:-1]] == [flips] * 2
    assert headings[-1].startswith(f"{version}: from {csto.__version__} to at least ")
