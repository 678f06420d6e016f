"""The command `vacancy-digest events`."""

from datetime import datetime
from pathlib import Path

import click

from ..edition.wording import utc_text
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
        found = [
            {"id": one.id, "posting": one.posting, "kind": one.kind.value, "instant": utc_text(one.instant)}
            for one in events
        ]
        say(in_json(found))
        return
    for event in events:
        say(f"{utc_text(event.instant)}  {event.kind.value:<9}  {event.posting}{f'  {event.key}' if event.key else ''}")
