"""The command `vacancy-digest refresh`."""

import os
from datetime import datetime
from pathlib import Path

import click

from ..gathering.committing import commit_report, ready_repository
from ..gathering.refreshing import HowToAsk, refresh
from ..model.sourcing import KIND_NEEDS
from ..model.telling import say
from .options import now_option, root_option


@click.command("refresh")
@click.option("--dry-run", is_flag=True, help="Tell what would be written, and write nothing.")
@click.option("--commit", is_flag=True, help="Commit what is written, one commit for each posting.")
@click.option("--allow-private", is_flag=True, help="Ask hosts in private networks too.")
@root_option
@now_option
def command(*, dry_run: bool, commit: bool, allow_private: bool, root: Path, now: datetime) -> None:
    """Ask the sources of content/sources.yaml and of every open posting, and propose what changed there.

    New vacancies become drafts. A deadline that was moved, a role that is over and another title, grade or place are
    written into the posting, for an editor to accept or to undo. All others are marked as checked. Nothing is
    published by this. What was seen, and what an editor declined, is remembered in content/sources.lock.yaml. The
    summary is in Markdown, for a pull request.

    Example: vacancy-digest refresh --dry-run
    """
    root = root.resolve()
    repository = ready_repository(root) if commit and not dry_run else None
    names = {name for needs in KIND_NEEDS.values() for name in needs.secrets}
    secrets = {name: value for name in names if (value := os.environ.get(name))}
    report = refresh(root, now, HowToAsk(private=allow_private, secrets=secrets), writes=not dry_run)
    if repository:
        commit_report(root, repository, report, now)
    for one in (*report.silent, *report.unread):
        say(f"warning: {one}", err=True)
    say(report.markdown())
