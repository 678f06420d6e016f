"""The whole program in order: read, decide, render, publish."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from ..edition.edition import Edition
from ..feeds.calendars import DeadlineCalendar, ics
from ..feeds.entries import Feed, WeeksSubject, weeks_feed
from ..feeds.exports import DataSubject, TableSubject, open_csv, postings_json
from ..model.content import Content, StaticFile
from ..model.problems import ContentError, Problem
from ..pages.pages import PostingSubject
from ..pages.views import EndedView, HomeView, ListView, WeekMailView, WeekView
from ..publishing.doors import opened
from ..publishing.exchange import strangers_beside
from ..publishing.publish import Content as Bytes
from ..publishing.publish import Published, publish
from ..publishing.standing import Refused, Standing, refuse_collapse
from ..reading.copies import copied
from ..reading.folder import Loaded, load, settings_of
from ..reading.intake import read_raw, whole
from ..reading.repository import NoSuchRevision, repository_of
from ..reading.templates import Templates, read_templates
from ..work import memo as memory
from ..work import tally
from ..work.cachefolder import NoCache, cache_of, mark_of
from ..work.crew import Crew, hired, tuned
from ..work.memo import Memo
from ..work.progress import Track, silent
from ..work.stamps import digest_of, toolchain
from ..work.tally import Tally, timed
from .artifacts import Artifact, Html, View
from .early import Draft, Drafts
from .fingerprint import Fingerprint
from .pieces import Maker, Pieces
from .plan import collisions, plan
from .search import SearchFailed, Whole, version
from .tasks import Workshop, make_pages
from .worklist import Worklist, worklist


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of a build. `base_url` replaces that of the settings."""

    base_url: str | None = None
    jobs: int = 1
    keep_going: bool = False
    remember: bool = True
    executor: str | None = None
    search: bool = True
    allow_shrink: bool = False
    in_place: bool = False  # for a site at which its editor alone looks: published sooner, but not in one step


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `problems` is empty unless the build kept going without bad postings."""

    edition: Edition
    published: Published
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    tally: Tally = field(default_factory=Tally, compare=False)

    @property
    def states(self) -> Counter[str]:
        return Counter(role.state.value for role in self.edition.roles)


def build(
    root: Path,
    out: Path,
    now: datetime,
    options: Options,
    track: Track = silent,
    tell: Callable[[str], None] = lambda line: None,
    shown: Callable[[int], None] = lambda written: None,
) -> Report:
    """Builds the site. Raises ContentError with every problem, publish.Refused, publish.Busy or crew.Unavailable; then
    nothing was written.

    `tell` gets a line when what earlier builds remember cannot be used, or no index for search can be made. In place
    `shown` is called as soon as all is there that a reader of pages sees, with the number of files that were written.
    """
    settings_of(root)
    with hired(options.executor) if options.executor else Crew(options.jobs) as crew:
        try:
            for memo in _memories(root, options.remember, tell):
                with memo:
                    try:
                        return _build(root, out, now, options, memo, crew, track, tell, shown)
                    except memory.UNUSABLE as error:
                        reason = str(error)
                        tell(f"{memo.file.parent} cannot be used ({error}), so everything is built again")
                        memo.discard()
        except memory.UNUSABLE as error:
            reason = str(error)
    raise Refused(f"there is no room for what a build works with ({reason}), {out} stays as it was")


def _memories(root: Path, remember: bool, tell: Callable[[str], None]) -> Iterator[Memo]:
    """The memory of a site, then the same made again, and last one for this build alone."""
    if remember:
        try:
            folder = cache_of(root)
        except NoCache as reason:
            tell(f"{reason}, so this build remembers nothing")
        else:
            yield memory.opened(folder, tell)
            yield memory.opened(folder, tell)
    yield Memo(None)


_KEEPS_A_FOLDER = {".gitkeep", ".gitignore"}


def _refuse_committed(out: Path, tell: Callable[[str], None]) -> None:
    """Raises Refused where git brought files into the output: they would be published unread."""
    try:
        above = out.resolve().parent
        repository = repository_of(above)
        if repository is None or repository.is_empty():
            return
        found = [one.path for one in repository.entries(repository.commit("HEAD"), out.name)]
    except NoSuchRevision as reason:
        tell(f"git cannot say whether {out} came with the repository ({reason}), so look what is in it")
        return
    if committed := [path for path in found if path.removeprefix(f"{out.name}/") not in _KEEPS_A_FOLDER]:
        raise Refused(
            f"{above / committed[0]} is in git, so it would be published unread; take it out "
            f"(git rm -r --cached {out.name}), commit that, and add {out.name}/ to .gitignore"
        )


def _build(
    root: Path,
    out: Path,
    now: datetime,
    options: Options,
    memo: Memo,
    crew: Crew,
    track: Track,
    tell: Callable[[str], None],
    shown: Callable[[int], None],
) -> Report:
    tally.taken()
    tuned()
    _refuse_committed(out, tell)
    for left in strangers_beside(out, mark_of(out)):
        tell(f"{left} is not from a build of this user and is not used, delete it")
    with opened(out, (root / "content", root / "templates"), in_place=options.in_place) as folder:
        aside = folder if crew.shares_files else None
        with timed(tally.here, "load"):
            templates, template_problems = read_templates(root)
            drafts = Drafts(templates, now, options.base_url, aside) if aside else None
            loaded = load(root, memo, crew, drafts, track)
        content = _publishable(loaded, template_problems, options)
        with timed(tally.here, "edition"):
            edition = Edition(content, now)
            workshop = Workshop(content.surroundings(), templates, root, aside)
            fingerprint = Fingerprint(edition, digest_of(toolchain(), content.digest, templates.digest))
        with timed(tally.here, "plan"):
            planned = partial(worklist, edition, templates, fingerprint, out, memo, loaded.problems)
            work = _searchable(planned, _whole(root, content) if options.search and version() else None, tell)
        if not options.allow_shrink:
            refuse_collapse(work.standing, (*(one.path for one in work.todo), *work.kept))
        with timed(tally.here, "publish"):
            maker = Maker(edition, fingerprint, memo, crew, workshop, folder)
            made = partial(_made, maker=maker, drafts=loaded.intake.pages)
            if options.in_place:
                published = _pages_first(work, folder, made, shown)
            else:
                files = track(made(work.todo, work.whole), len(work.todo), "Making")
                published = publish(work.standing, folder, files, work.kept)
    work.remember(published, memo)
    _count(loaded, edition, work, published)
    return Report(edition, published, loaded.problems, loaded.notes, tally.taken())


# Pages that may show thousands of roles: they are made where the roles are, for to send them takes longer.
_LONG = (HomeView, ListView, WeekView, WeekMailView)


# What readers of pages do not see: who works on a site need not wait for it.
_FOR_PROGRAMS = (Feed, WeeksSubject, DeadlineCalendar, DataSubject, TableSubject)


def _pages_first(
    work: Worklist,
    folder: Path,
    made: Callable[[Sequence[Artifact], Sequence[Artifact] | None], Iterable[tuple[str, Bytes]]],
    shown: Callable[[int], None],
) -> Published:
    """Publishes in two steps, of which the first has all that readers of pages see."""
    pages: list[Artifact] = []
    later: list[Artifact] = []
    for one in work.todo:
        (later if isinstance(one.view, _FOR_PROGRAMS) else pages).append(one)
    before = work.standing
    waiting = (one.path for one in later if one.path in before.ours)
    first = publish(before, folder, made(pages, None), [*work.kept, *waiting])
    shown(first.written)
    between = Standing(before.out, first.digests, {**before.stamps, **first.stamps})
    last = publish(between, folder, made(later, work.whole), [*work.kept, *(one.path for one in pages)])
    written = first.written + last.written
    return Published(
        written,
        len(last.digests) - written,
        first.removed + last.removed,
        {**first.stamps, **last.stamps},
        last.digests,
    )


def _searchable(
    planned: Callable[[Whole | None], Worklist], whole: Whole | None, tell: Callable[[str], None]
) -> Worklist:
    try:
        return planned(whole)
    except SearchFailed as error:
        tell(f"{error}, so the search of this site knows titles and places alone")
        return planned(None)


def _whole(root: Path, content: Content) -> Whole:
    surroundings = content.surroundings()
    return lambda role: whole(root, role.listing, surroundings)


def _count(loaded: Loaded, edition: Edition, work: Worklist, published: Published) -> None:
    parsed, postings = loaded.intake.parsed, len(edition.content.postings)
    for stage in ("load", "schema", "Markdown"):
        tally.here.count(stage, parsed, max(postings - parsed, 0))
    tally.here.count("edition", len(edition.roles))
    tally.here.count("plan", len(work.todo) + len(work.kept))
    made = sum(isinstance(one.view, Html) for one in work.todo)
    tally.here.count("templates", made, sum(path.endswith(".html") for path in work.kept))
    tally.here.count("publish", published.written, published.unchanged)


def _publishable(loaded: Loaded, template_problems: list[Problem], options: Options) -> Content:
    """The content, unless a problem forbids it; with `keep_going` bad postings are left out of it."""
    problems = [*loaded.problems, *template_problems]
    spared = options.keep_going and all(problem.path.startswith("content/postings/") for problem in problems)
    if loaded.content is None or (problems and not spared):
        raise ContentError(problems)
    if options.base_url is None:
        return loaded.content
    return loaded.content.at(options.base_url)


def collisions_of(content: Content, templates: Templates, now: datetime) -> list[Problem]:
    """What in `content/static/` would take the place of a page."""
    return collisions(plan(Edition(content, now), templates)) if content.static else []


def _made(
    todo: Sequence[Artifact], whole: Sequence[Artifact] | None, maker: Maker, drafts: dict[str, object]
) -> Iterator[tuple[str, Bytes]]:
    """The files to do, made one after the other: at no time are more than a few of them in memory.

    Pieces that nothing of a whole plan needs are forgotten. While other hands make pages, this process makes what only
    it can.
    """
    pieces = maker.pieces(todo, whole)
    missing: list[tuple[str, Html]] = []
    own: list[Artifact] = []
    for artifact in sorted(todo, key=_neighbours):
        if draft := _draft(artifact.view, drafts):
            yield artifact.path, draft.page
        elif isinstance(artifact.view, Html) and not isinstance(artifact.view, _LONG):
            missing.append((artifact.path, artifact.view))
        else:
            own.append(artifact)
    subjects = (
        (path, view, None if maker.crew.shares_files else _raw(maker.workshop.root, view)) for path, view in missing
    )
    chunks = maker.crew.run(make_pages, maker.workshop, subjects, len(missing))
    for artifact in own:
        while chunks.ready():
            yield from next(chunks)
        yield artifact.path, _assembled(artifact, pieces, maker)
    for chunk in chunks:
        yield from chunk


def _raw(root: Path, view: Html) -> bytes | None:
    """A posting's file for hands that cannot read it."""
    return read_raw(root, view.role.listing) if isinstance(view, PostingSubject) else None


def _draft(view: View, drafts: dict[str, object]) -> Draft | None:
    """The page of a posting that was made as it was read, if it is still the page to make."""
    if not isinstance(view, PostingSubject) or view.others:
        return None
    draft = drafts.pop(view.role.slug, None)
    return draft if isinstance(draft, Draft) and draft.key == view.role.key else None


def _neighbours(artifact: Artifact) -> tuple[float, str]:
    """Pages that list the same ended roles stand together, so that the rows of one serve the next."""
    view = artifact.view
    return (view.roles[0].since.timestamp() if isinstance(view, EndedView) else 0.0), artifact.path


def _assembled(artifact: Artifact, pieces: Pieces, maker: Maker) -> Bytes:
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
