"""The script that brings the tables into canonical form."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from copies import Copy

SCRIPT = Path(__file__).parents[2] / "scripts" / "format_data.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_a_canonical_folder_is_left_alone(copy: Copy) -> None:
    done = run("--check", str(copy.root))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_check_prints_the_difference_and_changes_nothing(copy: Copy) -> None:
    copy.set_cell("forces", "ksor", "command", "  Moscow ")
    before = copy.csv_path("forces").read_bytes()
    done = run("--check", str(copy.root))
    assert done.returncode == 1
    assert "\n-ksor," in done.stdout
    assert "\n+ksor," in done.stdout
    assert copy.csv_path("forces").read_bytes() == before


def test_the_file_is_rewritten_in_canonical_form(copy: Copy) -> None:
    copy.set_cell("forces", "ksor", "command", "  Moscow ")
    done = run(str(copy.root))
    assert (done.returncode, done.stdout) == (0, f"rewritten: {copy.csv_path('forces')}\n")
    assert run("--check", str(copy.root)).returncode == 0


BREACHES: dict[str, Callable[[bytes], bytes]] = {
    "a cell": lambda raw: raw.replace(b"\ncst-protocol-1999,", b"\n cst-protocol-1999,", 1),
    "no newline at the end": lambda raw: raw.removesuffix(b"\n"),
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "the order of rows": lambda raw: b"".join([(lines := raw.splitlines(True))[0], *lines[:0:-1]]),
    "another end of lines in a cell": lambda raw: raw.replace(b",", b"\xe2\x80\xa8 ,", 1),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_what_check_prints_is_a_patch_that_git_applies(copy: Copy, breach: str) -> None:
    path = copy.csv_path("documents")
    canonical = path.read_bytes()
    path.write_bytes(BREACHES[breach](canonical))
    broken = path.read_bytes()
    command = [sys.executable, str(SCRIPT), "--check", str(copy.root)]
    patch = subprocess.run(command, capture_output=True, check=False).stdout
    subprocess.run(["git", "apply", "-"], input=patch, cwd=copy.root, check=True)
    assert path.read_bytes() != broken
    assert run("--check", str(copy.root)).stdout == ""


@pytest.mark.parametrize("raw", [b"\xff\n", b"force\n", b""])
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(copy: Copy, raw: bytes) -> None:
    copy.set_cell("events", "uzb-suspension-2012", "place", " Moscow")
    copy.csv_path("forces").write_bytes(raw)
    before = copy.csv_path("events").read_bytes()
    done = run(str(copy.root))
    assert done.returncode == 2
    assert str(copy.csv_path("forces")) in done.stderr
    assert copy.csv_path("events").read_bytes() == before
