"""The command `vacancy-digest diff`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from ..checking.moves import Move
from ..checking.past import brought_templates
from ..edition.wording import utc_text
from ..model.telling import in_json, in_markdown, say
from ..reading.repository import NoSuchRevision
from ..serving.changes import Changes, NeverPublished, RoleEvent, changes_since
from .options import now_option, root_option, within_limits

_SHOWN = 20  # paths; if there are more, their number is shown


@click.command("diff")
@click.argument("revision", metavar="REV", default="HEAD")
@root_option
@now_option
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
def command(revision: str, root: Path, now: datetime, form: str) -> None:
    """Show what the files as they are now would publish, compared with a git revision (default: HEAD).

    Lists the events that followers would receive, and the pages, feeds and calendars that change. Both versions are
    built for the same instant, so the passing of time makes no difference.

    Example: vacancy-digest diff main --format markdown
    """
    root = root.resolve()
    try:
        templates = brought_templates(root, revision)
    except NoSuchRevision as error:
        raise click.UsageError(f"{revision}: {error}") from None
    within_limits(root, partial(_done, root, revision, now, form), templates=templates)


def _done(root: Path, revision: str, now: datetime, form: str) -> None:
    try:
        found = changes_since(root, revision, now)
    except (NoSuchRevision, NeverPublished) as error:
        raise click.UsageError(f"{revision}: {error}") from None
    say({"text": _text, "json": _json, "markdown": _markdown}[form](found))


def _text(found: Changes) -> str:
    lines = [*_section("Followers would receive:", map(_line, found.told))]
    lines += _section("Followers have received, but it is gone (see check):", map(_line, found.taken_back))
    lines += _section("Opens later:", (f"{one.slug}: {one.title}" for one in found.scheduled))
    title = f"Deadlines that move because of another rule or place: {len(found.moved)}"
    lines += _section(title, _few(map(_move, found.moved)))
    lines += _section(f"Pages that change: {len(found.pages)}", _some(found.pages))
    lines += _section(f"Feeds, calendars and data that change: {len(found.followed)}", _some(found.followed))
    lines += _section("Gone:", _some(list(found.gone)))
    return "\n".join(lines) or "Nothing changes."


def _section(title: str, items: Iterator[str] | list[str]) -> Iterator[str]:
    found = list(items)
    if found:
        yield title
        yield from (f"  {item}" for item in found)


def _line(told: RoleEvent) -> str:
    return f"{told.event.kind.value:<10} {told.slug}: {told.title} ({utc_text(told.event.instant)})"


def _some(paths: list[str]) -> list[str]:
    return _few(f"/{path.removesuffix('index.html')}" for path in paths)


def _move(move: Move) -> str:
    return f"{move.listing.slug}: {move}"


def _few(items: Iterable[str]) -> list[str]:
    found = list(items)
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return [*found[:_SHOWN], *more]


def _json(found: Changes) -> str:
    def events(told: tuple[RoleEvent, ...]) -> list[dict[str, str]]:
        return [
            {
                "id": one.event.id,
                "kind": one.event.kind.value,
                "posting": one.slug,
                "instant": utc_text(one.event.instant),
            }
            for one in told
        ]

    return in_json(
        {
            "told": events(found.told),
            "taken_back": events(found.taken_back),
            "scheduled": [one.slug for one in found.scheduled],
            "moved": [
                {
                    "posting": move.listing.slug,
                    "closes": move.written,
                    "before": utc_text(move.before),
                    "after": utc_text(move.after),
                    "seconds": int((move.after - move.before).total_seconds()),
                }
                for move in found.moved
            ],
            "new": found.new,
            "changed": found.changed,
            "gone": found.gone,
        }
    )


def _item(told: RoleEvent) -> str:
    return f"- {told.event.kind.value}: {in_markdown(told.title)} ({utc_text(told.event.instant)})"


def _markdown(found: Changes) -> str:
    """For a comment on a pull request. What editors wrote is in code spans, where it is only text."""
    parts = []
    for title, told in (("Followers would receive", found.told), ("Received before, but gone now", found.taken_back)):
        if told:
            parts.append("\n".join([f"**{title}**", "", *map(_item, told)]))
    if found.scheduled:
        parts.append("\n".join(["**Opens later**", "", *(f"- {in_markdown(one.title)}" for one in found.scheduled)]))
    if found.moved:
        rows = (f"- {in_markdown(move.listing.slug)}: {move}" for move in found.moved)
        parts.append("\n".join(["**Deadlines that move because of another rule or place**", "", *_few(rows)]))
    for title, paths in (
        ("Pages", found.pages),
        ("Feeds, calendars and data", found.followed),
        ("Gone", list(found.gone)),
    ):
        if paths:
            items = (f"- {in_markdown(one)}" for one in _some(paths))
            summary = f"<summary>{title}: {len(paths)}</summary>"
            parts.append("\n".join(["<details>", summary, "", *items, "", "</details>"]))
    return "\n\n".join(parts) or "Readers would see no change."
