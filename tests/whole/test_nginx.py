"""What nginx sends when it serves a site with the configuration that `init` writes."""

import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import httpx
import pytest
from judges import _have
from sites import DATA, SAMPLE_NOW, Built, built
from soaking import Tell
from webserver import WebServer, nginx, nginx_path

PREFIX = "/some/path/"
# Types that hosts without a table of their own would get wrong, and that browsers need.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "(application|text)/javascript; charset=utf-8",
    ".svg": r"image/svg\+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    """An nginx for a site under a path."""
    _have(nginx_path)
    with nginx(PREFIX) as found:
        yield found


@pytest.fixture(scope="module")
def site(server: WebServer) -> Built:
    """The sample as nginx serves it, built by a user who lets nobody else read their files."""
    before = os.umask(0o077)
    try:
        return built(DATA / "sample", server.folder, SAMPLE_NOW)
    finally:
        os.umask(before)


@pytest.fixture(scope="module")
def client(server: WebServer, site: Built) -> Iterator[httpx.Client]:  # noqa: ARG001 - the site must exist first
    """Sends exactly the requests it is given: it follows no redirects and accepts no compression."""
    with httpx.Client(base_url=server.address, headers={"Accept-Encoding": "identity"}, trust_env=False) as found:
        yield found


def _asked_of_hosts(site: Built) -> list[tuple[str, str, str]]:
    """The rules of `_headers`: pattern, header, value."""
    found, pattern = [], ""
    for line in site.read("_headers").splitlines():
        if line.startswith(" "):
            name, _, value = line.strip().partition(": ")
            found.append((pattern, name, value))
        else:
            pattern = line
    return found


def _public(site: Built) -> list[str]:
    """The files that are meant for readers."""
    paths = site.paths()
    return [path for path in paths if path not in {"_headers", "_redirects", ".nojekyll"}]


def test_nginx_sends_what_the_site_asks_of_hosts(client: httpx.Client, site: Built, tell: Tell) -> None:
    """Every file arrives whole, with the right type, the headers of `_headers` and no others of these names."""
    asked, wrong, paths = _asked_of_hosts(site), [], _public(site)
    names = {name for _, name, _ in asked}
    for path in paths:
        answer = client.get(path)
        wanted = {name: value for pattern, name, value in asked if fnmatchcase(f"{PREFIX}{path}", pattern)}
        given = {name: answer.headers[name] for name in names & {name for name in names if name in answer.headers}}
        kind = wanted.pop("Content-Type", None) or TYPES.get(Path(path).suffix, ".*")
        if answer.content != (site.folder / path).read_bytes() or answer.status_code != 200:
            wrong.append(f"{path}: {answer.status_code}")
        if not re.fullmatch(kind, given.pop("Content-Type")):
            wrong.append(f"{path}: {answer.headers['Content-Type']}")
        if not path.startswith("assets/"):
            given.pop("Cache-Control")
        if given != wanted:
            wrong.append(f"{path}: {given}")
    tell("files of the sample from nginx, against its own _headers", len(paths), wrong)


def test_what_nginx_lets_clients_cache(client: httpx.Client, site: Built) -> None:
    """Assets are cached for ever, pages for minutes, errors never; feeds and data are revalidated each time."""
    kept = {
        path: client.head(path).headers.get("Cache-Control")
        for path in ("", "closing/", "about/index.html", "feed.xml", "deadlines.ics", "data/open.csv", "assets/no.js")
    }
    assert kept == {
        **dict.fromkeys(("", "closing/", "about/index.html"), "public, max-age=300"),
        **dict.fromkeys(("feed.xml", "deadlines.ics", "data/open.csv"), "no-cache"),
        "assets/no.js": None,
    }
    assets = [path for path in site.paths() if path.startswith("assets/")]
    assert {client.head(path).headers["Cache-Control"] for path in assets} == {"public, max-age=31536000, immutable"}


def test_unchanged_files_are_not_sent_again(client: httpx.Client, server: WebServer) -> None:
    """A client that has a feed is not sent it again, by tag or by time, compressed or not, or after a build without
    news.
    """
    first = client.get("closing.xml")
    packed = client.get("closing.xml", headers={"Accept-Encoding": "gzip"})
    known = [
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
        {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"},
    ]
    built(DATA / "sample", server.folder, SAMPLE_NOW + timedelta(seconds=1))
    for headers in known:
        again = client.get("closing.xml", headers=headers)
        assert (again.status_code, again.content) == (304, b""), headers
    later = built(DATA / "sample", server.folder, SAMPLE_NOW + timedelta(days=30)).read("closing.xml").encode()
    try:
        assert later != first.content
        for headers in known:
            assert client.get("closing.xml", headers=headers).content == later
    finally:
        built(DATA / "sample", server.folder, SAMPLE_NOW)


def test_parts_and_heads(client: httpx.Client) -> None:
    """HEAD sends the headers of GET without a body, and a range request returns that range."""
    whole = client.get("data/postings.json")
    head = client.head("data/postings.json")
    assert head.content == b""
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}
    part = client.get("data/postings.json", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert client.post("data/postings.json").status_code == 405


@pytest.mark.parametrize("path", ["", "feed.xml", "feed.json", "deadlines.ics", "feeds/feeds.opml", "data/open.csv"])
def test_text_is_packed(client: httpx.Client, path: str) -> None:
    """Clients that accept compression get compressed text with the same policy, and caches see that it varies."""
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.num_bytes_downloaded < len(plain.content)
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]


HIDDEN = [".vacancy-digest.json", ".nojekyll", "_headers", "_redirects", ".git/config", "postings/.x"]
NOWHERE = ["no/such/page/", "feed.rss", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "index.html/", "closing/index"]


@pytest.mark.parametrize("path", [*HIDDEN, *NOWHERE, "postings/", "assets/"])
def test_nothing_else_is_shown(client: httpx.Client, site: Built, path: str) -> None:
    """Files not meant for readers, missing files and folders without a page give the site's own 404 page."""
    answer = client.get(path)
    assert answer.status_code in {400, 404} if ".." in path or "%2e" in path else answer.status_code == 404
    if answer.status_code == 404:
        assert answer.text == site.read("404.html")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_folder_s_address_gets_its_slash(client: httpx.Client) -> None:
    """An address without its final slash redirects to the page, whatever the host and scheme of the request."""
    answer = client.get("closing")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{PREFIX}closing/")


def test_former_addresses(client: httpx.Client, server: WebServer, site: Built) -> None:
    """A former address is a page that sends readers on, and a redirect once nginx is set up as its file says."""
    rules = [line.split() for line in site.read("_redirects").splitlines() if not line.endswith("!")]
    assert rules
    for old, new, _ in rules:
        assert f'content="0; url={new}"' in client.get(f"http://{client.base_url.netloc.decode()}{old}").text
    server.take_redirects()
    for old, new, code in rules:
        for _ in range(100):
            # nginx reloads its configuration while it runs, but not for connections that are open.
            answer = client.get(f"http://{client.base_url.netloc.decode()}{old}", headers={"Connection": "close"})
            if answer.status_code == int(code):
                break
            time.sleep(0.1)
        assert (answer.status_code, answer.headers.get("Location")) == (int(code), new)


def test_a_new_folder_is_seen_at_once(client: httpx.Client, server: WebServer) -> None:
    """When another folder replaces the site's, the next response comes from the new folder."""
    new, old = server.place / "new-site", server.place / "old-site"
    built(DATA / "sample", new, SAMPLE_NOW + timedelta(days=30))
    before = client.get("closing/").text
    server.folder.rename(old)
    new.rename(server.folder)
    try:
        after = client.get("closing/").text
        assert after == (server.folder / "closing/index.html").read_text("utf-8") != before
    finally:
        server.folder.rename(new)
        old.rename(server.folder)
