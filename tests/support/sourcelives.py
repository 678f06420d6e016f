"""Vacancies that live at their sources for some days, as a file tells, and the web that shows them on each day."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from pathlib import Path
from typing import Any

import yaml
from sourceweb import Page, SourceWeb

SOURCES = """\
sources:
  harbour: {kind: page, address: "https://harbour.example/jobs/", organisation: harbour}
  lantern: {kind: feed, address: "https://lantern.example/jobs/", organisation: lantern}
  board: {kind: feed, address: "https://board.example/jobs/", organisation: board}
"""
SLOW = 3.0  # seconds that a slow page takes
HUGE = 6 * 1024 * 1024  # bytes of a huge one
_SHELL = "<!doctype html><html><head><title>Jobs</title></head><body><div id=app></div></body></html>"
_DUTIES = (
    "The {title} works with the crews of the quay and answers for what leaves it and what comes back.",
    "Of all that the {title} writes down the office keeps a copy, for those who come later and for those who ask why.",
    "Whoever was {title} before teaches for a month; whoever comes after is taught for as long as that takes.",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A vacancy as its employer shows it on a day. `page` is how its notice stands on the web."""

    key: str
    source: str
    title: str
    closes: date | None = None
    grade: str = "P-3"
    page: str | int = "there"

    @property
    def url(self) -> str:
        """The address at which its source lists it."""
        return self.first_url if self.page != "moved" else f"https://{self.source}.example/vacancies/{self.key}"

    @property
    def first_url(self) -> str:
        return f"https://{self.source}.example/jobs/{self.key}"

    @property
    def deadline(self) -> str:
        return f"{self.closes.day} {self.closes:%B %Y}" if self.closes else ""

    @property
    def is_listed(self) -> bool:
        return self.page in ("there", "over", "moved")

    @property
    def duties(self) -> list[str]:
        return [one.format(title=self.title) for one in _DUTIES]


@dataclass(frozen=True, slots=True)
class Story:
    """What happens at the sources, by day; the first day is 1."""

    begins: date
    days: int
    weather: list[dict[str, Any]]
    vacancies: dict[str, dict[str, Any]]

    @classmethod
    def at(cls, path: Path) -> "Story":
        return cls(**yaml.safe_load(path.read_text("utf-8")))

    def morning(self, day: int) -> datetime:
        """When the digest asks on a day."""
        return datetime.combine(self.begins + timedelta(days=day - 1), time(6), UTC)

    def notices(self, day: int) -> Iterator[Notice]:
        """The vacancies that have appeared by a day, as they are then."""
        for key, told in self.vacancies.items():
            if day >= min(told["life"]):
                notice = Notice(key, told["source"], told["title"])
                for at, change in sorted(told["life"].items()):
                    if at <= day:
                        notice = replace(notice, **{name: new for name, new in change.items() if name != "editor"})
                yield notice

    def declines(self, key: str, day: int) -> bool:
        """Whether the editor declines what is proposed for a vacancy on a day."""
        return bool(self.vacancies[key]["life"].get(day, {}).get("editor") == "declines")

    def last_change(self, key: str, day: int) -> int:
        """The day on which the source of a vacancy last changed something of it."""
        life: dict[int, dict[str, Any]] = self.vacancies[key]["life"]
        return max(at for at, change in life.items() if at <= day and change.keys() != {"editor"})

    def befalls(self, host: str, day: int) -> set[str]:
        """What befalls a host on a day."""
        return {one["is"] for one in self.weather if one["host"] == host and one["days"][0] <= day <= one["days"][1]}

    def told(self, key: str) -> set[tuple[int, str]]:
        """What the feeds should tell of a vacancy, and on which day."""
        return set(self.vacancies[key]["told"].items())


def show(web: SourceWeb, story: Story, day: int) -> None:
    """Puts the pages of a day in place of those of the day before."""
    web.pages.clear()
    web.down.clear()
    web.hosts.clear()
    for host in ("harbour", "lantern", "board"):
        befalls = story.befalls(host, day)
        notices = [one for one in story.notices(day) if one.source == host]
        _show_host(web, host, notices, redesigned="redesigned" in befalls)
        for what in sorted(befalls - {"redesigned"}):
            _befall(web, host, what)


def _show_host(web: SourceWeb, host: str, notices: list[Notice], *, redesigned: bool) -> None:
    kinds = {"harbour": "text/html", "lantern": "application/xml", "board": "application/feed+json"}
    listed = [one for one in notices if one.is_listed]
    lists = {"harbour": _data_page, "lantern": _atom if redesigned else _rss, "board": _json_feed}
    web.put(_list_of(host), lists[host](listed, redesigned), kinds[host])
    for one in notices:
        match one.page:
            case 404 | 410:
                web.pages[one.url] = Page(status=int(one.page))
            case "list":
                web.pages[one.url] = Page(status=302, headers={"Location": "/jobs/"})
            case "over":
                web.put(one.url, f"<!doctype html><h1>{one.title}</h1><p>This vacancy is closed.</p>")
            case _:
                web.put(one.url, _page(one, redesigned=redesigned))
        if one.page == "moved":
            web.pages[one.first_url] = Page(status=301, headers={"Location": one.url})


def _befall(web: SourceWeb, host: str, what: str) -> None:
    pages = {url: page for url, page in web.pages.items() if url.startswith(f"https://{host}.example/")}
    match what:
        case "slow":
            web.pages[_list_of(host)].seconds = SLOW
        case "huge":
            for page in pages.values():
                page.body += b" " * HUGE
        case "down":
            web.down.add(f"{host}.example")
        case "banned":
            web.put(f"https://{host}.example/robots.txt", "User-agent: *\nDisallow: /jobs/\n", "text/plain")
        case "sent on to private addresses":
            private = (f"http://127.0.0.1:{web.port}/secret", "http://169.254.169.254/latest/", "http://[::1]/secret")
            for number, url in enumerate(pages):
                web.pages[url] = Page(status=302, headers={"Location": private[number % len(private)]})
        case "named as a private address":
            web.hosts[f"{host}.example"] = ["10.0.0.7"]
        case "under maintenance":
            for url in pages:
                web.put(url, "<!doctype html><h1>We will be back soon</h1><p>Please try again later.</p>")
        case _:
            raise AssertionError(f"the story has weather of which nothing is known: {what}")


def _list_of(host: str) -> str:
    return f"https://{host}.example/jobs/"


def _data_page(listed: list[Notice], redesigned: bool) -> str:
    """A list with a script for each vacancy; after the redesign one script has all, in another order."""
    data = [_job_posting(one) for one in listed]
    scripts = data if not redesigned else [{"@context": "https://schema.org", "@graph": data[::-1]}]
    links = "".join(f'<li><a href="{one.url}">{escape(one.title)}</a></li>' for one in listed)
    body = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in scripts)
    return f"<!doctype html><html><body><h1>Our vacancies</h1><ul>{links}</ul>{body}</body></html>"


def _job_posting(one: Notice) -> dict[str, Any]:
    place = {"@type": "PostalAddress", "addressLocality": "Geneva", "addressCountry": "CH"}
    return {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": one.title,
        "url": one.url,
        **({"validThrough": one.closes.isoformat()} if one.closes else {}),
        "jobLocation": {"@type": "Place", "address": place},
        "description": "".join(f"<p>{duty}</p>" for duty in one.duties),
    }


def _rss(listed: list[Notice], _redesigned: bool) -> str:
    items = "".join(
        f"<item><title>{one.title}</title><link>{one.url}</link>"
        f"<description>Apply by {one.deadline}</description></item>"
        for one in listed
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Jobs</title>{items}</channel></rss>'


def _atom(listed: list[Notice], _redesigned: bool) -> str:
    entries = "".join(
        f'<entry><title>{one.title}</title><link href="{one.url}"/><id>{one.url}</id>'
        f"<summary>Apply by {one.deadline}</summary></entry>"
        for one in listed
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Jobs</title>{entries}</feed>'


def _json_feed(listed: list[Notice], _redesigned: bool) -> str:
    items = [
        {"id": one.url, "url": one.url, "title": one.title, "content_html": f"{_labels(one)}{_paragraphs(one) * 5}"}
        for one in listed
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Jobs", "items": items})


def _page(one: Notice, *, redesigned: bool) -> str:
    """A notice by itself: with labels, after the redesign in a table."""
    if one.source == "board":
        return _SHELL
    facts = _table(one) if redesigned else _labels(one)
    return f"<!doctype html><html><body><h1>{one.title}</h1>{facts}<h2>Duties</h2>{_paragraphs(one)}</body></html>"


def _facts(one: Notice) -> dict[str, str]:
    facts = {"Grade": one.grade, "Duty station": "Geneva, Switzerland", "Closing date": one.deadline}
    return {label: value for label, value in facts.items() if value}


def _labels(one: Notice) -> str:
    return "".join(f"<p>{label}: {value}</p>" for label, value in _facts(one).items())


def _table(one: Notice) -> str:
    rows = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in reversed(_facts(one).items()))
    return f"<div class=new><table>{rows}</table></div>"


def _paragraphs(one: Notice) -> str:
    return "".join(f"<p>{duty}</p>" for duty in one.duties)
