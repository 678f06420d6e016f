"""Which open roles are similar to a given one, and why."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from ..model.content import Listing
from ..model.model import Dimension
from ..model.vocabulary import NOT_STATED
from .edition import Edition, Role

MOST_SIMILAR = 5
# How much a shared value says about similarity, and what it is called. A language says nothing: almost every role
# requires English.
_SHARED: Mapping[Dimension, tuple[int, str]] = {
    Dimension.COUNTRIES: (4, "country"),
    Dimension.GRADES: (3, "grade"),
    Dimension.ORGANISATIONS: (2, "organisation"),
    Dimension.CATEGORIES: (2, "category"),
}


def _levels() -> Iterator[tuple[tuple[Dimension, ...], ...]]:
    """What two roles can share, the most telling combinations first; those that say equally much are together."""
    subsets = [subset for size in range(1, len(_SHARED) + 1) for subset in combinations(_SHARED, size)]
    weights = {subset: sum(_SHARED[dimension][0] for dimension in subset) for subset in subsets}
    for weight in sorted(set(weights.values()), reverse=True):
        yield tuple(subset for subset in subsets if weights[subset] == weight)


_LEVELS = tuple(_levels())


class Likeness:
    """Finds the open roles of an edition that are similar to another role.

    The open roles with a value are the bits of a number, the most urgent role being the lowest bit: comparing a role to
    all of them takes a few operations, however many there are.
    """

    def __init__(self, edition: Edition) -> None:
        self.roles = edition.site.open_roles
        self.bits: dict[tuple[Dimension, str], int] = {}
        for number, role in enumerate(self.roles):
            for dimension in _SHARED:
                for key in role.listing.keys_of(dimension):
                    if key != NOT_STATED:
                        self.bits[dimension, key] = self.bits.get((dimension, key), 0) | 1 << number
        self.number = {role.slug: number for number, role in enumerate(self.roles)}

    def similar(self, role: Role) -> tuple[tuple[Role, str], ...]:
        """Open roles that share something with this one, the most similar first, each with what they share.

        If nothing is similar, a role that is over gets the most urgent open ones, so that its page leads somewhere.
        """
        shared = {dimension: self._sharing(role.listing, dimension) for dimension in _SHARED}
        own = self.number.get(role.slug)
        taken = 0 if own is None else 1 << own
        found: list[tuple[Role, str]] = []
        for level in _LEVELS:
            alike = 0
            for subset in level:
                bits = shared[subset[0]]
                for dimension in subset[1:]:
                    bits &= shared[dimension]
                alike |= bits
            alike &= ~taken
            taken |= alike
            while alike and len(found) < MOST_SIMILAR:
                lowest = alike & -alike
                alike ^= lowest
                why = [dimension for dimension in _SHARED if shared[dimension] & lowest]
                found.append((self.roles[lowest.bit_length() - 1], _reason(why)))
            if len(found) == MOST_SIMILAR:
                break
        if not found and not role.listed:
            found = [(other, "closes soonest") for other in self.roles[:MOST_SIMILAR]]
        return tuple(found)

    def _sharing(self, listing: Listing, dimension: Dimension) -> int:
        bits = 0
        for key in listing.keys_of(dimension):
            bits |= self.bits.get((dimension, key), 0)
        return bits


def _reason(shared: list[Dimension]) -> str:
    words = [_SHARED[dimension][1] for dimension in shared]
    text = words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"
    return f"same {text}"
