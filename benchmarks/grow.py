"""How the time and memory of `annotate` on files grow with their rows.

    python benchmarks/grow.py [MOST]

Files of one million rows, ten times as many and so on, to ten million or to MOST, such as
100_000_000 (about 10 GB of disk). Every file is annotated by a process of its own, whose seconds
and peak memory are printed.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from annotate import events
from pyarrow import parquet

IN_DUCKDB = """
import duckdb, sys, csto_data as csto
duckdb.sql("SET enable_progress_bar = false")
events = duckdb.read_parquet(sys.argv[1])
csto.annotate(events, country="iso3", date="date", code="iso3").write_parquet(sys.argv[2])
"""


def grow(most: int) -> None:
    """Print seconds and peak memory of files of one million rows to so many."""
    command = Path(sys.executable).parent / "csto-data"
    usual = ["--country", "iso3", "--date", "date", "--code", "iso3"]
    with tempfile.TemporaryDirectory() as folder:
        part = pl.from_pandas(events(1_000_000)).with_columns(pl.col("date").cast(pl.Date))
        print(f"{'rows':<14}{'DuckDB':>24}{'command, Parquet':>24}{'command, CSV':>24}")
        rows = 1_000_000
        while rows <= most:
            files = write_files(Path(folder), part, rows // 1_000_000)
            ways = [[sys.executable, "-c", IN_DUCKDB, *files["parquet"]]]
            ways += [[str(command), "annotate", *pair, *usual] for pair in files.values()]
            told = [f"{seconds:.1f} s, {peak:,.0f} MB" for seconds, peak in map(measured, ways)]
            print(f"{rows:<14,}{''.join(f'{one:>24}' for one in told)}", flush=True)
            rows *= 10


def write_files(folder: Path, part: pl.DataFrame, times: int) -> dict[str, list[str]]:
    """Write a part so many times into a Parquet and a CSV file; return the names in and out."""
    table = part.to_arrow()
    with parquet.ParquetWriter(folder / "in.parquet", table.schema) as writer:
        for _ in range(times):
            writer.write_table(table)
    with (folder / "in.csv").open("wb") as file:
        for number in range(times):
            part.write_csv(file, include_header=not number)

    kinds = ("parquet", "csv")
    return {kind: [str(folder / f"in.{kind}"), str(folder / f"out.{kind}")] for kind in kinds}


def measured(arguments: list[str]) -> tuple[float, float]:
    """Run a process and return its seconds and the megabytes at its peak."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments)
    peak = 0
    while process.poll() is None:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                peak = int(line.split()[1])
        time.sleep(0.01)
    if process.returncode:
        sys.exit(f"failed: {' '.join(arguments)}")
    return time.perf_counter() - start, peak / 1000


if __name__ == "__main__":
    grow(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 10_000_000)
