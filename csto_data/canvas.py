"""The figure around a plot: its size, title, legend, source line, and how it is saved."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from math import ceil
from textwrap import wrap
from typing import IO, TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.dates import MONTHLY, YEARLY, AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from csto_data.package import Package

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

DARK: Final = "#333333"
BLUE, ORANGE, GREEN, RED, PINK = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
"""Of the palette of Okabe and Ito, which colour-blind readers can tell apart."""
SETTINGS: Final[dict[Any, Any]] = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7,
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "text.hinting": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "csto-data",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "savefig.dpi": 300,
}
"""Small type for papers, as wide when saved as when measured; text stays text in SVG and PDF."""
SMALL: Final = 6
POINTS: Final = 72
"""Points in an inch."""
TICK: Final = 0.33
"""Inches that the label of a year takes on the axis of time."""
LETTER: Final = 0.56
"""The width of an average letter, as a share of the size of the type."""


class PaperFigure(Figure):
    """A figure that is saved with text as text, fonts embedded, and 300 dots an inch."""

    def savefig(
        self,
        fname: "str | PathLike[Any] | IO[Any]",
        *,
        transparent: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Save the figure, as `matplotlib.figure.Figure.savefig` does."""
        with settings():
            super().savefig(fname, transparent=transparent, **kwargs)


@contextmanager
def settings() -> Iterator[None]:
    """Set the type and the formats of the plots, and restore what was set before.

    Nothing else is restored: a backend that loads meanwhile, as in notebooks, keeps its settings.
    """
    before = {name: mpl.rcParams[name] for name in SETTINGS}
    mpl.rcParams.update(SETTINGS)
    try:
        yield
    finally:
        mpl.rcParams.update(before)


def new_axes(width: float, heights: "Sequence[float]" = (1,)) -> "list[Axes]":
    """Return plots one below the other in a new figure, which notebooks show; sizes in inches."""
    size = (width, sum(heights) + len(heights))
    figure = pyplot.figure(FigureClass=PaperFigure, figsize=size, layout="constrained")
    grid = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)
    return list(grid[:, 0])


def fit(axes: "Sequence[Axes]", heights: "Sequence[float]") -> None:
    """Make a figure so high that its plots have these heights, without their labels."""
    figure = axes[0].get_figure(root=True)
    assert figure is not None
    total = 0.1
    for ax, height in zip(axes, heights, strict=True):
        box = ax.get_tightbbox()
        assert box is not None
        total += height + (box.height - ax.bbox.height) / figure.dpi + 0.1
    figure.set_figheight(total)


def width_of(ax: "Axes") -> float:
    """Return the width of a plot without its labels, in inches."""
    return ax.bbox.width / ax.figure.dpi


def letters(width: float, size: float) -> int:
    """Return how many letters of a size, in points, stand in a line of so many inches."""
    return max(12, int(width * POINTS / (size * LETTER)))


def time_axis(ax: "Axes", first: date, last: date) -> None:
    """Make the horizontal axis one of days, from the first to the last."""
    ax.xaxis_date()
    ticks = {YEARLY: max(4, int(width_of(ax) / TICK)), MONTHLY: 8}
    locator = AutoDateLocator(maxticks=ticks)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    ax.set_xlim(number(first), number(last))
    ax.set_xlabel("Date")


def number(day: date) -> float:
    """Return the place of a day on the axis of time."""
    return float(date2num(day))  # type: ignore[no-untyped-call]


def days_an_inch(ax: "Axes") -> float:
    """Return how many days an inch of the axis of time holds."""
    first, last = ax.get_xlim()
    return (last - first) / width_of(ax)


def checked_line(ax: "Axes", day: date) -> "Artist":
    """Draw a line at the end of the last checked day, and return it for the legend."""
    return ax.axvline(number(day) + 1, color=DARK, lw=0.7, ls=(0, (4, 2)), label="last checked day")


def bare(ax: "Axes") -> None:
    """Leave of the frame of a plot only the axis below, a faint grid, and small type."""
    ax.spines[["left", "right", "top"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    for axis, name in ((ax.xaxis, "xtick"), (ax.yaxis, "ytick")):
        axis.set_tick_params(labelsize=SETTINGS[f"{name}.labelsize"])
        axis.label.set_fontsize(SETTINGS["axes.labelsize"])
    ax.grid(axis="x", linewidth=0.4, alpha=0.5)
    ax.set_axisbelow(True)


def title(ax: "Axes", left: float, *parts: str) -> None:
    """Write a title above a plot, from `left` inches of it, each part on a line."""
    most = letters(_room(ax, left), SETTINGS["axes.titlesize"])
    lines = [line for part in parts for line in wrap(part, most)]
    artist = ax.set_title("\n".join(lines), loc="left")
    artist.set_transform(artist.get_transform() + shift(ax, left, 0))


def source_line(package: Package, table: str) -> str:
    """Return the version and the last checked day of a table, as they stand below a plot."""
    version, checked = package.descriptor["version"], package.checked_through(table)
    return f"csto-data {version}, checked through {checked}"


def foot(ax: "Axes", left: float, handles: "Sequence[Artist]", source: str) -> None:
    """Put the legend below a plot, in the columns that have room, and the source line below it."""
    below = ax.xaxis.get_tightbbox()
    down = ((below.y0 - ax.bbox.y0) / ax.figure.dpi if below else 0) - 0.08
    for rows in range(1, len(handles) + 1):
        legend = ax.legend(
            handles=handles,
            ncols=ceil(len(handles) / rows),
            loc="upper left",
            bbox_to_anchor=(0, 0),
            bbox_transform=ax.transAxes + shift(ax, left, down),
            borderaxespad=0,
            borderpad=0,
            frameon=False,
            handlelength=1.6,
            handletextpad=0.6,
            columnspacing=1.2,
        )
        if legend.get_window_extent().width <= _room(ax, left) * ax.figure.dpi:
            break
    down -= legend.get_window_extent().height / ax.figure.dpi + 0.09
    place = ax.transAxes + shift(ax, left, down)
    ax.text(0, 0, source, fontsize=SMALL, va="top", transform=place)


def _room(ax: "Axes", left: float) -> float:
    """Return the inches that a plot and its labels may take, of its figure at most."""
    return float(min(ax.figure.bbox.width / ax.figure.dpi - 0.15, width_of(ax) - left))


def left_of(ax: "Axes") -> float:
    """Return how far the labels of a plot reach to its left, in inches, as a negative number."""
    labels = ax.yaxis.get_tightbbox()
    return min(0.0, (labels.x0 - ax.bbox.x0) / ax.figure.dpi) if labels else 0.0


def shift(ax: "Axes", right: float, up: float) -> ScaledTranslation:
    """Return the transform that moves something on a plot by so many inches."""
    return ScaledTranslation(right, up, ax.figure.dpi_scale_trans)
