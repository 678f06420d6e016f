"""Templates of a site tried out: a few pages of each kind are filled in, so that a fault is reported before a build."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from ..edition.edition import Edition, Role
from ..edition.stated import stated
from ..feeds.entries import EntrySubject, entry_of
from ..model.content import Content
from ..model.model import Event
from ..model.problems import ContentError, Problem
from ..pages.pages import PostingSubject
from ..reading.intake import whole
from ..reading.templates import Templates
from .artifacts import TemplateView
from .plan import plan
from .tasks import Workshop, make_pages

_TRIED = 5  # pages of each kind


def faults_of(root: Path, content: Content, templates: Templates, now: datetime) -> list[Problem]:
    """Errors of the site's templates in pages and feed entries. Postings of each state are
    a kind of their own.
    """
    if not templates.sandboxed:
        return []
    edition = Edition(content, now)
    workshop = Workshop(content.surroundings(), templates, root, None)
    found: dict[Problem, None] = {}
    for attempt in _attempts(edition, workshop):
        try:
            attempt()
        except ContentError as error:
            found |= dict.fromkeys(error.problems)
    return list(found)


def _attempts(edition: Edition, workshop: Workshop) -> Iterator[Callable[[], object]]:
    tried: Counter[str] = Counter()
    for one in plan(edition, workshop.templates):
        if isinstance(view := one.view, TemplateView):
            kind = view.role.state.value if isinstance(view, PostingSubject) else type(view).__name__
            tried[kind] += 1
            if tried[kind] <= _TRIED:
                yield partial(make_pages, workshop, [(one.path, view, None)])
    for event in edition.events[:_TRIED]:
        yield partial(_make_entry, workshop, event, edition.role_by_id[event.posting])


def _make_entry(workshop: Workshop, event: Event, role: Role) -> None:
    file = whole(workshop.root, role.listing, workshop.content)
    facts = stated(file.posting, file.prose)
    workshop.renderer.entry(entry_of(EntrySubject(event, role, facts), workshop.content))
