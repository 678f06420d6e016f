"""Files that are copied unchanged: none runs or speaks for the site unless its owner lists it."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from door import program
from sites import DATA, SAMPLE_NOW, SmallSite

from generator.model.content import StaticFile
from generator.model.problems import ContentError
from generator.reading.copies import HARMLESS, MAX_COPIED_BYTES, copied, measured
from generator.reading.files import MAX_LOGO_BYTES

SPARSE = 25 * 1024 * 1024
MEASURED = """import resource, runpy, sys
sys.argv = ["vacancy-digest", *sys.argv[1:]]
try:
    runpy.run_module("generator", run_name="__main__", alter_sys=True)
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def paths(of: str) -> list[str]:
    """The paths in a part of the data file."""
    found: dict[str, list[str]] = {}
    for line in (DATA / "door/static.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            found[list(found)[-1]].append(line)
    return found[of]


@pytest.mark.parametrize("path", paths("by name alone"))
def test_risky_files_are_published_only_by_name(path: str, small_site: SmallSite) -> None:
    """Such a file is a problem that says what to write in site.yaml; once that is written, the file is published."""
    small_site.write(f"content/static/{path}", "mine")
    done = small_site.command("check", "--format", "json")
    (problem,) = json.loads(done.out)
    assert (done.code, problem["path"], problem["key"]) == (1, f"content/static/{path}", "static")
    (line,) = re.findall(r"write in content/site\.yaml: (allow_static: .*)$", problem["message"])
    assert yaml.safe_load(line) == {"allow_static": ["CNAME", path]}
    settings = small_site.root / "content/site.yaml"
    settings.write_text(settings.read_text("utf-8").replace("allow_static: [CNAME]", line), "utf-8")
    assert (small_site.build().folder / path).read_bytes() == b"mine"


def test_what_does_no_harm_is_copied(small_site: SmallSite) -> None:
    """Files of the listed types are published unchanged, in folders and at the top level."""
    harmless = paths("anybody's")
    assert {Path(path).suffix.lower() for path in harmless} == HARMLESS
    for path in harmless:
        small_site.write(f"content/static/{path}", path)
    site = small_site.build()
    assert [path for path in harmless if site.read(path) != path] == []


def test_every_refused_file_is_reported_at_once(small_site: SmallSite) -> None:
    """`build` reports the same as `check` for each file, and writes nothing."""
    for path in paths("by name alone"):
        if "/" not in path:
            small_site.write(f"content/static/{path}", "mine")
    check, build = small_site.command("check"), small_site.command("build")
    assert check.out == build.err
    assert len(check.out.splitlines()) == sum("/" not in path for path in paths("by name alone"))
    assert not (small_site.root / "site").exists()


def sparse(folder: Path, number: int, suffix: str = ".mp4") -> Iterator[Path]:
    """Files of the maximum size that take no space on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in range(number):
        path = folder / f"{one}{suffix}"
        with path.open("wb") as file:
            os.truncate(file.fileno(), SPARSE)
        yield path


def peak(root: Path) -> int:
    """The peak memory (KiB) of a build."""
    options = ("--root", root, "--now", SAMPLE_NOW.isoformat(), "--no-search", "--jobs", "1")
    done = program("-c", MEASURED, "build", *options)
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split("peak ")[1])


def test_large_files_are_never_held(small_site: SmallSite) -> None:
    """A build that copies a quarter of a gigabyte needs about as much memory as one that does not."""
    before = peak(small_site.root)
    shutil.rmtree(small_site.root / "site")
    files = list(sparse(small_site.root / "content/static/films", 10))
    assert peak(small_site.root) - before < 16 * 1024
    for file in files:
        subprocess.run(["cmp", file, small_site.root / "site/films" / file.name], check=True)


def test_more_than_hosts_publish_is_refused_unread(small_site: SmallSite) -> None:
    """Beyond a gigabyte, no more files are read."""
    list(sparse(small_site.root / "content/static", MAX_COPIED_BYTES // SPARSE + 1))
    done = small_site.command("check")
    assert done.out.splitlines() == [
        "content/static:1:1: file: contains more than 1024 MiB in total, which hosts do not publish; put less here"
    ]


def test_a_logo_has_a_size(small_site: SmallSite) -> None:
    """A logo that is too large is a problem at the place that names it."""
    organisation = small_site.root / "content/organisations/harbour.md"
    organisation.write_text(organisation.read_text("utf-8").replace("---\n", "---\nlogo: h.png\n", 1), "utf-8")
    logo = small_site.write("content/organisations/h.png", b"\x89PNG\r\n")
    assert small_site.command("check").code == 0
    os.truncate(logo, MAX_LOGO_BYTES + 1)
    done = small_site.command("check")
    assert done.out == ("content/organisations/harbour.md:2:7: logo: 'h.png' is not a png picture of up to 1024 KiB\n")


@pytest.mark.parametrize("change", ["changed", "gone", "a link", "a folder that is a link"])
def test_a_file_that_changed_meanwhile_is_not_published(change: str, tmp_path: Path) -> None:
    """A file that differs from what was measured stops the build before anything is published."""
    file = tmp_path / "content/static/in/a.txt"
    file.parent.mkdir(parents=True)
    file.write_text("text")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.txt").write_text("text")
    found = measured(tmp_path, file, "in/a.txt")
    assert b"".join(copied(tmp_path, found)) == b"text"
    _change(file, change, tmp_path / "elsewhere")
    assert _refused(tmp_path, found) == "content/static/in/a.txt"


def _change(file: Path, change: str, elsewhere: Path) -> None:
    file.unlink()
    if change == "changed":
        file.write_text("texts")
    elif change == "a link":
        file.symlink_to(elsewhere / "a.txt")
    elif change == "a folder that is a link":
        file.parent.rmdir()
        file.parent.symlink_to(elsewhere)


def _refused(root: Path, file: StaticFile) -> str:
    with pytest.raises(ContentError) as caught:
        b"".join(copied(root, file))
    return caught.value.problems[0].path
