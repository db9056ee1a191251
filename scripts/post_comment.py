"""Write on a pull request what it changes in the data, or renew the comment that says so.

    python scripts/post_comment.py

The workflow `comment` runs this with the right to write, after the workflow `check` ran the code of
the pull request. That code may be anybody's, and so may the artefact that it left: its size is
bounded, it is read in memory, its number has to be that of a pull request whose head is the commit
that was checked, and its text may have no form but that of `csto-data diff --format markdown`,
which links nothing and mentions nobody. The environment gives the run: GITHUB_REPOSITORY, RUN_ID,
HEAD_SHA, HEAD_REPOSITORY and, for `gh`, GH_TOKEN.
"""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from typing import Any, Final

ARTEFACT: Final = "diff"
MARK: Final = "<!-- what changes in the data -->"
AUTHOR: Final = "github-actions[bot]"
LONGEST_REPORT: Final = 65_000
"""GitHub takes comments of up to 65,536 characters."""
MOST_BYTES: Final = 4 * LONGEST_REPORT
LINE: Final = re.compile(r"(?:#{3,4} |- )?(?:[\w ,.:;()→-]|->|<code>(?:[\w ,/-]|&#\d+;)*</code>)*")
"""A heading or an item: plain words, and cells as `csto_data.reporting.code` quotes them."""
PLAIN_ZIP: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN_ARCHIVE: Final = (EOFError, KeyError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error)
NO_CHANGE: Final = "#### no differences"


class RefusedError(Exception):
    """The artefact is not what the check of an honest pull request leaves."""


def main() -> int:
    """Run the script and return its exit status."""
    repository, run = os.environ["GITHUB_REPOSITORY"], os.environ["RUN_ID"]
    head = os.environ["HEAD_REPOSITORY"], os.environ["HEAD_SHA"]
    try:
        archive = _artefact(repository, run)
        if archive is None:
            print("the check left no diff")
            return 0
        number = checked_number(_member(archive, "number"))
        report = checked_report(_member(archive, "diff.md"))
        if _head(repository, number) == head:
            _post(repository, number, report, head[1])
        else:
            print(f"the head of pull request {number} is another commit: nothing is written on it")
    except (RefusedError, subprocess.CalledProcessError) as error:
        print(f"post_comment: {error}", file=sys.stderr)
        return 1
    return 0


def checked_number(raw: bytes) -> str:
    """Return the number of a pull request."""
    if not re.fullmatch(rb"[1-9][0-9]{0,8}\n?", raw):
        raise RefusedError("the artefact names no pull request by its number")
    return raw.decode("ascii").strip()


def checked_report(raw: bytes) -> str:
    """Return a report of `csto-data diff`; an empty one where the tables could not be compared."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("diff.md is not UTF-8") from None
    if len(text) > LONGEST_REPORT:
        raise RefusedError(f"diff.md has {len(text)} characters")
    for number, line in enumerate(text.split("\n"), start=1):
        if not LINE.fullmatch(line) or "www." in line.lower():
            raise RefusedError(f"line {number} of diff.md is none of a diff: {ascii(line)[:200]}")
    return text


def _artefact(repository: str, run: str) -> bytes | None:
    """Return the newest artefact of that name of a run, as it is packed."""
    answer = _json(f"repos/{repository}/actions/runs/{run}/artifacts?name={ARTEFACT}")
    found = [artefact for artefact in answer["artifacts"] if not artefact["expired"]]
    if not found:
        return None
    newest = max(found, key=lambda artefact: int(artefact["id"]))
    if newest["size_in_bytes"] > MOST_BYTES:
        raise RefusedError(f"the artefact has {newest['size_in_bytes']} bytes")
    return _gh(f"repos/{repository}/actions/artifacts/{newest['id']}/zip")


def _member(archive: bytes, name: str) -> bytes:
    """Return a file of the artefact, unpacked to no more than a comment may have."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            if files.getinfo(name).compress_type not in PLAIN_ZIP:
                raise RefusedError(f"{name} is compressed in a way that sets no bound")
            with files.open(name) as file:
                content = file.read(MOST_BYTES + 1)
    except BROKEN_ARCHIVE as error:
        raise RefusedError(f"no {name} can be read in the artefact: {error!a}") from None
    if len(content) > MOST_BYTES:
        raise RefusedError(f"{name} has more than {MOST_BYTES} bytes")
    return content


def _head(repository: str, number: str) -> tuple[str, str]:
    """Return the repository and the commit that a pull request wants to have merged."""
    head = _json(f"repos/{repository}/pulls/{number}")["head"]
    return (head["repo"] or {}).get("full_name", ""), head["sha"]


def _post(repository: str, number: str, report: str, commit: str) -> None:
    """Renew the comment; where there is none, write one if there is something to say."""
    pages = _json(f"repos/{repository}/issues/{number}/comments", "--paginate", "--slurp")
    own = [
        comment["id"]
        for page in pages
        for comment in page
        if comment["user"]["login"] == AUTHOR and comment["body"].startswith(MARK)
    ]
    origin = f"The data at {commit}, compared with the base by the pull request's own code."
    said = report or "The tables could not be compared; the check says why."
    content = json.dumps({"body": f"{MARK}\n{origin}\n\n{said}"}).encode()
    if own:
        path = f"repos/{repository}/issues/comments/{own[0]}"
        _gh(path, "--method", "PATCH", "--input", "-", content=content)
    elif NO_CHANGE not in report.split("\n"):
        path = f"repos/{repository}/issues/{number}/comments"
        _gh(path, "--method", "POST", "--input", "-", content=content)


def _json(path: str, *options: str) -> Any:
    return json.loads(_gh(path, *options))


def _gh(path: str, *options: str, content: bytes = b"") -> bytes:
    """Return what the API answers; what is sent goes through a pipe, never into a command."""
    command = ["gh", "api", path, *options]
    return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
