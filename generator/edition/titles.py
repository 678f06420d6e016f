"""The names of collections, and the pages that show them."""

from ..model.content import Content
from ..model.model import Dimension
from ..model.vocabulary import NOT_STATED
from .edition import Collection
from .routes import CollectionPage, FeedOwner, Home

DIMENSION_WORDS = {
    Dimension.COUNTRIES: ("Countries", "Country", "Every country that has or had roles in this digest."),
    Dimension.ORGANISATIONS: ("Organisations", "Organisation", "Every organisation whose roles this digest lists."),
    Dimension.GRADES: ("Grades", "Grade", "Every grade that has or had roles here, with what it usually means."),
    Dimension.CATEGORIES: ("Categories", "Category", "Kinds of staff and other personnel."),
    Dimension.CONTRACTS: ("Contract types", "Contract type", "How long an appointment lasts, and on what terms."),
    Dimension.LANGUAGES: ("Languages", "Language", "Languages that a role requires or welcomes."),
    Dimension.OPEN_TO: ("Who may apply", "Eligibility", "Whom the notice invites to apply."),
}


def section_title(dimension: Dimension) -> str:
    """The name of a dimension, as the heading of its page."""
    return DIMENSION_WORDS[dimension][0]


def title_of(dimension: Dimension, key: str, content: Content) -> str:
    """A collection's name when it stands alone."""
    if key == NOT_STATED:
        return f"{DIMENSION_WORDS[dimension][1]} not stated"
    return content.name_of(dimension, key)


def collection_title(collection: Collection) -> str:
    """The same for a Collection."""
    if collection.dimension is None or collection.key != NOT_STATED:
        return collection.name
    return f"{DIMENSION_WORDS[collection.dimension][1]} not stated"


def name_apart(collection: Collection, content: Content) -> str:
    """The same with what distinguishes it: a category and a contract type may have the same name."""
    dimension, key = collection.dimension, collection.key
    if dimension is None or key == NOT_STATED:
        return collection_title(collection)
    kind = DIMENSION_WORDS[dimension][1].lower()
    return f"{collection.name} ({f'{kind} {key}' if content.shares_name(dimension, key) else kind})"


def place_of(collection: Collection) -> FeedOwner:
    """The page that has a collection's feeds."""
    return Home() if collection.dimension is None else CollectionPage(collection.dimension, collection.key)
