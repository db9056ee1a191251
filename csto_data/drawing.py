"""Bars, marks and claims drawn with matplotlib."""

from collections.abc import Sequence
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from csto_data.canvas import (
    BLUE,
    DARK,
    GREEN,
    ORANGE,
    PINK,
    RED,
    letters,
    number,
    shift,
    width_of,
)
from csto_data.marks import Bar, Claim, DisputedDay, Happening, written
from csto_data.spells import INSTRUMENTS, STATUSES

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


# ── spells ───────────────────────────────────────────────────────────────────────────────────────

STATE_HEIGHT: Final = 0.32
"""Inches of a state, which holds a lane for each instrument."""
LANES: Final = {"CST": -0.21, "CSTO": 0.21}
LANE_HEIGHT: Final = 0.36
COLOURS: Final = {"CST": (BLUE, "#C7E0EF"), "CSTO": (ORANGE, "#FBEBC9")}
"""Of each instrument the colour of members and that of all others, which are hatched."""
HATCHES: Final = {"member": "", "signatory": "|||||", "suspended": "/////", "frozen": "xxxxx"}
UNSURE: Final[dict[str, Any]] = {"alpha": 0.45, "linestyle": (0, (2, 1))}
OPEN: Final[dict[str, Any]] = {"marker": ">", "ms": 3.5, "color": DARK}


def draw_bars(ax: "Axes", bars: Sequence[Bar], names: dict[str, str]) -> "list[Artist]":
    """Draw spells as bars, a lane for each state and instrument; return what a legend needs."""
    for bar in bars:
        _draw_bar(ax, bar, list(names).index(bar.iso3) + LANES[bar.instrument])
    ax.set_yticks(range(len(names)), list(names.values()))
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.set_ylabel("State")
    for line in range(1, len(names)):
        ax.axhline(line - 0.5, color=DARK, lw=0.3, alpha=0.4)
    drawn = {(bar.instrument, bar.status) for bar in bars}
    handles: list[Artist] = [
        Patch(**_look(instrument, status), label=f"{instrument} {status}")
        for instrument in INSTRUMENTS
        for status in STATUSES
        if (instrument, status) in drawn
    ]
    if any(_is_vague(bar) for bar in bars):
        look = _look("CST", "member") | UNSURE | {"facecolor": "none"}
        handles.append(Patch(**look, label="date not known to the day"))
    if any(bar.is_open for bar in bars):
        handles.append(Line2D([], [], ls="", **OPEN, label="open on the last checked day"))
    return handles


def _draw_bar(ax: "Axes", bar: Bar, y: float) -> None:
    look = _look(bar.instrument, bar.status)
    key = bar.member_id if bar.status != "signatory" else f"{bar.member_id}-signatory"

    def rectangle(first: float, last: float, suffix: str, **more: Any) -> None:
        box = Rectangle((first, y - LANE_HEIGHT / 2), last - first, LANE_HEIGHT, **look | more)
        box.set_gid(f"{key}{suffix}")
        ax.add_patch(box)

    sure = number(bar.sure_first), number(bar.sure_last) + 1
    if _is_vague(bar):
        rectangle(number(bar.first), number(bar.last) + 1, "-possible", **UNSURE)
    if sure[0] < sure[1]:
        rectangle(*sure, "")
    if bar.is_open:
        ax.plot(sure[1], y, clip_on=False, **OPEN)


def _look(instrument: str, status: str) -> dict[str, Any]:
    colour = COLOURS[instrument][status != "member"]
    return {"facecolor": colour, "edgecolor": DARK, "hatch": HATCHES[status], "linewidth": 0.5}


def _is_vague(bar: Bar) -> bool:
    return (bar.first, bar.last) != (bar.sure_first, bar.sure_last)


def draw_disputes(
    ax: "Axes", disputes: Sequence[DisputedDay], names: dict[str, str]
) -> "list[Artist]":
    """Draw the days that other sources give; return what a legend needs."""
    look: dict[str, Any] = {
        "marker": "D",
        "ms": 3.6,
        "color": DARK,
        "markerfacecolor": "white",
        "markeredgewidth": 0.8,
        "lw": 0.9,
    }
    for one in disputes:
        y = list(names).index(one.iso3) + LANES[one.instrument]
        first, last = number(one.first), number(one.last) + 1
        middle = first if one.first == one.last else (first + last) / 2
        (line,) = ax.plot([first, middle, last], [y] * 3, markevery=[1], zorder=5, **look)
        line.set_gid(f"disputed-{one.iso3}-{one.instrument}-{one.first}".lower())
    return [Line2D([], [], **look | {"ls": ""}, label="day given by another source")]


# ── events ───────────────────────────────────────────────────────────────────────────────────────

ROW_HEIGHT: Final = 0.075
"""Inches of a row of marks in a lane."""
LOWEST: Final = 0.9
"""Inches of the lowest plot of events, which the label of its axis needs."""
MARK: Final = 0.062
"""Inches that a mark takes."""
GAP: Final = 1.6
"""Rows between two lanes."""
MOST_ROWS: Final = 9
"""The height of a lane among others, in rows; where it has more, they stand closer."""
EVENT_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "held": {"marker": "o", "color": BLUE, "s": 10, "linewidths": 0},
    "planned": {"marker": "D", "edgecolors": GREEN, "facecolors": "white", "s": 11},
    "postponed": {"marker": ">", "edgecolors": PINK, "facecolors": "white", "s": 16},
    "cancelled": {"marker": "x", "color": RED, "s": 14},
    "unconfirmed": {"marker": "s", "edgecolors": DARK, "facecolors": "white", "s": 10},
}


class Lanes:
    """Events in lanes by type, and in each lane in rows, so that no mark hides another."""

    def __init__(self, events: Sequence[Happening], types: Sequence[str], mark: float) -> None:
        """Place the events; `mark` is the width of a mark in days."""
        self.ends: dict[str, list[float]] = {}
        self.rows: dict[str, int] = {}
        for event in events:
            first, last = span(event)
            ends = self.ends.setdefault(event.event_type, [])
            row = next((row for row, end in enumerate(ends) if end < first), len(ends))
            ends[row : row + 1] = [last + mark]
            self.rows[event.event_id] = row
        self.tops: dict[str, float] = {}
        self.height = GAP / 2
        self.steps: dict[str, float] = {}
        for name in types:
            if name in self.ends:
                rows = len(self.ends[name]) - 1
                self.steps[name] = min(1, MOST_ROWS / rows) if rows and len(self.ends) > 1 else 1
                self.tops[name] = self.height
                self.height += rows * self.steps[name] + GAP

    def y(self, event: Happening) -> float:
        """Return the height at which an event stands."""
        name = event.event_type
        return self.tops[name] + self.rows[event.event_id] * self.steps[name]

    @property
    def inches(self) -> float:
        """The height of all lanes in inches."""
        return max(LOWEST, self.height * ROW_HEIGHT)

    def middle(self, name: str) -> float:
        """Return the height of the middle of a lane."""
        return self.tops[name] + (len(self.ends[name]) - 1) * self.steps[name] / 2


def span(event: Happening) -> tuple[float, float]:
    """Return the places on the axis of time between which an event is drawn."""
    return number(event.first), max(number(event.last), number(event.day))


def draw_events(ax: "Axes", events: Sequence[Happening], lanes: Lanes) -> "list[Artist]":
    """Draw events as marks, with a line over their days; return what a legend needs."""
    handles: list[Artist] = []
    for status, look in EVENT_LOOKS.items():
        own = [event for event in events if event.status == status]
        if own:
            x, y = [number(event.day) for event in own], [lanes.y(event) for event in own]
            more = {"linewidths": 0.8} | look
            label = f"{status} ({len(own)})"
            handles.append(ax.scatter(x, y, **more, label=label, zorder=3, gid=f"events-{status}"))
    for event in events:
        first, last = span(event)
        if last > first:
            style: Any = "-" if event.is_precise else (0, (1, 1))
            colour = EVENT_LOOKS[event.status].get("color") or DARK
            ax.plot([first, last], [lanes.y(event)] * 2, color=colour, lw=0.9, ls=style, alpha=0.7)
    if any(event.is_precise and event.last > event.first for event in events):
        handles.append(Line2D([], [], color=BLUE, lw=0.9, label="duration"))
    if not all(event.is_precise for event in events):
        look = {"color": BLUE, "lw": 0.9, "ls": (0, (1, 1))}
        handles.append(Line2D([], [], **look, label="days not known exactly"))
    ax.set_yticks(
        [lanes.middle(name) for name in lanes.tops],
        [
            f"{name.replace('_', ' ')} ({sum(event.event_type == name for event in events)})"
            for name in lanes.tops
        ],
    )
    for top in list(lanes.tops.values())[1:]:
        ax.axhline(top - GAP / 2, color=DARK, lw=0.3, alpha=0.4)
    ax.set_ylim(lanes.height - GAP / 2, 0)
    ax.set_ylabel("Type of event")
    return handles


# ── claims ───────────────────────────────────────────────────────────────────────────────────────

LINE_HEIGHT: Final = 0.135
"""Inches of a line of text beside a claim."""
ARROW: Final = 15
"""Points of the arrow of a claim that is a bound."""
FROM_HERE_LOGARITHMIC: Final = 100
"""The ratio of the largest to the smallest number from which on the axis is logarithmic."""
BASIS_LOOKS: Final = {
    "planned": ("D", GREEN),
    "announced": ("^", RED),
    "reported": ("o", BLUE),
    "estimated": ("s", PINK),
}
BOUNDS: Final = {"gt": ARROW, "ge": ARROW, "lt": -ARROW, "le": -ARROW}
ABOUT: Final[dict[str, Any]] = {"lw": 5, "alpha": 0.25}
SIGN: Final[dict[str, Any]] = {"ms": 9, "markeredgewidth": 0}


class Lines:
    """Claims as lines of text: under the heading of each part, those who claim and when."""

    def __init__(self, claims: Sequence[Claim], width: float) -> None:
        """Place the claims; `width` is that of the plot with its labels, in inches."""
        self.headings: list[tuple[float, str]] = []
        self.labels: dict[str, tuple[float, str]] = {}
        self.height = 0.0
        for part, own in groupby(claims, key=lambda claim: claim.part):
            if part:
                lines = wrap(part, letters(width - 0.2, 7))
                self.headings.append((self.height + 0.2, "\n".join(lines)))
                self.height += len(lines) + 0.25
            for claim in own:
                lines = wrap(claim.label, letters(width * 0.36, 7), break_on_hyphens=False)
                middle = self.height + len(lines) / 2
                self.labels[claim.figure_id] = (middle, "\n".join(lines))
                self.height += len(lines) + 0.15
            self.height += 0.25


def draw_claims(ax: "Axes", claims: Sequence[Claim], lines: Lines) -> None:
    """Draw the claims of one measure, a line each."""
    _scale(ax, claims)
    ax.set_ylim(lines.height, 0)
    ax.set_yticks(*zip(*lines.labels.values(), strict=True), fontsize=7)
    place = ax.get_yaxis_transform() + shift(ax, 0.06, 0)
    for claim in claims:
        y = lines.labels[claim.figure_id][0]
        _draw_claim(ax, claim, y)
        ax.text(1, y, claim.number, va="center_baseline", fontsize=7, transform=place)


def draw_headings(ax: "Axes", left: float, lines: Lines) -> None:
    """Write the headings of the parts, from `left` inches of a plot."""
    place = ax.get_yaxis_transform() + shift(ax, left, 0)
    for y, text in lines.headings:
        ax.text(0, y, text, va="top", fontsize=7, fontstyle="italic", transform=place)


def _scale(ax: "Axes", claims: Sequence[Claim]) -> None:
    """Let the axis of numbers begin at zero, unless the numbers are of many magnitudes."""
    numbers = [n for claim in claims for n in (claim.value, claim.value_max) if n is not None]
    low, high = min(numbers), max(numbers) or 1
    ticks = max(1, min(5, int(width_of(ax) / (0.3 + 0.07 * len(written(high))))))
    if low > 0 and high / low >= FROM_HERE_LOGARITHMIC and claims[0].unit != "percent":
        margin = (high / low) ** 0.12
        ax.set_xscale("log")
        ax.set_xlim(low / margin, high * margin)
        ax.xaxis.set_major_locator(LogLocator(numticks=ticks))
        ax.xaxis.set_minor_locator(NullLocator())
    else:
        ax.set_xlim(-0.05 * high, 1.15 * high)
        ax.xaxis.set_major_locator(MaxNLocator(ticks, integer=high >= 1))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value)))


def _draw_claim(ax: "Axes", claim: Claim, y: float) -> None:
    marker, colour = BASIS_LOOKS[claim.figure_basis]
    ends = [claim.value] if claim.value_max is None else [claim.value, claim.value_max]
    (line,) = ax.plot(
        ends,
        [y] * len(ends),
        marker=marker,
        ms=4.2,
        color=colour,
        markerfacecolor=colour if claim.is_preferred else "none",
        lw=1.6,
        clip_on=False,
        zorder=4,
    )
    line.set_gid(claim.figure_id)
    if claim.comparator in BOUNDS:
        look = {"arrowstyle": "<-", "lw": 0.9, "shrinkB": 2}
        _stroke(ax, claim.value, y, BOUNDS[claim.comparator], color=colour, **look)
    if claim.comparator == "about":
        for reach in (-ARROW / 2, ARROW / 2):
            _stroke(ax, claim.value, y, reach, color=colour, arrowstyle="-", **ABOUT)


def _stroke(ax: "Axes", x: float, y: float, reach: float, **look: Any) -> None:
    """Draw a stroke of so many points from a number to the right or, if negative, to the left."""
    style = {"shrinkA": 0, "shrinkB": 0} | look
    ax.annotate(
        "", (x, y), (reach, 0), textcoords="offset points", arrowprops=style, annotation_clip=False
    )


def claim_handles(claims: Sequence[Claim]) -> "list[Artist]":
    """Return what the legend of these claims needs."""
    drawn = {claim.figure_basis for claim in claims}
    handles: list[Artist] = [
        Line2D([], [], ls="", marker=marker, ms=4.2, color=colour, label=basis)
        for basis, (marker, colour) in BASIS_LOOKS.items()
        if basis in drawn
    ]
    if not all(claim.is_preferred for claim in claims):
        hollow: dict[str, Any] = {
            "marker": "o",
            "ms": 4.2,
            "color": DARK,
            "markerfacecolor": "none",
        }
        handles.append(Line2D([], [], ls="", **hollow, label="hollow: not the preferred one"))
    comparators = {claim.comparator for claim in claims}
    signs: dict[str, tuple[set[str], dict[str, Any]]] = {
        "about": ({"about"}, {"ls": "-", **ABOUT}),
        "that or more": ({"gt", "ge"}, {"ls": "", "marker": r"$\rightarrow$", **SIGN}),
        "that or less": ({"lt", "le"}, {"ls": "", "marker": r"$\leftarrow$", **SIGN}),
        "range": ({"range"}, {"ls": "-", "lw": 1.6}),
    }
    handles += [
        Line2D([], [], color=DARK, **look, label=words)
        for words, (kinds, look) in signs.items()
        if kinds & comparators
    ]
    return handles
