"""The tasks of a build's workers: pages of a site, and the entries and deadlines that occur in many files."""

from functools import cached_property
from pathlib import Path

from ..edition.edition import Role
from ..feeds import calendars
from ..feeds.entries import EntrySubject, entry_of
from ..model.content import Content
from ..model.model import Kind
from ..pages.pages import PostingSubject
from ..publishing.publish import Aside, write_aside
from ..reading.intake import whole
from ..reading.templates import Templates
from ..work import tally
from ..work.tally import timed
from .artifacts import TemplateView
from .renderer import Renderer


class Workshop:
    """What workers need to make pieces of a site: the surroundings and the templates. Pickled without its renderer.

    `root` holds the content, `aside` is the folder for files being written; None for workers that see neither.
    """

    def __init__(self, content: Content, templates: Templates, root: Path, aside: Path | None) -> None:
        self.content, self.templates, self.root, self.aside = content, templates, root, aside

    def __reduce__(self) -> tuple[type["Workshop"], tuple[Content, Templates, Path, Path | None]]:
        return Workshop, (self.content, self.templates, self.root, self.aside)

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer, made at first use in each process."""
        return Renderer(self.content, self.templates)

    def delivered(self, path: str, content: bytes) -> bytes | Aside:
        """A file that is done, put aside where that is possible."""
        return write_aside(self.aside, path, content) if self.aside else content


def make_pages(
    workshop: Workshop, chunk: list[tuple[str, TemplateView, bytes | None]]
) -> list[tuple[str, bytes | Aside]]:
    """A task for workers: pages by their paths; with the bytes of postings' files for workers on other machines."""
    made = []
    for path, view, raw in chunk:
        with timed(tally.here, "templates", path):
            if isinstance(view, PostingSubject):
                file = whole(workshop.root, view.role.listing, workshop.content, raw)
                content = workshop.renderer.posting(view, file)
            else:
                content = workshop.renderer.html(view)
        made.append((path, workshop.delivered(path, content)))
    return made


def make_entries(workshop: Workshop, chunk: list[EntrySubject]) -> list[tuple[bytes, ...]]:
    """A task for workers: the RSS item, Atom entry and JSON feed item of each event.

    The first two are empty for an event that is only in JSON feeds.
    """
    renderer, settings = workshop.renderer, workshop.content.settings
    with timed(tally.here, "feeds"):
        found = [entry_of(subject, workshop.content) for subject in chunk]
        told = [settings.closed_in_feeds or subject.event.kind is not Kind.CLOSED for subject in chunk]
        kept = [entry for entry, is_told in zip(found, told, strict=True) if is_told]
        rss, atom = iter(renderer.entries(kept, "rss")), iter(renderer.entries(kept, "atom"))
        json = renderer.entries(found, "json")
        return [
            (next(rss), next(atom), item) if is_told else (b"", b"", item)
            for item, is_told in zip(json, told, strict=True)
        ]


def make_deadlines(workshop: Workshop, chunk: list[Role]) -> list[tuple[bytes, ...]]:
    """A task for workers: the calendar event of each role."""
    with timed(tally.here, "feeds"):
        return [(calendars.event_of(role, workshop.content, workshop.renderer.links),) for role in chunk]
