"""What a change of the spells does to research: the answers of the default panel that flip."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Final

from csto_data.package import Package
from csto_data.panels import FIRST_YEAR, dyad_periods, state_periods
from csto_data.spells import BASES, COUNTING, ONE_DAY, Window, spells_by_state, windows

SPELLS: Final = "members"
SPELL_COLUMNS: Final = {
    *("member_id", "iso3", "instrument", "status"),
    *(f"{what}_{part}" for what in ("signed", "start", "end") for part in ("date", "precision")),
}
"""The columns without which no panel can be computed."""


@dataclass(frozen=True)
class Answer:
    """What a state is: None is unknown, or, for the status, bound by nothing."""

    is_member: bool | None
    status: str | None

    def __str__(self) -> str:
        unbound = {None: "unknown", True: "no one status", False: "not bound"}
        return self.status or unbound[self.is_member]


@dataclass(frozen=True)
class DaysFlip:
    """A stretch of days on which a state is something else than before."""

    iso3: str
    first: date
    last: date
    old: Answer
    new: Answer

    @property
    def days(self) -> int:
        """The number of its days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class YearFlip:
    """A state-year with another answer: the status of most days, and membership on any day."""

    iso3: str
    year: int
    old: Answer
    new: Answer


@dataclass(frozen=True)
class DyadFlip:
    """A dyad-year with another answer: whether both are members on some day; None is unknown."""

    iso3_1: str
    iso3_2: str
    year: int
    old: bool | None
    new: bool | None


@dataclass(frozen=True)
class Effect:
    """The answers that flip under one legal basis, on the days that both versions cover."""

    basis: str
    through: date
    state_days: tuple[DaysFlip, ...]
    state_years: tuple[YearFlip, ...]
    dyad_years: tuple[DyadFlip, ...]

    @property
    def days(self) -> int:
        """The number of state-days that flip."""
        return sum(flip.days for flip in self.state_days)


def effects(old: Package, new: Package) -> tuple[Effect, ...]:
    """Return what flips under each basis; nothing where a package lacks the spells.

    Both are read up to the last day that both cover, so that a later `checked_through` flips
    nothing.
    """
    packages = (old, new)
    if not all(_has_spells(package) for package in packages):
        return ()
    through = min(package.checked_through(SPELLS) for package in packages)
    states = sorted({iso3 for package in packages for iso3 in spells_by_state(package)})
    return tuple(
        Effect(
            basis=basis,
            through=through,
            state_days=tuple(_days_flips(packages, states, basis, through)),
            state_years=tuple(_year_flips(packages, states, basis, through)),
            dyad_years=tuple(_dyad_flips(packages, states, basis, through)),
        )
        for basis in BASES
    )


def _has_spells(package: Package) -> bool:
    return SPELLS in package.tables and set(package.column_names(SPELLS)) >= SPELL_COLUMNS


def _days_flips(
    packages: tuple[Package, Package], states: list[str], basis: str, through: date
) -> Iterator[DaysFlip]:
    found = [windows(package, basis, through=through) for package in packages]
    for iso3 in states:
        before, after = ([window for window in one if window.iso3 == iso3] for one in found)
        last: DaysFlip | None = None
        for first, next_first in pairwise(_turns([*before, *after], through)):
            answers = _on(before, first), _on(after, first)
            if last and answers == (last.old, last.new):
                last = DaysFlip(iso3, last.first, next_first - ONE_DAY, *answers)
                continue
            if last:
                yield last
            is_flip = answers[0] != answers[1]
            last = DaysFlip(iso3, first, next_first - ONE_DAY, *answers) if is_flip else None
        if last:
            yield last


def _turns(both: list[Window], through: date) -> list[date]:
    """Return the days from the first of the panel on which an answer may change, and the end."""
    first, end = date(FIRST_YEAR, 1, 1), through + ONE_DAY
    days = {day for window in both for day in (window.first, window.last + ONE_DAY)}
    return sorted({first, end, *(day for day in days if first < day < end)})


def _on(own: list[Window], day: date) -> Answer:
    for window in own:
        if window.first <= day <= window.last:
            status = window.status
            return Answer(None if status is None else status in COUNTING, status)
    return Answer(False, None)


def _year_flips(
    packages: tuple[Package, Package], states: list[str], basis: str, through: date
) -> Iterator[YearFlip]:
    before, after = (
        {
            (row["iso3"], row["year"]): Answer(row["is_member"], row["status"])
            for _, row in state_periods(package, states, basis=basis, through=through)
        }
        for package in packages
    )
    for (iso3, year), old in before.items():
        if after[iso3, year] != old:
            yield YearFlip(iso3, year, old, after[iso3, year])


def _dyad_flips(
    packages: tuple[Package, Package], states: list[str], basis: str, through: date
) -> Iterator[DyadFlip]:
    before, after = (
        {
            (row["iso3_1"], row["iso3_2"], row["year"]): row["are_members"]
            for row in dyad_periods(package, combinations(states, 2), basis=basis, through=through)
        }
        for package in packages
    )
    for dyad in sorted({*before, *after}):
        old, new = before.get(dyad, False), after.get(dyad, False)
        if old != new:
            yield DyadFlip(*dyad, old, new)
