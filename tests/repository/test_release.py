"""A release is refused for each reason, done whole, and undone whole."""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from conftest import Copy

ROOT = Path(__file__).parents[2]
CHANGELOG = """# Changelog

## 0.3.0 – unreleased

- Something.

## 0.2.0 – 2027-01-31

### Data

- **members**: a spell.

## 0.1.5 – 2027-01-30

## 0.1.0 – 2026-11-22

The first version.
"""


class Repository(Copy):
    """A scratch repository that holds a small data package and the script."""

    def git(self, *arguments: str) -> str:
        """Run git and return what it prints."""
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, subject: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)

    def hook(self, name: str, script: str) -> None:
        """Let git run a script."""
        path = self.root / ".git" / "hooks" / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def remove_hook(self, name: str) -> None:
        """Let git run it no more."""
        (self.root / ".git" / "hooks" / name).unlink()

    def state(self) -> tuple[object, ...]:
        """Return all that a release touches, and whatever lies about."""
        return (
            self.git("rev-parse", "HEAD"),
            self.git("tag", "--list"),
            self.git("status", "--porcelain", "--ignored"),
            (self.root / "datapackage.json").read_bytes(),
            sorted(path.name for path in (self.root / ".git").glob("*.lock")),
        )

    def version(self) -> str:
        """Return the version that the descriptor states."""
        return str(json.loads((self.root / "datapackage.json").read_text("utf-8"))["version"])


@pytest.fixture
def repository(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A clean repository with a small, valid package of version 0.1.0 that is not released."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    scratch = Repository(copy.root)
    scratch.edit_json("datapackage.json", lambda d: d.update(version="0.1.0"))
    (scratch.root / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    (scratch.root / "scripts").mkdir()
    for name in ("release.py", "changelog.py"):
        shutil.copy(ROOT / "scripts" / name, scratch.root / "scripts")
    (scratch.root / ".gitignore").write_text("__pycache__/\n")
    scratch.git("init", "--quiet", "--initial-branch", "main")
    scratch.git("config", "user.name", "A Contributor")
    scratch.git("config", "user.email", "contributor@example.org")
    scratch.commit("the first commit")
    return scratch


@pytest.fixture
def script(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that works on the scratch repository."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    module = importlib.import_module("release")
    monkeypatch.setattr(module, "ROOT", repository.root)
    return module


@pytest.fixture
def release(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """The script as a function that returns status and text, with stand-ins for its slow checks."""
    monkeypatch.setattr(script, "data", lambda _: iter(()))

    def run(*arguments: str, changes: tuple[str, Any, Any] = ("0.0.1", (), ())) -> Any:
        monkeypatch.setattr(script, "difference", lambda _: changes)
        return script.main(list(arguments)), "".join(capsys.readouterr())

    return run


def run_script(repository: Repository, *arguments: str) -> subprocess.Popen[str]:
    """Start the script itself, in a group of its own as a terminal would."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=repository.root / "scripts",
        start_new_session=True,
    )


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────


def dirty(repository: Repository) -> None:
    repository.edit_json("datapackage.json", lambda d: d.update(title="Another"))


def stray(repository: Repository) -> None:
    (repository.root / "notes.txt").write_text("")


def released(version: str) -> Callable[[Repository], None]:
    def change(repository: Repository) -> None:
        repository.edit_json("datapackage.json", lambda d: d.update(version=version))
        if repository.git("status", "--porcelain"):
            repository.commit(f"version {version}")
        repository.git("tag", "--annotate", "--message", "a release", f"v{version}")

    return change


def stated(version: str) -> Callable[[Repository], None]:
    def change(repository: Repository) -> None:
        repository.edit_json("datapackage.json", lambda d: d.update(version=version))
        repository.commit(f"version {version}")

    return change


def soon(repository: Repository) -> None:
    text = CHANGELOG.replace("unreleased", "soon")
    (repository.root / "CHANGELOG.md").write_text(text, encoding="utf-8")
    repository.commit("0.3.0 is soon")


@pytest.mark.parametrize(
    ("change", "version", "reason"),
    [
        (None, "v0.2.0", "'v0.2.0' is not a version: write it as 1.2.0"),
        (None, "0.2", "'0.2' is not a version: write it as 1.2.0"),
        (None, "0.02.0", "'0.02.0' is not a version: write it as 1.2.0"),
        (dirty, "0.2.0", "the work tree is not clean: commit or remove M datapackage.json"),
        (stray, "0.2.0", "the work tree is not clean: commit or remove ?? notes.txt"),
        (released("0.1.0"), "0.1.0", "the tag v0.1.0 exists already"),
        (released("0.1.5"), "0.1.0", "0.1.0 is less than 0.1.5, the version of the last release"),
        (stated("0.3.0"), "0.2.0", "0.2.0 is less than 0.3.0, the version of datapackage.json"),
        (None, "0.4.0", "unknown version '0.4.0' in CHANGELOG.md"),
        (None, "0.3.0", "CHANGELOG.md: the section 0.3.0 is unreleased"),
        (soon, "0.3.0", "CHANGELOG.md: 'soon' in the heading of 0.3.0 is not a day"),
        (None, "0.1.5", "CHANGELOG.md: the section 0.1.5 is empty: say what it changes"),
    ],
)
def test_a_release_is_refused(
    repository: Repository,
    release: Callable[..., tuple[int, str]],
    change: Callable[[Repository], None] | None,
    version: str,
    reason: str,
) -> None:
    if change:
        change(repository)
    before = repository.state()
    for options in ([], ["--dry-run"]):
        status, text = release(version, *options)
        assert status == 1
        assert text.startswith(f"release: {reason}")
        assert repository.state() == before


@pytest.mark.parametrize(
    ("least", "is_enough"), [("0.1.6", True), ("0.2.0", True), ("1.0.0", False)]
)
def test_the_version_is_as_high_as_the_changes_demand(
    repository: Repository, release: Callable[..., tuple[int, str]], least: str, is_enough: bool
) -> None:
    released("0.1.5")(repository)
    before = repository.state()
    status, text = release("0.2.0", changes=(least, ("keys are removed", "more"), ()))
    if is_enough:
        assert (status, repository.version()) == (0, "0.2.0")
    else:
        reason = f"keys are removed; more: the version has to be {least} or higher"
        assert (status, text) == (1, f"release: since 0.1.5, {reason}\n")
        assert repository.state() == before


def test_a_problem_of_the_changes_refuses_the_release(
    repository: Repository, release: Callable[..., tuple[int, str]]
) -> None:
    released("0.1.0")(repository)
    before = repository.state()
    problem = "members: the key arm-1 is used again"
    assert release("0.2.0", changes=("0.1.1", (), (problem,))) == (1, f"release: {problem}\n")
    assert repository.state() == before


def test_the_first_release_is_compared_with_nothing(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "difference", None)
    assert list(script.changes_since_the_last_release("0.1.0")) == []


def test_what_is_compared_is_the_last_release_with_the_work_tree(
    repository: Repository,
    script: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tmp_path = tmp_path_factory.mktemp("compared")
    released("0.1.0")(repository)
    repository.edit_json("datapackage.json", lambda d: d.update(version="0.2.0"))

    def diff(old: Path, new: Path) -> SimpleNamespace:
        shutil.unpack_archive(old, tmp_path / "old")
        copies = [Copy(tmp_path / "old"), Copy(new)]
        assert [one.descriptor["version"] for one in copies] == ["0.1.0", "0.2.0"]
        assert copies[0].records("members") == copies[1].records("members")
        versions = SimpleNamespace(at_least="0.1.1", because=("values are corrected",))
        return SimpleNamespace(versions=versions, problems=(ValueError("one"),))

    monkeypatch.setattr(script.csto, "diff", diff, raising=False)
    assert script.difference("v0.1.0") == ("0.1.1", ("values are corrected",), ("one",))


def test_invalid_data_are_refused_by_the_script_itself(repository: Repository) -> None:
    line = repository.set_cell("members", "uzb-csto-member-1", "end_date", "2006-08-15")
    repository.commit("a wrong day")
    before = repository.state()
    process = run_script(repository, "release.py", "0.2.0")
    assert process.communicate() == (
        "",
        f"release: data/members.csv:{line}:end_date: ends_before_it_starts: "
        "2006-08-15 is before start_date 2006-08-16\n",
    )
    assert process.returncode == 1
    assert repository.state() == before


# ── the good path ────────────────────────────────────────────────────────────────────────────────


def test_a_release_is_one_commit_of_version_and_day_with_a_tag(repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    process = run_script(repository, "release.py", "0.2.0")
    printed, errors = process.communicate()
    assert process.returncode == 0, errors
    assert "git push --atomic origin HEAD v0.2.0" in printed
    assert repository.version() == "0.2.0"
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("rev-parse", "HEAD~1") == head
    assert repository.git("rev-parse", "v0.2.0^{commit}") == repository.git("rev-parse", "HEAD")
    assert repository.git("cat-file", "-t", "v0.2.0") == "tag"
    lines = repository.git("diff", "--unified=0", "HEAD~1").splitlines()
    assert sorted(line for line in lines if line[:2] in ("+ ", "- ")) == [
        '+  "created": "2027-01-31T00:00:00Z",',
        '+  "version": "0.2.0",',
        '-  "created": "2026-11-22T00:00:00Z",',
        '-  "version": "0.1.0",',
    ]


def test_a_version_that_is_stated_and_not_released_is_only_tagged(
    repository: Repository, release: Callable[..., tuple[int, str]]
) -> None:
    head = repository.git("rev-parse", "HEAD")
    assert release("0.1.0")[0] == 0
    assert repository.git("rev-parse", "HEAD", "v0.1.0^{commit}").split() == [head, head]


def test_a_dry_run_says_what_would_be_done(
    repository: Repository, release: Callable[..., tuple[int, str]]
) -> None:
    before = repository.state()
    said = "would set version 0.2.0 in datapackage.json, commit, and tag the commit v0.2.0\n"
    assert release("0.2.0", "--dry-run") == (0, said)
    assert repository.state() == before


# ── a stop midway ────────────────────────────────────────────────────────────────────────────────

REFUSE_TAGS = '[ "$1" = prepared ] && grep -q refs/tags/ && exit 1; exit 0'


@pytest.mark.parametrize(
    ("hook", "script_of_hook", "error"),
    [
        ("pre-commit", "echo not today >&2; exit 1", "git commit: not today"),
        ("commit-msg", "exit 1", "git commit:"),
        ("reference-transaction", REFUSE_TAGS, "git tag:"),
    ],
)
def test_a_failure_of_git_leaves_everything_as_it_was(
    repository: Repository,
    release: Callable[..., tuple[int, str]],
    hook: str,
    script_of_hook: str,
    error: str,
) -> None:
    repository.hook(hook, script_of_hook)
    before = repository.state()
    status, text = release("0.2.0")
    assert status == 1
    assert text.startswith(f"release: {error}")
    repository.remove_hook(hook)
    assert repository.state() == before
    assert release("0.2.0")[0] == 0


WAIT = "[ -e .git/waiting ] || { touch .git/waiting; sleep 5; }"
WAIT_ON_TAGS = f"grep -q refs/tags/ && {{ {WAIT}; }}; exit 0"
WITHOUT_CHECK_OF_DATA = """
import sys, release
release.data = lambda _: ()
sys.exit(release.main(["0.2.0"]))
"""


@pytest.mark.parametrize(
    ("hook", "script_of_hook"),
    [
        ("pre-commit", WAIT),
        ("post-commit", WAIT),
        ("reference-transaction", f'[ "$1" = prepared ] && {WAIT_ON_TAGS}'),
        ("reference-transaction", f'[ "$1" = committed ] && {WAIT_ON_TAGS}'),
    ],
)
@pytest.mark.parametrize(
    ("interrupt", "number"),
    [
        (os.killpg, signal.SIGINT),  # Ctrl-C goes to the script and to git
        (os.kill, signal.SIGINT),
        (os.kill, signal.SIGTERM),
    ],
)
def test_an_interruption_leaves_everything_as_it_was(
    repository: Repository,
    hook: str,
    script_of_hook: str,
    interrupt: Callable[[int, int], None],
    number: int,
) -> None:
    repository.hook(hook, script_of_hook)
    before = repository.state()
    process = run_script(repository, "-c", WITHOUT_CHECK_OF_DATA)
    while not (repository.root / ".git" / "waiting").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    interrupt(process.pid, number)
    _, errors = process.communicate()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # the hook, where it was not interrupted too
    assert process.returncode == 130
    assert errors == "release: interrupted; the repository is as it was\n"
    repository.remove_hook(hook)
    assert repository.state() == before


def test_an_interruption_of_the_writing_leaves_everything_as_it_was(
    repository: Repository, script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = repository.state()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copymode", stop)
    with pytest.raises(KeyboardInterrupt):
        script.replace_files({repository.root / "datapackage.json": b"{}"})
    assert repository.state() == before
