"""Whether files are still those that were recorded: the record of their checksums, and the check.

A record is a file `SHA256SUMS` in the format of `sha256sum`, with names below its own folder. The
build of a wheel writes one over all that it installs; the data archive and the files of a release
have theirs. It finds damage, not malice: whoever can change a file can change its record.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from csto_data.errors import CstoDataError, DamagedPackageError
from csto_data.listing import Listing

RECORD: Final = "SHA256SUMS"
LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True)
class Difference:
    """A file that is not as recorded: it is `changed`, `missing`, or `stray` (not recorded)."""

    file: str
    what: str


def verify(path: str | Path | None = None) -> Listing[Difference]:
    """Return the files that are not as recorded, sorted by name; empty when all is well.

    `path` is a folder with a `SHA256SUMS`: the unpacked data archive, or the files of a release.
    None is the installed package: data, schemas, descriptor and code. Caches of Python
    (`__pycache__`) are left aside. Raises `CstoDataError` where nothing is recorded to compare
    with, as in a clone or an editable install, and `DamagedPackageError` if a file cannot be read.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = Path(folder, "members.csv")
    ...     _ = table.write_text("iso3,status")
    ...     _ = Path(folder, "SHA256SUMS").write_text(checksums({"members.csv": table}))
    ...     _ = table.write_text("iso3,statue")
    ...     verify(folder)
    file         what
    members.csv  changed
    """
    folder = Path(__file__).parent if path is None else Path(path)
    recorded, unreadable = _recorded(folder)
    found = _files_in(folder)
    whats = {RECORD: "changed"} if unreadable else {}
    for name in recorded.keys() | found.keys():
        if name not in found:
            whats[name] = "missing"
        elif name not in recorded:
            whats[name] = "stray"
        elif _checksum(found[name]) != recorded[name]:
            whats[name] = "changed"
    return Listing(Difference(name, what) for name, what in sorted(whats.items()))


def checksums(files: Mapping[str, Path]) -> str:
    """Return the record of files under the names given: a line each, sorted by name."""
    return "".join(f"{_checksum(files[name])}  {name}\n" for name in sorted(files))


def _recorded(folder: Path) -> tuple[dict[str, str], bool]:
    """Return the recorded checksums by name, and whether a part of the record is unreadable."""
    if not folder.is_dir():
        raise CstoDataError(f"there is no folder {folder}: name one that holds {RECORD}")
    if not (folder / RECORD).is_file():
        raise CstoDataError(
            f"nothing is recorded to compare with: there is no {RECORD} in {folder}. The build of "
            "a wheel or of a data archive writes it; a clone and an editable install have none, "
            "and there 'git status' tells what was changed"
        )
    *lines, rest = _read(folder / RECORD).decode("utf-8", "replace").split("\n")
    matches = [LINE.fullmatch(line) for line in lines]
    return {match[2]: match[1] for match in matches if match}, not all(matches) or rest != ""


def _files_in(folder: Path) -> dict[str, Path]:
    """Return the files below a folder by name, except its record and Python's caches."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path
        for name, path in files.items()
        if path.is_file() and name != RECORD and "__pycache__" not in Path(name).parts
    }


def _checksum(path: Path) -> str:
    return hashlib.sha256(_read(path)).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DamagedPackageError(f"{path} cannot be read: {error.strerror}") from None
