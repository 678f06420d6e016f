"""The command `vacancy-digest next`."""

from datetime import datetime
from pathlib import Path

import click

from ..edition.wording import utc_text
from ..model.telling import in_json, say
from .options import edition_at, format_option, now_option, root_option


@click.command("next")
@root_option
@now_option
@click.option("--limit", type=click.IntRange(1), default=10, help="Show at most this many lines (default: 10).")
@format_option
def command(root: Path, now: datetime, limit: int, form: str) -> None:
    """List when the passing of time alone will change the site, the next instant first.

    Example, to find out when to build again: vacancy-digest next --limit 1
    """
    changes = edition_at(root, now).next_changes()[:limit]
    if form == "json":
        found = [
            {"instant": utc_text(instant), "change": change, "subject": subject} for instant, change, subject in changes
        ]
        say(in_json(found))
        return
    for instant, change, subject in changes:
        say(f"{utc_text(instant)}  {change:<11}  {subject}")
    if not changes:
        say("The passing of time alone will change nothing.")
