"""How fresh a role is: when its source was last asked, and a deadline that the source names and the digest does not."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ..edition.wording import when_text
from ..model.fields import read_when
from ..model.model import When
from ..model.schema import Posting


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the source was last asked, and its name or host; empty where nobody knows.

    `named` is a deadline that the source names and that is not the posting's, with when it was seen and its words.
    """

    checked: str = ""
    where: str = ""
    named: str = ""
    seen: str = ""
    words: str = ""


def freshness_of(posting: Posting) -> Freshness:
    """What a posting's page tells of its source."""
    source = posting.source
    if source is None:
        return Freshness()
    where = source.name or (urlsplit(source.url).hostname if source.url else "") or "its source"
    checked = when_text(source.checked) if source.checked else ""
    closes = source.facts.closes if source.facts else None
    named = _another(closes.value, posting) if closes and closes.value else None
    if closes is None or named is None:
        return Freshness(checked, where)
    return Freshness(checked, where, named, when_text(closes.seen), closes.words or "")


def _another(value: str, posting: Posting) -> str | None:
    """A deadline of the source in words where it is not the posting's; a day and an instant of it are the same."""
    try:
        theirs = read_when(value)
    except ValueError:
        return None
    ours = posting.closes
    if isinstance(ours, When):
        same = ours.instant == theirs.instant if ours.instant and theirs.instant else ours.day == theirs.day
        return None if same else when_text(theirs)
    return when_text(theirs)
