"""The plots show what the tables say, and leave matplotlib as they found it."""

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from copies import Copy
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.dates import date2num, num2date
from matplotlib.text import Annotation

import csto_data as csto
from csto_data import canvas, marks
from csto_data.package import installed

CALLS: dict[str, Any] = {
    "members": csto.plot.members,
    "events": csto.plot.events,
    "figures": lambda **given: csto.plot.figures("ksor", "personnel", **given),
}
NAMES = {"ARM": "Armenia", "AZE": "Azerbaijan", "GEO": "Georgia", "UZB": "Uzbekistan"}


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    pyplot.close("all")


def bar_days(ax: Axes) -> dict[str, tuple[date, date]]:
    """Return the first and last day of each bar, by its id."""
    return {
        str(patch.get_gid()): (
            num2date(patch.get_x()).date(),
            num2date(patch.get_x() + patch.get_width()).date() - timedelta(days=1),
        )
        for patch in ax.patches
    }


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


CHECKED = installed().checked_through("members")
IN_FORCE = {
    "uzb-cst-member-1-signatory": (date(1992, 5, 15), date(1994, 4, 19)),
    "uzb-cst-member-1": (date(1994, 4, 20), date(1999, 4, 20)),
    "uzb-csto-member-1": (date(2006, 8, 16), date(2012, 12, 18)),
    "uzb-csto-suspended-1": (date(2012, 12, 19), CHECKED),
    "arm-csto-member-1-signatory": (date(2002, 10, 7), date(2003, 9, 17)),
    "arm-csto-member-1": (date(2003, 9, 18), date(2024, 2, 21)),
    "arm-csto-frozen-1": (date(2024, 2, 22), CHECKED),
}
SIGNATURE = {
    "uzb-cst-member-1": (date(1992, 5, 15), date(1999, 4, 20)),
    "uzb-csto-member-1": (date(2006, 8, 16), date(2012, 12, 18)),
    "arm-csto-member-1": (date(2002, 10, 7), date(2024, 2, 21)),
}


@pytest.mark.parametrize(("basis", "expected"), [("in_force", IN_FORCE), ("signature", SIGNATURE)])
def test_bars_stand_on_the_days_of_the_spells(
    basis: str, expected: dict[str, tuple[date, date]]
) -> None:
    found = bar_days(csto.plot.members(basis))
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(("basis", "signatories"), [("in_force", 15), ("signature", 0)])
def test_every_spell_has_a_bar(basis: str, signatories: int) -> None:
    names = bar_days(csto.plot.members(basis))
    spells = {row["member_id"] for row in installed().records("members")}
    assert spells <= set(names)
    assert len(names) == len(spells) + signatories


def test_instruments_and_statuses_are_told_apart_without_colour() -> None:
    ax = csto.plot.members()
    looks = {str(patch.get_gid()): patch for patch in ax.patches}
    hatches = {looks[name].get_hatch() for name in IN_FORCE if name.startswith(("uzb-csto", "arm"))}
    assert len(hatches) == 4
    first, second = (looks[f"arm-{name}-member-1"].get_y() for name in ("cst", "csto"))
    assert first != second
    assert {"CST member", "CSTO member", "CSTO suspended", "CSTO frozen"} <= set(legend_of(ax))


DISPUTES = [
    ("UZB", "2006-06-23", "2006-06-23"),
    ("UZB", "2006-12-13", "2006-12-13"),
    ("UZB", "2008-03-28", "2008-03-28"),
    ("UZB", "2012-06-20", "2012-06-20"),
    ("UZB", "2012-06-28", "2012-06-28"),
    ("UZB", "1998-01-01", "1998-12-31"),
    ("AZE", "1992-01-01", "1992-12-31"),
    ("GEO", "1993-09-09", "1993-09-09"),
    ("ARM", "2024-02-23", "2024-02-23"),
]


@pytest.mark.parametrize(("iso3", "first", "last"), DISPUTES)
def test_a_disputed_day_is_drawn_in_the_lane_of_its_state(iso3: str, first: str, last: str) -> None:
    ax = csto.plot.members()
    lines = {str(line.get_gid()): line for line in ax.lines}
    (line,) = (
        line
        for name, line in lines.items()
        if name.startswith(f"disputed-{iso3.lower()}-") and name.endswith(first)
    )
    days = [num2date(x).date() for x in line.get_xdata()]
    assert days[0] == date.fromisoformat(first)
    assert days[-1] == date.fromisoformat(last) + timedelta(days=1)
    states = [label.get_text() for label in ax.get_yticklabels()]
    assert states[round(float(line.get_ydata()[0]))] == NAMES[iso3]


def test_no_other_day_is_drawn_as_disputed() -> None:
    lines = [str(line.get_gid()) for line in csto.plot.members().lines]
    assert sum(name.startswith("disputed-") for name in lines) == len(DISPUTES)


@pytest.mark.parametrize(
    ("dates", "possible", "sure"),
    [
        (("start_precision", "month"), ("2006-08-01", "2012-12-18"), ("2006-08-31", "2012-12-18")),
        (("start_precision", "year"), ("2006-01-01", "2012-12-18"), ("2006-12-31", "2012-12-18")),
        (("end_precision", "month"), ("2006-08-16", "2012-12-31"), ("2006-08-16", "2012-12-01")),
        (("start_precision", "before"), ("2006-04-18", "2012-12-18"), ("2006-08-16", "2012-12-18")),
        (("end_precision", "after"), ("2006-08-16", "2013-04-17"), ("2006-08-16", "2012-12-18")),
    ],
)
def test_what_an_imprecise_date_leaves_open_is_a_bar_of_its_own(
    copy: Copy,
    monkeypatch: pytest.MonkeyPatch,
    dates: tuple[str, str],
    possible: tuple[str, str],
    sure: tuple[str, str],
) -> None:
    copy.set_cell("members", "uzb-csto-member-1", *dates)
    monkeypatch.setattr("csto_data.plot.installed", lambda: copy)
    ax = csto.plot.members()
    found = bar_days(ax)
    assert tuple(map(str, found["uzb-csto-member-1-possible"])) == possible
    assert tuple(map(str, found["uzb-csto-member-1"])) == sure
    assert "date not known to the day" in legend_of(ax)


def test_a_spell_of_which_no_day_is_known_reaches_back_from_its_end(copy: Copy) -> None:
    for name in ("signed_date", "signed_precision", "start_date", "start_precision"):
        copy.set_cell("members", "uzb-csto-member-1", name, "")
    (bar,) = (bar for bar in marks.bars(copy, "in_force") if bar.member_id == "uzb-csto-member-1")
    assert bar.first < bar.sure_first == bar.last == date(2012, 12, 18)


def marks_of(ax: Axes) -> dict[str, int]:
    """Return how many events of each status are drawn."""
    gids = {str(one.get_gid()): one for one in ax.collections}
    return {name.removeprefix("events-"): len(one.get_offsets()) for name, one in gids.items()}


def test_every_event_with_a_date_is_drawn_once_under_its_status() -> None:
    ax = csto.plot.events()
    events = csto.load("events")
    dated = events.dropna(subset="start_date")
    assert marks_of(ax) == dated["status"].value_counts().to_dict()
    undated = len(events) - len(dated)
    assert any(text.get_text().endswith(f"{undated} without any date") for text in ax.texts)


def test_no_mark_hides_another() -> None:
    for ax in (csto.plot.events(), csto.plot.events(width=3.5)):
        places = [tuple(place) for one in ax.collections for place in one.get_offsets()]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize("event_type", marks.words_of(installed(), "events", "event_type"))
def test_a_type_has_a_lane_of_its_own(event_type: str) -> None:
    ax = csto.plot.events(event_type)
    events = csto.load("events").dropna(subset="start_date")
    number = int((events["event_type"] == event_type).sum())
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [f"{event_type.replace('_', ' ')} ({number})"]
    assert sum(marks_of(ax).values()) == number


def test_since_and_until_bound_the_days_on_which_events_began() -> None:
    ax = csto.plot.events("summit", since="2022-01-01", until=date(2022, 12, 31))
    days = [num2date(x).date() for one in ax.collections for x, _ in one.get_offsets()]
    events = csto.load("events")
    own = events[(events["event_type"] == "summit") & (events["start_date"].dt.year == 2022)]
    assert sorted(days) == sorted(own["start_date"].dt.date)
    assert ax.get_xlim()[0] < date2num(date(2022, 1, 1))


def figure_lines(figure: Any) -> dict[str, Any]:
    """Return the line that is drawn for each figure, by the key of the figure."""
    lines = [line for ax in figure.axes for line in ax.lines]
    assert len({line.get_gid() for line in lines}) == len(lines)
    return {str(line.get_gid()): line for line in lines}


SUBJECTS = [
    "ksor",
    "kazakhstan-deployment-2022",
    "csto",
    "channel-2018-red-dune",
    "kyrgyzstan-tajikistan-border-2022-09",
    "ARM",
    "RUS",
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_figure_is_drawn_at_its_value_in_the_plot_of_its_measure(subject: str) -> None:
    figure = csto.plot.figures(subject)
    drawn = figure_lines(figure)
    rows = {
        str(row["figure_id"]): row
        for row in installed().records("figures")
        if row["subject_id"] == subject
    }
    assert set(drawn) == set(rows)
    for figure_id, row in rows.items():
        ends = [row["value"]] if row["value_max"] is None else [row["value"], row["value_max"]]
        assert list(drawn[figure_id].get_xdata()) == ends
        words = str(row["measure"]).replace("_", " ")
        assert drawn[figure_id].axes.get_xlabel() == f"{words} ({row['unit']})"
        assert (drawn[figure_id].get_markerfacecolor() != "none") == row["is_preferred"]


def test_a_claim_bears_its_source_its_day_and_its_number() -> None:
    (ax,) = csto.plot.figures("ksor", "personnel").axes
    labels = [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
    texts = [text.get_text() for text in ax.texts]
    assert "data.minsk.by, 2009-11" in labels
    assert "CSTO Joint Staff after Collective Security Treaty Organization, 2019-02-04" in labels
    assert {"> 17,000", "≈ 18,000", "≤ 20,000"} <= set(texts)


def test_the_whole_comes_before_the_parts_of_states() -> None:
    (ax,) = csto.plot.figures("kazakhstan-deployment-2022", "personnel").axes
    headings = [text for text in ax.texts if text.get_fontstyle() == "italic"]
    assert [text.get_text() for text in headings] == [
        "The whole",
        "Armenia",
        "Belarus",
        "Kyrgyzstan",
        "Russia",
        "Tajikistan",
    ]
    heights = {name: line.get_ydata()[0] for name, line in figure_lines(ax.figure).items()}
    armenia = heights["kazakhstan-deployment-2022-personnel-arm"]
    assert heights["kazakhstan-deployment-2022-personnel"] < headings[1].get_position()[1] < armenia


def test_each_basis_has_a_marker_of_its_own() -> None:
    lines = figure_lines(csto.plot.figures("kazakhstan-deployment-2022", "personnel"))
    bases = {str(row["figure_id"]): row["figure_basis"] for row in installed().records("figures")}
    looks = {(bases[name], line.get_marker()) for name, line in lines.items()}
    assert len(looks) == len(dict(looks)) == len({marker for _, marker in looks}) == 4


def test_bounds_are_arrows_to_their_side() -> None:
    (ax,) = csto.plot.figures("ksor", "personnel").axes
    strokes = [text for text in ax.texts if isinstance(text, Annotation)]
    arrows = [text for text in strokes if text.arrowprops["arrowstyle"] == "<-"]
    bounds = {
        (row["value"], row["comparator"] in ("gt", "ge"))
        for row in installed().records("figures")
        if (row["subject_id"], row["measure"]) == ("ksor", "personnel")
        and row["comparator"] in ("gt", "ge", "lt", "le")
    }
    assert {(text.xy[0], text.xyann[0] > 0) for text in arrows} == bounds


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: csto.plot.members("signatures"), "unknown basis .* did you mean 'signature'"),
        (lambda: csto.plot.events("sumit"), "unknown event type 'sumit': did you mean 'summit'"),
        (lambda: csto.plot.figures("ksorr"), "unknown subject 'ksorr' .* did you mean 'ksor'"),
        (
            lambda: csto.plot.figures("ksor", "personel"),
            "unknown measure 'personel' of ksor: did you mean 'personnel'",
        ),
    ],
)
def test_a_mistyped_name_gets_a_suggestion(call: Any, message: str) -> None:
    with pytest.raises(csto.UnknownNameError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: csto.plot.events(since="last year"), "is not a day: write it as"),
        (
            lambda: csto.plot.events("summit", until="1980-01-01"),
            "no event of type summit began between the first day and 1980-01-01",
        ),
        (
            lambda: csto.plot.figures("ksor", ax=pyplot.subplots()[1]),
            r"choose a measure .* Measures: personnel \(persons\), special",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: Any, message: str) -> None:
    with pytest.raises(csto.CstoDataError, match=message):
        call()


@pytest.mark.parametrize("name", CALLS)
def test_without_matplotlib_the_extra_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(csto.MissingExtraError, match=r"csto-data\[plot\]"):
        CALLS[name]()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("suffix", "start", "inside"),
    [
        ("svg", b"<?xml", b">csto-data "),
        ("pdf", b"%PDF", b"/FontFile2"),
        ("png", b"\x89PNG", b"IEND"),
    ],
)
def test_a_plot_is_saved_with_its_text_and_leaves_all_settings_alone(
    name: str, suffix: str, start: bytes, inside: bytes, tmp_path: Path
) -> None:
    before = mpl.rcParams.copy()
    path = tmp_path / f"plot.{suffix}"
    CALLS[name]().figure.savefig(path)
    content = path.read_bytes()
    assert content.startswith(start)
    assert inside in content
    assert mpl.rcParams == before


@pytest.mark.parametrize("name", CALLS)
def test_the_same_data_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    contents = []
    for number in range(2):
        path = tmp_path / f"{number}.svg"
        CALLS[name]().figure.savefig(path, metadata={"Date": None})
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("name", CALLS)
def test_a_given_ax_is_drawn_on_and_its_figure_keeps_its_size(name: str) -> None:
    figure, (first, second) = pyplot.subplots(1, 2, figsize=(12, 5))
    drawn = CALLS[name](ax=second)
    assert drawn is (figure if name == "figures" else second)
    assert second.get_title(loc="left")
    assert second.get_legend() is not None
    assert not first.lines
    assert tuple(figure.get_size_inches()) == (12, 5)
    assert pyplot.get_fignums() == [figure.number]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("width", [3.5, 7.0])
def test_nothing_is_cut_off_at_the_edges(name: str, width: float) -> None:
    figure = CALLS[name](width=width).figure
    figure.canvas.draw()
    box = figure.get_tightbbox()
    assert figure.get_figwidth() == width
    assert box.x0 >= -0.02
    assert box.x1 <= width + 0.02
    assert box.y0 >= -0.02
    assert box.y1 <= figure.get_figheight() + 0.02


@pytest.mark.parametrize("name", CALLS)
def test_the_foot_names_version_and_last_checked_day(name: str) -> None:
    figure = CALLS[name]().figure
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    day = installed().checked_through(name)
    assert any(f"csto-data {csto.__version__}, checked through {day}" in text for text in texts)


def test_what_a_backend_sets_while_it_loads_is_kept() -> None:
    with mpl.rc_context():
        with canvas.settings():
            mpl.interactive(True)
        assert mpl.is_interactive()
