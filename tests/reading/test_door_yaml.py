"""The YAML test suite: each case is refused at its line, or read as the suite says, with every scalar as text."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import BASE, write_site
from door import checked, misplaced
from sites import DATA
from soaking import Tell

from generator.reading.folder import load
from generator.reading.frontmatter import Value, read_mapping

Case = dict[str, Any]


def test_the_suite_as_files(tmp_path: Path, yaml_suite: list[Case], tell: Tell) -> None:
    """As front matter of a posting or an organisation, each case is refused at a place in its file, without a
    traceback.
    """
    places = ("postings", "organisations")
    files = {f"content/{place}/case-{number}.md": case for place in places for number, case in enumerate(yaml_suite)}
    root = write_site(tmp_path, {path: f"---\n{case['yaml']}\n---\n\nText.\n" for path, case in files.items()})
    answer = checked(root)
    refused = {one.path for one in answer.problems}
    failed = [f"{path}: not refused: {case['yaml']!r}" for path, case in files.items() if path not in refused]
    crash = [answer.crash] if answer.crash else []
    tell("YAML suite as front matter", len(files), [*crash, *failed, *misplaced(answer.problems, root)])


@pytest.mark.soak
def test_the_suite_as_settings(tmp_path: Path, yaml_suite: list[Case], soaking: bool, tell: Tell) -> None:
    """As site.yaml or vocabulary.yaml, no case causes a traceback, and each is refused at a place in its file."""
    cases = yaml_suite if soaking else yaml_suite[::8]
    failed = []
    write_site(tmp_path, {})
    for name in ("site.yaml", "vocabulary.yaml"):
        path = f"content/{name}"
        for case in cases:
            (tmp_path / path).write_text(case["yaml"], "utf-8")
            problems = [one for one in load(tmp_path).problems if one.path == path]
            # A vocabulary may be empty: then the built-in words apply.
            if not problems and not (name == "vocabulary.yaml" and read_mapping(case["yaml"])[0].value == {}):
                failed.append(f"{path}: not refused: {case['yaml']!r}")
            failed += misplaced(problems, tmp_path)
        (tmp_path / path).write_text(BASE.get(path, "{}"), "utf-8")
    tell("YAML suite as settings and vocabulary", 2 * len(cases), failed)


def test_the_suite_is_read_as_it_says(yaml_suite: list[Case], tell: Tell) -> None:
    """A case is read as its JSON says, with scalars as text, except for the listed differences."""
    lines = (DATA / "door/yaml-suite.txt").read_text("utf-8").splitlines()
    known = {" ".join(line.split()[:2]) for line in lines if line and not line.startswith("#")}
    judged, differ = 0, {}
    for case in yaml_suite:
        for form, text, value in _read(case["yaml"]):
            if "json" in case or case.get("fail"):
                judged += 1
                expected = json.loads(case["json"]) if case.get("json") else None
                if case.get("fail") or not _same(value, expected):
                    differ[f"{case['name']} {form}"] = f"{text!r} is read as {value!r}"
    strange = [f"{name}: {differ[name]}" for name in sorted(differ.keys() - known)]
    tell(
        "YAML suite, what is accepted", judged, [*strange, *(f"{name}: no longer so" for name in known - differ.keys())]
    )


def _read(text: str) -> Iterator[tuple[str, str, Value]]:
    """What is accepted of a case: as it is, and as the value of one key if every line can be indented."""
    fields, findings = read_mapping(text)
    if not findings:
        yield "first", text, fields.value
    if not any(line.startswith(("---", "...", "%")) for line in text.split("\n")):
        under = "key:\n" + "\n".join("  " + line if line else "" for line in text.split("\n"))
        fields, findings = read_mapping(under)
        if not findings:
            yield "second", under, fields.value["key"]


def _same(ours: Value, theirs: object) -> bool:
    """Whether our value equals the suite's, with a scalar of any type written as we write it."""
    match ours, theirs:
        case dict(), dict():
            return ours.keys() == theirs.keys() and all(_same(ours[key], theirs[key]) for key in ours)
        case list(), list():
            return len(ours) == len(theirs) and all(map(_same, ours, theirs))
        case str(), str():
            return ours == theirs
        case _, None | "":
            return ours in ("", "~", "null", {})
        case str(), bool():
            return ours == str(theirs).lower()
        case str(), int() | float():
            return _number(ours) == theirs
    return False


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return int(text, 0)
