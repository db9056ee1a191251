"""What `datapackage.json` and the files in `schemas/` may say, as strict models.

Readers of data packages accept misspelt properties in silence. These models forbid whatever
the project does not use, and hold the descriptor and the schemas against each other.
The subset is that of Data Package 2.0 (https://datapackage.org/standard/data-package/) and of
Table Schema (https://datapackage.org/standard/table-schema/), with two properties of its own:
`checked_through` and `coverage` of a resource. `enumLabels` is the published pattern.
"""

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from csto_data.characters import foreign_word, hidden_in

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def fault(message: str, *at: str | int) -> PydanticCustomError:
    """Return the error of a declaration, `at` being the way from it to what is wrong."""
    return PydanticCustomError("declaration", "{message}", {"message": message, "at": at})


def _plain(text: str) -> str:
    """Refuse blanks around a text, unseen characters, and words in other scripts."""
    if text != text.strip():
        raise fault("blanks around the text")
    if hidden := hidden_in(text):
        raise fault(f"{hidden} in the text")
    if found := foreign_word(text, english=True):
        raise fault(f"'{found[0]}' is written in {found[1]} letters")
    return text


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise fault(f"no regular expression: {error}") from None
    return text


def _moment(text: object) -> datetime:
    try:
        if isinstance(text, str) and MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise fault("not a moment such as 2026-01-31T00:00:00Z")


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _day(text: object) -> date:
    if not _is_day(text):
        raise fault(f"{text!r} is no day")
    return date.fromisoformat(str(text))


Name = Annotated[str, StringConstraints(pattern=r"^[a-z]+[0-9]?(_[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1), AfterValidator(_plain)]
Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_regular_expression)]
Url = Annotated[str, StringConstraints(pattern=r"^https://[!-~]+$")]
Day = Annotated[date, BeforeValidator(_day)]
Number = r"(0|[1-9][0-9]*)"


class Model(BaseModel):
    """A model that forbids what it does not name, and changes no type in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Constraints(Model):
    """What the cells of a column have to obey."""

    required: Literal[True] | None = None
    unique: Literal[True] | None = None
    pattern: Pattern | None = None
    minimum: int | None = None
    maximum: int | None = None
    enum: list[Text] | None = None

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.enum is not None and len(set(self.enum)) < len(self.enum):
            raise fault("enum names a value twice", "enum")
        if None not in (self.minimum, self.maximum) and self.minimum > self.maximum:  # type: ignore[operator]
            raise fault("minimum is above maximum", "minimum")
        return self


class Column(Model):
    """The declaration of a column."""

    name: Name
    type: Literal["string", "integer", "number", "boolean", "date"]
    title: Text
    description: Text
    example: str | int | float | bool
    constraints: Constraints = Constraints()
    enum_labels: dict[str, Text] | None = Field(None, alias="enumLabels")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        rules = self.constraints
        if (rules.enum or None) != (list(self.enum_labels) if self.enum_labels else None):
            message = "enum and enumLabels do not name the same values in the same order"
            raise fault(message, "enumLabels")
        if self.type != "string" and (rules.pattern or rules.enum):
            raise fault("pattern and enum are for columns of type string", "constraints")
        bounds = (rules.minimum, rules.maximum)
        if self.type not in ("integer", "number") and bounds != (None, None):
            raise fault("minimum and maximum are for columns of numbers", "constraints")
        self._check_example()
        self._check_name()
        if bool(rules.required) != ("Never empty." in self.description):
            message = "the description says 'Never empty.' exactly where constraints say 'required'"
            raise fault(message, "description")
        return self

    def _check_name(self) -> None:
        """Hold the type against the name: `…_date` is a date, `is_…` is true or false."""
        for is_named, type_name in (
            (self.name.endswith("_date"), "date"),
            (self.name.startswith("is_"), "boolean"),
        ):
            if is_named != (self.type == type_name):
                message = f"columns called ..._date are dates and is_... boolean, not {self.type}"
                raise fault(message, "type")
        if self.name.endswith("_precision") and not self.constraints.enum:
            raise fault("a precision has a vocabulary", "constraints")

    def _check_example(self) -> None:
        expected: dict[str, tuple[type, ...]] = {
            "string": (str,),
            "integer": (int,),
            "number": (int, float),
            "boolean": (bool,),
            "date": (str,),
        }
        if type(self.example) not in expected[self.type]:
            raise fault(f"example {self.example!r} is not of type {self.type}", "example")
        if self.type == "date" and not _is_day(self.example):
            raise fault(f"example {self.example!r} is no day", "example")
        pattern, values = self.constraints.pattern, self.constraints.enum
        if pattern and not re.fullmatch(pattern, str(self.example)):
            raise fault(f"example {self.example!r} does not match the pattern", "example")
        if values and self.example not in values:
            raise fault(f"example {self.example!r} is not in enum", "example")


class Reference(Model):
    """Where a foreign key points; an empty resource is the table itself."""

    resource: Literal[""] | Name
    fields: list[Name] = Field(min_length=1, max_length=1)


class ForeignKey(Model):
    """A column whose values are keys of another table."""

    fields: list[Name] = Field(min_length=1, max_length=1)
    reference: Reference


class TableSchema(Model):
    """The declaration of a table: its columns and keys."""

    dialect: Literal["https://datapackage.org/profiles/2.0/tableschema.json"] = Field(
        alias="$schema"
    )
    fields: list[Column] = Field(min_length=1)
    missing_values: list[Literal[""]] = Field(alias="missingValues", min_length=1, max_length=1)
    primary_key: list[Name] = Field(alias="primaryKey", min_length=1)
    foreign_keys: list[ForeignKey] = Field([], alias="foreignKeys")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        names = [column.name for column in self.fields]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise fault(f"column {name} is declared twice", "fields", position, "name")
            if name.endswith("_precision"):
                partner = name.removesuffix("precision") + "date"
                if partner not in names:
                    raise fault(f"there is no column {partner}", "fields", position, "name")
        for position, name in enumerate(self.primary_key):
            if name in self.primary_key[:position]:
                raise fault(f"key {name} stands twice", "primaryKey", position)
            if name not in names:
                raise fault(f"key {name} is not a column", "primaryKey", position)
            if not self.fields[names.index(name)].constraints.required:
                message = f"column {name} is part of the key and not required"
                raise fault(message, "fields", names.index(name))
        for position, key in enumerate(self.foreign_keys):
            if key.fields[0] not in names:
                at = ("foreignKeys", position, "fields", 0)
                raise fault(f"key {key.fields[0]} is not a column", *at)
        return self


class License(Model):
    """A licence, and in its title what it covers."""

    name: Text
    title: Text
    path: Url


class Contributor(Model):
    """Somebody who made the package."""

    title: Text
    roles: list[Text]


class Resource(Model):
    """A table of the package."""

    name: Name
    type: Literal["table"]
    title: Text
    description: Text
    coverage: Text
    checked_through: Day
    path: Text
    format: Literal["csv"]
    mediatype: Literal["text/csv"]
    encoding: Literal["utf-8"]
    schema_path: Text = Field(alias="schema")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.path != f"data/{self.name}.csv":
            raise fault(f"path has to be data/{self.name}.csv", "path")
        if self.schema_path != f"schemas/{self.name}.json":
            raise fault(f"schema has to be schemas/{self.name}.json", "schema")
        return self


class Descriptor(Model):
    """The content of `datapackage.json`."""

    dialect: Literal["https://datapackage.org/profiles/2.0/datapackage.json"] = Field(
        alias="$schema"
    )
    name: Literal["csto-data"]
    title: Text
    description: Text
    version: Annotated[str, StringConstraints(pattern=rf"^{Number}\.{Number}\.{Number}$")]
    created: Annotated[datetime, BeforeValidator(_moment)]
    keywords: list[Text] = Field(min_length=1)
    licenses: list[License] = Field(min_length=1)
    contributors: list[Contributor] = Field(min_length=1)
    resources: list[Resource] = Field(min_length=1)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        names = [resource.name for resource in self.resources]
        for position, resource in enumerate(self.resources):
            if resource.name in names[:position]:
                at = ("resources", position, "name")
                raise fault(f"table {resource.name} is declared twice", *at)
            if resource.checked_through > self.created.date():
                at = ("resources", position, "checked_through")
                raise fault(f"{resource.checked_through} is after the package was created", *at)
        return self
