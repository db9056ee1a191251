"""Rewrite the tables in canonical form, or with --check print what would change and fail.

    python scripts/format_data.py [--check] [FOLDER]

The canonical form is that of `csto_data/canonical.py`. A file that cannot be read as the
table it should be is left alone and named; the exit status is then 2.
"""

import argparse
import sys
from difflib import unified_diff
from pathlib import Path

from csto_data.canonical import canonical_text
from csto_data.errors import CstoDataError
from csto_data.package import Package, installed


def main() -> int:
    """Run the script and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=installed().root)
    parser.add_argument("--check", action="store_true", help="change nothing; fail on a difference")
    options = parser.parse_args()
    package = Package(options.folder)
    try:
        texts = {table: canonical_text(package, table) for table in package.tables}
    except (CstoDataError, OSError) as error:
        print(f"format_data: {error}", file=sys.stderr)
        return 2
    changed = [table for table, text in texts.items() if _as_it_is(package, table) != text]
    for table in changed:
        if options.check:
            sys.stdout.writelines(_difference(package, table, texts[table]))
        else:
            package.csv_path(table).write_text(texts[table], encoding="utf-8", newline="\n")
            print(f"rewritten: {package.csv_path(table)}")
    return 1 if changed and options.check else 0


def _as_it_is(package: Package, table: str) -> str:
    return package.csv_path(table).read_bytes().decode("utf-8")


def _difference(package: Package, table: str, text: str) -> list[str]:
    name = package.csv_path(table).as_posix()
    old = _as_it_is(package, table).splitlines(keepends=True)
    return list(unified_diff(old, text.splitlines(keepends=True), name, f"{name} (canonical)"))


if __name__ == "__main__":
    sys.exit(main())
