"""Serves built sites with a local web server, and runs axe on their pages."""

import functools
import gzip
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response
from sites import Built


class Server(ThreadingHTTPServer):
    """Leaves it to the tests to find out what went wrong."""

    def handle_error(self, *of: Any) -> None:
        """A browser that closes its connection early is not worth a traceback."""


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder under a path as a host would, with 404.html for missing files."""

    def __init__(self, *arguments: Any, prefix: str, **named: Any) -> None:
        self.prefix = prefix
        super().__init__(*arguments, **named)

    def translate_path(self, path: str) -> str:
        inside = path.startswith(self.prefix)
        return super().translate_path(f"/{path.removeprefix(self.prefix)}" if inside else "/no/such/file")

    # Like hosts, it compresses text if the client accepts that.
    packs = False

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Content-type":
            accepted = self.headers.get("Accept-Encoding", "")
            self.packs = "gzip" in accepted and value.startswith(("text/", "application/json", "image/svg"))
        if keyword == "Content-Length" and self.packs:
            keyword, value = "Content-Encoding", "gzip"
        super().send_header(keyword, value)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        if self.packs:
            outputfile.write(gzip.compress(source.read(), 6))
        else:
            super().copyfile(source, outputfile)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stays quiet."""


class ObeyingHandler(Handler):
    """Sends the headers that the site's `_headers` asks for, like hosts that read it."""

    def end_headers(self) -> None:
        for pattern, headers in rules(Path(self.directory, "_headers").read_text("utf-8")):
            if fnmatchcase(self.path.partition("?")[0], pattern):
                for name, value in headers:
                    # The handler has already sent its own type, which the one in the file would contradict.
                    if name != "Content-Type":
                        self.send_header(name, value)
        super().end_headers()


def rules(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The path patterns of a `_headers` file, where `*` matches anything, each with its headers."""
    for block in re.split(r"\n(?=\S)", text):
        path, *lines = block.strip().splitlines()
        pairs = (line.strip().partition(": ") for line in lines)
        yield path, [(name, value) for name, _, value in pairs]


@contextmanager
def served(site: Built, handler_type: type[Handler] = Handler) -> Iterator[str]:
    """The local address of the site while the block runs."""
    handler = functools.partial(handler_type, prefix=site.prefix, directory=str(site.folder))
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{site.prefix}"
    finally:
        server.shutdown()
        server.server_close()


def barriers(page: Page, *rules: str) -> list[str]:
    """What axe finds on a page in its current state, by all its rules or only the named ones."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        """(rules) => axe.run({resultTypes: ["violations"], ...(rules.length ? {runOnly: rules} : {})}).then(
          ({violations}) => violations.map(({id, help, nodes}) =>
            `${id}: ${help}: ${nodes.slice(0, 3).map(({target}) => target.join(" ")).join(", ")}`))""",
        rules,
    )
    return list(map(str, found))


def watched(page: Page) -> list[str]:
    """Collects what goes wrong on a page from now on: errors, warnings, failed requests and requests to other hosts."""
    wrong: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1":
            wrong.append(f"another host: {request.url}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            wrong.append(f"{response.status}: {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("request", on_request)
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    page.on("response", on_response)
    return wrong
