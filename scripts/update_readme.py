"""Write the list of tables in README.md anew, or with --check fail where it is out of date.

python scripts/update_readme.py [--check]
"""

import re
import sys
from pathlib import Path

from csto_data.describing import describe, tables

README = Path(__file__).parents[1] / "README.md"


def main() -> int:
    """Replace the lines between the two markers; return 1 where --check finds them outdated."""
    text = README.read_text(encoding="utf-8")
    lines = ["| table | a row is |", "|---|---|"]
    lines += [f"| `{table.name}` | {describe(table.name).description} |" for table in tables()]
    block = "\n".join(["<!-- tables -->", *lines, "<!-- /tables -->"])
    current = re.sub(r"<!-- tables -->.*<!-- /tables -->", lambda _: block, text, flags=re.DOTALL)
    if "--check" in sys.argv:
        return int(current != text)
    README.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
