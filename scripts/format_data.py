"""Rewrite the tables in canonical form, or with --check print that as a patch and fail.

    python scripts/format_data.py [--check] [FOLDER]

The canonical form is that of `csto_data/canonical.py`. `git apply` takes the patch, in the folder
of the package. A file that cannot be read as the table it should be is left alone and named; the
exit status is then 2.
"""

import argparse
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from csto_data.canonical import canonical_text
from csto_data.errors import CstoDataError
from csto_data.package import Package, installed


def main() -> int:
    """Run the script and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=installed().root)
    parser.add_argument("--check", action="store_true", help="print a patch; change nothing")
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
            sys.stdout.buffer.writelines(_patch(package, table, texts[table]))
        else:
            package.csv_path(table).write_text(texts[table], encoding="utf-8", newline="\n")
            print(f"rewritten: {package.csv_path(table)}")
    return 1 if changed and options.check else 0


def _as_it_is(package: Package, table: str) -> str:
    return package.csv_path(table).read_bytes().decode("utf-8")


def _patch(package: Package, table: str, text: str) -> Iterator[bytes]:
    """Yield the lines of a patch; only a line feed ends a line, as in git."""
    name = package.resource(table)["path"]
    old, new = (content.split("\n") for content in (_as_it_is(package, table), text))
    for line in unified_diff(_whole(old), _whole(new), f"a/{name}", f"b/{name}"):
        yield line.encode()


def _whole(parts: list[str]) -> list[str]:
    """Return lines with their ends, and git's remark where the last one has none."""
    *lines, rest = parts
    ended = [f"{line}\n" for line in lines]
    return [*ended, f"{rest}\n\\ No newline at end of file\n"] if rest else ended


if __name__ == "__main__":
    sys.exit(main())
