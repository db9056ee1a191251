"""Country codes: the systems in use, and which one a column of values is written in."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from csto_data.errors import CstoDataError, unknown_name
from csto_data.package import installed

CODE_COLUMNS: Final = {
    "iso3": "iso3",
    "iso2": "iso2",
    "iso_numeric": "iso_numeric",
    "cow": "cow_code",
    "gw": "gw_code",
    "fips": "fips_code",
    "name": "name",
}
NUMERIC: Final = ("iso_numeric", "cow", "gw")
ALMOST_AS_GOOD: Final = 0.8
"""Where no system explains every value, those that explain nearly as many have to agree."""


@cache
def code_table(code: str) -> dict[str, str]:
    """Return the ISO 3166-1 alpha-3 code of every value of a code system, as text.

    Numbers stand with three digits; names come with their aliases, in lower case.
    Raises `UnknownNameError` for an unknown system.
    """
    if code not in CODE_COLUMNS:
        raise unknown_name("code system", code, CODE_COLUMNS)
    column = CODE_COLUMNS[code]
    table: dict[str, str] = {}
    for row in installed().records("countries"):
        aliases = str(row["aliases"] or "").split("; ") if code == "name" else []
        values = [row[column], *aliases]
        table |= {normal(str(value), code): str(row["iso3"]) for value in values if value}
    return table


def own_code(iso3: str, code: str) -> str | int | None:
    """Return the code of a state in a code system, typed as in the table of countries."""
    (row,) = (row for row in installed().records("countries") if row["iso3"] == iso3)
    value: str | int | None = row[CODE_COLUMNS[code]]  # type: ignore[assignment]
    return value


def normal(value: str, code: str) -> str:
    """Return a value as the tables of its code system write it.

    >>> normal("51", "iso_numeric"), normal(" Kyrgyz Republic ", "name")
    ('051', 'kyrgyz republic')
    """
    if code in NUMERIC:
        return value.strip().zfill(3)
    return value.strip().lower() if code == "name" else value


def detect(values: Iterable[str], column: str) -> str:
    """Return the code system in which all values are written.

    Raises `CstoDataError` where none explains the values, or where two explain them as
    different states; it says which, and what to pass as `code`.
    """
    wanted = sorted({value for value in values if value})
    readings = {
        code: [code_table(code).get(normal(value, code)) for value in wanted]
        for code in CODE_COLUMNS
    }
    counts = {code: sum(map(bool, reading)) for code, reading in readings.items()}
    best = max(counts.values())
    if wanted and not best:
        raise CstoDataError(
            f"column '{column}': no code system explains {', '.join(wanted[:5])}; "
            f"pass code= one of {', '.join(CODE_COLUMNS)}"
        )
    share = 1 if best == len(wanted) else ALMOST_AS_GOOD
    rivals = {code: readings[code] for code in CODE_COLUMNS if counts[code] >= share * best}
    for position, value in enumerate(wanted):
        states = {code: reading[position] for code, reading in rivals.items() if reading[position]}
        if len(set(states.values())) > 1:
            told = " and ".join(f"{state} in {code}" for code, state in states.items())
            choice = " or ".join(f'code="{code}"' for code in states)
            raise CstoDataError(f"column '{column}': '{value}' is {told}; pass {choice}")
    return max(rivals, key=lambda code: counts[code])
