"""The same content and instant give the same site on every host: the same names, bytes and permission bits."""

import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from itertools import product
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from judges import Missing, _have
from sites import DATA, ROOT, SUPPORT
from soaking import Tell

PROJECT = ROOT
# Folders with content, and the instants at which their sites are built.
SITES = {DATA / "sample": "2026-06-15T12:00:00Z", PROJECT: "2026-05-30T12:00:00Z"}
NOBODY = 65534
VERSIONS = ("3.11", "3.12", "3.13", "3.14")

Tree = dict[str, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Host:
    """How the place of a build can differ. The defaults are the host that the others are compared with."""

    zone: str = "UTC"
    locale: str = "C"
    seed: str = "0"
    jobs: int = 1
    umask: int = 0o022
    order: str = ""
    """In which files were copied and folders are listed: any text gives another."""
    root: str = "root"
    """Where the content lies, as it is named on the command line."""
    out: str = ""
    date: str = ""
    """What the host's own clock shows, where it is not right."""
    more: Mapping[str, str] = field(default_factory=dict)
    user: int = os.getuid()
    python: str = sys.executable
    packages: str = ""
    """A folder with the packages that this Python does not have of its own."""
    search: bool = False
    """Whether an index for search is made, which takes a program of its own."""

    def __str__(self) -> str:
        changed = (one.name for one in fields(self) if getattr(self, one.name) != getattr(Host(), one.name))
        return ", ".join(f"{name} {getattr(self, name)!r}" for name in changed) or "the same host again"


@cache
def _locales() -> tuple[str, ...]:
    """Every installed locale, except that of the host that the others are compared with."""
    done = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True)
    return tuple(sorted(set(done.stdout.split()) - {Host().locale}))


def _levels() -> dict[str, tuple[Any, ...]]:
    """The other values that each field of `Host` can have."""
    return {
        "zone": ("Pacific/Kiritimati", "America/St_Johns", "Australia/Lord_Howe"),
        "locale": _locales(),
        "seed": ("1", "4294967295", "random"),
        "jobs": (2,),
        "umask": (0o077, 0o000, 0o027),
        "order": ("one", "other", "third"),
        "root": ("a/ß 'root' with spaces", "./here/../root", "link"),
        "out": ("elsewhere/deep/site", "../out of it", "{absolute}/site"),
        "date": ("2031-02-03 04:05:06", "1999-12-31 23:59:58", "2026-06-15 11:59:59"),
        "more": (
            {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
            {"PYTHONOPTIMIZE": "2", "COLUMNS": "20", "NO_COLOR": "1"},
            {"HOME": "/nowhere", "TMPDIR": "/var/tmp", "LANGUAGE": "tr", "SOURCE_DATE_EPOCH": "1"},
        ),
    }


def _one_by_one(host: Host) -> Iterator[Host]:
    """Hosts that each differ from a given host in one way."""
    for name, levels in _levels().items():
        yield from (replace(host, **{name: level}) for level in levels)


def _together(host: Host) -> Iterator[Host]:
    """As few hosts as possible that cover every difference; each of them differs in every way at once."""
    levels = _levels()
    for number in range(max(map(len, levels.values()))):
        yield replace(host, **{name: some[number % len(some)] for name, some in levels.items()})


def _built(host: Host, source: Path, now: str) -> Tree:
    """The site of a copy of the content, built in a separate place by the real program."""
    # Not in pytest's own folder, which no other user can enter.
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        work = place / "work"
        root = _copied(source / "content", work / (host.root if host.root != "link" else "root"), host.order)
        (work / "link").symlink_to(root)
        for path in (place, work, *work.rglob("*")):
            os.chown(path, host.user, host.user, follow_symlinks=False)
        out = host.out.format(absolute=place / "work")
        options = [*(("--out", out) if out else ()), *(() if host.search else ("--no-search",))]
        _run(host, work, ["build", "--root", host.root, "--now", now, *options])
        site = work / out if out else root / "site"
        assert site.stat().st_uid == host.user
        return _tree(site)


def _copied(content: Path, root: Path, order: str) -> Path:
    files = sorted(path for path in content.rglob("*") if path.is_file())
    if order:
        random.Random(order).shuffle(files)
    for file in files:
        place = root / "content" / file.relative_to(content)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return root


def _run(host: Host, work: Path, arguments: list[str]) -> None:
    clock = ["faketime", "-f", f"@{host.date}"] if host.date else []
    done = subprocess.run(
        [*clock, host.python, "-m", "generator", *arguments, "--jobs", str(host.jobs)],
        cwd=work,
        env=_environment(host) | {"XDG_CACHE_HOME": str(work / "cache")},
        umask=host.umask,
        **_as_user(host.user),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{host}: {done.stderr}"


def _as_user(user: int) -> dict[str, Any]:
    """The arguments that start a program as another user; only root can do that."""
    return {} if user == os.getuid() else {"user": user, "group": user, "extra_groups": []}


def _environment(host: Host) -> dict[str, str]:
    """The host's own variables, and nothing from this process except the path to programs."""
    path = ":".join(filter(None, (str(SUPPORT / "hosts"), str(PROJECT), host.packages)))
    own = {"TZ": host.zone, "LC_ALL": host.locale, "PYTHONHASHSEED": host.seed, "HOST_ORDER": host.order}
    return (
        {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        | own
        | dict(host.more)
    )


def _tree(folder: Path) -> Tree:
    """Every folder and file with its permission bits and content."""
    return {
        path.relative_to(folder).as_posix(): (
            S_IMODE(path.stat().st_mode),
            path.read_bytes() if path.is_file() else b"a folder",
        )
        for path in (folder, *folder.rglob("*"))
    }


def _differences(one: Tree, other: Tree) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


@pytest.fixture(scope="module")
def first(soaking: bool) -> Host:
    """The host that the others are compared with."""
    return Host(search=soaking)


@pytest.fixture(scope="module")
def usual(first: Host) -> dict[Path, Tree]:
    """The sites as the first host builds them."""
    return {source: _built(first, source, now) for source, now in SITES.items()}


def _compare(hosts: Iterable[Host], usual: dict[Path, Tree], what: str, tell: Tell) -> None:
    tried, failed = 0, []
    for host, (source, tree) in product(hosts, usual.items()):
        tried += 1
        if wrong := _differences(tree, _built(host, source, SITES[source])):
            failed.append(f"{source.name} with {host}: {len(wrong)} are not the same, such as {wrong[:3]}")
    tell(what, tried, failed)


@pytest.fixture(scope="module")
def fewer(usual: dict[Path, Tree], soaking: bool) -> dict[Path, Tree]:
    """In the short form, only the sample."""
    return usual if soaking else {DATA / "sample": usual[DATA / "sample"]}


@pytest.mark.soak
def test_every_host_makes_the_same_site(first: Host, usual: dict[Path, Tree], soaking: bool, tell: Tell) -> None:
    """Zone, locale, hash seed, processes, umask, folder order, paths, date and settings do not change a site."""
    _have(_faketime)
    hosts = [*_together(first), *(_one_by_one(first) if soaking else ())]
    _compare(hosts, usual, f"sites built on {len(hosts)} other hosts", tell)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can build as another user")
@pytest.mark.soak
def test_another_user_makes_the_same_site(first: Host, fewer: dict[Path, Tree], tell: Tell) -> None:
    """A user without special rights builds the same site as root."""
    pythons = [sys.executable, *(python for version in VERSIONS for python in _pythons(version))]
    host = next(filter(None, (_able(replace(first, python=python, user=NOBODY)) for python in pythons)), None)
    if host is None:
        pytest.skip("no Python with the packages that another user may start")
    _compare([host], fewer, "sites built by another user", tell)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.soak
def test_every_python_makes_the_same_site(first: Host, fewer: dict[Path, Tree], version: str, tell: Tell) -> None:
    """Every other supported Python on this machine builds the same sites."""
    hosts = [host for python in _pythons(version) if (host := _able(replace(first, python=python)))]
    if not hosts:
        pytest.skip(f"no other Python {version} that has the packages")
    _compare(hosts, fewer, f"sites built by other Pythons {version}", tell)


def _pythons(version: str) -> list[str]:
    """The Pythons of a version, on the path or installed by pyenv, each once and without the one that runs here."""
    folders = [*map(Path, os.environ["PATH"].split(os.pathsep)), *Path.home().glob(".pyenv/versions/*/bin")]
    found = [folder / f"python{version}" for folder in folders if (folder / f"python{version}").is_file()]
    # pyenv's shims are scripts that start one of these.
    others = (path for path in found if path.parent.name != "shims" and not path.samefile(sys.executable))
    return [str(path) for path in {path.parent.resolve(): path for path in others}.values()]


def _able(host: Host) -> Host | None:
    """The host with everything that its Python needs to run the program, if that is available here."""
    for packages in ("", sysconfig.get_path("purelib")):
        able = replace(host, packages=packages)
        command = [able.python, "-m", "generator", "build", "--help"]
        try:
            done = subprocess.run(command, cwd="/", env=_environment(able), capture_output=True, **_as_user(able.user))
        except PermissionError:
            return None
        if (done.returncode, done.stderr) == (0, b""):
            return able
    return None


def _faketime() -> str:
    if not (found := shutil.which("faketime")):
        raise Missing("no faketime: install Debian's faketime")
    return found
