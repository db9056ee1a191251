"""How fast `annotate` is beside what a careful user would write.

    python benchmarks/annotate.py [ROWS]

All ways run on the same frame in one process and take turns; the figures are medians and ratios
of one run. The frame has a state and a day in each row, ten million rows unless told otherwise.
"""

import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

import csto_data as csto
from csto_data.package import installed
from csto_data.spells import windows

ROUNDS = 3
CHECKED = installed().checked_through("members")
WINDOWS = [w for w in windows(installed(), "in_force") if w.status]


def events(rows: int) -> pd.DataFrame:
    """Return a frame of states and days, two thirds of them of the nine states."""
    generator = np.random.default_rng(7)
    codes = np.array([w.iso3 for w in WINDOWS] + ["FRA", "USA", "CHN", "IND", "DEU"] * 3)
    days = (pd.Timestamp(CHECKED) - pd.Timestamp("1989-01-01")).days
    return pd.DataFrame(
        {
            "iso3": pd.Series(generator.choice(codes, rows), dtype="str"),
            "date": pd.Timestamp("1989-01-01")
            + pd.to_timedelta(generator.integers(0, days, rows), unit="D"),
            "value": generator.random(rows),
        }
    )


SPELLS = pd.DataFrame(
    {
        "iso3": [w.iso3 for w in WINDOWS],
        "first": pd.to_datetime([w.first for w in WINDOWS]),
        "last": pd.to_datetime([w.last for w in WINDOWS]),
        "status": [w.status for w in WINDOWS],
    }
)


def merge_asof(frame: pd.DataFrame) -> pd.DataFrame:
    """Join each row with the last spell that began before it, and drop those that had ended."""
    unit = frame["date"].dtype
    right = SPELLS.astype({"first": unit, "last": unit}).sort_values("first")
    left = frame.sort_values("date")
    joined = pd.merge_asof(left, right, left_on="date", right_on="first", by="iso3")
    joined.loc[joined["date"] > joined["last"], "status"] = None
    return joined.assign(is_member=joined["status"].isin(["member", "frozen"])).sort_index()


def merge_and_filter(frame: pd.DataFrame) -> pd.DataFrame:
    """Join each row with all spells of its state, and keep those that hold."""
    left = frame.reset_index(names="row")
    joined = left.merge(SPELLS, on="iso3", how="left")
    holds = (joined["first"] <= joined["date"]) & (joined["date"] <= joined["last"])
    status = joined.loc[holds].set_index("row")["status"].reindex(left["row"])
    return frame.assign(
        status=status.to_numpy(), is_member=status.isin(["member", "frozen"]).to_numpy()
    )


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """Write the three columns as polars expressions, one condition for each stretch of days."""

    def any_of(what: str, name: str) -> pl.Expr:
        groups: dict[tuple[date, date], list[str]] = {}
        for window in WINDOWS:
            if getattr(window, what) == name:
                groups.setdefault((window.first, window.last), []).append(window.iso3)
        return pl.any_horizontal(
            pl.col("iso3").is_in(states) & pl.col("date").is_between(*span)
            for span, states in groups.items()
        )

    def named(what: str, names: list[str]) -> pl.Expr:
        found: Any = pl.lit(None, dtype=pl.String)
        for name in names:
            found = pl.when(any_of(what, name)).then(pl.lit(name)).otherwise(found)
        return found.cast(pl.Enum(names))

    statuses = ["member", "suspended", "frozen", "signatory"]
    is_member = any_of("status", "member") | any_of("status", "frozen")
    is_known = pl.col("iso3").is_in(codes_known()) & (pl.col("date") <= CHECKED)
    return frame.with_columns(
        status=named("status", statuses),
        is_member=pl.when(is_known).then(is_member),
        instrument=named("instrument", ["CST", "CSTO"]),
    )


def codes_known() -> list[str]:
    """Return all codes of ISO 3166-1."""
    return [str(row["iso3"]) for row in installed().records("countries")]


def medians(ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Return the median seconds of each way; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name, run in ways.items():
            start = time.perf_counter()
            run()
            if number:
                times[name].append(time.perf_counter() - start)
            print(f"\r{name}: round {number} of {ROUNDS}", end=" " * 20, file=sys.stderr)
    print("\r", end=" " * 60 + "\r", file=sys.stderr)
    return {name: statistics.median(found) for name, found in times.items()}


def peak(run: Callable[[], Any]) -> tuple[float, float]:
    """Return the megabytes at the peak of a run, and those that its result keeps."""
    tracemalloc.start()
    result = run()
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return most / 1e6, kept / 1e6


def main(rows: int) -> None:
    """Print times, ratios and memory."""
    warnings.simplefilter("ignore")
    frame = events(rows)
    fast = pl.from_pandas(frame).with_columns(pl.col("date").cast(pl.Date))
    arrow = fast.to_arrow()
    options = {"country": "iso3", "date": "date", "code": "iso3"}
    seconds = medians(
        {
            "pandas: annotate": lambda: csto.annotate(frame, **options),
            "pandas: merge and filter": lambda: merge_and_filter(frame),
            "pandas: merge_asof": lambda: merge_asof(frame),
            "polars: annotate": lambda: csto.annotate(fast, **options),
            "polars: by hand": lambda: by_hand(fast),
            "pyarrow: annotate": lambda: csto.annotate(arrow, **options),
        }
    )
    for name, value in seconds.items():
        own = seconds[f"{name.split(':')[0]}: annotate"]
        print(f"{name:<26} {value:>7.2f} s   {value / own:>5.2f} times annotate")
    most, kept = peak(lambda: csto.annotate(frame, **options))
    print(
        f"pandas, {rows:,} rows: {most:,.0f} MB at the peak, {kept:,.0f} MB of it the new columns"
    )


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 10_000_000)
