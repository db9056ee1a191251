"""Annotation of pandas and pyarrow frames: a table of answers by state and day, looked up.

The table has a row for each of the nine states, one for all other states and one for unknown
codes, and a column for each day (or year), with one for all before, one for all after, and one for
empty cells. Its cells are small numbers that stand for an answer, so that ten million rows cost a
few passes over memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from csto_data.annotation import (
    NO_NUMBERS,
    PAIRS,
    Question,
    as_code,
    bad_cell,
    strangers,
    told,
    warn,
)
from csto_data.codes import code_table, normal
from csto_data.errors import CstoDataError
from csto_data.spells import INSTRUMENTS, STATUSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN, PAST, BOUND_BY_NOTHING = 0, 1, 2
NULL: Final = np.iinfo(np.int64).min
PART: Final = 1 << 17
"""Rows that are looked up at a time: few enough for the processor's cache."""


class Answers:
    """The table of answers, and what its numbers stand for."""

    def __init__(self, question: Question) -> None:
        stretches = question.stretches
        self.states = sorted({iso3 for stretch in stretches for iso3 in stretch.states})
        self.first = _number(min(stretch.first for stretch in stretches))
        self.last = _number(question.last_known)
        shape = (len(self.states) + 2, self.last - self.first + 4)
        smallest = np.min_scalar_type(len(stretches) + BOUND_BY_NOTHING)
        self.table = np.full(shape, BOUND_BY_NOTHING, dtype=smallest)
        self.status = np.array([-1, -1, -1], dtype=np.int8)
        self.instrument = np.array([-1, -1, -1], dtype=np.int8)
        self.is_member = np.array([-1, -1, 0], dtype=np.int8)
        for stretch in stretches:
            number = len(self.status)
            self.status = np.append(self.status, _position(stretch.status, STATUSES))
            self.instrument = np.append(self.instrument, _position(stretch.instrument, INSTRUMENTS))
            known = -1 if stretch.is_member is None else int(stretch.is_member)
            self.is_member = np.append(self.is_member, np.int8(known))
            days = slice(self._column(stretch.first), self._column(stretch.last) + 1)
            for iso3 in stretch.states:
                self.table[self.states.index(iso3), days] = number
        self.table[-1, :] = UNKNOWN
        self.table[:, -2] = PAST
        self.table[:, -1] = UNKNOWN

    def _column(self, moment: Any) -> int:
        return _number(moment) - self.first + 1

    def rows(self, values: list[Any], code: str) -> "NDArray[np.intp]":
        """Return the row of the table for each of these values of a code system."""
        table, other = code_table(code), len(self.states)
        places = {iso3: position for position, iso3 in enumerate(self.states)}
        found = (
            None if value is None else table.get(normal(as_code(value), code)) for value in values
        )
        return np.array(
            [places.get(iso3, other) if iso3 else other + 1 for iso3 in found], dtype=np.intp
        )

    def look_up(
        self, rows: "NDArray[np.intp]", factors: "NDArray[Any]", moments: "Moments"
    ) -> "NDArray[Any]":
        """Return the number of the answer for each cell: its row by its factor, and its moment."""
        width, cells = self.table.shape[1], self.table.ravel()
        starts = rows * width
        found = np.empty(len(factors), dtype=cells.dtype)
        for part in _parts(len(factors)):
            columns = np.clip(moments.numbers(part), self.first - 1, self.last + 1)
            columns -= self.first - 1
            columns[moments.nulls(part)] = width - 1
            columns += starts[factors[part]]
            cells.take(columns, out=found[part], mode="clip")
        return found


@dataclass(frozen=True)
class Moments:
    """Days or years as whole numbers of ticks, so many to a day; `NULL` is an empty cell."""

    ticks: "NDArray[np.int64]"
    ticks_a_day: int = 1

    def numbers(self, part: slice) -> "NDArray[np.int64]":
        """Return a part as numbers of days or years."""
        numbers: NDArray[np.int64] = self.ticks[part] // self.ticks_a_day
        return numbers

    def nulls(self, part: slice) -> "NDArray[np.bool_]":
        """Return which cells of a part are empty."""
        nulls: NDArray[np.bool_] = self.ticks[part] == NULL
        return nulls


def column_names(df: Any) -> list[str]:
    """Return the names of the columns of a frame."""
    return [str(name) for name in (df.column_names if _is_arrow(df) else df.columns)]


def distinct(df: Any, column: str) -> list[Any]:
    """Return the distinct values of a column."""
    return _arrow_factors(df, column)[1] if _is_arrow(df) else _pandas_factors(df[column])[1]


def annotate(df: Any, question: Question) -> Any:
    """Return a pandas or pyarrow frame with the columns that answer the question."""
    answered, unknown, late = answer(df, question)
    warn(question, unknown, late)
    return answered


def answer(df: Any, question: Question) -> tuple[Any, set[str], int]:
    """Return the frame with its answers, its unknown codes, and how many days are too late."""
    is_arrow = _is_arrow(df)
    factors = {
        column: _arrow_factors(df, column) if is_arrow else _pandas_factors(df[column])
        for column in question.country
    }
    answers = Answers(question)
    moments = _arrow_moments(df, question) if is_arrow else _pandas_moments(df, question)
    distinct_values = {name: values for name, (_, values) in factors.items()}
    question = told(question, distinct_values)
    late = 0
    new: dict[str, Any] = {}
    members = []
    for column, suffix, code in zip(
        question.country, question.suffixes, question.codes, strict=True
    ):
        codes, values = factors[column]
        found = answers.look_up(answers.rows([*values, None], code), codes, moments)
        late = int(np.count_nonzero(found == PAST))
        is_member = answers.is_member.take(found)
        members.append(is_member)
        new[f"{question.out}status{suffix}"] = (answers.status.take(found), STATUSES)
        new[f"{question.out}is_member{suffix}"] = (is_member, None)
        new[f"{question.out}instrument{suffix}"] = (answers.instrument.take(found), INSTRUMENTS)
    if len(members) == 2:
        is_open = (members[0] < 0) | (members[1] < 0)
        pair = np.where(is_open, -1, 2 - members[0] - members[1]).astype(np.int8)
        new[f"{question.out}pair"] = (pair, PAIRS)
    answered = _arrow_with(df, new) if is_arrow else _pandas_with(df, new)
    return answered, strangers(question, distinct_values), late


def _parts(length: int) -> Iterator[slice]:
    for start in range(0, length, PART):
        yield slice(start, start + PART)


def _is_arrow(df: Any) -> bool:
    return type(df).__module__.split(".")[0] == "pyarrow"


def _number(moment: Any) -> int:
    """Return a year as it is, and a day as the number of days since 1970."""
    return (moment - date(1970, 1, 1)).days if isinstance(moment, date) else int(moment)


def _position(name: str | None, names: tuple[str, ...]) -> np.int8:
    return np.int8(-1 if name is None else names.index(name))


# ── pandas ───────────────────────────────────────────────────────────────────────────────────────


def _pandas_factors(series: Any) -> tuple["NDArray[Any]", list[Any]]:
    """Return each cell as a position in the list of distinct values; -1 is an empty cell."""
    import pandas

    if isinstance(series.dtype, pandas.CategoricalDtype):
        return series.cat.codes.to_numpy(), series.cat.categories.tolist()
    codes, values = pandas.factorize(series)
    return codes, values.tolist()


def _pandas_moments(df: Any, question: Question) -> Moments:
    import pandas

    series = df[question.when]
    if question.by_year:
        years = _pandas_years(series, question)
        return Moments(years.fillna(NULL).to_numpy(dtype=np.int64))
    if isinstance(series.dtype, pandas.DatetimeTZDtype):
        series = series.dt.tz_localize(None)
    elif pandas.api.types.is_numeric_dtype(series) and len(series.dropna()):
        raise CstoDataError(
            f"column '{question.when}': {NO_NUMBERS}: "
            f"convert it with pandas.to_datetime(df['{question.when}'], format='%Y%m%d')"
        )
    elif not pandas.api.types.is_datetime64_dtype(series):
        series = _pandas_days(series, question)
    ticks_a_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
    return Moments(series.to_numpy().view(np.int64), 86_400 * ticks_a_second[series.dt.unit])


def _pandas_years(series: Any, question: Question) -> Any:
    import pandas

    try:
        return pandas.to_numeric(series).astype("Int64")
    except (TypeError, ValueError) as error:
        raise bad_cell(question, series.astype(object).where(series.notna(), None), error) from None


def _pandas_days(series: Any, question: Question) -> Any:
    """Return dates and ISO text as days; the text of the first ten characters counts."""
    import pandas

    if isinstance(series.dtype, pandas.ArrowDtype):
        series = series.astype(object)
    texts = series.astype("string")
    days = pandas.to_datetime(texts.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    if (days.isna() & series.notna()).any():
        raise bad_cell(question, texts.where(texts.notna(), None), "no day")
    return days


def _pandas_with(df: Any, new: dict[str, Any]) -> Any:
    import pandas

    frame = df.copy(deep=False)
    for name, (numbers, names) in new.items():
        if names is None:
            is_null = numbers < 0
            frame[name] = pandas.arrays.BooleanArray(numbers > 0, is_null)
        else:
            dtype = pandas.CategoricalDtype(list(names))
            frame[name] = pandas.Categorical.from_codes(numbers, dtype=dtype)
    return frame


# ── pyarrow ──────────────────────────────────────────────────────────────────────────────────────


def _arrow_factors(table: Any, column: str) -> tuple["NDArray[Any]", list[Any]]:
    import pyarrow

    array = table.column(column).combine_chunks()
    if not pyarrow.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.intp), array.dictionary.to_pylist()


def _arrow_moments(table: Any, question: Question) -> Moments:
    import pyarrow
    from pyarrow import compute

    column, types = table.column(question.when).combine_chunks(), pyarrow.types
    kind = column.type
    if not question.by_year and (types.is_integer(kind) or types.is_floating(kind)):
        raise CstoDataError(
            f"column '{question.when}': {NO_NUMBERS}: "
            "convert it with pyarrow.compute.strptime to a date"
        )
    is_text = types.is_string(kind) or types.is_large_string(kind)
    try:
        if question.by_year:
            return _arrow_numbers(column.cast(pyarrow.int64()))
        if types.is_timestamp(kind):
            local = compute.local_timestamp(column) if kind.tz else column
            days = local.cast(pyarrow.date32(), safe=False)
        else:
            texts = compute.utf8_slice_codeunits(column, 0, 10) if is_text else column
            days = texts.cast(pyarrow.date32())
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError) as error:
        raise bad_cell(question, column.to_pylist() if is_text else [], error) from None
    return _arrow_numbers(days.cast(pyarrow.int32()).cast(pyarrow.int64()))


def _arrow_numbers(column: Any) -> Moments:
    return Moments(column.fill_null(NULL).to_numpy(zero_copy_only=False))


def _arrow_with(table: Any, new: dict[str, Any]) -> Any:
    import pyarrow

    for name, (numbers, names) in new.items():
        is_null = numbers < 0
        if names is None:
            array = pyarrow.array(numbers > 0, mask=is_null)
        else:
            indices = pyarrow.array(numbers, mask=is_null)
            dictionary = pyarrow.array(list(names), pyarrow.string())
            array = pyarrow.DictionaryArray.from_arrays(indices, dictionary)
        table = table.append_column(name, array)
    return table
