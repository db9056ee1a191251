"""What is declared once is declared once, and the other files agree."""

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import csto_data as csto
from csto_data.package import installed

ROOT = Path(__file__).parents[2]


def test_the_working_copy_is_what_is_loaded() -> None:
    assert installed().root == ROOT


def test_licences_are_stated_in_descriptor_readme_and_files() -> None:
    names = [licence["name"] for licence in installed().descriptor["licenses"]]
    assert names == ["CC-BY-4.0", "MIT"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(LICENSE-DATA)" in readme
    assert "(LICENSE)" in readme
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    data_licence = (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")
    assert data_licence.startswith("Attribution 4.0 International")


@pytest.fixture
def sections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The sections of CHANGELOG.md as the script of releases reads them."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found: list[Any] = import_module("changelog").sections(text)
    assert [one.version for one in found] == re.findall(r"^## ([0-9.]+)", text, re.MULTILINE)
    return found


def test_the_changelog_begins_with_the_version_or_what_comes_after_it(sections: list[Any]) -> None:
    versions = [tuple(map(int, one.version.split("."))) for one in sections]
    assert versions == sorted(set(versions), reverse=True)
    assert csto.__version__ in [one.version for one in sections[:2]]


def test_a_released_version_is_dated_alike_in_changelog_and_descriptor(sections: list[Any]) -> None:
    (section,) = [one for one in sections if one.version == csto.__version__]
    if section.released:
        assert installed().descriptor["created"] == f"{section.released}T00:00:00Z"


def test_pydantic_models_and_parsers_know_the_same_types() -> None:
    from csto_data.descriptor import Column
    from csto_data.package import PARSERS

    assert set(Column.model_fields["type"].annotation.__args__) == set(PARSERS)  # type: ignore[union-attr]


def test_validation_of_every_extra_is_part_of_dev() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"]) - {"dev"}
    (own,) = [d for d in project["optional-dependencies"]["dev"] if d.startswith("csto-data[")]
    assert set(own.removeprefix("csto-data[").rstrip("]").split(",")) == extras
