"""The command `vacancy-digest list`."""

from datetime import datetime
from pathlib import Path

import click

from ..edition.edition import Role
from ..edition.wording import standing_text, utc_text
from ..model.model import State
from ..model.telling import in_json, say
from .options import edition_at, format_option, now_option, root_option

_ORDER = {state: number for number, state in enumerate((State.CLOSING, State.OPEN, State.UNCONFIRMED))}


@click.command("list")
@root_option
@now_option
@format_option
def command(root: Path, now: datetime, form: str) -> None:
    """List roles by state, the most urgent first. Scheduled roles, which readers do not see yet, come last.

    Example: vacancy-digest list --now 2026-05-30T12:00:00Z
    """
    edition = edition_at(root, now)
    roles = sorted(edition.roles, key=lambda role: (_ORDER.get(role.state, 9), role.urgency))
    if form == "json":
        found = [
            {"id": role.id, "path": role.listing.path, "state": role.state.value, **_closes(role)} for role in roles
        ]
        found += [{"id": one.id, "path": one.path, "state": "scheduled"} for one in edition.scheduled]
        say(in_json(found))
        return
    for role in roles:
        say(f"{role.state.value:<12} {role.slug}: {role.title}. Deadline: {standing_text(role.standing)}.")
    for one in edition.scheduled:
        say(f"{'scheduled':<12} {one.slug}: {one.title}. Opens: {utc_text(one.history.opened)}.")


def _closes(role: Role) -> dict[str, object]:
    if not role.deadline:
        return {"closes_written": role.standing.written} if role.standing.written else {}
    return {"closes": utc_text(role.deadline.instant), "stated": role.deadline.stated}
