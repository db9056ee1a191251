"""The tutorial runs, and what it shows is what its cells print."""

import sys
from copy import deepcopy
from typing import Any

import pytest
import run_tutorial
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

import csto_data as csto


@pytest.fixture
def stored() -> NotebookNode:
    return run_tutorial.stored()


def outputs(notebook: NotebookNode, cell_id: str) -> list[Any]:
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    return list(cell.outputs)


@pytest.mark.pages
def test_every_cell_runs_and_gives_the_stored_outputs(stored: NotebookNode) -> None:
    fresh = run_tutorial.run(stored)
    found = run_tutorial.differences(stored, fresh)
    assert not found, "\n".join([*found, "run python scripts/run_tutorial.py"])


def test_text_that_differs_is_told_with_its_cell(stored: NotebookNode) -> None:
    fresh = deepcopy(stored)
    outputs(fresh, "codes")[0]["text"] = "something else\n"
    (found,) = run_tutorial.differences(stored, fresh)
    assert found.startswith("cell 'codes' printed\nnot codes: ['KAS']")
    assert found.endswith("and prints now\nsomething else\n")


def test_another_picture_is_no_difference_and_none_is(stored: NotebookNode) -> None:
    fresh = deepcopy(stored)
    outputs(fresh, "plot-members")[0]["data"]["image/png"] = "another"
    assert run_tutorial.differences(stored, fresh) == []
    (cell,) = (cell for cell in fresh.cells if cell.id == "plot-members")
    cell.outputs = []
    (found,) = run_tutorial.differences(stored, fresh)
    assert found.startswith("cell 'plot-members' printed\n[picture]\n")


def test_nothing_is_stored_that_depends_on_machine_or_hour(stored: NotebookNode) -> None:
    assert stored.metadata == run_tutorial.METADATA
    assert not any(cell.metadata for cell in stored.cells)
    counts = [cell.execution_count for cell in stored.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert "/tmp/" not in run_tutorial.TUTORIAL.read_text(encoding="utf-8")


def test_the_kernel_is_the_running_interpreter_with_the_same_package() -> None:
    code = "import sys, csto_data; print(sys.executable, csto_data.__file__)"
    (cell,) = run_tutorial.run(new_notebook(cells=[new_code_cell(code)])).cells
    assert cell.outputs[0].text == f"{sys.executable} {csto.__file__}\n"


def test_a_cell_that_fails_is_told() -> None:
    with pytest.raises(CellExecutionError, match="unknown table 'member'"):
        run_tutorial.run(
            new_notebook(cells=[new_code_cell("import csto_data; csto_data.load('member')")])
        )
