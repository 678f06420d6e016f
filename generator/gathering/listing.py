"""The lists of sources: which of their vacancies a digest wants, and what is remembered of each."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from ..boards.vacancy import NoticeLink, Request, Vacancy
from ..editing.desk import moment
from ..editing.edits import Written
from ..importing.drafting import Draft
from ..model.fields import read_when
from ..model.schema import Selection, VacancySource
from .deciding import has_passed
from .lock import NoticeMemory, SourceMemory
from .observing import SourceStates

MOST_LINKS = 100  # notices of one source that are read by themselves in one run; the next run reads the others


@dataclass(slots=True)
class SourceRun:
    """What was heard of a source in this run. `whole` is whether all that it lists was read."""

    name: str
    source: VacancySource
    vacancies: list[Vacancy] = field(default_factory=list)
    links: list[NoticeLink] = field(default_factory=list)
    requests: int = 0
    unchanged: bool = False
    whole: bool = True
    failed: str = ""
    told: list[str] = field(default_factory=list)
    etag: str = ""
    modified: str = ""
    first: Request | None = None

    @property
    def ids(self) -> set[str]:
        """The source's own names of all that it lists."""
        return {one.id for one in self.vacancies} | {one.id for one in self.links}

    @property
    def digest(self) -> str:
        """Stands for what the source lists."""
        # The words of an announcement may be others every day.
        listed = (sorted(self.vacancies), sorted(one._replace(text="") for one in self.links))
        return blake2b(repr(listed).encode(), digest_size=8).hexdigest()


def is_due(source: VacancySource, memory: SourceMemory | None, now: datetime) -> bool:
    """Whether a source is to be asked in this run. One that failed is asked again at the next."""
    if memory is None or not memory.asked or memory.failures:
        return True
    asked = read_when(memory.asked).instant
    # Runs by the clock are late at times, and must not miss their turn by a minute.
    return asked is None or (now - asked) * 24 >= source.every * 23 or not _is_kept(source)


def _is_kept(source: VacancySource) -> bool:
    """Whether the lock is written for the sake of the interval alone: only where it is longer than a day."""
    return source.every.total_seconds() > 24 * 3600


def remembered(run: SourceRun, memory: SourceMemory | None, now: datetime) -> SourceMemory:
    """What is remembered of a source: nothing else than before where it has nothing new to say."""
    if run.failed:
        before = memory or SourceMemory()
        return replace(before, failures=before.failures + 1)
    if memory and memory.asked and not memory.failures:
        asked = read_when(memory.asked).instant
        days = max(run.source.every.days, 7) if not _is_kept(run.source) else 0
        same = run.unchanged or (run.whole and run.digest == memory.digest)
        if same and asked and (now - asked).total_seconds() < max(days * 86_400, 1):
            return memory
    if run.unchanged and memory:
        return replace(memory, asked=moment(now), failures=0)
    if not run.whole:  # what is left must not be taken for unchanged
        return SourceMemory(asked=moment(now))
    return SourceMemory(run.etag, run.modified, run.digest, moment(now))


def link_digest(link: NoticeLink) -> str:
    """Stands for what a list says of a notice that has to be read by itself."""
    return blake2b(repr(link).encode(), digest_size=8).hexdigest()


def is_news(key: str, digest: str, notices: Mapping[str, NoticeMemory], over: Set[str]) -> bool:
    """Whether a vacancy was not listed before, or is another than the one that was not wanted or is `over`.

    One that is over is news too when it is listed again.
    """
    memory = notices.get(key)
    if memory is None:
        return True
    if memory.posting in over and memory.gone:
        return True
    return memory.digest != digest and (memory.outcome in ("declined", "passed") or memory.posting in over)


def is_as_before(now: NoticeMemory, memory: NoticeMemory | None) -> bool:
    """Whether a notice that was not wanted is announced in other words, and states what it stated then."""
    return memory is not None and memory.outcome in ("declined", "passed") and memory.facts == now.facts


def is_wanted(draft: Draft, states: SourceStates, selection: Selection, now: datetime) -> bool:
    """Whether a digest wants a vacancy: it is not over, and matches one word of each list of the selection."""
    if states.over or has_passed(states.facts.get("closes", ""), now):
        return False
    facts = draft.facts
    text = f"{facts.get('title', '')}\n{draft.body}".casefold()
    if selection.words and not any(word.casefold() in text for word in selection.words):
        return False
    wanted = (
        (selection.countries, _countries(facts.get("duty_stations"))),
        (selection.grades, {str(facts.get("grade", ""))}),
        (selection.categories, {str(facts.get("category", ""))}),
    )
    return all(not choice or set(choice) & stated for choice, stated in wanted)


def _countries(stations: Written | None) -> Set[str]:
    listed = stations if isinstance(stations, list) else []
    return {str(one.get("country")) for one in listed if isinstance(one, dict) and one.get("country")}


def forgotten(
    notices: Mapping[str, NoticeMemory], run: SourceRun, listed: Set[str], now: datetime
) -> dict[str, NoticeMemory]:
    """The notices of a source that are remembered: what it no longer lists is, for as long as it says to keep it."""
    kept = {}
    for key, memory in notices.items():
        if key.partition(" ")[0] != run.name or not run.whole or run.unchanged or run.failed:
            kept[key] = memory
        elif key in listed:
            kept[key] = replace(memory, gone="") if memory.gone else memory
        elif not memory.gone:
            kept[key] = replace(memory, gone=moment(now))
        elif (gone := read_when(memory.gone).instant) and now - gone < run.source.keep:
            kept[key] = memory
    return kept
