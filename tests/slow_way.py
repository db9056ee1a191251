"""What `annotate` has to answer, said the slow way, and the rows to ask it of."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from csto_data.codes import code_table, normal
from csto_data.package import installed
from csto_data.spells import COUNTING, spells_by_state, standing

SPELLS = spells_by_state(installed())
CHECKED = installed().checked_through("members")
ENDS = sorted(
    day + timedelta(days=shift)
    for spells in SPELLS.values()
    for spell in spells
    for column in ("signed_date", "start_date", "end_date")
    if isinstance(day := spell[column], date)
    for shift in (-1, 0, 1)
)
NOTHING = (None, None, None)

DAYS = st.one_of(
    st.none(),
    st.sampled_from([*ENDS, CHECKED - timedelta(days=1), CHECKED, CHECKED + timedelta(days=1)]),
    st.dates(date(1980, 1, 1), date(2035, 12, 31)),
)


def values_of(code: str) -> st.SearchStrategy[Any]:
    """Values of a code system: those of the nine states more often, others, strangers, nulls."""
    table = code_table(code)
    nine = [value for value, iso3 in table.items() if iso3 in SPELLS]
    return st.one_of(
        st.sampled_from(nine), st.sampled_from(sorted(table)), st.sampled_from([None, "???", "QQQ"])
    )


def expected(value: Any, day: date | None, code: str, basis: str) -> tuple[Any, ...]:
    """Return status, membership and instrument of one row, the slow way."""
    iso3 = None if value is None else code_table(code).get(normal(str(value), code))
    if iso3 is None or day is None or day > CHECKED:
        return NOTHING
    found = standing(SPELLS.get(iso3, []), day, basis)
    if found is None:
        return None, False, None
    return found.status, found.status in COUNTING, found.instrument


def rows_of_code(code: str, fewest: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(values_of(code), DAYS), min_size=fewest, max_size=most)
