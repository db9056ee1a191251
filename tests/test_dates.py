"""What a date and its precision allow."""

from datetime import date

import pytest

from csto_data.dates import possible_days


@pytest.mark.parametrize(
    ("day", "precision", "earliest", "latest"),
    [
        ("2009-10-01", "month", "2009-10-01", "2009-10-31"),
        ("2009-10-31", "month", "2009-10-01", "2009-10-31"),
        ("2012-02-01", "month", "2012-02-01", "2012-02-29"),
        ("2013-12-31", "year", "2013-01-01", "2013-12-31"),
        ("2001-04-14", "before", "0001-01-01", "2001-04-14"),
        ("1999-10-02", "after", "1999-10-02", "9999-12-31"),
        ("2012-12-19", "day", "2012-12-19", "2012-12-19"),
        (None, None, "0001-01-01", "9999-12-31"),
    ],
)
def test_possible_days(day: str | None, precision: str | None, earliest: str, latest: str) -> None:
    known = date.fromisoformat(day) if day else None
    days = tuple(map(date.fromisoformat, (earliest, latest)))
    assert possible_days(known, precision) == days
