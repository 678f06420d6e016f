"""Options that several commands share."""

from datetime import datetime
from pathlib import Path

import click

from ..clock import read_now
from ..content import Content
from ..edition import Edition
from ..folder import load
from ..problems import ContentError


def the_clock() -> datetime:
    """SOURCE_DATE_EPOCH, else the clock. Raises click.UsageError."""
    return _instant(None, None, None)


def _instant(context: click.Context | None, param: click.Parameter | None, value: str | None) -> datetime:
    try:
        return read_now(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, param) from None


root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder that holds content/ (default: here).",
)
now_option = click.option(
    "--now",
    callback=_instant,
    metavar="INSTANT",
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
