"""Importing the package costs nothing; its names come on first use."""

import json
import subprocess
import sys

import pytest

import csto_data

IMPORT = """
import json, sys
before = set(sys.modules)
{code}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def modules_loaded_by(code: str) -> set[str]:
    """Return the top-level modules that a new process loads while it runs the code."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT.format(code=code)], check=True, capture_output=True, text=True
    )
    return {name.split(".")[0] for name in json.loads(done.stdout)}


def test_import_loads_no_third_party_module() -> None:
    foreign = modules_loaded_by("import csto_data") - set(sys.stdlib_module_names)
    assert foreign == {"csto_data"}


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("csto_data.load('members')", {"pydantic", "pandera", "frictionless", "polars", "rich"}),
        ("csto_data.load('members', backend='polars')", {"pandas", "pydantic"}),
        ("csto_data.load('members', backend='pyarrow')", {"pandas", "polars", "pydantic"}),
        ("csto_data.tables()", {"pandas", "pandera", "frictionless"}),
        ("csto_data.describe('members')", {"pandas", "pandera", "frictionless"}),
        ("csto_data.explain('members', 'arm-cst-member-1')", {"pandas", "pydantic"}),
        ("root = csto_data.path('members').parents[1]; csto_data.diff(root, root)", {"pandas"}),
        ("csto_data.cite(), csto_data.path('members')", {"pandas", "pydantic"}),
        ("csto_data.verify", {"pandas", "pydantic", "hatchling"}),
    ],
)
def test_a_call_loads_only_what_it_needs(code: str, unwanted: set[str]) -> None:
    assert not modules_loaded_by(f"import csto_data; {code}") & unwanted


@pytest.mark.parametrize("name", csto_data.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(csto_data, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = csto_data.lod


def test_dir_lists_the_public_names() -> None:
    assert set(csto_data.__all__) < set(dir(csto_data))
