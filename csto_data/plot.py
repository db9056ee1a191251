"""Plots of the tables, for papers and notebooks.

They need matplotlib (the extra `plot`). Each function draws on the `ax` that it is given, or on a
figure of its own, `width` inches wide: 7 is the width of a page, 3.5 that of a column. A figure of
its own is saved by `savefig` with text as text in SVG and with fonts embedded in PDF. No setting
of matplotlib is changed.

>>> import csto_data as csto
>>> csto.plot.members().figure.savefig("members.svg")  # doctest: +SKIP
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from csto_data.errors import CstoDataError, missing_extra, unknown_name
from csto_data.marks import bars, claims, disputed_days, happenings, words_of
from csto_data.package import Package, Record, installed
from csto_data.roster import as_day
from csto_data.spells import BASES, check_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE: Final = 7.0
MARGIN: Final = timedelta(days=150)
TITLE: Final = "States under the Treaty (CST) and the Organization (CSTO), by {}"
READING: Final = {"in_force": "entry into force", "signature": "signature"}


def members(basis: str = "in_force", ax: "Axes | None" = None, width: float = PAGE) -> "Axes":
    """Return a plot of the spells of the nine states over time, a lane for each instrument.

    Under the basis `"in_force"` bars begin with the entry into force, and the time since the
    signature is shown before them; under `"signature"` they begin with the signature. A spell that
    still held on the last checked day ends there with an arrowhead. What a date that is known to
    the month or year leaves open is pale. Diamonds are the days that other sources give, with a
    line over the year where they give no more. The id of each bar in an SVG file is the key of its
    spell.

    Raises `UnknownNameError` for an unknown basis, `MissingExtraError` without matplotlib.

    >>> members(width=3.5).get_xlabel()
    'Date'
    """
    check_name("basis", basis, BASES)
    _require_matplotlib()
    from csto_data import canvas, drawing

    package = installed()
    shown, disputes = bars(package, basis), disputed_days(package)
    states = {bar.iso3 for bar in shown}
    names = {iso3: name for iso3, name in _country_names(package).items() if iso3 in states}
    first = min([bar.first for bar in shown] + [day.first for day in disputes])
    with canvas.settings():
        on = ax or canvas.new_axes(width)[0]
        handles = drawing.draw_bars(on, shown, names) + drawing.draw_disputes(on, disputes, names)
        canvas.time_axis(on, first - MARGIN, package.checked_through("members") + MARGIN)
        canvas.bare(on)
        left = canvas.left_of(on)
        canvas.title(on, left, TITLE.format(READING[basis]))
        canvas.foot(on, left, handles, canvas.source_line(package, "members"))
        if ax is None:
            canvas.fit([on], [len(names) * drawing.STATE_HEIGHT])
    return on


def events(
    event_type: str | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    ax: "Axes | None" = None,
    width: float = PAGE,
) -> "Axes":
    """Return a plot of events over time, a lane for each type.

    `event_type` is one type, None all. `since` and `until` bound the days on which the events
    began (dates or ISO text); None is no bound. A mark is an event on its first day, with a line
    over its days; where no more than a month or year is known it stands in the middle of it and
    the line is dotted. Those that were planned, postponed, cancelled or unconfirmed have marks of
    their own. The numbers beside the lanes and in the legend count what is drawn; events without
    any date are left out, and counted in the last line.

    Raises `UnknownNameError` for an unknown type, `CstoDataError` for what is not a day and where
    there is no such event, `MissingExtraError` without matplotlib.

    >>> len(events("entry_into_force").collections[0].get_offsets())
    6
    """
    package = installed()
    types = words_of(package, "events", "event_type")
    if event_type is not None:
        check_name("event type", event_type, types)
    low, high = as_day(since or date.min), as_day(until or date.max)
    dated = [one for one in happenings(package) if event_type in (None, one.event_type)]
    shown = [one for one in dated if low <= one.day <= high]
    if not shown:
        raise CstoDataError(
            f"no event{f' of type {event_type}' if event_type else ''} began between "
            f"{since or 'the first day'} and {until or 'the last day'}: choose other days"
        )
    _require_matplotlib()
    from csto_data import canvas, drawing

    first = low if since else min(one.first for one in shown)
    last = high if until else max(one.last for one in shown)
    margin = (last - first) * 0.02 + timedelta(days=1)
    with canvas.settings():
        on = ax or canvas.new_axes(width)[0]
        canvas.time_axis(on, first - margin, last + margin)
        lanes = drawing.Lanes(shown, types, drawing.MARK * canvas.days_an_inch(on))
        handles = drawing.draw_events(on, shown, lanes)
        canvas.bare(on)
        checked = package.checked_through("events")
        if first <= checked <= last:
            handles.append(canvas.checked_line(on, checked))
        left = canvas.left_of(on)
        canvas.title(on, left, "Events around the Treaty and the Organization")
        source = canvas.source_line(package, "events")
        canvas.foot(on, left, handles, source + _undated(package, event_type))
        if ax is None:
            canvas.fit([on], [lanes.inches])
    return on


def figures(
    subject: str, measure: str | None = None, ax: "Axes | None" = None, width: float = PAGE
) -> "Figure":
    """Return the figure in which the claims about one subject are plotted, a line each.

    `subject` is the key of an event, a force, a state or what else the table `figures` names as
    `subject_id`. There is one plot for each measure and unit, or for the given measure alone;
    they are the `axes` of what is returned. Beside each claim stands who makes it (publisher,
    after the originator), its day and its number. The marker tells the basis; a hollow one is not
    the preferred claim. An arrow is a bound, a pale band is "about", a bar is a range. Numbers for
    the whole come first, those for parts (states, substances, answers) under headings. The axis
    is logarithmic where the numbers are of many magnitudes. The id of each marker in an SVG file is
    the key of its figure.

    Raises `UnknownNameError` for a subject without figures and for an unknown measure,
    `CstoDataError` where an `ax` is given for more than one plot, `MissingExtraError` without
    matplotlib.

    >>> [ax.get_xlabel() for ax in figures("ksor").axes]
    ['personnel (persons)', 'special forces personnel (persons)', 'battalions (units)']
    """
    package = installed()
    found = _figures_of(package, subject, measure)
    panels = claims(package, found)
    if ax is not None and len(panels) > 1:
        listed = ", ".join(f"{name} ({unit})" for name, unit in panels)
        raise CstoDataError(
            f"'{subject}' has figures of several measures, and one ax was given: choose a measure "
            f"or give no ax. Measures: {listed}"
        )
    _require_matplotlib()
    from csto_data import canvas, drawing

    wide = canvas.width_of(ax) / 0.6 if ax else width
    lines = [drawing.Lines(own, wide) for own in panels.values()]
    heights = [one.height * drawing.LINE_HEIGHT for one in lines]
    with canvas.settings():
        axes = [ax] if ax else canvas.new_axes(width, heights)
        for on, panel, own, placed in zip(axes, panels, panels.values(), lines, strict=True):
            canvas.bare(on)
            on.set_xlabel(f"{_words(panel[0])} ({panel[1]})")
            drawing.draw_claims(on, own, placed)
        left = min(canvas.left_of(on) for on in axes)
        for on, panel, placed in zip(axes, panels, lines, strict=True):
            drawing.draw_headings(on, left, placed)
            above = [_name(package, found[0])] if on is axes[0] else []
            canvas.title(on, left, *above, f"{_words(panel[0]).capitalize()} by source and day")
        handles = drawing.claim_handles([claim for own in panels.values() for claim in own])
        canvas.foot(axes[-1], left, handles, canvas.source_line(package, "figures"))
        if ax is None:
            canvas.fit(axes, heights)
    figure = axes[0].get_figure(root=True)
    assert figure is not None
    return figure


def _require_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise missing_extra("matplotlib", "plot") from None


def _country_names(package: Package) -> dict[str, str]:
    return {str(row["iso3"]): str(row["name"]) for row in package.records("countries")}


def _undated(package: Package, event_type: str | None) -> str:
    number = sum(
        event["start_date"] is None and event_type in (None, event["event_type"])
        for event in package.records("events")
    )
    return f"; not shown: {number} without any date" if number else ""


def _figures_of(package: Package, subject: str, measure: str | None) -> list[Record]:
    figures = package.records("figures")
    own = [figure for figure in figures if figure["subject_id"] == subject]
    if not own:
        subjects = sorted({str(figure["subject_id"]) for figure in figures})
        raise unknown_name("subject", subject, subjects, where=" of figures")
    measures = sorted({str(figure["measure"]) for figure in own})
    if measure is not None and measure not in measures:
        raise unknown_name("measure", measure, measures, where=f" of {subject}")
    return [figure for figure in own if measure in (None, figure["measure"])]


def _words(measure: str) -> str:
    return measure.replace("_", " ")


def _name(package: Package, figure: Record) -> str:
    """Return the name or title of the subject of a figure."""
    table = str(figure["subject_table"])
    for record in package.records(table):
        if package.row_id(table, record) == figure["subject_id"]:
            return str(record.get("name") or record.get("title") or figure["subject_id"])
    return str(figure["subject_id"])
