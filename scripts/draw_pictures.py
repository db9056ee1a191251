"""Draw the pictures of the documentation anew: python scripts/draw_pictures.py.

The same data and the same version of matplotlib give the same bytes.
"""

from pathlib import Path

import csto_data as csto

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Write docs/members.svg."""
    csto.plot.members().figure.savefig(DOCS / "members.svg", metadata={"Date": None})
    print("written: docs/members.svg")


if __name__ == "__main__":
    main()
