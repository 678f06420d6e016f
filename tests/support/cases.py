"""Small sites for tests of what editors write: a valid one to start from, and cases stored as text files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sites import DATA

from generator.reading.folder import Loaded

PROBLEMS = DATA / "problems"

# The smallest valid site. Tests add their files to it or replace its own.
BASE: Mapping[str, str] = {
    "content/site.yaml": """\
title: Field Vacancies
description: Vacancies for work in the field.
base_url: https://vacancies.example.org/
editor:
  name: The editors
  email: editor@vacancies.example.org
tag_authority:
  domain: vacancies.example.org
  date: 2026-05-01
""",
    "content/organisations/iom.md": """\
---
name: IOM
apply_hosts: [iom.int]
---

IOM works on migration.
""",
}

POSTING = """\
---
title: Field Security Officer
organisation: iom
added: 2026-05-01
---

The officer looks after security.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """Files that are added to `BASE`, and the lines that `check` then prints."""

    name: str
    files: Mapping[str, str]
    problems: tuple[str, ...]


def write_site(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes `BASE` and these files on top of it, and returns the root of the site."""
    for path, text in {**BASE, **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def lines_of(loaded: Loaded) -> list[str]:
    """The findings, problems and notes together, as `check` prints them."""
    return [str(found) for found in sorted({*loaded.problems, *loaded.notes})]


def cases_of(text: str) -> Iterator[Case]:
    """The cases of a data file.

    A line `##### NAME` starts a case, `>>> PATH` starts a file of its site, and `=== problems` starts the expected
    lines. Blank lines at the end of a part are ignored.
    """
    for chunk in re.split("^##### ", text, flags=re.MULTILINE)[1:]:
        name, _, rest = chunk.partition("\n")
        site, _, expected = rest.partition("=== problems\n")
        parts = re.split(r"^>>> (.+)\n", site, flags=re.MULTILINE)
        files = {path: text.rstrip("\n") + "\n" for path, text in zip(parts[1::2], parts[2::2], strict=True)}
        yield Case(name, files, tuple(filter(None, expected.split("\n"))))


CASES: Mapping[str, Case] = {
    f"{path.stem}: {case.name}": case
    for path in sorted(PROBLEMS.glob("*.txt"))
    for case in cases_of(path.read_text("utf-8"))
}
