"""Annotation of lazy and eager frames through narwhals: the stretches as one expression."""

from typing import Any, Final

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

OTHER: Final = -1
VOCABULARIES: Final = {"status": STATUSES, "instrument": INSTRUMENTS, "pair": PAIRS}


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
    moment_name, *state_names = _new_names(schema.names(), 1 + len(question.country))
    readings = {moment_name: moment}
    for name, column, code in zip(state_names, question.country, question.codes, strict=True):
        readings[name] = _state(question, column, schema[column], code)
    answers = _answers(question, nw.col(moment_name), [nw.col(name) for name in state_names])
    if type(df).__module__.startswith("polars"):
        answers = {name: _as_enum(name, answer) for name, answer in answers.items()}
    answered = (
        frame.lazy()
        .with_columns(**readings)
        .with_columns(**{f"{question.out}{name}": answer for name, answer in answers.items()})
        .drop(*readings)
    )
    return (answered if isinstance(frame, nw.LazyFrame) else answered.collect()).to_native()


def _new_names(names: list[str], number: int) -> list[str]:
    """Return so many names for columns that no column has."""
    new: list[str] = []
    for _ in range(number):
        new.append(nw.generate_temporary_column_name(8, [*names, *new]))
    return new


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


def _state(question: Question, name: str, dtype: Any, code: str) -> Any:
    """Return the state of a row: its position in `_states`, OTHER, or null for an unknown code."""
    column = nw.col(name)
    values: dict[str, list[Any]] = {}
    for value, iso3 in code_table(code).items():
        values.setdefault(iso3, []).append(int(value) if dtype.is_numeric() else value)
    if not dtype.is_numeric():
        column = column if dtype == nw.String else column.cast(nw.String)
        if code in NUMERIC:
            column = column.str.strip_chars().str.zfill(3)
        elif code == "name":
            column = column.str.strip_chars().str.to_lowercase()
    every = [value for own in values.values() for value in own]
    found: Any = nw.when(column.is_in(every)).then(nw.lit(OTHER))
    for position, iso3 in enumerate(_states(question)):
        found = nw.when(column.is_in(values[iso3])).then(nw.lit(position)).otherwise(found)
    return found


def _states(question: Question) -> list[str]:
    """Return the states that were ever bound by something."""
    return sorted({iso3 for stretch in question.stretches for iso3 in stretch.states})


def _answers(question: Question, moment: Any, states: list[Any]) -> dict[str, Any]:
    """Return the new columns by name, without what the names begin with."""
    answers: dict[str, Any] = {}
    for state, suffix in zip(states, question.suffixes, strict=True):
        own = _answers_for(question, moment, state)
        answers |= {f"{what}{suffix}": answer for what, answer in own.items()}
    if len(states) == 2:
        answers["pair"] = _pair(answers["is_member_1"], answers["is_member_2"])
    return answers


def _answers_for(question: Question, moment: Any, state: Any) -> dict[str, Any]:
    """Return status, membership and instrument of the state of a row."""
    positions = {iso3: position for position, iso3 in enumerate(_states(question))}

    def holds(stretch: Stretch) -> Any:
        among = [state == positions[iso3] for iso3 in stretch.states]
        in_time = moment.is_between(nw.lit(stretch.first), nw.lit(stretch.last))
        return nw.any_horizontal(*among, ignore_nulls=False) & in_time

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

    is_known = ~state.is_null() & (moment <= nw.lit(question.last_known))
    doubtful = [one for one in question.stretches if one.is_member is None]
    certain = is_known & ~any_of(doubtful) if doubtful else is_known
    return {
        "status": named("status", STATUSES),
        "is_member": nw.when(certain).then(any_of([s for s in question.stretches if s.is_member])),
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


def _as_enum(name: str, answer: Any) -> Any:
    """Return a column of words with its vocabulary, which polars keeps as a type."""
    for what, words in VOCABULARIES.items():
        if name.startswith(what):
            return answer.cast(nw.Enum(words))
    return answer
