"""What a source says of a vacancy, reduced to the facts that are watched."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from ..importing.drafting import Draft, Unreadable
from ..importing.interchange import drafted, found_in
from ..importing.notices import Bench, StatedField
from ..importing.stated import FoundNotice
from ..importing.twins import plain_title
from ..web.fetching import Answer, NotFetched, text_of_answer
from ..work.limits import Apart, NoAnswer

WATCHED = ("title", "grade", "duty_stations", "closes")
_LONGEST_WORDS = 200  # characters that are quoted of a source
# Whole short lines: a sentence about another vacancy or about the past says more than this.
_OVER = re.compile(
    r"(?:(?:sorry|we are sorry|unfortunately)[,.!]? )?"
    r"(?:th(?:is|e) (?:job|vacancy|position|post|posting|role|advertisement|opportunity|job posting|job opening|notice)"
    r"(?: (?:posting|announcement|listing))? (?:is|has been|has|was) (?:now |already )?"
    r"(?:closed|expired|filled|withdrawn|cancelled|no longer (?:available|open|accepting applications|active|online))"
    r"|(?:applications? (?:for this (?:job|vacancy|position|post|role) )?(?:are|is|have|has) (?:now |been )?closed)"
    r"|no longer accepting applications|vacancy closed|job closed|this vacancy is closed"
    r"|cette offre (?:d[’']emploi )?(?:n[’']est plus (?:disponible|en ligne)|a expiré|est expirée)"
    r"|esta (?:oferta|vacante|convocatoria) (?:ha expirado|está cerrada|ya no está disponible))[.!]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SourceStates:
    """The watched facts that a source states, as front matter would have them, and the words that say each.

    A place is on one line, `Nairobi, KE; Suva, FJ`. `over` holds the words that say that the vacancy is over.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    over: str = ""

    @property
    def digest(self) -> str:
        """Stands for the facts."""
        return blake2b(repr((sorted(self.facts.items()), self.over)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The page is as it was."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The page is gone, or leads to one that does not tell of the vacancy; `why` says so behind its address."""

    why: str


@dataclass(frozen=True, slots=True)
class NotSeen:
    """Nothing can be said of the vacancy; `why` is one line. `there` is whether its page gave an answer."""

    why: str
    there: bool = False


@dataclass(frozen=True, slots=True)
class SeenPage:
    """What the page states, and what its server said of this version."""

    states: SourceStates
    etag: str = ""
    modified: str = ""


Observation = Unchanged | Missing | NotSeen | SeenPage
_FOUND_APART = Apart(found_in)


def states_of(draft: Draft, text: str = "") -> SourceStates:
    """The watched facts of a draft, and whether the notice's own text says that it is over."""
    facts = {key: value for key in WATCHED if (value := plain_value(key, draft.facts.get(key)))}
    words = {key: _quoted(draft.origins.get(key, "")) for key in facts}
    over = says_over(text)
    if not over and "expired" in draft.facts:
        over = _quoted(draft.origins.get("expired", "")) or "expired"
    return SourceStates(facts, words, over)


def plain_value(key: str, value: Any) -> str:
    """A watched fact on one line; empty where there is none."""
    if key != "duty_stations":
        return str(value or "")
    stations = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
    return "; ".join(", ".join(str(one[key]) for key in ("city", "country") if one.get(key)) for one in stations)


def says_over(text: str) -> str:
    """The line of a text that says that its vacancy is over; empty where none does."""
    lines = (" ".join(line.strip("#•* \t").split()) for line in text.split("\n") if len(line) < _LONGEST_WORDS)
    return next((line for line in lines if _OVER.fullmatch(line)), "")


def observed(answer: Answer | NotFetched, url: str, title: str, bench: Bench) -> Observation:
    """What an answer says of the posting that has this address as its source, and this title."""
    if isinstance(answer, NotFetched):
        return NotSeen(str(answer))
    if answer.status == 304:
        return Unchanged()
    if answer.status in (404, 410):
        return Missing(f"answers {answer.status}")
    try:
        found = _FOUND_APART(text_of_answer(answer), url, {})
    except (NotFetched, NoAnswer) as error:
        return NotSeen(str(error) if isinstance(error, NotFetched) else f"{url} {error}", there=True)
    moved = _page_of(answer.url) != _page_of(url)
    if moved and not _tells_of(found, title):
        return Missing(f"sends on to {answer.url}, which does not tell of this role")
    return _seen(found, answer, title, bench)


def _seen(found: list[FoundNotice | Unreadable], answer: Answer, title: str, bench: Bench) -> Observation:
    pairs = list(zip(found, drafted(found, bench), strict=True))
    if len(pairs) > 1:
        pairs = [pair for pair in pairs if isinstance(pair[1], Draft) and _same_title(pair[1], title)]
    if len(pairs) != 1:
        return NotSeen(f"{answer.url} lists several vacancies, not just one with this title", there=True)
    (notice, draft), text = pairs[0], ""
    if not isinstance(notice, Unreadable):
        text = notice[0]
    # Of which vacancy a page without a title tells, nobody knows.
    if isinstance(draft, Unreadable) or not draft.facts.get("title"):
        # A page that says that its vacancy is over often says nothing else.
        if over := says_over(text):
            return SeenPage(SourceStates(over=over), *answer.seen)
        why = str(draft) if isinstance(draft, Unreadable) else f"{answer.url} has no role with this title"
        return _by_title(text, answer, title, bench) or NotSeen(why, there=True)
    return SeenPage(states_of(draft, text), *answer.seen)


def _by_title(text: str, answer: Answer, title: str, bench: Bench) -> SeenPage | None:
    """What a page states that has the title of the posting, where it was not found to be a title."""
    if plain_title(title) not in plain_title(text):
        return None
    (draft,) = drafted([(text, [StatedField("title", title, "")], answer.url)], bench)
    if isinstance(draft, Unreadable):
        return None
    states = states_of(draft, text)
    facts = {key: value for key, value in states.facts.items() if key != "title"}
    return SeenPage(replace(states, facts=facts), *answer.seen)


def _same_title(draft: Draft, title: str) -> bool:
    return plain_title(str(draft.facts.get("title", ""))) == plain_title(title)


def _tells_of(found: Iterable[FoundNotice | Unreadable], title: str) -> bool:
    """Whether one of the notices has the title of the posting, in its facts or as a line of its text."""
    good = [one for one in found if not isinstance(one, Unreadable)]
    wanted = plain_title(title)
    if any(fact.kind == "title" and plain_title(fact.value) == wanted for _, stated, _ in good for fact in stated):
        return True
    return len(good) == 1 and wanted in plain_title(good[0][0])


def _page_of(url: str) -> tuple[str, str, str]:
    """What stays the same when a site moves to https, adds www. or a slash."""
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query


def _quoted(origin: str) -> str:
    """The source's words of an origin such as `line 3: Deadline: 5 June`, short enough to be kept."""
    words = re.sub(r"^line \d+: ", "", " ".join(origin.split()))
    return words if len(words) <= _LONGEST_WORDS else words[: _LONGEST_WORDS - 1] + "…"
