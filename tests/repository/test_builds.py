"""The files of a release: the same bytes from every build, and a wheel that verifies itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import csto_data as csto
from csto_data.validation import validate
from csto_data.verifying import RECORD, verify

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from csto_data.cli import main; main()"]


def files_of_the_repository() -> list[str]:
    """Return what is committed or would be: hatchling puts the same files into the sdist."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in sorted(set(listed.split("\0"))) if (ROOT / name).is_file()]


def clone(folder: Path, names: list[str], mtime: int, mode: int) -> Path:
    """Copy files in the order given, with modification times and modes of their own."""
    for position, name in enumerate(names):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        os.utime(target, (mtime, mtime + position))
        target.chmod(mode | ((ROOT / name).stat().st_mode & 0o100))
    return folder


def build(root: Path, folder: Path, umask: int, **variables: str) -> Path:
    """Run the script of a clone in an environment of its own."""
    environment = {**os.environ, "PYTHONPATH": str(root), **variables}
    command = [sys.executable, str(root / "scripts" / "build_release.py"), str(folder)]
    done = subprocess.run(
        command, env=environment, umask=umask, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two releases, built from copies that differ in everything but content."""
    work, names = tmp_path_factory.mktemp("builds"), files_of_the_repository()
    one = clone(work / "one", names, mtime=315_532_800, mode=0o664)
    other = clone(work / "zwei, ein Ordner", names[::-1], mtime=1_900_000_000, mode=0o600)
    return [
        build(one, work / "dist", 0o002, TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="1"),
        build(
            other,
            work / "deeper" / "files",
            0o077,
            TZ="America/Los_Angeles",
            LC_ALL="C.UTF-8",
            PYTHONHASHSEED="2",
            SOURCE_DATE_EPOCH="1700000000",
        ),
    ]


@pytest.fixture
def installed_wheel(builds: list[Path], tmp_path: Path) -> Path:
    """The wheel, unpacked as an installer would."""
    (wheel,) = builds[0].glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def run_verify(site: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command."""
    return subprocess.run(
        [*COMMAND, "verify"],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=False,
        capture_output=True,
        text=True,
    )


def test_two_builds_give_the_same_bytes(builds: list[Path]) -> None:
    one, other = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in builds)
    assert sorted(one) == [
        RECORD,
        f"csto-data-{csto.__version__}-data.zip",
        f"csto_data-{csto.__version__}-py3-none-any.whl",
        f"csto_data-{csto.__version__}.tar.gz",
    ]
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_the_files_of_a_release_are_recorded(builds: list[Path]) -> None:
    assert verify(builds[0]) == []
    assert len((builds[0] / RECORD).read_text(encoding="utf-8").splitlines()) == 3


def test_no_file_stands_in_an_archive_twice(builds: list[Path]) -> None:
    for path in [*builds[0].glob("*.whl"), *builds[0].glob("*.zip")]:
        with ZipFile(path) as archive:
            names = archive.namelist()
        assert len(names) == len(set(names))


def test_the_data_archive_is_a_valid_data_package_as_in_the_repository(
    builds: list[Path], tmp_path: Path
) -> None:
    (path,) = builds[0].glob("*.zip")
    with ZipFile(path) as archive:
        archive.extractall(tmp_path)
    unpacked = tmp_path / f"csto-data-{csto.__version__}"
    assert list(tmp_path.iterdir()) == [unpacked]
    assert verify(unpacked) == []
    assert validate(unpacked) == []
    names = {file.relative_to(unpacked) for file in unpacked.rglob("*") if file.is_file()}
    committed = {
        Path(name)
        for name in files_of_the_repository()
        if name.startswith(("data/", "schemas/"))
        or name in ("datapackage.json", "LICENSE-DATA", "CHANGELOG.md", "docs/codebook.md")
    }
    assert names == committed | {Path(RECORD)}
    assert [
        name for name in committed if (unpacked / name).read_bytes() != (ROOT / name).read_bytes()
    ] == []


def test_an_installed_wheel_is_as_recorded(installed_wheel: Path) -> None:
    done = run_verify(installed_wheel)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all files are as recorded\n", "")


@pytest.mark.parametrize(
    "name",
    [
        "_package/data/citations.csv",
        "_package/schemas/members.json",
        "_package/datapackage.json",
        "rules.py",
        "py.typed",
    ],
)
def test_a_changed_byte_of_an_installed_file_is_found(installed_wheel: Path, name: str) -> None:
    path = installed_wheel / "csto_data" / name
    raw = path.read_bytes() or b"#"
    path.write_bytes(raw[:-1] + b" ")
    done = run_verify(installed_wheel)
    assert (done.returncode, done.stdout.split()) == (1, ["file", "what", name, "changed"])


def test_missing_and_stray_files_of_an_installed_wheel_are_found(installed_wheel: Path) -> None:
    inside = installed_wheel / "csto_data"
    (inside / "_package" / "data" / "series.csv").unlink()
    (inside / "_package" / "data" / "members (copy).csv").write_text("iso3\n")
    (inside / "extra.py").write_text("")
    done = run_verify(installed_wheel)
    assert done.returncode == 1
    assert [line.rsplit(maxsplit=1) for line in done.stdout.splitlines()[1:]] == [
        ["_package/data/members (copy).csv", "stray"],
        ["_package/data/series.csv", "missing"],
        ["extra.py", "stray"],
    ]
    assert "3 not as recorded" in done.stderr


def test_a_folder_in_use_is_left_alone(builds: list[Path]) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "build_release.py"), str(builds[0])]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "is not empty" in done.stderr


def test_an_editable_install_records_nothing() -> None:
    assert not (ROOT / "csto_data" / RECORD).exists()
    with pytest.raises(csto.CstoDataError, match="nothing is recorded to compare with"):
        csto.verify()
