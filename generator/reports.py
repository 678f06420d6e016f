"""Problems as text for people, and in the forms that other programs read."""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from urllib.parse import quote

from .problems import Problem


def text(problems: Sequence[Problem]) -> str:
    """One line a problem: `path:line:column: key: message`."""
    return "\n".join(map(str, problems))


def as_json(problems: Sequence[Problem]) -> str:
    found = [
        {
            "path": one.path,
            "line": one.place.line,
            "column": one.place.column,
            "key": one.key,
            "message": one.message,
            "level": one.level,
        }
        for one in problems
    ]
    return json.dumps(found, ensure_ascii=False, indent=1)


def github(problems: Sequence[Problem]) -> str:
    """Workflow commands, which GitHub shows as annotations of the files."""
    return "\n".join(map(_annotation, problems))


def _annotation(problem: Problem) -> str:
    level = "error" if problem.level == "error" else "notice"
    place = f"file={_property(problem.path)},line={problem.place.line},col={problem.place.column}"
    return f"::{level} {place},title={_property(problem.key)}::{_data(f'{problem.key}: {problem.message}')}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def gitlab(problems: Sequence[Problem]) -> str:
    """GitLab's Code Quality report."""
    found = [
        {
            "description": f"{one.key}: {one.message}",
            "check_name": "vacancy-digest",
            "fingerprint": blake2b(str(one).encode(), digest_size=16).hexdigest(),
            "severity": "major" if one.level == "error" else "info",
            "location": {"path": one.path, "lines": {"begin": one.place.line}},
        }
        for one in problems
    ]
    return json.dumps(found, ensure_ascii=False, indent=1)


def sarif(problems: Sequence[Problem]) -> str:
    """SARIF 2.1.0."""
    results = [
        {
            "ruleId": "content",
            "level": one.level,
            "message": {"text": f"{one.key}: {one.message}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(one.path)},
                        "region": {"startLine": one.place.line, "startColumn": one.place.column},
                    }
                }
            ],
        }
        for one in problems
    ]
    driver = {
        "name": "vacancy-digest",
        "rules": [{"id": "content", "shortDescription": {"text": "Content of the digest"}}],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
}
