"""The files of a data package out of an archive or a git revision that nobody vouches for.

Nothing is unpacked: only the descriptor, the schemas, the tables and the changelog are read, within
bounds on their size and on how far they were compressed.
"""

import gzip
import re
import stat
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from pathlib import Path
from typing import Final

from csto_data.errors import CstoDataError
from csto_data.package import DESCRIPTOR

CHANGELOG: Final = "CHANGELOG.md"
MOST_BYTES: Final = 64_000_000
"""How much an archive may unpack to; the tables and schemas come to about two million."""
MOST_RATIO: Final = 100
"""How much smaller than its content a compressed file may be; tables reach about ten."""
WANTED: Final = re.compile(
    rf"(?P<folder>(?:[^/]+/)*)(?P<file>{re.escape(DESCRIPTOR)}|{re.escape(CHANGELOG)}"
    r"|schemas/[a-z0-9_]+\.json|data/[a-z0-9_]+\.csv)"
)
GZIP: Final = b"\x1f\x8b"
PLAIN_ZIP: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN_ARCHIVE: Final = (
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)

Files = dict[str, bytes]


@dataclass(frozen=True)
class Member:
    """A file in an archive: its size unpacked and packed, and how to read it."""

    name: str
    size: int
    packed: int
    is_plain: bool
    read: Callable[[], bytes]


def files_of_archive(path: Path) -> Files:
    """Return the files of the package in a wheel, a zip or a tar archive, by their path in it.

    Raises `CstoDataError` for a file that is no such archive, holds no package or two, names a
    member outside its folder, or unpacks to more than a package can hold.
    """
    try:
        if zipfile.is_zipfile(path):
            return _package_of(str(path), _zip_members(path))
        return _package_of(str(path), _tar_members(path))
    except BROKEN_ARCHIVE as error:
        raise CstoDataError(
            f"{path} cannot be read as a wheel, a zip or a tar.gz: {error or 'it breaks off'}"
        ) from None


def files_of_revision(revision: str) -> Files:
    """Return the files of the package in a revision of the git repository one stands in.

    Raises `CstoDataError` outside a repository and for what is no revision.
    """
    if not revision or revision.startswith("-") or not revision.isprintable():
        raise CstoDataError(f"{revision!r} is no folder, no file and no git revision")
    try:
        _git("rev-parse", "--git-dir")
    except CstoDataError as error:
        raise CstoDataError(
            f"'{revision}' is no folder and no file, and no git revision can be looked up: {error}"
        ) from None
    try:
        commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except CstoDataError:
        raise CstoDataError(
            f"'{revision}' is no folder, no file, and no revision that the git repository here "
            "knows: git branch --all and git tag list them; git fetch gets those of others"
        ) from None
    return _package_of(revision, _git_members(commit))


def _package_of(source: str, members: Iterable[Member]) -> Files:
    """Return the files of the one package among members, by their path within it."""
    found = _wanted(source, members)
    folders = {name.removesuffix(DESCRIPTOR) for name in found if _file_name(name) == DESCRIPTOR}
    if not folders:
        raise CstoDataError(f"{source} holds no data package: there is no {DESCRIPTOR} in it")
    depth = min(folder.count("/") for folder in folders)
    folder, *others = sorted(folder for folder in folders if folder.count("/") == depth)
    if others:
        raise CstoDataError(f"{source} holds two data packages: {folder!r} and {others[0]!r}")
    return {
        _file_name(name): content
        for name, content in found.items()
        if name == folder + _file_name(name)
    }


def _wanted(source: str, members: Iterable[Member]) -> Files:
    """Return the content of the members that can be part of a package, within the bounds."""
    found: Files = {}
    total = 0
    for member in members:
        name = member.name.removeprefix("./")
        if name.startswith("/") or "\\" in name or ":" in name[:2] or ".." in name.split("/"):
            raise CstoDataError(f"{source}: the member {member.name!r} leaves its folder")
        if not WANTED.fullmatch(name):
            continue
        total += member.size
        if total > MOST_BYTES or member.size > MOST_RATIO * member.packed:
            raise _bomb(source)
        if not member.is_plain:
            raise CstoDataError(f"{source}: the member {member.name!r} is no plain file")
        if name in found:
            raise CstoDataError(f"{source}: there are two members {member.name!r}")
        found[name] = member.read()
    return found


def _file_name(name: str) -> str:
    """Return the path of a wanted member within its package."""
    match = WANTED.fullmatch(name)
    assert match
    return match["file"]


def _bomb(source: str) -> CstoDataError:
    return CstoDataError(
        f"{source} unpacks to more than {MOST_BYTES // 1_000_000} MB, or is compressed more than "
        f"{MOST_RATIO} to 1: no copy of csto-data is; it is not read"
    )


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield Member(
                    name=info.filename,
                    size=info.file_size,
                    packed=info.compress_size,
                    is_plain=info.compress_type in PLAIN_ZIP
                    and not stat.S_ISLNK(info.external_attr >> 16),
                    read=partial(_read_from_zip, archive, info),
                )


def _read_from_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the content of a member; its size is passed on, as that alone bounds the memory."""
    with archive.open(info) as file:
        return file.read(info.file_size + 1)


def _tar_members(path: Path) -> Iterator[Member]:
    """Yield the members of a tar archive as they pass: it is read once, and bounded as a whole."""
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
    most = MOST_RATIO * path.stat().st_size if is_packed else MOST_BYTES
    with gzip.open(path) if is_packed else path.open("rb") as stream:
        bounded = _Bounded(str(path), stream, min(MOST_BYTES, most))
        with tarfile.open(fileobj=bounded, mode="r|") as archive:  # type: ignore[call-overload]
            for info in archive:
                if not info.isdir():
                    yield Member(
                        name=info.name,
                        size=info.size,
                        packed=info.size,
                        is_plain=info.isreg() and not info.issparse(),
                        read=partial(_read_from_tar, archive, info),
                    )


def _read_from_tar(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(info)
    assert file
    return file.read()


class _Bounded:
    """A stream that refuses to give more than a number of bytes."""

    def __init__(self, source: str, stream: BufferedIOBase, most: int) -> None:
        self.source = source
        self.stream = stream
        self.left = most

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes."""
        content = self.stream.read(size)
        self.left -= len(content)
        if self.left < 0:
            raise _bomb(self.source)
        return content


def _git_members(commit: str) -> Iterator[Member]:
    listing = _git("ls-tree", "-r", "-l", "-z", "--full-tree", commit).decode("utf-8", "replace")
    for line in filter(None, listing.split("\0")):
        facts, _, name = line.partition("\t")
        mode, kind, blob, size = facts.split()
        if kind == "blob":
            yield Member(
                name=name,
                size=int(size),
                packed=int(size),
                is_plain=mode.startswith("100"),
                read=partial(_git, "cat-file", "blob", blob),
            )


def _git(*arguments: str) -> bytes:
    """Return what git prints; raise `CstoDataError` with its own words where it fails."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise CstoDataError("git is not installed") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CstoDataError(words[0] if words else f"git {arguments[0]} failed")
    return done.stdout
