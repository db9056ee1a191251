"""The countries are those of ISO 3166-1."""

import pycountry

from csto_data.package import installed


def test_countries_are_those_of_iso_3166() -> None:
    ours = {
        (row["iso3"], row["iso2"], row["iso_numeric"]) for row in installed().records("countries")
    }
    assert ours == {(item.alpha_3, item.alpha_2, item.numeric) for item in pycountry.countries}


def test_no_code_or_name_stands_for_two_states() -> None:
    columns = installed().columns("countries")
    for column in ("iso2", "iso_numeric", "cow_code", "gw_code", "fips_code", "wikidata_id"):
        codes = [code for code in columns[column] if code is not None]
        assert len(set(codes)) == len(codes), column
    names = [
        name
        for row in installed().records("countries")
        for name in [row["name"], *(str(row["aliases"]).split("; ") if row["aliases"] else [])]
    ]
    assert len(set(names)) == len(names)
