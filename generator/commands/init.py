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
@click.option("--title", default="My vacancy digest", help="The title of the site.")
@click.option(
    "--base-url", default="https://digest.example.org/", callback=_address, help="The address of the published site."
)
@click.option(
    "--generator",
    metavar="SOURCE",
    callback=_source,
    help="Where workflows install vacancy-digest from: git+https://HOST/REPOSITORY@COMMIT, a wheel file, or "
    "https://HOST/WHEEL#sha256=HASH (default: where this program was installed from).",
)
@now_option
def command(folder: Path, title: str, base_url: str, generator: Provenance | None, now: datetime) -> None:
    """Write a new site into DIR: a dozen invented roles dated around today, settings for editors' tools, workflows.

    The site builds as it is. The command asks no questions and fetches nothing.

    Example: vacancy-digest init my-digest --title "Nursing posts" --base-url https://posts.example.org/
    """
    origin = generator or known()
    written, left = start(folder.resolve(), title, base_url, now, origin)
    for path in left:
        say(f"{path} already exists and was not changed.")
    say(_told(origin, asked=generator is not None, kept=REQUIREMENTS in left))
    say(f"Wrote {len(written)} files. Next: vacancy-digest serve --root {folder}")


def _told(origin: Provenance, *, asked: bool, kept: bool) -> str:
    """What workflows will install, how this program knows it, and where to change it."""
    if not origin.requirement:
        return (
            f"{REQUIREMENTS} names no source of the generator, so workflows will fail: {origin.told}. "
            "Name one with --generator, or write it into that file."
        )
    how = "as asked" if asked else "as this program was"
    if kept:
        return f"Workflows install from {REQUIREMENTS}, so write into it: {origin.requirement}"
    return f"Workflows install the generator from {origin.told}, {how}. To change that, edit {REQUIREMENTS}."
