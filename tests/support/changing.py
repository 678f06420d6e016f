"""A site that changes step by step. After each step it is built both incrementally and from scratch."""

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sites import DATA, SAMPLE_NOW

from generator.building.build import Listener, Options, Report, build
from generator.model.problems import ContentError
from generator.publishing.standing import MANIFEST
from generator.reading.templates import BUILT_IN
from generator.work.cachefolder import cache_of
from generator.work.thresholds import Thresholds

EXAMPLES = int(os.environ.get("VACANCY_DIGEST_EXAMPLES", "0"))
# An upper bound (ns) on the clock granularity of file systems here, so that tests need not wait for stamps to be
# trusted.
QUICK = Thresholds(granule=20_000_000)
SETTLED = 0.05  # seconds after which a file's stamp is trusted with that granularity, with a margin
MEMORY_DISK = Path("/dev/shm")  # if it exists: writing thousands of small files there takes half the time


def look(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file of a site: its content, its inode, and when it was written. Leftovers of stopped builds are
    ignored.
    """
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(".vacancy-digest-new"):
            status = path.stat()
            found[name] = path.read_bytes(), status.st_ino, status.st_mtime_ns
    return found


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its content, including the manifest."""
    return {path: content for path, (content, _, _) in look(folder).items()}


def differences(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The files that differ between the two."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@dataclass
class Posting:
    """A posting's file: its place and its lines."""

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


# Kinds of roles: the days from now on which they open and close (None: not stated), and further lines, in
# which `@N` is the day N days from now.
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
    """A changing site that is built after each change, once incrementally and once from scratch."""

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
        self.damaged = False  # whether a line about the memory may be printed
        self.must_tell = False  # whether it must be printed
        self.told: list[str] = []  # what the last build printed
        self.older: bytes | None = None  # an earlier copy of the memory
        self.early = QUICK.early
        self.settings = {key: value for key, values in SETTINGS.items() if (value := values[0]) is not None}
        self.postings: list[Posting] = []
        self.deleted: list[Posting] = []
        self.organisations: dict[str, tuple[dict[str, str], str]] = {}
        self.began()

    def began(self) -> None:
        """The golden site's folder with three more postings."""
        shutil.copytree(DATA / "golden/content", self.root / "content")
        (self.root / "content/postings/quay-master.md").unlink()
        self.write_settings()
        self.organisations["harbour"] = {"name": "Harbour Relief", "deadline": str(RULES_OF_DEADLINES[1])}, "It runs."
        self.write_organisation("harbour")
        for number, shape in enumerate(("open", "closing", "long closed")):
            self.add_posting(shape=shape, title=TITLES[number], place=number, grade=number, named=True)

    def teardown(self) -> None:
        shutil.rmtree(self.place)

    # Used by the rules

    def day(self, days: int) -> str:
        return (self.now + timedelta(days=days)).date().isoformat()

    def number(self) -> int:
        self.count += 1
        return 1000 + self.count

    def file(self, path: str, content: str | bytes) -> Path:
        """Writes a file of the site in place."""
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
        """Copies a posting's file to another name."""
        posting = self.posting(number)
        head = {key: value for key, value in posting.head.items() if key not in ("id", "aliases")}
        self.edit(posting, replace(posting, head=head))
        self.postings.append(
            replace(posting, slug=f"role-{self.number()}", head=dict(head), changes=[*posting.changes])
        )
        self.save(self.postings[-1])

    def edit(self, posting: Posting, after: Posting) -> None:
        """Replaces a posting's file."""
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
        """Changes a text to another of the same length; with `hidden`, the old modification time is restored."""
        posting = self.posting(number)
        before = (self.root / posting.path).stat()
        posting.body = f"Text {self.number()}."
        self.save(posting)
        if hidden:
            os.utime(self.root / posting.path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @precondition(lambda self: self.postings)
    @rule(number=which, key=st.sampled_from(sorted(FACTS)), value=which)
    def edit_fact(self, number: int, key: str, value: int) -> None:
        """Changes, adds or removes a fact of a posting."""
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
        """Moves a deadline; with `told`, adds its entry under `deadline_changes`."""
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
        """Ends a role now, or undoes its end."""
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
        """Moves a posting to another organisation."""
        posting = self.posting(number)
        posting.head["organisation"] = self.organisation(organisation)
        self.save(posting)

    @precondition(lambda self: self.postings)
    @rule(number=which, kept=st.booleans(), alias=st.booleans())
    def rename_posting(self, number: int, kept: bool, alias: bool) -> None:
        """Renames a posting's file; `kept` keeps its identity, `alias` its old address."""
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
        """Restores the file of a deleted posting."""
        posting = self.deleted.pop(number % len(self.deleted))
        if posting.head["organisation"] not in self.organisations:
            posting.head["organisation"] = self.organisation(0)
        self.postings.append(posting)
        self.save(posting)

    @precondition(lambda self: len(self.postings) > 1)
    @rule(one=which, other=which)
    def exchange(self, one: int, other: int) -> None:
        """Swaps two files: each gets the bytes of the other."""
        first, second = self.posting(one), self.posting(other)
        if first is not second:
            for posting, source in ((first, replace(second)), (second, replace(first))):
                posting.head, posting.body, posting.changes = source.head, source.body, source.changes
            self.save(first)
            self.save(second)

    @rule(files=st.sampled_from((0, QUICK.early)))
    def preview(self, files: int) -> None:
        """Sets whether a few changed files are enough for pages to be made while they are read."""
        self.early = files

    # Mistakes, and their correction

    @precondition(lambda self: self.postings)
    @rule(number=which, key=st.sampled_from(("opens", "organisation", "id", "county")))
    def break_posting(self, number: int, key: str) -> None:
        """Adds a mistake: an invalid date, an unknown organisation, a name already in use or an unknown key."""
        posting = self.posting(number)
        values = {"opens": "2026-02-30", "organisation": "nobody", "id": self.postings[0].slug, "county": "CH"}
        self.file(posting.path, written({**posting.head, key: values[key]}, posting.body))

    @rule(name=st.sampled_from(("site.yaml", "organisations/harbour.md", "pages/index.md", "static/index.html")))
    def break_other(self, name: str) -> None:
        self.file(f"content/{name}", f"title: {self.number()}\n")

    @rule(text=st.sampled_from(("{% if %}", "{{ 1 // 0 }}", "{{ nothing }}")), name=st.sampled_from(TEMPLATES[:4]))
    def break_template(self, text: str, name: str) -> None:
        """Makes a template that cannot be parsed, or that fails."""
        self.file(f"templates/{name}", text)

    @rule()
    def fix(self) -> None:
        """Removes all mistakes."""
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

    # Everything except postings

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
        """Removes an organisation; its postings and the organisations below it move to another one first."""
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
        """Sets or changes the site's own words for grades, or returns to the built-in words."""
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
        """Replaces a built-in template; with `plain`, by an unchanged copy."""
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
        """Changes a file that is copied; anything in its way is removed."""
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
        """Writes a file again unchanged, replaces it with an identical copy, or only sets its time."""
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

    # Time, and where the site is built

    @rule(hours=st.sampled_from((1, 7, 24, 3 * 24, 8 * 24, 40 * 24, 200 * 24, -1, -24, -30 * 24)))
    def pass_time(self, hours: int) -> None:
        """Moves the clock forward or back."""
        self.now += timedelta(hours=hours)

    @rule(address=st.sampled_from((None, "https://elsewhere.example/", "https://elsewhere.example/a/path/")))
    def publish_at(self, address: str | None) -> None:
        """Sets another address on the command line."""
        self.base_url = address

    @rule()
    def build_elsewhere(self) -> None:
        """Switches to the other of two output folders."""
        self.out, self.other_out = self.other_out, self.out

    @precondition(lambda self: (self.out / MANIFEST).exists())
    @rule(number=st.integers(0, 300), how=st.sampled_from(("gone", "longer", "same length", "hidden", "empty")))
    def tamper(self, number: int, how: str) -> None:
        """Deletes or changes a file of the site from outside; with `hidden`, restores its old modification time."""
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
        """Deletes a folder of the site, or all of it."""
        shutil.rmtree(self.out if everything else self.out / "feeds", ignore_errors=True)

    @precondition(lambda self: (self.out / MANIFEST).exists())
    @rule(number=st.integers(0, 300), digest=st.sampled_from(("", 32 * "0")))
    def tamper_manifest(self, number: int, digest: str) -> None:
        """Puts a wrong digest into the manifest."""
        manifest = json.loads((self.out / MANIFEST).read_bytes())
        path = sorted(manifest["files"])[number % len(manifest["files"])]
        manifest["files"][path] = digest
        (self.out / MANIFEST).write_text(json.dumps(manifest))

    @rule(steps=st.integers(0, 40))
    def cut_short(self, steps: int) -> None:
        """Kills the process of a build after it has put some files in place."""
        child = os.fork()
        if not child:
            try:
                # A signal from outside cannot be timed to hit a chosen moment between two files.
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
        """Copies the memory, to return to it later."""
        self.older = self.memory.read_bytes()

    @precondition(lambda self: self.memory.is_file())
    @rule(how=st.sampled_from(DAMAGES), at=st.lists(st.integers(0, 1_000_000), min_size=1, max_size=40))
    def damage(self, how: str, at: list[int]) -> None:
        """Removes, truncates or corrupts the memory, or replaces it with something else or an earlier copy."""
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
        """Deletes the memory's whole folder."""
        shutil.rmtree(self.memory.parent)
        self.must_tell = False

    def flip(self, word: bytes) -> None:
        """Changes the memory wherever it contains a word."""
        content = self.memory.read_bytes()
        assert word in content, f"the memory does not hold {word!r}"
        self.memory.write_bytes(content.replace(word, word.swapcase()))
        self.damaged = True

    # The invariant

    def built(self, out: Path, *, remember: bool, keep_going: bool, told: list[str]) -> Report | list[str]:
        """What a build did, or the problems that stopped it."""
        thresholds = replace(QUICK, early=self.early) if remember else QUICK
        options = Options(self.base_url, keep_going=keep_going, remember=remember, thresholds=thresholds)
        try:
            return build(self.root, out, self.now, options, Listener(told.append))
        except ContentError as error:
            return sorted(map(str, error.problems))

    @invariant()
    def law(self) -> None:
        """The site equals that of a clean build, a second build writes nothing, and with problems nothing changes."""
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
        # Finding the shortest example takes minutes, so only the longer form does it.
        phases=phases or ((Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,)),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


@pytest.fixture
def machine() -> Iterator[SiteMachine]:
    """A site of three postings, to change step by step."""
    machine = SiteMachine()
    yield machine
    machine.teardown()


def around(patch: pytest.MonkeyPatch, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Replaces a function with another one that receives the original as its first argument."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: wrapper(original, *given, **named))
