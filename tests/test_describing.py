"""The package says what it holds."""

from datetime import date

import pytest

import csto_data as csto
from csto_data.package import installed


def test_tables_prints_as_a_table() -> None:
    tables = csto.tables()
    assert [table.name for table in tables] == installed().tables
    first = tables[0]
    assert (first.name, first.rows) == ("members", len(csto.load("members")))
    assert isinstance(first.checked_through, date)
    assert repr(tables).splitlines()[0].split() == ["name", "title", "rows", "checked_through"]


@pytest.mark.parametrize("table", installed().tables)
def test_every_column_says_what_empty_means(table: str) -> None:
    for column in csto.describe(table).columns:
        required = column.constraints.required
        expected = "Never empty." if required else "Empty"
        assert expected in column.description, column.name


@pytest.mark.parametrize("table", installed().tables)
def test_a_description_prints_columns_values_and_references(table: str) -> None:
    description = csto.describe(table)
    text = str(description)
    assert text == repr(description)
    for column in description.columns:
        assert f"\n{column.name} ({column.type})" in text
        for value in column.enum_labels or {}:
            assert f"      {value}: " in text
    for column_name, target in description.references.items():
        assert column_name in [column.name for column in description.columns]
        assert f"refers to {target}" in text


def test_an_unknown_table_gets_a_suggestion() -> None:
    with pytest.raises(csto.UnknownNameError, match="did you mean 'forces'"):
        csto.describe("force")


def test_an_empty_listing_says_so() -> None:
    assert repr(type(csto.tables())()) == "(none)"
