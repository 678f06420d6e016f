"""The short form of a posting, in which a build keeps all of them at once."""

import msgspec

from ..model.content import Content, Listing, PostingFile
from ..model.model import Dimension
from ..model.schema import Posting
from ..model.vocabulary import NOT_STATED, slug_of
from ..work.stamps import digest_of
from .history import history_of
from .wording import place_text, station_text

encoded = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Listing).decode
_set = msgspec.structs.force_setattr


def listing_of(file: PostingFile, digest: bytes, facts: bytes, content: Content, place: str = "") -> Listing:
    """The short form of a posting; `digest` identifies its file, `facts` are what it states.

    `place` is its real path, if the shown path had to escape it.
    """
    posting = file.posting
    found = Listing(
        slug=file.slug,
        path=file.path,
        id=file.id,
        title=posting.title,
        organisation=posting.organisation,
        grade=posting.grade,
        place=place_text(posting),
        stations="; ".join(map(station_text, posting.duty_stations)),
        takedown=posting.takedown,
        aliases=tuple(posting.aliases),
        keys=tuple(keys_of(posting, dimension) for dimension in Dimension),
        history=history_of(file, content),
        digest=b"",
        shown=b"",
        file=place,
    )
    return msgspec.structs.replace(found, digest=digest, shown=digest_of(facts, encoded(found)))


def decoded(packed: bytes) -> Listing:
    """Decodes what `encoded` made. Raises msgspec.DecodeError for other bytes.

    Texts that occur several times in it, or in many others, are kept once: a hundred thousand of these are in memory.
    """
    found = _decode(packed)
    _set(found, "keys", tuple(_shared.setdefault(keys, keys) for keys in found.keys))
    _set(found, "organisation", found.keys_of(Dimension.ORGANISATIONS)[0])
    if found.id == found.slug:
        _set(found, "id", found.slug)
    if found.stations == found.place:
        _set(found, "stations", found.place)
    for event in found.history.events:
        _set(event, "posting", found.id)
    return found


_shared: dict[tuple[str, ...], tuple[str, ...]] = {}


def keys_of(posting: Posting, dimension: Dimension) -> tuple[str, ...]:
    """The collections of a dimension that a posting belongs to; `not-stated` if the notice says nothing."""
    found: list[str] = []
    match dimension:
        case Dimension.COUNTRIES:
            found = [station.country.lower() for station in posting.duty_stations if station.country]
        case Dimension.ORGANISATIONS:
            found = [posting.organisation]
        case Dimension.GRADES:
            found = [slug_of(posting.grade)] if posting.grade else []
        case Dimension.CATEGORIES:
            found = [posting.category] if posting.category else []
        case Dimension.CONTRACTS:
            found = [posting.contract.type] if posting.contract and posting.contract.type else []
        case Dimension.LANGUAGES:
            found = [*posting.languages.required, *posting.languages.desirable] if posting.languages else []
        case Dimension.OPEN_TO:
            found = list(posting.open_to)
    return tuple(dict.fromkeys(found)) or (NOT_STATED,)
