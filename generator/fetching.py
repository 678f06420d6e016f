"""Pages from the web, asked for as a well-behaved visitor does: honest name, robots respected, within limits."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

MAX_BYTES = 5 * 1024 * 1024
MAX_SECONDS = 30.0
MAX_REDIRECTS = 5
_ACCEPT = "text/html, application/json, application/xml, text/*;q=0.9"


class NotFetched(Exception):
    """An address gave no text; the message says why in one line."""


def agent() -> str:
    return f"vacancy-digest/{version('vacancy-digest')}"


def fetch(address: str, *, private: bool = False) -> str:
    """The text at an address, after its redirects. `private` allows those of private networks. Raises NotFetched."""
    end = time.monotonic() + MAX_SECONDS
    with _client() as client:
        _ask_robots(client, address, end, private=private)
        body, encoding = _get(client, address, end, private=private)
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise NotFetched(f"{address} is not text in {encoding}, save the page and import the file") from None


def answers(address: str, *, private: bool = False) -> None:
    """Whether an address gives a page, of which nothing is read. Raises NotFetched."""
    end = time.monotonic() + MAX_SECONDS
    with _client() as client:
        _ask_robots(client, address, end, private=private)
        _get(client, address, end, private=private, read=False)


@contextmanager
def _client() -> Iterator[httpx.Client]:
    # What the environment says of proxies and passwords is nothing that a stranger's address should meet.
    headers = {"User-Agent": agent(), "Accept": _ACCEPT}
    with httpx.Client(headers=headers, timeout=10.0, trust_env=False, follow_redirects=False) as client:
        try:
            yield client
        except httpx.HTTPError as error:
            raise NotFetched(f"{error.request.url} cannot be reached ({error or type(error).__name__})") from None
        except httpx.InvalidURL as error:
            raise NotFetched(f"that is no address: {error}") from None


def _get(client: httpx.Client, address: str, end: float, *, private: bool, read: bool = True) -> tuple[bytes, str]:
    for _ in range(MAX_REDIRECTS + 1):
        _allowed(address, private=private)
        with client.stream("GET", address) as response:
            _allowed_peer(response, address, private=private)
            if response.is_redirect:
                address = urljoin(address, response.headers.get("location", ""))
                continue
            if response.status_code != httpx.codes.OK:
                raise NotFetched(f"{address} answers {response.status_code}")
            return _body(response, address, end) if read else b"", response.charset_encoding or "utf-8"
    raise NotFetched(f"{address} sends on more than {MAX_REDIRECTS} times")


def _body(response: httpx.Response, address: str, end: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > MAX_BYTES:
            raise NotFetched(f"{address} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        if time.monotonic() > end:
            raise NotFetched(f"{address} takes longer than {MAX_SECONDS:.0f} seconds")
        pieces.append(piece)
    return b"".join(pieces)


def _ask_robots(client: httpx.Client, address: str, end: float, *, private: bool) -> None:
    """Whether the site lets programs in; a site without robots.txt does."""
    _allowed(address, private=private)
    robots = RobotFileParser()
    try:
        body, _ = _get(client, urljoin(address, "/robots.txt"), end, private=private)
        robots.parse(body.decode("utf-8", "replace").splitlines())
    except NotFetched:
        return
    if not robots.can_fetch(agent(), address):
        raise NotFetched(f"{address} asks programs to stay away (robots.txt), save the page and import the file")


def _allowed(address: str, *, private: bool) -> None:
    """Raises NotFetched for what is no web address, or leads into a private network."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise NotFetched(f"{address} is no http or https address of a host")
    if private:
        return
    try:
        found = {
            entry[4][0] for entry in socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        }
    except OSError:
        raise NotFetched(f"{parts.hostname} cannot be found") from None
    _refuse_private(address, map(str, found))


def _allowed_peer(response: httpx.Response, address: str, *, private: bool) -> None:
    """Looks at whom we talk with: the name may lead elsewhere by now."""
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream else None
    if peer and not private:
        _refuse_private(address, [str(peer[0])])


def _refuse_private(address: str, found: Iterator[str] | list[str]) -> None:
    if any(not ipaddress.ip_address(one.split("%")[0]).is_global for one in found):
        raise NotFetched(f"{address} leads into a private network; --allow-private fetches it all the same")
