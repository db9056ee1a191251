"""The user's own frame with the status of its states: no join, no row lost or moved."""

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, Final, TypeVar

from csto_data.codes import code_table, detect, normal
from csto_data.errors import BadCellError, CstoDataError, CstoDataWarning, unknown_name
from csto_data.package import installed
from csto_data.panels import RULES, panel
from csto_data.spells import (
    COUNTING,
    check_name,
    check_reading,
    check_statuses,
    windows,
)

F = TypeVar("F")

PAIRS: Final = ("both", "one", "none")
ANSWERS: Final = ("status", "is_member", "instrument")
SHOWN_CODES: Final = 10
DAYS_ARE: Final = "is not a day; days are dates, datetimes or text such as 2009-06-14"
YEARS_ARE: Final = "is not a year; years are whole numbers such as 2009"
NO_NUMBERS: Final = "numbers are not read as days, as nobody can tell 20090101 from a count"
ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ENGINES: Final = {
    "pandas": "lookup",
    "pyarrow": "lookup",
    "polars": "expressions",
    "duckdb": "expressions",
    "_duckdb": "expressions",
    "ibis": "expressions",
    "pyspark": "expressions",
    "dask": "partitions",
}
"""The module that annotates the frames of a library."""


class AnnotationWarning(CstoDataWarning):
    """Some rows got no answer: unknown codes, or days past the last checked one."""


@dataclass(frozen=True)
class Stretch:
    """What some states are from one day, or one year, to another; None is unknown."""

    first: Any
    last: Any
    instrument: str | None
    status: str | None
    is_member: bool | None
    states: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What is asked of a frame: its columns, and the legal reading."""

    country: tuple[str, ...]
    when: str
    by_year: bool
    code: str
    basis: str
    rule: str
    out: str
    counting: tuple[str, ...]
    uncertain: str | None
    codes: tuple[str, ...] = field(default=())

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of the new columns: none for one column of states, `_1` and `_2` for two."""
        return ("",) if len(self.country) == 1 else ("_1", "_2")

    @property
    def new_columns(self) -> list[str]:
        """The names of the columns that are added, in order."""
        names = [f"{self.out}{what}{suffix}" for suffix in self.suffixes for what in ANSWERS]
        return names if len(self.country) == 1 else [*names, f"{self.out}pair"]

    @cached_property
    def last_known(self) -> Any:
        """The last checked day, or the last year."""
        checked = installed().checked_through("members")
        return checked.year if self.by_year else checked

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The stretches of days or years on which states are something, or may be."""
        return _merged(self._years() if self.by_year else self._days())

    def _days(self) -> Iterable[tuple[tuple[Any, ...], str]]:
        for window in windows(installed(), self.basis, self.uncertain):
            is_member = None if window.status is None else window.status in self.counting
            answer = (window.first, window.last, window.instrument, window.status, is_member)
            yield answer, window.iso3

    def _years(self) -> Iterable[tuple[tuple[Any, ...], str]]:
        frame = panel(
            "year",
            rule=self.rule,
            basis=self.basis,
            counting=self.counting,
            uncertain=self.uncertain,
        )
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            answer = (row["year"], row["year"], row["instrument"], row["status"], row["is_member"])
            if answer[2:] != (None, None, False):
                yield answer, str(row["iso3"])


def annotate(  # noqa: PLR0913
    df: F,
    *,
    country: str | Sequence[str],
    date: str | None = None,
    year: str | None = None,
    rule: str | None = None,
    code: str = "auto",
    basis: str = "in_force",
    out: str = "csto_",
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
) -> F:
    """Return the user's frame with the status of its states on its days.

    `df` is a pandas, polars (eager or lazy), pyarrow, Dask or PySpark frame, a DuckDB relation or
    an Ibis table; the same kind comes back, its rows, order, index and other columns unchanged,
    and what is lazy stays lazy. `country` names the column of states, `date` that of days. Three
    columns are added:

    - `csto_status`: member, suspended, frozen, signatory; null where the state is bound by nothing;
    - `csto_is_member`: whether the status is one of `counting`;
    - `csto_instrument`: CST or CSTO, whichever governs.

    With two columns of states the three come twice, ending in `_1` and `_2`, and `csto_pair` says
    `both`, `one` or `none`, null where a side is unknown. `out` is what the new names begin with.

    `code` is the system of the states: `iso3`, `iso2`, `iso_numeric`, `cow`, `gw`, `fips`, `name`,
    or `auto`, which looks at the values of an eager frame and refuses those that two systems
    explain differently. Days are dates, datetimes (the day is taken in the column's own zone) or
    ISO text. `year` instead of `date` names a column of years and needs a `rule`, as in `panel`.
    `basis`, `counting` and `uncertain` are as in `members`.

    A valid code without status gives False and nulls. An unknown code, an empty cell, or a day
    past the last checked one gives nulls; eager frames then get one `AnnotationWarning` that
    names the codes. Raises `CstoDataError` for columns that are missing, in the way, or of a type
    that holds no days, and `UnknownNameError` for a mistyped option.

    >>> import pandas as pd
    >>> events = pd.DataFrame({"iso3": ["UZB", "FRA"], "date": ["2012-12-18", "2012-12-18"]})
    >>> annotate(events, country="iso3", date="date")["csto_is_member"].tolist()
    [True, False]
    """
    question = asked(country, date, year, rule, code, basis, out, counting, uncertain)
    engine = _engine(df)
    check_columns(engine.column_names(df), question)
    return engine.annotate(df, question)  # type: ignore[no-any-return]


def check_codes(df: Any, country: str, code: str = "auto") -> list[str]:
    """Return the values of a column that are not codes of its system, sorted.

    Of a lazy frame the distinct values of that column are collected. The options and errors
    are those of `annotate`.

    >>> import pandas as pd
    >>> check_codes(pd.DataFrame({"iso3": ["ARM", "ARN"]}), "iso3", code="iso3")
    ['ARN']
    """
    engine = _engine(df)
    names = engine.column_names(df)
    if country not in names:
        raise unknown_name("column", country, names)
    values = [as_code(value) for value in engine.distinct(df, country) if value is not None]
    system = detect(values, country) if code == "auto" else code
    return sorted(value for value in values if normal(value, system) not in code_table(system))


def check_columns(names: Sequence[str], question: Question) -> None:
    """Raise unless the columns asked about are among these, and the new ones are not."""
    for column in (*question.country, question.when):
        if column not in names:
            raise unknown_name("column", column, names)
    for column in question.new_columns:
        if column in names:
            raise CstoDataError(
                f"there is a column '{column}' already: drop it, or pass another out="
            )


def told(question: Question, values: dict[str, list[Any]]) -> Question:
    """Return the question with the code system of each column of states.

    `values` are the distinct values of each of these columns, of which `auto` makes its guess.
    """
    if question.codes:
        return question
    if question.code != "auto":
        return replace(question, codes=(question.code,) * len(question.country))
    systems = [detect(map(as_code, _filled(values[name])), name) for name in question.country]
    return replace(question, codes=tuple(systems))


def told_lazy(question: Question) -> Question:
    """Return the question about a lazy frame, of whose values no guess is made."""
    if question.code == "auto":
        raise CstoDataError(
            'a lazy frame has no values to look at: pass code=, for example code="iso3"'
        )
    return told(question, {})


def strangers(question: Question, values: dict[str, list[Any]]) -> set[str]:
    """Return those of the distinct values of each column of states that are no codes."""
    return {
        text
        for name, code in zip(question.country, question.codes, strict=True)
        for text in map(as_code, _filled(values[name]))
        if normal(text, code) not in code_table(code)
    }


def warn(question: Question, unknown: set[str], late: int) -> None:
    """Warn, if need be, of values that are no codes and of rows past the last checked day."""
    parts = []
    if unknown:
        shown = ", ".join(sorted(unknown)[:SHOWN_CODES])
        more = f" and {len(unknown) - SHOWN_CODES} more" if len(unknown) > SHOWN_CODES else ""
        parts.append(f"unknown codes {shown}{more}")
    if late:
        parts.append(f"{late} rows past {question.last_known}")
    if parts:
        message = f"no answer for {'; '.join(parts)}"
        warnings.warn(message, AnnotationWarning, stacklevel=4)


def as_code(value: Any) -> str:
    """Return a code as text; a whole number without its decimals."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def bad_cell(question: Question, values: Iterable[Any], reason: object) -> CstoDataError:
    """Return the error for a column that does not hold days or years, with its first wrong cell.

    `reason` is what the frame's own library says, for columns in which no cell is wrong by itself.
    """
    is_good, why = (_is_year, YEARS_ARE) if question.by_year else (_is_day, DAYS_ARE)
    for row, value in enumerate(values):
        if value is not None and not is_good(str(value)):
            return BadCellError(question.when, row, value, why)
    example = "years such as 2009" if question.by_year else "days such as 2009-06-14"
    return CstoDataError(f"column '{question.when}' does not hold {example}: {reason}")


def asked(  # noqa: PLR0913, PLR0917
    country: str | Sequence[str],
    date: str | None,
    year: str | None,
    rule: str | None,
    code: str,
    basis: str,
    out: str,
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
) -> Question:
    """Return the question that these options of `annotate` put, or raise for a mistyped one."""
    columns = (country,) if isinstance(country, str) else tuple(country)
    if len(columns) not in (1, 2):
        raise CstoDataError("country= names one column of states, or two")
    if (date is None) == (year is None):
        raise CstoDataError("pass either date= or year=, the column of days or of years")
    if (year is None) != (rule is None):
        raise CstoDataError(f"year= needs a rule, and only year=: one of {', '.join(RULES)}")
    if rule is not None:
        check_name("rule", rule, RULES)
    if code != "auto":
        code_table(code)
    check_statuses(counting)
    check_reading(basis, uncertain)
    return Question(
        country=columns,
        when=str(date or year),
        by_year=year is not None,
        code=code,
        basis=basis,
        rule=rule or "any",
        out=out,
        counting=tuple([counting] if isinstance(counting, str) else counting),
        uncertain=uncertain,
    )


def _merged(answers: Iterable[tuple[tuple[Any, ...], str]]) -> list[Stretch]:
    """Return the answers, those of several states for the same time as one."""
    states: dict[tuple[Any, ...], list[str]] = {}
    for answer, iso3 in answers:
        states.setdefault(answer, []).append(iso3)
    return [
        Stretch(first, last, instrument, status, is_member, tuple(own))
        for (first, last, instrument, status, is_member), own in states.items()
    ]


def _filled(values: Iterable[Any]) -> Iterable[Any]:
    return (value for value in values if value is not None)


def _is_day(text: str) -> bool:
    try:
        return bool(ISO_DAY.match(text) and date.fromisoformat(text[:10]))
    except ValueError:
        return False


def _is_year(text: str) -> bool:
    return text.isdecimal()


def _engine(df: Any) -> ModuleType:
    """Return the module that annotates frames of this kind."""
    library = type(df).__module__.split(".")[0]
    if library not in ENGINES:
        raise CstoDataError(
            f"cannot annotate a {type(df).__module__}.{type(df).__name__}: pass a pandas, polars, "
            "pyarrow, Dask or PySpark frame, a DuckDB relation or an Ibis table"
        )
    return import_module(f"csto_data.{ENGINES[library]}")
