"""The workflows run the checks of the repository, and give away no right that they need not."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI_RUN = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
CI_COMMANDS = [line.strip() for line in CI_RUN.splitlines()]
WORKFLOWS = {path.name: path for path in (ROOT / ".github" / "workflows").glob("*.yml")}

WRITES = {
    ("comment.yml", "comment"): {"pull-requests"},
    ("release.yml", "publish"): {"id-token", "attestations"},
    ("release.yml", "files"): {"contents"},
}
"""The jobs that may write, and what."""
FOREIGN_CODE = "check.yml"
"""The workflow that runs the code of a pull request."""
OWN_PROGRAMS = ("bash", "csto-data", "frictionless", "mypy", "pip", "pytest", "python", "ruff")
GITHUB_FORM = " --format github"


@pytest.fixture(params=sorted(WORKFLOWS))
def name(request: pytest.FixtureRequest) -> str:
    """The name of a workflow."""
    return str(request.param)


@pytest.fixture
def workflow(name: str) -> dict[Any, Any]:
    """A workflow; YAML reads its key `on` as True."""
    return read(name)


def read(name: str) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    return content


def steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def commands(workflow: dict[Any, Any]) -> Iterator[str]:
    """Yield the commands that are more than shell, without where their output goes."""
    for step in steps(workflow):
        for line in step.get("run", "").splitlines():
            command = re.split(r" [|>]", line.strip())[0]
            if command.startswith(OWN_PROGRAMS):
                yield command


# ── the same checks ──────────────────────────────────────────────────────────────────────────────


def test_without_names_every_check_is_run() -> None:
    (default,) = re.findall(r"\[ \$# -gt 0 \] \|\| set -- (.+)", CI_RUN)
    helpers = {"environment", "dev", "java_for_spark"}
    assert set(default.split()) == set(re.findall(r"^(\w+)\(\)", CI_RUN, re.MULTILINE)) - helpers


def test_the_workflow_runs_each_check_of_ci_run() -> None:
    (default,) = re.findall(r"\[ \$# -gt 0 \] \|\| set -- (.+)", CI_RUN)
    jobs = read(FOREIGN_CODE)["jobs"]
    named = jobs["check"]["strategy"]["matrix"]["check"]
    assert sorted([*named, "data"]) == sorted(default.split())
    assert jobs["check"]["steps"][-1] == {
        "run": 'bash .ci/run "$CHECK"',
        "env": {"CHECK": "${{ matrix.check }}"},
    }


def test_the_steps_on_the_data_are_the_commands_of_ci_run() -> None:
    workflow = read(FOREIGN_CODE)
    (checked,) = re.findall(r"^data\(\) \{\n(.*?)^\}", CI_RUN, re.MULTILINE | re.DOTALL)
    expected = [re.split(r" [|>]", line.strip())[0] for line in checked.splitlines()]
    own = {"jobs": {"data": workflow["jobs"]["data"]}}
    install, *found, diff = [command.removesuffix(GITHUB_FORM) for command in commands(own)]
    assert ["dev", *found] == expected
    assert f"dev() {{ environment dev; {install}; }}" in CI_COMMANDS
    assert diff == "csto-data diff --format markdown HEAD^1 ."
    assert "\ncsto-data diff main .\n" in README


def test_problems_are_annotated_on_their_line() -> None:
    assert f"csto-data validate{GITHUB_FORM}" in commands(read(FOREIGN_CODE))


def test_the_test_command_of_the_readme_is_a_line_of_ci_run() -> None:
    (command,) = re.findall(r"^pip install .* && pytest$", README, re.MULTILINE)
    assert command in CI_COMMANDS


def test_other_workflows_run_ci_run_or_scripts(name: str, workflow: dict[Any, Any]) -> None:
    if name == FOREIGN_CODE:
        return
    for command in commands(workflow):
        words = [word for word in shlex.split(command)[1:] if not word.startswith("-")]
        assert (ROOT / words[0]).is_file() or command.startswith(("pip", "python -c")), command


def test_the_comment_follows_the_check() -> None:
    assert read("comment.yml")[True]["workflow_run"]["workflows"] == [read(FOREIGN_CODE)["name"]]


# ── no right too many ────────────────────────────────────────────────────────────────────────────


def test_nothing_is_granted_to_the_whole_workflow(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {}


def test_only_the_named_jobs_write(name: str, workflow: dict[Any, Any]) -> None:
    for key, job in workflow["jobs"].items():
        granted = job["permissions"]
        assert set(granted.values()) <= {"read", "write"}, key
        writes = {scope for scope, right in granted.items() if right == "write"}
        assert writes == WRITES.get((name, key), set()), key


def test_actions_are_pinned_by_hash_with_their_version(name: str) -> None:
    uses = re.findall(r"^ *(?:- )?uses: *(.*)$", WORKFLOWS[name].read_text("utf-8"), re.MULTILINE)
    assert len(uses) == sum("uses" in step for step in steps(read(name)))
    for action in uses:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_one_version_of_an_action_has_one_hash() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS.values())
    pins = set(re.findall(r"uses: ([\w./-]+)@(\w+) # (\S+)", text))
    assert len(pins) == len({action for action, _, _ in pins})


def test_no_expression_stands_in_a_script(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")
        assert "${{" not in step.get("with", {}).get("script", "")


def test_no_credentials_are_left_in_the_working_copy(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_every_job_ends_and_gives_way(workflow: dict[Any, Any]) -> None:
    assert workflow["concurrency"]["group"]
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_nothing_is_cached(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        assert "/cache" not in step.get("uses", "")
        assert "cache" not in step.get("with", {})


def test_the_code_of_a_pull_request_gets_no_secret(name: str, workflow: dict[Any, Any]) -> None:
    assert "pull_request_target" not in workflow[True]
    if "pull_request" in workflow[True]:
        assert name == FOREIGN_CODE
        assert not re.search(r"secrets\.|github\.token", WORKFLOWS[name].read_text("utf-8"))


def test_the_comment_is_written_by_the_code_of_the_default_branch_alone() -> None:
    job = read("comment.yml")["jobs"]["comment"]
    checkout, post = job["steps"]
    assert checkout["with"]["ref"] == "${{ github.sha }}"
    assert post["run"] == "python3 -I scripts/post_comment.py"


def test_what_the_linter_is_told_to_ignore_is_explained() -> None:
    for name, path in WORKFLOWS.items():
        lines = path.read_text(encoding="utf-8").splitlines()
        for above, line in zip(["", *lines], lines, strict=False):
            if "zizmor: ignore" in line:
                assert above.strip().startswith("# "), f"{name}: {line}"
    assert not list((ROOT / ".github").rglob("zizmor.y*ml"))
