"""Which version a change calls for, by the rules at the head of CHANGELOG.md."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from csto_data.declarations import DeclarationChange
from csto_data.flips import Effect

LEVELS: Final = ("none", "patch", "minor", "major")
DEFAULT_BASIS: Final = "in_force"
BREAKING: Final = {
    "table removed": "tables are removed",
    "column removed": "columns are removed",
    "column order": "columns are reordered",
    "type": "columns are retyped",
    "vocabulary": "columns are retyped",
    "value removed": "values of a vocabulary are removed",
    "primaryKey": "keys are made otherwise",
}
GROWING: Final = {
    "table added": "tables are added",
    "column added": "columns are added",
    "value added": "values of a vocabulary are added",
    **dict.fromkeys(
        ("required", "unique", "pattern", "minimum", "maximum"), "constraints are changed"
    ),
}

Reason = tuple[str, str]


@dataclass(frozen=True)
class Versions:
    """The two versions, and the least one that the change calls for, with the reasons."""

    old: str
    new: str
    bump: str
    because: tuple[str, ...]
    at_least: str

    @property
    def suffices(self) -> bool:
        """Whether the newer package declares at least the version that it needs."""
        return _numbers(self.new) >= _numbers(self.at_least)


def versions(old: str, new: str, reasons: Iterable[Reason]) -> Versions:
    """Return what follows from the reasons for a new version, each a level and a sentence.

    >>> versions("0.1.3", "0.1.4", [("patch", "values are corrected")]).suffices
    True
    >>> versions("0.1.3", "0.1.4", [("minor", "rows are added")]).at_least
    '0.2.0'
    """
    given = list(reasons)
    bump = max((level for level, _ in given), key=LEVELS.index, default="none")
    because = dict.fromkeys(sentence for level, sentence in given if level == bump)
    return Versions(old, new, bump, tuple(because), _bumped(old, bump))


def declaration_reasons(changes: Iterable[DeclarationChange]) -> Iterator[Reason]:
    """Yield what changed declarations call for."""
    for change in changes:
        if change.what in BREAKING:
            yield "major", BREAKING[change.what]
        elif change.what in GROWING:
            yield "minor", GROWING[change.what]
        else:
            yield "patch", "descriptions are corrected"


def row_reasons(*, added: bool, removed: bool, corrected: bool) -> Iterator[Reason]:
    """Yield what changed rows call for."""
    if removed:
        yield "major", "keys are removed"
    if added:
        yield "minor", "rows are added"
    if corrected:
        yield "patch", "values are corrected"


def effect_reasons(effects: Iterable[Effect]) -> Iterator[Reason]:
    """Yield what flipped answers of the default panel call for."""
    for effect in effects:
        if effect.basis == DEFAULT_BASIS and (effect.state_years or effect.dyad_years):
            yield "minor", "answers of the default panel flip"


def unnamed(keys: Sequence[str], changelog: str, old: str, new: str) -> list[str]:
    r"""Return the keys that no entry of a changelog names that is younger than the old version.

    Where the new version is the same, its own entries count.

    >>> log = "## 0.2.0\n- `zas-1` is now two terms.\n## 0.1.0\n- ksor"
    >>> unnamed(["zas-1", "zas", "ksor"], log, "0.1.0", "0.2.0")
    ['zas', 'ksor']
    """
    sections = re.split(r"(?m)^(?=## )", changelog)
    of_old = rf"## \[?{re.escape(old)}(?![\w.])"
    place = next((n for n, text in enumerate(sections) if re.match(of_old, text)), len(sections))
    young = "".join(sections[: place + (old == new)])
    return [key for key in keys if key not in young or not re.search(_whole(key), young)]


def _whole(key: str) -> str:
    """Return a pattern of a key that is no part of a longer one."""
    return rf"(?<![\w/-]){re.escape(key)}(?![\w/]|-\w)"


def _bumped(version: str, bump: str) -> str:
    major, minor, patch = _numbers(version)
    return {
        "none": version,
        "patch": f"{major}.{minor}.{patch + 1}",
        "minor": f"{major}.{minor + 1}.0",
        "major": f"{major + 1}.0.0",
    }[bump]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
