"""The rows of a package as rules look at them: typed, with their line and key."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from csto_data.errors import MissingColumnError
from csto_data.package import Package, Record


@dataclass(frozen=True, eq=False)
class Row:
    """A row of a table, with the line of its file on which it stands."""

    table: str
    line: int
    row_id: str
    cells: Record

    def __getitem__(self, column: str) -> Any:
        if column not in self.cells:
            raise MissingColumnError(self.table, column)
        return self.cells[column]


@dataclass(frozen=True)
class Breach:
    """A cell or row that breaks a rule; an empty column means the row as a whole."""

    row: Row
    column: str
    message: str


class Records:
    """The tables of a package as lists of rows; a table that the package lacks is empty."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.tables = package.tables
        self.rows = cache(self._rows)
        self.by_id = cache(self._by_id)

    def with_columns(self, *columns: str) -> list[Row]:
        """Return the rows of all tables that have these columns."""
        return [
            row
            for table in self.tables
            if set(columns) <= set(self.package.column_names(table))
            for row in self.rows(table)
        ]

    def all(self) -> list[Row]:
        """Return the rows of all tables."""
        return [row for table in self.tables for row in self.rows(table)]

    def checked_through(self, table: str) -> date:
        """Return the last day that the sources read for a table cover."""
        return self.package.checked_through(table)

    def _rows(self, table: str) -> list[Row]:
        if table not in self.tables:
            return []
        return [
            Row(table, line, self.package.row_id(table, cells), cells)
            for line, cells in enumerate(self.package.records(table), start=2)
        ]

    def _by_id(self, table: str) -> dict[str, Row]:
        return {row.row_id: row for row in self.rows(table)}
