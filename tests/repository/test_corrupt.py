"""Validation finds what `scripts/corrupt.py` breaks; the whole run is for maintainers."""

import sys
from pathlib import Path

import pytest

from csto_data.package import Package, installed

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from corrupt import run, write_part
from corruptions import KINDS, Corruption, corruptions


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The valid part of the package that is spoilt."""
    return write_part(Package(installed().root), tmp_path_factory.mktemp("corrupt") / "clean")


@pytest.fixture(scope="module")
def every(clean: Path) -> list[Corruption]:
    """All corruptions of the part."""
    return corruptions(clean)


@pytest.mark.parametrize("kind", KINDS)
def test_validation_names_the_place_of_each_kind(
    clean: Path, every: list[Corruption], kind: str
) -> None:
    of_kind = [each for each in every if each.kind == kind]
    corruption = of_kind[len(of_kind) // 2]
    verdict, said = run(clean, corruption)
    assert verdict == "caught", f"{corruption.what}: {corruption.places}\n{said}"


def test_every_table_and_column_is_spoilt(every: list[Corruption]) -> None:
    spoilt = {(file, column) for each in every for file, _, column in each.places}
    package = installed()
    for table in package.tables:
        for column in package.column_names(table):
            assert (f"data/{table}.csv", column) in spoilt


def test_the_corruptions_are_the_same_every_time(clean: Path, every: list[Corruption]) -> None:
    again = corruptions(clean)
    assert [(e.kind, e.what, e.places) for e in again] == [
        (e.kind, e.what, e.places) for e in every
    ]
