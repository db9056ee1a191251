"""Rows and columns of a table by simple conditions."""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from csto_data.errors import CstoDataError, unknown_name
from csto_data.package import PARSERS, Record, Value, installed

COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "~": lambda cell, text: text.casefold() in str(cell).casefold(),
}
CONDITION: Final = re.compile(r"\s*(\w+)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*")


def select(
    table: str, conditions: Sequence[str] = (), columns: Sequence[str] | None = None
) -> tuple[list[str], list[list[Value]]]:
    """Return the names of the columns and the rows of a table that meet all conditions.

    A condition is `column=value`, with `=`, `!=`, `<`, `<=`, `>`, `>=` or `~` (contains, in
    whatever case). The value is read as the column's type; an empty value means an empty
    cell. An empty cell meets no other condition but `!=`. Raises `CstoDataError` for a
    condition that cannot be read.

    >>> select("members", ["iso3=UZB", "status=suspended"], ["start_date"])
    (['start_date'], [[datetime.date(2012, 12, 19)]])
    """
    package = installed()
    names = package.column_names(table)
    wanted = [_known(name.strip(), names, table) for name in columns] if columns else names
    tests = [_test(condition, package.fields(table), table) for condition in conditions]
    rows = [row for row in package.records(table) if all(test(row) for test in tests)]
    return wanted, [[row[name] for name in wanted] for row in rows]


def _known(name: str, names: Sequence[str], table: str) -> str:
    if name not in names:
        raise unknown_name("column", name, names, where=f" in {table}")
    return name


def _test(condition: str, fields: list[dict[str, Any]], table: str) -> Callable[[Record], bool]:
    match = CONDITION.fullmatch(condition)
    if match is None:
        raise CstoDataError(f"cannot read the condition '{condition}': write column=value")
    name, sign, text = match.groups()
    types = {field["name"]: field["type"] for field in fields}
    type_name = types[_known(name, list(types), table)]
    try:
        value = (text if sign == "~" else PARSERS[type_name](text)) if text else None
    except (ValueError, KeyError):
        raise CstoDataError(f"'{text}' in '{condition}' is not of type {type_name}") from None
    if value is None and sign not in ("=", "!="):
        raise CstoDataError(f"the condition '{condition}' has no value after {sign}")
    compare = COMPARISONS[sign]

    def test(row: Record) -> bool:
        cell = row[name]
        if cell is None or value is None:
            return compare(cell, value) if sign in ("=", "!=") else False
        return compare(cell, value)

    return test
