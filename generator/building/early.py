"""The stage of a build that runs while postings are being read: it makes the pages that do not need all postings."""

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
    """Makes the pages of roles that ended long ago while their postings are read: those pages name no other roles."""

    templates: Templates
    now: datetime
    base_url: str | None
    aside: Path
    workshop: Workshop | None = None

    def __call__(self, file: PostingFile, listing: Listing, content: Content) -> EarlyPage | None:
        """The page of a posting that ended long ago; None for any other posting, and if the page cannot be made.

        Problems are reported once everything has been read, together with all others.
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
    """The page of a posting if it was made early and is still up to date. Removes it from `pages`."""
    if not isinstance(view, PostingSubject) or view.others:
        return None
    page = pages.pop(view.role.slug, None)
    return Aside(page.digest) if page and page.key == view.role.key else None
