"""What is declared once is declared once, and the other files agree."""

import re
import tomllib
from pathlib import Path

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


def test_the_changelog_has_a_section_for_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([0-9.]+)", changelog, re.MULTILINE)[0] == csto.__version__


def test_pydantic_models_and_parsers_know_the_same_types() -> None:
    from csto_data.descriptor import Column
    from csto_data.package import PARSERS

    assert set(Column.model_fields["type"].annotation.__args__) == set(PARSERS)  # type: ignore[union-attr]


def test_validation_of_every_extra_is_part_of_dev() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"]) - {"dev"}
    (own,) = [d for d in project["optional-dependencies"]["dev"] if d.startswith("csto-data[")]
    assert set(own.removeprefix("csto-data[").rstrip("]").split(",")) == extras
