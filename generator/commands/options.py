"""Options that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..clock import read_now
from ..content import Content, load
from ..edition import Edition
from ..problems import ContentError


class Instant(click.ParamType):
    """An instant with offset, such as 2026-05-30T12:00:00Z."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return read_now(value)
        except ValueError as error:
            self.fail(str(error), param, context)


def the_clock() -> datetime:
    """SOURCE_DATE_EPOCH, else the clock. Raises click.UsageError."""
    try:
        return read_now(None)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder that holds content/ (default: here).",
)
now_option = click.option(
    "--now",
    type=Instant(),
    default=the_clock,
    show_default=False,
    help="The instant to build for, such as 2026-05-30T12:00:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print (default: text)."
)


def edition_at(root: Path, now: datetime) -> Edition:
    """The edition of a folder at an instant. Raises ContentError with every problem."""
    loaded = load(root.resolve())
    content: Content | None = loaded.content
    if content is None or loaded.problems:
        raise ContentError(loaded.problems)
    return Edition(content, now)
