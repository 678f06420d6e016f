"""The whole program in order: read, decide, make, publish, remember."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..edition.edition import Edition
from ..model.content import Content
from ..model.problems import ContentError, Problem
from ..publishing.doors import writing_folder
from ..publishing.exchange import strangers_beside
from ..publishing.publish import Published
from ..publishing.standing import OutputSurvey, Refused, refuse_collapse, survey
from ..reading.folder import Loaded, load, settings_of
from ..reading.intake import whole
from ..reading.repository import NoSuchRevision, repository_of
from ..reading.templates import Templates, read_templates
from ..work import tally
from ..work.cachefolder import mark_of
from ..work.means import Means
from ..work.memo import Memo
from ..work.stamps import digest_of, toolchain
from ..work.tally import Tally, timed
from ..work.workers import Workers, tuned, workers_at
from .artifacts import TemplateView
from .early import EarlyPages
from .fingerprint import Fingerprint
from .making import publish_work
from .pieces import Maker
from .plan import SEARCH, collisions, parts_of, plan, search_key
from .remembering import left_in, remember, with_memory
from .search import Index, SearchFailed, index_of, version
from .site import NOBODY, Listener, Options, Site
from .tasks import Workshop
from .worklist import Left, Worklist, decide

__all__ = ("Listener", "Options", "Report", "build", "collisions_of")


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
        """How many roles are in each state."""
        return Counter(role.state.value for role in self.edition.roles)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What a site is made from: content that may be published, templates, and other results of reading."""

    content: Content
    templates: Templates
    loaded: Loaded


def build(root: Path, out: Path, now: datetime, options: Options, listener: Listener = NOBODY) -> Report:
    """Builds the site of `root` in `out`. Raises ContentError with every problem, NoSite, publish.Refused, publish.Busy
    or workers.Unavailable; then nothing was written.
    """
    settings_of(root)
    site = Site(root, out, now, options, listener)
    thresholds = options.thresholds
    chosen = (
        workers_at(options.executor, thresholds) if options.executor else Workers(options.jobs, None, None, thresholds)
    )
    with chosen as workers:
        return with_memory(site, lambda memo: _built(site, memo, workers))


def _built(site: Site, memo: Memo, workers: Workers) -> Report:
    """The program in order. Only `publish_work` changes what readers see."""
    with _entered(site) as folder:
        aside = folder if workers.shares_files else None
        sources = _read(site, Means(memo, workers, site.listener.track, site.options.thresholds), aside)
        edition, fingerprint = _at(site.now, sources)
        with timed(tally.here, "plan"):
            left, standing = left_in(site.out, memo), survey(site.out)
            index = _indexed(site, edition, fingerprint, left, standing)
            parts = parts_of(edition, sources.templates, fingerprint, index)
            work = decide(parts, fingerprint, left, standing, sources.loaded.problems)
        if not site.options.allow_shrink:
            refuse_collapse(standing, work.paths)
        workshop = Workshop(sources.content.surroundings(), sources.templates, site.root, aside)
        maker = Maker(edition, fingerprint, memo, workers, workshop, folder)
        published = publish_work(site, work, maker, sources.loaded.intake.pages)
    remember(work, published, memo)
    return _reported(sources.loaded, edition, work, published)


@contextmanager
def _entered(site: Site) -> Iterator[Path]:
    """A folder for files being written, while no other build works on the site. Raises Refused and Busy."""
    tally.taken()
    tuned()
    _refuse_committed(site.out, site.listener.tell)
    for left in strangers_beside(site.out, mark_of(site.out)):
        site.listener.tell(f"{left} is not from a build of this user and is not used, delete it")
    sources = site.root / "content", site.root / "templates"
    with writing_folder(site.out, sources, in_place=site.options.in_place) as folder:
        yield folder


_KEEPS_A_FOLDER = {".gitkeep", ".gitignore"}


def _refuse_committed(out: Path, tell: Callable[[str], None]) -> None:
    """Raises Refused if files in the output came from git: they would be published unread."""
    try:
        above = out.resolve().parent
        repository = repository_of(above)
        if repository is None or repository.is_empty():
            return
        found = [one.path for one in repository.entries(repository.commit("HEAD"), out.name)]
    except NoSuchRevision as reason:
        tell(f"git cannot say whether {out} came with the repository ({reason}), so check its content")
        return
    if committed := [path for path in found if path.removeprefix(f"{out.name}/") not in _KEEPS_A_FOLDER]:
        raise Refused(
            f"{above / committed[0]} is in git, so it would be published unread; take it out "
            f"(git rm -r --cached {out.name}), commit that, and add {out.name}/ to .gitignore"
        )


def _read(site: Site, means: Means, aside: Path | None) -> _Sources:
    """Reads templates and content, and makes early pages where they can be put aside. Raises ContentError."""
    with timed(tally.here, "load"):
        templates, problems = read_templates(site.root)
        early = EarlyPages(templates, site.now, site.options.base_url, aside) if aside else None
        loaded = load(site.root, means, early)
    return _Sources(_publishable(loaded, problems, site.options), templates, loaded)


def _publishable(loaded: Loaded, template_problems: list[Problem], options: Options) -> Content:
    """The content, unless a problem forbids it; with `keep_going` bad postings are left out of it."""
    problems = [*loaded.problems, *template_problems]
    spared = options.keep_going and all(problem.path.startswith("content/postings/") for problem in problems)
    if loaded.content is None or (problems and not spared):
        raise ContentError(problems)
    if options.base_url is None:
        return loaded.content
    return loaded.content.at(options.base_url)


def _at(now: datetime, sources: _Sources) -> tuple[Edition, Fingerprint]:
    """The edition of an instant, and what shows whether anything in it has changed."""
    with timed(tally.here, "edition"):
        edition = Edition(sources.content, now)
        surroundings = digest_of(toolchain(), sources.content.digest, sources.templates.digest)
        return edition, Fingerprint(edition, surroundings)


def _indexed(
    site: Site, edition: Edition, fingerprint: Fingerprint, left: Left, standing: OutputSurvey
) -> Index | None:
    """The index for full-text search, made unless that of the last build is still right; None if there is none."""
    if not site.options.search or not (program := version()):
        return None
    roles = sorted(edition.site.open_roles, key=lambda role: role.slug)
    key = search_key(edition, fingerprint, program)
    if not roles or left.holds(SEARCH, key, standing):
        return Index(key, ())
    surroundings = edition.content.surroundings()
    try:
        with timed(tally.here, "search"):
            return Index(key, tuple(index_of(roles, lambda role: whole(site.root, role.listing, surroundings))))
    except SearchFailed as error:
        site.listener.tell(f"{error}, so the search of this site finds only titles and places")
        return None


def _reported(loaded: Loaded, edition: Edition, work: Worklist, published: Published) -> Report:
    parsed, postings = loaded.intake.parsed, len(edition.content.postings)
    for stage in ("load", "schema", "Markdown"):
        tally.here.count(stage, parsed, max(postings - parsed, 0))
    tally.here.count("edition", len(edition.roles))
    tally.here.count("plan", len(work.make) + len(work.keep))
    made = sum(isinstance(one.view, TemplateView) for one in work.make)
    tally.here.count("templates", made, sum(path.endswith(".html") for path in work.keep))
    tally.here.count("publish", published.written, published.unchanged)
    return Report(edition, published, loaded.problems, loaded.notes, tally.taken())


def collisions_of(content: Content, templates: Templates, now: datetime) -> list[Problem]:
    """What in `content/static/` would take the place of a page."""
    return collisions(plan(Edition(content, now), templates)) if content.static else []
