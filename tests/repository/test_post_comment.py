"""What a pull request left is written on that pull request as a plain report, or on none."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import post_comment
import pytest
from conftest import Copy

import csto_data as csto

SHA = "0123456789abcdef0123456789abcdef01234567"
REPORT = "### a → b\n\n#### members: 1 cell changed\n\n- <code>x</code> end_date: 1 -> 2\n"
ARTEFACTS = "repos/o/data/actions/artifacts"
UNCHANGED = "### a → b\n\n#### no differences\n"


def packed(compression: int = zipfile.ZIP_DEFLATED, **files: str | bytes) -> bytes:
    """Return an artefact; `number` and `diff` are honest unless they are given."""
    content = {"number": "7\n", "diff": REPORT} | files
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as writer:
        for name, text in content.items():
            writer.writestr("diff.md" if name == "diff" else name, text)
    return archive.getvalue()


def comment(number: int, author: str, body: str) -> dict[str, Any]:
    return {"id": number, "user": {"login": author}, "body": body}


class Github:
    """Stands in for the API: one run, one pull request, its comments, and what was sent."""

    def __init__(self) -> None:
        self.archive = packed()
        self.artefacts = [{"id": 1, "size_in_bytes": 500, "expired": False}]
        self.head: dict[str, Any] = {"sha": SHA, "repo": {"full_name": "fork/data"}}
        self.pages: list[list[dict[str, Any]]] = [[]]
        self.sent: list[tuple[str, str, str]] = []

    def __call__(self, path: str, *options: str, content: bytes = b"") -> bytes:
        """Answer as `gh api` does."""
        if content:
            method = options[options.index("--method") + 1]
            self.sent.append((method, path, json.loads(content)["body"]))
            return b"{}"
        answers: dict[str, Any] = {
            "repos/o/data/actions/runs/5/artifacts?name=diff": {"artifacts": self.artefacts},
            "repos/o/data/pulls/7": {"head": self.head},
            "repos/o/data/issues/7/comments": self.pages,
        }
        if self.artefacts and path == f"{ARTEFACTS}/{self.artefacts[-1]['id']}/zip":
            return self.archive
        return json.dumps(answers[path]).encode()


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Github:
    """The run 5 checked the head of pull request 7, which comes from a fork."""
    run = {"GITHUB_REPOSITORY": "o/data", "RUN_ID": "5", "HEAD_SHA": SHA}
    for name, value in (run | {"HEAD_REPOSITORY": "fork/data"}).items():
        monkeypatch.setenv(name, value)
    stand_in = Github()
    monkeypatch.setattr(post_comment, "_gh", stand_in)
    return stand_in


def test_the_first_comment_names_the_commit_and_has_the_report(github: Github) -> None:
    assert post_comment.main() == 0
    ((method, path, body),) = github.sent
    assert (method, path) == ("POST", "repos/o/data/issues/7/comments")
    assert body.startswith(post_comment.MARK)
    assert SHA in body
    assert body.endswith(REPORT)


@pytest.mark.parametrize("report", [REPORT, UNCHANGED, ""])
def test_the_own_comment_is_renewed_on_whatever_page_it_is(github: Github, report: str) -> None:
    github.archive = packed(diff=report)
    github.pages = [
        [
            comment(1, "somebody", f"{post_comment.MARK}\nnot from here"),
            comment(2, "github-actions[bot]", f"of another workflow: {post_comment.MARK}"),
        ],
        [comment(3, "github-actions[bot]", f"{post_comment.MARK}\nthe old report")],
    ]
    assert post_comment.main() == 0
    ((method, path, _),) = github.sent
    assert (method, path) == ("PATCH", "repos/o/data/issues/comments/3")


def test_a_pull_request_that_changes_no_data_gets_no_comment(github: Github) -> None:
    github.archive = packed(diff=UNCHANGED)
    assert post_comment.main() == 0
    assert github.sent == []


def test_tables_that_could_not_be_compared_are_said_to_be_so(github: Github) -> None:
    github.archive = packed(diff="")
    assert post_comment.main() == 0
    assert "could not be compared" in github.sent[0][2]


def test_of_two_artefacts_the_newer_one_counts(github: Github) -> None:
    github.artefacts.append({"id": 2, "size_in_bytes": 500, "expired": False})
    assert post_comment.main() == 0
    assert len(github.sent) == 1


def nothing(github: Github) -> None:
    github.artefacts.clear()


def expired(github: Github) -> None:
    github.artefacts[0]["expired"] = True


def another_commit(github: Github) -> None:
    github.head["sha"] = SHA[::-1]


def another_repository(github: Github) -> None:
    github.head["repo"] = {"full_name": "else/data"}


def no_repository(github: Github) -> None:
    github.head["repo"] = None


@pytest.mark.parametrize(
    "change", [nothing, expired, another_commit, another_repository, no_repository]
)
def test_nothing_is_written_where_there_is_nothing_or_another_head(
    github: Github, change: Callable[[Github], None]
) -> None:
    change(github)
    assert post_comment.main() == 0
    assert github.sent == []


BOMB = "diff.md has more than 260000 bytes"
FORM = "line 1 of diff.md is none of a diff"
NUMBER = "names no pull request by its number"
UNREADABLE = "no number can be read"
HOSTILE = {
    "no zip": (b"number", UNREADABLE),
    "a zip that breaks off": (packed()[:-30], UNREADABLE),
    "no number": (packed().replace(b"number", b"digits"), UNREADABLE),
    "a number that is none": (packed(number="7; id"), NUMBER),
    "a path as number": (packed(number="7/../8"), NUMBER),
    "a negative number": (packed(number="-7"), NUMBER),
    "digits of another script": (packed(number="\u0667"), NUMBER),
    "two lines of number": (packed(number="7\n8\n"), NUMBER),
    "an empty number": (packed(number=""), NUMBER),
    "a bomb": (packed(diff="a" * 30_000_000), BOMB),
    "a compression without bound": (packed(zipfile.ZIP_LZMA), "sets no bound"),
    "too long": (packed(diff="a" * 65_001), "diff.md has 65001 characters"),
    "not UTF-8": (packed(diff=b"\xff"), "not UTF-8"),
    "a mention": (packed(diff="- @everyone\n"), FORM),
    "a mention as reference": (packed(diff="- &#64;everyone\n"), FORM),
    "a link": (packed(diff="- [approved](there)\n"), FORM),
    "an address": (packed(diff="- https://example.org\n"), FORM),
    "an address without scheme": (packed(diff="- WWW.example.org\n"), FORM),
    "an image": (packed(diff="![](there)\n"), FORM),
    "HTML": (packed(diff="<img src=there>\n"), FORM),
    "a comment": (packed(diff="<!--\n"), FORM),
    "a tag in code": (packed(diff="- <code><a></code>\n"), FORM),
    "code without end": (packed(diff="- <code>\n"), FORM),
    "backticks": (packed(diff="- `x`\n"), FORM),
    "a table": (packed(diff="a | b\n"), FORM),
    "a carriage return": (packed(diff="- a\r@b\n"), FORM),
    "text that runs backwards": (packed(diff="- \u202eabc\n"), FORM),
    "text that takes long to refuse": (packed(diff=f"{'a->' * 20_000}<"), FORM),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_artefact_is_refused(
    github: Github, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    github.archive, reason = HOSTILE[name]
    assert post_comment.main() == 1
    assert github.sent == []
    told = capsys.readouterr().err
    assert told.startswith("post_comment: ")
    assert reason in told
    assert len(told) < 400
    assert told.isascii()


def test_a_large_artefact_is_not_even_downloaded(github: Github) -> None:
    github.artefacts[0]["size_in_bytes"] = 10**9
    github.archive = b""
    assert post_comment.main() == 1


@pytest.mark.parametrize(
    "text", ["@everyone", "a|b", "<b>&amp;", "www.example.org", "`x` [y](z)", "\u202e\x1b", "'_*~"]
)
def test_every_report_of_a_diff_is_taken(small_package: Path, copy: Copy, text: str) -> None:
    copy.set_cell("forces", "ksor", "command", text)
    copy.edit("series", lambda rows: rows.append(rows[-1] | {"series_id": text}))
    copy.edit("events", lambda rows: rows.pop() and None)
    copy.set_cell("members", "uzb-csto-member-1", "end_date", "2011-12-18")
    copy.edit_json("datapackage.json", lambda d: d.update(version="0.2.0", title=text))
    copy.edit_json("schemas/forces.json", lambda s: s["fields"][1].update(description=text))
    (copy.root / "CHANGELOG.md").write_text("## 0.1.0\n", encoding="utf-8")
    found = csto.diff(small_package, copy.root)
    assert found.declarations
    assert found.effects
    assert found.problems
    page = found.to_markdown()
    assert post_comment.checked_report(page.encode()) == page


def test_a_copy_without_changelog_or_differences_is_taken_too(
    small_package: Path, copy: Copy
) -> None:
    page = csto.diff(small_package, copy.root).to_markdown()
    assert post_comment.checked_report(page.encode()) == page
    assert post_comment.NO_CHANGE in page.split("\n")
    copy.edit("series", lambda rows: rows.pop() and None)
    page = csto.diff(small_package, copy.root).to_markdown()
    assert "not checked" in page
    assert post_comment.checked_report(page.encode()) == page


def test_a_body_goes_through_a_pipe_and_not_into_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gh = tmp_path / "gh"
    gh.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\ncat\n')
    gh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    sent = post_comment._gh("repos/o/data/x", "--input", "-", content=b"$(id) `id`")
    assert sent.decode().splitlines() == ["api", "repos/o/data/x", "--input", "-", "$(id) `id`"]


@pytest.mark.usefixtures("github")
def test_a_refusal_of_the_api_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*command: str, **_: object) -> bytes:
        raise post_comment.subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(post_comment, "_gh", refuse)
    assert post_comment.main() == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
