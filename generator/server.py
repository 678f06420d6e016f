"""The web server of `serve`: the site as a host would serve it, with a bar for the editor in each page."""

import html
import json
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .clock import read_now
from .workbench import Workbench

OWN = "/__serve/"
_FEEDS = {"feed.xml": "application/rss+xml", "atom.xml": "application/atom+xml", "feed.json": "application/feed+json"}
_TYPES = {".ics": "text/calendar", ".opml": "text/x-opml", ".xml": "application/rss+xml", ".json": "application/json"}
_NOTHING_YET = (
    b"<!doctype html><html lang=en><title>No site yet</title><body><p>There is no site yet.</p></body></html>"
)
_PATIENCE = 15.0  # seconds after which a quiet line is told that it still stands


class Server(ThreadingHTTPServer):
    """Serves one workbench; a reader that goes away in the middle is no news."""

    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        super().__init__((host, port), SimpleHTTPRequestHandler)

    def work_on(self, bench: Workbench) -> None:
        self.RequestHandlerClass = partial(Handler, bench=bench)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stays quiet."""


class Handler(SimpleHTTPRequestHandler):
    """Answers for the site, and under `OWN` for the bar."""

    def __init__(self, *arguments: Any, bench: Workbench) -> None:
        self.bench = bench
        super().__init__(*arguments, directory=str(bench.out))

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if not self._is_for_us():
            self.send_error(HTTPStatus.FORBIDDEN, "Ask for this by the name that serve printed")
        elif parts.path == f"{OWN}events":
            self._events(parts.query)
        elif parts.path.startswith(OWN):
            self._own_file(parts.path.removeprefix(OWN))
        else:
            self._page(parts.path, parts.query)

    do_HEAD = do_GET

    def _is_for_us(self) -> bool:
        """Whether a page of another host asks by making its name lead here."""
        name = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        bound = self.bench.host
        return name in {"localhost", "127.0.0.1", "::1", bound} or bound in {"0.0.0.0", "::"}

    def _page(self, path: str, query: str) -> None:
        if "now" in (asked := parse_qs(query, keep_blank_values=True)):
            try:
                self.bench.look_at(read_now(asked["now"][0]) if asked["now"][0] else None)
            except ValueError as error:
                self._send(HTTPStatus.BAD_REQUEST, "text/plain", str(error).encode())
                return
        folder = Path(self.translate_path(path))
        if folder.is_dir() and not path.endswith("/"):
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", f"{path}/")
            self.end_headers()
            return
        file = folder / "index.html" if folder.is_dir() else folder
        found = file.is_file()
        if not found:
            file = self.bench.out / "404.html"
        if not file.is_file():
            self._send(HTTPStatus.NOT_FOUND, "text/html", self._with_bar(_NOTHING_YET))
            return
        content = file.read_bytes()
        kind = self._type(file)
        self._send(
            HTTPStatus.OK if found else HTTPStatus.NOT_FOUND,
            kind,
            self._with_bar(content) if kind == "text/html" else content,
        )

    def _type(self, file: Path) -> str:
        return _FEEDS.get(file.name) or _TYPES.get(file.suffix) or self.guess_type(str(file))

    def _with_bar(self, page: bytes) -> bytes:
        """A page with the editor's scripts before its own."""
        standing = self.bench.standing
        ahead = (standing.now - read_now(None)).total_seconds() * 1000 if standing.frozen else 0
        state = html.escape(json.dumps(standing.as_data()), quote=True)
        scripts = f'<script src="{OWN}clock.js" data-ahead="{ahead:.0f}"></script>' if ahead else ""
        scripts += f'<script src="{OWN}client.js" data-state="{state}"></script>'
        place = page.find(b'<meta charset="utf-8">')
        place = place if place >= 0 else page.find(b"<title>")
        return page[:place] + scripts.encode() + page[place:]

    def _own_file(self, name: str) -> None:
        if name not in {"client.js", "client.css", "clock.js"}:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"")
            return
        content = resources.files(__package__).joinpath("data", "serve", name).read_bytes()
        self._send(HTTPStatus.OK, "text/css" if name.endswith(".css") else "text/javascript", content)

    def _events(self, query: str) -> None:
        """A stream that tells of every change."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        after = parse_qs(query).get("after", [""])[0]
        number = int(after) if after.isdecimal() else 0
        while True:
            standing = self.bench.wait(number, _PATIENCE)
            if standing is None:
                self.wfile.write(b": still here\n\n")
            else:
                number = standing.number
                self.wfile.write(f"event: state\ndata: {json.dumps(standing.as_data())}\n\n".encode())
            self.wfile.flush()

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        texts = kind.startswith("text/") or kind.endswith(("xml", "json", "javascript"))
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if texts else kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stays quiet: an editor wants to see what was built."""
