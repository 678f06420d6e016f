"""People and programs that read a digest's feeds: how often they ask, what they keep, and what they have seen."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import feedparser_sgmllib
from reader import EntryUpdateStatus, make_reader

# reader includes an older feedparser, which looks for this under its former name.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
from reader._parser.feedparser import FeedparserParser  # noqa: E402
from reader._parser.jsonfeed import JSONFeedParser  # noqa: E402

MEMORY = timedelta(days=30)  # how long a careless program remembers an entry that has left its feed


@dataclass(slots=True)
class Host:
    """A built site on a host, and the number of its build: files are read once per build."""

    folder: Path
    address: str
    build: int = 0
    _digests: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def digest(self, path: str) -> bytes:
        """The digest of a file, so that programs that have read it need not read it again."""
        known = self._digests.get(path)
        if known is None or known[0] != self.build:
            known = self._digests[path] = self.build, blake2b(self.read(path), digest_size=16).digest()
        return known[1]

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def path_at(self, url: str) -> str:
        assert url.startswith(self.address), f"{url} is not at {self.address}"
        return url.removeprefix(self.address)


@lru_cache(256)
def document(content: bytes) -> tuple[tuple[str, ...], dict[str, str]]:
    """The ids of a feed's entries and the addresses that it links to, as feedparser reads RSS and Atom.

    The texts of entries, which feedparser would search for unsafe markup, are left out.
    """
    said = {"content-type": "application/xml"}
    found: Any = feedparser.parse(
        BytesIO(content), response_headers=said, sanitize_html=False, resolve_relative_uris=False
    )
    assert not found.bozo, found.bozo_exception
    return tuple(entry.id for entry in found.entries), {link.rel: link.href for link in found.feed.links}


def is_archive(content: bytes) -> bool:
    """Whether a document says that it is an archive and will not change."""
    return (
        next(ElementTree.fromstring(content).iter("{http://purl.org/syndication/history/1.0}archive"), None) is not None
    )


@dataclass(slots=True)
class Subscriber:
    """Polls one feed at an interval; `told` counts the entries that were new to it, by id."""

    name: str
    path: str
    every: timedelta
    next: datetime
    tells: Callable[[str, str], bool]  # whether the feed should report this kind of event in this country
    seen: bytes = b""
    polls: int = 0
    parsed: int = 0
    told: Counter[str] = field(default_factory=Counter)

    def poll_until(self, end: datetime, host: Host) -> int:
        """Polls at its own times before an instant; returns how often."""
        before = self.polls
        while self.next < end:
            self.polls += 1
            if (digest := host.digest(self.path)) != self.seen:
                self.seen = digest
                self.parsed += 1
                self.take(host, self.next)
            self.next += self.every
        return self.polls - before

    def take(self, host: Host, now: datetime) -> None:
        raise NotImplementedError

    def move(self, host: Host) -> None:
        """The site has another address from now on."""


@dataclass(slots=True)
class Forgetful(Subscriber):
    """Reports entries that it does not know, and forgets those that left its feed a month ago."""

    shown: tuple[str, ...] = ()
    left: dict[str, datetime] = field(default_factory=dict)

    def take(self, host: Host, now: datetime) -> None:
        self.left = {one: at for one, at in self.left.items() if now - at < MEMORY}
        ids, _ = document(host.read(self.path))
        self.told.update(one for one in ids if one not in self.shown and one not in self.left)
        assert len(ids) == len(set(ids)), f"{self.path} tells an entry twice"
        self.left |= dict.fromkeys(self.shown, now)
        self.shown = ids


@dataclass(slots=True)
class Archivist(Subscriber):
    """Follows `prev-archive` back to the last month that it has read, and relies on old months not changing."""

    read: set[str] = field(default_factory=set)

    def take(self, host: Host, _now: datetime) -> None:
        for ids in self.documents(host):
            self.told.update(one for one in ids if one not in self.told)

    def documents(self, host: Host) -> Iterator[tuple[str, ...]]:
        ids, links = document(host.read(self.path))
        yield ids
        while (archive := links.get("prev-archive")) and urlsplit(archive).path not in self.read:
            self.read.add(urlsplit(archive).path)
            content = host.read(host.path_at(archive))
            assert is_archive(content), f"{archive} may still change"
            ids, links = document(content)
            yield ids

    def move(self, _host: Host) -> None:
        self.seen = b""


class Shared:
    """One of reader's own parsers. When several readers get the same bytes, they are parsed only once."""

    def __init__(self, parser: Any) -> None:
        self.parser = parser

    def __call__(self, url: str, resource: Any, _headers: Any = None) -> tuple[Any, list[Any]]:
        return _parsed(self.parser, url, resource.read())


@lru_cache(64)
def _parsed(parser: Any, url: str, content: bytes) -> tuple[Any, list[Any]]:
    feed, entries = parser(url, BytesIO(content), None)
    return feed, list(entries)


_PARSERS = {".xml": FeedparserParser(), ".json": JSONFeedParser()}


@dataclass(slots=True)
class Library(Subscriber):
    """The library `reader`, which keeps everything it has read in its own database."""

    base: Path = Path()
    url: str = ""
    reader: Any = None

    def take(self, host: Host, _now: datetime) -> None:
        if self.reader is None:
            self.reader = make_reader(":memory:", feed_root=str(self.base), search_enabled=False)
            self.reader.after_entry_update_hooks.append(self.updated)
            self.reader.add_feed(self.url_at(host))
        if self.url != self.url_at(host):
            if self.url:
                self.reader.change_feed_url(self.url, self.url_at(host))
            self.url = self.url_at(host)
            self.reader._parser.mount_parser_by_url(self.url, Shared(_PARSERS[Path(self.path).suffix]))
        self.reader.update_feed(self.url)

    def updated(self, _reader: Any, entry: Any, status: EntryUpdateStatus) -> None:
        if status is EntryUpdateStatus.NEW:
            self.told[entry.id] += 1

    def url_at(self, host: Host) -> str:
        return (host.folder / self.path).relative_to(self.base).as_posix()
