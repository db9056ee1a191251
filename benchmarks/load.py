"""How long a cold `csto_data.load` takes, beside pandas and a hand-written read of the same file.

    python benchmarks/load.py [TABLE ...]

Each measurement is a new Python process. The two ways take turns, and the ratio is that of the
medians of one run. The hand-written read names the same types and parses the same dates.
"""

import json
import statistics
import subprocess
import sys
import time

from csto_data.loading import vocabulary
from csto_data.package import installed

ROUNDS = 25

HAND_WRITTEN = """
import pandas
frame = pandas.read_csv(
    {path!r}, dtype={dtypes}, parse_dates={dates}, keep_default_na=False, na_values=[""]
)
for column, values in {vocabularies}.items():
    frame[column] = frame[column].astype(pandas.CategoricalDtype(values))
"""
LOAD = "import csto_data; frame = csto_data.load({table!r})"


def hand_written(table: str) -> str:
    """Return the code that a careful user would write without this package."""
    fields = installed().fields(table)
    types = {"string": "string", "integer": "Int64", "boolean": "boolean"}
    return HAND_WRITTEN.format(
        path=str(installed().csv_path(table)),
        dtypes={f["name"]: types[f["type"]] for f in fields if f["type"] in types},
        dates=[f["name"] for f in fields if f["type"] == "date"],
        vocabularies=json.dumps({f["name"]: v for f in fields if (v := vocabulary(f))}),
    )


def seconds(code: str) -> float:
    """Return how long a new Python process takes to run the code."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main(tables: list[str]) -> None:
    """Print medians and ratio for each table."""
    print(f"{'table':<20} {'load':>9} {'by hand':>9} {'ratio':>6}")
    for table in tables:
        ways = {"load": LOAD.format(table=table), "hand": hand_written(table)}
        times: dict[str, list[float]] = {way: [] for way in ways}
        for round_number in range(ROUNDS + 1):
            for way, code in ways.items():
                elapsed = seconds(code)
                if round_number:
                    times[way].append(elapsed)
            print(f"\r{table}: {round_number}/{ROUNDS}", end="", file=sys.stderr)
        load, hand = (statistics.median(times[way]) for way in ("load", "hand"))
        print("\r", end="", file=sys.stderr)
        print(f"{table:<20} {load * 1000:>6.0f} ms {hand * 1000:>6.0f} ms {load / hand:>6.2f}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["members", "events", "citations"])
