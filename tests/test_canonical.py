"""Whatever a spreadsheet does to a file, its canonical form is one."""

from collections.abc import Callable

import pytest
from copies import Copy

import csto_data as csto
from csto_data.canonical import canonical_text
from csto_data.package import installed


@pytest.mark.parametrize("table", installed().tables)
def test_the_tables_are_in_canonical_form(table: str) -> None:
    assert canonical_text(installed(), table) == csto.path(table).read_bytes().decode("utf-8")


def columns_reversed(text: str) -> str:
    return "\n".join(",".join(line.split(",")[::-1]) for line in text.split("\n"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: "\n".join([text.split("\n")[0], *text.split("\n")[-2:0:-1], ""]),
        lambda text: text.replace("rubezh,", '"rubezh",'),
        lambda text: text.replace("rubezh,", " rubezh\u00a0,"),
    ],
)
def test_other_forms_are_brought_back(copy: Copy, spoil: Callable[[str], str]) -> None:
    text = canonical_text(copy, "series")
    copy.csv_path("series").write_bytes(spoil(text).encode("utf-8"))
    assert canonical_text(copy, "series") == text


def test_columns_in_another_order_are_brought_back(copy: Copy) -> None:
    text = canonical_text(copy, "event_participants")
    assert '"' not in text
    copy.csv_path("event_participants").write_bytes(columns_reversed(text).encode("utf-8"))
    assert canonical_text(copy, "event_participants") == text


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"series_id\n\xff\n", "not UTF-8 at byte 10"),
        (b"series_id,name\nx,y\n", "the columns have to be series_id, name,"),
        (b"", "cannot be read as CSV"),
        (b'series_id\n"x\n', "cannot be read as CSV"),
    ],
)
def test_what_cannot_be_read_is_left_alone_and_named(copy: Copy, raw: bytes, message: str) -> None:
    copy.csv_path("series").write_bytes(raw)
    with pytest.raises(csto.CstoDataError, match=message):
        canonical_text(copy, "series")


def test_a_line_of_another_length_is_named(copy: Copy) -> None:
    path = copy.csv_path("series")
    path.write_text(path.read_text("utf-8") + "thunder,Thunder\n", encoding="utf-8")
    with pytest.raises(csto.CstoDataError, match="row 3 has 2 cells, not 8"):
        canonical_text(copy, "series")
