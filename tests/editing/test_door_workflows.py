"""Workflows from `init` for other machines install only this program, and publish only what they have built."""

import json
import re
import shutil
import subprocess
import tomllib
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from repository import git
from sites import ROOT, command

from generator.editing.provenance import given, known

NOW = "2026-06-15T12:00:00Z"
COMMIT = "0123456789" * 4
GIT = f"git+https://git.example.org/digest/generator@{COMMIT}"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
FILE = f"vacancy_digest-{VERSION}-py3-none-any.whl"


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    builder = pytest.importorskip("hatchling.builders.wheel", reason="the environment has no hatchling")
    (built,) = builder.WheelBuilder(str(root)).build(
        directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"]
    )
    return Path(built)


# The source of the generator


def test_a_wheel_goes_along_with_its_hash(wheel: Path, tmp_path: Path) -> None:
    """A wheel is copied into the site; its hash and those of all packages are in the one file that is installed."""
    done = command("init", tmp_path / "site", "--generator", wheel, "--now", NOW)
    assert f"Workflows install the generator from wheels/{FILE}, a copy of {wheel}, as asked." in done.out
    assert (tmp_path / f"site/wheels/{FILE}").read_bytes() == wheel.read_bytes()
    lines = (tmp_path / "site/requirements.txt").read_text("utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    assert lines[:2] == [
        "--require-hashes",
        f"./wheels/{FILE}[search] --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}",
    ]
    pinned = [number for number, line in enumerate(lines) if "==" in line]
    assert len(pinned) > 20
    assert all("--hash=sha256:" in lines[number + 1] for number in pinned)
    assert {"pagefind", "pydantic"} <= {lines[number].partition("==")[0] for number in pinned}


def test_a_commit_is_named_whole(tmp_path: Path) -> None:
    """For git, the file has the full commit hash; pip accepts no hashes with it, so only versions are pinned."""
    assert command("init", tmp_path / "site", "--generator", GIT, "--now", NOW).code == 0
    text = (tmp_path / "site/requirements.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0] == f"vacancy-digest[search] @ {GIT}"
    assert len(lines) > 20
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][a-z0-9.]*( ; .+)?", line) for line in lines[1:])


UNSAFE = [
    *("vacancy-digest", "vacancy-digest==0.1.0", "", " ", "git+https://git.example.org/digest/generator"),
    *("git+https://git.example.org/digest/generator@main", f"{GIT[:-1]}", f"git+http://git.example.org/x@{COMMIT}"),
    *(f"git+https://token@git.example.org/x@{COMMIT}", f"{GIT}\n--extra-index-url https://evil.example.org"),
    *(f"git+file:///srv/x@{COMMIT}", f"{GIT}#egg=x", f"https://example.org/{FILE}", "other-1.0-py3-none-any.whl"),
    *(f"http://example.org/{FILE}#sha256={'0' * 64}", f"https://example.org/x.whl#sha256={'0' * 64}", FILE),
]


@pytest.mark.parametrize("source", UNSAFE)
def test_what_may_change_is_no_source(tmp_path: Path, source: str) -> None:
    """A name, a branch, a wheel without a hash or a missing wheel is refused with a message, and nothing is written."""
    done = command("init", tmp_path / "site", f"--generator={source}")
    assert done.code == 2
    assert "is not a fixed source" in done.err or "cannot be read (No such file" in done.err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("content", [b"", b"PK", b"\xff" * 100])
def test_a_file_that_is_no_wheel_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file with the name of a wheel must be one, and one of this program."""
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ValueError, match="is not a wheel of vacancy-digest"):
        given(str(tmp_path / FILE))
    with ZipFile(tmp_path / FILE, "w") as archive:
        archive.writestr("other/cli.py", "")
    with pytest.raises(ValueError, match="is not a wheel of vacancy-digest"):
        given(str(tmp_path / FILE))


def _checkout(folder: Path, remote: str = "https://me:secret@git.example.org/digest/generator.git") -> str:
    """Makes a checkout whose commit was pushed; returns the commit."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "code.py").write_text("")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Begin")
    git(folder, "config", "remote.origin.url", remote)
    commit = git(folder, "rev-parse", "HEAD")
    git(folder, "update-ref", "refs/remotes/origin/main", commit)
    return commit


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Sets the record that an installer leaves of the program's source: as text, as JSON, or missing (None)."""
    folder = tmp_path / "installed/vacancy_digest-0.1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: vacancy-digest\nVersion: 0.1.0\n")
    monkeypatch.syspath_prepend(folder.parent)

    def record(said: object) -> None:
        (folder / "direct_url.json").unlink(missing_ok=True)
        if said is not None:
            (folder / "direct_url.json").write_text(said if isinstance(said, str) else json.dumps(said))

    return record


def test_an_installer_recorded_where_it_took_the_program_from(
    recorded: Callable[[object], None], wheel: Path, tmp_path: Path
) -> None:
    """The record gives address and commit for git, file and hash for a wheel, and the pushed commit for a checkout."""
    vcs = {"vcs": "git", "requested_revision": "main", "commit_id": COMMIT}
    recorded({"url": "https://git.example.org/digest/generator", "vcs_info": vcs})
    assert known().requirement == f"vacancy-digest[search] @ {GIT}"
    digest = sha256(wheel.read_bytes()).hexdigest()
    for archive in ({"hash": f"sha256={digest}"}, {"hashes": {"sha256": digest}}, {}):
        recorded({"url": wheel.as_uri(), "archive_info": archive})
        assert known().requirement == f"./wheels/{FILE}[search] --hash=sha256:{digest}"
    recorded({"url": f"https://example.org/{FILE}", "archive_info": {"hash": f"sha256={digest}"}})
    assert known().requirement == f"vacancy-digest[search] @ https://example.org/{FILE} --hash=sha256:{digest}"
    for number, remote in enumerate(("https://me:secret@git.example.org/a/b.git", "git@git.example.org:a/b.git")):
        commit = _checkout(tmp_path / f"checkout-{number}", remote)
        recorded({"url": (tmp_path / f"checkout-{number}").as_uri(), "dir_info": {"editable": True}})
        assert known().requirement == f"vacancy-digest[search] @ git+https://git.example.org/a/b.git@{commit}"


def _changed(folder: Path) -> None:
    (folder / "code.py").write_text("changed")


def _committed(folder: Path) -> None:
    _changed(folder)
    git(folder, "commit", "--quiet", "--all", "--message", "Not pushed")


def _of_no_remote(folder: Path) -> None:
    git(folder, "config", "--unset", "remote.origin.url")


def _local(folder: Path) -> None:
    git(folder, "config", "remote.origin.url", "/srv/git/generator")


def _no_repository(folder: Path) -> None:
    shutil.rmtree(folder / ".git")


@pytest.mark.parametrize("change", [_changed, _committed, _of_no_remote, _local, _no_repository])
def test_a_checkout_that_others_cannot_have_is_no_source(
    recorded: Callable[[object], None], tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """If the checkout was changed, or its commit was not pushed, a site says that no source is known."""
    _checkout(tmp_path / "checkout")
    change(tmp_path / "checkout")
    recorded({"url": (tmp_path / "checkout").as_uri(), "dir_info": {"editable": True}})
    _says_that_none_is_known(tmp_path, "which is not a commit that others can fetch")


RECORDS: list[object] = [
    *(None, "", "[]", "{", "null", {}, {"url": ""}, {"url": "https://pypi.example.org/", "archive_info": {}}),
    *({"url": "file:///nowhere", "dir_info": {}}, {"url": f"file:///nowhere/{FILE}", "archive_info": {}}),
    {"url": "https://git.example.org/x", "vcs_info": {"vcs": "git", "commit_id": "main"}},
]


@pytest.mark.parametrize("record", RECORDS)
def test_where_no_source_is_known_nothing_is_installed(
    recorded: Callable[[object], None], tmp_path: Path, record: object
) -> None:
    """Whatever the record says, a mere name is never a source: the site is written, and `init` says so."""
    recorded(record)
    _says_that_none_is_known(tmp_path, "names no source of the generator, so workflows will fail: ")


def test_a_wheel_that_was_changed_is_no_source(recorded: Callable[[object], None], wheel: Path, tmp_path: Path) -> None:
    """If the file is not the one that was installed, it is not copied."""
    recorded({"url": wheel.as_uri(), "archive_info": {"hash": f"sha256={'0' * 64}"}})
    _says_that_none_is_known(tmp_path, "is no longer the wheel that this program was installed from")


def _says_that_none_is_known(folder: Path, why: str) -> None:
    done = command("init", folder / "site", "--now", NOW)
    assert done.code == 0
    assert why in done.out
    lines = (folder / "site/requirements.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == []


# What the files from `init` do


@pytest.fixture(scope="module")
def project(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a site from `init`. A stranger's branch specifies another generator; both branches contain a
    site, a cache and links that nobody has reviewed.
    """
    place = tmp_path_factory.mktemp("project")
    site = place / "site"
    assert command("init", site, "--generator", wheel, "--now", NOW).code == 0
    (place / "theirs.txt").write_text("Mine.")
    (site / ".cache").mkdir()
    (site / ".cache/vacancy-digest.sqlite").write_text("not ours")
    for folder in ("site", "public"):
        (site / folder).mkdir()
        (site / folder / "evil.html").write_text("Evil.")
    git(site, "init", "--quiet")
    git(site, "add", "--force", ".")
    git(site, "commit", "--quiet", "--message", "Begin")
    git(site, "checkout", "--quiet", "-b", "stranger")
    posting = site / "content/postings/night-nurse-goma.md"
    posting.write_text(posting.read_text("utf-8").replace("title: ", "title: Senior "), "utf-8")
    (site / "requirements.txt").write_text("--no-such-option\n")
    shutil.rmtree(site / "wheels")
    for name in ("pip.py", "generator.py", "click.py"):
        (site / name).write_text(f"import pathlib; pathlib.Path({str(place / 'was-run')!r}).touch()\n")
    for name in ("problems.txt", "problems.json"):
        (site / name).symlink_to(place / "theirs.txt")
    git(site, "add", "--force", ".")
    git(site, "commit", "--quiet", "--message", "Propose")
    return site


@dataclass(frozen=True, slots=True)
class Job:
    """A job's own commands, the branch where they run, and the folder that it publishes."""

    name: str
    branch: str
    shell: tuple[str, ...]
    scripts: tuple[str, ...]
    published: str = ""


def jobs_of(site: Path) -> Iterator[Job]:
    """Every job in every file that `init` writes, as the files define it."""
    bash, sh = ("bash", "-e", "-c"), ("sh", "-e", "-c")
    for path in sorted((site / ".github/workflows").iterdir()):
        workflow = yaml.safe_load(path.read_text("utf-8"))
        for name, job in workflow["jobs"].items():
            scripts = tuple(step["run"] for step in job["steps"] if "run" in step)
            upload = [step["with"]["path"] for step in job["steps"] if "upload-pages" in step.get("uses", "")]
            if scripts:
                branch = "stranger" if name == "check" else "main"
                published = "".join(upload).replace("${{ runner.temp }}", "$RUNNER_TEMP")
                yield Job(f"github-{name}", branch, bash, scripts, published)
    lab = yaml.safe_load((site / ".gitlab-ci.yml").read_text("utf-8"))
    for name in ("check", "refresh", "pages"):
        lines = [*lab["default"]["before_script"], *lab[name]["script"]]
        branch = "stranger" if name == "check" else "main"
        yield Job(f"gitlab-{name}", branch, sh, ("\n".join(lines),), "public" if name == "pages" else "")
    netlify = tomllib.loads((site / "netlify.toml").read_text("utf-8"))["build"]
    yield Job("netlify", "main", ("bash", "-c"), (netlify["command"],), netlify["publish"])


JOBS = (
    *("github-check", "github-build", "github-refresh", "gitlab-check", "gitlab-refresh", "gitlab-pages"),
    "netlify",
)


def _environment(folder: Path) -> Path:
    """A new environment with this one's packages but without this program; returns its folder of programs."""
    venv.create(folder / "venv", with_pip=False)
    packages = folder / "packages"
    packages.mkdir()
    here = Path(pytest.__file__).parents[1]
    for path in here.iterdir():
        if "vacancy_digest" not in path.name and path.suffix != ".pth":
            (packages / path.name).symlink_to(path)
    (inside,) = (folder / "venv/lib").glob("python*/site-packages")
    (inside / "packages.pth").write_text(f"{packages}\n")
    programs = folder / "venv/bin"
    for name, text in (
        ("apt-get", ""),
        ("gh", f'echo "$@" >> {folder}/gh.txt\ncase "$1 $2" in "pr list") echo 0;; esac\n'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{text}")
        (programs / name).chmod(0o755)
    return programs


@pytest.mark.parametrize("name", JOBS)
def test_a_job_installs_and_runs_this_program(project: Path, tmp_path: Path, name: str) -> None:
    """Each job's own commands succeed in an empty environment, without a network, and run the branch's wheel.

    Nothing from a stranger is installed or run, a committed site is not published, and nothing is written through a
    link.
    """
    (job,) = [job for job in jobs_of(project) if job.name == name]
    programs = _environment(tmp_path)
    git(tmp_path, "clone", "--quiet", "--branch", job.branch, str(project), "work")
    (tmp_path / "temp").mkdir()
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output.txt"),
        "MAIN": "main",
        "BEFORE": "",
        "CI_DEFAULT_BRANCH": "main",
        "CI_SERVER_HOST": "lab.example",
        "REFRESH_REMOTE": str(project),
        "BASE": git(project, "rev-parse", "main"),
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "SOURCE_DATE_EPOCH": "1781524800",
    }
    for script in job.scripts:
        done = subprocess.run(
            [*job.shell, script], cwd=tmp_path / "work", env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (installed,) = (tmp_path / "venv/lib").glob("python*/site-packages/vacancy_digest-*.dist-info/direct_url.json")
    assert json.loads(installed.read_text())["url"].endswith(f"/wheels/{FILE}")
    assert not (project.parent / "was-run").exists()
    assert (project.parent / "theirs.txt").read_text() == "Mine."
    if job.published:
        site = tmp_path / "work" / job.published.replace("$RUNNER_TEMP", str(tmp_path / "temp"))
        assert (site / "index.html").exists()
        assert (site / "search").is_dir()
        assert not (site / "evil.html").exists()
        assert (tmp_path / "work/.cache/vacancy-digest.sqlite").read_text() == "not ours"
    elif name == "github-check":
        assert "/postings/night-nurse-goma/" in (tmp_path / "summary.md").read_text("utf-8")


def test_every_job_is_tried(project: Path) -> None:
    """The jobs above are all the jobs that `init` writes."""
    assert sorted(job.name for job in jobs_of(project)) == sorted(JOBS)


def test_files_install_from_one_place_and_remember_nothing(project: Path) -> None:
    """No file that `init` writes installs by name, keeps a cache, or builds into a folder that may have files."""
    git(project, "checkout", "--quiet", "main")
    paths = [project / path for path in git(project, "ls-files").splitlines()]
    texts = [path.read_text("utf-8") for path in paths if path.suffix not in {".whl", ".sqlite"}]
    installs = [found for text in texts for found in re.findall(r"^.*\bpip3? install\b.*$", text, re.MULTILINE)]
    assert len(installs) == 8
    assert all(re.search(r"pip install (--quiet )?-r requirements\.txt(?![^ )\"&])", line) for line in installs)
    assert not [text for text in texts if re.search(r"actions/cache|^\s*cache:|pip install [^-]", text, re.MULTILINE)]
    builds = [found for text in texts for found in re.findall(r"vacancy-digest build --[^&\n]*", text)]
    assert {build.strip() for build in builds if "/srv/digest" not in build} == {
        'vacancy-digest build --no-cache --out "$RUNNER_TEMP/site"',
        'vacancy-digest build --no-cache --out "$fresh"',
        "vacancy-digest build --no-cache --out $fresh",
    }
