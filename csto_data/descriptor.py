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

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z]+[0-9]?(_[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=False)]
Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]


class Model(BaseModel):
    """A model that forbids what it does not name, and changes no type in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Constraints(Model):
    """What the cells of a column have to obey."""

    required: Literal[True] | None = None
    unique: Literal[True] | None = None
    pattern: Text | None = None
    minimum: int | None = None
    maximum: int | None = None
    enum: list[Text] | None = None

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.pattern is not None:
            re.compile(self.pattern)
        if self.enum is not None and len(set(self.enum)) < len(self.enum):
            raise ValueError("enum names a value twice")
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
            raise ValueError("enum and enumLabels do not name the same values in the same order")
        if self.type != "string" and (rules.pattern or rules.enum):
            raise ValueError("pattern and enum are for columns of type string")
        bounds = (rules.minimum, rules.maximum)
        if self.type not in ("integer", "number") and bounds != (None, None):
            raise ValueError("minimum and maximum are for columns of numbers")
        self._check_example()
        return self

    def _check_example(self) -> None:
        expected: dict[str, tuple[type, ...]] = {
            "string": (str,),
            "integer": (int,),
            "number": (int, float),
            "boolean": (bool,),
            "date": (str,),
        }
        if type(self.example) not in expected[self.type]:
            raise ValueError(f"example {self.example!r} is not of type {self.type}")
        if self.type == "date":
            date.fromisoformat(str(self.example))
        pattern, values = self.constraints.pattern, self.constraints.enum
        if pattern and not re.fullmatch(pattern, str(self.example)):
            raise ValueError(f"example {self.example!r} does not match the pattern")
        if values and self.example not in values:
            raise ValueError(f"example {self.example!r} is not in enum")


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
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"column {name} is declared twice")
        keys = [*self.primary_key, *(key.fields[0] for key in self.foreign_keys)]
        for name in keys:
            if name not in names:
                raise ValueError(f"key {name} is not a column")
        for column in self.fields:
            if column.name in self.primary_key and not column.constraints.required:
                raise ValueError(f"column {column.name} is part of the key and not required")
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
    checked_through: date
    path: Text
    format: Literal["csv"]
    mediatype: Literal["text/csv"]
    encoding: Literal["utf-8"]
    schema_path: Text = Field(alias="schema")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.path != f"data/{self.name}.csv":
            raise ValueError(f"path has to be data/{self.name}.csv")
        if self.schema_path != f"schemas/{self.name}.json":
            raise ValueError(f"schema has to be schemas/{self.name}.json")
        return self


class Descriptor(Model):
    """The content of `datapackage.json`."""

    dialect: Literal["https://datapackage.org/profiles/2.0/datapackage.json"] = Field(
        alias="$schema"
    )
    name: Literal["csto-data"]
    title: Text
    description: Text
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    created: datetime
    keywords: list[Text]
    licenses: list[License] = Field(min_length=1)
    contributors: list[Contributor] = Field(min_length=1)
    resources: list[Resource] = Field(min_length=1)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        names = [resource.name for resource in self.resources]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"table {name} is declared twice")
        return self
