"""The command `vacancy-digest extend`."""

from datetime import datetime
from pathlib import Path

import click

from ..editing.desk import extended
from .options import asked_argument, edit, now_option, posting_argument, root_option


@click.command("extend")
@posting_argument
@asked_argument("closes")
@click.option("--reason", help="Why the deadline was moved, in one sentence.")
@root_option
@now_option
def command(posting: str, closes: str, reason: str | None, root: Path, now: datetime) -> None:
    """Move a posting's deadline to CLOSES: a date, a date-time with offset, or until-filled.

    Writes the new deadline, and records under deadline_changes when it was moved and what it was before
    (not-stated if the notice named none). The new deadline may be earlier.

    Example: vacancy-digest extend field-security-officer-kinshasa 2026-06-24 --reason "Too few applications."
    """
    edit(root, posting, extended(closes, now, reason))
