"""Pages from the web, asked for as a well-behaved visitor does: honest name, robots respected, within limits.

Nothing is sent before the address that it is sent to has been judged: a name is resolved once, every address of it is
looked at, and the connection goes to one of those. Proxies and passwords of the environment are not used.
"""

import codecs
import ipaddress
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpcore

from ..model.problems import shown
from .network import WEB, ExchangeClock, JudgedNetwork, Web, Wrong

MAX_RESPONSE_BYTES = 5 * 1024 * 1024
MAX_REDIRECTS = 5
_LONGEST_ADDRESS = 8192  # characters
_LONGEST_ROBOTS = 500 * 1024  # bytes; the rules of a longer one that stand behind are not obeyed, as RFC 9309 has it
_LONGEST_NAME = 255  # characters of a host's name
_STEP = 64 * 1024  # bytes that are unpacked at once
_ACCEPT = "text/html, application/json, application/xml, text/*;q=0.9"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_TOLD = frozenset({304, 404, 410})  # what a server has to say of a page that it does not give
_LONGEST_VALIDATOR = 200  # characters
# What is left unchanged in a path or query: what RFC 3986 lets stand there, and what is encoded already.
_KEPT = "%/:@!$&'()*+,;=-._~?"
# The encodings that pages have. Python knows others, which are none of text or take a time that grows out of hand.
_ENCODINGS = re.compile(
    r"utf-(8|16(-[lb]e)?)|ascii|iso8859-\d+|cp(125\d|866|874|932|949)|koi8-[ru]|mac-(roman|cyrillic)"
    r"|shift_jis|euc_(jp|kr)|iso2022_jp|gb2312|gbk|gb18030|big5"
)


class NotFetched(Exception):
    """An address gave no text; the message says why in one line.

    `status` is what the server answered, 0 where it gave no answer, and `wait` what it says of when to ask again (the
    header Retry-After). `banned` marks what robots.txt asks programs to leave alone.
    """

    def __init__(self, message: str, status: int = 0, wait: str = "", *, banned: bool = False) -> None:
        super().__init__(message)
        self.status, self.wait, self.banned = status, wait, banned


class Validators(NamedTuple):
    """What a server said of a version of its page, to be asked whether there is another: ETag and Last-Modified."""

    etag: str = ""
    modified: str = ""


UNSEEN = Validators()


class Answer(NamedTuple):
    """What a server answered, and at which address after its redirects. Only one of status 200 has a body."""

    status: int
    url: str
    body: bytes
    charset: str
    seen: Validators = UNSEEN


def agent(about: str = "") -> str:
    """The name with which this program introduces itself to servers; `about` is the address of who asks."""
    return f"vacancy-digest/{version('vacancy-digest')}" + (f" (+{about})" if about else "")


def fetch(address: str, *, private: bool = False, web: Web = WEB) -> str:
    """The text at an address, after its redirects. `private` allows those of private networks. Raises NotFetched."""
    with _visitor(web, agent(), private=private) as visitor:
        start = _target(address)
        visitor.ask_robots(start)
        return text_of_answer(visitor.get(start))


def text_of_answer(answer: Answer) -> str:
    """A body as text, by the encoding that its server names. Raises NotFetched."""
    name = _encoding(answer.charset)
    try:
        if name:
            return answer.body.decode(name)
    except UnicodeDecodeError:
        pass
    raise NotFetched(f"{answer.url} is not text in {shown(answer.charset)}, save the page and import the file")


def answers(address: str, *, private: bool = False, web: Web = WEB) -> None:
    """Whether an address gives a page, of which nothing is read. Raises NotFetched."""
    with _visitor(web, agent(), private=private) as visitor:
        start = _target(address)
        visitor.ask_robots(start)
        visitor.get(start, read=False)


class Visits:
    """Many requests of one run: what robots.txt says is asked for once a host. Threads may ask at the same time."""

    def __init__(self, about: str = "", *, private: bool = False, web: Web = WEB) -> None:
        self._agent, self._private = agent(about), private
        self._web = replace(web, trust=cache(web.trust))
        self._robots: dict[str, RobotFileParser | None] = {}

    def ask(self, address: str, headers: dict[str, str] | None = None, seen: Validators = UNSEEN) -> Answer:
        """What an address gives, or that it is as it was `seen`, is not there or is gone (304, 404, 410).

        No other host than the one that is asked sees the `headers`. Raises NotFetched.
        """
        target = _target(address)
        asked = {name: value for name, value in zip(_CONDITIONS, seen, strict=True) if value}
        with _visitor(self._web, self._agent, private=self._private) as visitor:
            own: dict[bytes | str, bytes | str] = dict(((headers or {}) | asked).items())
            return visitor.get(target, _Way(own, _TOLD, self._robots))

    def pause(self, address: str) -> float:
        """The seconds that a host asks programs to wait between two requests, as far as it has been heard."""
        rules = self._robots.get(_target(address)._replace(path="").site)
        said = rules.crawl_delay(self._agent) if rules else None
        return float(said or 0)


class _Target(NamedTuple):
    """An address in ASCII, so that it can be sent and shown; `host` is a name or an IP address without brackets."""

    scheme: str
    host: str
    port: int | None
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.named}{self.path}"

    @property
    def url(self) -> httpcore.URL:
        return httpcore.URL(scheme=self.scheme, host=self.host, port=self.port, target=self.path)

    @property
    def site(self) -> str:
        """What robots.txt speaks of, and what keys may be told to: scheme, host and port."""
        return f"{self.scheme}://{self.named}"

    @property
    def named(self) -> str:
        """The host with its port, as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def _target(address: str) -> _Target:
    """Raises NotFetched for what is no web address."""
    wrong = NotFetched(f"{shown(address)} is not an http or https address of a host")
    if len(address) > _LONGEST_ADDRESS:
        raise wrong
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        # Python's idna takes its time over names that are longer than any can be.
        host = str(ipaddress.IPv6Address(host)) if ":" in host else host[:_LONGEST_NAME].encode("idna").decode().lower()
        path = quote(parts.path or "/", _KEPT.replace("?", "")) + (
            f"?{quote(parts.query, _KEPT)}" if parts.query else ""
        )
        target = _Target(parts.scheme, host, parts.port, path)
    except ValueError:  # brackets, ports, labels and surrogates that cannot be
        raise wrong from None
    known = target.scheme in ("http", "https") and re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host)
    if not known or parts.username is not None or not path.startswith("/"):
        raise wrong
    return target


def _encoding(name: str) -> str | None:
    """The encoding that a page means, as Python calls it; None where pages have none of that name."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if not _ENCODINGS.fullmatch(found):
        return None
    return "utf-8-sig" if found == "utf-8" else found


_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a page is asked for: `headers` for its own host alone, and statuses that count as answers besides 200.

    With `robots`, where it is kept what sites say, each site is asked before it is visited.
    """

    headers: Mapping[bytes | str, bytes | str] = field(default_factory=dict)
    accepted: Set[int] = frozenset()
    robots: dict[str, RobotFileParser | None] | None = None


class _Visitor:
    """One exchange: requests over connections that are judged, within one time."""

    def __init__(self, pool: httpcore.ConnectionPool, clock: ExchangeClock, name: str) -> None:
        self._pool, self._clock, self._name = pool, clock, name

    def ask_robots(self, target: _Target) -> RobotFileParser | None:
        """Whether the site lets programs in; a site without robots.txt does. Raises NotFetched."""
        rules = self._rules(target)
        self._obey(rules, target)
        return rules

    def _rules(self, target: _Target) -> RobotFileParser | None:
        robots = RobotFileParser()
        try:
            body = self.get(target._replace(path="/robots.txt")).body
            body = body if len(body) <= _LONGEST_ROBOTS else body[:_LONGEST_ROBOTS].rpartition(b"\n")[0]
            robots.parse(body.decode("utf-8", "replace").splitlines())
        except (NotFetched, ValueError):  # ValueError: a line of theirs that is no address
            return None
        return robots

    def _obey(self, rules: RobotFileParser | None, target: _Target) -> None:
        try:
            allowed = rules is None or rules.can_fetch(self._name, str(target))
        except ValueError:
            return
        if not allowed:
            why = "asks programs to stay away (robots.txt), save the page and import the file"
            raise NotFetched(f"{target} {why}", banned=True)

    def get(self, target: _Target, way: "_Way | None" = None, *, read: bool = True) -> Answer:
        """What an address gives, after its redirects. Raises NotFetched."""
        way = way or _Way()
        first = target.site
        for _ in range(MAX_REDIRECTS + 1):
            if way.robots is not None:
                if target.site not in way.robots:
                    way.robots[target.site] = self._rules(target)
                self._obey(way.robots[target.site], target)
            try:
                here = way if target.site == first else replace(way, headers={})
                found = self._asked(target, here, read=read)
            except (Wrong, *_FAILURES) as error:
                status, wait = (error.status, error.wait) if isinstance(error, Wrong) else (0, "")
                raise NotFetched(f"{target} {self._why(error)}", status, wait) from None
            if isinstance(found, Answer):
                return found
            target = found
        raise NotFetched(f"{target} sends on more than {MAX_REDIRECTS} times")

    def _why(self, error: Exception) -> str:
        try:
            self._clock.left()
        except Wrong as late:
            return str(late)
        return str(error) if isinstance(error, Wrong) else f"cannot be reached ({_told(error)})"

    def _asked(self, target: _Target, way: "_Way", *, read: bool) -> Answer | _Target:
        """What an address gives, or where it sends on to."""
        headers: dict[bytes | str, bytes | str] = {
            "Host": target.named,
            "User-Agent": self._name,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip",
            **way.headers,
        }
        headers["Connection"] = "close"  # two requests are too few to keep a connection that may end at any time
        self._clock.left()
        with self._pool.stream("GET", target.url, headers=headers) as response:
            told = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
            if response.status in _REDIRECTS and "location" in told:
                # As browsers do: what is not ASCII is UTF-8.
                location = told["location"].encode("latin-1").decode("utf-8", "replace")
                return _target(_joined(str(target), location))
            if response.status in way.accepted:
                return Answer(response.status, str(target), b"", "")
            if response.status != 200:
                raise Wrong(f"answers {response.status}", response.status, told.get("retry-after", ""))
            packed = ", ".join(
                value.decode("latin-1") for name, value in response.headers if name.lower() == b"content-encoding"
            )
            body = _body(response.iter_stream(), packed, self._clock) if read else b""
            seen = Validators(*(_validator(told.get(name, "")) for name in ("etag", "last-modified")))
            return Answer(200, str(target), body, _charset(told.get("content-type", "")), seen)


@contextmanager
def _visitor(web: Web, name: str, *, private: bool) -> Iterator[_Visitor]:
    clock = ExchangeClock(time.monotonic() + web.seconds, web.seconds)
    network = JudgedNetwork(web, clock, private=private)
    with httpcore.ConnectionPool(web.trust(), max_keepalive_connections=0, network_backend=network) as pool:
        yield _Visitor(pool, clock, name)


def _validator(value: str) -> str:
    """What may be sent back to a server as it came, and kept: short and visible, or nothing."""
    return value if len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable() else ""


def _joined(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError:
        return location


def _told(error: Exception) -> str:
    """What a library says, which may hold what a stranger sent, on one line."""
    text = str(error) or type(error).__name__
    return text if text.isprintable() and len(text) < 200 else shown(text, 200)


def _charset(kind: str) -> str:
    match = re.search(r";\s*charset\s*=\s*(\"[^\"]*\"|[^\s;\"]+)", kind, re.IGNORECASE)
    return match[1].strip('"') if match else "utf-8"


def _body(pieces: Iterable[bytes], packed: str, clock: ExchangeClock) -> bytes:
    """A body unpacked, never more of it than is allowed. Raises Wrong."""
    if packed.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise Wrong(f"is packed as {shown(packed)}, which was not asked for")
    limited = _limited(pieces, clock)
    return b"".join(_limited(_unpacked(limited), clock) if "gzip" in packed.lower() else limited)


def _limited(pieces: Iterable[bytes], clock: ExchangeClock) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_RESPONSE_BYTES:
            raise Wrong(f"is larger than {MAX_RESPONSE_BYTES // 1024 // 1024} MiB")
        clock.left()
        yield piece


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip packed, in small steps; several packings one after the other are one text."""
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            step = b""
            # A full step may have left something inside.
            while piece or (len(step) == _STEP and not member.eof):
                if member.eof:
                    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
                step = member.decompress(piece, _STEP)
                yield step
                piece = member.unconsumed_tail or member.unused_data
    except zlib.error:
        raise Wrong("is packed as gzip and cannot be unpacked") from None
    if not member.eof:
        raise Wrong("ends before it is whole")
