"""The open dataset of the Collective Security Treaty Organization (CSTO).

Importing this module loads nothing but the standard library: each public name is
loaded when it is first used.

>>> import csto_data as csto
>>> csto.load("members").shape[1]
17
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csto_data import plot
    from csto_data.annotation import annotate, check_codes
    from csto_data.comparing import diff
    from csto_data.describing import describe, tables
    from csto_data.drills import exercises
    from csto_data.errors import (
        CstoDataError,
        DamagedPackageError,
        MissingExtraError,
        UnknownNameError,
    )
    from csto_data.frames import schema
    from csto_data.loading import load
    from csto_data.missing import gaps
    from csto_data.package import path
    from csto_data.panels import dyads, panel
    from csto_data.provenance import cite, explain
    from csto_data.roster import changes, members
    from csto_data.validation import validate
    from csto_data.verifying import verify
    from csto_data.warehouse import sql

    __version__: str

_HOMES = {
    "CstoDataError": "errors",
    "DamagedPackageError": "errors",
    "MissingExtraError": "errors",
    "UnknownNameError": "errors",
    "annotate": "annotation",
    "changes": "roster",
    "check_codes": "annotation",
    "cite": "provenance",
    "describe": "describing",
    "diff": "comparing",
    "dyads": "panels",
    "exercises": "drills",
    "explain": "provenance",
    "gaps": "missing",
    "load": "loading",
    "members": "roster",
    "panel": "panels",
    "path": "package",
    "schema": "frames",
    "sql": "warehouse",
    "tables": "describing",
    "validate": "validation",
    "verify": "verifying",
}

__all__ = [
    "CstoDataError",
    "DamagedPackageError",
    "MissingExtraError",
    "UnknownNameError",
    "annotate",
    "changes",
    "check_codes",
    "cite",
    "describe",
    "diff",
    "dyads",
    "exercises",
    "explain",
    "gaps",
    "load",
    "members",
    "panel",
    "path",
    "plot",
    "schema",
    "sql",
    "tables",
    "validate",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from csto_data.package import installed

        return installed().descriptor["version"]
    if name == "plot":
        return import_module("csto_data.plot")
    if name not in _HOMES:
        raise AttributeError(f"module 'csto_data' has no attribute '{name}'")
    value = getattr(import_module(f"csto_data.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
