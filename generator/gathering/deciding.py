"""What is proposed for a posting, and what is remembered of it. Decisions are functions of values."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..editing.desk import moment
from ..importing.twins import plain_title
from ..model.fields import read_when
from .lock import NoticeMemory, PostingMemory
from .observing import Missing, NotSeen, Observation, SeenPage, SourceStates

_GONE_FOR = timedelta(days=1)  # between two runs that find a page gone, before the role is said to be over
CONFIRMED_FOR = timedelta(days=7)  # how long a check stands before a later one is written down
_GONE = "gone"


@dataclass(frozen=True, slots=True)
class WatchedPosting:
    """A posting with the address of its source, its watched facts as written, and when it was last checked.

    It is open; or its deadline has passed, not long ago, and it is `late`: its source may have moved the deadline.
    """

    path: str
    url: str
    facts: Mapping[str, str] = field(default_factory=dict)
    checked: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change to a posting: `key` is `closes`, `expired`, `checked` or another watched fact.

    `why` is a sentence of ours, `words` are the source's own.
    """

    path: str
    key: str
    before: str
    after: str
    why: str
    words: str = ""
    url: str = ""


def decide_posting(
    posting: WatchedPosting, observation: Observation, memory: PostingMemory, now: datetime
) -> tuple[tuple[Proposal, ...], PostingMemory]:
    """What is proposed for a posting after its source was asked, and what is remembered from now on."""
    memory = settled_proposals(posting, memory)
    if posting.late and not _stays_open(posting, observation, memory, now):
        return (), memory
    if isinstance(observation, NotSeen):
        return (), replace(memory, missing="") if observation.there else memory
    if isinstance(observation, Missing):
        return _of_missing(posting, observation, memory, now)
    declined = {key: value for key, value in memory.declined.items() if (key, value) != ("expired", _GONE)}
    memory = replace(memory, missing="", declined=declined)
    found: list[Proposal] = []
    if isinstance(observation, SeenPage):
        found, memory = _of_page(posting, observation, memory)
    over = any(one.key == "expired" for one in found) or "expired" in memory.declined
    if not over and (found or posting.checked is None or now - posting.checked >= CONFIRMED_FOR):
        before = moment(posting.checked) if posting.checked else ""
        found.append(
            Proposal(posting.path, "checked", before, moment(now), "The source still has it.", "", posting.url)
        )
    told = isinstance(observation, SeenPage) and (bool(found) or not memory.etag + memory.modified)
    if told and isinstance(observation, SeenPage):
        memory = replace(memory, etag=observation.etag, modified=observation.modified)
    proposed = {one.key: one.after for one in found if one.key != "checked"}
    return tuple(found), replace(memory, proposed={**memory.proposed, **proposed})


def settled_proposals(posting: WatchedPosting, memory: PostingMemory) -> PostingMemory:
    """What became of earlier proposals: one whose value is not in the posting was declined, or is now."""
    kept = {key: value for key, value in memory.proposed.items() if posting.facts.get(key, "") == value}
    undone = {key: value for key, value in memory.proposed.items() if key not in kept}
    return replace(memory, proposed=kept, declined={**memory.declined, **undone}) if undone else memory


def _stays_open(posting: WatchedPosting, observation: Observation, memory: PostingMemory, now: datetime) -> bool:
    """Whether the source names a deadline to come for a role whose own has passed, and no editor declined that."""
    if not isinstance(observation, SeenPage) or observation.states.over:
        return False
    facts = observation.states.facts
    titles = {plain_title(one) for one in (posting.facts.get("title", ""), memory.seen.get("title", "")) if one}
    # An address may be given to another vacancy later: it has another title, or one that is not understood.
    same = plain_title(facts.get("title", "")) in titles
    closes = facts.get("closes", "")
    return same and bool(closes) and not has_passed(closes, now) and memory.declined.get("closes") != closes


def has_passed(closes: str, now: datetime) -> bool:
    """Whether a deadline as written lies before an instant; a day alone has not passed while it lasts in UTC."""
    try:
        when = read_when(closes)
    except ValueError:
        return False
    return when.instant < now if when.instant else when.day < now.date()


def _of_missing(
    posting: WatchedPosting, missing: Missing, memory: PostingMemory, now: datetime
) -> tuple[tuple[Proposal, ...], PostingMemory]:
    if not memory.missing:
        return (), replace(memory, missing=moment(now))
    first = read_when(memory.missing).instant
    if first is None or now - first < _GONE_FOR or memory.declined.get("expired") == _GONE:
        return (), memory
    why = f"The page {missing.why}, and did not tell of this role at {memory.missing} either."
    found = Proposal(posting.path, "expired", "", _GONE, why, "", posting.url)
    return (found,), replace(memory, proposed={**memory.proposed, "expired": _GONE})


def _of_page(posting: WatchedPosting, page: SeenPage, memory: PostingMemory) -> tuple[list[Proposal], PostingMemory]:
    states = page.states
    stated = {**states.facts, **({"expired": states.over} if states.over else {})}
    # What the source says no longer, or says in another way, may be proposed again.
    declined = {key: value for key, value in memory.declined.items() if stated.get(key, _still(key, value)) == value}
    found: list[Proposal] = []
    if states.over:
        if declined.get("expired") != states.over:
            why = "The source says that it is over."
            found.append(Proposal(posting.path, "expired", "", states.over, why, states.over, posting.url))
    else:
        found += _of_facts(posting, states, memory.seen, declined)
    seen = {**memory.seen, **states.facts}
    return found, replace(memory, seen=seen, declined=declined)


def _still(key: str, value: str) -> str:
    """What a source that says nothing of a key is taken to say: of a role's end, that there is none."""
    return "" if key == "expired" else value


def _of_facts(
    posting: WatchedPosting, states: SourceStates, seen: Mapping[str, str], declined: Mapping[str, str]
) -> list[Proposal]:
    found = []
    for key, after in states.facts.items():
        before = posting.facts.get(key, "")
        if declined.get(key) == after or _same(key, before, after):
            continue
        # An editor may word a title in another way than the source: of such facts only a change there is news.
        if key != "closes" and (key not in seen or _same(key, seen[key], after)):
            continue
        why = _WHY[key]
        found.append(Proposal(posting.path, key, before, after, why, states.words.get(key, ""), posting.url))
    return found


_WHY = {
    "closes": "The source names another deadline.",
    "title": "The source has changed the title.",
    "grade": "The source has changed the grade.",
    "duty_stations": "The source has changed the place.",
}


def _same(key: str, one: str, other: str) -> bool:
    """Whether two values say the same; a day and an instant of that day are the same deadline."""
    if key != "closes":
        return plain_title(one) == plain_title(other)
    try:
        days = read_when(one), read_when(other)
    except ValueError:
        return one == other
    first, second = days
    if first.instant and second.instant:
        return first.instant == second.instant
    return first.day == second.day


def settled_notices(
    notices: Mapping[str, NoticeMemory], paths: Set[str], by_url: Mapping[str, str]
) -> dict[str, NoticeMemory]:
    """What became of the drafts that were proposed: one that is not there any more was declined.

    `paths` are all postings, `by_url` those that are open by the address of their source: an editor may rename a draft.
    """
    found = {}
    for key, memory in notices.items():
        if memory.outcome == "proposed":
            renamed = by_url.get(key.partition(" ")[2], "")
            path = memory.posting if memory.posting in paths else renamed
            memory = replace(memory, posting=path, outcome="proposed" if path else "declined")
        found[key] = memory
    return found
