"""Which open roles are like a given one, and why."""

from collections.abc import Mapping

from .edition import Edition, Role, keys_of
from .model import Dimension
from .vocabulary import NOT_STATED

MOST = 5
# How much a shared value says about likeness. A language alone says nothing: almost every role asks for English.
_WEIGHTS: Mapping[Dimension, int] = {
    Dimension.COUNTRIES: 4,
    Dimension.GRADES: 3,
    Dimension.ORGANISATIONS: 2,
    Dimension.CATEGORIES: 2,
}
_REASONS = {
    Dimension.COUNTRIES: "country",
    Dimension.GRADES: "grade",
    Dimension.ORGANISATIONS: "organization",
    Dimension.CATEGORIES: "category",
}


def similar_roles(role: Role, edition: Edition) -> tuple[tuple[Role, str], ...]:
    """Open roles that share something with this one, the most alike first, each with what they share.

    A role that is over offers the most urgent open ones where nothing is alike, so that its page leads somewhere.
    """
    scores: dict[str, list[Dimension]] = {}
    for dimension in _WEIGHTS:
        for key in keys_of(role.posting, dimension):
            if key != NOT_STATED:
                for other in edition.open_by_value[dimension, key]:
                    if other != role.slug:
                        scores.setdefault(other, []).append(dimension)
    roles = edition.open_by_slug
    best = sorted(
        scores, key=lambda slug: (-sum(_WEIGHTS[shared] for shared in set(scores[slug])), roles[slug].urgency)
    )
    found = [(roles[slug], _reason(scores[slug])) for slug in best[:MOST]]
    if not found and not role.listed:
        found = [(other, "closes soonest") for other in edition.site.open_roles[:MOST] if other is not role]
    return tuple(found)


def _reason(shared: list[Dimension]) -> str:
    words = [_REASONS[dimension] for dimension in _WEIGHTS if dimension in shared]
    text = words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"
    return f"same {text}"
