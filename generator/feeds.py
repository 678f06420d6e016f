"""Feeds as bytes: RSS 2.0 and Atom 1.0 through feedgen, whose traps are closed here and nowhere else; JSON Feed 1.1."""

import json
from collections.abc import Callable

from feedgen.feed import FeedGenerator
from lxml import etree

from .entries import Entry, Feed
from .routes import Links
from .schema import Settings

_ATOM = "{http://www.w3.org/2005/Atom}"
TTL_MINUTES = 360
Html = Callable[[Entry], str]


def rss(feed: Feed, settings: Settings, links: Links, html: Html, stylesheet: str) -> bytes:
    """The feed as RSS 2.0; `html` renders an entry's content, `stylesheet` is the address of a CSS file."""
    root = etree.fromstring(_generator(feed, settings, links, html, "application/rss+xml").rss_str(pretty=True))
    # The RSS Advisory Board asks for these references in plain text: some readers decode a text twice.
    return _document(root, stylesheet).replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def atom(feed: Feed, settings: Settings, links: Links, html: Html, stylesheet: str) -> bytes:
    """The feed as Atom 1.0."""
    root = etree.fromstring(_generator(feed, settings, links, html, "application/atom+xml").atom_str(pretty=True))
    for link in root.iterfind(f"{_ATOM}entry/{_ATOM}link"):
        # feedgen 1.0.0 loses these two on the way (python-feedgen issue 132).
        link.set("rel", "alternate")
        link.set("type", "text/html")
    return _document(root, stylesheet)


def _document(root: etree._Element, stylesheet: str) -> bytes:
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{stylesheet}"'))
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")) + b"\n"


def _generator(feed: Feed, settings: Settings, links: Links, html: Html, media_type: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.id(feed.id)
    generator.title(feed.title)
    generator.description(feed.description)
    # RSS takes the last link as its own, Atom both: the feed's address first, the page's last.
    generator.link(href=links.absolute(feed.page), rel="self", type=media_type)
    generator.link(href=links.absolute(feed.about), rel="alternate", type="text/html")
    generator.author({"name": settings.editor.name, "email": settings.editor.email})
    generator.managingEditor(f"{settings.editor.email} ({settings.editor.name})")
    generator.language("en")
    generator.generator("vacancy-digest")
    generator.ttl(TTL_MINUTES)
    # feedgen would put the time of the build here.
    generator.updated(feed.updated)
    generator.lastBuildDate(feed.updated)
    generator.pubDate(feed.updated)
    for entry in feed.entries:
        _add(generator, entry, links, html)
    return generator


def _add(generator: FeedGenerator, entry: Entry, links: Links, html: Html) -> None:
    added = generator.add_entry(order="append")
    added.id(entry.id)
    added.guid(entry.id, permalink=False)
    added.title(entry.title)
    added.link(href=links.absolute(entry.page), rel="alternate", type="text/html")
    added.published(entry.instant)
    added.pubDate(entry.instant)
    added.updated(entry.instant)
    added.summary(entry.summary)
    added.content(html(entry), type="html")
    for category in entry.categories:
        added.category(term=category.term, scheme=links.absolute(category.scheme), label=category.label)


def json_feed(feed: Feed, settings: Settings, links: Links, html: Html) -> bytes:
    """The feed as JSON Feed 1.1, with the facts of each vacancy under `_vacancy`."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": links.absolute(feed.about),
        "feed_url": links.absolute(feed.page),
        "language": "en",
        "authors": [{"name": settings.editor.name, "url": f"mailto:{settings.editor.email}"}],
        "items": [_item(entry, links, html) for entry in feed.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(entry: Entry, links: Links, html: Html) -> dict[str, object]:
    instant = entry.instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    item: dict[str, object] = {
        "id": entry.id,
        "url": links.absolute(entry.page),
        "title": entry.title,
        "summary": entry.summary,
        "content_html": html(entry),
        "date_published": instant,
        "date_modified": instant,
        "tags": [category.label for category in entry.categories],
        "_vacancy": dict(entry.facts),
    }
    if entry.external_url:
        item["external_url"] = entry.external_url
    return item
