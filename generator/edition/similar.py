"""Which open roles are like a given one, and why."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from ..model.content import Listing
from ..model.model import Dimension
from ..model.vocabulary import NOT_STATED
from .edition import Edition, Role

MOST_SIMILAR = 5
# How much a shared value says about likeness, and what it is called. A language alone says nothing: almost every role
# asks for English.
_SHARED: Mapping[Dimension, tuple[int, str]] = {
    Dimension.COUNTRIES: (4, "country"),
    Dimension.GRADES: (3, "grade"),
    Dimension.ORGANISATIONS: (2, "organisation"),
    Dimension.CATEGORIES: (2, "category"),
}


def _levels() -> Iterator[tuple[tuple[Dimension, ...], ...]]:
    """What two roles can share, what says most first; what says as much together."""
    subsets = [subset for size in range(1, len(_SHARED) + 1) for subset in combinations(_SHARED, size)]
    weights = {subset: sum(_SHARED[dimension][0] for dimension in subset) for subset in subsets}
    for weight in sorted(set(weights.values()), reverse=True):
        yield tuple(subset for subset in subsets if weights[subset] == weight)


_LEVELS = tuple(_levels())


class Likeness:
    """Finds the open roles of an edition that are like another role.

    The open roles with one value are the bits of a number, the most urgent one the lowest: so the likeness of a role to
    all of them is a few operations, however many there are.
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
        """Open roles that share something with this one, the most alike first, each with what they share.

        A role that is over offers the most urgent open ones where nothing is alike, so that its page leads somewhere.
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
