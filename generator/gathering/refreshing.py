"""A whole run: what is there is read, every source and every open posting is asked, then changes are decided on and
written, and last what was seen is remembered.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from ..boards.kinds import KINDS, read_link, read_list
from ..boards.vacancy import MOST_REQUESTS, Listed, MissingSecret, NoticeLink, Request, Vacancy
from ..editing.desk import Desk
from ..edition.history import state_at
from ..importing.drafting import Draft, Unreadable
from ..importing.importing import over_at, write_drafts
from ..importing.interchange import drafted
from ..importing.notices import Bench
from ..model.clock import day_starts
from ..model.content import Content
from ..model.model import State
from ..model.problems import ContentError
from ..model.schema import Posting, VacancySource
from ..reading.documents import Reading
from ..reading.sources import sources_of
from ..web.fetching import Answer, NotFetched, Validators, Visits
from ..web.network import WEB, Web
from .asking import POLITE, Errand, Manners, Told, ask_all
from .deciding import Proposal, WatchedPosting, decide_posting, settled_notices
from .listing import (
    MOST_LINKS,
    SourceRun,
    forgotten,
    is_as_before,
    is_due,
    is_news,
    is_wanted,
    link_digest,
    remembered,
)
from .lock import NoticeMemory, PostingMemory, SourceLock, SourceMemory, read_lock, write_lock
from .observing import Missing, NotSeen, Observation, SeenPage, Unchanged, observed, plain_value, states_of
from .proposing import Proposed, propose, with_provenance
from .summary import DraftTold, RefreshReport

_ASKED = frozenset({State.SCHEDULED, State.OPEN, State.CLOSING, State.UNCONFIRMED})
# Employers move a deadline when it has passed, and a source may be down when it does.
_ASKED_LATE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class HowToAsk:
    """How a run reaches the sources: the network, the manners, and the variables of the environment."""

    web: Web = WEB
    manners: Manners = POLITE
    private: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)


def refresh(root: Path, now: datetime, asking: HowToAsk, *, writes: bool = True) -> RefreshReport:
    """Asks every source and proposes what changed. Raises ContentError, NoSite, ChangedMeanwhile, Unwritable.

    A run that does not write tells what one that does would do.
    """
    desk = replace(Desk.of(root), writes=writes)
    content = desk.loaded.content
    assert content
    if problems := [one for one in desk.loaded.problems if one.path == "content/sources.yaml"]:
        raise ContentError(problems)
    lock, raw = read_lock(root)
    run = _Run(desk, content, lock, now, asking)
    run.ask()
    report, after = run.written()
    # What is of no use any more goes with the next change: alone it is none.
    kept = replace(
        after, notices={**run.stale_notices(), **after.notices}, postings={**lock.postings, **after.postings}
    )
    changed = bool(report.drafts or report.proposed) or kept != lock
    if writes and changed:
        write_lock(root, after, raw)
    return replace(report, changed=changed)


class _Run:
    """What is known while the sources answer."""

    def __init__(self, desk: Desk, content: Content, lock: SourceLock, now: datetime, asking: HowToAsk) -> None:
        self.desk, self.content, self.now, self.asking = desk, content, now, asking
        self.bench = Bench(desk.organisations, content.vocabulary, now)
        self.sources = sources_of(desk.root, content.vocabulary)
        self.postings = {one.path: one for one in _watched(desk, content, now)}
        self.paths = {path.relative_to(desk.root).as_posix() for path in desk.postings()}
        # What is over for good, as far as its posting knows.
        self.over = over_at(content, now) - self.postings.keys()
        by_url = {one.url: path for path, one in self.postings.items()}
        self.lock = replace(lock, notices=settled_notices(lock.notices, self.paths, by_url))
        self.runs = {name: SourceRun(name, one) for name, one in self.sources.items() if self.is_due(name, one)}
        self.observations: dict[str, Observation] = {}
        self.asked = 0

    def is_due(self, name: str, source: VacancySource) -> bool:
        return is_due(source, self.lock.sources.get(name), self.now)

    def stale_notices(self) -> Mapping[str, NoticeMemory]:
        """The notices of sources that the site names no more."""
        notices = self.lock.notices
        return {key: one for key, one in notices.items() if key.partition(" ")[0] not in self.sources}

    def ask(self) -> None:
        """Asks all, first the sources: at a host that both are at, a list is worth more than a page."""
        visits = Visits(self.content.settings.base_url, private=self.asking.private, web=self.asking.web)
        ask_all([*self.errands_of_sources(), *self.errands_of_postings()], self.heard, visits, self.asking.manners)

    def errands_of_sources(self) -> Iterator[Errand]:
        for name, run in self.runs.items():
            try:
                run.first = KINDS[run.source.kind].first(run.source, self.asking.secrets)
            except MissingSecret as error:
                run.failed = str(error)
                continue
            memory = self.lock.sources.get(name, SourceMemory())
            seen = Validators(memory.etag, memory.modified)
            yield Errand(f"list {name}", run.first.url, run.first.headers, seen)

    def errands_of_postings(self) -> Iterator[Errand]:
        """The open postings, those first that were checked longest ago."""
        for path, posting in sorted(self.postings.items(), key=lambda one: (str(one[1].checked or ""), one[0])):
            memory = self.lock.postings.get(path, PostingMemory())
            yield Errand(f"posting {path}", posting.url, {}, Validators(memory.etag, memory.modified))

    def heard(self, errand: Errand, told: Told) -> Iterable[Errand]:
        """Takes an answer in; what it makes worth asking is asked as well."""
        self.asked += 1
        what, _, name = errand.about.partition(" ")
        if what == "posting":
            posting = self.postings[name]
            self.observations[name] = observed(told, posting.url, posting.facts.get("title", ""), self.bench)
            return []
        name, _, identity = name.partition(" ")
        run = self.runs[name]
        if what == "list":
            return self.heard_list(run, Request(errand.url, errand.headers), told)
        self.heard_link(run, Request(errand.url), identity, told)
        return []

    def heard_list(self, run: SourceRun, request: Request, told: Told) -> Iterable[Errand]:
        run.requests += 1
        try:
            listed = self.read(told, lambda answer: read_list(answer.body, request, run.source))
        except Unreadable as error:
            run.failed = str(error)
            return []
        if listed is None:
            run.unchanged = True
            return []
        assert isinstance(told, Answer)
        if run.requests == 1 and listed.more is None:
            run.etag, run.modified = told.seen  # of one answer alone: a list in parts may change in another part
        run.vacancies += listed.vacancies
        run.links += listed.links
        run.told += listed.unread
        if listed.more and run.requests < MOST_REQUESTS:
            return [Errand(f"list {run.name}", listed.more.url, listed.more.headers)]
        run.whole = not listed.more
        return list(self.errands_of_links(run))

    def errands_of_links(self, run: SourceRun) -> Iterator[Errand]:
        notices = self.lock.notices
        new = [one for one in run.links if is_news(f"{run.name} {one.id}", link_digest(one), notices, self.over)]
        for link in new[:MOST_LINKS]:
            yield Errand(f"link {run.name} {link.id}", link.url)
        if len(new) > MOST_LINKS:
            run.whole = False
            run.told.append(f"{run.name}: {len(new) - MOST_LINKS} more notices are read at the next run")

    def heard_link(self, run: SourceRun, request: Request, identity: str, told: Told) -> None:
        link = next(one for one in run.links if one.id == identity)
        try:
            listed = self.read(told, lambda answer: read_link(answer.body, request, run.source))
            if listed is None or len(listed.vacancies) != 1:
                raise Unreadable(f"{request.url} does not show exactly one vacancy")
        except Unreadable as error:
            run.told.append(str(error))
            # It is asked again at the next run, unless the page is there and cannot be understood.
            if isinstance(told, NotFetched):
                run.whole = False
            return
        run.vacancies.append(_joined(link, listed.vacancies[0]))

    def read(self, told: Told, read: Callable[[Answer], Listed]) -> Listed | None:
        """What an answer lists, None where nothing has changed. Raises Unreadable."""
        if isinstance(told, NotFetched):
            raise Unreadable(str(told))
        if told.status == 304:
            return None
        if told.status != 200:
            raise Unreadable(f"{told.url} answers {told.status}")
        return read(told)

    def written(self) -> tuple[RefreshReport, SourceLock]:
        """Decides and writes; what came of it, and what is to be remembered."""
        proposals, postings = self.decided()
        wanted, notices = self.wanted()
        drafts = list(self.drafts(wanted, notices))
        proposed = propose(self.desk, proposals, self.now)
        known = {name: one for name, one in self.lock.sources.items() if name in self.sources}
        known |= {name: remembered(run, self.lock.sources.get(name), self.now) for name, run in self.runs.items()}
        for run in self.runs.values():
            listed = {f"{run.name} {one}" for one in run.ids}
            notices = forgotten(notices, run, listed, self.now)
        kept = {key: one for key, one in notices.items() if key.partition(" ")[0] in self.sources}
        return self.report(drafts, proposed), SourceLock(known, kept, postings)

    def decided(self) -> tuple[list[Proposal], dict[str, PostingMemory]]:
        proposals: list[Proposal] = []
        postings: dict[str, PostingMemory] = {}
        listed = self.listed()
        for path, posting in self.postings.items():
            if isinstance(self.observations[path], NotSeen) and posting.url in listed:
                # Many pages are made by scripts, and the list of their board is plain.
                self.observations[path] = listed[posting.url]
            observation = self.observations[path]
            memory = self.lock.postings.get(path, PostingMemory())
            found, after = decide_posting(posting, observation, memory, self.now)
            proposals += found
            if after != PostingMemory():
                postings[path] = after
        return proposals, postings

    def listed(self) -> Mapping[str, Observation]:
        """What lists say of vacancies by the addresses of their notices, for pages that cannot be read."""
        found: dict[str, Observation] = {}
        for run in self.runs.values():
            for vacancy in run.vacancies:
                (draft,) = drafted([(vacancy.text, list(vacancy.stated), vacancy.url)], self.bench)
                if vacancy.url and isinstance(draft, Draft):
                    found[vacancy.url] = SeenPage(states_of(draft, vacancy.text))
            for key, memory in self.lock.notices.items() if run.unchanged else ():
                if key.partition(" ")[0] == run.name and memory.posting in self.postings and not memory.gone:
                    found[self.postings[memory.posting].url] = Unchanged()
        return found

    def wanted(self) -> tuple[list[tuple[str, Draft]], dict[str, NoticeMemory]]:
        """The drafts that a digest wants, with the keys of their notices, and what is remembered of all notices."""
        notices = dict(self.lock.notices)
        found: list[tuple[str, Draft]] = []
        for run in self.runs.values():
            links = {one.id: one for one in run.links}
            for vacancy in run.vacancies:
                key = f"{run.name} {vacancy.id}"
                (draft,) = drafted([(vacancy.text, list(vacancy.stated), vacancy.url or run.name)], self.bench)
                if isinstance(draft, Unreadable):
                    run.told.append(str(draft))
                    continue
                _complete(draft, vacancy, run)
                states = states_of(draft, vacancy.text)
                link = links.get(vacancy.id)
                now = NoticeMemory(states.digest) if not link else NoticeMemory(link_digest(link), states.digest)
                if not is_news(key, now.digest, notices, self.over):
                    if notices[key].outcome in ("known", "proposed"):
                        notices[key] = replace(notices[key], digest=now.digest)
                elif link and is_as_before(now, notices.get(key)):
                    continue
                elif is_wanted(draft, states, run.source.select, self.now):
                    with_provenance(draft, states, self.now)
                    found.append((key, draft))
                    notices[key] = replace(now, outcome="proposed")
                elif link:
                    notices[key] = replace(now, outcome="passed")
        return found, notices

    def drafts(self, wanted: list[tuple[str, Draft]], notices: dict[str, NoticeMemory]) -> Iterator[DraftTold]:
        """Writes the drafts; what the digest knows already is remembered as that."""
        keys = [key for key, _ in wanted]
        outcomes = write_drafts(self.desk, [draft for _, draft in wanted], self.now)
        for key, outcome in zip(keys, outcomes, strict=True):
            draft = outcome.draft
            told = DraftTold(
                key.partition(" ")[0], str(draft.facts.get("title", "")), "", _url_of(draft), tuple(draft.left)
            )
            if outcome.problems:
                del notices[key]
                yield replace(told, problem="; ".join(one.message for one in outcome.problems[:3]))
            elif outcome.path is None:
                notices[key] = replace(notices[key], posting=outcome.twin, outcome="known")
                if outcome.twin in self.over:
                    why = "is over, and its source lists it again; delete what ended it if it is open"
                    self.runs[told.source].told.append(f"{outcome.twin} {why}")
            else:
                path = outcome.path.relative_to(self.desk.root).as_posix()
                notices[key] = replace(notices[key], posting=path)
                yield replace(told, path=path)

    def report(self, drafts: list[DraftTold], proposed: list[Proposed]) -> RefreshReport:
        missing, unread = [], []
        for path, observation in sorted(self.observations.items()):
            if self.postings[path].late:
                continue
            if isinstance(observation, Missing):
                missing.append(f"{path}: {self.postings[path].url} {observation.why}")
            elif isinstance(observation, NotSeen):
                unread.append(f"{path}: {observation.why}")
        over = {one.path for one in proposed if any(part.key == "expired" for part in one.proposals)}
        silent = [f"{run.name}: {run.failed} ({_times(run, self.lock)})" for run in self.runs.values() if run.failed]
        unread += [one for run in self.runs.values() for one in run.told]
        missing = [one for one in missing if one.partition(":")[0] not in over]
        return RefreshReport(
            tuple(drafts), tuple(proposed), tuple(missing), tuple(unread), tuple(silent), asked=self.asked
        )


def _times(run: SourceRun, lock: SourceLock) -> str:
    before = lock.sources.get(run.name, SourceMemory()).failures
    return "the first time" if not before else f"{before + 1} runs in a row"


def _joined(link: NoticeLink, found: Vacancy) -> Vacancy:
    """The vacancy of a link: what its page states goes before what the list says of it."""
    return Vacancy(link.id, found.url or link.url, found.text, (*found.stated, *link.stated))


def _complete(draft: Draft, vacancy: Vacancy, run: SourceRun) -> None:
    """What an editor has said of all vacancies of a source."""
    if run.source.organisation:
        draft.facts["organisation"] = run.source.organisation
        draft.named.pop("organisation", None)
    source = draft.facts.get("source")
    held = dict(source) if isinstance(source, dict) else {}
    name = {"name": run.source.name} if run.source.name else {}
    draft.facts["source"] = {**held, **name, **({"url": vacancy.url} if vacancy.url else {})}


def _url_of(draft: Draft) -> str:
    source = draft.facts.get("source")
    return str(source.get("url", "")) if isinstance(source, dict) else ""


def _watched(desk: Desk, content: Content, now: datetime) -> Iterator[WatchedPosting]:
    """The postings that name the address of their source, and are open or closed not long ago by their deadline."""
    for listing in content.postings:
        state, since = state_at(listing.history, content.settings, now)
        late = state is State.CLOSED and not listing.history.end and now - since < _ASKED_LATE
        if not late and state not in _ASKED:
            continue
        document = Reading(desk.root).document(Posting, desk.root / listing.path, content.vocabulary)
        posting = document.value if document else None
        if posting is None or posting.source is None or not posting.source.url:
            continue
        closes = posting.closes if isinstance(posting.closes, str | None) else posting.closes.text
        facts = {
            "title": posting.title,
            "grade": posting.grade or "",
            "closes": closes or "",
            "duty_stations": plain_value("duty_stations", [one.model_dump() for one in posting.duty_stations]),
        }
        checked = posting.source.checked
        seen = (checked.instant or day_starts(checked.day, content.settings.timezone)) if checked else None
        yield WatchedPosting(listing.path, posting.source.url, facts, seen, late)
