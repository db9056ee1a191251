"""State-years and dyad-years: what states were in periods, from what they were on days."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any, Final

from csto_data.codes import CODE_COLUMNS, code_table, normal, own_code
from csto_data.dates import last_of_month, possible_days
from csto_data.errors import CstoDataError, unknown_name
from csto_data.package import Package, Record, installed
from csto_data.spells import (
    COUNTING,
    ONE_DAY,
    Window,
    check_name,
    check_statuses,
    frame_types,
    spells_by_state,
    windows,
)

if TYPE_CHECKING:
    import pandas

UNITS: Final = ("year", "month", "day")
RULES: Final = ("any", "all", "majority", "jan1", "jul1", "dec31")
FIXED_DAYS: Final = {"jan1": (1, 1), "jul1": (7, 1), "dec31": (12, 31)}
FIRST_YEAR: Final = 1992

Spans = list[tuple[date, date]]


@dataclass(frozen=True)
class Period:
    """A year, month or day, the last checked day of the spells, and how a row names it."""

    first: date
    last: date
    checked: date
    name: dict[str, Any]

    @property
    def length(self) -> int:
        """The number of its days."""
        return (self.last - self.first).days + 1

    @property
    def unchecked(self) -> int:
        """The number of its days on which spells are unknown."""
        return self.days_after(self.checked)

    def days_after(self, checked: date) -> int:
        """Return the number of its days past the last checked one."""
        return max(0, (self.last - max(checked, self.first - ONE_DAY)).days)

    def days_in(self, spans: Spans) -> int:
        """Return how many of its days lie in stretches that do not overlap."""
        return sum(
            max(0, (min(last, self.last) - max(first, self.first)).days + 1)
            for first, last in spans
        )


def panel(  # noqa: PLR0913
    unit: str = "year",
    *,
    rule: str = "any",
    basis: str = "in_force",
    states: Sequence[str] | None = None,
    code: str = "iso3",
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
) -> "pandas.DataFrame":
    """Return the states by years, months or days, from 1992 to the last checked day.

    The panel is balanced: each of the nine states, or of `states` (given in the system `code`),
    has a row for every period. The columns are `iso3`, the code of the system if it is another,
    `year` (and `month`, or `date`), and

    - `is_member`: by the `rule`. `"any"`: on some day of the period; `"all"`: on each;
      `"majority"`: on more than half of its days; `"jan1"`, `"jul1"`, `"dec31"`: on that day
      (years only).
    - `instrument`, `status`: those of most of its days, of two with as many the later; null where
      the state was bound by nothing on most of them.
    - `days`: days of membership.
    - `is_chair`: whether the state chaired the Council on some day of the period.
    - `requests`: requests for help that the state made in the period.

    `basis`, `counting` and `uncertain` are as in `members`. A cell is null where its answer needs
    a day past the last checked one of its table, or a date that sources do not give.

    Raises `UnknownNameError` for an unknown unit, rule, basis, code or state, and `CstoDataError`
    for a day of the year with months or days.

    >>> frame = panel("year", rule="any")
    >>> int(frame.loc[frame["year"] == 1999, "is_member"].sum())
    9
    """
    package = installed()
    chosen = _chosen(package, states, code)
    chairs, pleas = _chairs(package), _requests(package)
    asked = package.checked_through("assistance_requests")
    rows = [
        {
            **row,
            "is_chair": _is_chair(period, chairs, row["iso3"]),
            "requests": _number_of_requests(period, pleas.get(row["iso3"], []), asked),
        }
        for period, row in state_periods(
            package, chosen, unit, rule=rule, basis=basis, counting=counting, uncertain=uncertain
        )
    ]
    return _frame(_with_codes(rows, chosen, code, ("",)))


def dyads(  # noqa: PLR0913
    unit: str = "year",
    *,
    rule: str = "any",
    basis: str = "in_force",
    directed: bool = False,
    states: Sequence[str] | None = None,
    code: str = "iso3",
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
) -> "pandas.DataFrame":
    """Return the pairs of states that are members at the same time, by years, months or days.

    The rules are those of `panel`, applied to the days on which both are members. Each pair
    stands once, in the order of the codes, or both ways if `directed`. The columns are
    `iso3_1`, `iso3_2` (and the codes of another system), `year` (and `month`, or `date`),
    `are_members` and `days`, the days on which both are. Pairs that are not members together
    have no row; where the answer needs a day past the last checked one, `are_members` is null.

    Raises what `panel` raises.

    >>> frame = dyads("year")
    >>> len(frame[frame["year"] == 2005])
    15
    """
    package = installed()
    chosen = _chosen(package, states, code)
    rows = dyad_periods(
        package,
        permutations(chosen, 2) if directed else combinations(sorted(chosen), 2),
        unit,
        rule=rule,
        basis=basis,
        counting=counting,
        uncertain=uncertain,
    )
    return _frame(_with_codes(rows, chosen, code, ("_1", "_2")))


def state_periods(  # noqa: PLR0913
    package: Package,
    states: Iterable[str],
    unit: str = "year",
    *,
    rule: str = "any",
    basis: str = "in_force",
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
    through: date | None = None,
) -> Iterator[tuple[Period, dict[str, Any]]]:
    """Yield what each of these states was in each period, by the spells of any package.

    The rows have the columns of `panel` up to `days`. Days after `through` are unknown; None is
    the last checked day of the package. Raises what `panel` raises.
    """
    _check_unit_and_rule(unit, rule)
    check_statuses(counting)
    checked = through or package.checked_through("members")
    found = windows(package, basis, uncertain, checked)
    for iso3 in states:
        own = [window for window in found if window.iso3 == iso3]
        for period in _periods(checked, unit):
            yield period, {"iso3": iso3, **period.name, **_of_state(period, own, rule, counting)}


def dyad_periods(  # noqa: PLR0913
    package: Package,
    pairs: Iterable[tuple[str, str]],
    unit: str = "year",
    *,
    rule: str = "any",
    basis: str = "in_force",
    counting: Sequence[str] = COUNTING,
    uncertain: str | None = None,
    through: date | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the periods in which both states of a pair are members, by the spells of any package.

    The rows are those of `dyads`; `through` is as in `state_periods`.
    """
    _check_unit_and_rule(unit, rule)
    check_statuses(counting)
    checked = through or package.checked_through("members")
    found = windows(package, basis, uncertain, checked)
    periods = list(_periods(checked, unit))
    for one, other in pairs:
        both = _overlaps(_spans(found, one, counting), _spans(found, other, counting))
        maybe = _overlaps(
            *(sorted(_spans(found, iso3, (*counting, None))) for iso3 in (one, other))
        )
        for period in periods:
            days = period.days_in(both)
            unknown = period.days_in(maybe) - days + period.unchecked
            answer = _decide(rule, period, days, unknown, (both, maybe))
            if answer is not False:
                known = {"are_members": answer, "days": None if unknown else days}
                yield {"iso3_1": one, "iso3_2": other, **period.name, **known}


def _check_unit_and_rule(unit: str, rule: str) -> None:
    check_name("unit", unit, UNITS)
    check_name("rule", rule, RULES)
    if rule in FIXED_DAYS and unit != "year":
        raise CstoDataError(f"the rule '{rule}' goes with years only, not with '{unit}'")


def _chosen(package: Package, states: Sequence[str] | None, code: str) -> list[str]:
    """Return the nine states, or those that are asked for, as ISO 3166-1 alpha-3 codes."""
    known = sorted(spells_by_state(package))
    table = code_table(code)
    if states is None:
        return known
    chosen = []
    for state in states:
        iso3 = table.get(normal(str(state), code))
        if iso3 not in known:
            own = [value for value, target in table.items() if target in known]
            raise unknown_name("state", str(state), own)
        chosen.append(iso3)
    return chosen


def _with_codes(
    rows: Iterable[dict[str, Any]], chosen: list[str], code: str, suffixes: Sequence[str]
) -> list[dict[str, Any]]:
    """Return rows with the codes of another system beside the ISO ones."""
    if code == "iso3":
        return list(rows)
    own = {iso3: own_code(iso3, code) for iso3 in chosen}
    with_codes = []
    for row in rows:
        codes: dict[str, Any] = {}
        for suffix in suffixes:
            iso3 = row[f"iso3{suffix}"]
            codes |= {f"iso3{suffix}": iso3, f"{CODE_COLUMNS[code]}{suffix}": own[iso3]}
        with_codes.append(codes | row)
    return with_codes


def _periods(checked: date, unit: str) -> Iterator[Period]:
    """Yield the periods from 1992 to the one in which the last checked day lies."""
    first = date(FIRST_YEAR, 1, 1)
    while first <= checked:
        name: dict[str, Any] = {"year": first.year}
        if unit == "year":
            last = date(first.year, 12, 31)
        elif unit == "month":
            last, name = last_of_month(first), name | {"month": first.month}
        else:
            last, name = first, {"date": first}
        yield Period(first, last, checked, name)
        first = last + ONE_DAY


def _of_state(
    period: Period, own: list[Window], rule: str, counting: Sequence[str]
) -> dict[str, Any]:
    """Return membership, status and days of a state in a period."""
    bound = [(w.first, w.last) for w in own if w.status in counting]
    maybe = sorted([*bound, *((w.first, w.last) for w in own if w.status is None)])
    days = period.days_in(bound)
    unknown = period.days_in(maybe) - days + period.unchecked
    instrument, status = _most_days(period, own)
    return {
        "is_member": _decide(rule, period, days, unknown, (bound, maybe)),
        "instrument": instrument,
        "status": status,
        "days": None if unknown else days,
    }


def _decide(
    rule: str, period: Period, days: int, unknown: int, spans: tuple[Spans, Spans]
) -> bool | None:
    """Return what a rule makes of a period; None where it needs a day that is not known.

    `days` are those of membership, `unknown` those that may be; `spans` are the stretches of
    membership, and those of what may be membership.
    """
    if rule in FIXED_DAYS:
        day = period.first.replace(month=FIXED_DAYS[rule][0], day=FIXED_DAYS[rule][1])
        certain, possible = (any(a <= day <= b for a, b in part) for part in spans)
        return None if day > period.checked or certain != possible else certain
    least, most = days, days + unknown
    needed = {"any": 1, "all": period.length, "majority": period.length // 2 + 1}[rule]
    if least >= needed:
        return True
    return False if most < needed else None


def _most_days(period: Period, own: list[Window]) -> tuple[str | None, str | None]:
    """Return instrument and status of most days of a period, of two with as many the later."""
    days: dict[tuple[str | None, str | None], int] = {}
    unknown = period.unchecked
    for window in own:
        number = period.days_in([(window.first, window.last)])
        if window.status is None:
            unknown += number
        elif number:
            days[window.instrument, window.status] = (
                days.pop((window.instrument, window.status), 0) + number
            )
    unbound = period.length - sum(days.values()) - unknown
    ranked = sorted(days.items(), key=lambda item: item[1])
    if not ranked:
        return None, None
    (name, most), others = ranked[-1], [unbound, *(number for _, number in ranked[:-1])]
    is_decided = most >= max(others) + unknown if not unknown else most > max(others) + unknown
    return name if is_decided else (None, None)


def _spans(found: list[Window], iso3: str, statuses: Sequence[str | None]) -> Spans:
    return [(w.first, w.last) for w in found if w.iso3 == iso3 and w.status in statuses]


def _overlaps(one: Spans, other: Spans) -> Spans:
    """Return the stretches that two lists of stretches have in common."""
    common = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(first, last) for first, last in common if first <= last]


def _chairs(package: Package) -> list[tuple[str, date, date]]:
    """Return the turns in the chair of the Council: the state, the first and the last day."""
    checked = package.checked_through("chairmanships")
    return [
        (str(turn["iso3"]), _surely_from(turn), _surely_to(turn) or checked)
        for turn in package.records("chairmanships")
    ]


def _is_chair(period: Period, chairs: list[tuple[str, date, date]], iso3: str) -> bool | None:
    own = [(first, last) for state, first, last in chairs if state == iso3]
    every = [(first, last) for _, first, last in chairs]
    if period.days_in(own):
        return True
    return False if period.days_in(every) == period.length else None


def _requests(package: Package) -> dict[str, Spans]:
    """Return, by state, the stretch of days in which each of its requests for help was made."""
    events = {event["event_id"]: event for event in package.records("events")}
    found: dict[str, Spans] = {}
    for request in package.records("assistance_requests"):
        if request["form"] == "none":
            continue
        first, last = _range(request, "request", "request")
        crisis = events.get(request["event_id"])
        if crisis:
            begin, end = _range(crisis, "start", "end")
            first, last = max(first, begin), min(last, max(end, first))
        if request["decision_date"]:
            last = min(last, _range(request, "decision", "decision")[1])
        found.setdefault(str(request["iso3"]), []).append((first, last))
    return found


def _number_of_requests(period: Period, requests: Spans, checked: date) -> int | None:
    touching = [(a, b) for a, b in requests if a <= period.last and b >= period.first]
    inside = [(a, b) for a, b in touching if a >= period.first and b <= period.last]
    return None if period.days_after(checked) or len(inside) < len(touching) else len(inside)


def _range(record: Record, start: str, end: str) -> tuple[date, date]:
    """Return the first and the last day that two dates of a row allow."""
    days = [
        possible_days(record[f"{what}_date"], record[f"{what}_precision"])  # type: ignore[arg-type]
        for what in (start, end)
    ]
    return days[0][0], days[1][1]


def _surely_from(turn: Record) -> date:
    return possible_days(turn["start_date"], turn["start_precision"])[1]  # type: ignore[arg-type]


def _surely_to(turn: Record) -> date | None:
    if turn["end_date"] is None:
        return None
    return possible_days(turn["end_date"], turn["end_precision"])[0]  # type: ignore[arg-type]


def _frame(rows: list[dict[str, Any]]) -> "pandas.DataFrame":
    """Return rows as a frame with nullable types."""
    import pandas

    codes = [f"{code}_code{suffix}" for code in ("cow", "gw") for suffix in ("", "_1", "_2")]
    types = {
        **frame_types(pandas),
        **dict.fromkeys(("are_members", "is_chair"), "boolean"),
        **dict.fromkeys(("days", "requests", "year", "month", *codes), "Int64"),
    }
    frame = pandas.DataFrame(rows)
    if "date" in frame:
        frame["date"] = pandas.to_datetime(frame["date"])
    names = [str(name) for name in frame.columns if name != "date"]
    return frame.astype({name: types.get(name, "string") for name in names})
