"""The command `vacancy-digest withdraw`."""

from datetime import datetime
from pathlib import Path

import click

from ..editing.desk import ended
from .options import edit, now_option, posting_argument, root_option


@click.command("withdraw")
@posting_argument
@click.option(
    "--takedown", is_flag=True, help="Replace the page with a short note: it should never have been published."
)
@root_option
@now_option
def command(posting: str, takedown: bool, root: Path, now: datetime) -> None:
    """Record that a role has just been withdrawn. Its page stays, and is marked.

    Example: vacancy-digest withdraw field-security-officer-kinshasa
    """
    edit(root, posting, ended("withdrawn", now, takedown=takedown))
