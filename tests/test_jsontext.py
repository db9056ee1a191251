"""JSON is read with the lines of its values, and doubled names are faults."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csto_data import jsontext

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None)
@given(VALUES)
def test_every_value_has_the_line_on_which_it_begins(content: object) -> None:
    lines = json.dumps(content, indent=1).splitlines()
    for way, line in jsontext.read("\n".join(lines)).lines.items():
        value = content
        for step in way:
            value = value[step]  # type: ignore[index]
        begins = json.dumps(value)[0]
        assert begins in lines[line - 1]
        if way and isinstance(way[-1], str):
            assert lines[line - 1].strip().startswith(json.dumps(way[-1]) + ":")


@pytest.mark.parametrize(
    ("text", "line", "way"),
    [
        ('{"a": 1,\n"a": 2}', 2, ("a",)),
        ('{"b": [{"a": 1,\n"\\u0061": 2}]}', 2, ("b", 0, "a")),
        ('{"a":\nNaN}', 2, ("a",)),
        ("[1,\n-Infinity]", 2, (1,)),
    ],
)
def test_what_readers_pass_over_is_a_fault(text: str, line: int, way: jsontext.Way) -> None:
    assert [fault[:2] for fault in jsontext.read(text).faults] == [(line, way)]


@pytest.mark.parametrize("text", ["", "{", '{"a": 1,}', "[1] [2]", "[" * 100_000])
def test_what_is_no_json_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        jsontext.read(text)
