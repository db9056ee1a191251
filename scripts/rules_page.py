"""The page of the rules: what each says, a line that breaks it, and what is seen then."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import csto_data as csto
from csto_data.canonical import FORM, ORDER
from csto_data.rules import RULES

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from breaking import Spoil, every_breach
from copies import Copy, copy_files, small_copy

INTRODUCTION = r"""# The rules

What `csto-data validate` looks at, in this order; what comes later waits until the earlier is
mended. For each rule: what it says, a line that breaks it, and what you see then. The lines are
of a small copy of the tables, so that their numbers are lower than in the tables themselves. A
`\` in a line stands before the code of a character that does not print.

This page is made from the rules and from what the tests break, by `python scripts/write_docs.py`.
"""

DECLARATIONS = {
    "descriptor": "`datapackage.json` and the schemas say only what the project knows and uses, in "
    "the types that it expects, and do not contradict each other.",
    "not_json": "`datapackage.json` and the schemas are JSON.",
    "missing_file": "Every table that `datapackage.json` names has its file and its schema.",
    "stray_file": "`data` and `schemas` hold nothing that `datapackage.json` does not name.",
    "link": "The files and folders are themselves there, and no links to others.",
    "too_large": "A file is no larger than data of this kind can be.",
}
SCHEMAS = {
    "type_error": "A cell is of the type that the schema declares for its column.",
    "constraint_error": "A cell obeys what the schema declares for its column: whether it may be "
    "empty, its vocabulary, its pattern, its bounds.",
    "primary_key": "No two rows have the same key.",
    "foreign_key": "What refers to a row of another table refers to one that exists.",
}
WIDEST_LINE = 400


def rules_page() -> str:
    """Return docs/rules.md."""
    sections = {
        "The declarations": DECLARATIONS,
        "The form of the files": _docstrings(FORM),
        "Types, constraints and keys": SCHEMAS,
        "The order of the rows": _docstrings((ORDER,)),
        "Within a row": _docstrings(RULES[:1]),
        "Between rows": _docstrings(RULES[1:]),
    }
    with TemporaryDirectory() as folder:
        small = small_copy(Path(folder)).root
        examples = dict(reversed(list(every_breach())))
        parts = [INTRODUCTION.strip()]
        for heading, rules in sections.items():
            parts.append(f"## {heading}")
            parts += [_entry(name, said, small, examples[name]) for name, said in rules.items()]
    return "\n\n".join(parts) + "\n"


def _docstrings(groups: tuple[tuple[Callable[..., Any], ...], ...]) -> dict[str, str]:
    """Return what the rules say, by name, as paragraphs."""
    return {rule.__name__: "\n\n".join(_paragraphs(rule)) for group in groups for rule in group}


def _paragraphs(rule: Callable[..., Any]) -> Iterator[str]:
    for paragraph in str(rule.__doc__).split("\n\n"):
        yield " ".join(paragraph.split())


def _entry(name: str, said: str, small: Path, spoil: Spoil) -> str:
    """Return a rule with its example, which is made by breaking it."""
    with TemporaryDirectory() as folder:
        copy = Copy(copy_files(small, Path(folder)))
        file, number, _ = spoil(copy)
        (problem,) = csto.validate(copy.root)
        path = copy.root / file
        lines = path.read_bytes().split(b"\n") if path.exists() else []
    assert (problem.file, problem.line, problem.rule) == (file, number, name), problem
    shown = [_printed(lines[number - 1]), ""] if number <= len(lines) else []
    example = "\n".join(["```", *shown, _printed(str(problem).encode()), "```"])
    return f"### `{name}`\n\n{said}\n\n{example}"


def _printed(line: bytes) -> str:
    """Return a line with the characters that do not print as their codes, cut where it is long."""
    text = line.decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return shown if len(shown) <= WIDEST_LINE else f"{shown[:WIDEST_LINE]}…"
