"""A changed, missing or stray file is found and named; nothing recorded is said plainly."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from test_cli import output, run

import csto_data as csto
from csto_data.verifying import RECORD, Difference, checksums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recorded folder of three files."""
    (tmp_path / "data").mkdir()
    contents = {"datapackage.json": b"{}\n", "data/events.csv": b"a\n", "data/members.csv": b"b\n"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    record = checksums({name: tmp_path / name for name in contents})
    (tmp_path / RECORD).write_text(record, encoding="utf-8", newline="\n")
    return tmp_path


def write(name: str, content: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def test_files_as_recorded_have_no_differences(folder: Path) -> None:
    assert csto.verify(folder) == []
    assert output("verify", str(folder)) == "all files are as recorded\n"


@pytest.mark.parametrize(
    ("change", "file", "what"),
    [
        (write("data/members.csv", b"c\n"), "data/members.csv", "changed"),
        (write("data/members.csv", b""), "data/members.csv", "changed"),
        (write("data/members.csv", b"b\r\n"), "data/members.csv", "changed"),
        (remove("data/events.csv"), "data/events.csv", "missing"),
        (remove("datapackage.json"), "datapackage.json", "missing"),
        (write("data/new.csv", b"b\n"), "data/new.csv", "stray"),
        (write("data/.hidden", b""), "data/.hidden", "stray"),
        (write("more/data.csv", b"b\n"), "more/data.csv", "stray"),
        (write(f"data/{RECORD}", b""), f"data/{RECORD}", "stray"),
    ],
)
def test_what_differs_is_named(
    folder: Path, change: Callable[[Path], None], file: str, what: str
) -> None:
    change(folder)
    assert csto.verify(folder) == [Difference(file, what)]
    done = run("verify", str(folder))
    assert done.returncode == 1
    assert done.stdout.split() == ["file", "what", file, what]
    assert done.stderr == "1 not as recorded: install or download again\n"


def test_a_file_under_another_name_is_missing_and_stray(folder: Path) -> None:
    (folder / "data" / "events.csv").rename(folder / "data" / "event.csv")
    differences = [Difference("data/event.csv", "stray"), Difference("data/events.csv", "missing")]
    assert csto.verify(folder) == differences


def test_every_flipped_byte_of_the_record_is_found(folder: Path) -> None:
    record = folder / RECORD
    raw = record.read_bytes()
    for position, byte in enumerate(raw):
        for flipped in {byte ^ 1, byte ^ 0x20, byte ^ 0x80, ord("\n")} - {byte}:
            record.write_bytes(raw[:position] + bytes([flipped]) + raw[position + 1 :])
            assert csto.verify(folder), (position, flipped)


def test_a_record_cut_short_is_found(folder: Path) -> None:
    record = folder / RECORD
    raw = record.read_bytes()
    for length in range(len(raw)):
        record.write_bytes(raw[:length])
        assert csto.verify(folder), length


@pytest.mark.parametrize("more", [b"\n", b"what is this\n", b"no line end"])
def test_what_is_no_line_of_a_record_is_found(folder: Path, more: bytes) -> None:
    record = folder / RECORD
    record.write_bytes(record.read_bytes() + more)
    assert csto.verify(folder) == [Difference(RECORD, "changed")]


def test_caches_of_python_are_left_aside(folder: Path) -> None:
    write("__pycache__/cli.cpython-311.pyc", b"")(folder)
    assert csto.verify(folder) == []


@pytest.mark.skipif(os.name == "nt", reason="sha256sum is a tool of Unix")
def test_the_record_is_in_the_format_of_sha256sum(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", RECORD], cwd=folder, check=True)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere", "there is no folder"),
        ("data", "nothing is recorded to compare with: there is no SHA256SUMS in"),
    ],
)
def test_where_nothing_is_recorded_one_line_says_so(folder: Path, place: str, message: str) -> None:
    done = run("verify", str(folder / place))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"csto-data: {message}")
    assert len(done.stderr.splitlines()) == 1


def test_what_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(csto.DamagedPackageError, match="SHA256SUMS cannot be read: Permission"):
        csto.verify(folder)
