"""A diff as text, Markdown and JSON; no cell can break out of its place.

Text quotes cells as Python does, which shows every character that does not print. In Markdown
they stand in `<code>`, where nobody is mentioned, and what Markdown or HTML may read as a mark is a
character reference, which neither reads so.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from csto_data.bumps import Versions
from csto_data.declarations import DeclarationChange
from csto_data.flips import Answer, DaysFlip, DyadFlip, Effect, YearFlip
from csto_data.listing import as_text

if TYPE_CHECKING:
    from csto_data.comparing import CellChange, Diff, TableDiff

LISTED: Final = 20
"""How many items of a list are shown."""
EXCERPT: Final = 160
"""How many characters of a cell are shown."""
LONGEST_COMMENT: Final = 60_000
"""GitHub takes comments of up to 65,536 characters."""
MARKS: Final = re.compile(r"[^\w ,/-]|(?<![^\W_])_|_(?![^\W_])")
WORDS: Final = re.compile(r"[A-Za-z]+([ _][A-Za-z]+)*")
TRUTH: Final = {None: "unknown", True: "true", False: "false"}

Quote = Callable[[str], str]
Section = tuple[str, list[str]]
"""A heading and its lines."""


def text(diff: "Diff") -> str:
    """Return a diff as plain text."""
    blocks = [
        "\n".join([heading, *(f"  {line}" for line in lines)])
        for heading, lines in _sections(diff, repr, LISTED)
    ]
    return "\n\n".join([f"{diff.old!r} -> {diff.new!r}", *blocks])


def markdown(diff: "Diff") -> str:
    """Return a diff as Markdown, with shorter lists where it is too long for a comment."""
    for listed in (LISTED, 5, 1, 0):
        blocks = [
            "\n".join([f"#### {heading}", "", *(f"- {line}" for line in lines)])
            for heading, lines in _sections(diff, code, listed)
        ]
        page = "\n\n".join([f"### {code(diff.old)} → {code(diff.new)}", *blocks]) + "\n"
        if len(page) <= LONGEST_COMMENT:
            return page
    return "### The diff is too long for a comment\n\nSee `csto-data diff --format json`.\n"


def json_text(diff: "Diff") -> str:
    """Return a whole diff as JSON, with the counts that the other forms show."""
    content = asdict(diff)
    content["versions"]["suffices"] = diff.versions.suffices
    for effect, found in zip(content["effects"], diff.effects, strict=True):
        effect["counts"] = {f"{what}s": number for what, number in _counts(found).items()}
        for span, flip in zip(effect["state_days"], found.state_days, strict=True):
            span["days"] = flip.days
    return json.dumps(content, ensure_ascii=False, indent=2, default=as_text)


def code(cell: str) -> str:
    """Return a text for any place in Markdown, as code in which nothing is a mark.

    >>> code("a|b")
    '<code>a&#124;b</code>'
    """
    return f"<code>{MARKS.sub(lambda found: _reference(found[0]), cell) or '&#8709;'}</code>"


def _reference(character: str) -> str:
    """Return a character as a reference, and one that does not print as its escape."""
    shown = character if character.isprintable() else repr(character)[1:-1]
    return "".join(one if one.isalnum() else f"&#{ord(one)};" for one in shown)


def _sections(diff: "Diff", quote: Quote, listed: int) -> Iterator[Section]:
    """Yield what a diff says, with cells quoted and lists cut."""
    if diff.is_empty:
        yield "no differences", []
    if diff.declarations:
        lines = [_declaration(change, quote) for change in diff.declarations]
        yield f"declarations: {_counted(len(lines), 'change')}", _cut(lines, listed)
    for table in diff.tables:
        yield _table_section(table, quote, listed)
    for effect in [] if diff.is_empty else diff.effects:
        yield _effect_section(effect, quote, listed)
    yield _version(diff.versions), []
    if diff.problems:
        lines = [quote(str(problem)) for problem in diff.problems]
        yield _counted(len(lines), "problem"), _cut(lines, listed)
    if diff.notes:
        yield "not checked", [quote(note) for note in diff.notes]


def _declaration(change: DeclarationChange, quote: Quote) -> str:
    place = ".".join(filter(None, (change.table, change.column))) or "package"
    what = _word(change.what, quote)
    return f"{place}: {what}: {_change(change.old, change.new, quote)}"


def _table_section(table: "TableDiff", quote: Quote, listed: int) -> Section:
    counts = {
        "row{} added": len(table.added),
        "row{} removed": len(table.removed),
        "cell{} changed": len(table.cells),
    }
    heading = ", ".join(
        f"{number} {what.format('s' if number > 1 else '')}"
        for what, number in counts.items()
        if number
    )
    lines = [
        *_cut([f"added {quote(_short(key))}" for key in table.added], listed),
        *_cut([f"removed {quote(_short(key))}" for key in table.removed], listed),
        *_cut([_cell(cell, quote) for cell in table.cells], listed),
    ]
    return f"{table.table}: {heading}", lines


def _cell(cell: "CellChange", quote: Quote) -> str:
    return f"{quote(_short(cell.row_id))} {cell.column}: {_change(cell.old, cell.new, quote)}"


def _effect_section(effect: Effect, quote: Quote, listed: int) -> Section:
    counts = [_counted(number, what) for what, number in _counts(effect).items()]
    heading = f"default panel, basis {effect.basis}, through {effect.through}, answers that flip"
    lines = [
        *_cut([_days(flip, quote) for flip in effect.state_days], listed),
        *_cut([_year(flip, quote) for flip in effect.state_years], listed),
        *_cut([_dyad(flip, quote) for flip in effect.dyad_years], listed),
    ]
    return f"{heading}: {', '.join(counts)}", lines


def _counts(effect: Effect) -> dict[str, int]:
    return {
        "state-day": effect.days,
        "state-year": len(effect.state_years),
        "dyad-year": len(effect.dyad_years),
    }


def _days(flip: DaysFlip, quote: Quote) -> str:
    days = f"{flip.first} to {flip.last} ({_counted(flip.days, 'day')})"
    return f"{_word(flip.iso3, quote)} {days}: {_answers(flip.old, flip.new, quote)}"


def _year(flip: YearFlip, quote: Quote) -> str:
    return f"{_word(flip.iso3, quote)} {flip.year}: {_answers(flip.old, flip.new, quote)}"


def _dyad(flip: DyadFlip, quote: Quote) -> str:
    pair = "-".join(_word(iso3, quote) for iso3 in (flip.iso3_1, flip.iso3_2))
    return f"{pair} {flip.year}: are_members {TRUTH[flip.old]} -> {TRUTH[flip.new]}"


def _answers(old: Answer, new: Answer, quote: Quote) -> str:
    """Return the status and the membership, each where it changes."""
    parts = []
    if str(old) != str(new):
        parts.append(f"{_word(str(old), quote)} -> {_word(str(new), quote)}")
    if old.is_member != new.is_member:
        parts.append(f"is_member {TRUTH[old.is_member]} -> {TRUTH[new.is_member]}")
    return ", ".join(parts)


def _version(versions: Versions) -> str:
    because = ", ".join(versions.because) or "nothing changed"
    needed = "no" if versions.bump == "none" else f"a {versions.bump}"
    enough = "enough" if versions.suffices else "too low"
    return (
        f"{needed} new version ({because}): from {versions.old} to at least "
        f"{versions.at_least}; the newer copy says {versions.new}, {enough}"
    )


def _change(old: str, new: str, quote: Quote) -> str:
    return " -> ".join(quote(part) for part in _excerpts(old, new))


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Return two texts, long ones cut to the place where they begin to differ."""
    if max(len(old), len(new)) <= EXCERPT:
        return old, new
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = max(0, same - EXCERPT // 4)
    return _short(old, start), _short(new, start)


def _short(text: str, start: int = 0) -> str:
    end = start + EXCERPT
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _word(word: str, quote: Quote) -> str:
    """Return a word as it is, and anything else quoted."""
    return word if WORDS.fullmatch(word) else quote(_short(word))


def _cut(lines: Sequence[str], listed: int) -> list[str]:
    more = len(lines) - listed
    return [*lines[:listed], f"and {more} more"] if more > 0 else list(lines)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
