"""Tables as data frames: typed columns into the frame that was asked for."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, overload

from csto_data.errors import missing_extra, unknown_name
from csto_data.listing import as_text
from csto_data.package import Package, Value, installed

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_PANDAS_TYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
}

Field = dict[str, Any]
Columns = dict[str, list[Value]]


@overload
def load(table: str, backend: Literal["pandas"] = "pandas") -> "pandas.DataFrame": ...
@overload
def load(table: str, backend: Literal["polars"]) -> "polars.DataFrame": ...
@overload
def load(table: str, backend: Literal["pyarrow"]) -> "pyarrow.Table": ...
def load(table: str, backend: str = "pandas") -> Any:
    """Return a table as a data frame, typed by its schema.

    `backend` is `"pandas"`, `"polars"` or `"pyarrow"`; only that library is imported.
    Rows stand in the order of the file, columns in that of the schema. An empty cell is
    null. The types are:

    | schema | pandas | polars | pyarrow |
    |---|---|---|---|
    | string | `string` | `String` | `string` |
    | string with a vocabulary | `category` | `Enum` | `dictionary` |
    | integer | `Int64` | `Int64` | `int64` |
    | number | `Float64` | `Float64` | `double` |
    | boolean | `boolean` | `Boolean` | `bool` |
    | date | `datetime64` (unit: the default of the installed pandas) | `Date` | `date32` |

    Categories stand in the order of the schema. Raises `UnknownNameError` for an unknown
    table or backend, `MissingExtraError` if the library is not installed.

    >>> spells = load("members")
    >>> spells.loc[spells["member_id"] == "uzb-csto-member-1", "end_date"].item().date()
    datetime.date(2012, 12, 18)
    """
    if backend not in _BUILDERS:
        raise unknown_name("backend", backend, _BUILDERS)
    return frame(installed(), table, backend)


def frame(package: Package, table: str, backend: str) -> Any:
    """Return a table of any copy of the package as a data frame."""
    columns = package.columns(table)
    return _BUILDERS[backend](_imported(backend), columns, package.fields(table))


def _imported(backend: str) -> Any:
    try:
        return import_module(backend)
    except ModuleNotFoundError as error:
        if error.name != backend:
            raise
        raise missing_extra(backend, backend) from None


def vocabulary(field: Field) -> list[str] | None:
    """Return the values that a column may take, in order, or None if it is open."""
    values: list[str] | None = field.get("constraints", {}).get("enum")
    return values


def pandas_dtype(pandas: Any, field: Field) -> Any:
    """Return the pandas type of a column."""
    values = vocabulary(field)
    if values:
        return pandas.CategoricalDtype(values)
    if field["type"] == "date":
        return "datetime64[us]" if int(pandas.__version__.split(".")[0]) >= 3 else "datetime64[ns]"
    return _PANDAS_TYPES[field["type"]]


def _pandas_frame(pandas: Any, columns: Columns, fields: list[Field]) -> Any:
    return pandas.DataFrame(
        {
            field["name"]: pandas.array(columns[field["name"]], dtype=pandas_dtype(pandas, field))
            for field in fields
        }
    )


def _polars_frame(polars: Any, columns: Columns, fields: list[Field]) -> Any:
    types = {
        "string": polars.String,
        "integer": polars.Int64,
        "number": polars.Float64,
        "boolean": polars.Boolean,
        "date": polars.Date,
    }
    schema = {
        field["name"]: polars.Enum(vocabulary(field)) if vocabulary(field) else types[field["type"]]
        for field in fields
    }
    return polars.DataFrame(columns, schema=schema)


def _arrow_table(pyarrow: Any, columns: Columns, fields: list[Field]) -> Any:
    """Return an Arrow table; it is built and cast from text, as `pyarrow.array` imports pandas."""
    from pyarrow.compute import index_in

    types = {
        "string": pyarrow.string(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "date": pyarrow.date32(),
    }

    def text_array(values: Sequence[Value]) -> Any:
        builder = pyarrow.lib.StringBuilder()
        builder.append_values([None if value is None else as_text(value) for value in values])
        return builder.finish()

    def array(field: Field) -> Any:
        texts, values = text_array(columns[field["name"]]), vocabulary(field)
        if not values:
            return texts.cast(types[field["type"]])
        dictionary = text_array(values)
        codes = index_in(texts, value_set=dictionary).cast(pyarrow.int8())
        return pyarrow.DictionaryArray.from_arrays(codes, dictionary)

    return pyarrow.table({field["name"]: array(field) for field in fields})


_BUILDERS = {"pandas": _pandas_frame, "polars": _polars_frame, "pyarrow": _arrow_table}
