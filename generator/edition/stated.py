"""What a posting states, as data for feeds and exports, which repeat it many times."""

import msgspec
from msgspec import Struct

from ..model.model import When
from ..model.prose import NOTHING, Prose, beginning
from ..model.schema import DeadlineChange, Posting
from . import wording

_FACTS = frozenset(
    {"reference", "duty_stations", "remote", "grade", "category", "contract", "vacancy_type", "org_type", "emergency"}
    | {"open_to", "tiers", "requirements", "education_experience", "languages", "salary", "apply", "summary", "tags"}
)


class StatedFacts(Struct, array_like=True):
    """`facts` is a JSON object with the keys of the front matter, `text` the beginning of the notice's text,
    `changes` the moved deadlines: on, from, reason.
    """

    facts: bytes
    text: str
    cities: tuple[str, ...]
    countries: tuple[str, ...]
    grade: str
    category: str
    contract: str
    languages: str
    salary: str
    apply: str
    summary: str
    changes: tuple[tuple[str, str, str], ...]


_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(StatedFacts).decode


def stated(posting: Posting, prose: Prose = NOTHING) -> bytes:
    """Everything that the notice states, packed; what it does not state is left out."""
    facts = posting.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(_FACTS))
    return _encode(
        StatedFacts(
            facts=msgspec.json.encode(facts),
            text=beginning(prose),
            cities=tuple(station.city for station in posting.duty_stations if station.city),
            countries=tuple(station.country for station in posting.duty_stations if station.country),
            grade=posting.grade or "",
            category=posting.category or "",
            contract=(posting.contract.type or "") if posting.contract else "",
            languages=" ".join(posting.languages.required) if posting.languages else "",
            salary=wording.salary_text(posting.salary) if posting.salary else "",
            apply=posting.apply or "",
            summary=posting.summary or "",
            changes=tuple(_change(change) for change in posting.deadline_changes),
        )
    )


def _change(change: DeadlineChange) -> tuple[str, str, str]:
    before = change.from_.text if isinstance(change.from_, When) else change.from_ or ""
    return change.on.text, before, change.reason or ""


def read_stated(packed: bytes) -> StatedFacts:
    """Unpacks what `stated` packed. Raises ValueError for other bytes."""
    return _decode(packed)
