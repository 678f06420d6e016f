"""The web server of `serve`: the site as a host would serve it, with a bar for the editor in each page."""

import html
import json
from collections.abc import Collection, Mapping
from email.message import Message
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..model.clock import read_now
from .workbench import Workbench

OWN = "/__serve/"
_FEEDS = {"feed.xml": "application/rss+xml", "atom.xml": "application/atom+xml", "feed.json": "application/feed+json"}
_TYPES = {".ics": "text/calendar", ".opml": "text/x-opml", ".xml": "application/rss+xml", ".json": "application/json"}
_NOTHING_YET = (
    b"<!doctype html><html lang=en><title>No site yet</title><body><p>There is no site yet.</p></body></html>"
)
_THIS_NETWORK = ip_network("0.0.0.0/8")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PATIENCE = 15.0  # seconds after which a quiet connection gets a sign of life


def refusal(headers: Mapping[str, str] | Message, names: Collection[str], *, steers: bool) -> str:
    """Why a request is refused; empty if it is not.

    A page of another site may make its own name lead to this machine, so only plain IP addresses, `localhost` and
    `names` get an answer. It may also request one of our addresses: a reader may follow a link, everything else is
    refused. A request that `steers` makes serve build for another instant, and only our own pages may send one.
    """
    host = headers.get("Host", "")
    name = _host_of(f"//{host}")
    if not (name in {*_HERE, *names} or _is_plain_address(name)):
        return "serve does not answer for this name, start it with --allow-host NAME if the name is yours"
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        visit = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
        ours = site in {"same-origin", "none"} or (visit and not steers)
    elif "Origin" in headers:
        ours = headers["Origin"].lower() == f"http://{host}".lower()
    else:
        # Browsers say where a request comes from, but only to hosts that they trust: this machine. On others the page
        # that asks must identify itself. Programs other than browsers run on this machine and may do anything here.
        referrer = headers.get("Referer", "")
        ours = not steers or _origin_of(referrer) == f"http://{host}".lower() or (not referrer and name in _HERE)
    if ours:
        return ""
    return "serve does not answer pages of other sites" + (", use the slider to see another day" if steers else "")


def _host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _origin_of(address: str) -> str:
    return "/".join(address.split("/", 3)[:3]).lower()


def _is_plain_address(name: str) -> bool:
    """Whether a name is an address of one machine, in its usual form.

    A browser also reaches this machine by 0.0.0.0 or other forms of 127.0.0.1, but trusts it less then.
    """
    try:
        address = ip_address(name)
    except ValueError:
        return False
    special = address in _THIS_NETWORK or address.is_loopback or address.is_reserved
    return not special and getattr(address, "ipv4_mapped", None) is None


class Server(ThreadingHTTPServer):
    """Serves one workbench; a reader that goes away in the middle is not an error."""

    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        super().__init__((host, port), SimpleHTTPRequestHandler)

    def work_on(self, bench: Workbench) -> None:
        """Serves the site of this workbench from now on."""
        self.RequestHandlerClass = partial(Handler, bench=bench)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Logs nothing."""


class Handler(SimpleHTTPRequestHandler):
    """Serves the site, and the files of the bar under `OWN`."""

    def __init__(self, *arguments: Any, bench: Workbench) -> None:
        self.bench = bench
        super().__init__(*arguments, directory=str(bench.out))

    def do_GET(self) -> None:
        """Answers a request for a file of the site or of the bar."""
        try:
            parts = urlsplit(self.path)
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST, "That is not an address")
            return
        steers = "now" in parse_qs(parts.query, keep_blank_values=True)
        if wrong := refusal(self.headers, self.bench.names, steers=steers):
            self._send(HTTPStatus.FORBIDDEN, "text/plain", f"{wrong}\n".encode())
        elif parts.path == f"{OWN}events":
            self._events(parts.query)
        elif parts.path.startswith(OWN):
            self._own_file(parts.path.removeprefix(OWN))
        else:
            self._page(parts.path, parts.query)

    do_HEAD = do_GET

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
        content = resources.files("generator").joinpath("data", "serve", name).read_bytes()
        self._send(HTTPStatus.OK, "text/css" if name.endswith(".css") else "text/javascript", content)

    def _events(self, query: str) -> None:
        """A stream that reports every change."""
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
        """Logs nothing: an editor wants to see what was built."""
