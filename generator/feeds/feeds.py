"""Feeds as bytes: RSS 2.0 and Atom 1.0 through feedgen, whose traps are closed here and nowhere else; JSON Feed 1.1."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from msgspec import json

from ..edition.routes import Links
from ..edition.wording import utc_text
from ..model.schema import Settings
from .entries import Entry, Feed

if TYPE_CHECKING:
    # Importing them takes long, and a build that changes no feed needs neither.
    from feedgen.feed import FeedGenerator
    from lxml.etree import _Element

RSS, ATOM = "application/rss+xml", "application/atom+xml"
_ATOM = "{http://www.w3.org/2005/Atom}"
_HISTORY = "http://purl.org/syndication/history/1.0"
TTL_MINUTES = 360
RenderEntry = Callable[[Entry], str]


def rss_items(entries: Sequence[Entry], settings: Settings, links: Links, html: RenderEntry) -> list[bytes]:
    """Each entry as an item of RSS 2.0; `html` renders its content."""
    document = _parsed(_holding(entries, settings, links, html).rss_str(pretty=True))
    return _cut(_ITEM, _rss(document), entries)


def rss(feed: Feed, items: Iterable[bytes], settings: Settings, links: Links, stylesheet: str) -> bytes:
    """The feed as RSS 2.0 around its items; `stylesheet` is the address of a CSS file."""
    document = _parsed(_generator(feed, settings, links, RSS).rss_str(pretty=True))
    _relate(document[0], feed, links, RSS)
    return _filled(_rss(document, stylesheet), b"  </channel>\n", items)


def atom_entries(entries: Sequence[Entry], settings: Settings, links: Links, html: RenderEntry) -> list[bytes]:
    """Each entry as one of Atom 1.0; `html` renders its content."""
    document = _parsed(_holding(entries, settings, links, html).atom_str(pretty=True))
    for link in document.iterfind(f"{_ATOM}entry/{_ATOM}link"):
        # feedgen 1.0.0 loses these two (python-feedgen issue 132).
        link.set("rel", "alternate")
        link.set("type", "text/html")
    return _cut(_ENTRY, _document(document), entries)


def atom(feed: Feed, entries: Iterable[bytes], settings: Settings, links: Links, stylesheet: str) -> bytes:
    """The feed as Atom 1.0 around its entries."""
    document = _parsed(_generator(feed, settings, links, ATOM).atom_str(pretty=True))
    _relate(document, feed, links, ATOM)
    return _filled(_document(document, stylesheet), b"</feed>\n", entries)


# An entry is the same in every feed. So feedgen makes each entry once, in a feed of its own, and makes the feeds around
# them without entries. Text in entries is escaped, so no title can look like the end of an item.
_ITEM = re.compile(rb"    <item>\n.*?\n    </item>\n", re.DOTALL)
_ENTRY = re.compile(rb"  <entry>\n.*?\n  </entry>\n", re.DOTALL)


def _cut(pattern: re.Pattern[bytes], document: bytes, entries: Sequence[Entry]) -> list[bytes]:
    found = pattern.findall(document)
    assert len(found) == len(entries), "feedgen no longer writes its entries as it did"
    return found


def _filled(frame: bytes, end: bytes, pieces: Iterable[bytes]) -> bytes:
    before, found, after = frame.rpartition(end)
    assert found, "feedgen no longer ends its feeds as it did"
    return b"".join((before, *pieces, found, after))


def _parsed(text: bytes) -> "_Element":
    from lxml import etree

    return etree.fromstring(text)


def _rss(document: "_Element", stylesheet: str = "") -> bytes:
    # The RSS Advisory Board recommends these references in plain text, because some readers decode a text twice.
    return _document(document, stylesheet).replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _relate(parent: "_Element", feed: Feed, links: Links, media_type: str) -> None:
    """Adds after the feed's own address where older and newer entries are, and if it is an archive (RFC 5005).

    feedgen has these links only in Atom, and no mark for archives.
    """
    from lxml import etree

    own = parent.find(f"{_ATOM}link[@rel='self']")
    assert own is not None, "feedgen leaves out a feed's own address"
    added = [
        etree.Element(f"{_ATOM}link", href=links.absolute(page), rel=rel, type=media_type) for rel, page in feed.related
    ]
    if feed.archive:
        added.append(etree.Element(f"{{{_HISTORY}}}archive", nsmap={"fh": _HISTORY}))
    for element in reversed(added):
        element.tail = own.tail
        own.addnext(element)


def _document(root: "_Element", stylesheet: str = "") -> bytes:
    from lxml import etree

    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{stylesheet}"'))
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")) + b"\n"


def _holding(entries: Iterable[Entry], settings: Settings, links: Links, html: RenderEntry) -> "FeedGenerator":
    """A feed that only contains entries until they are cut out."""
    from feedgen.feed import FeedGenerator

    generator = FeedGenerator()
    generator.id(settings.base_url)
    generator.title("-")
    generator.description("-")
    generator.link(href=settings.base_url)
    generator.updated(datetime.min.replace(tzinfo=UTC))
    for entry in entries:
        _add(generator, entry, links, html)
    return generator


def _generator(feed: Feed, settings: Settings, links: Links, media_type: str) -> "FeedGenerator":
    from feedgen.feed import FeedGenerator

    generator = FeedGenerator()
    generator.id(feed.id)
    generator.title(feed.title)
    generator.description(feed.description)
    # RSS takes only the last link, Atom takes both: the feed's address first, the page's last.
    generator.link(href=links.absolute(feed.page), rel="self", type=media_type)
    generator.link(href=links.absolute(feed.about), rel="alternate", type="text/html")
    generator.author({"name": settings.editor.name, "email": settings.editor.email})
    generator.managingEditor(f"{settings.editor.email} ({settings.editor.name})")
    generator.language("en")
    generator.generator("vacancy-digest")
    generator.ttl(TTL_MINUTES)
    # feedgen would write the time of the build here.
    generator.updated(feed.updated)
    generator.lastBuildDate(feed.updated)
    generator.pubDate(feed.updated)
    return generator


def _add(generator: "FeedGenerator", entry: Entry, links: Links, html: RenderEntry | None) -> None:
    assert html is not None, "entries need a function that renders them"
    added = generator.add_entry(order="append")
    added.id(entry.id)
    added.guid(entry.id, permalink=False)
    added.title(entry.title)
    added.link(href=links.absolute(entry.page), rel="alternate", type="text/html")
    added.published(entry.instant)
    added.pubDate(entry.instant)
    added.updated(entry.instant)
    added.summary(entry.summary)
    # RSS reads its description as HTML, Atom its summary as text.
    added.description(escape(entry.summary, quote=False))
    added.content(html(entry), type="html")
    for category in entry.categories:
        added.category(term=category.term, scheme=links.absolute(category.scheme), label=category.label)


def json_items(entries: Iterable[Entry], links: Links, html: RenderEntry) -> list[bytes]:
    """Each entry as an item of JSON Feed 1.1, with the facts of its vacancy under `_vacancy`."""
    return [_indented(json.format(json.encode(_item(entry, links, html)), indent=1)) for entry in entries]


def json_feed(feed: Feed, items: Iterable[bytes], settings: Settings, links: Links) -> bytes:
    """The feed as JSON Feed 1.1 around its items."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": links.absolute(feed.about),
        "feed_url": links.absolute(feed.page),
        "language": "en",
        "authors": [{"name": settings.editor.name, "url": f"mailto:{settings.editor.email}"}],
        "items": [],
    }
    frame = json.format(json.encode(document), indent=1) + b"\n"
    listed = b",\n".join(items)
    return frame.removesuffix(b"[]\n}\n") + (b"[\n" + listed + b"\n ]\n}\n" if listed else b"[]\n}\n")


def _indented(item: bytes) -> bytes:
    # A line of JSON ends between values only, never inside a text.
    return b"  " + item.replace(b"\n", b"\n  ")


def _item(entry: Entry, links: Links, html: RenderEntry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.id,
        "url": links.absolute(entry.page),
        "title": entry.title,
        "summary": entry.summary,
        "content_html": html(entry),
        "date_published": utc_text(entry.instant),
        "date_modified": utc_text(entry.changed),
        "tags": list(dict.fromkeys(category.label for category in entry.categories)),
        "_vacancy": dict(entry.facts),
    }
    if entry.external_url:
        item["external_url"] = entry.external_url
    return item
