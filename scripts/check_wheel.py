"""Check the size and content of the wheel in a folder: python scripts/check_wheel.py FOLDER."""

import sys
from pathlib import Path
from zipfile import ZipFile

LIMIT = 600_000
"""Bytes. The tables come to about 400,000; much more means that something else got in."""
INSIDE = "csto_data/_package"


def main(folder: str) -> int:
    """Print what is wrong with the wheel; return 1 if anything is."""
    (wheel,) = Path(folder).glob("*.whl")
    size = wheel.stat().st_size
    problems = [f"{size} bytes, more than {LIMIT}"] if size >= LIMIT else []
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for path in [
            Path("datapackage.json"),
            *Path("schemas").glob("*.json"),
            *Path("data").glob("*.csv"),
        ]:
            name = f"{INSIDE}/{path.as_posix()}"
            if name not in names:
                problems.append(f"{name} is missing")
            elif archive.read(name) != path.read_bytes():
                problems.append(f"{name} differs from {path}")
    for problem in problems:
        print(f"{wheel.name}: {problem}", file=sys.stderr)
    print(f"{wheel.name}: {size:,} bytes")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
