"""The data package on disk: its descriptor, schemas and CSV files."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from csto_data.errors import DamagedPackageError, unknown_name

DESCRIPTOR: Final = "datapackage.json"

Value = str | int | float | bool | date | None
Record = dict[str, Value]

PARSERS: Final[dict[str, Callable[[str], Value]]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
}


class Package:
    """A folder that holds `datapackage.json`, `schemas/` and `data/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._schemas: dict[str, dict[str, Any]] = {}

    @cached_property
    def descriptor(self) -> dict[str, Any]:
        """The content of `datapackage.json`."""
        return self._read_json(DESCRIPTOR)

    @property
    def tables(self) -> list[str]:
        """The names of the tables, in the order of the descriptor."""
        return [resource["name"] for resource in self.descriptor["resources"]]

    def resource(self, table: str) -> dict[str, Any]:
        """Return the descriptor's entry of a table."""
        for resource in self.descriptor["resources"]:
            if resource["name"] == table:
                return dict(resource)
        raise unknown_name("table", table, self.tables)

    def schema(self, table: str) -> dict[str, Any]:
        """Return the Table Schema of a table."""
        if table not in self._schemas:
            self._schemas[table] = self._read_json(self.resource(table)["schema"])
        return self._schemas[table]

    def fields(self, table: str) -> list[dict[str, Any]]:
        """Return the declarations of a table's columns, in order."""
        return list(self.schema(table)["fields"])

    def column_names(self, table: str) -> list[str]:
        """Return the names of a table's columns, in order."""
        return [field["name"] for field in self.fields(table)]

    def checked_through(self, table: str) -> date:
        """Return the last day that the sources read for a table cover."""
        return date.fromisoformat(self.resource(table)["checked_through"])

    def csv_path(self, table: str) -> Path:
        """Return the path of a table's CSV file."""
        return self.root / str(self.resource(table)["path"])

    def cells(self, table: str) -> Iterator[list[str]]:
        """Yield the lines of a table's CSV file as lists of text, the header first."""
        path = self.csv_path(table)
        try:
            with path.open(encoding="utf-8", newline="") as file:
                yield from csv.reader(file, strict=True)
        except FileNotFoundError:
            raise DamagedPackageError(f"{path} is missing: install csto-data again") from None

    def columns(self, table: str) -> dict[str, list[Value]]:
        """Return a table as typed columns; an empty cell is None."""
        lines = list(self.cells(table))[1:]
        cells = zip(*lines, strict=True) if lines else [()] * len(self.fields(table))
        return {
            field["name"]: _typed(field["type"], texts)
            for field, texts in zip(self.fields(table), cells, strict=True)
        }

    def records(self, table: str) -> list[Record]:
        """Return a table as typed rows; an empty cell is None."""
        columns = self.columns(table)
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def row_id(self, table: str, record: Record) -> str:
        """Return the key of a row as citations write it, its parts joined by `/`."""
        return "/".join(str(record[name]) for name in self.schema(table)["primaryKey"])

    def _read_json(self, path: str) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads((self.root / path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DamagedPackageError(
                f"{self.root / path} is missing: is {self.root} a copy of the data package?"
            ) from None
        except ValueError as error:
            raise DamagedPackageError(f"{self.root / path} is not JSON: {error}") from None
        return content


@cache
def installed() -> Package:
    """Return the data package that is installed with the code, or that of the working copy."""
    inside = Path(__file__).parent / "_package"
    return Package(inside if inside.is_dir() else Path(__file__).parent.parent)


def path(table: str) -> Path:
    """Return the path of a table's CSV file.

    Raises `UnknownNameError` for an unknown table.

    >>> path("members").name
    'members.csv'
    """
    return installed().csv_path(table)


def _typed(type_name: str, texts: tuple[str, ...]) -> list[Value]:
    parse = PARSERS[type_name]
    return [parse(text) if text else None for text in texts]
