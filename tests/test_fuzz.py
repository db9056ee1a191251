"""Whatever stands in a file, validation answers with problems: no exception, no long wait."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Copy, copy_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csto_data as csto
from csto_data.validation import Problems

quick = settings(
    derandomize=True,
    max_examples=25,
    deadline=timedelta(seconds=30),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FILES = ["data/members.csv", "data/figures.csv", "schemas/members.json", "datapackage.json"]
JSON_FILES = ["schemas/members.json", "schemas/figures.json", "datapackage.json"]
LETTERS = st.sampled_from('ab,;"\n\r\t\0 =-.0179TÅа\u200b\u202e\ud7ff')
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def root(small_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small package, whose files are spoilt one after the other and mended."""
    return copy_files(small_package, tmp_path_factory.mktemp("fuzz"))


def answer(root: Path, name: str, change: Callable[[bytes], bytes]) -> Problems:
    """Return the problems of the package with one file changed; each prints as one line."""
    path = root / name
    raw = path.read_bytes()
    path.write_bytes(change(raw))
    try:
        problems = csto.validate(root)
    finally:
        path.write_bytes(raw)
    for problem in problems:
        assert str(problem).isprintable()
        assert problem.line >= 1
    return problems


@pytest.mark.parametrize("name", FILES)
@quick
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_answered(root: Path, name: str, raw: bytes) -> None:
    assert answer(root, name, lambda _: raw)


@pytest.mark.parametrize("name", FILES[:2])
@quick
@given(text=st.text(LETTERS, max_size=60))
def test_any_lines_below_the_header_are_answered(root: Path, name: str, text: str) -> None:
    assert answer(root, name, lambda raw: raw.split(b"\n")[0] + b"\n" + text.encode() + b"\n")


@pytest.mark.parametrize("name", FILES)
@quick
@given(place=st.floats(0, 1), length=st.integers(0, 3), raw=st.binary(max_size=3))
def test_any_bytes_within_a_file_are_answered(
    root: Path, name: str, place: float, length: int, raw: bytes
) -> None:
    def change(whole: bytes) -> bytes:
        first = int(place * len(whole))
        return whole[:first] + raw + whole[first + length :]

    answer(root, name, change)


@pytest.mark.parametrize("name", JSON_FILES)
@quick
@given(data=st.data())
def test_any_value_in_a_declaration_is_answered(root: Path, name: str, data: st.DataObject) -> None:
    def change(raw: bytes) -> bytes:
        content: Any = json.loads(raw)
        holder, step = content, data.draw(st.sampled_from(sorted(content)))
        while isinstance(holder[step], dict | list) and holder[step] and data.draw(st.booleans()):
            holder = holder[step]
            steps = sorted(holder) if isinstance(holder, dict) else range(len(holder))
            step = data.draw(st.sampled_from(steps))
        holder[step] = data.draw(JSON_VALUES)
        return json.dumps(content).encode()

    answer(root, name, change)


@pytest.mark.parametrize("name", [*FILES, "schemas/events.json"])
@pytest.mark.parametrize("size", [200_000_000, 2_000_000_000])
def test_a_huge_file_gives_one_line(copy: Copy, name: str, size: int) -> None:
    with (copy.root / name).open("r+b") as file:
        file.truncate(size)
    (problem,) = csto.validate(copy.root)
    assert (problem.file, problem.line, problem.rule) == (name, 1, "too_large")
