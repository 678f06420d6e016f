"""`serve` as an editor uses it: a browser next to a text editor."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sites import SmallSite


@dataclass(frozen=True, slots=True)
class Served:
    site: SmallSite
    address: str
    process: subprocess.Popen[str]


def started(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        # If the tests run in the background of a shell, the signal is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.fixture
def served(small_site: SmallSite) -> Iterator[Served]:
    """The small site with one open role, served by the command itself."""
    yield from serving(small_site)


@pytest.fixture
def loosely_served(small_site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The same site with templates that have bypassed the count of their work; a build may take three seconds."""
    small_site.write("templates/foot.html", "the first foot")
    lines = ("from generator.reading import sandbox", "from generator.work import limits")
    found = "\n".join((*lines, "sandbox.MOST_WORK, limits._SECONDS = 10**12, 3"))
    (tmp_path / "sitecustomize.py").write_text(found, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield from serving(small_site)


def serving(small_site: SmallSite) -> Iterator[Served]:
    """Serves the site until the test ends."""
    small_site.posting("role", "title: Harbour Pilot\nopens: 2026-01-01\ncloses: 2199-01-01", "The first text.")
    command = [sys.executable, "-m", "generator", "serve", "--root", str(small_site.root), "--port", "0"]
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    process = started(command, environment)
    assert process.stdout
    said = process.stdout.readline()
    address = re.search(r"http://\S+", said)
    assert address, said
    yield Served(small_site, address[0], process)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 0, told
    assert "Traceback" not in told


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 500})
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield found
    context.close()
    assert wrong == []


def test_edit_break_and_fix(served: Served, page: Page) -> None:
    """An edit appears in the browser by itself; a mistake covers the page until it is fixed."""
    page.goto(f"{served.address}postings/role/")
    expect(page.locator(".prose")).to_contain_text("The first text.")
    served.site.posting("role", "title: Harbour Pilot\nopens: 2026-01-01\ncloses: 2199-01-01", "The second text.")
    expect(page.locator(".prose")).to_contain_text("The second text.")
    served.site.posting("role", "title: Harbour Pilot\nopens: 2026-01-01\ncloses: soon", "The third text.")
    overlay = page.locator(".serve-overlay")
    expect(overlay).to_contain_text("content/postings/role.md:5:9: closes: 'soon' is not a deadline")
    expect(page.locator(".prose")).to_contain_text("The second text.")
    page.reload()
    expect(overlay).to_contain_text("One problem; the page below is from before it")
    served.site.posting("role", "title: Harbour Pilot\nopens: 2026-01-01\ncloses: 2199-02-01", "The fourth text.")
    expect(page.locator(".prose")).to_contain_text("The fourth text.")
    expect(overlay).to_be_hidden()


def test_the_scroll_stays(served: Served, page: Page) -> None:
    """A page that reloads after an edit keeps its scroll position."""
    long = "\n\n".join(f"Paragraph {number}." for number in range(200))
    front = "title: Harbour Pilot\nopens: 2026-01-01\ncloses: 2199-01-01"
    served.site.posting("role", front, long)
    page.goto(f"{served.address}postings/role/")
    expect(page.locator(".prose")).to_contain_text("Paragraph 199.")
    # The page may load once more; readers scroll when it has loaded.
    page.wait_for_timeout(1500)
    page.evaluate("scrollTo(0, 2500)")
    served.site.posting("role", front, f"{long}\n\nThe end.")
    expect(page.locator(".prose")).to_contain_text("The end.")
    # The policy of our pages prevents tools from waiting inside them.
    for _ in range(50):
        if abs(page.evaluate("scrollY") - 2500) < 20:
            break
        page.wait_for_timeout(100)
    assert abs(page.evaluate("scrollY") - 2500) < 20


def test_another_day(served: Served, page: Page) -> None:
    """The slider and ?now= show another time, also through the page's own scripts; one click returns to the present."""
    page.goto(served.address)
    expect(page.locator(".row", has_text="Harbour Pilot")).to_be_visible()
    page.goto(f"{served.address}?now=2198-12-30T00:00:00Z")
    row = page.locator(".row", has_text="Harbour Pilot")
    expect(row.locator("[data-state]")).to_have_text("Closing")
    expect(row.locator("[data-left]")).to_contain_text("in 2 days")
    expect(page.locator(".serve-told")).to_contain_text("as of 2198-12-30 00:00 UTC")
    assert "now=" not in page.url
    page.goto(f"{served.address}postings/role/?now=2199-03-01T00:00:00Z")
    expect(page.locator(".standing")).to_contain_text("Closed")
    page.get_by_role("button", name="Now").click()
    expect(page.locator(".standing")).to_contain_text("Open")
    slider = page.get_by_role("slider", name="Days from now")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".serve-told")).to_contain_text("as of")
    page.get_by_role("button", name="Now").click()
    expect(page.locator(".serve-told")).to_contain_text("now")


def asked(address: str, **headers: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def test_what_is_served(served: Served) -> None:
    """Each kind of file has its media type, missing files give the site's own page, other sites' pages get nothing."""
    types = {
        "": "text/html",
        "feed.xml": "application/rss+xml",
        "opened.xml": "application/rss+xml",
        "atom.xml": "application/atom+xml",
        "feed.json": "application/feed+json",
        "data/postings.json": "application/json",
        "feeds/feeds.opml": "text/x-opml",
        "deadlines.ics": "text/calendar",
    }
    for path, kind in types.items():
        status, found, body = asked(served.address + path)
        assert (status, found.split(";")[0]) == (200, kind), path
        assert body
    status, _, body = asked(f"{served.address}no/such/page/")
    assert status == 404
    assert b"Page not found" in body
    assert asked(f"{served.address}countries")[2].count(b"<h1") == 1, "a folder without its slash is found"
    assert asked(f"{served.address}../../content/site.yaml")[0] == 404
    assert asked(f"{served.address}%2e%2e/%2e%2e/content/site.yaml")[0] == 404
    assert asked(f"{served.address}?now=tomorrow")[0] == 400
    assert asked(served.address, Host="evil.example")[0] == 403
    assert not (served.site.root / "site").exists()


def shown_at_last(address: str, text: bytes) -> bytes:
    """The page, once it shows a text."""
    for _ in range(600):
        if text in (body := asked(address)[2]):
            return body
        time.sleep(0.1)
    raise AssertionError(f"{text!r} is not shown: {body!r}")


def test_a_template_without_end_does_not_end_serve(loosely_served: Served) -> None:
    """A hostile template is stopped at its limit; the editor sees why, above the last good page, and can go on."""
    site, address = loosely_served.site, loosely_served.address
    assert b"the first foot" in asked(address)[2]
    site.write("templates/foot.html", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
    body = shown_at_last(address, b"the templates of this site take more than 3 seconds or 4 GiB of memory to fill in")
    assert b"the first foot" in body
    site.write("templates/foot.html", "the second foot")
    assert b"the templates of this site" not in shown_at_last(address, b"the second foot")


def test_a_wrong_site_is_served_too(small_site: SmallSite) -> None:
    """A site that has never been valid starts, and shows why; a port in use is reported in one line."""
    small_site.posting("role", "closes: soon")
    command = [sys.executable, "-m", "generator", "serve", "--root", str(small_site.root), "--port", "0"]
    with started(command, dict(os.environ)) as process:
        assert process.stdout
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address
        status, _, body = asked(address[0])
        assert status == 404
        assert b"There is no site yet" in body
        assert b"is not a deadline" in body
        port = address[0].rstrip("/").rsplit(":", 1)[1]
        second = subprocess.run([*command[:-1], port], capture_output=True, text=True, timeout=20)
        assert second.returncode == 2
        assert f"127.0.0.1:{port} is not available" in second.stderr
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
