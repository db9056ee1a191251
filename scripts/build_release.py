"""Build the files of a release into a new folder: python scripts/build_release.py FOLDER.

These are the wheel, the sdist, the archive of the data package, and `SHA256SUMS` over them. The
same commit gives the same bytes wherever and whenever it is built with the same tools; the
versions in `scripts/release-tools.txt` are those of the published releases.
"""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from csto_data.package import DESCRIPTOR, Package
from csto_data.verifying import RECORD, checksums

ROOT = Path(__file__).parents[1]
BESIDE_THE_DATA = ("LICENSE-DATA", "CHANGELOG.md", "docs/codebook.md")
REGULAR_FILE_0644 = 0o100644 << 16
UNIX = 3


def main(folder: Path) -> int:
    """Build into the folder; return 2 if it holds something already."""
    if folder.exists() and any(folder.iterdir()):
        print(f"build_release: {folder} is not empty: name a new folder", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    build_wheel_and_sdist(folder)
    write_data_archive(folder)
    files = {path.name: path for path in folder.iterdir()}
    (folder / RECORD).write_text(checksums(files), encoding="utf-8", newline="\n")
    print((folder / RECORD).read_text(encoding="utf-8"), end="")
    return 0


def build_wheel_and_sdist(folder: Path) -> None:
    """Build with the installed tools, at the fixed time that hatchling takes by default."""
    environment = {name: text for name, text in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder.resolve())]
    subprocess.run([*command, str(ROOT)], env=environment, check=True, stdout=sys.stderr)


def write_data_archive(folder: Path) -> None:
    """Write the data package with its licence, changelog, codebook and record as a zip file."""
    package = Package(ROOT)
    name = f"csto-data-{package.descriptor['version']}"
    files = {path: ROOT / path for path in sorted(names_of_data_archive(package))}
    contents = {path: file.read_bytes() for path, file in files.items()}
    contents[RECORD] = checksums(files).encode()
    with ZipFile(folder / f"{name}-data.zip", "w") as archive:
        for path, content in contents.items():
            entry = ZipInfo(f"{name}/{path}")
            entry.create_system, entry.external_attr = UNIX, REGULAR_FILE_0644
            archive.writestr(entry, content, ZIP_DEFLATED, 9)


def names_of_data_archive(package: Package) -> list[str]:
    """Return the files of the data archive: what the descriptor names, and what explains it."""
    resources = [package.resource(table) for table in package.tables]
    declared = [resource[what] for resource in resources for what in ("path", "schema")]
    return [DESCRIPTOR, *declared, *BESIDE_THE_DATA]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
