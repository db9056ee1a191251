"""Every cell can be asked who says so."""

import pytest

import csto_data as csto
from csto_data.package import installed


def test_the_return_of_uzbekistan_has_independent_sources_and_disputed_days() -> None:
    answer = csto.explain("members", "uzb-csto-member-1")
    assert len(answer.originators) >= 2
    disputed = {(item.field, item.reported_value) for item in answer.disputes}
    assert {("start_date", "2006-06-23"), ("start_date", "2008-03-28")} <= disputed
    assert {("end_date", "2012-06-28"), ("end_date", "2012-06-20")} <= disputed


def test_an_explanation_holds_the_row_and_prints_cells_with_their_sources() -> None:
    answer = csto.explain("members", "uzb-csto-member-1")
    assert answer.row["iso3"] == "UZB"
    text = str(answer)
    assert "end_date: 2012-12-18" in text
    assert text == repr(answer)


def test_participants_rest_on_the_sources_of_their_event() -> None:
    event = csto.explain("events", "csc-2022-11-23")
    answer = csto.explain("event_participants", "csc-2022-11-23/ARM/participant")
    assert answer.inherited == event.evidence
    assert "from the event" in str(answer)


def test_code_lists_are_cited_for_all_rows() -> None:
    fields = {item.field for item in csto.explain("countries", "NAM").evidence}
    assert {"iso2", "cow_code", "gw_code", "fips_code", "name"} <= fields


@pytest.mark.parametrize("table", installed().tables)
def test_every_row_can_be_explained(table: str) -> None:
    package = installed()
    row_id = package.row_id(table, package.records(table)[-1])
    assert csto.explain(table, row_id).row_id == row_id


def test_an_unknown_row_gets_a_suggestion() -> None:
    with pytest.raises(csto.UnknownNameError, match="did you mean 'uzb-csto-member-1'"):
        csto.explain("members", "uzb-csto-memebr-1")


def test_citations_name_version_and_licence() -> None:
    for style in ("text", "bibtex"):
        assert csto.__version__ in csto.cite(style)
        assert "CC-BY-4.0" in csto.cite(style)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(csto.UnknownNameError, match="unknown style 'bibtx': did you mean 'bibtex'"):
        csto.cite("bibtx")
