"""`python -m benchmarks.refresh`: what `refresh` needs for many open postings and their sources, on loopback.

Every host is asked one request at a time, as always, and without the pause between two. Names are not looked up and
nothing is encrypted: what is measured is this program and not the network.
"""

import argparse
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore

from generator.gathering.asking import Manners
from generator.gathering.refreshing import HowToAsk, refresh
from generator.web.network import Web

from .measure import Failed, measure
from .tools import CACHE, ROOT

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
MOST_SECONDS, MOST_BYTES = 60, 200 * 1024 * 1024  # of the run in which nothing has changed
_SITE = """\
title: Many Jobs
description: A digest of many roles and sources.
base_url: https://jobs.example.org/
editor: {name: The editor, email: editor@example.org}
tag_authority: {domain: jobs.example.org, date: 2026-01-01}
"""
_FACTS = "<p>Grade: P-3</p><p>Closing date: 1 December 2026</p>"
_TEXT = "The officer plans the work of the house, answers for what leaves it, and teaches those who come after. " * 12


def main() -> int:
    """Measures and prints; 1 where a mark is missed."""
    parser = argparse.ArgumentParser("python -m benchmarks.refresh", description=__doc__)
    parser.add_argument("--postings", type=int, default=2_000, metavar="N", help="open postings (default: 2000)")
    parser.add_argument("--sources", type=int, default=50, metavar="N", help="sources, a host each (default: 50)")
    parser.add_argument("--run", nargs=3, metavar=("ROOT", "PORT", "DAY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        root, port, day = options.run
        return _run(Path(root), int(port), int(day))
    root = CACHE / "refresh"
    _write(root, options.postings, options.sources)
    print("| run | seconds | CPU seconds | memory, MiB |\n| --- | ---: | ---: | ---: |")
    missed = False
    with _sources(options.postings, options.sources) as port:
        for day, name in enumerate(("first", "a day later, nothing changed", "a week later, nothing changed")):
            command = [sys.executable, "-m", "benchmarks.refresh", "--run", str(root), str(port), str((0, 1, 8)[day])]
            try:
                found = measure(command, ROOT, {})
            except Failed as failed:
                print(failed, file=sys.stderr)
                return 1
            memory = found.pss or found.rss
            print(f"| {name} | {found.wall:.1f} | {found.cpu:.1f} | {memory / 2**20:.0f} |", flush=True)
            missed |= day == 1 and (found.wall > MOST_SECONDS or memory > MOST_BYTES)
    print(f"\n{options.postings} open postings, {options.sources} sources. Memory is that of all processes together.")
    print(f"Marks for a day later: {MOST_SECONDS} seconds, {MOST_BYTES // 2**20} MiB: {'missed' if missed else 'met'}.")
    return int(missed)


def _run(root: Path, port: int, day: int) -> int:
    """One run, in a process of its own."""

    def connect(_address: str, _port: int, seconds: float) -> httpcore.NetworkStream:
        return WithoutTls(httpcore.SyncBackend().connect_tcp("127.0.0.1", port, timeout=seconds))

    web = Web(lambda _host, _port: ["93.184.215.14"], connect)
    report = refresh(root, NOW + timedelta(days=day), HowToAsk(web, Manners(delay=0.0)))
    if report.drafts or report.changes or report.unread or report.silent or report.missing:
        print(report.markdown()[:4000])
        return 1
    return 0


class WithoutTls(httpcore.NetworkStream):
    """A connection on which TLS never begins, whatever the address says: for a web on loopback."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _write(root: Path, postings: int, sources: int) -> None:
    """The digest: one organisation, the sources, and the postings, none of which was ever checked."""
    shutil.rmtree(root, ignore_errors=True)
    for name in ("postings", "organisations"):
        (root / "content" / name).mkdir(parents=True)
    (root / "content/site.yaml").write_text(_SITE, "utf-8")
    (root / "content/organisations/house.md").write_text("---\nname: The House\n---\n\nIt works.\n", "utf-8")
    lines = (
        f'  s{one}: {{kind: {"page" if one % 3 == 0 else "feed"}, address: "{_list(one)}", organisation: house}}\n'
        for one in range(sources)
    )
    (root / "content/sources.yaml").write_text(f"sources:\n{''.join(lines)}", "utf-8")
    for number in range(postings):
        url = _url(number, sources)
        facts = f"title: Officer {number}\norganisation: house\nopens: 2026-05-20\ncloses: 2026-12-01\ngrade: P-3"
        text = f'---\n{facts}\nsource: {{url: "{url}"}}\n---\n\nOfficer {number}. {_TEXT}\n'
        (root / f"content/postings/officer-{number}.md").write_text(text, "utf-8")


def _list(source: int) -> str:
    return f"https://h{source}.example/jobs/"


def _url(number: int, sources: int) -> str:
    return f"{_list(number % sources)}{number}"


def _pages(postings: int, sources: int) -> dict[str, bytes]:
    """Every address with what stands there: pages of notices, and lists as data, RSS and JSON in turns."""
    pages = {_url(number, sources): _notice(number).encode() for number in range(postings)}
    for source in range(sources):
        numbers = range(source, postings, sources)
        reads = (_data_page, _rss, _json_feed)[source % 3]
        pages[_list(source)] = reads([(one, _url(one, sources)) for one in numbers]).encode()
    return pages


def _notice(number: int) -> str:
    return f"<!doctype html><html><body><h1>Officer {number}</h1>{_FACTS}<h2>Duties</h2><p>{_TEXT}</p></body></html>"


def _data_page(listed: list[tuple[int, str]]) -> str:
    jobs = [
        {"@context": "https://schema.org", "@type": "JobPosting", "title": f"Officer {number}", "url": url}
        | {"validThrough": "2026-12-01", "description": f"<p>Officer {number}. {_TEXT}</p>"}
        for number, url in listed
    ]
    return f'<!doctype html><h1>Jobs</h1><script type="application/ld+json">{json.dumps(jobs)}</script>'


def _rss(listed: list[tuple[int, str]]) -> str:
    items = "".join(f"<item><title>Officer {number}</title><link>{url}</link></item>" for number, url in listed)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Jobs</title>{items}</channel></rss>'


def _json_feed(listed: list[tuple[int, str]]) -> str:
    items = [
        {"id": url, "url": url, "title": f"Officer {number}", "content_html": f"{_FACTS}<p>{_TEXT * 2}</p>"}
        for number, url in listed
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Jobs", "items": items})


@contextmanager
def _sources(postings: int, sources: int) -> Iterator[int]:
    """All hosts as one server, which knows each page again by its ETag; its port."""
    pages = _pages(postings, sources)
    etags = {url: f'"{blake2b(body, digest_size=8).hexdigest()}"' for url, body in pages.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"https://{self.headers['Host']}{self.path}"
            body = pages.get(url)
            seen = body is not None and self.headers.get("If-None-Match") == etags[url]
            self.send_response(404 if body is None else 304 if seen else 200)
            if body is not None:
                self.send_header("ETag", etags[url])
            self.end_headers()
            if body is not None and not seen:
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Stays quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    sys.exit(main())
