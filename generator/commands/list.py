"""The command `vacancy-digest list`."""

from datetime import datetime, timedelta
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
@click.option(
    "--stale",
    type=click.IntRange(1, 3650),
    is_flag=False,
    flag_value=14,
    metavar="DAYS",
    help="Only open roles whose source was not checked for that many days (default: 14), the oldest first.",
)
def command(*, root: Path, now: datetime, form: str, stale: int | None) -> None:
    """List roles by state, the most urgent first. Scheduled roles, which readers do not see yet, come last.

    Example: vacancy-digest list --now 2026-05-30T12:00:00Z
    """
    edition = edition_at(root, now)
    roles = sorted(edition.roles, key=lambda role: (_ORDER.get(role.state, 9), role.urgency))
    if stale:
        _say_stale([role for role in roles if role.state in _ORDER], now - timedelta(days=stale), form)
        return
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


def _say_stale(roles: list[Role], since: datetime, form: str) -> None:
    """The roles that were not confirmed since an instant."""
    stale = [role for role in roles if role.history.confirmed < since]
    stale.sort(key=lambda role: (role.history.confirmed, role.id))
    told = [(role, utc_text(role.history.confirmed)) for role in stale]
    if form == "json":
        say(in_json([{"id": role.id, "path": role.listing.path, "confirmed": when} for role, when in told]))
        return
    for role, when in told:
        say(f"{when} {role.slug}: {role.title}. Deadline: {standing_text(role.standing)}.")


def _closes(role: Role) -> dict[str, object]:
    if not role.deadline:
        return {"closes_written": role.standing.written} if role.standing.written else {}
    return {"closes": utc_text(role.deadline.instant), "stated": role.deadline.stated}
