"""Table Schema into pandera: the schema of the frames that users get."""

from typing import TYPE_CHECKING, Any

from csto_data.errors import missing_extra
from csto_data.loading import pandas_dtype
from csto_data.package import Package, installed

if TYPE_CHECKING:
    from pandera.pandas import Check, Column, DataFrameSchema


def schema(table: str) -> "DataFrameSchema":
    """Return the pandera schema of a table as `load` returns it to pandas.

    It demands the columns in their order, their types, and the constraints of each; foreign
    keys and rules across rows are the business of `validate`. Needs the extra `validate`.
    Raises `UnknownNameError` for an unknown table.

    >>> import csto_data as csto
    >>> frame = csto.schema("members").validate(csto.load("members"))
    """
    return schema_of(installed(), table)


def schema_of(package: Package, table: str) -> "DataFrameSchema":
    """Return the pandera schema of a table of any copy of the package."""
    fields, key = package.fields(table), package.schema(table)["primaryKey"]
    try:
        import pandas
        from pandera.pandas import DataFrameSchema
    except ModuleNotFoundError:
        raise missing_extra("pandera", "validate") from None
    return DataFrameSchema(
        {field["name"]: _column(pandas, field) for field in fields},
        name=table,
        title=package.resource(table)["title"],
        strict=True,
        ordered=True,
        unique=key,
    )


def _column(pandas: Any, field: dict[str, Any]) -> "Column":
    from pandera.pandas import Column

    constraints = field.get("constraints", {})
    return Column(
        pandas_dtype(pandas, field),
        checks=_checks(constraints),
        nullable="required" not in constraints,
        unique="unique" in constraints,
        title=field["title"],
        description=field["description"],
    )


def _checks(constraints: dict[str, Any]) -> "list[Check]":
    from pandera.pandas import Check

    checks = []
    if "pattern" in constraints:
        checks.append(Check.str_matches(f"^(?:{constraints['pattern']})$"))
    if "minimum" in constraints:
        checks.append(Check.ge(constraints["minimum"]))
    if "maximum" in constraints:
        checks.append(Check.le(constraints["maximum"]))
    return checks
