"""Programs that readers use: a feed reader and a calendar that follow a site from build to build."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
from judges import Missing, _have
from sites import DATA, SmallSite, command
from soaking import Tell
from webserver import WebServer, nginx, nginx_path

from generator.edition.edition import Edition
from generator.model.content import Content
from generator.model.model import Kind
from generator.reading.folder import load

# From the first role until after most have ended, some on one day; a feed with few events keeps all of them meanwhile.
INSTANTS = (
    *("2025-11-20T00:00:00Z", "2025-12-24T16:00:00Z", "2026-02-25T00:00:00Z", "2026-05-10T00:00:00Z"),
    *("2026-06-01T00:00:00Z", "2026-06-15T12:00:00Z", "2026-06-15T12:00:01Z", "2026-06-30T00:00:00Z"),
)


@pytest.fixture
def server() -> Iterator[WebServer]:
    _have(nginx_path)
    with nginx("/") as found:
        yield found


def _program(name: str) -> str:
    if not (found := shutil.which(name)):
        raise Missing(f"no {name}: install Debian's {name}")
    return found


def _run(folder: Path, *arguments: str | Path) -> str:
    """The output of a program that has a folder as its home."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_PROXY": "*"}
    done = subprocess.run(
        list(map(str, arguments)), cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _publish(root: Path, server: WebServer, now: str) -> None:
    """Builds a site where the server shows it, under its address. Its files are dated as if built at that time."""
    options = ("--base-url", server.address, "--no-search", "--no-cache")
    began = time.time() - 1
    done = command("build", "--root", root, "--out", server.folder, "--now", now, *options)
    assert done.code == 0, done.err
    # Servers detect changes to a file by the second, and here two builds may happen in the same second.
    written = datetime.fromisoformat(now).timestamp()
    for path in server.folder.rglob("*"):
        if path.stat().st_mtime > began:
            os.utime(path, (written, written))


def test_newsboat_shows_each_event_once(server: WebServer, tmp_path: Path, tell: Tell) -> None:
    """A subscriber to the site's list of feeds sees, after several builds, every event so far exactly once."""
    newsboat = [_have(partial(_program, "newsboat")), "-C", "config", "-u", "urls", "-c", "cache.db"]
    for name in ("config", "urls"):
        (tmp_path / name).touch()
    for instant in INSTANTS:
        _publish(DATA / "sample", server, instant)
        if instant == INSTANTS[0]:
            _run(tmp_path, *newsboat, "-i", server.folder / "feeds/feeds.opml")
        _run(tmp_path, *newsboat, "-x", "reload")
    shown = _articles(tmp_path / "cache.db")
    edition = Edition(_content(DATA / "sample"), datetime.fromisoformat(INSTANTS[-1]))
    events = {event.id for event in edition.events if event.kind is not Kind.CLOSED}
    told = Counter({guid: count for guid, count in shown.items() if ":week/" not in guid})
    assert _run(tmp_path, *newsboat, "-x", "print-unread").split()[0] == str(shown.total())
    tell(f"events that newsboat is to show once over {len(INSTANTS)} builds", len(events), _wrong(events, told))


def _articles(cache: Path) -> Counter[str]:
    """How often newsboat shows each article, by its id."""
    connection = sqlite3.connect(cache)
    try:
        return Counter(guid for (guid,) in connection.execute("SELECT guid FROM rss_item WHERE deleted = 0"))
    finally:
        connection.close()


def _content(root: Path) -> Content:
    content = load(root).content
    assert content
    return content


def _wrong(events: set[str], told: Counter[str]) -> list[str]:
    return [
        f"{event}: {told[event]} times" for event in sorted(events | told.keys()) if told[event] != (event in events)
    ]


KHAL = """\
[calendars]
[[digest]]
path = {folder}/calendar
[locale]
local_timezone = UTC
default_timezone = UTC
longdateformat = %Y-%m-%d
longdatetimeformat = %Y-%m-%dT%H:%M
[sqlite]
path = {folder}/khal.db
"""


def _taken(server: WebServer, site: SmallSite, now: str, path: str, folder: Path) -> list[str]:
    """When a calendar has the role's deadline, and its status, after reading the site's calendar."""
    khal = [_have(partial(_program, "khal")), "-c", "khal.conf"]
    _publish(site.root, server, now)
    (folder / "read.ics").write_bytes(httpx.get(server.address + path, trust_env=False).raise_for_status().content)
    (folder / "khal.conf").write_text(KHAL.format(folder=folder))
    (folder / "calendar").mkdir(exist_ok=True)
    _run(folder, *khal, "import", "--batch", "-a", "digest", "read.ics")
    form = ("--day-format", "", "--format", "{start-long} {status}| {title}")
    lines = _run(folder, *khal, "list", *form, "2026-06-01", "60d").splitlines()
    return [line.partition("|")[0].strip() for line in lines if "Harbour Pilot" in line]


@pytest.fixture
def site(small_site: SmallSite) -> SmallSite:
    """A site with a role that closes on 20 June."""
    small_site.posting("pilot", "title: Harbour Pilot\ncloses: 2026-06-20T20:00:00Z")
    return small_site


@pytest.mark.parametrize("path", ["deadlines.ics", "postings/pilot/deadline.ics"])
def test_a_calendar_moves_an_event(server: WebServer, site: SmallSite, tmp_path: Path, path: str) -> None:
    """After an extension, a calendar that is read again has one event for the role, at the new deadline."""
    assert _taken(server, site, "2026-06-02T12:00:00Z", path, tmp_path) == ["2026-06-20T20:00 CONFIRMED"]
    assert site.command("extend", "pilot", "2026-07-01T18:30:00Z", "--now", "2026-06-18T09:00:00Z").code == 0
    assert _taken(server, site, "2026-06-18T12:00:00Z", path, tmp_path) == ["2026-07-01T18:30 CONFIRMED"]


def test_a_calendar_strikes_an_event_out(server: WebServer, site: SmallSite, tmp_path: Path) -> None:
    """After a withdrawal, a calendar that is read again has the role's event marked as cancelled."""
    assert _taken(server, site, "2026-06-02T12:00:00Z", "deadlines.ics", tmp_path) == ["2026-06-20T20:00 CONFIRMED"]
    assert site.command("withdraw", "pilot", "--now", "2026-06-18T09:00:00Z").code == 0
    assert _taken(server, site, "2026-06-18T12:00:00Z", "deadlines.ics", tmp_path) == ["2026-06-20T20:00 CANCELLED"]
