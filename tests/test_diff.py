"""A diff names what changed, what flips and which version that needs, from any kind of copy."""

import gzip
import io
import json
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from copies import Copy, copy_files
from markdown_it import MarkdownIt

import csto_data as csto
from csto_data import archives
from csto_data.bumps import effect_reasons
from csto_data.canonical import render
from csto_data.comparing import Diff
from csto_data.package import installed

Change = Callable[[Copy], object]
Make = Callable[[Path, dict[str, bytes]], Path]


# ── changes ──────────────────────────────────────────────────────────────────────────────────────


def cell(table: str, row_id: str, column: str, text: str) -> Change:
    return lambda copy: copy.set_cell(table, row_id, column, text)


def both(*changes: Change) -> Change:
    def change(copy: Copy) -> None:
        for one in changes:
            one(copy)

    return change


def row(table: str, **cells: str) -> Change:
    """Return a change that adds a row like the last one, but for some cells."""
    return lambda copy: copy.edit(table, lambda rows: rows.append(rows[-1] | cells))


def without(table: str, column: str, text: str) -> Change:
    """Return a change that removes the row with a text in a column."""

    def change(rows: list[dict[str, str]]) -> None:
        rows[:] = [one for one in rows if one[column] != text]

    return lambda copy: copy.edit(table, change)


def declared(table: str, column: str, change: Callable[[dict[str, Any]], object]) -> Change:
    """Return a change of the declaration of a column."""

    def edit(schema: dict[str, Any]) -> None:
        (field,) = (field for field in schema["fields"] if field["name"] == column)
        change(field)

    return lambda copy: copy.edit_json(f"schemas/{table}.json", edit)


def resource(table: str, **properties: str) -> Change:
    """Return a change of the descriptor's entry of a table."""

    def edit(descriptor: dict[str, Any]) -> None:
        (entry,) = (entry for entry in descriptor["resources"] if entry["name"] == table)
        entry |= properties

    return lambda copy: copy.edit_json("datapackage.json", edit)


def package(**properties: str) -> Change:
    return lambda copy: copy.edit_json("datapackage.json", lambda found: found.update(properties))


def columns(table: str, change: Callable[[list[dict[str, Any]]], object]) -> Change:
    """Return a change of the columns of a table, in the schema and in the file."""

    def edit(copy: Copy) -> None:
        copy.edit_json(f"schemas/{table}.json", lambda schema: change(schema["fields"]))
        names = [
            f["name"]
            for f in json.loads((copy.root / f"schemas/{table}.json").read_text())["fields"]
        ]
        lines = list(copy.cells(table))
        rows = [dict(zip(lines[0], cells, strict=True)) for cells in lines[1:]]
        text = [names, *[[one.get(name, "") for name in names] for one in rows]]
        copy.csv_path(table).write_text(render(text), encoding="utf-8")

    return edit


def add_table(copy: Copy) -> None:
    text = copy.csv_path("series").read_text(encoding="utf-8")
    (copy.root / "data/cycles.csv").write_text(text, encoding="utf-8")
    schema = (copy.root / "schemas/series.json").read_text(encoding="utf-8")
    (copy.root / "schemas/cycles.json").write_text(schema, encoding="utf-8")
    names = {"name": "cycles", "path": "data/cycles.csv", "schema": "schemas/cycles.json"}
    entry = copy.resource("series") | names | {"title": "Cycles"}
    copy.edit_json("datapackage.json", lambda found: found["resources"].append(entry))


def remove_table(copy: Copy) -> None:
    def edit(descriptor: dict[str, Any]) -> None:
        descriptor["resources"] = [one for one in descriptor["resources"] if one["name"] != "bases"]

    copy.edit_json("datapackage.json", edit)


def other_key(copy: Copy) -> None:
    copy.edit_json(
        "schemas/people.json", lambda schema: schema.update(primaryKey=["person", "iso3"])
    )


SUSPENDED_IN_JUNE = both(
    cell("members", "uzb-csto-member-1", "end_date", "2012-06-27"),
    cell("members", "uzb-csto-suspended-1", "start_date", "2012-06-28"),
)
SUSPENDED_IN_2011 = both(
    cell("members", "uzb-csto-member-1", "end_date", "2011-12-18"),
    cell("members", "uzb-csto-suspended-1", "start_date", "2011-12-19"),
)
COLUMN = {"name": "nickname", "type": "string", "title": "T", "description": "D", "example": "e"}
CHANGES: dict[str, tuple[Change, str, list[str]]] = {
    "corrected value": (
        cell("forces", "ksor", "command", "Moscow"),
        "patch",
        ["forces: 1 cell changed", "'ksor' command: ", "-> 'Moscow'", "values are corrected"],
    ),
    "emptied cell": (
        cell("members", "uzb-csto-member-1", "note", ""),
        "patch",
        ["'uzb-csto-member-1' note: 'Membership", "-> ''"],
    ),
    "row added": (
        row("series", series_id="zapad"),
        "minor",
        ["series: 1 row added", "added 'zapad'", "rows are added"],
    ),
    "row removed": (
        without("series", "series_id", "rubezh"),
        "major",
        ["series: 1 row removed", "removed 'rubezh'", "keys are removed"],
    ),
    "row of a longer key": (
        without("event_participants", "role", "chair"),
        "major",
        ["removed 'csc-2022-11-23/ARM/chair'"],
    ),
    "key renamed": (
        cell("series", "rubezh", "series_id", "frontier"),
        "major",
        ["series: 1 row added, 1 row removed", "added 'frontier'", "removed 'rubezh'"],
    ),
    "citation replaced": (
        without("citations", "row_id", "ksor"),
        "patch",
        ["citations: ", "removed 'forces/ksor/", "values are corrected"],
    ),
    "source added": (
        row("sources", source_id="new-source"),
        "patch",
        ["sources: 1 row added", "added 'new-source'", "values are corrected"],
    ),
    "source removed": (
        without("sources", "source_id", "wikipedia-csto"),
        "major",
        ["removed 'wikipedia-csto'", "keys are removed"],
    ),
    "column added": (
        columns("series", lambda fields: fields.insert(2, COLUMN)),
        "minor",
        ["series.nickname: column added: '' -> 'string'", "columns are added"],
    ),
    "column removed": (
        columns("series", lambda fields: fields.pop(-1)),
        "major",
        ["series.summary: column removed: 'string' -> ''", "columns are removed"],
    ),
    "columns reordered": (
        columns("series", lambda fields: fields.append(fields.pop(1))),
        "major",
        ["series: column order: ", "columns are reordered"],
    ),
    "column retyped": (
        declared("countries", "cow_code", lambda field: field.update(type="number")),
        "major",
        ["countries.cow_code: type: 'integer' -> 'number'", "columns are retyped"],
    ),
    "vocabulary opened": (
        declared("members", "status", lambda field: field["constraints"].pop("enum")),
        "major",
        ["members.status: vocabulary: 'closed' -> 'open'", "columns are retyped"],
    ),
    "key made otherwise": (
        other_key,
        "major",
        ["people: primaryKey: ", "people: ", "keys are made otherwise"],
    ),
    "required": (
        declared("members", "note", lambda field: field.update(constraints={"required": True})),
        "minor",
        ["members.note: required: '' -> 'true'", "constraints are changed"],
    ),
    "pattern": (
        declared("members", "iso3", lambda field: field["constraints"].update(pattern=".")),
        "minor",
        ["members.iso3: pattern: '[A-Z]{3}' -> '.'", "constraints are changed"],
    ),
    "value added": (
        declared("members", "status", lambda field: field["constraints"]["enum"].append("guest")),
        "minor",
        ["members.status: value added: '' -> 'guest'", "values of a vocabulary are added"],
    ),
    "value removed": (
        declared("members", "status", lambda field: field["constraints"]["enum"].pop()),
        "major",
        ["members.status: value removed: 'frozen' -> ''", "values of a vocabulary are removed"],
    ),
    "value explained": (
        declared("members", "status", lambda field: field["enumLabels"].update(member="All.")),
        "patch",
        ["members.status: meaning of member: 'Bound, with full rights.' -> 'All.'"],
    ),
    "description": (
        declared("members", "status", lambda field: field.update(description="New.")),
        "patch",
        ["members.status: description: ", "-> 'New.'", "descriptions are corrected"],
    ),
    "later checked": (
        resource("members", checked_through="2031-01-01"),
        "patch",
        ["members: checked_through: ", "0 state-days, 0 state-years, 0 dyad-years"],
    ),
    "earlier checked": (
        resource("members", checked_through="2005-06-30"),
        "patch",
        ["basis in_force, through 2005-06-30", "0 state-days, 0 state-years, 0 dyad-years"],
    ),
    "table added": (
        add_table,
        "minor",
        ["cycles: table added: '' -> 'Cycles'", "cycles: 1 row added", "tables are added"],
    ),
    "table removed": (
        remove_table,
        "major",
        ["bases: table removed: ", "removed 'kant-air-base'", "tables are removed"],
    ),
    "package": (package(title="Title"), "patch", ["package: title: ", "-> 'Title'"]),
    "flip": (
        SUSPENDED_IN_JUNE,
        "minor",
        [
            "members: 2 cells changed",
            "  'uzb-csto-member-1' end_date: '2012-12-18' -> '2012-06-27'\n",
            "  'uzb-csto-suspended-1' start_date: '2012-12-19' -> '2012-06-28'\n",
            "flip: 174 state-days, 1 state-year, 0 dyad-years\n",
            "  UZB 2012-06-28 to 2012-12-18 (174 days): member -> suspended, "
            "is_member true -> false\n",
            "  UZB 2012: member -> suspended\n",
            "answers of the default panel flip): from 0.1.0 to at least 0.2.0; "
            "the newer copy says 0.1.0, too low",
        ],
    ),
    "flip of membership": (
        SUSPENDED_IN_2011,
        "minor",
        [
            "flip: 366 state-days, 1 state-year, 2 dyad-years\n",
            "  UZB 2012: member -> suspended, is_member true -> false\n",
            "  ARM-UZB 2012: are_members true -> false\n",
            "  KAZ-UZB 2012: are_members true -> false\n",
        ],
    ),
    "state gone": (
        without("members", "iso3", "AZE"),
        "major",
        [
            "AZE 1994-04-20 to 1999-04-20 (1827 days): member -> not bound, is_member true",
            "AZE 1999: no one status -> not bound, is_member true -> false",
        ],
    ),
    "day unknown": (
        both(
            cell("members", "aze-cst-member-1", "end_date", "1999-12-31"),
            cell("members", "aze-cst-member-1", "end_precision", "year"),
        ),
        "patch",
        [
            "AZE 1999-01-02 to 1999-04-20 (109 days): member -> unknown, is_member true -> unknown",
            "(255 days): not bound -> unknown, is_member false -> unknown",
        ],
    ),
    "flip by signature": (
        cell("members", "uzb-csto-member-1", "signed_date", "2005-08-16"),
        "minor",
        [
            "basis signature, through",
            "UZB 2005: not bound -> no one status, is_member false -> true",
            "UZB 2005-08-16 to 2006-08-15 (365 days): not bound -> signatory\n",
            "UZB 2006: no one status -> signatory\n",
        ],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_kind_of_change_is_named_and_asks_for_its_version(
    small_package: Path, copy: Copy, name: str
) -> None:
    change, bump, lines = CHANGES[name]
    change(copy)
    found = csto.diff(small_package, copy.root)
    for line in lines:
        assert line in str(found)
    assert found.versions.bump == bump
    assert found.versions.at_least == {"patch": "0.1.1", "minor": "0.2.0", "major": "1.0.0"}[bump]
    assert not found.versions.suffices
    assert not found.is_empty


def test_nothing_changed_gives_an_empty_diff(small_package: Path, copy: Copy) -> None:
    found = csto.diff(small_package, copy.root)
    assert found.is_empty
    assert found.versions.bump == "none"
    assert found.versions.suffices
    assert not found.problems
    assert "no differences" in str(found)
    assert "no differences" in found.to_markdown()


def test_a_release_alone_changes_nothing(small_package: Path, copy: Copy) -> None:
    package(version="0.2.0", created="2027-01-01T00:00:00Z")(copy)
    assert csto.diff(small_package, copy.root).is_empty


@pytest.mark.parametrize(
    ("version", "suffices"), [("0.1.1", False), ("0.2.0", True), ("0.10.0", True), ("1.0.0", True)]
)
def test_the_newer_version_has_to_be_high_enough(
    small_package: Path, copy: Copy, version: str, suffices: bool
) -> None:
    both(SUSPENDED_IN_JUNE, package(version=version))(copy)
    assert csto.diff(small_package, copy.root).versions.suffices is suffices


def test_a_moved_day_that_flips_no_year_is_a_patch(small_package: Path, copy: Copy) -> None:
    both(
        cell("members", "uzb-csto-member-1", "end_date", "2012-12-17"),
        cell("members", "uzb-csto-suspended-1", "start_date", "2012-12-18"),
    )(copy)
    found = csto.diff(small_package, copy.root)
    assert [effect.days for effect in found.effects] == [1, 1]
    assert found.versions.bump == "patch"


def test_flips_under_another_basis_alone_ask_for_nothing_more(
    small_package: Path, copy: Copy
) -> None:
    SUSPENDED_IN_JUNE(copy)
    in_force, signature = csto.diff(small_package, copy.root).effects
    assert list(effect_reasons([in_force]))
    assert not list(effect_reasons([signature]))


@pytest.mark.parametrize("days", [1, 40, 400])
def test_a_later_checked_day_flips_nothing(small_package: Path, tmp_path: Path, days: int) -> None:
    old, new = (Copy(copy_files(small_package, folder(tmp_path / name))) for name in ("old", "new"))
    for day in (date(2011, 12, 31), date(2012, 12, 18), date(2024, 2, 21)):
        resource("members", checked_through=str(day))(old)
        resource("members", checked_through=str(day + timedelta(days)))(new)
        for effect in csto.diff(old.root, new.root).effects:
            assert (effect.days, effect.state_years, effect.dyad_years) == (0, (), ())
            assert effect.through == day


def test_without_spells_no_panel_is_compared(small_package: Path, copy: Copy) -> None:
    columns("members", lambda fields: fields.pop(2))(copy)
    found = csto.diff(small_package, copy.root)
    assert found.effects == ()
    assert "no panel could be compared" in str(found)


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


# ── keys that are gone ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changelog", "is_named"),
    [
        ("# Changelog\n\n## 0.2.0\n\n- `rubezh` is gone.\n\n## 0.1.0\n", True),
        ("# Changelog\n\n## [0.2.0]\n\n- rubezh, dropped.\n\n## [0.1.0]\n", True),
        ("# Changelog\n\n## 0.2.0\n\n- Some series.\n\n## 0.1.0\n\n- rubezh\n", False),
        ("# Changelog\n\n## 0.2.0\n\n- rubezh-2008 is gone.\n\n## 0.1.0\n", False),
        ("", False),
    ],
)
def test_a_key_that_is_gone_has_to_be_named(
    small_package: Path, copy: Copy, changelog: str, is_named: bool
) -> None:
    both(without("series", "series_id", "rubezh"), package(version="0.2.0"))(copy)
    (copy.root / "CHANGELOG.md").write_text(changelog)
    problems = csto.diff(small_package, copy.root).problems
    assert [str(problem) for problem in problems] == (
        []
        if is_named
        else [
            "CHANGELOG.md:1: key_vanished: 'rubezh' is gone from series, "
            "and no entry after 0.1.0 names it"
        ]
    )


def test_while_the_version_is_the_same_its_own_entries_count(
    small_package: Path, copy: Copy
) -> None:
    without("series", "series_id", "rubezh")(copy)
    (copy.root / "CHANGELOG.md").write_text("## 0.1.0\n- rubezh is gone\n## 0.0.1\n")
    assert not csto.diff(small_package, copy.root).problems
    (copy.root / "CHANGELOG.md").write_text("## 0.1.0\n\n## 0.0.1\n- rubezh is gone\n")
    assert csto.diff(small_package, copy.root).problems


def test_without_a_changelog_it_could_not_be_checked(small_package: Path, copy: Copy) -> None:
    without("series", "series_id", "rubezh")(copy)
    found = csto.diff(small_package, copy.root)
    assert not found.problems
    assert "has no CHANGELOG.md beside it: whether the 1 keys" in found.notes[0]


# ── kinds of copies ──────────────────────────────────────────────────────────────────────────────


def files_of(root: Path) -> dict[str, bytes]:
    paths = [root / "datapackage.json", *root.glob("schemas/*"), *root.glob("data/*")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def under(prefix: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}{name}": content for name, content in files.items()}


def laid_out(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def site_packages(root: Path, files: dict[str, bytes]) -> Path:
    return laid_out(root / "site", under("csto_data/_package/", files))


BESIDE = {
    "csto_data-0.1.0/PKG-INFO": b"Name: csto-data\n",
    "csto_data-0.1.0/tests/data/odd.csv": b"a\n",
    "csto_data-0.1.0/tests/old/datapackage.json": b"{}",
}
KINDS: dict[str, Make] = {
    "folder": lambda root, files: laid_out(root / "folder", files),
    "site-packages": site_packages,
    "installed": lambda root, files: site_packages(root, files) / "csto_data",
    "wheel": lambda root, files: zipped(root / "a.whl", under("csto_data/_package/", files)),
    "zip": lambda root, files: zipped(root / "a.zip", files),
    "zip of a branch": lambda root, files: zipped(root / "a.zip", under("csto-data-main/", files)),
    "sdist": lambda root, files: tarred(
        root / "a.tar.gz", BESIDE | under("csto_data-0.1.0/", files)
    ),
    "tar of a folder": lambda root, files: tarred(root / "a.tar", under("./", files)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_copy_gives_the_same_diff(
    small_package: Path, copy: Copy, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    SUSPENDED_IN_2011(copy)
    expected = csto.diff(small_package, copy.root)
    made = KINDS[kind](tmp_path_factory.mktemp("kind"), files_of(copy.root))
    assert replace(csto.diff(small_package, made), new=expected.new) == expected
    back = csto.diff(made, small_package)
    assert back.old == str(made)
    assert back.tables == csto.diff(copy.root, small_package).tables


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """A git repository with the small package and, in a second commit, a change of the spells."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(copy.root)
    git("init", "-b", "trunk")
    git("add", ".")
    git("commit", "-m", "first")
    git("tag", "-a", "v0.1.0", "-m", "first")
    SUSPENDED_IN_2011(copy)
    (copy.root / "CHANGELOG.md").write_text("## 0.1.0\n")
    git("add", ".")
    git("commit", "-m", "second")
    return copy


@pytest.mark.parametrize(
    ("old", "new"), [("HEAD~1", "trunk"), ("v0.1.0", "HEAD"), ("trunk@{1}", "@")]
)
def test_git_revisions_give_the_same_diff(
    small_package: Path, repository: Copy, old: str, new: str
) -> None:
    expected = csto.diff(small_package, repository.root)
    assert replace(csto.diff(old, new), old=expected.old, new=expected.new) == expected


def test_a_revision_is_the_same_from_a_folder_of_the_repository(
    repository: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = csto.diff("HEAD~1", "HEAD")
    monkeypatch.chdir(repository.root / "data")
    assert csto.diff("HEAD~1", "HEAD") == expected


@pytest.mark.parametrize(
    "revision",
    ["nowhere", "HEAD..trunk", "HEAD:data", "--output=x", "-h", "", "a\nb", "a\0b", "x" * 9999],
)
def test_an_unknown_revision_is_refused(repository: Copy, revision: str) -> None:
    before = sorted(repository.root.rglob("*"))
    with pytest.raises(csto.CstoDataError, match=r"revision|cannot be opened"):
        csto.diff("HEAD", revision)
    assert sorted(repository.root.rglob("*")) == before


def test_outside_a_repository_a_revision_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(csto.CstoDataError, match="'main' is no folder and no file, and no git rev"):
        csto.diff("main", "main")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(csto.CstoDataError, match="git is not installed"):
        csto.diff("main", "main")


# ── copies that nobody vouches for ───────────────────────────────────────────────────────────────

ZEROS = bytes(3_000_000)


def zip_with(name: str, content: bytes, **settings: Any) -> Make:
    """Return a maker of a zip with one member more, or with other attributes."""

    def make(root: Path, files: dict[str, bytes]) -> Path:
        path = zipped(root / "a.zip", files)
        with zipfile.ZipFile(path, "a", settings.pop("method", zipfile.ZIP_DEFLATED)) as archive:
            info = zipfile.ZipInfo(name)
            info.compress_type = archive.compression
            info.external_attr = settings.pop("mode", 0o644) << 16
            archive.writestr(info, content)
        return path

    return make


def tar_with(name: str, content: bytes = b"", **settings: Any) -> Make:
    """Return a maker of a tar.gz with one member more."""

    def make(root: Path, files: dict[str, bytes]) -> Path:
        path = root / "a.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for one, text in [(name, content), *files.items()]:
                info = tarfile.TarInfo(one)
                info.size = len(text)
                if one == name:
                    for key, value in settings.items():
                        setattr(info, key, value)
                archive.addfile(info, io.BytesIO(text))
        return path

    return make


def lying_zip(root: Path, files: dict[str, bytes]) -> Path:
    """Return a zip whose directory declares a member far smaller than it is."""
    path = zip_with("data/zeros.csv", ZEROS)(root, files)
    size, lie = len(ZEROS).to_bytes(4, "little"), (50_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, lie))
    return path


def cut_off(kind: str) -> Make:
    def make(root: Path, files: dict[str, bytes]) -> Path:
        path = KINDS[kind](root, files)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return path

    return make


def text_file(root: Path, _: dict[str, bytes]) -> Path:
    (root / "a.whl").write_text("no archive at all")
    return root / "a.whl"


BOMB = "unpacks to more than"
HOSTILE: dict[str, tuple[Make, str]] = {
    "zip bomb": (zip_with("data/zeros.csv", ZEROS), BOMB),
    "tar bomb": (tar_with("data/zeros.csv", bytes(30_000_000)), BOMB),
    "tar bomb in what is not read": (tar_with("zeros.bin", bytes(30_000_000)), BOMB),
    "tar bomb in a header": (tar_with("a", pax_headers={"comment": "0" * 30_000_000}), BOMB),
    "lying zip": (lying_zip, "cannot be read as a wheel"),
    "zip leaves": (zip_with("../data/members.csv", b"a"), "leaves its folder"),
    "zip leaves within": (zip_with("a/../../x", b"a"), "leaves its folder"),
    "zip absolute": (zip_with("/etc/passwd", b"a"), "leaves its folder"),
    "zip of a drive": (zip_with("C:/data/members.csv", b"a"), "leaves its folder"),
    "zip backslash": (zip_with("..\\members.csv", b"a"), "leaves its folder"),
    "tar leaves": (tar_with("../data/members.csv", b"a"), "leaves its folder"),
    "tar absolute": (tar_with("/etc/passwd", b"a"), "leaves its folder"),
    "zip link": (zip_with("data/a.csv", b"/etc/passwd", mode=0o120777), "is no plain file"),
    "tar link": (
        tar_with("data/a.csv", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        "is no plain file",
    ),
    "tar hard link": (
        tar_with("data/a.csv", type=tarfile.LNKTYPE, linkname="data/b.csv"),
        "is no plain file",
    ),
    "tar device": (tar_with("data/a.csv", type=tarfile.CHRTYPE), "is no plain file"),
    "zip of another method": (
        zip_with("data/a.csv", b"a", method=zipfile.ZIP_LZMA),
        "is no plain file",
    ),
    "zip twice": (zip_with("data/members.csv", b"a"), "there are two members"),
    "tar twice": (tar_with("./data/members.csv", b"a"), "there are two members"),
    "two packages": (
        lambda root, files: zipped(root / "a.zip", under("a/", files) | under("b/", files)),
        "holds two data packages: 'a/' and 'b/'",
    ),
    "no package": (lambda root, _: zipped(root / "a.zip", {"a": b""}), "holds no data package"),
    "empty zip": (lambda root, _: zipped(root / "a.zip", {}), "holds no data package"),
    "empty folder": (lambda root, _: folder(root / "a"), "holds no data package"),
    "no archive": (text_file, "cannot be read as a wheel"),
    "zip cut off": (cut_off("zip"), "cannot be read as a wheel"),
    "tar.gz cut off": (cut_off("sdist"), "cannot be read as a wheel"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused(
    small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make, message = HOSTILE[name]
    made = make(tmp_path, files_of(small_package))
    beside = sorted(tmp_path.parent.iterdir())
    monkeypatch.chdir(folder(tmp_path / "here"))
    with pytest.raises(csto.CstoDataError, match=message):
        csto.diff(small_package, made)
    assert sorted(tmp_path.parent.iterdir()) == beside
    assert not list(Path().iterdir())


@pytest.mark.parametrize("kind", ["zip", "sdist", "tar of a folder"])
def test_the_unpacked_size_is_bounded_as_a_whole(
    small_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    made = KINDS[kind](tmp_path, files_of(small_package))
    monkeypatch.setattr(archives, "MOST_BYTES", 50_000)
    with pytest.raises(csto.CstoDataError, match=BOMB):
        csto.diff(small_package, made)


def test_a_bomb_is_refused_before_it_is_unpacked(small_package: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "a.tar.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as file:
        header = tarfile.TarInfo("zeros.bin")
        header.size = 10**10
        file.write(header.tobuf())
        for _ in range(100):
            file.write(bytes(1_000_000))
    began = time.process_time()
    with pytest.raises(csto.CstoDataError, match=BOMB):
        csto.diff(small_package, bomb)
    assert time.process_time() - began < 5


def write(name: str, text: str) -> Change:
    return lambda copy: (copy.root / name).write_text(text, encoding="utf-8")


def append(table: str, line: str) -> Change:
    def change(copy: Copy) -> None:
        path = copy.csv_path(table)
        path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (write("datapackage.json", "{"), "datapackage.json cannot be read as JSON"),
        (write("datapackage.json", "[" * 100_000), "datapackage.json cannot be read as JSON"),
        (write("datapackage.json", "[]"), "datapackage.json: "),
        (write("datapackage.json", "{}"), "datapackage.json: version: Field required"),
        (write("schemas/members.json", "{}"), "schemas/members.json: fields: Field required"),
        (package(version="1"), "datapackage.json: version: "),
        (resource("members", path="/etc/passwd"), "the files have to be data/members.csv"),
        (resource("members", schema="../x.json"), "the files have to be data/members.csv"),
        (resource("members", name="../x"), "datapackage.json: resources.0.name: "),
        (resource("members", checked_through="9999-12-31"), "resources.0.checked_through: "),
        (lambda copy: copy.csv_path("members").unlink(), "data/members.csv is missing"),
        (lambda copy: (copy.root / "schemas/forces.json").unlink(), "schemas/forces.json is miss"),
        (write("data/members.csv", "a,b\n"), "data/members.csv:1: the columns have to be"),
        (append("members", "a,b\n"), r"data/members.csv:\d+: 2 cells, not 17"),
        (append("members", '"a\n'), "data/members.csv cannot be read: "),
        (append("people", "x" * 200_000), r"data/people.csv( cannot be read: |:\d+: 1 cells, not)"),
        (row("people"), r"data/people.csv:\d+: a row above has the same key"),
        (
            cell("members", "uzb-csto-member-1", "end_date", "soon"),
            r"data/members.csv:\d+:end_date: 'soon' is not of type date",
        ),
        (
            lambda copy: copy.csv_path("members").write_bytes(b"\xff"),
            "data/members.csv cannot be read: ",
        ),
    ],
)
def test_a_damaged_copy_is_named_with_its_place(
    small_package: Path, copy: Copy, change: Change, message: str
) -> None:
    change(copy)
    with pytest.raises(csto.DamagedPackageError, match=message) as caught:
        csto.diff(small_package, copy.root)
    assert str(caught.value).startswith(f"{copy.root}: ")


def test_a_damaged_archive_is_named_as_the_user_named_it(small_package: Path, copy: Copy) -> None:
    copy.csv_path("members").unlink()
    made = zipped(copy.root / "a.zip", files_of(copy.root))
    with pytest.raises(csto.DamagedPackageError) as caught:
        csto.diff(small_package, made)
    assert str(caught.value) == f"{made}: data/members.csv is missing"


# ── what is printed ──────────────────────────────────────────────────────────────────────────────

INJECTIONS = [
    "a | b",
    "`code` ``more`` ```",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "</code></li></ul><h1>hello</h1>",
    "<!-- hidden",
    "@octocat and @org/team",
    "#1 and GH-1 and octo/repo#2",
    "[click](https://example.org) ![x](https://example.org/x.png)",
    "https://example.org www.example.org a@example.org",
    "**bold** __bold__ _em_ ~~gone~~ $x$ :smile:",
    "&lt;b&gt; &#60; &amp;",
    "one\ntwo\n\n# three\n- four\n```\n",
    "\\| \\` \\<",
    "# heading",
    "1. item",
    "[x]: https://example.org",
    "\x1b[31mred\x1b[0m",
    "right \u202e to left \u200b",
    "Москва, Ереван и Тбилиси",
]


class Tags(HTMLParser):
    """The tags of a page, and the text of each piece of code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.codes: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not attrs
        if tag == "code":
            self.codes.append("")

    def handle_data(self, data: str) -> None:
        if self.codes:
            self.codes[-1] += data


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_cell_breaks_out_of_markdown_or_text(small_package: Path, copy: Copy, text: str) -> None:
    cell("forces", "ksor", "command", text)(copy)
    row("series", series_id=text)(copy)
    declared("members", "status", lambda field: field["constraints"]["enum"].append(text))(copy)
    found = csto.diff(small_package, copy.root)
    page = found.to_markdown()
    assert not set("@|`\x1b\u202e\u200b") & set(page)
    assert "www." not in page
    rendered = Tags(MarkdownIt("commonmark", {"html": True}).enable("table").render(page))
    assert rendered.tags == {"h3", "h4", "ul", "li", "code"}
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    assert sum(code.startswith(shown) for code in rendered.codes) == 3
    plain = str(found)
    assert plain.count(repr(text)) == 3
    assert plain.isprintable() or set(plain) - {"\n"} <= {c for c in plain if c.isprintable()}
    assert json.loads(found.to_json())["tables"][-1]["table"] in ("forces", "series")


def test_long_lists_and_cells_are_cut(small_package: Path, copy: Copy) -> None:
    copy.edit(
        "series",
        lambda rows: rows.extend(rows[0] | {"series_id": f"series-{n}"} for n in range(140)),
    )
    cell("forces", "ksor", "mandate", "x" * 3000)(copy)
    found = csto.diff(small_package, copy.root)
    for shown in (str(found), found.to_markdown()):
        assert "140 rows added" in shown
        assert "and 120 more" in shown
        assert "series-19" in shown
        assert "series-20" not in shown
        assert max(map(len, shown.splitlines())) < 1000
    assert len(json.loads(found.to_json())["tables"][1]["added"]) == 140


def test_a_late_change_in_a_long_cell_is_shown(small_package: Path, copy: Copy) -> None:
    (note,) = (
        str(one["note"])
        for one in copy.records("members")
        if one["member_id"] == "uzb-csto-member-1"
    )
    cell("members", "uzb-csto-member-1", "note", f"{note} At last.")(copy)
    assert "At last.'" in str(csto.diff(small_package, copy.root))


def test_markdown_fits_a_comment(small_package: Path, copy: Copy) -> None:
    for table in copy.tables:
        key = copy.schema(table)["primaryKey"][0]
        copy.edit(
            table,
            lambda rows, key=key: (
                rows.extend(  # type: ignore[misc]
                    rows[0] | {key: f"{'<' * 500}{n}"} for n in range(30)
                )
                if key not in ("iso3", "event_id", "table")
                else None
            ),
        )
    assert len(csto.diff(small_package, copy.root).to_markdown()) < 65_536


def test_json_has_everything(small_package: Path, copy: Copy) -> None:
    SUSPENDED_IN_2011(copy)
    found = json.loads(csto.diff(small_package, copy.root).to_json())
    assert found["tables"][0]["cells"][0] == {
        "table": "members",
        "row_id": "uzb-csto-member-1",
        "column": "end_date",
        "old": "2012-12-18",
        "new": "2011-12-18",
    }
    effect = found["effects"][0]
    assert effect["basis"] == "in_force"
    assert effect["counts"] == {"state-days": 366, "state-years": 1, "dyad-years": 2}
    assert effect["state_days"][0]["days"] == 366
    assert effect["state_years"] == [
        {
            "iso3": "UZB",
            "year": 2012,
            "old": {"is_member": True, "status": "member"},
            "new": {"is_member": False, "status": "suspended"},
        }
    ]
    assert effect["dyad_years"][0]["iso3_1"] == "ARM"
    assert found["versions"]["suffices"] is False


# ── the command ──────────────────────────────────────────────────────────────────────────────────


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from csto_data.cli import main; main()", "diff"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_the_command_prints_each_form(small_package: Path, copy: Copy, form: str) -> None:
    SUSPENDED_IN_JUNE(copy)
    found: Diff = csto.diff(small_package, copy.root)
    expected = {"text": str(found), "json": found.to_json(), "markdown": found.to_markdown()}
    done = run(str(small_package), str(copy.root), "--format", form)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip("\n") == expected[form].rstrip("\n")


def test_the_command_fails_where_a_key_is_gone_unnamed(small_package: Path, copy: Copy) -> None:
    without("series", "series_id", "rubezh")(copy)
    (copy.root / "CHANGELOG.md").write_text("## 0.1.0\n")
    done = run(str(small_package), str(copy.root))
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 problem" in done.stdout


@pytest.mark.parametrize("new", ["/no/such/folder", "-h~1", "nowhere"])
def test_a_mistake_gives_one_line_and_status_2(small_package: Path, new: str) -> None:
    done = run("--", str(small_package), new)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("csto-data: ")
    assert len(done.stderr.splitlines()) == 1


def test_whole_packages_are_compared_within_seconds(tmp_path: Path) -> None:
    whole = Copy(copy_files(installed().root, tmp_path))
    SUSPENDED_IN_JUNE(whole)
    began = time.process_time()
    found = csto.diff(installed().root, zipped(tmp_path / "a.zip", files_of(whole.root)))
    assert time.process_time() - began < 5
    assert len(found.effects[0].state_years) == 1
