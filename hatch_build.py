"""Write the checksums of everything in the wheel into the wheel, for `csto_data.verify()`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "csto_data"


class ChecksumsHook(BuildHookInterface):
    """Called by hatchling around the build of a wheel; an editable one records nothing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Record the files that pyproject.toml puts into the wheel."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from csto_data.verifying import RECORD, checksums

        included = self.build_config.builder.recurse_included_files()
        files = {
            Path(file.distribution_path).relative_to(PACKAGE).as_posix(): Path(file.path)
            for file in included
        }
        self.folder = TemporaryDirectory()
        record = Path(self.folder.name, RECORD)
        record.write_text(checksums(files), encoding="utf-8", newline="\n")
        build_data["force_include"][str(record)] = f"{PACKAGE}/{RECORD}"

    def finalize(self, version: str, *_: Any) -> None:
        """Remove the record that is now in the wheel."""
        if version != "editable":
            self.folder.cleanup()
