"""Making the files to do: workers make pages, this process makes what consists of pieces and remembered results."""

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..feeds.calendars import DeadlineCalendar, ics
from ..feeds.entries import Feed
from ..feeds.exports import DataSubject, TableSubject, open_csv, postings_json
from ..feeds.weeks import WeeksSubject, weeks_feed
from ..model.content import StaticFile
from ..pages.pages import PostingSubject
from ..pages.views import EndedView, HomeView, ListView, WeekMailView, WeekView
from ..publishing.publish import FileContent, Published, publish
from ..reading.copies import copied
from ..reading.intake import EarlyPage, read_raw
from ..work import tally
from ..work.tally import timed
from .artifacts import Artifact, TemplateView
from .early import early_page
from .pieces import Maker, Pieces
from .site import Site
from .tasks import make_pages
from .worklist import Worklist

# Pages that may show thousands of roles: they are made where the roles are, because sending them takes longer.
_LONG = (HomeView, ListView, WeekView, WeekMailView)
# What readers of pages do not see: an editor who works on a site need not wait for it.
_FOR_PROGRAMS = (Feed, WeeksSubject, DeadlineCalendar, DataSubject, TableSubject)
_Files = Iterator[tuple[str, FileContent]]


def publish_work(site: Site, work: Worklist, maker: Maker, early: MutableMapping[str, EarlyPage]) -> Published:
    """Makes what must be made, and puts it into the site's folder."""
    make = partial(_made, maker=maker, early=early)
    whole = work.planned if work.complete else None
    with timed(tally.here, "publish"):
        if site.options.in_place:
            return _pages_first(work, maker.folder, make, site.listener.shown)
        files = site.listener.track(make(work.make, whole), len(work.make), "Making")
        return publish(work.standing, maker.folder, files, work.keep, work.remove)


def _pages_first(
    work: Worklist,
    folder: Path,
    make: Callable[[Sequence[Artifact], Sequence[Artifact] | None], _Files],
    shown: Callable[[int], None],
) -> Published:
    """Publishes in two steps, of which the first has everything that readers of pages see."""
    pages: list[Artifact] = []
    later: list[Artifact] = []
    for one in work.make:
        (later if isinstance(one.view, _FOR_PROGRAMS) else pages).append(one)
    before = work.standing
    waiting = (one.path for one in later if one.path in before.ours)
    first = publish(before, folder, make(pages, None), [*work.keep, *waiting], work.remove)
    shown(first.written)
    between = replace(before, ours=first.digests, stamps={**before.stamps, **first.stamps})
    whole = work.planned if work.complete else None
    last = publish(between, folder, make(later, whole), [*work.keep, *(one.path for one in pages)])
    written = first.written + last.written
    return Published(
        written,
        len(last.digests) - written,
        first.removed + last.removed,
        {**first.stamps, **last.stamps},
        last.digests,
    )


def _made(
    todo: Sequence[Artifact], whole: Sequence[Artifact] | None, maker: Maker, early: MutableMapping[str, EarlyPage]
) -> _Files:
    """The files to do, made one after the other: at no time are more than a few of them in memory.

    Pieces that nothing of a whole plan needs are forgotten. While workers make pages, this process makes what only
    it can.
    """
    pieces = maker.pieces(todo, whole)
    missing: list[tuple[str, TemplateView]] = []
    own: list[Artifact] = []
    for artifact in sorted(todo, key=_neighbours):
        if page := early_page(artifact.view, early):
            yield artifact.path, page
        elif isinstance(artifact.view, TemplateView) and not isinstance(artifact.view, _LONG):
            missing.append((artifact.path, artifact.view))
        else:
            own.append(artifact)
    subjects = (
        (path, view, None if maker.workers.shares_files else _raw(maker.workshop.root, view)) for path, view in missing
    )
    chunks = maker.workers.run(make_pages, maker.workshop, subjects, len(missing))
    for artifact in own:
        while chunks.ready():
            yield from next(chunks)
        yield artifact.path, _assembled(artifact, pieces, maker)
    for chunk in chunks:
        yield from chunk


def _raw(root: Path, view: TemplateView) -> bytes | None:
    """A posting's file for workers that cannot read it."""
    return read_raw(root, view.role.listing) if isinstance(view, PostingSubject) else None


def _neighbours(artifact: Artifact) -> tuple[float, str]:
    """Pages that list the same ended roles are together, so that the rows of one serve the next."""
    view = artifact.view
    return (view.roles[0].since.timestamp() if isinstance(view, EndedView) else 0.0), artifact.path


def _assembled(artifact: Artifact, pieces: Pieces, maker: Maker) -> FileContent:
    view, renderer = artifact.view, maker.workshop.renderer
    content, links, memo = maker.workshop.content, renderer.links, maker.memo
    if isinstance(view, _LONG):
        with timed(tally.here, "templates", artifact.path):
            return renderer.html(view)
    with timed(tally.here, "feeds", artifact.path):
        match view:
            case Feed():
                return renderer.feed(view, pieces.of_feed(view))
            case WeeksSubject():
                feed = weeks_feed(view, content)
                return renderer.feed(feed, renderer.entries(feed.entries, "rss"))
            case DeadlineCalendar():
                return ics(view, pieces.of_calendar(view), links)
            case DataSubject():
                return postings_json(view, content, links, memo.stated)
            case TableSubject():
                return open_csv(view, content, links, memo.stated)
            case StaticFile():
                return copied(maker.workshop.root, view)
            case bytes():
                return view
    raise AssertionError(f"{artifact.path} is made as a page")
