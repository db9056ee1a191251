"""The answers of `annotate` as SQL text, for data that lie in a warehouse."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from csto_data.annotation import PAIRS, Question, Stretch, asked, told
from csto_data.codes import NUMERIC, code_table
from csto_data.errors import CstoDataError, missing_extra
from csto_data.spells import COUNTING, INSTRUMENTS, STATUSES, check_name

try:
    from sqlglot import exp
except ModuleNotFoundError:
    raise missing_extra("sqlglot", "sql") from None

DIALECTS: Final = ("bigquery", "duckdb", "postgres", "spark", "sqlite")
VERBS: Final = ("annotate",)
Sql: TypeAlias = Any
"""An expression of sqlglot."""


def sql(  # noqa: PLR0913
    verb: str,
    *,
    dialect: str,
    country: str | Sequence[str],
    code: str,
    date: str | None = None,
    year: str | None = None,
    rule: str | None = None,
    basis: str = "in_force",
    out: str = "csto_",
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
) -> str:
    """Return the columns that a verb adds as SQL text, for the list of a SELECT.

    The verb is `annotate`, and the columns are those that it adds to a frame. `dialect` is
    `bigquery`, `duckdb`, `postgres`, `spark` or `sqlite`. `country`, `date` and `year` name columns
    of your table and are quoted. Days are dates, timestamps or ISO text, as far as the engine
    casts them to a date; numeric codes are text or whole numbers. The other options are those of
    `annotate`, but `code` has to be told, as there are no values to look at.

    Raises `UnknownNameError` for a mistyped option.

    >>> text = sql("annotate", dialect="bigquery", country="iso3", date="day", code="iso3")
    >>> query = f"SELECT *, {text} FROM `project.dataset.events`"
    >>> [line.split(" AS ")[-1] for line in text.splitlines()]
    ['`csto_status`,', '`csto_is_member`,', '`csto_instrument`']
    """
    check_name("verb", verb, VERBS)
    check_name("dialect", dialect, DIALECTS)
    if code == "auto":
        raise CstoDataError('SQL has no values to look at: pass code=, for example code="iso3"')
    question = told(asked(country, date, year, rule, code, basis, out, counting, uncertain), {})
    columns = [column.sql(dialect) for column in _columns(question, _moment(question, dialect))]
    return ",\n".join(columns)


def _columns(question: Question, moment: Sql) -> Iterable[Sql]:
    """Yield the new columns, in order."""
    members = []
    for name, suffix, code in zip(question.country, question.suffixes, question.codes, strict=True):
        answers = _answers(question, _state(name, code), _texts(code), moment)
        members.append(answers["is_member"])
        for what, answer in answers.items():
            yield exp.alias_(answer, f"{question.out}{what}{suffix}", quoted=True)
    if len(members) == 2:
        yield exp.alias_(_pair(*members), f"{question.out}pair", quoted=True)


def _moment(question: Question, dialect: str) -> Sql:
    """Return the day or year of a row; SQLite has no type for days, only text."""
    column: Sql = exp.column(question.when, quoted=True)
    if question.by_year:
        return column
    if dialect == "sqlite":
        column = exp.func("SUBSTRING", column, exp.Literal.number(1), exp.Literal.number(10))
    return exp.cast(column, "date")


def _state(name: str, code: str) -> Sql:
    """Return the code of a row, written as the tables write it."""
    column: Sql = exp.column(name, quoted=True)
    if code in NUMERIC:
        return exp.Trim(this=exp.cast(column, "text"))
    return exp.Lower(this=exp.Trim(this=column)) if code == "name" else column


def _texts(code: str) -> dict[str, list[str]]:
    """Return by state how a table may write its code: a number with leading zeros and without.

    >>> _texts("cow")["BHS"], _texts("iso3")["BHS"]
    (['031', '31'], ['BHS'])
    """
    texts: dict[str, list[str]] = {}
    for value, iso3 in code_table(code).items():
        zeros = len(value) - len(value.lstrip("0")) if code in NUMERIC else 0
        texts.setdefault(iso3, []).extend(value[start:] for start in range(zeros + 1))
    return texts


def _answers(
    question: Question, state: Sql, texts: dict[str, list[str]], moment: Sql
) -> dict[str, Sql]:
    """Return status, membership and instrument of a row."""

    def among(states: Iterable[str]) -> Sql:
        return state.isin(*(text for iso3 in states for text in texts[iso3]))

    def any_of(stretches: Iterable[Stretch]) -> Sql:
        spans = [
            exp.and_(among(one.states), moment.between(_literal(one.first), _literal(one.last)))
            for one in stretches
        ]
        return exp.or_(*spans) if spans else exp.false()

    def named(what: str, names: Sequence[str]) -> Sql:
        found = exp.Case()
        for name in names:
            own = [one for one in question.stretches if getattr(one, what) == name]
            if own:
                found = found.when(any_of(own), exp.Literal.string(name))
        return found

    is_known = exp.and_(
        among(texts), exp.LTE(this=moment, expression=_literal(question.last_known))
    )
    doubtful = [one for one in question.stretches if one.is_member is None]
    certain = exp.and_(is_known, exp.not_(any_of(doubtful))) if doubtful else is_known
    return {
        "status": named("status", STATUSES),
        "is_member": exp.Case().when(certain, any_of(s for s in question.stretches if s.is_member)),
        "instrument": named("instrument", INSTRUMENTS),
    }


def _pair(one: Sql, other: Sql) -> Sql:
    """Return how many of two states are members, in a word; null where one is unknown."""
    number = exp.Add(this=exp.cast(one, "int"), expression=exp.cast(other, "int"))
    found = exp.Case(this=number)
    for position, word in enumerate(PAIRS):
        found = found.when(exp.Literal.number(2 - position), exp.Literal.string(word))
    return found


def _literal(moment: Any) -> Sql:
    """Return a day or a year."""
    if isinstance(moment, int):
        return exp.Literal.number(moment)
    return exp.cast(exp.Literal.string(str(moment)), "date")
