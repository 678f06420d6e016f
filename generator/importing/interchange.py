"""Vacancies as other programs write them: JobPosting, ReliefWeb's API, feeds, tables, Markdown with other front matter.

Each becomes what labels would state, and a text, which is read as any notice's is.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import feedparser

from ..work.limits import Apart, NoAnswer
from .drafting import Draft, Unreadable
from .notices import Bench, StatedField, read_notice
from .stated import (
    FoundNotice,
    fact,
    from_item,
    from_json_feed,
    from_posting,
    from_reliefweb,
    name_of_item,
    text_of,
)
from .tables import FRONT, from_fields, from_issue, from_markdown, from_table, kind_of, lines_of, records_in
from .webpages import (
    data_of,
    heading_of,
    is_html,
    job_postings,
    markup_text,
    page_text,
    read_json,
    records_of,
    words_of,
)

_MOST_ITEMS = 500


def drafts_in(
    text: str,
    source: str,
    bench: Bench,
    names: Mapping[str, str],
    find: Callable[[str, str, Mapping[str, str]], list[FoundNotice | Unreadable]] | None = None,
) -> Iterator[Draft | Unreadable]:
    """Every vacancy of a source, whatever its form; in the place of one that cannot be read stands why.

    `names` says which column or key of the source states what: its name by ours. `find` is `found_in`, called in a
    process of its own.
    """
    text = text_of(text)
    found: list[FoundNotice | Unreadable] = [(text, [], source)]
    # Plain text needs no parser of others, and so no process of its own.
    if _form_of(text, source):
        try:
            found = (find or _FOUND_APART)(text, source, dict(names))
        except NoAnswer as why:
            found = [Unreadable(f"{source} {why}")]
    yield from drafted(found, bench)


def drafted(found: Iterable[FoundNotice | Unreadable], bench: Bench) -> Iterator[Draft | Unreadable]:
    """A draft of each vacancy that was found, or why there is none."""
    for one in found:
        try:
            yield one if isinstance(one, Unreadable) else read_notice(one[0], one[2], bench, one[1])
        except Unreadable as reason:
            yield reason


def found_in(text: str, source: str, names: Mapping[str, str]) -> list[FoundNotice | Unreadable]:
    """The vacancies that a source holds, each as a text with facts. Takes as long as libraries do."""
    found: list[FoundNotice | Unreadable] = []
    try:
        reads = _form_of(text, source)
        for one in reads(text, source, names) if reads else [(text, list[StatedField](), source)]:
            if len(found) == _MOST_ITEMS:
                raise Unreadable(f"{source} holds more than {_MOST_ITEMS} vacancies, import it in parts")
            found.append(one)
    except Unreadable as reason:
        found.append(reason)
    return found or [Unreadable(f"{source} holds no vacancy")]


_FOUND_APART = Apart(found_in)
_Form = Callable[[str, str, Mapping[str, str]], Iterable[FoundNotice | Unreadable]]


def _form_of(text: str, source: str) -> _Form | None:
    """What reads a source of this form; None for plain text."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        return _from_json
    if is_html(text):
        return _from_page
    if re.match(r"<\?xml|<rss|<feed|<rdf:", start, re.IGNORECASE):
        return _from_feed
    if start.startswith("### "):
        return from_issue
    if FRONT.match(lines_of(text)):
        return from_markdown
    return from_table if source.lower().endswith((".csv", ".tsv")) else None


def _json(text: str, source: str) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"{source} looks like JSON and cannot be read as that") from None


def _from_json(text: str, source: str, names: Mapping[str, str]) -> Iterator[FoundNotice]:
    value = _json(text, source)
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        for number, item in enumerate(value["data"], 1):
            if isinstance(item, dict) and isinstance(item.get("fields"), dict):
                yield from_reliefweb(item["fields"], name_of_item(source, number, len(value["data"])))
    elif isinstance(value, dict) and "jsonfeed.org" in text_of(value.get("version")):
        yield from from_json_feed(value, source)
    else:
        postings = list(job_postings(value))
        for number, posting in enumerate(postings, 1):
            yield from_posting(posting, name_of_item(source, number, len(postings)))
        records = [] if postings else list(records_in(value))
        for number, record in enumerate(records, 1):
            yield from_fields(record, name_of_item(source, number, len(records)), names)


def _from_page(page: str, source: str, _: Mapping[str, str]) -> Iterator[FoundNotice]:
    postings = list(data_of(page))
    for number, posting in enumerate(postings, 1):
        yield from_posting(posting, name_of_item(source, number, len(postings)))
    if not postings:
        heading = heading_of(page)
        yield page_text(page), [fact("heading", heading, "h1")] if heading else [], source


def _from_feed(text: str, source: str, names: Mapping[str, str]) -> Iterator[FoundNotice | Unreadable]:
    """The entries of an RSS or Atom feed."""
    # Whatever the file declares, it has been decoded.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        feed = feedparser.parse(
            io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False, response_headers=headers
        )
    # Odd places, dates and characters make it raise what it does not name: KeyError, TypeError, ValueError and others.
    except Exception as error:
        raise Unreadable(f"{source} is not a feed that can be read ({type(error).__name__})") from None
    if feed.get("version", "") == "":
        yield from _from_records(text, source, names)
        return
    for number, entry in enumerate(feed.entries, 1):
        contents = [one.get("value", "") for one in entry.get("content", [])]
        body = markup_text(contents[0] if contents else entry.get("summary", ""))
        when = entry.get("published") or entry.get("updated")
        marked = (entry.get("title_detail") or {}).get("type") in ("text/html", "application/xhtml+xml")
        title = words_of(entry.title) if marked else entry.get("title")
        text, facts, name = from_item(
            (title, entry.get("link"), when), body, name_of_item(source, number, len(feed.entries))
        )
        yield text, [*facts, *_more_of(entry)], name


# What feeds of vacancies put before the names of their own elements.
_OF_FEEDS = re.compile(r"^(?:g|job_listing|job|jobs|ns\d)_")
_OF_ENTRIES = frozenset({"title", "link", "id", "published", "updated", "summary", "author", "source", "category"})


def _more_of(entry: Mapping[str, Any]) -> Iterator[StatedField]:
    """What an entry states in elements of its own that are called as labels are: `g:employer`."""
    for key, value in entry.items():
        name = _OF_FEEDS.sub("", key)
        kind = kind_of(name)
        if kind and name not in _OF_ENTRIES and isinstance(value, str) and value.strip():
            yield fact(kind, value, name)


def _from_records(text: str, source: str, names: Mapping[str, str]) -> Iterator[FoundNotice | Unreadable]:
    """The records of XML that is not a feed: elements that state a title and more, each in an element of its own."""
    records = [record for record in records_of(text) if sum(kind_of(name) is not None for name in record) > 1]
    if not records:
        raise Unreadable(f"{source} is XML and no feed")
    for number, record in enumerate(records, 1):
        yield from_fields(record, name_of_item(source, number, len(records)), names)
