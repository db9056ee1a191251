"""Write the generated pages anew, or with --check name those that are out of date and fail.

    python scripts/write_docs.py [--check]

Generated are the list of tables in README.md, docs/codebook.md, docs/membership.md and
docs/rules.md.
"""

import re
import sys
from pathlib import Path

from membership_page import membership_page
from rules_page import rules_page

from csto_data.describing import codebook, describe, tables

ROOT = Path(__file__).parents[1]


def readme() -> str:
    """Return README.md with the list of tables between its markers."""
    lines = ["| table | a row is |", "|---|---|"]
    lines += [f"| `{table.name}` | {describe(table.name).description} |" for table in tables()]
    block = "\n".join(["<!-- tables -->", *lines, "<!-- /tables -->"])
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.sub(r"<!-- tables -->.*<!-- /tables -->", lambda _: block, text, flags=re.DOTALL)


PAGES = {
    "README.md": readme,
    "docs/codebook.md": codebook,
    "docs/membership.md": membership_page,
    "docs/rules.md": rules_page,
}


def main() -> int:
    """Write or check the pages; return 1 where --check finds one out of date."""
    is_check, status = "--check" in sys.argv, 0
    for name, write in PAGES.items():
        path, text = ROOT / name, write()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if is_check:
            print(f"{name} is out of date: python scripts/write_docs.py", file=sys.stderr)
            status = 1
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"written: {name}")
    return status


if __name__ == "__main__":
    sys.exit(main())
