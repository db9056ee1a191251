"""A JSON text with the line of each of its values, and what readers of JSON pass over.

Readers take the last of two equal names and accept NaN. Here both are faults.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

Way = tuple[str | int, ...]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,\n]|[^\s\[\]{}:,"]+')


@dataclass
class JsonText:
    """The content of a JSON text, the lines of its values, and its faults: line, way, message."""

    content: Any
    lines: dict[Way, int] = field(default_factory=lambda: {(): 1})
    faults: list[tuple[int, Way, str]] = field(default_factory=list)

    def known(self, way: Way) -> Way:
        """Return the part of a way that leads to something in the text."""
        while way not in self.lines:
            way = way[:-1]
        return way


@dataclass
class _Level:
    """An object or array that is being read, and where in it."""

    is_object: bool
    step: str | int = 0
    awaits_name: bool = False


def read(text: str) -> JsonText:
    """Return a JSON text with its lines. Raises `ValueError` or `RecursionError` if it is none.

    >>> read('{"a": 1,' + chr(10) + '"b": [2]}').lines
    {(): 1, ('a',): 1, ('b',): 2, ('b', 0): 2}
    """
    found = JsonText(json.loads(text))
    levels: list[_Level] = []
    line = 1
    for token in _TOKEN.findall(text):
        if token == "\n":
            line += 1
        elif token in ("]", "}"):
            levels.pop()
        elif token == ",":
            _go_on(levels[-1])
        elif token == ":":
            levels[-1].awaits_name = False
        else:
            _note(found, levels, token, line)
    return found


def _go_on(level: _Level) -> None:
    level.awaits_name = level.is_object
    if isinstance(level.step, int):
        level.step += 1


def _note(found: JsonText, levels: list[_Level], token: str, line: int) -> None:
    """Note the line of a name or value, and go down into what it opens."""
    level = levels[-1] if levels else None
    is_name = level is not None and level.awaits_name
    if level and is_name:
        level.step = str(json.loads(token))
    way = tuple(level.step for level in levels)
    if is_name and way in found.lines:
        found.faults.append((line, way, "the name stands twice"))
    if level and (is_name or not level.is_object):
        found.lines[way] = line
    if token in ("NaN", "Infinity", "-Infinity"):
        found.faults.append((line, way, f"{token} is no number"))
    if token in ("{", "["):
        levels.append(_Level(token == "{", "" if token == "{" else 0, token == "{"))
