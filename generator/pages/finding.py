"""What the filters of the home page need to know about its rows, as briefly as possible."""

from collections.abc import Iterable, Sequence

from ..edition.edition import Edition, Role
from ..edition.titles import DIMENSION_WORDS, collection_title
from ..model.model import Dimension
from .views import Group

Facets = dict[str, list[object]]


def facets(groups: Iterable[Group], edition: Edition) -> Facets:
    """The values of each dimension, and for each role, in the order of the rows, the number of its value or a list of
    several numbers; and for each role the rank of the instant at which it opened.

    The data is in columns, which compress to a third of the size of rows.
    """
    roles = [role for group in groups for role in group.roles]
    ranks = {instant: rank for rank, instant in enumerate(sorted({role.opening for role in roles}))}
    return {
        "dimensions": [_dimension(dimension, roles, edition) for dimension in Dimension],
        "opened": [ranks[role.opening] for role in roles],
    }


def _dimension(dimension: Dimension, roles: Sequence[Role], edition: Edition) -> dict[str, object]:
    found = [one for one in edition.collections[dimension].values() if one.open_roles]
    numbers = {one.key: number for number, one in enumerate(found)}
    return {
        "key": dimension.value,
        "name": DIMENSION_WORDS[dimension][1],
        "values": [[one.key, collection_title(one)] for one in found],
        "roles": [_one_or_all([numbers[key] for key in role.listing.keys_of(dimension)]) for role in roles],
    }


def _one_or_all(numbers: list[int]) -> int | list[int]:
    return numbers[0] if len(numbers) == 1 else numbers
