"""The command `vacancy-digest build`."""

import json
import sys
import time
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from ..building.build import Listener, Options, Report, build
from ..building.site import Site
from ..edition.wording import instant_text, utc_text
from ..model.fields import read_base_url
from ..model.model import State
from ..model.telling import say
from ..work.profile import as_text, profile_as_json
from ..work.progress import progress_bar
from ..work.workers import Unavailable, cores
from .options import now_option, root_option, within_limits


def _base_url(_context: click.Context, _param: click.Parameter, value: str | None) -> str | None:
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
@click.option("--jobs", type=click.IntRange(1, 256), help="Number of processes (default: one for each core).")
@click.option("--executor", metavar="ADDRESS", help="Work on other machines: dask:tcp://host:8786.")
@click.option("--keep-going", is_flag=True, help="Leave bad postings out, publish the rest, exit 1.")
@click.option("--no-cache", is_flag=True, help="Build everything again, and remember nothing for the next build.")
@click.option("--no-search", is_flag=True, help="Make no index for full-text search. The index takes some seconds.")
@click.option("--allow-shrink", is_flag=True, help="Publish even if half of the postings or more would be removed.")
@click.option("--profile", is_flag=True, help="Show where the time went.")
@click.option("--report", type=click.Choice(["text", "json"]), default="text", help="What to print when done.")
def command(
    root: Path,
    out: Path | None,
    now: datetime,
    base_url: str | None,
    jobs: int | None,
    executor: str | None,
    keep_going: bool,
    no_cache: bool,
    no_search: bool,
    allow_shrink: bool,
    profile: bool,
    report: str,
) -> None:
    """Build the site.

    Example: vacancy-digest build --now 2026-05-30T12:00:00Z --out /tmp/site
    """
    root = root.resolve()
    options = Options(base_url, jobs or cores(), keep_going, not no_cache, executor, not no_search, allow_shrink)
    site = Site(root, out if out is not None else root / "site", now, options)
    within_limits(root, partial(_done, site, profile=profile, report=report))


def _done(site: Site, *, profile: bool, report: str) -> None:
    started = time.monotonic()
    try:
        done = build(site.root, site.out, site.now, site.options, Listener(partial(say, err=True), progress_bar))
    except Unavailable as error:
        raise click.UsageError(f"--executor: {error}") from None
    seconds = time.monotonic() - started
    for problem in (*done.problems, *(done.notes if report == "text" else ())):
        say(str(problem), err=True)
    if report == "json":
        times = {"profile": profile_as_json(done.tally)} if profile else {}
        say(json.dumps(_as_json(done, site.now, seconds) | times))
    else:
        say(_as_text(done, site.now, seconds, site.out) + (f"\n{as_text(done.tally)}" if profile else ""))
    sys.exit(1 if done.problems else 0)


def _as_json(report: Report, now: datetime, seconds: float) -> dict[str, object]:
    published = report.published
    return {
        "now": utc_text(now),
        "postings": len(report.edition.roles),
        "open": report.states[State.OPEN],
        "closing": report.states[State.CLOSING],
        "written": published.written,
        "unchanged": published.unchanged,
        "removed": published.removed,
        "seconds": round(seconds, 3),
    }


def _as_text(report: Report, now: datetime, seconds: float, out: Path) -> str:
    states = report.states
    roles = len(report.edition.roles)
    counts = f"{roles} posting{'s' * (roles != 1)}, {states[State.OPEN]} open, {states[State.CLOSING]} closing"
    done = report.published
    changed = f"{done.written} written, {done.unchanged} unchanged, {done.removed} removed"
    return f"{counts}, as of {instant_text(now)}.\n{out}: {changed}, in {seconds:.1f} s."
