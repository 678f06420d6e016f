"""A web of sources on loopback: hosts with public addresses, whose pages a test changes while nobody looks."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpcore
import pytest
from serving import Server

from benchmarks.refresh import WithoutTls
from generator.gathering.asking import Manners
from generator.gathering.refreshing import HowToAsk
from generator.web.network import Web

PUBLIC = "93.184.215.14"


@dataclass(slots=True)
class Page:
    """What stands at an address. With an ETag unless `etag` is false."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"
    etag: bool = True
    seconds: float = 0.0


@dataclass(slots=True)
class Asked:
    """A request as it came, and when it came and was answered (seconds of a clock that only goes on)."""

    url: str
    headers: dict[str, str]
    began: float = 0.0
    ended: float = 0.0


@dataclass(slots=True)
class SourceWeb:
    """The pages by address, what was asked, and the addresses of hosts (a public one unless a test says more)."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    hosts: dict[str, list[str]] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    port: int = 0

    def put(self, url: str, text: str, kind: str = "text/html; charset=utf-8") -> None:
        """Writes a page, in place of the one that is there."""
        self.pages[url] = Page(text.encode(), kind=kind)

    def urls(self, *, robots: bool = False) -> list[str]:
        """The addresses that were asked for."""
        return [one.url for one in self.asked if robots or not one.url.endswith("/robots.txt")]

    def how(self, delay: float = 0.0, **secrets: str) -> HowToAsk:
        """How a run asks this web: without a pause, or noting each in place of sleeping."""
        web = Web(resolve=self._resolve, connect=self._connect, trust=_trust, seconds=5.0)
        return HowToAsk(web, Manners(delay, 8, self.slept.append), secrets=secrets)

    def _resolve(self, host: str, port: int) -> list[str]:
        """A name as the test says; the forms of an address, as this system takes them."""
        with suppress(OSError):
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
            return [str(entry[4][0]) for entry in found]
        return self.hosts.get(host, [PUBLIC])

    def _connect(self, _address: str, _port: int, seconds: float) -> httpcore.NetworkStream:
        return WithoutTls(httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=seconds))


def _trust() -> ssl.SSLContext:
    """Without the certificates of this system, which take their time and are asked for nothing here."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextmanager
def source_web() -> Iterator[SourceWeb]:
    """A running web without pages."""
    web = SourceWeb()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            one = Asked(f"https://{self.headers['Host']}{self.path}", dict(self.headers.items()), time.monotonic())
            web.asked.append(one)
            if self.headers["Host"] in web.down:
                self.close_connection = True
                one.ended = time.monotonic()
                return
            self._answer(web.pages.get(one.url, Page(status=404)))
            one.ended = time.monotonic()

        def _answer(self, page: Page) -> None:
            time.sleep(page.seconds)
            etag = f'"{sha256(page.body).hexdigest()[:16]}"'
            known = page.etag and page.status == 200 and self.headers.get("If-None-Match") == etag
            self.send_response(304 if known else page.status)
            headers = {"Content-Type": page.kind, **({"ETag": etag} if page.etag and page.status == 200 else {})}
            for name, value in (headers | page.headers).items():
                self.send_header(name, value)
            self.end_headers()
            if not known:
                self.wfile.write(page.body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Stays quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    web.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def sources() -> Iterator[SourceWeb]:
    """A web without pages."""
    with source_web() as found:
        yield found
