"""Any copy of the data package, opened for reading and checked as far as a reader relies on it.

`validate` is strict, and knows the present version only. What is checked here is that a copy of any
version can be read: its tables have the columns that their schemas declare, and a key each.
"""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from csto_data.archives import CHANGELOG, Files, files_of_archive, files_of_revision
from csto_data.descriptor import Name
from csto_data.errors import CstoDataError, DamagedPackageError
from csto_data.package import DESCRIPTOR, PARSERS, Package
from csto_data.rules import LAST_DAY

INSIDE: Final = ("", "csto_data/_package", "_package")
"""Where a folder may hold a package: a copy itself, a site-packages, an installed csto_data."""

Key = tuple[str, ...]
Cells = dict[str, str]
Model = TypeVar("Model", bound=BaseModel)


class AnyConstraints(BaseModel):
    """Constraints of any version: the vocabulary among them."""

    enum: list[str] | None = None


class AnyColumn(BaseModel):
    """A column of any version: what is needed to read it."""

    name: Name
    type: Literal["string", "integer", "number", "boolean", "date"]
    constraints: AnyConstraints = AnyConstraints()
    labels: dict[str, str] = Field({}, alias="enumLabels")


class AnySchema(BaseModel):
    """A Table Schema of any version: what is needed to read its table."""

    fields: list[AnyColumn] = Field(min_length=1)
    key: list[Name] = Field(alias="primaryKey", min_length=1)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        names = [column.name for column in self.fields]
        if len(set(names)) < len(names) or not set(self.key) <= set(names):
            raise ValueError("a column is declared twice, or the key is no column")
        return self


class AnyResource(BaseModel):
    """A table of any version: where its files are."""

    name: Name
    title: str
    path: str
    schema_path: str = Field(alias="schema")
    checked_through: date = Field(le=LAST_DAY)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if (self.path, self.schema_path) != (f"data/{self.name}.csv", f"schemas/{self.name}.json"):
            raise ValueError(f"the files have to be data/{self.name}.csv, schemas/{self.name}.json")
        return self


class AnyDescriptor(BaseModel):
    """A descriptor of any version: what is needed to find its tables."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){2}$")]
    resources: list[AnyResource] = Field(min_length=1)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        names = [resource.name for resource in self.resources]
        if len(set(names)) < len(names):
            raise ValueError("a table is declared twice")
        return self


@dataclass(frozen=True)
class Opened:
    """A copy of the package under the name that the user gave it; `changelog` is beside it."""

    name: str
    package: Package
    changelog: str | None
    rows: dict[str, dict[Key, Cells]] = field(repr=False)

    @property
    def version(self) -> str:
        """The version that the descriptor declares."""
        return str(self.package.descriptor["version"])


@contextmanager
def opened(source: str | Path) -> Iterator[Opened]:
    """Open a folder, a wheel, a zip, a tar.gz or a git revision that holds the package.

    Raises `CstoDataError` for what is none of these or not safe to read, and
    `DamagedPackageError` where its tables do not fit their schemas.
    """
    name = str(source)
    kind = _kind(name)
    if kind == "folder":
        yield _checked(name, _folder(name))
        return
    files = files_of_archive(Path(name)) if kind == "file" else files_of_revision(name)
    with TemporaryDirectory(prefix="csto-data-") as folder:
        _write(files, Path(folder))
        yield _checked(name, Path(folder))


def _kind(name: str) -> str:
    try:
        if name and Path(name).is_dir():
            return "folder"
        return "file" if name and Path(name).is_file() else "revision"
    except OSError as error:
        raise CstoDataError(f"{name} cannot be opened: {error.strerror}") from None


def _folder(name: str) -> Path:
    for inside in INSIDE:
        if (Path(name) / inside / DESCRIPTOR).is_file():
            return Path(name) / inside
    raise CstoDataError(f"{name} holds no data package: there is no {DESCRIPTOR} in it")


def _write(files: Files, folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _checked(name: str, folder: Path) -> Opened:
    """Return the package in a folder once everything that a reader relies on holds."""
    package = Package(folder)
    descriptor = _check_json(name, folder, DESCRIPTOR, AnyDescriptor)
    for resource in descriptor.resources:
        _check_json(name, folder, resource.schema_path, AnySchema)
    changelog = folder / CHANGELOG
    return Opened(
        name=name,
        package=package,
        changelog=changelog.read_text("utf-8", "replace") if changelog.is_file() else None,
        rows={table: _rows(name, package, table) for table in package.tables},
    )


def _existing(name: str, folder: Path, path: str) -> Path:
    """Return the path of a file of the package, which a device or a pipe is not."""
    if not (folder / path).is_file():
        raise DamagedPackageError(f"{name}: {path} is missing")
    return folder / path


def _check_json(name: str, folder: Path, path: str, model: type[Model]) -> Model:
    file = _existing(name, folder, path)
    try:
        return model.model_validate(json.loads(file.read_bytes()))
    except ValidationError as error:
        item = error.errors(include_url=False)[0]
        place = ".".join(map(str, item["loc"]))
        raise DamagedPackageError(f"{name}: {path}: {place}: {item['msg']}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedPackageError(f"{name}: {path} cannot be read as JSON: {error}") from None


def _rows(name: str, package: Package, table: str) -> dict[Key, Cells]:
    """Return the rows of a table as text, by key."""
    fields = package.fields(table)
    names = [column["name"] for column in fields]
    types = [column["type"] for column in fields]
    key = [names.index(column) for column in package.schema(table)["primaryKey"]]
    rows: dict[Key, Cells] = {}
    for line, cells in enumerate(_lines(name, package, table), start=1):
        place = f"{name}: data/{table}.csv:{line}"
        if line == 1:
            if cells != names:
                raise DamagedPackageError(f"{place}: the columns have to be {', '.join(names)}")
            continue
        if len(cells) != len(names):
            raise DamagedPackageError(f"{place}: {len(cells)} cells, not {len(names)}")
        for column, type_name, text in zip(names, types, cells, strict=True):
            if text and not _is_of_type(type_name, text):
                raise DamagedPackageError(f"{place}:{column}: {text!r} is not of type {type_name}")
        row_key = tuple(cells[position] for position in key)
        if row_key in rows:
            raise DamagedPackageError(f"{place}: a row above has the same key")
        rows[row_key] = dict(zip(names, cells, strict=True))
    return rows


def _lines(name: str, package: Package, table: str) -> Iterator[list[str]]:
    _existing(name, package.root, f"data/{table}.csv")
    try:
        yield from package.cells(table)
    except (csv.Error, OSError, UnicodeDecodeError) as error:
        raise DamagedPackageError(f"{name}: data/{table}.csv cannot be read: {error}") from None


def _is_of_type(type_name: str, text: str) -> bool:
    try:
        PARSERS[type_name](text)
    except (ValueError, KeyError):
        return False
    return True
