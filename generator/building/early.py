"""The stage of a build that runs while postings are read: pages that can be made before all postings are known."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..edition.edition import ended_long_ago, role_at
from ..edition.routes import PostingPage, path_of
from ..model.content import Content, Listing, PostingFile
from ..pages.pages import PostingSubject
from ..publishing.publish import Aside
from ..reading.templates import Templates
from ..work import tally
from ..work.tally import timed
from .tasks import Workshop


class Draft(NamedTuple):
    """A posting's page made before all postings were known: right if it is the page of just this role."""

    key: bytes
    page: bytes | Aside


@dataclass(slots=True)
class Drafts:
    """Makes the pages of roles that ended long ago as their postings are read: those name no other roles."""

    templates: Templates
    now: datetime
    base_url: str | None
    aside: Path
    workshop: Workshop | None = None

    def __call__(self, file: PostingFile, listing: Listing, content: Content) -> Draft | None:
        if listing.history.opened > self.now:
            return None
        role = role_at(listing, content.settings, self.now)
        if not ended_long_ago(role, content.settings, self.now):
            return None
        if self.workshop is None:
            published = content.at(self.base_url) if self.base_url else content
            self.workshop = Workshop(published.surroundings(), self.templates, Path(), self.aside)
        path = path_of(PostingPage(role.slug))
        with timed(tally.here, "templates", path):
            page = self.workshop.renderer.posting(PostingSubject(role, ()), file)
        return Draft(role.key, self.workshop.delivered(path, page))
