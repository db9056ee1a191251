"""Days that are only partly known: which days a date and its precision allow."""

from calendar import monthrange
from datetime import date

FIRST, LAST = date.min, date.max


def possible_days(day: date | None, precision: str | None) -> tuple[date, date]:
    """Return the earliest and the latest day that a date with its precision can mean.

    Starts stand on the first day of their month or year and ends on the last, so both read
    alike. Nothing known allows any day.

    >>> possible_days(date(2009, 10, 1), "month")
    (datetime.date(2009, 10, 1), datetime.date(2009, 10, 31))
    >>> possible_days(date(1999, 10, 2), "after")[0]
    datetime.date(1999, 10, 2)
    """
    if day is None:
        return FIRST, LAST
    match precision:
        case "month":
            return day.replace(day=1), last_of_month(day)
        case "year":
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case "before":
            return FIRST, day
        case "after":
            return day, LAST
        case _:
            return day, day


def last_of_month(day: date) -> date:
    """Return the last day of the month of a day.

    >>> last_of_month(date(2012, 2, 5))
    datetime.date(2012, 2, 29)
    """
    return day.replace(day=monthrange(day.year, day.month)[1])
