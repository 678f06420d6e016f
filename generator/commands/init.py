"""The command `vacancy-digest init`."""

from datetime import datetime
from pathlib import Path

import click

from ..editing.provenance import REQUIREMENTS, Provenance, given, known
from ..editing.starter import start
from ..model.fields import read_base_url
from ..model.telling import say
from .options import now_option


def _address(context: click.Context, param: click.Parameter, value: str) -> str:
    try:
        return read_base_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, param) from None


def _source(context: click.Context, param: click.Parameter, value: str | None) -> Provenance | None:
    try:
        return given(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error), context, param) from None


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default="My vacancy digest", help="What the site is called.")
@click.option(
    "--base-url", default="https://digest.example.org/", callback=_address, help="The address at which it will stand."
)
@click.option(
    "--generator",
    metavar="SOURCE",
    callback=_source,
    help="Where workflows install vacancy-digest from: git+https://HOST/REPOSITORY@COMMIT, the file of a wheel, or "
    "https://HOST/WHEEL#sha256=HASH (default: where this program was installed from).",
)
@now_option
def command(folder: Path, title: str, base_url: str, generator: Provenance | None, now: datetime) -> None:
    """Write a new site into DIR: a dozen invented roles dated around today, settings for editors' tools, workflows.

    It builds at once. Nothing is asked and nothing is fetched.

    Example: vacancy-digest init my-digest --title "Nursing posts" --base-url https://posts.example.org/
    """
    origin = generator or known()
    written, left = start(folder.resolve(), title, base_url, now, origin)
    for path in left:
        say(f"{path} was there already and stays as it is.")
    say(_told(origin, asked=generator is not None, kept=REQUIREMENTS in left))
    say(f"{len(written)} files are written. Next: vacancy-digest serve --root {folder}")


def _told(origin: Provenance, *, asked: bool, kept: bool) -> str:
    """What workflows will install, how that is known, and where it can be changed."""
    if not origin.requirement:
        return (
            f"{REQUIREMENTS} names no source of the generator, so workflows will fail: {origin.told}. "
            "Name one with --generator, or write it there."
        )
    how = "as asked" if asked else "as this program was"
    if kept:
        return f"Workflows install from {REQUIREMENTS}, so write there: {origin.requirement}"
    return f"Workflows install the generator from {origin.told}, {how}; {REQUIREMENTS} is the one place that says so."
