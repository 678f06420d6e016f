"""`vacancy-digest build`"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

import click

from ..build import Options, Report, build
from ..fields import read_base_url
from ..model import State
from ..progress import on_terminal
from ..views import utc_text
from ..wording import instant_text
from .options import now_option, root_option


def _base_url(context: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return read_base_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("build")
@root_option
@click.option("--out", type=click.Path(path_type=Path), help="The folder to make the site in (default: ROOT/site).")
@now_option
@click.option("--base-url", callback=_base_url, help="Publish under this address instead of the one in site.yaml.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, help="Processes that render (default: 1).")
@click.option("--keep-going", is_flag=True, help="Leave bad postings out, publish the rest, exit 1.")
@click.option("--no-cache", is_flag=True, help="Remember nothing between builds. No build does so yet.")
@click.option("--report", type=click.Choice(["text", "json"]), default="text", help="What to print when done.")
def command(
    root: Path,
    out: Path | None,
    now: datetime,
    base_url: str | None,
    jobs: int,
    keep_going: bool,
    no_cache: bool,
    report: str,
) -> None:
    """Build the site.

    Example: vacancy-digest build --now 2026-05-30T12:00:00Z --out /tmp/site
    """
    started = time.monotonic()
    root = root.resolve()
    target = out if out is not None else root / "site"
    done = build(root, target, now, Options(base_url, jobs, keep_going), on_terminal)
    seconds = time.monotonic() - started
    for problem in (*done.problems, *(done.notes if report == "text" else ())):
        click.echo(str(problem), err=True)
    click.echo(_as_json(done, now, seconds) if report == "json" else _as_text(done, now, seconds, target))
    sys.exit(1 if done.problems else 0)


def _as_json(report: Report, now: datetime, seconds: float) -> str:
    published = report.published
    return json.dumps(
        {
            "now": utc_text(now),
            "postings": len(report.edition.roles),
            "open": report.states[State.OPEN],
            "closing": report.states[State.CLOSING],
            "written": published.written,
            "unchanged": published.unchanged,
            "removed": published.removed,
            "seconds": round(seconds, 3),
        }
    )


def _as_text(report: Report, now: datetime, seconds: float, out: Path) -> str:
    states = report.states
    roles = len(report.edition.roles)
    counts = f"{roles} posting{'s' * (roles != 1)}, {states[State.OPEN]} open, {states[State.CLOSING]} closing"
    done = report.published
    changed = f"{done.written} written, {done.unchanged} unchanged, {done.removed} removed"
    return f"{counts}, as of {instant_text(now)}.\n{out}: {changed}, in {seconds:.1f} s."
