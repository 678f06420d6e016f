"""Texts written by strangers, made safe to print for people and CI: one function for each kind of output.

A name or a title must never end a line, move a cursor, close a code span, or act as a command in a job's log.
"""

import json
import re

import click

from .characters import hidden

_BREAK = re.compile(r"[\n\r\t]")
# GitHub and Azure obey `##[command]` and `##vso[command]` anywhere in a line, and `::command::` at its start:
# https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
_COMMAND = re.compile(r"(?P<before>##\w*)\[|(?P<start>^\s*):(?=:)")


def say(text: str, *, err: bool = False, obeyed: bool = False) -> None:
    """Prints lines to the terminal or a job's log; commands that should be `obeyed` there stay as they are."""
    click.echo(text if obeyed else in_lines(text), err=err)


def in_lines(text: str) -> str:
    """Several lines, each made visible."""
    return "\n".join(map(visible, text.split("\n")))


def visible(text: str) -> str:
    """A text for a terminal or a log: on one line, invisible characters written out, and commands disarmed."""
    wrong = {place for place, _ in hidden(text)} | {match.start() for match in _BREAK.finditer(text)}
    if wrong:
        text = "".join(_written_out(char) if place in wrong else char for place, char in enumerate(text))
    return _COMMAND.sub(_harmless, text)


def _written_out(char: str) -> str:
    return char.encode("unicode_escape").decode()


def _harmless(command: re.Match[str]) -> str:
    return f"{command['before']}\\u005b" if command["before"] else f"{command['start']}\\u003a"


def in_markdown(text: str) -> str:
    """A code span: links, mentions, images and HTML do nothing. Not for tables, where a | divides even code."""
    shown = visible(text)
    marks = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = "" if shown and shown.strip("` ") == shown else " "
    return f"{marks}{pad}{shown}{pad}{marks}"


def in_github(text: str) -> str:
    """The message of a workflow command.

    https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    return visible(text).replace("%", "%25")


def in_github_property(text: str) -> str:
    """A property of a workflow command, such as `file`."""
    return in_github(text).replace(":", "%3A").replace(",", "%2C")


def in_sarif(text: str) -> str:
    """A message of plain text, in which SARIF reads links and placeholders (2.1.0, 3.11.5 and 3.11.6)."""
    return visible(text).replace("](", "\\](").replace("{", "{{").replace("}", "}}")


def in_json(value: object) -> str:
    """A value as ASCII JSON without commands for a terminal or a log; reading it gives the same texts again."""
    return _COMMAND.sub(_harmless, json.dumps(value, indent=1))
