"""Builds that remember: whatever changes, and in whatever order, the site is the one that a clean build makes.

`VACANCY_DIGEST_EXAMPLES=200 .venv/bin/pytest tests/building/test_incremental.py` looks longer, and at other examples
each time.
"""

import errno
import json
import os
import shutil
import sqlite3
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sites import DATA, SAMPLE_NOW, SmallSite

from generator.building import build as program
from generator.building import making, plan
from generator.building.build import Listener, Options, Report, build
from generator.building.fingerprint import Fingerprint
from generator.edition import edition, listing
from generator.edition.edition import Edition, Role
from generator.model.content import Content, StaticFile
from generator.model.model import Event
from generator.model.problems import ContentError
from generator.pages.pages import PostingSubject
from generator.pages.views import HomeView, WeekView
from generator.publishing import publish
from generator.publishing.doors import Busy
from generator.publishing.standing import MANIFEST, OutputSurvey, Refused
from generator.reading import files, folder, intake
from generator.reading.intake import Intake, Rules
from generator.reading.templates import BUILT_IN, Templates
from generator.work import memo, stamps, workers
from generator.work.cachefolder import cache_of
from generator.work.means import Means
from generator.work.memo import Memo

EXAMPLES = int(os.environ.get("VACANCY_DIGEST_EXAMPLES", "0"))
GRANULE = 20_000_000  # ns: what the clocks of file systems here are finer than
SETTLED = 0.05  # seconds after which a file's stamp is trusted where the granule is that, with room
MEMORY_DISK = Path("/dev/shm")  # where there is one, thousands of small files are written in half the time


# A site that changes


def look(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file of a site: its content, its inode, and when it was written. What a build cut short left is none."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(".vacancy-digest-new"):
            status = path.stat()
            found[name] = path.read_bytes(), status.st_ino, status.st_mtime_ns
    return found


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its content, the manifest included."""
    return {path: content for path, (content, _, _) in look(folder).items()}


def differences(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The files that are not the same in both."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@dataclass
class Posting:
    """A posting's file: where it lies, and its lines."""

    slug: str
    head: dict[str, str]
    body: str = "Text 1000."
    folder: str = ""
    changes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"content/postings/{self.folder}{self.slug}.md"

    @property
    def text(self) -> str:
        head = dict(self.head)
        if self.changes:
            head["deadline_changes"] = "".join(f"\n  - on: {on}\n    from: {before}" for on, before in self.changes)
        return written(head, self.body)


def written(head: Mapping[str, str], body: str) -> str:
    """A file with front matter."""
    return f"---\n{lines(head) or '{}'}\n---\n\n{body}\n"


def lines(head: Mapping[str, str]) -> str:
    return "\n".join(f"{key}:{'' if value.startswith(chr(10)) else ' '}{value}" for key, value in head.items())


# What a role can be: the days from the present on which it opens and closes (None: not stated), and more lines, in
# which `@N` stands for the day that is N days from the present.
SHAPES: Mapping[str, tuple[int, int | None, dict[str, str]]] = {
    "open": (-10, 25, {}),
    "closing": (-20, 3, {}),
    "closing at an hour": (-20, 1, {"closes": "@1T18:30:00Z"}),
    "closed": (-40, -5, {}),
    "long closed": (-260, -200, {}),
    "without deadline": (-10, None, {}),
    "not confirmed": (-90, None, {}),
    "until filled": (-5, None, {"closes": "until-filled"}),
    "scheduled": (4, 30, {}),
    "withdrawn": (-10, 20, {"withdrawn": "@-2T09:00:00Z"}),
    "filled": (-10, 20, {"filled": "@-1"}),
    "expired": (-30, None, {"expired": "@-3T10:00:00Z"}),
    "taken down": (-12, 20, {"withdrawn": "@-3", "takedown": "true"}),
    "draft": (-3, 20, {"draft": "true"}),
    "opened at an hour": (-1, 14, {"opens": "@-1T08:00:00Z", "closes": "@14T12:00:00+02:00"}),
}
TITLES = ("Quay Master", "Quay Porter", "Crane & Winch <Operator>", "Чергова лікарка", "Head of Office", "Clerk")
PLACES = (
    "\n  - city: Geneva\n    country: CH",
    "\n  - country: CD",
    "\n  - city: Kinshasa\n    country: CD\n    zone: Africa/Kinshasa",
    "\n  - city: New York\n    country: US\n  - city: Nairobi\n    country: KE",
    "\n  - city: Atlantis",
)
FACTS: Mapping[str, tuple[str, ...]] = {
    "duty_stations": PLACES,
    "grade": ("P-3", "P-4", "G-6"),
    "category": ("professional", "general-service"),
    "contract": ("\n  type: fixed-term", "\n  type: temporary\n  duration: 6 months"),
    "languages": ("\n  required: [en]", "\n  required: [fr]\n  desirable: [en]"),
    "open_to": ("[internationals]", "[nationals, internal]"),
    "summary": ("A short sentence.", "Another one."),
    "source": ("\n  name: A board\n  checked: 2026-06-10", "\n  name: Another board"),
    "salary": ("\n  min: 1000\n  currency: CHF", "\n  min: 2000\n  max: 3000\n  currency: USD"),
}
SETTINGS: Mapping[str, tuple[str | None, ...]] = {
    "title": ("Harbour Jobs", "Quay Jobs"),
    "description": ("A digest of one role.", "A digest."),
    "base_url": ("https://jobs.example.org/", "https://example.org/jobs/"),
    "timezone": (None, "Asia/Tokyo", "America/New_York"),
    "deadline": (None, '\n  time: "12:00"\n  zone: Europe/Paris'),
    "closing_window_days": (None, "2", "30"),
    "feed_window_days": (None, "3", "400"),
    "unconfirmed_days": (None, "5", "200"),
    "closed_in_feeds": (None, "true"),
    "disclaimer": (None, "Not official.", "Still not official."),
    "repository": (None, "https://example.org/source"),
    "navigation": (
        None,
        "\n  - label: Soon\n    to: /closing/",
        "\n  - label: Elsewhere\n    to: https://example.org/",
    ),
    "tag_authority": (
        "\n  domain: jobs.example.org\n  date: 2026-01-01",
        "\n  domain: jobs.example.org\n  date: 2026-02-01",
    ),
    "editor": ("\n  name: The editor\n  email: editor@example.org", "\n  name: Another\n  email: editor@example.org"),
}
RULES_OF_DEADLINES = (None, '\n  time: "17:00"\n  zone: duty-station', '\n  time: "08:00"\n  zone: Asia/Tokyo')
TEMPLATES = ("row.html", "foot.html", "posting.html", "entry.html", "parts.html", "assets/style.css", "assets/own.css")
PAGES = ("about", "help")
NOTES = ("CH", "CD", "KE")
STATIC = ("CNAME", "thing", "thing/inside.txt", ".well-known/security.txt")
DAMAGES = (
    "gone",
    "tables",
    "empty",
    "cut",
    "flipped",
    "overwritten",
    "text",
    "another's",
    "older",
    "a folder",
    "journal",
)

numbers = st.integers(0, 30)
which = st.integers(0, 7)


class SiteMachine(RuleBasedStateMachine):
    """A site under change, built after each of them: by a build that remembers, and by one that does not."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(
            tempfile.mkdtemp(prefix="vacancy-digest-test-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None)
        )
        self.root = self.place / "site"
        self.out, self.other_out = self.place / "out", self.place / "other"
        self.now = SAMPLE_NOW
        self.base_url: str | None = None
        self.count = 0
        self.damaged = False  # whether a line about the memory may be told
        self.must_tell = False  # whether it has to be
        self.told: list[str] = []  # what was told at the last build
        self.older: bytes | None = None  # the memory as it once was
        self.previewed = intake.MANY
        self.settings = {key: value for key, values in SETTINGS.items() if (value := values[0]) is not None}
        self.postings: list[Posting] = []
        self.deleted: list[Posting] = []
        self.organisations: dict[str, tuple[dict[str, str], str]] = {}
        self.began()

    def began(self) -> None:
        """The golden site's folder, with three more postings in it."""
        shutil.copytree(DATA / "golden/content", self.root / "content")
        (self.root / "content/postings/quay-master.md").unlink()
        self.write_settings()
        self.organisations["harbour"] = {"name": "Harbour Relief", "deadline": str(RULES_OF_DEADLINES[1])}, "It runs."
        self.write_organisation("harbour")
        for number, shape in enumerate(("open", "closing", "long closed")):
            self.add_posting(shape=shape, title=TITLES[number], place=number, grade=number, named=True)

    def teardown(self) -> None:
        shutil.rmtree(self.place)

    # What the rules need

    def day(self, days: int) -> str:
        return (self.now + timedelta(days=days)).date().isoformat()

    def number(self) -> int:
        self.count += 1
        return 1000 + self.count

    def file(self, path: str, content: str | bytes) -> Path:
        """Writes a file of the site, in place."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def posting(self, number: int) -> Posting:
        return self.postings[number % len(self.postings)]

    def save(self, posting: Posting) -> None:
        self.file(posting.path, posting.text)

    def write_settings(self) -> None:
        self.file(
            "content/site.yaml", lines(self.settings) + f"\nallow_static: [{', '.join((*STATIC, 'index.html'))}]\n"
        )

    def write_organisation(self, key: str) -> None:
        head, body = self.organisations[key]
        self.file(f"content/organisations/{key}.md", written(head, body))

    def organisation(self, number: int) -> str:
        return sorted(self.organisations)[number % len(self.organisations)]

    @property
    def memory(self) -> Path:
        return cache_of(self.root) / "vacancy-digest.sqlite"

    # Postings

    @precondition(lambda self: len(self.postings) < 8)
    @rule(
        shape=st.sampled_from(sorted(SHAPES)),
        title=st.sampled_from(TITLES),
        place=which,
        grade=which,
        organisation=which,
        named=st.booleans(),
        alias=st.booleans(),
        folder=st.sampled_from(("", "2026/", "2026/06/", "late\u00a0ones/")),
    )
    def add_posting(
        self,
        shape: str = "open",
        title: str = TITLES[0],
        place: int = 0,
        grade: int = 0,
        organisation: int = 0,
        named: bool = False,
        alias: bool = False,
        folder: str = "",
    ) -> None:
        slug = f"role-{self.number()}"
        opens, closes, more = SHAPES[shape]
        head = {"title": quoted(title), "organisation": self.organisation(organisation), "opens": self.day(opens)}
        if closes is not None:
            head["closes"] = self.day(closes)
        for key, value in more.items():
            offset, _, rest = value.removeprefix("@").partition("T")
            head[key] = value if value[0] != "@" else self.day(int(offset)) + (f"T{rest}" if rest else "")
        for key, number in (("duty_stations", place), ("grade", grade), ("category", grade)):
            values = ("", *FACTS[key])
            if value := values[(number + 1) % len(values)]:
                head[key] = value
        if named:
            head["id"] = f"id-of-{slug}"
        if alias:
            head["aliases"] = f"[once-{slug}]"
        posting = Posting(slug, head, folder=folder)
        self.postings.append(posting)
        self.save(posting)

    @precondition(lambda self: self.postings and len(self.postings) < 8)
    @rule(number=which)
    def copy_posting(self, number: int) -> None:
        """The same file once more, under another name."""
        posting = self.posting(number)
        head = {key: value for key, value in posting.head.items() if key not in ("id", "aliases")}
        self.edit(posting, replace(posting, head=head))
        self.postings.append(
            replace(posting, slug=f"role-{self.number()}", head=dict(head), changes=[*posting.changes])
        )
        self.save(self.postings[-1])

    def edit(self, posting: Posting, after: Posting) -> None:
        """Puts a file in the place of a posting's."""
        if after.path != posting.path:
            (self.root / posting.path).unlink()
        self.postings[self.postings.index(posting)] = after
        self.save(after)

    @precondition(lambda self: self.postings)
    @rule(number=which, title=st.sampled_from(TITLES))
    def edit_title(self, number: int, title: str) -> None:
        posting = self.posting(number)
        posting.head["title"] = quoted(title)
        self.save(posting)

    @precondition(lambda self: self.postings)
    @rule(number=which, hidden=st.booleans())
    def edit_body(self, number: int, hidden: bool) -> None:
        """Another text of the same length; `hidden`, with the old time of change put back."""
        posting = self.posting(number)
        before = (self.root / posting.path).stat()
        posting.body = f"Text {self.number()}."
        self.save(posting)
        if hidden:
            os.utime(self.root / posting.path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @precondition(lambda self: self.postings)
    @rule(number=which, key=st.sampled_from(sorted(FACTS)), value=which)
    def edit_fact(self, number: int, key: str, value: int) -> None:
        """States a fact of a posting, another one, or none."""
        posting = self.posting(number)
        values = (None, *FACTS[key])
        chosen = values[value % len(values)]
        if chosen is None:
            posting.head.pop(key, None)
        else:
            posting.head[key] = chosen
        self.save(posting)

    @precondition(lambda self: self.postings)
    @rule(number=which, days=st.sampled_from((-3, 0, 2, 10, 40)), told=st.booleans())
    def move_deadline(self, number: int, days: int, told: bool) -> None:
        """Another deadline; `told`, with its line under `deadline_changes`."""
        posting = self.posting(number)
        before = posting.head.get("closes")
        taken = {before, *(earlier for _, earlier in posting.changes)}
        while self.day(days) in taken or self.day(days) < posting.head["opens"][:10]:
            days += 1
        posting.head["closes"] = self.day(days)
        if told and before:
            on = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
            posting.changes.append((max([on, *(one for one, _ in posting.changes)]), before))
        self.save(posting)

    @precondition(lambda self: self.postings)
    @rule(number=which, how=st.sampled_from(("withdrawn", "filled", "expired", "takedown", "draft", "back")))
    def end(self, number: int, how: str) -> None:
        """Ends a role at the present, or takes back that it ended."""
        posting = self.posting(number)
        for key in ("withdrawn", "filled", "expired", "takedown", "draft"):
            posting.head.pop(key, None)
        if how == "takedown":
            posting.head |= {"withdrawn": self.day(0), "takedown": "true"}
        elif how != "back":
            posting.head[how] = "true" if how == "draft" else f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        self.save(posting)

    @precondition(lambda self: self.postings)
    @rule(number=which, organisation=which)
    def give_away(self, number: int, organisation: int) -> None:
        """Gives a posting to another organisation."""
        posting = self.posting(number)
        posting.head["organisation"] = self.organisation(organisation)
        self.save(posting)

    @precondition(lambda self: self.postings)
    @rule(number=which, kept=st.booleans(), alias=st.booleans())
    def rename_posting(self, number: int, kept: bool, alias: bool) -> None:
        """Another file name; `kept`, with its identity; `alias`, with its old address."""
        posting = self.posting(number)
        head = dict(posting.head)
        if kept:
            head.setdefault("id", posting.slug)
        if alias:
            head["aliases"] = f"[{posting.slug}]"
        self.edit(posting, replace(posting, slug=f"role-{self.number()}", head=head))

    @precondition(lambda self: self.postings)
    @rule(number=which, folder=st.sampled_from(("", "2026/", "2026/07/")))
    def move_posting(self, number: int, folder: str) -> None:
        posting = self.posting(number)
        self.edit(posting, replace(posting, folder=folder))

    @precondition(lambda self: self.postings)
    @rule(number=which)
    def delete_posting(self, number: int) -> None:
        posting = self.posting(number)
        (self.root / posting.path).unlink()
        self.postings.remove(posting)
        self.deleted.append(posting)

    @precondition(lambda self: self.deleted and len(self.postings) < 8)
    @rule(number=which)
    def bring_back(self, number: int) -> None:
        """A deleted posting's file as it was."""
        posting = self.deleted.pop(number % len(self.deleted))
        if posting.head["organisation"] not in self.organisations:
            posting.head["organisation"] = self.organisation(0)
        self.postings.append(posting)
        self.save(posting)

    @precondition(lambda self: len(self.postings) > 1)
    @rule(one=which, other=which)
    def exchange(self, one: int, other: int) -> None:
        """Two files change places: each has the bytes that the other one had."""
        first, second = self.posting(one), self.posting(other)
        if first is not second:
            for posting, source in ((first, replace(second)), (second, replace(first))):
                posting.head, posting.body, posting.changes = source.head, source.body, source.changes
            self.save(first)
            self.save(second)

    @rule(files=st.sampled_from((0, intake.MANY)))
    def preview(self, files: int) -> None:
        """Whether a few changed files are enough for pages to be made as they are read."""
        self.previewed = files

    # What is wrong, and mended again

    @precondition(lambda self: self.postings)
    @rule(number=which, key=st.sampled_from(("opens", "organisation", "id", "county")))
    def break_posting(self, number: int, key: str) -> None:
        """A date that is none, an organisation that there is not, a name that is another's, a key that nobody knows."""
        posting = self.posting(number)
        values = {"opens": "2026-02-30", "organisation": "nobody", "id": self.postings[0].slug, "county": "CH"}
        self.file(posting.path, written({**posting.head, key: values[key]}, posting.body))

    @rule(name=st.sampled_from(("site.yaml", "organisations/harbour.md", "pages/index.md", "static/index.html")))
    def break_other(self, name: str) -> None:
        self.file(f"content/{name}", f"title: {self.number()}\n")

    @rule(text=st.sampled_from(("{% if %}", "{{ 1 // 0 }}", "{{ nothing }}")), name=st.sampled_from(TEMPLATES[:4]))
    def break_template(self, text: str, name: str) -> None:
        """A template that cannot be read, or fails."""
        self.file(f"templates/{name}", text)

    @rule()
    def mend(self) -> None:
        """Everything as it would be without the mistakes."""
        for posting in self.postings:
            if (self.root / posting.path).read_text("utf-8") != posting.text:
                self.save(posting)
        self.write_settings()
        for path in ("pages/index.md", "static/index.html"):
            (self.root / "content" / path).unlink(missing_ok=True)
        for key in self.organisations:
            self.write_organisation(key)
        if "harbour" not in self.organisations:
            (self.root / "content/organisations/harbour.md").unlink(missing_ok=True)
        for name in TEMPLATES[:4]:
            own = self.root / "templates" / name
            if own.exists() and own.stat().st_size < 20:
                own.unlink()

    # What stands around the postings

    @precondition(lambda self: len(self.organisations) < 4)
    @rule(name=st.sampled_from(TITLES), deadline=which, parent=st.booleans())
    def add_organisation(self, name: str, deadline: int, parent: bool) -> None:
        key = f"org-{self.number()}"
        head = {"name": quoted(name)}
        if rule_text := RULES_OF_DEADLINES[deadline % len(RULES_OF_DEADLINES)]:
            head["deadline"] = rule_text
        if parent:
            head["parent"] = self.organisation(0)
        self.organisations[key] = head, f"About {key}."
        self.write_organisation(key)

    @rule(number=which, key=st.sampled_from(("name", "deadline", "body", "country", "logo")), value=which)
    def edit_organisation(self, number: int, key: str, value: int) -> None:
        name = self.organisation(number)
        head, _ = self.organisations[name]
        chosen: str | None = None
        match key:
            case "name":
                chosen = quoted(TITLES[value % len(TITLES)])
            case "deadline":
                chosen = RULES_OF_DEADLINES[value % len(RULES_OF_DEADLINES)]
            case "body":
                self.organisations[name] = head, f"About it, {self.number()}."
            case "country":
                chosen = (None, *NOTES)[value % 4]
            case "logo" if value % 3:
                chosen = f"{name}.png"
                self.file(f"content/organisations/{name}.png", b"\x89PNG\r\n%d" % value)
        if chosen:
            head[key] = chosen
        elif key != "body":
            head.pop(key, None)
        self.write_organisation(name)

    @precondition(lambda self: len(self.organisations) > 1)
    @rule(number=which)
    def remove_organisation(self, number: int) -> None:
        """Its postings, and the organisations below it, go to another one first."""
        key = self.organisation(number)
        del self.organisations[key]
        heir = self.organisation(0)
        for posting in self.postings:
            if posting.head["organisation"] == key:
                posting.head["organisation"] = heir
                self.save(posting)
        for name, (head, _) in self.organisations.items():
            if head.get("parent") == key:
                del head["parent"]
                self.write_organisation(name)
        for file in (self.root / "content/organisations").glob(f"{key}.*"):
            file.unlink()

    @rule(key=st.sampled_from(sorted(SETTINGS)), value=which)
    def edit_settings(self, key: str, value: int) -> None:
        chosen = SETTINGS[key][value % len(SETTINGS[key])]
        self.settings.pop(key, None)
        if chosen:
            self.settings[key] = chosen
        self.write_settings()

    @rule(label=st.sampled_from((None, "Band three", "Band 3")))
    def edit_vocabulary(self, label: str | None) -> None:
        """Own words for grades, other ones, or the built-in words again."""
        if label is None:
            (self.root / "content/vocabulary.yaml").unlink(missing_ok=True)
        else:
            words = "".join(
                f"  {key}:\n    label: {label} {key}\n    explanation: It means {label}.\n    source: A plan\n"
                for key in FACTS["grade"]
            )
            self.file("content/vocabulary.yaml", f"grades:\n{words}")

    @rule(name=st.sampled_from(TEMPLATES), plain=st.booleans())
    def edit_template(self, name: str, plain: bool = False) -> None:
        """An own template; `plain`, the built-in one as it is."""
        built_in = BUILT_IN / name
        text = built_in.read_text("utf-8") if built_in.exists() else ""
        mark = f"/* {self.number()} */" if name.endswith(".css") else f"<p>{self.number()}</p>\n"
        before, end, after = text.rpartition("{% endblock %}" if "{% endblock %}" in text else "{% endmacro %}")
        self.file(f"templates/{name}", text if plain else before + mark + end + after if end else text + mark)

    @rule(name=st.sampled_from(TEMPLATES))
    def remove_template(self, name: str) -> None:
        (self.root / "templates" / name).unlink(missing_ok=True)

    @rule(name=st.sampled_from(PAGES), gone=st.booleans(), title=st.sampled_from(TITLES))
    def edit_page(self, name: str, gone: bool, title: str) -> None:
        self.edit_file(f"content/pages/{name}.md", gone, written({"title": quoted(title)}, f"Page {self.number()}."))

    @rule(code=st.sampled_from(NOTES), gone=st.booleans())
    def edit_country(self, code: str, gone: bool) -> None:
        self.edit_file(f"content/countries/{code}.md", gone, written({}, f"Note {self.number()}."))

    @rule(name=st.sampled_from(STATIC), gone=st.booleans())
    def edit_static(self, name: str, gone: bool) -> None:
        """A file that is copied; what stands in its way goes."""
        inside = self.root / "content/static/thing"
        if name == "thing" and inside.is_dir():
            shutil.rmtree(inside)
        elif name.startswith("thing/") and inside.is_file():
            inside.unlink()
        self.edit_file(f"content/static/{name}", gone, f"Copied {self.number()}.")

    def edit_file(self, path: str, gone: bool, text: str) -> None:
        if gone:
            (self.root / path).unlink(missing_ok=True)
        else:
            self.file(path, text)

    @rule(number=numbers, how=st.sampled_from(("again", "in its place", "time")))
    def touch(self, number: int, how: str) -> None:
        """A file written again as it is, another one like it put in its place, or only its time set."""
        found = sorted(path for path in self.root.rglob("*") if path.is_file())
        path = found[number % len(found)]
        if how == "time":
            os.utime(path, (number, number))
        elif how == "again":
            path.write_bytes(path.read_bytes())
        else:
            new = path.with_name(".new")
            new.write_bytes(path.read_bytes())
            new.replace(path)

    # Time, and where the site goes

    @rule(hours=st.sampled_from((1, 7, 24, 3 * 24, 8 * 24, 40 * 24, 200 * 24, -1, -24, -30 * 24)))
    def pass_time(self, hours: int) -> None:
        """The clock goes on, or is set back."""
        self.now += timedelta(hours=hours)

    @rule(address=st.sampled_from((None, "https://elsewhere.example/", "https://elsewhere.example/a/path/")))
    def publish_at(self, address: str | None) -> None:
        """Another address by the command line."""
        self.base_url = address

    @rule()
    def build_elsewhere(self) -> None:
        """Into the other one of two folders."""
        self.out, self.other_out = self.other_out, self.out

    @precondition(lambda self: (self.out / MANIFEST).exists())
    @rule(number=st.integers(0, 300), how=st.sampled_from(("gone", "longer", "same length", "hidden", "empty")))
    def tamper(self, number: int, how: str) -> None:
        """A file of the site deleted or changed by others; `hidden`, with its old time of change put back."""
        path = self.out / sorted(one for one in tree(self.out) if one != MANIFEST)[number % len(tree(self.out)) - 1]
        content, before = path.read_bytes(), path.stat()
        match how:
            case "gone":
                path.unlink()
            case "longer":
                path.write_bytes(content + b"More.")
            case "empty":
                path.write_bytes(b"")
            case _:
                path.write_bytes(content[:-1] + b"?")
        if how == "hidden":
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @precondition(lambda self: (self.out / MANIFEST).exists())
    @rule(everything=st.booleans())
    def tamper_whole(self, everything: bool) -> None:
        """A folder of the site deleted, or all of it."""
        shutil.rmtree(self.out if everything else self.out / "feeds", ignore_errors=True)

    @precondition(lambda self: (self.out / MANIFEST).exists())
    @rule(number=st.integers(0, 300), digest=st.sampled_from(("", 32 * "0")))
    def tamper_manifest(self, number: int, digest: str) -> None:
        """A wrong digest in the list of our files."""
        manifest = json.loads((self.out / MANIFEST).read_bytes())
        path = sorted(manifest["files"])[number % len(manifest["files"])]
        manifest["files"][path] = digest
        (self.out / MANIFEST).write_text(json.dumps(manifest))

    @rule(steps=st.integers(0, 40))
    def cut_short(self, steps: int) -> None:
        """A build whose process is killed after it has put some files in place."""
        child = os.fork()
        if not child:
            try:
                left, put = iter(range(steps)), os.replace
                os.replace = lambda *paths: put(*paths) if next(left, None) is not None else os._exit(9)
                self.built(self.out, remember=True, keep_going=False, told=[])
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    # The memory

    @precondition(lambda self: self.memory.is_file())
    @rule()
    def keep_memory(self) -> None:
        """A copy of the memory, to come back to it later."""
        self.older = self.memory.read_bytes()

    @precondition(lambda self: self.memory.is_file())
    @rule(how=st.sampled_from(DAMAGES), at=st.lists(st.integers(0, 1_000_000), min_size=1, max_size=40))
    def damage(self, how: str, at: list[int]) -> None:
        """The memory lost, cut, changed in some places, replaced by something else or by what it once was."""
        content = bytearray(self.memory.read_bytes())
        self.damaged = how != "gone"
        self.must_tell = how in ("tables", "text", "another's", "a folder")
        match how:
            case "gone":
                self.memory.unlink()
            case "empty":
                self.memory.write_bytes(b"")
            case "cut":
                self.memory.write_bytes(content[: at[0] % len(content)])
            case "flipped" | "overwritten":
                for place in at:
                    where = place % len(content)
                    content[where] = content[where] ^ (1 << place % 8) if how == "flipped" else place % 251
                self.memory.write_bytes(content)
            case "text":
                self.memory.write_text("Not a database.\n" * 100)
            case "another's":
                self.memory.unlink()
                with closing(sqlite3.connect(self.memory)) as other:
                    other.execute("CREATE TABLE postings (path TEXT)")
            case "tables":
                self.memory.write_bytes(content.replace(b"CREATE TABLE", b"CREATE \xf0ABLE"))
            case "older" if self.older is not None:
                self.memory.write_bytes(self.older)
            case "a folder":
                self.memory.unlink()
                self.memory.mkdir()
            case "journal":
                self.memory.with_name(f"{self.memory.name}-journal").write_bytes(
                    bytes(at[0] % 256 for _ in range(2000))
                )

    @precondition(lambda self: self.memory.is_dir())
    @rule()
    def clear_memory(self) -> None:
        """The memory's whole folder deleted."""
        shutil.rmtree(self.memory.parent)
        self.must_tell = False

    def flip(self, word: bytes) -> None:
        """Changes the memory wherever it holds a word."""
        content = self.memory.read_bytes()
        assert word in content, f"the memory does not hold {word!r}"
        self.memory.write_bytes(content.replace(word, word.swapcase()))
        self.damaged = True

    # The law

    def built(self, out: Path, *, remember: bool, keep_going: bool, told: list[str]) -> Report | list[str]:
        """What a build did, or the problems for which it did nothing."""
        options = Options(self.base_url, keep_going=keep_going, remember=remember)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(intake, "MANY", self.previewed if remember else intake.MANY)
            patch.setattr(memo, "_GRANULE", GRANULE)
            try:
                return build(self.root, out, self.now, options, Listener(told.append))
            except ContentError as error:
                return sorted(map(str, error.problems))

    @invariant()
    def law(self) -> None:
        """The site is the one that a clean build makes; a second build writes nothing; with problems all stays."""
        if isinstance(self.compared(keep_going=False), list):
            self.compared(keep_going=True)

    def compared(self, keep_going: bool) -> Report | list[str]:
        told: list[str] = []
        before, clean_out = look(self.out), self.place / "clean"
        done = self.built(self.out, remember=True, keep_going=keep_going, told=told)
        assert told or not self.must_tell, "nobody was told that the memory was damaged"
        assert self.damaged or not told, f"told without a reason: {told}"
        self.told = told
        self.damaged = self.must_tell = self.memory.is_dir()
        after = look(self.out)
        try:
            clean = self.built(clean_out, remember=False, keep_going=keep_going, told=told)
            wanted = tree(clean_out)
        finally:
            shutil.rmtree(clean_out, ignore_errors=True)
        if isinstance(done, list) or isinstance(clean, list):
            assert done == clean, "other problems than a clean build has"
            assert after == before, "a build with problems changed the site"
            return done
        found = {path: content for path, (content, _, _) in after.items()}
        assert differences(found, wanted) == [], "other files than a clean build makes"
        assert done.problems == clean.problems
        assert done.notes == clean.notes
        rewritten = [
            path for path, seen in after.items() if path in before and before[path] != seen and path != MANIFEST
        ]
        assert [path for path in rewritten if before[path][0] == after[path][0]] == [], "written again as they were"
        again = self.built(self.out, remember=True, keep_going=keep_going, told=[])
        assert isinstance(again, Report)
        assert (again.published.written, again.published.removed) == (0, 0), "a second build wrote something"
        assert look(self.out) == after, "a second build touched something"
        return done


def run(machine: type[SiteMachine], examples: int, steps: int, *phases: Phase) -> None:
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not EXAMPLES,
        database=None,
        # To find the shortest example takes minutes, so only a longer look does.
        phases=phases or ((Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,)),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)  # type: ignore[no-untyped-call]


def test_a_build_that_remembers_makes_what_a_clean_build_makes() -> None:
    """Whatever is edited, renamed, removed or damaged, and whenever, the site equals a clean one byte for byte."""
    run(SiteMachine, EXAMPLES or 8, 40 if EXAMPLES else 18)


@pytest.fixture
def machine() -> Iterator[SiteMachine]:
    """A site of three postings, to change step by step."""
    machine = SiteMachine()
    yield machine
    machine.teardown()


# Planted mistakes: each is one that such builds are known to make, put into the generator on purpose.

Patch = pytest.MonkeyPatch
Scenario = Callable[[SiteMachine], None]
MISTAKES: dict[str, tuple[Callable[[Patch], None], tuple[Scenario, ...]]] = {}


def mistake(name: str, *steps: Scenario) -> Callable[[Callable[[Patch], None]], None]:
    """Registers a mistake with the steps that show it."""

    def register(plant: Callable[[Patch], None]) -> None:
        MISTAKES[name] = plant, steps

    return register


def settle(machine: SiteMachine) -> None:
    """Waits until the stamps of files are trusted."""
    time.sleep(SETTLED)


def around(patch: Patch, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Puts a function in the place of another, which it is given first."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: wrapper(original, *given, **named))


def without(patch: Patch, **values: Callable[[Content], object]) -> None:
    """Leaves values out of what stands for the surroundings of every page."""
    original = Content.__dict__["digest"].func
    blank = property(lambda content: original(replace(content, **{name: of(content) for name, of in values.items()})))
    patch.setattr(Content, "digest", blank)


def unseen(patch: Patch, kind: type, blank: Callable[[Any], object]) -> None:
    """Leaves something of one kind of view out of its key."""
    around(patch, Fingerprint, "of", lambda of, self, one: of(self, blank(one) if type(one) is kind else one))


@mistake("templates left out", lambda machine: machine.edit_template("foot.html"))
def _(patch: Patch) -> None:
    patch.setattr(Templates, "digest", b"")


@mistake("the state left out", lambda machine: machine.pass_time(4 * 24))
def _(patch: Patch) -> None:
    def timeless(role_at: Any, *given: Any) -> Any:
        role = role_at(*given)
        return msgspec.structs.replace(role, key=role.listing.digest)

    around(patch, edition, "role_at", timeless)


@mistake("the instant of the build left out", lambda machine: machine.pass_time(1))
def _(patch: Patch) -> None:
    unseen(patch, HomeView, lambda view: replace(view, as_of="", as_of_text=""))


@mistake(
    "the end of a week left out", lambda machine: machine.pass_time(4 * 24), lambda machine: machine.pass_time(7 * 24)
)
def _(patch: Patch) -> None:
    unseen(patch, WeekView, lambda view: replace(view, running=False))


@mistake("a posting deleted but not forgotten", lambda machine: machine.delete_posting(0))
def _(patch: Patch) -> None:
    def with_deleted(take_in: Any, files: Any, rules: Rules, means: Means, *rest: Any) -> Intake:
        intake: Intake = take_in(files, rules, means, *rest)
        there = {one.slug for one in intake.listings}
        known = (listing.decoded(one.listing) for one in means.memo.postings())
        intake.listings += [one for one in known if one.slug not in there]
        return intake

    patch.setattr(Memo, "forget_postings", lambda self, paths: None)
    around(patch, folder, "take_in", with_deleted)


@mistake("a page that is gone left in place", lambda machine: machine.delete_posting(0))
def _(patch: Patch) -> None:
    patch.setattr(OutputSurvey, "without", lambda self, paths: [])


@mistake("a posting's name left out", lambda machine: machine.rename_posting(0, kept=True, alias=False))
def _(patch: Patch) -> None:
    def nameless(role_at: Any, *given: Any) -> Any:
        role = role_at(*given)
        return msgspec.structs.replace(role, key=f"{role.listing.title} {role.state} {role.since}".encode())

    around(patch, edition, "role_at", nameless)


@mistake("an organisation's text left out", lambda machine: machine.edit_organisation(0, "body", 2))
def _(patch: Patch) -> None:
    def silent(content: Content) -> object:
        return {key: replace(file, prose=None) for key, file in content.organisations.items()}

    without(patch, organisations=silent)


@mistake("an organisation's name left out of postings", lambda machine: machine.edit_organisation(0, "name", 2))
def _(patch: Patch) -> None:
    def nameless(rules: Rules) -> Rules:
        files = {
            key: replace(file, organisation=file.organisation.model_copy(update={"name": ""}))
            for key, file in rules.organisations.items()
        }
        return rules._replace(organisations=files)

    around(patch, Rules, "digest", lambda digest, rules: digest(nameless(rules)))


@mistake("settings left out", lambda machine: machine.edit_settings("disclaimer", 1))
def _(patch: Patch) -> None:
    without(patch, settings=lambda content: None)


@mistake("own words left out", lambda machine: machine.edit_vocabulary("Band three"))
def _(patch: Patch) -> None:
    without(patch, vocabulary=lambda content: None)


@mistake("own pages left out", lambda machine: machine.edit_page("help", gone=False, title="Help"))
def _(patch: Patch) -> None:
    without(patch, pages=lambda content: ())


@mistake("settings left out of what postings are read by", lambda machine: machine.edit_settings("timezone", 1))
def _(patch: Patch) -> None:
    around(patch, Rules, "digest", lambda digest, rules: digest(rules._replace(content=None)))


@mistake("an organisation's rule left out", lambda machine: machine.edit_organisation(0, "deadline", 2))
def _(patch: Patch) -> None:
    around(patch, Rules, "digest", lambda digest, rules: digest(rules._replace(organisations={})))


@mistake("the address left out", lambda machine: machine.publish_at("https://elsewhere.example/"))
def _(patch: Patch) -> None:
    def same_digest(at: Any, content: Content, base_url: str) -> Content:
        moved: Content = at(content, base_url)
        moved.__dict__["digest"] = content.digest
        return moved

    around(patch, Content, "at", same_digest)


@mistake("stamps without the time that nobody can set", settle, lambda machine: machine.edit_body(0, hidden=True))
def _(patch: Patch) -> None:
    def settable(status: os.stat_result) -> str:
        return f"{status.st_size} {status.st_mtime_ns} {status.st_mtime_ns} {status.st_ino}"

    patch.setattr(files, "stamp_of", settable)


@mistake("names that are taken forgotten", settle, lambda machine: machine.break_posting(1, "id"))
def _(patch: Patch) -> None:
    around(patch, intake, "listing_claim", lambda claim_of, one: claim_of(one)._replace(slug=one.path))


@mistake("files not looked at", lambda machine: machine.tamper(0, "longer"))
def _(patch: Patch) -> None:
    def blindly(survey: Any, out: Path) -> OutputSurvey:
        standing: OutputSurvey = survey(out)
        return replace(standing, stamps=dict.fromkeys(standing.stamps, "as it was"))

    around(patch, program, "survey", blindly)
    patch.setattr(publish, "stamp_of", lambda status: "as it was")


@mistake("the text of a posting left out", lambda machine: machine.edit_body(0, hidden=False))
def _(patch: Patch) -> None:
    around(patch, Fingerprint, "of_files", lambda of, self, *texts, whole, roles: self.of_roles(*texts, roles=()))


@mistake("what a posting states left out of lists", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    around(patch, listing, "digest_of", lambda of, *parts: of())


@mistake("similar roles left out", lambda machine: machine.add_posting(place=0, title="Clerk"))
def _(patch: Patch) -> None:
    unseen(patch, PostingSubject, lambda subject: subject._replace(others=()))


@mistake("the roles of a part left out", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    around(patch, Fingerprint, "of_roles", lambda of, self, *texts, roles: of(self, *texts, roles=()))


@mistake("only the whole looked at", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    around(patch, plan, "list_parts", lambda original, *given: (one._replace(key=b"") for one in original(*given)))


@mistake("the passing of time left out of the whole", lambda machine: machine.pass_time(4 * 24))
def _(patch: Patch) -> None:
    def timeless(site_part: Any, found: Edition, templates: Templates, fingerprint: Fingerprint) -> plan.Part:
        key = fingerprint.of_roles(*(role.slug for role in found.roles), roles=())
        return site_part(found, templates, fingerprint)._replace(key=key)

    around(patch, plan, "site_part", timeless)


@mistake("an entry's role left out", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    unseen(patch, Event, lambda event: event.id)


@mistake("a calendar's role left out", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    unseen(patch, Role, lambda role: role.id)


@mistake("a copied file's content left out", lambda machine: machine.edit_static("CNAME", gone=False))
def _(patch: Patch) -> None:
    unseen(patch, StaticFile, lambda file: file.path)


@mistake(
    "checksums not looked at",
    lambda machine: machine.flip(b"Organisation"),
    lambda machine: machine.edit_title(1, "Clerk"),
)
def _(patch: Patch) -> None:
    patch.setattr(memo, "_sum", lambda *values: 0)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_law_finds_planted_mistakes(name: str, monkeypatch: pytest.MonkeyPatch, machine: SiteMachine) -> None:
    """Each mistake of such builds, planted into the generator, breaks the law within a few steps of the machine."""
    plant, steps = MISTAKES[name]
    plant(monkeypatch)
    machine.law()
    with pytest.raises(AssertionError, match=r"clean build|wrote"):
        take(machine, steps)


def test_the_law_holds_in_the_same_steps(machine: SiteMachine) -> None:
    """Without the mistakes the same steps, one after the other, break nothing: it is the mistakes that were found."""
    for _, steps in MISTAKES.values():
        take(machine, steps)
        machine.mend()


def take(machine: SiteMachine, steps: Iterable[Scenario]) -> None:
    """Takes each step, and asks about the law after it."""
    for step in steps:
        step(machine)
        machine.law()


@pytest.mark.skipif(not EXAMPLES, reason="takes minutes: set VACANCY_DIGEST_EXAMPLES")
@pytest.mark.parametrize("name", MISTAKES)
def test_the_machine_finds_planted_mistakes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine finds each of them by itself, at random."""
    MISTAKES[name][0](monkeypatch)
    with pytest.raises(AssertionError):
        run(SiteMachine, EXAMPLES, 40, Phase.generate)


def test_a_file_that_changes_twice_within_the_granule_of_its_clock_is_read_again(
    machine: SiteMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the clock of files is coarse, a change right after a build, which no stamp shows, is seen by the next."""
    tick = coarse_clock(monkeypatch)
    twice_in_a_tick(machine, tick)


def test_trusting_coarse_stamps_is_found(machine: SiteMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory that takes every stamp for one that tells breaks the law in the same steps."""
    tick = coarse_clock(monkeypatch)
    monkeypatch.setattr(Memo, "lasting", lambda self, stamp: stamp)
    with pytest.raises(AssertionError, match="clean build"):
        twice_in_a_tick(machine, tick)


def twice_in_a_tick(machine: SiteMachine, tick: Callable[[], None]) -> None:
    machine.law()
    machine.edit_body(0, hidden=False)
    tick()
    machine.law()


def coarse_clock(patch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A file system whose clock goes on only when it is told to, and then by a minute."""
    ticks: list[int] = []

    def coarse(instant: int) -> int:
        return 60_000_000_000 * bisect(ticks, instant)

    def tick() -> None:
        time.sleep(SETTLED)
        ticks.append(time.time_ns())
        time.sleep(SETTLED)

    def stamp_of(status: os.stat_result) -> str:
        return f"{status.st_size} {coarse(status.st_mtime_ns)} {coarse(status.st_ctime_ns)} {status.st_ino}"

    patch.setattr(files, "stamp_of", stamp_of)
    around(patch, memo, "_moment", lambda moment, place: coarse(moment(place)))
    return tick


# One sentence each


@pytest.fixture
def site(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """The small site with a few more roles, built once when its files had settled."""
    monkeypatch.setattr(memo, "_GRANULE", GRANULE)
    for number, country in enumerate(("CH", "CD", "KE", "UA")):
        place = f"duty_stations:\n  - country: {country}"
        small_site.posting(f"role-{number}", f"title: Role {number}\n{place}\ncloses: 2026-07-0{number + 1}")
    time.sleep(SETTLED)
    again(small_site)
    return small_site


def again(site: SmallSite, **options: Any) -> Report:
    """Builds into the folder that the site's builds share."""
    return build(site.root, site.root.parent / "site", SAMPLE_NOW, Options(**options))


def clean(site: SmallSite, **options: Any) -> dict[str, bytes]:
    """What a build makes that remembers nothing."""
    out = site.root.parent / "clean"
    build(site.root, out, SAMPLE_NOW, Options(remember=False, **options))
    found = tree(out)
    shutil.rmtree(out)
    return found


def published(site: SmallSite) -> dict[str, bytes]:
    return tree(site.root.parent / "site")


def test_when_nothing_changed_nothing_is_read_or_written(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of the same content reads no posting, makes no page and writes no file."""
    read: list[Path] = []
    around(monkeypatch, intake, "read_bytes", lambda original, *given: read.append(given[1]) or original(*given))
    before = look(site.root.parent / "site")
    done = again(site)
    assert read == []
    assert (done.published.written, done.published.removed) == (0, 0)
    assert (done.tally.done["load"], done.tally.done["templates"]) == (0, 0)
    assert look(site.root.parent / "site") == before


def test_after_one_edit_only_what_shows_it_is_made(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """One new title: only what shows it is read, made and written; no other collection is."""
    old, before = clean(site), look(site.root.parent / "site")
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD\ncloses: 2026-07-02")
    made: list[str] = []
    read: list[Path] = []

    def noted(original: Any, standing: OutputSurvey, folder: Path, found: Any, *rest: Any) -> Any:
        return original(standing, folder, ((path, made.append(path) or content) for path, content in found), *rest)

    around(monkeypatch, making, "publish", noted)
    around(monkeypatch, intake, "read_bytes", lambda original, *given: read.append(given[1]) or original(*given))
    done, after = again(site), look(site.root.parent / "site")
    shown, opened = [*made], [*read]  # the clean builds below make everything
    # A page that names the role as a similar one is shown anew, from its own file.
    assert {f"postings/{path.stem}/index.html" for path in opened} == {
        path for path in shown if path.startswith("postings/") and path.endswith(".html")
    }
    new = published(site)
    assert differences(new, clean(site)) == []
    different = differences(old, new)
    assert sorted(path for path in after if before.get(path) != after[path]) == different
    assert done.published.written == len(different) - 1  # the list of our files is not counted
    assert set(shown) >= set(different) - {MANIFEST}
    others = ("countries/ke/", "countries/ua/", "grades/p-3/")
    assert [path for path in shown if path.startswith(others)] == []
    assert len(shown) < len(new) / 2


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_memory_costs_a_line(machine: SiteMachine, how: str) -> None:
    """A memory that is lost, damaged or another's costs one line at the most, and the site comes out right."""
    machine.law()
    machine.keep_memory()
    machine.edit_title(0, "Clerk")
    machine.law()
    machine.damage(how, [7919 * number for number in range(1, 40)])
    machine.edit_title(1, "Clerk")
    machine.law()
    assert len(machine.told) <= 1
    assert all(str(machine.memory.parent) in line for line in machine.told)


def test_any_kind_of_value_in_the_memory_is_survived(machine: SiteMachine) -> None:
    """Rows that say of their values that they are nothing, numbers or texts crash no build, and the site is right."""
    machine.law()
    content = machine.memory.read_bytes()
    heads = [content.index(word) for word in (b"content/postings", b"entry tag:", b"deadline ", b"index.html")]
    for number, (start, back, kind) in enumerate(product(heads, range(1, 8), (0, 9))):
        damaged = bytearray(content)
        damaged[start - back] = kind
        machine.memory.write_bytes(damaged)
        machine.edit_title(number % 3, TITLES[number % 5])
        machine.built(machine.out, remember=True, keep_going=False, told=[])
    machine.damaged = True
    machine.law()


def test_the_memory_holds_what_there_is(machine: SiteMachine) -> None:
    """After renames and deletions the memory knows the postings and files that there are, and no others."""
    machine.law()
    machine.rename_posting(0, kept=True, alias=True)
    machine.delete_posting(1)
    machine.law()
    with memo.open_memo(cache_of(machine.root), pytest.fail) as memory:
        assert {one.path for one in memory.postings()} == {posting.path for posting in machine.postings}
        assert memory.outputs().keys() == tree(machine.out).keys() - {MANIFEST}
        gone = machine.deleted[0].head["id"]
        assert [name for name in memory.pieces() if gone in name] == []


def test_the_memory_does_not_grow(site: SmallSite) -> None:
    """Thirty edits of one posting leave a memory of the size that it had after the first few."""
    sizes = []
    for number in range(30):
        site.posting("role-1", f"title: Role {number}\nduty_stations:\n  - country: CD\ncloses: 2026-07-02")
        again(site)
        sizes.append((cache_of(site.root) / "vacancy-digest.sqlite").stat().st_size)
    assert max(sizes) <= max(sizes[:5]) * 1.1


def test_a_second_build_at_once_does_without_the_memory(site: SmallSite) -> None:
    """While one build uses the memory, another one says so in a line, and makes the right site."""
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")
    told: list[str] = []
    with memo.open_memo(cache_of(site.root), pytest.fail):
        build(site.root, site.root.parent / "site", SAMPLE_NOW, Options(), Listener(told.append))
    assert len(told) == 1
    assert "in use" in told[0]
    assert differences(published(site), clean(site)) == []
    again(site)
    assert differences(published(site), clean(site)) == []


def test_builds_at_once_do_each_other_no_harm(site: SmallSite) -> None:
    """Of three builds that start together one does its work, the others do theirs or give way; the site is right."""
    for number in range(3):
        site.posting("role-1", f"title: Role {number}\nduty_stations:\n  - country: CD")
        children = []
        for _ in range(3):
            child = os.fork()
            if not child:
                code = 1
                try:
                    again(site)
                    code = 0
                except Busy:
                    code = 75
                finally:
                    os._exit(code)
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert 0 in codes
        assert set(codes) <= {0, 75}
        assert differences(published(site), clean(site)) == []


def test_a_full_disk_leaves_the_site_as_it_was(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file cannot be written the build says so and ends, the old site stays, and the next build is right."""
    before = look(site.root.parent / "site")
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")

    def full(*given: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(Refused, match=r"cannot be written \(No space left on device\), nothing there was changed"):
            again(site)
    assert look(site.root.parent / "site") == before
    assert [path.name for path in (site.root.parent / "site").iterdir() if path.name.startswith(".vac")] == [MANIFEST]
    again(site)
    assert differences(published(site), clean(site)) == []


def small_disk(patch: pytest.MonkeyPatch, pages: int, full: Callable[[Path], bool]) -> None:
    """Leaves room for a few pages alone to the memories whose paths are on a full disk."""

    def connect(original: Any, path: Path, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = original(path, **named)
        if full(Path(path)):
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    around(patch, sqlite3, "connect", connect)


@pytest.mark.parametrize("pages", [1, 8, 14, 20])
def test_no_room_for_the_memory_costs_a_line(site: SmallSite, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """Where the memory's folder has no room left, a build says so and makes the right site without it."""
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")
    memory, told = cache_of(site.root) / "vacancy-digest.sqlite", []
    memory.unlink()
    with monkeypatch.context() as disk:
        small_disk(disk, pages, lambda path: path == memory)
        build(site.root, site.root.parent / "site", SAMPLE_NOW, Options(), Listener(told.append))
    assert told
    assert differences(published(site), clean(site)) == []


@pytest.mark.parametrize("pages", [1, 8, 14, 20])
def test_no_room_anywhere_is_refused(site: SmallSite, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """Where not even a memory for one build has room, the build says so and ends, and the old site stays."""
    before = look(site.root.parent / "site")
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")
    (cache_of(site.root) / "vacancy-digest.sqlite").unlink()
    with monkeypatch.context() as disk:
        small_disk(disk, pages, lambda path: True)
        with pytest.raises(Refused, match=r"full"):
            again(site)
    assert look(site.root.parent / "site") == before
    again(site)
    assert differences(published(site), clean(site)) == []


def test_a_memory_is_no_other_programs(site: SmallSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With another version of the generator, of a package or of Python, what was remembered is not used."""
    ours = stamps.toolchain()
    shutil.copytree(Path(stamps.__file__).parents[1], tmp_path / "generator")
    (tmp_path / "generator/edition/wording.py").write_text("# Another version.\n", "utf-8")
    monkeypatch.setattr(stamps, "__file__", str(tmp_path / "generator/work/stamps.py"))
    stamps.toolchain.cache_clear()
    other = stamps.toolchain()
    stamps.toolchain.cache_clear()
    assert other != ours
    for room in (program, intake):
        monkeypatch.setattr(room, "toolchain", lambda: other)
    done = again(site)
    assert done.tally.remembered["load"] == 0
    assert done.tally.remembered["templates"] == 0
    assert done.published.written == 0


@pytest.mark.parametrize("previewed", [0, intake.MANY])
def test_hands_make_the_same_bytes(site: SmallSite, monkeypatch: pytest.MonkeyPatch, previewed: int) -> None:
    """Two processes make the site that one makes, byte for byte, at first and after an edit."""
    wanted = clean(site)
    monkeypatch.setattr(workers, "CHUNK", 2)
    monkeypatch.setattr(workers, "_WORTH", 0)
    monkeypatch.setattr(intake, "MANY", previewed)
    assert differences(clean(site, jobs=2), wanted) == []
    shutil.rmtree(cache_of(site.root))
    for title in ("Role 1", "Another title"):
        site.posting("role-1", f"title: {title}\nduty_stations:\n  - country: CD\ncloses: 2026-07-02")
        again(site, jobs=2)
        assert differences(published(site), clean(site)) == []


def test_two_files_of_the_same_bytes_are_two_roles(small_site: SmallSite) -> None:
    """A copy of a posting's file is a role of its own, and each list leads to both."""
    for slug in ("one", "two"):
        small_site.posting(slug, "opens: 2026-06-01T08:00:00Z\ncloses: 2026-06-17")
    home = small_site.build().page("index.html")
    links = {element.get("href") for element in home.all("a")}
    assert {"/postings/one/", "/postings/two/"} <= links


def test_a_role_may_have_very_many_events(small_site: SmallSite) -> None:
    """A deadline that was moved as often as it may be, and came close each time, crashes no build."""
    first = date(2025, 1, 1)
    changes = "".join(
        f"  - on: {first + timedelta(days=number)}\n    from: {first + timedelta(days=number + 3)}\n"
        for number in range(60)
    )
    small_site.posting("moved", f"opens: 2024-12-01\ncloses: 2026-07-01\ndeadline_changes:\n{changes}")
    built = small_site.build()
    assert max(len(role.events) for role in built.edition.roles) > 100


def test_a_folder_of_postings_may_have_any_name(machine: SiteMachine) -> None:
    """Postings in a folder whose name holds a space that does not break are published like others."""
    machine.add_posting(folder="late\u00a0ones/")
    machine.law()
    assert (machine.out / "postings" / machine.postings[-1].slug).is_dir()
