"""The pictures of the documentation are of the data beside them."""

from pathlib import Path

import pytest

import csto_data as csto
from csto_data.package import installed

ROOT = Path(__file__).parents[2]


@pytest.mark.pages
def test_the_picture_of_the_members_is_current() -> None:
    picture = (ROOT / "docs" / "members.svg").read_text(encoding="utf-8")
    day = installed().checked_through("members")
    assert f"csto-data {csto.__version__}, checked through {day}<" in picture, (
        "run python scripts/draw_pictures.py"
    )
    for spell in installed().records("members"):
        assert f'id="{spell["member_id"]}"' in picture, "run python scripts/draw_pictures.py"
