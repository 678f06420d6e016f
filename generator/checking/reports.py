"""Problems as text for people, and in the formats that other programs read."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from unicodedata import combining, east_asian_width
from urllib.parse import quote

from ..model.problems import Problem
from ..model.telling import in_github, in_github_property, in_json, in_markdown, in_sarif, visible
from .lint import LINT_RULES

_WIDTH = 100  # the number of characters of a line that are shown
_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def text(problems: Sequence[Problem]) -> str:
    """One line for each problem: `path:line:column: key: message`."""
    return "\n".join(map(str, problems))


def with_lines(problems: Sequence[Problem], line_at: Callable[[str, int], str | None]) -> str:
    """The same with the line of each problem below it, and its place underlined. `line_at` gives a file's line."""
    return "\n".join("\n".join([str(one), *_underlined(one, line_at(one.path, one.place.line))]) for one in problems)


def _underlined(problem: Problem, line: str | None) -> Iterator[str]:
    if line is None or not line.strip():
        return
    start = problem.place.column - 1
    # Only the part of a long line around the place.
    cut = max(0, start - _WIDTH // 2)
    part = "".join(char if char.isprintable() else "�" for char in line[cut : cut + _WIDTH])
    value = re.match(r"[^\s,\]}]+|$", line[start:])
    length = max(1, min(len(value[0]) if value else 1, len(part) - (start - cut)))
    # A margin, because a log obeys a line of a file that starts with a command, however far indented.
    yield f"  | {part}"
    yield f"  | {' ' * sum(map(_cells, line[cut:start]))}{'^' * length}"


def _cells(char: str) -> int:
    """How many columns of a terminal a character takes."""
    return 2 if east_asian_width(char) in "WF" else 0 if combining(char) else 1


def problems_as_json(problems: Sequence[Problem]) -> str:
    """Problems as a JSON array, for other programs."""
    found = [
        {
            "path": one.path,
            "line": one.place.line,
            "column": one.place.column,
            "key": one.key,
            "message": one.message,
            "level": one.level,
            "rule": one.rule,
            **({"instead": one.instead} if one.instead else {}),
        }
        for one in problems
    ]
    return in_json(found)


def github(problems: Sequence[Problem]) -> str:
    """Workflow commands, which GitHub shows as annotations of the files."""
    return "\n".join(map(_annotation, problems))


def _annotation(problem: Problem) -> str:
    level = "notice" if problem.level == "note" else problem.level
    place = f"file={in_github_property(problem.path)},line={problem.place.line},col={problem.place.column}"
    message = in_github(f"{problem.key}: {problem.message}")
    return f"::{level} {place},title={in_github_property(problem.key)}::{message}"


def markdown(problems: Sequence[Problem]) -> str:
    """A list for the summary of a job or a comment. What editors wrote is in code spans, where it is only text."""
    return "\n".join(f"- {in_markdown(str(one))}" for one in problems) or "No problems."


def gitlab(problems: Sequence[Problem]) -> str:
    """GitLab's Code Quality report."""
    found = [
        {
            "description": visible(f"{one.key}: {one.message}"),
            "check_name": f"vacancy-digest/{one.rule}",
            "fingerprint": blake2b(str(one).encode(), digest_size=16).hexdigest(),
            "severity": _SEVERITIES[one.level],
            "location": {"path": one.path, "lines": {"begin": one.place.line}},
        }
        for one in problems
    ]
    return in_json(found)


def sarif(problems: Sequence[Problem]) -> str:
    """SARIF 2.1.0."""
    results = [
        {
            "ruleId": one.rule,
            "level": one.level,
            "message": {"text": in_sarif(f"{one.key}: {one.message}")},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(one.path, errors="surrogateescape")},
                        "region": {"startLine": one.place.line, "startColumn": one.place.column},
                    }
                }
            ],
        }
        for one in problems
    ]
    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in LINT_RULES.items()]
    driver = {"name": "vacancy-digest", "rules": rules}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return in_json(document)


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "text": text,
    "json": problems_as_json,
    "github": github,
    "markdown": markdown,
    "gitlab": gitlab,
    "sarif": sarif,
}
