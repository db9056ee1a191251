"""Break the data package on purpose, in every way, and demand that validation names the place.

    python scripts/corrupt.py [--most N] [--kind WORDS] [FOLDER]

Each corruption of `corruptions.py` is applied alone to a copy of a valid part of the package
(some rows of every table, so that every column has a value), and `csto_data.validate` is called
on that copy. The exit status is 1 if a corruption was missed, was reported at other places
only, or ended in an exception.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from corruptions import KINDS, LATE, Corruption, corruptions
from rich.progress import track

import csto_data
from csto_data.canonical import render
from csto_data.package import DESCRIPTOR, Package, Record, installed
from csto_data.rules import ATTENDANCE, WITHOUT_CITATIONS

WORKERS = 2
MOST, MOST_OF_LATE_KINDS = 120, 40
MOST_SECONDS = 30


@dataclass(frozen=True)
class Outcome:
    """What validation made of a corruption: caught, missed, misplaced or crashed."""

    corruption: Corruption
    verdict: str
    said: str

    def __str__(self) -> str:
        places = "; ".join(":".join(map(str, place)) for place in self.corruption.places[:4])
        return (
            f"{self.verdict}: {self.corruption.kind}: {self.corruption.what}\n"
            f"  to be named: {places}\n"
            f"  validation: {self.said}"
        )


def main() -> int:
    """Run the script and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=installed().root)
    parser.add_argument("--most", type=int, help="so many corruptions of a kind; 0: all")
    parser.add_argument("--kind", default="", help="only kinds whose name contains these words")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        clean = write_part(Package(options.folder), Path(folder) / "clean")
        if problems := csto_data.validate(clean):
            print(f"the clean package has problems:\n{problems}", file=sys.stderr)
            return 1
        every = corruptions(clean)
        numbers = [n for n in of_each_kind(every, options.most) if options.kind in every[n].kind]
        steps = track(
            run_all(clean, every, numbers), total=len(numbers), disable=not sys.stderr.isatty()
        )
        outcomes = [Outcome(every[number], verdict, said) for number, verdict, said in steps]
    print_report(outcomes, time.monotonic() - began)
    return 0 if all(outcome.verdict == "caught" for outcome in outcomes) else 1


def of_each_kind(every: list[Corruption], most: int | None = None) -> list[int]:
    """Return the numbers of so many corruptions of each kind, spread evenly; 0 means all."""
    chosen = []
    for kind in KINDS:
        numbers = [number for number, each in enumerate(every) if each.kind == kind]
        wanted = (MOST_OF_LATE_KINDS if kind in LATE else MOST) if most is None else most
        count = min(wanted or len(numbers), len(numbers))
        chosen += [numbers[position * len(numbers) // count] for position in range(count)]
    return chosen


def print_report(outcomes: list[Outcome], seconds: float) -> None:
    """Print what was not caught, the count of each kind, and the time."""
    for outcome in outcomes:
        if outcome.verdict != "caught":
            print(outcome)
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    kinds = Counter(outcome.corruption.kind for outcome in outcomes)
    caught = Counter(o.corruption.kind for o in outcomes if o.verdict == "caught")
    for kind, count in kinds.items():
        print(f"{count:5} {kind}" + ("" if caught[kind] == count else f", {caught[kind]} caught"))
    said = ", ".join(f"{verdicts[v]} {v}" for v in ("caught", "missed", "misplaced", "crashed"))
    print(f"{len(outcomes)} corruptions of {len(kinds)} kinds in {seconds:.0f} s: {said}")


# ── running ──────────────────────────────────────────────────────────────────────────────────────

_clean: Path
_corruptions: list[Corruption]


def run_all(
    clean: Path, every: list[Corruption], numbers: Iterable[int]
) -> Iterator[tuple[int, str, str]]:
    """Yield number, verdict and first problems of corruptions, in forks of this process."""
    global _clean, _corruptions
    _clean, _corruptions = clean, every
    with ProcessPoolExecutor(WORKERS, get_context("fork")) as pool:
        yield from pool.map(_run, numbers, chunksize=4)


def _run(number: int) -> tuple[int, str, str]:
    return number, *run(_clean, _corruptions[number])


class NoAnswerError(BaseException):
    """Validation takes too long; no library catches this."""


def _stop(*_: object) -> None:
    raise NoAnswerError(f"within {MOST_SECONDS} s")


def run(clean: Path, corruption: Corruption) -> tuple[str, str]:
    """Return the verdict on one corruption, and what validation says."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "package"
        shutil.copytree(clean, root)
        corruption.spoil(root)
        signal.signal(signal.SIGALRM, _stop)
        signal.alarm(MOST_SECONDS)
        try:
            problems = csto_data.validate(root)
        except (Exception, NoAnswerError) as error:
            return "crashed", f"{type(error).__name__}: {error}"[:300]
        finally:
            signal.alarm(0)
    said = "\n    ".join(str(problem)[:300] for problem in problems[:3])
    named = {(problem.file, problem.line, problem.column) for problem in problems}
    if not named:
        return "missed", "no problems"
    return ("caught" if named & set(corruption.places) else "misplaced"), said


# ── the clean package ────────────────────────────────────────────────────────────────────────────


def write_part(package: Package, target: Path) -> Path:
    """Write a small valid part of a package: rows that fill every column, and what they need."""
    shutil.copytree(package.root / "schemas", target / "schemas")
    shutil.copy(package.root / DESCRIPTOR, target)
    (target / "data").mkdir()
    kept = Part(package).rows_with_what_they_need()
    for table in package.tables:
        header, *lines = package.cells(table)
        keys = [package.row_id(table, record) for record in package.records(table)]
        rows = [line for line, key in zip(lines, keys, strict=True) if key in kept[table]]
        path = target / "data" / f"{table}.csv"
        path.write_text(render([header, *rows]), encoding="utf-8", newline="\n")
    return target


class Part:
    """The rows of a package that fill every column, and those that they need."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.rows = {
            table: {package.row_id(table, row): row for row in package.records(table)}
            for table in package.tables
        }
        self.support: dict[Any, str] = {}
        self.citing: dict[Any, tuple[str, str]] = {}
        for key, citation in self.rows["citations"].items():
            if citation["stance"] == "supports":
                self.support.setdefault((citation["table"], citation["row_id"]), key)
            self.citing.setdefault(citation["source_id"], ("citations", key))
        for key, figure in self.rows["figures"].items():
            self.citing.setdefault(figure["source_id"], ("figures", key))

    def rows_with_what_they_need(self) -> dict[str, set[str]]:
        """Return the keys of the rows of the part, by table."""
        kept: dict[str, set[str]] = {table: set() for table in self.rows}
        waiting = list(self.seeds())
        while waiting:
            table, key = waiting.pop()
            if key not in kept[table]:
                kept[table].add(key)
                waiting += self.needs(table, key, self.rows[table][key])
        return kept

    def seeds(self) -> Iterator[tuple[str, str]]:
        """Yield three rows of each table, one that fills each column, and all short tables."""
        for table, rows in self.rows.items():
            if len(rows) <= 30:
                yield from ((table, key) for key in rows)
            yield from ((table, key) for key in list(rows)[:3])
            for column in self.package.column_names(table):
                filled = (key for key, row in rows.items() if row[column] is not None)
                yield from ((table, key) for key in list(filled)[:1])
        disputes = (k for k, row in self.rows["citations"].items() if row["stance"] == "disputes")
        yield "citations", next(disputes)

    def needs(self, table: str, key: str, row: Record) -> Iterator[tuple[str, str]]:
        """Yield the rows that a row refers to, and those that its rules ask for."""
        for reference in self.package.schema(table).get("foreignKeys", []):
            value = row[reference["fields"][0]]
            if value is not None:
                yield reference["reference"]["resource"] or table, str(value)
        if table == "figures":
            yield str(row["subject_table"]), str(row["subject_id"])
        if table == "citations" and row["row_id"] != "*":
            yield str(row["table"]), str(row["row_id"])
        if table == "sources":
            yield self.citing[key]
        if table not in WITHOUT_CITATIONS:
            yield "citations", self.support[table, key]
        if table == "force_contributions" and row["event_id"] and row["iso3"]:
            yield (
                "event_participants",
                next(
                    participant
                    for role in sorted(ATTENDANCE)
                    if (participant := f"{row['event_id']}/{row['iso3']}/{role}")
                    in self.rows["event_participants"]
                ),
            )


if __name__ == "__main__":
    sys.exit(main())
