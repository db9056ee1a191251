"""The columns of `annotate` as a careful user would write them by hand, on every engine."""

from collections.abc import Iterator
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
from annotate import CHECKED, WINDOWS, codes_known
from pyarrow import compute

STATUSES = ["member", "suspended", "frozen", "signatory"]
INSTRUMENTS = ["CST", "CSTO"]


def spans(what: str, names: list[str]) -> Iterator[tuple[list[str], Any, Any]]:
    """Yield the states that have one of some names together, with first and last day."""
    groups: dict[tuple[Any, Any], list[str]] = {}
    for window in WINDOWS:
        if getattr(window, what) in names:
            groups.setdefault((window.first, window.last), []).append(window.iso3)
    for (first, last), states in groups.items():
        yield states, first, last


def by_hand_in_sql() -> list[str]:
    """Write the three columns as SQL."""

    def among(states: list[str]) -> str:
        return "iso3 IN ({})".format(", ".join(f"'{state}'" for state in states))

    def any_of(what: str, names: list[str]) -> str:
        return " OR ".join(
            f"({among(states)} AND date BETWEEN DATE '{first}' AND DATE '{last}')"
            for states, first, last in spans(what, names)
        )

    def named(what: str, names: list[str]) -> str:
        found = " ".join(f"WHEN {any_of(what, [name])} THEN '{name}'" for name in names)
        return f"CASE {found} END"

    is_known = f"{among(codes_known())} AND date <= DATE '{CHECKED}'"
    return [
        f"{named('status', STATUSES)} AS csto_status",
        f"CASE WHEN {is_known} THEN {any_of('status', ['member', 'frozen'])} END AS csto_is_member",
        f"{named('instrument', INSTRUMENTS)} AS csto_instrument",
    ]


def by_hand_in_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Write the three columns as masks of pandas."""

    def any_of(what: str, names: list[str]) -> Any:
        found = pd.Series(False, index=frame.index)
        for states, first, last in spans(what, names):
            found |= frame["iso3"].isin(states) & frame["date"].between(
                pd.Timestamp(first), pd.Timestamp(last)
            )
        return found

    def named(what: str, names: list[str]) -> pd.Categorical:
        numbers = pd.Series(-1, index=frame.index, dtype="int8")
        for number, name in enumerate(names):
            numbers = numbers.mask(any_of(what, [name]), number)
        return pd.Categorical.from_codes(numbers, categories=names)

    is_known = frame["iso3"].isin(codes_known()) & (frame["date"] <= pd.Timestamp(CHECKED))
    return frame.assign(
        csto_status=named("status", STATUSES),
        csto_is_member=any_of("status", ["member", "frozen"]).astype("boolean").where(is_known),
        csto_instrument=named("instrument", INSTRUMENTS),
    )


def by_hand_in_ibis(table: ibis.Table) -> ibis.Table:
    """Write the three columns as expressions of Ibis."""

    def any_of(what: str, names: list[str]) -> Any:
        return ibis.or_(
            *(
                table.iso3.isin(states) & table.date.between(first, last)
                for states, first, last in spans(what, names)
            )
        )

    def named(what: str, names: list[str]) -> Any:
        return ibis.cases(*((any_of(what, [name]), name) for name in names))

    is_known = table.iso3.isin(codes_known()) & (table.date <= CHECKED)
    return table.mutate(
        csto_status=named("status", STATUSES),
        csto_is_member=ibis.cases((is_known, any_of("status", ["member", "frozen"]))),
        csto_instrument=named("instrument", INSTRUMENTS),
    )


def by_hand_in_arrow(table: pa.Table) -> pa.Table:
    """Write the three columns with the functions of pyarrow."""

    def any_of(what: str, names: list[str]) -> Any:
        found: Any = None
        for states, first, last in spans(what, names):
            holds = compute.and_(
                compute.is_in(table["iso3"], pa.array(states)),
                compute.and_(
                    compute.greater_equal(table["date"], first),
                    compute.less_equal(table["date"], last),
                ),
            )
            found = holds if found is None else compute.or_(found, holds)
        return found

    def named(what: str, names: list[str]) -> Any:
        found: Any = pa.scalar(None, pa.string())
        for name in names:
            found = compute.if_else(any_of(what, [name]), name, found)
        return found

    is_known = compute.and_(
        compute.is_in(table["iso3"], pa.array(codes_known())),
        compute.less_equal(table["date"], CHECKED),
    )
    is_member = compute.if_else(is_known, any_of("status", ["member", "frozen"]), None)
    table = table.append_column("csto_status", named("status", STATUSES))
    table = table.append_column("csto_is_member", is_member)
    return table.append_column("csto_instrument", named("instrument", INSTRUMENTS))
