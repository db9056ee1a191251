"""Set the version, commit it and tag the commit; or say why not. Nothing is pushed.

    python scripts/release.py VERSION [--dry-run]

The version and the day of its section in CHANGELOG.md go into `datapackage.json`, where alone they
are declared. Whatever stops the script, an interruption too, leaves the repository as it was.
"""

import argparse
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from changelog import section

import csto_data as csto
from csto_data.adding import replace_files
from csto_data.errors import CstoDataError
from csto_data.package import DESCRIPTOR

ROOT = Path(__file__).parents[1]
Version = tuple[int, int, int]


def main(arguments: list[str]) -> int:
    """Release, or print why not; return 1 where it was refused and 130 where interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", help="such as 1.2.0")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        reasons = refusals(options.version)
        if not reasons:
            release(options.version, is_dry_run=options.dry_run)
    except CstoDataError as error:
        reasons = [str(error)]
    except KeyboardInterrupt:
        print("release: interrupted; the repository is as it was", file=sys.stderr)
        return 130
    for reason in reasons:
        print(f"release: {reason}", file=sys.stderr)
    return 1 if reasons else 0


# ── what has to hold ─────────────────────────────────────────────────────────────────────────────


def refusals(version: str) -> list[str]:
    """Return why this version cannot be released now; a later check waits for those before it."""
    for check in (form_of, repository, changelog, data, changes_since_the_last_release):
        reasons = list(check(version))
        if reasons:
            return reasons
    return []


def form_of(version: str) -> Iterator[str]:
    """The version is three numbers."""
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
        yield f"'{version}' is not a version: write it as 1.2.0"


def repository(version: str) -> Iterator[str]:
    """The work tree is clean, and the version comes after those before it."""
    changed = git("status", "--porcelain").splitlines()
    if changed:
        yield f"the work tree is not clean: commit or remove {', '.join(changed)}"
    if git("tag", "--list", f"v{version}"):
        yield f"the tag v{version} exists already"
    for known, what in ((last_release(), "the last release"), (present(), DESCRIPTOR)):
        if known and numbers(version) < numbers(known):
            yield f"{version} is less than {known}, the version of {what}"


def changelog(version: str) -> Iterator[str]:
    """The changelog tells what the version changes, and when it is released."""
    found = section(read_changelog(), version)
    if found.released is None:
        yield f"CHANGELOG.md: the section {version} is unreleased: give it the day of the release"
    if not found.text:
        yield f"CHANGELOG.md: the section {version} is empty: say what it changes"


def data(_: str) -> Iterator[str]:
    """The data are valid."""
    return map(str, csto.validate(ROOT))


def changes_since_the_last_release(version: str) -> Iterator[str]:
    """The version is as high as what changed since the last release demands."""
    last = last_release()
    if last is None:
        return
    least, because, problems = difference(f"v{last}")
    yield from problems
    if numbers(version) < numbers(least):
        why = "; ".join(because)
        yield f"since {last}, {why}: the version has to be {least} or higher"


def difference(tag: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the least version that the changes since a tag demand, why, and their problems."""
    with TemporaryDirectory() as folder:
        released = Path(folder, f"{tag}.zip")
        git("archive", f"--output={released}", tag, "--", DESCRIPTOR, "schemas", "data")
        found = csto.diff(released, ROOT)
    return found.versions.at_least, found.versions.because, tuple(map(str, found.problems))


def numbers(version: str) -> Version:
    """Return a version as numbers, which compare."""
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)


def read_changelog() -> str:
    """Return the text of CHANGELOG.md."""
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def present() -> str:
    """Return the version that the descriptor states."""
    content = json.loads((ROOT / DESCRIPTOR).read_text(encoding="utf-8"))
    return str(content["version"])


def last_release() -> str | None:
    """Return the highest version that is tagged in the history of the present commit."""
    tags = git("tag", "--merged", "HEAD", "--list", "v*").split()
    versions = [tag[1:] for tag in tags if not list(form_of(tag[1:]))]
    return max(versions, key=numbers, default=None)


# ── the release ──────────────────────────────────────────────────────────────────────────────────


def release(version: str, *, is_dry_run: bool) -> None:
    """Write the descriptor, commit it and tag the commit; on any failure undo all three."""
    descriptor = ROOT / DESCRIPTOR
    before = descriptor.read_bytes()
    after = descriptor_of(before, version, section(read_changelog(), version).released)
    tag = f"v{version}"
    if is_dry_run:
        print(f"would set version {version} in {DESCRIPTOR}, commit, and tag the commit {tag}")
        return
    head = git("rev-parse", "HEAD")
    try:
        replace_files({descriptor: after})
        if after != before:
            git("commit", "--quiet", "--message", f"version {version}", "--", DESCRIPTOR)
        git("tag", "--annotate", "--message", f"csto-data {version}", tag)
        print(f"tagged {tag}; to publish it: git push --atomic origin HEAD {tag}")
    except BaseException:
        undo(descriptor, before, head, tag)
        raise


def descriptor_of(text: bytes, version: str, released: date | None) -> bytes:
    """Return the descriptor with another version and day, all else as it is."""
    for name, value in (("version", version), ("created", f"{released}T00:00:00Z")):
        pattern = rb'^(  "%b": ")[^"]*(")' % name.encode()
        text, count = re.subn(pattern, rb"\g<1>%b\2" % value.encode(), text, flags=re.MULTILINE)
        if count != 1:
            raise CstoDataError(f"{DESCRIPTOR} has {count} lines with '{name}', not one")
    return text


def undo(descriptor: Path, before: bytes, head: str, tag: str) -> None:
    """Bring back file, tags, commit and index; a further interruption is ignored."""
    interruptions = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.signal(number, signal.SIG_IGN) for number in interruptions]
    replace_files({descriptor: before})
    if git("tag", "--list", tag):
        git("tag", "--delete", tag)
    git("reset", "--soft", head)
    git("reset", "--quiet", "--", DESCRIPTOR)
    for number, handler in zip(interruptions, handlers, strict=True):
        signal.signal(number, handler)


def git(*arguments: str) -> str:
    """Run git in the repository and return what it prints; interrupted, let it end in order."""
    with subprocess.Popen(
        ["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            output, errors = process.communicate()
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise CstoDataError(f"git {arguments[0]}: {errors.strip()}")
    return output.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
