"""`vacancy-digest init`"""

from datetime import datetime
from pathlib import Path

import click

from ..fields import read_base_url
from ..folder import built_in_words
from ..starter import start
from ..telling import say
from .options import now_option


def _address(context: click.Context, param: click.Parameter, value: str) -> str:
    try:
        return read_base_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, param) from None


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default="My vacancy digest", help="What the site is called.")
@click.option(
    "--base-url", default="https://digest.example.org/", callback=_address, help="The address at which it will stand."
)
@now_option
def command(folder: Path, title: str, base_url: str, now: datetime) -> None:
    """Write a new site into DIR: a dozen invented roles dated around today, settings for editors' tools, workflows.

    It builds at once. Nothing is asked and nothing is fetched.

    Example: vacancy-digest init my-digest --title "Nursing posts" --base-url https://posts.example.org/
    """
    written, left = start(folder.resolve(), title, base_url, now, built_in_words())
    for path in left:
        say(f"{path} was there already and stays as it is.")
    say(f"{len(written)} files are written. Next: vacancy-digest serve --root {folder}")
