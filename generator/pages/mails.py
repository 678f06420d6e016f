"""A week of the digest as the plain text of an e-mail."""

import textwrap
from collections.abc import Callable, Iterator

from ..edition.edition import Role
from ..edition.routes import FeedsPage, Home, Links
from ..model.schema import Settings
from .views import Row, WeekView, deadline_told

_WIDTH = 72  # characters: every mail program shows and quotes this without breaking lines again


def week_text(view: WeekView, brief: Callable[[Role], Row], settings: Settings, links: Links) -> str:
    """The e-mail: paragraphs of at most 72 characters a line, each address on a line of its own."""
    so_far = ", so far" if view.running else ""
    parts = [f"{view.head.title}\n{'=' * len(view.head.title)}"]
    parts.append(_filled(f"{settings.title}: what happened from {view.days}{so_far}."))
    for title, found in view.parts:
        parts.append(f"{title}\n{'-' * len(title)}")
        parts += ["\n".join(_lines(brief(role), deadline_told(event, role, settings), links)) for event, role in found]
    parts.append(f"All open roles:\n{links.absolute(Home())}")
    parts.append(f"This week on the web:\n{links.absolute(view.head.page)}")
    parts.append(f"Feeds and calendars:\n{links.absolute(FeedsPage())}")
    parts.append(_filled(f"Edited by {settings.editor.name}, {settings.editor.email}."))
    if settings.disclaimer:
        parts.append(_filled(settings.disclaimer))
    return "\n\n".join(parts) + "\n"


def _lines(row: Row, deadline: str, links: Links) -> Iterator[str]:
    yield _line(row.title)
    if row.organisation:
        yield _line(", ".join(filter(None, (row.organisation.label, row.place, row.grade.label if row.grade else ""))))
    if deadline:
        yield _line(deadline)
    yield links.absolute(row.page)


def _line(text: str) -> str:
    # Continuation lines are indented, so that no part of a title looks like a deadline or an address of ours.
    return _filled(text, "  ")


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
