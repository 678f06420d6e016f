"""The stage of a build that runs while postings are read: pages that can be made before all postings are known."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..edition.edition import ended_long_ago, role_at
from ..edition.routes import PostingPage, path_of
from ..model.content import Content, Listing, PostingFile
from ..model.problems import ContentError
from ..pages.pages import PostingSubject
from ..publishing.publish import Aside, write_aside
from ..reading.intake import EarlyPage
from ..reading.templates import Templates
from ..work import tally
from ..work.tally import timed
from .artifacts import View
from .tasks import Workshop


@dataclass(slots=True)
class EarlyPages:
    """Makes the pages of roles that ended long ago as their postings are read: those name no other roles."""

    templates: Templates
    now: datetime
    base_url: str | None
    aside: Path
    workshop: Workshop | None = None

    def __call__(self, file: PostingFile, listing: Listing, content: Content) -> EarlyPage | None:
        """The page of a posting that ended long ago, None for any other, and where it cannot be made.

        What is wrong is told when everything was read, with all other problems.
        """
        if listing.history.opened > self.now or file.posting.organisation not in content.organisations:
            return None
        role = role_at(listing, content.settings, self.now)
        if not ended_long_ago(role, content.settings, self.now):
            return None
        if self.workshop is None:
            published = content.at(self.base_url) if self.base_url else content
            self.workshop = Workshop(published.surroundings(), self.templates, Path(), self.aside)
        path = path_of(PostingPage(role.slug))
        try:
            with timed(tally.here, "templates", path):
                page = self.workshop.renderer.posting(PostingSubject(role, ()), file)
        except ContentError:
            return None
        return EarlyPage(role.key, write_aside(self.aside, path, page).digest)


def early_page(view: View, pages: MutableMapping[str, EarlyPage]) -> Aside | None:
    """The page of a posting that was made early, if it is still the page to make; it is taken out of the others."""
    if not isinstance(view, PostingSubject) or view.others:
        return None
    page = pages.pop(view.role.slug, None)
    return Aside(page.digest) if page and page.key == view.role.key else None
