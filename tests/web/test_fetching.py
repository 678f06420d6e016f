"""Pages from the web: what is fetched, and what is refused."""

import re

import pytest
from webserver import web

from generator.web.fetching import NotFetched, fetch
from generator.web.network import Web

HTML = {"Content-Type": "text/html; charset=utf-8"}


def test_what_is_not_fetched() -> None:
    """Private networks, endless redirects, what robots.txt forbids, the too large and too slow, and other schemes."""
    pages = {
        "/loop": (302, {"Location": "/loop"}, b""),
        "/large": (200, HTML, b"x" * (5 * 1024 * 1024 + 1)),
        "/gone": (410, HTML, b""),
        "/latin": (200, HTML, b"\xe9"),
        "/no": (200, HTML, b"x"),
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /no\n"),
    }
    with web(pages) as (host, _):
        for path, message in {
            "/loop": "sends on more than 5 times",
            "/large": "is larger than 5 MiB",
            "/gone": "answers 410",
            "/latin": "is not text in 'utf-8'",
            "/no": "asks programs to stay away (robots.txt)",
        }.items():
            with pytest.raises(NotFetched, match=re.escape(message)):
                fetch(host + path, private=True)
        for address in (f"{host}/gone", host.replace("127.0.0.1", "localhost"), "http://[::1]/", "http://10.0.0.1/"):
            with pytest.raises(NotFetched, match="private network"):
                fetch(address)
        with pytest.raises(NotFetched, match="takes longer"):
            fetch(f"{host}/latin", private=True, web=Web(seconds=-1.0))
    for address in ("file:///etc/passwd", "ftp://example.org/", "https://user@example.org/", "https://"):
        with pytest.raises(NotFetched, match="is no http or https address"):
            fetch(address)
