"""Annotation of CSV and Parquet files larger than memory, a part at a time."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from csto_data import csv_parts, parquet_parts
from csto_data.annotation import Question, check_columns, told, warn
from csto_data.errors import BadCellError, CstoDataError
from csto_data.lookup import answer, distinct

KINDS: Final = {".csv": csv_parts, ".parquet": parquet_parts}
Progress = Callable[[float], None]
"""Is told how many more bytes of the input have been worked through."""


def annotate_files(source: Path, target: Path, question: Question, progress: Progress) -> None:
    """Annotate a CSV or Parquet file, or a folder of them, into another of the same shape.

    The rows, their order and the columns of the input are kept; the cells of CSV files are
    carried over as text. What `target` names is replaced, a folder only if it is empty, and only
    when all is written: an interruption leaves nothing behind. Where the code system is `auto`,
    the input is read twice.

    Raises `CstoDataError` for files of other kinds and for what cannot be read, with the file and
    the row, the first of which is 1; and as `annotate` does, which tells of the warnings too.
    """
    files = files_of(source)
    _check_target(source, target)
    for file in files:
        with _told_of(file):
            check_columns(_kind(file).column_names(file), question)
    values = _values(files, question, progress) if question.code == "auto" else {}
    with _told_of(source):
        question = told(question, values)
    unknown: set[str] = set()
    late = 0
    with _replacing(target, is_folder=source.is_dir()) as draft:
        for file in files:
            place = draft / file.relative_to(source) if source.is_dir() else draft
            place.parent.mkdir(parents=True, exist_ok=True)
            for strangers, rows in _annotate_file(file, place, question, progress):
                unknown |= strangers
                late += rows
    warn(question, unknown, late)


def files_of(source: Path) -> list[Path]:
    """Return the files to annotate; in a folder all but those named with a dot or underscore.

    Raises `CstoDataError` where there are none, or one of another kind.
    """
    if not source.exists():
        raise CstoDataError(f"{source} does not exist")
    files = [source]
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if path.is_file())
        files = [path for path in found if not path.name.startswith((".", "_"))]
    for path in files:
        if path.suffix.lower() not in KINDS:
            raise CstoDataError(f"{path}: only files named .csv and .parquet can be annotated")
    if not files:
        raise CstoDataError(f"{source} holds no file named .csv or .parquet")
    return files


def _check_target(source: Path, target: Path) -> None:
    folder = target.absolute().parent
    if not folder.is_dir():
        raise CstoDataError(f"{target}: the folder {folder} does not exist")
    if source.is_dir():
        if target.resolve().is_relative_to(source.resolve()):
            raise CstoDataError(f"{target} lies in {source}: name a folder beside it")
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise CstoDataError(f"{target} is there already: remove it, or name another folder")
    elif target.is_dir():
        raise CstoDataError(f"{target} is a folder, and {source} a file: name a file")
    elif target.suffix.lower() != source.suffix.lower():
        raise CstoDataError(f"{target}: name it {source.suffix}, as the input is")


@contextmanager
def _replacing(target: Path, *, is_folder: bool) -> Iterator[Path]:
    """Yield a place beside the target that takes its name at the end, or else is removed."""
    workshop = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.absolute().parent))
    draft = workshop / target.name
    try:
        if is_folder:
            draft.mkdir()
        yield draft
        if is_folder and target.exists():
            target.rmdir()
        draft.replace(target)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _values(files: list[Path], question: Question, progress: Progress) -> dict[str, list[Any]]:
    """Return the distinct values of the columns of states over all files."""
    found: dict[str, set[Any]] = {name: set() for name in question.country}
    for file in files:
        with _told_of(file):
            for table, read in _kind(file).parts(file, list(question.country)):
                for name, values in found.items():
                    values.update(distinct(table, name))
                progress(read)
    return {name: list(values) for name, values in found.items()}


def _annotate_file(
    file: Path, place: Path, question: Question, progress: Progress
) -> Iterator[tuple[set[str], int]]:
    """Write an annotated file, and yield for each part its unknown codes and late rows."""
    rows = 0
    kind = _kind(file)
    with _told_of(file), kind.writing(file, place) as write:
        for table, read in kind.parts(file):
            try:
                answered, strangers, late = answer(table, question)
            except BadCellError as error:
                row = rows + error.row + 1
                raise BadCellError(error.column, row, error.value, error.why) from None
            write(answered)
            rows += table.num_rows
            progress(read)
            yield strangers, late


def _kind(file: Path) -> ModuleType:
    return KINDS[file.suffix.lower()]


@contextmanager
def _told_of(file: Path) -> Iterator[None]:
    """Name the file in every error about what it holds."""
    try:
        yield
    except (CstoDataError, OSError, ValueError, NotImplementedError) as error:
        raise CstoDataError(f"{file}: {error}") from None
