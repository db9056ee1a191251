"""Lists that print as aligned text."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


class Listing(list[T]):
    """A list of dataclass instances that prints as a table, one line each."""

    def __repr__(self) -> str:
        if not self:
            return "(none)"
        names = [field.name for field in fields(self[0])]  # type: ignore[arg-type]
        return aligned(names, [[getattr(item, name) for name in names] for item in self])

    __str__ = __repr__


def aligned(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as text in columns that are as wide as their widest cell.

    >>> print(aligned(["a", "long"], [["some", None], [True, 2]]))
    a     long
    some
    true  2
    """
    lines = [list(header), *[[as_text(cell) for cell in row] for row in rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_text(value: Any) -> str:
    """Return a value as the CSV files write it: an empty string for None, ISO days, true, false.

    >>> [as_text(value) for value in (None, True, 7.0, 0.5, 33e9)]
    ['', 'true', '7', '0.5', '33000000000']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
