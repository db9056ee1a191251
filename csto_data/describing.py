"""What the package holds: its tables, and the codebook of each."""

from dataclasses import dataclass
from datetime import date
from textwrap import fill, indent

from csto_data.descriptor import Column, Descriptor, TableSchema
from csto_data.listing import Listing, aligned, as_text
from csto_data.package import Package, installed


@dataclass(frozen=True)
class TableSummary:
    """A table in one line: its name, title, number of rows, and last checked day."""

    name: str
    title: str
    rows: int
    checked_through: date


@dataclass(frozen=True)
class TableDescription:
    """The codebook of a table; `columns` are those of its schema."""

    name: str
    title: str
    description: str
    coverage: str
    rows: int
    checked_through: date
    key: list[str]
    columns: list[Column]
    references: dict[str, str]

    def __str__(self) -> str:
        head = aligned(
            [self.name, self.title],
            [
                ["rows", self.rows],
                ["checked through", self.checked_through],
                ["key", " / ".join(self.key)],
            ],
        )
        parts = [head, fill(self.description, 96), fill(self.coverage, 96)]
        return "\n\n".join([*parts, *(self._column_text(column) for column in self.columns)])

    __repr__ = __str__

    def to_markdown(self) -> str:
        """Return the codebook of the table as a section in Markdown."""
        parts = [
            f"## {self.name}",
            f"**{self.title}.** {self.description}",
            f"*Coverage:* {self.coverage} Checked through {self.checked_through}.",
            f"*Key:* {', '.join(f'`{name}`' for name in self.key)}.",
            "| column | type | meaning |\n|---|---|---|\n"
            + "\n".join(self._column_row(column) for column in self.columns),
        ]
        vocabularies = filter(None, map(_vocabulary_text, self.columns))
        return "\n\n".join([*parts, *vocabularies])

    def _column_row(self, column: Column) -> str:
        refers = self.references.get(column.name)
        meaning = column.description + (f" Refers to `{refers}`." if refers else "")
        example = as_text(column.example)
        return f"| `{column.name}` | {column.type} | {meaning} Example: `{example}` |"

    def _column_text(self, column: Column) -> str:
        lines = [f"{column.name} ({column.type})", indent(fill(column.description, 92), "    ")]
        if column.name in self.references:
            lines.append(f"    refers to {self.references[column.name]}")
        labels = (column.enum_labels or {}).items()
        lines += [f"      {value}: {label}" for value, label in labels]
        return "\n".join([*lines, f"    example: {as_text(column.example)}"])


def _vocabulary_text(column: Column) -> str:
    """Return the values that a column may take, as a list in Markdown."""
    if not column.enum_labels:
        return ""
    lines = [f"- `{value}`: {label}" for value, label in column.enum_labels.items()]
    return "\n".join([f"Values of `{column.name}`:", "", *lines])


def tables() -> Listing[TableSummary]:
    """Return the tables of the package, a summary each, in the order of the descriptor.

    >>> [table.name for table in tables()][:2]
    ['members', 'events']
    """
    package = installed()
    return Listing(
        TableSummary(name, package.resource(name)["title"], _row_count(package, name), checked)
        for name, checked in ((name, package.checked_through(name)) for name in package.tables)
    )


def describe(table: str) -> TableDescription:
    """Return the codebook of a table: what a row is, and what each column means.

    Raises `UnknownNameError` for an unknown table.

    >>> describe("members").key
    ['member_id']
    """
    package = installed()
    package.resource(table)
    resource = next(
        entry
        for entry in Descriptor.model_validate(package.descriptor).resources
        if entry.name == table
    )
    schema = TableSchema.model_validate(package.schema(table))
    return TableDescription(
        name=table,
        title=resource.title,
        description=resource.description,
        coverage=resource.coverage,
        rows=_row_count(package, table),
        checked_through=resource.checked_through,
        key=schema.primary_key,
        columns=schema.fields,
        references={
            key.fields[0]: f"{key.reference.resource or table}.{key.reference.fields[0]}"
            for key in schema.foreign_keys
        },
    )


def codebook() -> str:
    """Return the codebook of all tables as a page in Markdown.

    >>> codebook().splitlines()[0]
    '# Codebook'
    """
    descriptor = Descriptor.model_validate(installed().descriptor)
    head = [
        "# Codebook",
        f"{descriptor.title}. {descriptor.description}",
        "Written by `csto-data describe --all --format markdown` from the schemas, in which every "
        "column is declared once. `csto-data gaps` counts what is expected in a table and empty.",
        "| table | a row is |\n|---|---|\n"
        + "\n".join(
            f"| [{entry.name}](#{entry.name}) | {entry.description} |"
            for entry in descriptor.resources
        ),
    ]
    sections = [describe(entry.name).to_markdown() for entry in descriptor.resources]
    return "\n\n".join([*head, *sections]) + "\n"


def _row_count(package: Package, table: str) -> int:
    return sum(1 for _ in package.cells(table)) - 1
