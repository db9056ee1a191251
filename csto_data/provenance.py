"""Where a cell comes from, who disputes it, and how the dataset is cited."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from csto_data.errors import unknown_name
from csto_data.listing import as_text
from csto_data.package import Package, Record, Value, installed


@dataclass(frozen=True)
class Evidence:
    """One source's word on a cell; `field` is `*` where it speaks of the whole row."""

    field: str
    stance: str
    reported_value: str | None
    locator: str | None
    note: str | None
    source_id: str
    title: str | None
    publisher: str
    originator: str
    source_type: str
    published_date: str | None
    url: str | None

    def __str__(self) -> str:
        said = f" {self.reported_value}" if self.reported_value else ""
        via = "" if self.originator == self.publisher else f", after {self.originator}"
        details = [
            f"“{self.title}”" if self.title else None,
            self.published_date,
            self.locator,
            self.url,
            self.note,
        ]
        head = f"{self.stance}{said}: {self.publisher}{via} [{self.source_id}]"
        return "\n      ".join([head, *filter(None, details)])


@dataclass(frozen=True)
class Explanation:
    """A row and everything that sources say of it.

    `row` holds the typed cells; `evidence` the citations, those of the whole row first, then
    in the order of the columns. `inherited` are the citations of the event on which a row
    without its own rests.
    """

    table: str
    row_id: str
    row: Record
    evidence: list[Evidence]
    inherited: list[Evidence]

    @property
    def disputes(self) -> list[Evidence]:
        """The citations that say something else than the cell."""
        return [item for item in self.evidence if item.stance == "disputes"]

    @property
    def originators(self) -> list[str]:
        """Who independently supports the row or one of its cells."""
        supports = [item for item in self.evidence if item.stance == "supports"]
        return sorted({item.originator for item in supports})

    def __str__(self) -> str:
        lines = [f"{self.table} / {self.row_id}"]
        fields = dict.fromkeys(item.field for item in self.evidence)
        for field in fields:
            lines += ["", "the row" if field == "*" else f"{field}: {as_text(self.row[field])}"]
            lines += [f"    {item}" for item in self.evidence if item.field == field]
        if self.inherited:
            lines += ["", "from the event"]
            lines += [f"    {item}" for item in self.inherited]
        if not self.evidence and not self.inherited:
            lines += ["", "no source is recorded"]
        return "\n".join(lines)

    __repr__ = __str__


def explain(table: str, row: str) -> Explanation:
    """Return a row with every source that is cited for it, and who disputes what.

    `row` is the key of the row; where the key has several columns, its parts are joined by
    `/`. Raises `UnknownNameError` for an unknown table or row.

    >>> explain("members", "uzb-csto-member-1").row["status"]
    'member'
    """
    package = installed()
    records = {package.row_id(table, record): record for record in package.records(table)}
    if row not in records:
        raise unknown_name("row", row, records, where=f" in {table}")
    record = records[row]
    evidence = _evidence(package, table, row)
    if table == "figures":
        evidence.insert(0, _own_evidence(package, record))
    event = record.get("event_id") if table == "event_participants" else None
    return Explanation(
        table=table,
        row_id=row,
        row=record,
        evidence=evidence,
        inherited=_evidence(package, "events", str(event)) if event else [],
    )


def _evidence(package: Package, table: str, row_id: str) -> list[Evidence]:
    sources = {source["source_id"]: source for source in package.records("sources")}
    order = ["*", *package.column_names(table)]
    citations = [
        citation
        for citation in package.records("citations")
        if citation["table"] == table and citation["row_id"] in (row_id, "*")
    ]
    citations.sort(
        key=lambda citation: (order.index(str(citation["field"])), citation["stance"] == "disputes")
    )
    return [_as_evidence(citation, sources[citation["source_id"]]) for citation in citations]


def _own_evidence(package: Package, figure: Record) -> Evidence:
    """Return the source that a figure names in its own row."""
    citation: Record = {
        "field": "value",
        "stance": "supports",
        "reported_value": None,
        "locator": figure["locator"],
        "note": None,
    }
    (source,) = (
        source
        for source in package.records("sources")
        if source["source_id"] == figure["source_id"]
    )
    return _as_evidence(citation, source)


def _as_evidence(citation: Record, source: Record) -> Evidence:
    known: dict[str, Any] = {**source, **citation}
    return Evidence(
        **{name: _text_or_none(known[name]) for name in Evidence.__dataclass_fields__}  # type: ignore[arg-type]
    )


def _text_or_none(value: Value) -> str | None:
    return None if value is None else as_text(value)


def cite(style: str = "text") -> str:
    """Return how to cite the dataset, with the version that is installed.

    `style` is `"text"` or `"bibtex"`. Raises `UnknownNameError` for another.

    >>> cite("bibtex").splitlines()[0]
    '@misc{csto-data,'
    """
    if style not in _STYLES:
        raise unknown_name("style", style, _STYLES)
    descriptor = installed().descriptor
    return _STYLES[style](descriptor, descriptor["contributors"][0]["title"])


def _cite_text(descriptor: dict[str, Any], author: str) -> str:
    return (
        f"{author} ({descriptor['created'][:4]}). {descriptor['title']} (csto-data), "
        f"version {descriptor['version']} [data set]. Licence of the data: "
        f"{descriptor['licenses'][0]['name']}."
    )


def _cite_bibtex(descriptor: dict[str, Any], author: str) -> str:
    return "\n".join(
        [
            "@misc{csto-data,",
            f"  author  = {{{{{author}}}}},",
            f"  title   = {{{{{descriptor['title']}}}}},",
            f"  year    = {{{descriptor['created'][:4]}}},",
            f"  version = {{{descriptor['version']}}},",
            f"  note    = {{Data set csto-data. Licence: {descriptor['licenses'][0]['name']}}}",
            "}",
        ]
    )


_STYLES: Final[dict[str, Callable[[dict[str, Any], str], str]]] = {
    "text": _cite_text,
    "bibtex": _cite_bibtex,
}
