"""Run docs/tutorial.ipynb and store its outputs, or with --check compare them and fail.

    python scripts/run_tutorial.py [--check]

Text is compared; of pictures only that there is one, as they differ between versions of matplotlib.
"""

import os
import sys
from copy import deepcopy
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial.ipynb"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SETTINGS = {
    "IPYKERNEL_CELL_NAME": "tutorial",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
"""The file that warnings name, which is else a temporary one, and pictures in the notebook."""
PICTURE = "image/png"


def stored() -> NotebookNode:
    """Return the tutorial as it is stored."""
    return nbformat.read(TUTORIAL, as_version=4)


def run(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with the outputs that its cells give now.

    The kernel is that of the running interpreter, whatever kernels are installed, with the settings
    of no user. Raises `CellExecutionError` for a cell that fails.
    """
    fresh = deepcopy(notebook)
    with TemporaryDirectory() as folder:
        manager = AsyncKernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(Path(folder) / "kernel.json"),
            transport="ipc",
        )
        client = NotebookClient(
            fresh, km=manager, timeout=120, record_timing=False, coalesce_streams=True
        )
        client.execute(env=os.environ | {"IPYTHONDIR": folder} | SETTINGS, cleanup_kc=True)
    fresh.metadata = nbformat.from_dict(METADATA)
    return fresh


def differences(old: NotebookNode, new: NotebookNode) -> list[str]:
    """Return a paragraph for each cell whose text outputs differ, with what was and what is."""
    return [
        f"cell '{after.id}' printed\n{_text(before)}\nand prints now\n{_text(after)}"
        for before, after in zip_longest(old.cells, new.cells)
        if _text(before) != _text(after)
    ]


def _text(cell: NotebookNode) -> str:
    """Return the outputs of a cell as text, with a word in the place of each picture."""
    parts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        parts.append("[picture]" if PICTURE in data else data.get("text/plain", output.get("text")))
    return "\n".join(parts)


def main() -> int:
    """Run the tutorial and write or check it; return 1 where it fails or --check finds a change."""
    old = stored()
    try:
        new = run(old)
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" in sys.argv:
        found = differences(old, new)
        for difference in found:
            print(difference, file=sys.stderr)
        if found:
            print("docs/tutorial.ipynb: python scripts/run_tutorial.py", file=sys.stderr)
        return 1 if found else 0
    nbformat.write(new, TUTORIAL)
    print("written: docs/tutorial.ipynb")
    return 0


if __name__ == "__main__":
    sys.exit(main())
