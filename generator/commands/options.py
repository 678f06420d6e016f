"""Options that several commands share."""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from ..editing.desk import Desk
from ..editing.edits import FrontMatter
from ..edition.edition import Edition
from ..model.clock import read_now
from ..model.content import Content
from ..model.problems import ContentError
from ..model.schema import Posting
from ..model.telling import say
from ..reading.folder import load
from ..reading.templates import brings_templates


def the_clock() -> datetime:
    """SOURCE_DATE_EPOCH, otherwise the clock. Raises click.UsageError."""
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
    help="The folder that contains content/ (default: the current folder).",
)
now_option = click.option(
    "--now",
    callback=_instant,
    metavar="INSTANT",
    help="The instant to build for, such as 2026-05-30T12:00:00Z (default: SOURCE_DATE_EPOCH, otherwise now).",
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print (default: text)."
)


def _asked(context: click.Context, param: click.Parameter, value: str | None) -> str:
    """An argument that a command asks for on a terminal if it is missing."""
    if value is None and not is_interactive():
        raise click.MissingParameter(ctx=context, param=param)
    return value if value is not None else str(click.prompt(param.human_readable_name))


def is_interactive() -> bool:
    """Whether the command runs on a terminal, where a person can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def asked_argument(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An argument that a command needs."""
    return click.argument(name, metavar=name.upper(), required=False, callback=_asked)


posting_argument = asked_argument("posting")


def edit(root: Path, posting: str, change: Callable[[FrontMatter, Posting], None]) -> None:
    """Changes a posting, found by its slug, id or path, and says where it is."""
    desk = Desk.of(root.resolve())
    path = desk.edit(posting, change)
    say(f"Changed {path.relative_to(desk.root)}.")


def edition_at(root: Path, now: datetime) -> Edition:
    """The edition of a folder at an instant. Raises ContentError with every problem."""
    loaded = load(root.resolve())
    content: Content | None = loaded.content
    if content is None or loaded.problems:
        raise ContentError(loaded.problems)
    return Edition(content, now)


def within_limits(root: Path, work: Callable[[], object], *, templates: bool = False) -> None:
    """Runs the work of a command, in a process with limits of time and memory if the site has templates of its own or
    the caller knows of `templates`. Raises limits.Exceeded.
    """
    if not templates and not brings_templates(root):
        work()
        return
    from ..cli import exit_code_of
    from ..work.limits import bounded, limits_for

    sys.exit(bounded(partial(exit_code_of, work), limits_for(root / "content")))
