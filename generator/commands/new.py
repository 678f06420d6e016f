"""The command `vacancy-digest new posting`."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from ..editing.desk import Desk, free_slug, moment, posting_text
from ..editing.edits import Written
from ..model.problems import did_you_mean
from ..model.telling import say
from .options import is_interactive, now_option, root_option


@click.group("new")
def command() -> None:
    """Write a new file of content.

    Example: vacancy-digest new posting --title "Security Officer" --organisation iom
    """


@command.command("posting")
@click.option("--title", help="The title of the role in the notice.")
@click.option("--organisation", metavar="KEY", help="The name of a file in content/organisations/, without .md.")
@click.option("--country", metavar="CC", help="The country of the duty station: two letters, such as CD.")
@click.option("--city", help="The city of the duty station.")
@click.option("--grade", help="The grade, such as P-3.")
@click.option("--category", help="The category, such as professional.")
@click.option("--contract", metavar="TYPE", help="The contract type, such as fixed-term.")
@click.option("--opens", metavar="WHEN", help="When the role opens: a date, or a date-time with offset.")
@click.option("--closes", metavar="WHEN", help="The deadline: a date, a date-time with offset, or until-filled.")
@click.option("--reference", help="The notice's own number.")
@click.option("--apply", metavar="ADDRESS", help="Where to apply.")
@click.option("--source-name", metavar="NAME", help="The name of the site where you saw the notice.")
@click.option("--source-url", metavar="ADDRESS", help="The address of the notice there.")
@click.option("--summary", help="A summary in one sentence.")
@click.option("--slug", help="The file's name (default: from title and city).")
@click.option("--draft", is_flag=True, help="Do not publish it yet.")
@root_option
@now_option
def posting(root: Path, now: datetime, slug: str | None, draft: bool, **given: str | None) -> None:
    """Write a posting. Anything that you do not give is left out, as if the notice did not state it.

    On a terminal, the command asks for a missing title, organisation or deadline.

    Example: vacancy-digest new posting --title "Security Officer" --organisation iom --country CD --closes 2026-06-24
    """
    desk = Desk.of(root.resolve())
    given = _asked(given, sorted(desk.organisations)) if is_interactive() else given
    if not given["title"] or not given["organisation"]:
        missing = " and ".join(f"--{key}" for key in ("title", "organisation") if not given[key])
        raise click.UsageError(f"{missing} must be given")
    words = (given["title"], given["city"] or "")
    path = desk.create(slug or free_slug(words, desk.taken), posting_text(_values(given, now, draft=draft), ""))
    say(f"Wrote {path.relative_to(desk.root)}. Next, write the text below the second ---, in your own words.")


def _asked(given: Mapping[str, str | None], organisations: list[str]) -> dict[str, str | None]:
    """The given values; asks for the most important ones if they are missing."""
    found = dict(given)
    found["title"] = found["title"] or click.prompt("Title")
    while not found["organisation"]:
        answer = click.prompt(f"Organisation ({', '.join(organisations[:8])})")
        if answer in organisations:
            found["organisation"] = answer
        else:
            say(f"{answer} has no file in content/organisations, {did_you_mean(answer, organisations)}")
    found["closes"] = found["closes"] or click.prompt("Deadline, such as 2026-06-24 (empty: not stated)", default="")
    return found


def _values(given: Mapping[str, str | None], now: datetime, *, draft: bool) -> dict[str, Written]:
    """Front matter in the order of the schema, without what is not stated."""
    station = {key: value for key in ("city", "country") if (value := given[key])}
    source = {key: value for key in ("name", "url") if (value := given[f"source_{key}"])}
    found: dict[str, Written | None] = {
        "title": given["title"],
        "organisation": given["organisation"],
        "reference": given["reference"],
        "duty_stations": [station] if station else None,
        "grade": given["grade"],
        "category": given["category"],
        "contract": {"type": given["contract"]} if given["contract"] else None,
        "opens": given["opens"],
        "added": moment(now),
        "closes": given["closes"],
        "draft": draft or None,
        "apply": given["apply"],
        "source": source or None,
        "summary": given["summary"],
    }
    return {key: value for key, value in found.items() if value}
