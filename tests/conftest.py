"""Copies of the package for tests to break."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from csto_data.package import DESCRIPTOR, Package, installed


class Copy(Package):
    """A copy of the package whose cells and files a test may change."""

    def edit(self, table: str, change: Callable[[list[dict[str, str]]], None]) -> None:
        """Rewrite a table after `change` has worked on its rows as text."""
        path = self.csv_path(table)
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        rows = list(reader)
        change(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames or [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def set_cell(self, table: str, row_id: str, column: str, text: str) -> int:
        """Write a text into a cell and return the line on which it stands."""
        key = self.schema(table)["primaryKey"]
        found: list[int] = []

        def change(rows: list[dict[str, str]]) -> None:
            for number, row in enumerate(rows, start=2):
                if "/".join(row[name] for name in key) == row_id:
                    row[column] = text
                    found.append(number)

        self.edit(table, change)
        assert len(found) == 1, f"{row_id} stands {len(found)} times in {table}"
        return found[0]

    def edit_json(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Rewrite the descriptor or a schema after `change` has worked on it."""
        path = self.root / name
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A fresh copy of the whole package."""
    root = installed().root
    shutil.copy(root / DESCRIPTOR, tmp_path)
    for folder in ("schemas", "data"):
        shutil.copytree(root / folder, tmp_path / folder)
    return Copy(tmp_path)
