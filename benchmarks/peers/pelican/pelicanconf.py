"""Pelican settings for the benchmark's notices: tags are collections, named DIMENSION/KEY."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

NAMES = json.loads(Path(__file__).with_name("names.json").read_text("utf-8"))
NOW = datetime.fromisoformat(os.environ["BENCHMARK_NOW"]).astimezone(UTC)

SITENAME = "Invented Vacancies"
SITEURL = "https://vacancies.example.org"
AUTHOR = "The editors"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PATH = "content"
THEME = "theme"
THEME_STATIC_DIR = ""
ARTICLE_PATHS = ["postings"]
PAGE_PATHS: list[str] = []
STATIC_PATHS: list[str] = []
USE_FOLDER_AS_CATEGORY = False

ARTICLE_URL = "postings/{slug}/"
ARTICLE_SAVE_AS = "postings/{slug}/index.html"
CATEGORY_URL = "categories/{slug}/"
CATEGORY_SAVE_AS = "categories/{slug}/index.html"
TAG_URL = "{slug}/"
TAG_SAVE_AS = "{slug}/index.html"
TAG_REGEX_SUBSTITUTIONS: list[tuple[str, str]] = []
AUTHOR_SAVE_AS = ""
DIRECT_TEMPLATES = ["index", "collections", "sitemap"]
COLLECTIONS_SAVE_AS = "collections/index.html"
SITEMAP_SAVE_AS = "sitemap.xml"
PAGINATED_TEMPLATES = {"tag": 50, "category": 50}
PAGINATION_PATTERNS = (
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
)

FEED_ALL_RSS = "feed.xml"
TAG_FEED_RSS = "{slug}/feed.xml"
CATEGORY_FEED_RSS = "categories/{slug}/feed.xml"
FEED_ALL_ATOM = TAG_FEED_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
FEED_MAX_ITEMS = 50

# The notices need only plain CommonMark.
MARKDOWN: dict[str, dict[str, dict[str, str]]] = {
    "extension_configs": {"markdown.extensions.meta": {}, "markdown.extensions.toc": {}}
}
FORMATTED_FIELDS: list[str] = []

_ROWS: dict[str, str] = {}


def instant(text: str) -> datetime:
    """The instant that a front matter value means."""
    return datetime.fromisoformat(text)


def is_open(deadline: str, facts: dict[str, object]) -> bool:
    """Whether a role accepts applications now."""
    ended = any(word in facts for word in ("withdrawn", "filled", "expired"))
    return not ended and (not deadline or instant(deadline) > NOW)


def name_of(tag: str) -> str:
    """The name of a collection."""
    dimension, _, key = str(tag).partition("/")
    return str(NAMES[dimension][key])


def once(slug: str, make: object) -> str:
    """A row that appears on many pages, made only once."""
    if slug not in _ROWS:
        _ROWS[slug] = make()  # type: ignore[operator]
    return _ROWS[slug]


JINJA_ENVIRONMENT = {"trim_blocks": True, "lstrip_blocks": True, "extensions": []}
JINJA_FILTERS = {"facts": json.loads, "instant": instant, "name_of": name_of}
JINJA_GLOBALS = {"is_open": is_open, "once": once, "dimensions": list(NAMES), "names": NAMES}
