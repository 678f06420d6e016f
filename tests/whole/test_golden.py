"""The small site in data/golden, file by file. After an intended change, `pytest --remake-golden` writes it again.

The test compares all pages, and the feeds, calendars and data of the whole site, of one country and of one
organisation. The same code makes those of the other collections, so only their names are stored, in paths.txt. Assets
are not compared, and the hash in their names is left out, so a change of the style sheet does not change the pages.
"""

import difflib
import re
import shutil
from pathlib import Path

import pytest
from sites import DATA, SAMPLE_NOW, Built, built

GOLDEN = DATA / "golden"
_HASH = re.compile(r"(assets/[\w-]+)\.[0-9a-f]{10}\.")
_LEFT_OUT = re.compile(r"assets/|favicon\.ico|(grades|categories|contracts|languages|open-to)/.*(?<!\.html)$")


def _files_of(site: Built) -> dict[str, str]:
    files = {path: _HASH.sub(r"\1.HASH.", site.read(path)) for path in site.paths() if not _LEFT_OUT.match(path)}
    return {"paths.txt": "".join(_HASH.sub(r"\1.HASH.", f"{path}\n") for path in site.paths())} | {
        f"site/{path}": text for path, text in files.items()
    }


def _kept() -> dict[str, str]:
    paths = [GOLDEN / "paths.txt", *(path for path in (GOLDEN / "site").rglob("*") if path.is_file())]
    return {path.relative_to(GOLDEN).as_posix(): path.read_bytes().decode() for path in paths}


def _remake(files: dict[str, str]) -> None:
    shutil.rmtree(GOLDEN / "site", ignore_errors=True)
    for path, text in files.items():
        (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / path).write_bytes(text.encode())


def test_the_golden_site_is_what_is_built(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """A small site is byte for byte the reviewed and stored one."""
    now = _files_of(built(GOLDEN, tmp_path / "site", SAMPLE_NOW))
    if pytestconfig.getoption("--remake-golden"):
        _remake(now)
    was = _kept()
    lines: list[str] = []
    for path in sorted(was.keys() | now.keys()):
        old, new = (files.get(path, "").splitlines(keepends=True) for files in (was, now))
        lines += difflib.unified_diff(old, new, f"golden/{path}", f"built/{path}", n=0)
    assert was.keys() == now.keys()
    if lines:
        pytest.fail("".join(lines), pytrace=False)
