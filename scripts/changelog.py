"""The sections of CHANGELOG.md; to print one, python scripts/changelog.py VERSION."""

import re
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from csto_data.errors import CstoDataError, unknown_name

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
HEADING = re.compile(r"^## (\S+) – (.+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """What a version changed; `released` is None while its heading says `unreleased`."""

    version: str
    released: date | None
    text: str


def sections(changelog: str) -> list[Section]:
    """Return the sections of the versions, the newest first as in the file."""
    _, *parts = HEADING.split(changelog)
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [Section(version, _day(version, day), text.strip()) for version, day, text in triples]


def section(changelog: str, version: str) -> Section:
    """Return the section of a version; raise `UnknownNameError` if there is none."""
    by_version = {one.version: one for one in sections(changelog)}
    if version not in by_version:
        raise unknown_name("version", version, by_version, where=" in CHANGELOG.md")
    return by_version[version]


def _day(version: str, text: str) -> date | None:
    if text == "unreleased":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CstoDataError(
            f"CHANGELOG.md: '{text}' in the heading of {version} is not a day: write it as "
            "2026-12-31, or as unreleased"
        ) from None


if __name__ == "__main__":
    try:
        print(section(CHANGELOG.read_text(encoding="utf-8"), sys.argv[1]).text)
    except CstoDataError as error:
        sys.exit(f"changelog: {error}")
