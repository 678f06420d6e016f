"""The command `check`: what it prints, in which format, and how it ends; and that `build` refuses the same sites."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cases import BASE, CASES, POSTING, Case, write_site
from jsonschema import validate
from sites import DATA, Outcome, command

X, Y = "content/postings/x.md", "content/postings/y.md"
WRONG = POSTING.replace("title: Field Security Officer", "title: FS").replace("added", "county: CD\nadded")
WRONG_LINES = [
    "2:8: title: has 2 characters, write 3 to 150",
    "4:1: county: unknown key, did you mean country? It belongs under duty_stations",
]
DRAFT = "---\ntitle: Field Security Officer\norganisation: iom\ndraft: true\n---\n"
NOTE = "1:1: note: opens: is missing, write opens: or added: with a date such as 2026-03-31"


def _check(root: Path, *arguments: str) -> Outcome:
    return command("check", "--root", root, *arguments)


def _snapshot(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder by path; None is a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


def test_a_good_site_exits_with_0(tmp_path: Path) -> None:
    """A good site gives no lines on stdout and one sentence on stderr."""
    assert _check(write_site(tmp_path, {X: POSTING})) == Outcome(0, "", "No problems.\n")


def test_every_problem_of_every_file_in_one_run(tmp_path: Path) -> None:
    """Wrong content exits with 1 and prints the problems of all files, including templates and static files."""
    files = {
        "content/site.yaml": BASE["content/site.yaml"] + "allow_static: [index.html]\n",
        X: WRONG,
        Y: WRONG,
        "content/pages/about.md": "---\n---\n<b>",
        "content/static/index.html": "<title>Mine</title>",
        "templates/posting.html": "line one\n{% if %}",
    }
    outcome = _check(write_site(tmp_path, files))
    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        "content/pages/about.md:1:1: title: is missing, write title: with its value",
        "content/pages/about.md:3:1: body: contains raw HTML, write it as Markdown, or put it in backquotes to show it",
        *(f"{X}:{line}" for line in WRONG_LINES),
        *(f"{Y}:{line}" for line in WRONG_LINES),
        "content/static/index.html:1:1: file name: takes the place of index.html, rename it",
        "templates/posting.html:2:1: template: cannot be read: Expected an expression, got 'end of statement block'",
    ]
    assert outcome.err == "8 problems in 5 files.\n"


def test_one_problem_is_counted_in_the_singular(tmp_path: Path) -> None:
    """The closing sentence uses correct grammar for one problem."""
    assert _check(write_site(tmp_path, {X: POSTING.replace("2026-05-01", "May")})).err == "1 problem in 1 file.\n"


def test_notes_do_not_count_as_problems(tmp_path: Path) -> None:
    """What a draft lacks is printed, but stops nothing."""
    assert _check(write_site(tmp_path, {X: DRAFT})) == Outcome(0, f"{X}:{NOTE}\n", "No problems.\n")


def test_nothing_is_written(tmp_path: Path) -> None:
    """A check leaves the folder as it found it, whether or not the site is valid."""
    before = _snapshot(write_site(tmp_path, {X: WRONG, Y: POSTING}))
    _check(tmp_path)
    assert _snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ([X], [X]),
        ([X, Y], [X, Y]),
        (["content/postings"], [X, Y]),
        (["content/postings/"], [X, Y]),
        (["content"], ["content/pages/about.md", X, Y]),
        (["."], ["content/pages/about.md", X, Y]),
        (["content/organisations"], []),
        (["content/organisations", "content/pages/about.md"], ["content/pages/about.md"]),
    ],
)
def test_paths_limit_what_is_reported(
    paths: list[str], found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With paths, only these files and folders are reported and counted, named from the working folder or the root."""
    write_site(tmp_path, {X: WRONG, Y: WRONG, "content/pages/about.md": "---\n---\n"})
    named_from_root = _check(tmp_path, *paths)
    assert sorted({line.split(":")[0] for line in named_from_root.out.splitlines()}) == sorted(found)
    assert named_from_root.code == (1 if found else 0)
    monkeypatch.chdir(tmp_path / "content")
    assert _check(tmp_path, *(str(tmp_path / path) for path in paths)) == named_from_root
    monkeypatch.chdir(tmp_path)
    assert command("check", *paths) == named_from_root


def test_a_path_judges_it_with_all_files_read(tmp_path: Path) -> None:
    """A file that is checked on its own is still compared with the others."""
    write_site(tmp_path, {X: POSTING, Y: POSTING.replace("added", "id: x\nadded")})
    assert _check(tmp_path, Y).out == f"{Y}:4:5: id: x already belongs to {X}, write another one\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "--root", "nowhere"], "nowhere"),
        (["check", "elsewhere.md"], "elsewhere.md is not in"),
        (["check", ".."], "is not in"),
        (["check", "--format", "xml"], "'xml' is not one of 'text', 'json', 'github', 'markdown', 'gitlab', 'sarif'"),
        (["check", "--fromat", "json"], "'--format'"),
        (["chekc"], "Did you mean check?"),
    ],
)
def test_wrong_usage_exits_with_2(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command line that makes no sense is reported on stderr, and nothing else is printed."""
    monkeypatch.chdir(write_site(tmp_path, {}))
    outcome = command(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err


def test_a_folder_without_settings_exits_with_2(tmp_path: Path) -> None:
    """Without content/site.yaml there is no site, and one line says so."""
    outcome = _check(tmp_path)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "contains no site.yaml, name the folder that contains content/ with --root" in outcome.err


ODD = "content/postings/50%, a:b Kyïv.md"
ODD_LINE = (1, 1, "file name", "'50%, a:b Kyïv' is not a slug, rename the file using only a–z, 0–9 and -")
FILES = {ODD: POSTING, X: WRONG, Y: DRAFT}
FOUND = [
    (ODD, *ODD_LINE, "error"),
    (X, 2, 8, "title", "has 2 characters, write 3 to 150", "error"),
    (X, 4, 1, "county", "unknown key, did you mean country? It belongs under duty_stations", "error"),
    (Y, 1, 1, "opens", "is missing, write opens: or added: with a date such as 2026-03-31", "note"),
]


def _printed(root: Path, form: str) -> Any:
    outcome = _check(write_site(root, FILES), "--format", form)
    assert (outcome.code, outcome.err) == (1, "")
    return json.loads(outcome.out)


def test_json(tmp_path: Path) -> None:
    """`--format json` is a list of objects with every part of a problem by name."""
    keys = ("path", "line", "column", "key", "message", "level")
    assert _printed(tmp_path, "json") == [dict(zip(keys, found, strict=True)) | {"rule": "content"} for found in FOUND]


def test_github(tmp_path: Path) -> None:
    """`--format github` prints workflow commands that GitHub reads back as the same problems."""
    outcome = _check(write_site(tmp_path, FILES), "--format", "github")
    pattern = r"::(error|notice) file=([^,:]+),line=(\d+),col=(\d+),title=([^,:]+)::(.+)"
    matches = [re.fullmatch(pattern, line) for line in outcome.out.splitlines()]
    read = [[unquote(part) for part in match.groups()] for match in matches if match]
    levels = {"error": "error", "note": "notice"}
    assert (outcome.code, outcome.err) == (1, "")
    assert read == [
        [levels[level], path, str(line), str(column), key, f"{key}: {message}"]
        for path, line, column, key, message, level in FOUND
    ]


def test_gitlab(tmp_path: Path) -> None:
    """`--format gitlab` is a Code Quality report with one fingerprint per problem, the same in every run.

    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    report = _printed(tmp_path, "gitlab")
    validate(report, json.loads((DATA / "gitlab.json").read_text("utf-8")))
    found = [(one["location"]["path"], one["location"]["lines"]["begin"], one["description"]) for one in report]
    assert found == [(path, line, f"{key}: {message}") for path, line, _, key, message, _ in FOUND]
    assert len({one["fingerprint"] for one in report}) == len(FOUND)
    assert _printed(tmp_path, "gitlab") == report


PLACE: dict[str, Any] = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "properties": {
        "artifactLocation": {
            "required": ["uri"],
            # A relative reference of RFC 3986: all other characters are percent-encoded.
            "properties": {"uri": {"type": "string", "pattern": r"^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$"}},
        },
        "region": {
            "required": ["startLine", "startColumn"],
            "properties": {
                "startLine": {"type": "integer", "minimum": 1},
                "startColumn": {"type": "integer", "minimum": 1},
            },
        },
    },
}
SARIF: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"properties": {"driver": {"required": ["name", "rules"]}}, "required": ["driver"]},
                    "results": {
                        "items": {
                            "required": ["ruleId", "level", "message", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"required": ["text"]},
                                "locations": {"items": {"properties": {"physicalLocation": PLACE}}},
                            },
                        }
                    },
                },
            },
        },
    },
}


def test_sarif(tmp_path: Path) -> None:
    """`--format sarif` is a SARIF 2.1.0 log whose addresses are valid references to the files."""
    log = _printed(tmp_path, "sarif")
    validate(log, SARIF)
    (run,) = log["runs"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    found = [
        (
            unquote(place["artifactLocation"]["uri"]),
            place["region"]["startLine"],
            place["region"]["startColumn"],
            result["message"]["text"],
            result["level"],
        )
        for place, result in zip(places, run["results"], strict=True)
    ]
    assert found == [(*where, f"{key}: {message}", level) for *where, key, message, level in FOUND]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules


@pytest.mark.parametrize(("form", "empty"), [("json", []), ("gitlab", [])])
def test_a_report_of_nothing_is_a_report(form: str, empty: object, tmp_path: Path) -> None:
    """Programs get a complete document for a good site too."""
    outcome = _check(write_site(tmp_path, {}), "--format", form)
    assert (outcome.code, json.loads(outcome.out), outcome.err) == (0, empty, "")


def test_a_sarif_log_of_nothing_has_no_results(tmp_path: Path) -> None:
    """A good site still gives a complete log: without it, old alerts would stay open."""
    outcome = _check(write_site(tmp_path, {}), "--format", "sarif")
    log = json.loads(outcome.out)
    validate(log, SARIF)
    assert (outcome.code, log["runs"][0]["results"]) == (0, [])


# The first wrong case of each data file: test_problems.py tests all of them, and running commands is slow.
FIRST = {
    name.split(":")[0]: case
    for name, case in reversed(list(CASES.items()))
    if any(": note: " not in line for line in case.problems)
}


@pytest.mark.parametrize("case", FIRST.values(), ids=list(FIRST))
def test_check_and_build_agree(case: Case, tmp_path: Path) -> None:
    """Build prints and refuses exactly the errors that check finds, and an earlier build stays byte for byte."""
    root = write_site(tmp_path, {})
    assert command("build", "--root", root).code == 0
    earlier = _snapshot(root / "site")
    write_site(tmp_path, case.files)
    checked, refused = _check(root), command("build", "--root", root)
    errors = [line for line in checked.out.splitlines() if ": note: " not in line and ": warning: " not in line]
    assert (checked.code, refused.code, refused.out, refused.err.splitlines()) == (1, 1, "", errors)
    assert _snapshot(root / "site") == earlier


def test_build_on_a_wrong_site_leaves_the_earlier_one(tmp_path: Path) -> None:
    """A real site that was built before the mistake stays byte for byte as it was, including caches."""
    build = ("build", "--root", write_site(tmp_path, {X: POSTING}), "--now", "2026-05-10T12:00:00Z")
    assert command(*build).code == 0
    (tmp_path / X).write_text(WRONG, "utf-8")
    before = _snapshot(tmp_path)
    outcome = command(*build)
    assert (outcome.code, outcome.err.splitlines()) == (1, [f"{X}:{line}" for line in WRONG_LINES])
    assert _snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["check", "build"])
def test_the_program_itself_shows_no_traceback(name: str, root: Path, tmp_path: Path) -> None:
    """`python -m generator` exits with 1 and prints lines, whatever the terminal's encoding."""
    write_site(tmp_path, {X: WRONG, ODD: POSTING})
    done = subprocess.run(
        [sys.executable, "-m", "generator", name, "--root", str(tmp_path)],
        cwd=root,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stdout + done.stderr
    assert f"{X}:{WRONG_LINES[0]}".encode() in done.stdout + done.stderr
