"""What changed in the descriptor and the schemas: tables, columns, vocabularies, descriptions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from csto_data.listing import as_text
from csto_data.package import Package

OF_THE_RELEASE: Final = ("version", "created", "resources")
"""Properties of the descriptor that say nothing of their own about the data."""


@dataclass(frozen=True)
class DeclarationChange:
    """A declaration that reads otherwise: `what` is a property, or `table added` and the like.

    An empty column means the table, and an empty table the package as a whole. A property that is
    not declared is an empty text.
    """

    table: str
    column: str
    what: str
    old: str
    new: str


def declaration_changes(old: Package, new: Package) -> Iterator[DeclarationChange]:
    """Yield what two packages declare otherwise, in the order of the newer one."""
    before, after = (_of_package(package) for package in (old, new))
    yield from _differences("", "", before, after)
    for table in [*new.tables, *(name for name in old.tables if name not in new.tables)]:
        if table not in old.tables:
            yield DeclarationChange(table, "", "table added", "", new.resource(table)["title"])
        elif table not in new.tables:
            yield DeclarationChange(table, "", "table removed", old.resource(table)["title"], "")
        else:
            before, after = (_of_table(package, table) for package in (old, new))
            yield from _differences(table, "", before, after)
            yield from _column_changes(table, old, new)


def _column_changes(table: str, old: Package, new: Package) -> Iterator[DeclarationChange]:
    before, after = ({f["name"]: f for f in package.fields(table)} for package in (old, new))
    orders = [
        [name for name in names if name in before and name in after] for names in (before, after)
    ]
    if orders[0] != orders[1]:
        yield DeclarationChange(table, "", "column order", *map(", ".join, orders))
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in before:
            yield DeclarationChange(table, name, "column added", "", after[name]["type"])
        elif name not in after:
            yield DeclarationChange(table, name, "column removed", before[name]["type"], "")
        else:
            yield from _value_changes(table, name, before[name], after[name])
            yield from _differences(table, name, *map(_of_column, (before[name], after[name])))


def _value_changes(
    table: str, column: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[DeclarationChange]:
    """Yield the values that a vocabulary gained or lost, and those that mean something else."""
    before, after = (_vocabulary(field) for field in (old, new))
    if not before or not after:
        return
    for value, meaning in after.items():
        if value not in before:
            yield DeclarationChange(table, column, "value added", "", value)
        elif meaning != before[value]:
            what = f"meaning of {value}"
            yield DeclarationChange(table, column, what, before[value], meaning)
    for value in before:
        if value not in after:
            yield DeclarationChange(table, column, "value removed", value, "")


def _differences(
    table: str, column: str, before: dict[str, str], after: dict[str, str]
) -> Iterator[DeclarationChange]:
    for what in dict.fromkeys([*after, *before]):
        old, new = before.get(what, ""), after.get(what, "")
        if old != new:
            yield DeclarationChange(table, column, what, old, new)


def _of_package(package: Package) -> dict[str, str]:
    return {
        name: _text(value)
        for name, value in package.descriptor.items()
        if name not in OF_THE_RELEASE
    }


def _of_table(package: Package, table: str) -> dict[str, str]:
    declared = package.resource(table) | package.schema(table)
    return {
        name: _text(value) for name, value in declared.items() if name not in ("schema", "fields")
    }


def _of_column(field: dict[str, Any]) -> dict[str, str]:
    """Return the properties of a column; the values of its vocabulary are compared one by one."""
    declared = field | field.get("constraints", {})
    plain = {
        name: _text(value)
        for name, value in declared.items()
        if name not in ("constraints", "enum", "enumLabels")
    }
    return plain | {"vocabulary": "closed" if _vocabulary(field) else "open"}


def _vocabulary(field: dict[str, Any]) -> dict[str, str]:
    """Return the values that a column may take with their meanings; none if it is open."""
    values, labels = field.get("constraints", {}).get("enum") or [], field.get("enumLabels") or {}
    return {value: labels.get(value, "") for value in values}


def _text(value: Any) -> str:
    return (
        json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else as_text(value)
    )
