"""The command `vacancy-digest fill`."""

from datetime import datetime
from pathlib import Path

import click

from ..editing.desk import ended
from .options import edit, now_option, posting_argument, root_option


@click.command("fill")
@posting_argument
@root_option
@now_option
def command(posting: str, root: Path, now: datetime) -> None:
    """Record that a role has just been filled. Its page stays, and is marked.

    Example: vacancy-digest fill field-security-officer-kinshasa
    """
    edit(root, posting, ended("filled", now))
