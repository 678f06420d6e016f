"""The command `vacancy-digest events`."""

from datetime import datetime
from pathlib import Path

import click

from ..edition.wording import utc_text
from ..feeds.exports import event_data
from ..model.telling import in_json, say
from .options import edition_at, format_option, now_option, root_option


@click.command("events")
@root_option
@now_option
@format_option
def command(root: Path, now: datetime, form: str) -> None:
    """List what happened up to now, newest first, each event once.

    Example: vacancy-digest events --now 2026-05-30T12:00:00Z
    """
    events = edition_at(root, now).events
    if form == "json":
        say(in_json([event_data(event) for event in events]))
        return
    for event in events:
        say(f"{utc_text(event.instant)}  {event.kind.value:<9}  {event.posting}{f'  {event.key}' if event.key else ''}")
