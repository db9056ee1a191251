"""Annotation of lazy and eager frames through narwhals: the stretches as one expression."""

from typing import Any

from csto_data.annotation import (
    NO_NUMBERS,
    PAIRS,
    Question,
    Stretch,
    bad_cell,
    strangers,
    told,
    told_lazy,
    warn,
)
from csto_data.codes import NUMERIC, code_table
from csto_data.errors import CstoDataError, missing_extra
from csto_data.spells import INSTRUMENTS, STATUSES

try:
    import narwhals as nw
except ModuleNotFoundError:
    raise missing_extra("narwhals", "engines") from None


def column_names(df: Any) -> list[str]:
    """Return the names of the columns of a frame."""
    return list(nw.from_native(df).collect_schema().names())


def distinct(df: Any, column: str) -> list[Any]:
    """Return the distinct values of a column; of a lazy frame they are collected."""
    values = nw.from_native(df).select(column).unique()
    eager = values.collect() if isinstance(values, nw.LazyFrame) else values
    return eager[column].to_list()


def annotate(df: Any, question: Question) -> Any:
    """Return a frame with the columns that answer the question; a lazy frame stays lazy."""
    frame = nw.from_native(df)
    schema = frame.collect_schema()
    moment = _moment(question, schema[question.when])
    if isinstance(frame, nw.LazyFrame):
        question = told_lazy(question)
    else:
        late = _late(frame, moment, question)
        values = {name: distinct(df, name) for name in question.country}
        question = told(question, values)
        warn(question, strangers(question, values), late)
    is_polars = type(df).__module__.startswith("polars")
    columns, members = [], []
    for name, suffix, code in zip(question.country, question.suffixes, question.codes, strict=True):
        state = _state(name, schema[name], code)
        answers = _answers(question, state, moment, _values(schema[name], code))
        if is_polars:
            answers["status"] = answers["status"].cast(nw.Enum(list(STATUSES)))
            answers["instrument"] = answers["instrument"].cast(nw.Enum(list(INSTRUMENTS)))
        members.append(answers["is_member"])
        columns += [answers[what].alias(f"{question.out}{what}{suffix}") for what in answers]
    if len(members) == 2:
        pair = _pair(*members)
        pair = pair.cast(nw.Enum(list(PAIRS))) if is_polars else pair
        columns.append(pair.alias(f"{question.out}pair"))
    return frame.with_columns(*columns).to_native()


def _late(frame: Any, moment: nw.Expr, question: Question) -> int:
    """Return how many rows of an eager frame lie past the last checked day or year."""
    try:
        return int(frame.select((moment > nw.lit(question.last_known)).sum()).item() or 0)
    except nw.exceptions.InvalidOperationError as error:
        values = frame[question.when].to_list()
        raise bad_cell(question, values, str(error).splitlines()[0]) from None


def _moment(question: Question, dtype: Any) -> nw.Expr:
    """Return the day or year of a row as an expression."""
    column = nw.col(question.when)
    if question.by_year:
        if not dtype.is_integer():
            raise bad_cell(question, [], f"it is of type {dtype}")
        return column
    if dtype == nw.Date:
        return column
    if dtype == nw.Datetime:
        return column.dt.date()
    if dtype == nw.String:
        return column.str.slice(0, 10).str.to_date("%Y-%m-%d")
    if dtype.is_numeric():
        raise CstoDataError(f"column '{question.when}': {NO_NUMBERS}: convert it to dates first")
    raise bad_cell(question, [], f"it is of type {dtype}")


def _state(name: str, dtype: Any, code: str) -> nw.Expr:
    """Return the code of a row as an expression, written as the tables write it."""
    column = nw.col(name)
    if dtype.is_numeric():
        return column
    text = column if dtype == nw.String else column.cast(nw.String)
    if code in NUMERIC:
        return text.str.strip_chars().str.zfill(3)
    return text.str.strip_chars().str.to_lowercase() if code == "name" else text


def _values(dtype: Any, code: str) -> dict[str, list[Any]]:
    """Return the values of a code system by state, as a column of this type holds them."""
    values: dict[str, list[Any]] = {}
    for value, iso3 in code_table(code).items():
        values.setdefault(iso3, []).append(int(value) if dtype.is_numeric() else value)
    return values


def _answers(
    question: Question, state: nw.Expr, moment: nw.Expr, values: dict[str, list[Any]]
) -> dict[str, Any]:
    """Return status, membership and instrument of a row as expressions."""
    every = [value for own in values.values() for value in own]
    is_known = state.is_in(every) & (moment <= nw.lit(question.last_known))

    def holds(stretch: Stretch) -> Any:
        own = [value for iso3 in stretch.states for value in values[iso3]]
        return state.is_in(own) & moment.is_between(nw.lit(stretch.first), nw.lit(stretch.last))

    def any_of(stretches: list[Stretch]) -> Any:
        spans = [holds(stretch) for stretch in stretches]
        return nw.any_horizontal(*spans, ignore_nulls=False) if spans else nw.lit(False)

    def named(what: str, names: tuple[str, ...]) -> Any:
        found: Any = nw.lit(None, dtype=nw.String)
        for name in names:
            own = [one for one in question.stretches if getattr(one, what) == name]
            if own:
                found = nw.when(any_of(own)).then(nw.lit(name)).otherwise(found)
        return found

    members = [one for one in question.stretches if one.is_member]
    doubtful = [one for one in question.stretches if one.is_member is None]
    certain = is_known & ~any_of(doubtful) if doubtful else is_known
    return {
        "status": named("status", STATUSES),
        "is_member": nw.when(certain).then(any_of(members)),
        "instrument": named("instrument", INSTRUMENTS),
    }


def _pair(one: nw.Expr, other: nw.Expr) -> Any:
    both, either = one & other, one | other
    is_known = ~(one.is_null() | other.is_null())
    word = (
        nw.when(both)
        .then(nw.lit("both"))
        .otherwise(nw.when(either).then(nw.lit("one")).otherwise(nw.lit("none")))
    )
    return nw.when(is_known).then(word)
