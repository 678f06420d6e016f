"""The commands that write and edit postings change only what they should, and write nothing invalid."""

import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from difflib import ndiff
from textwrap import dedent

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sites import SAMPLE_NOW, Outcome, SmallSite

from generator.editing.edits import FrontMatter, block
from generator.model.characters import blank, cleared
from generator.model.model import Kind, State
from generator.reading.frontmatter import read_mapping, split

NOW = ("--now", "2026-06-15T12:00:00Z")
RECORDED = "2026-06-15T12:00:00Z"

CAREFUL = """\
---
# Written by hand, with care.
organisation:   harbour   # the society
title: 'A "role"'

closes: 2026-07-01      # as the notice has it
opens: "2026-06-01"
tags: [one,   two]
source:
    name: Somewhere   # four spaces
    # a last remark
---

Text.
"""


def changed_lines(before: str, after: str) -> list[str]:
    return [line.rstrip("\n") for line in ndiff(before.splitlines(True), after.splitlines(True)) if line[0] in "+-"]


def written(site: SmallSite, name: str = "role") -> str:
    return (site.root / f"content/postings/{name}.md").read_bytes().decode()


@pytest.fixture
def careful(small_site: SmallSite) -> SmallSite:
    small_site.write("content/postings/role.md", CAREFUL)
    return small_site


def test_only_the_deadline_changes(careful: SmallSite) -> None:
    """Comments, order, quotes and spaces stay; the new deadline keeps the comment after it."""
    done = careful.command("extend", "role", "2026-07-08", "--reason", "Post: still open", *NOW)
    assert done == Outcome(0, "Changed content/postings/role.md.\n", "")
    assert changed_lines(CAREFUL, written(careful)) == [
        "- closes: 2026-07-01      # as the notice has it",
        "+ closes: 2026-07-08      # as the notice has it",
        "+ deadline_changes:",
        f"+   - on: {RECORDED}",
        "+     from: 2026-07-01",
        '+     reason: "Post: still open"',
    ]


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        (
            "deadline_changes:\n- on: 2026-06-10\n  from: 2026-06-30 # first\n# the end\n",
            [f"- on: {RECORDED}", "  from: 2026-07-01"],
        ),
        (
            "deadline_changes:\n    -   on: 2026-06-10\n        from: 2026-06-30\n",
            [f"    - on: {RECORDED}", "      from: 2026-07-01"],
        ),
    ],
)
def test_a_second_change_stands_below_the_first(small_site: SmallSite, changes: str, added: list[str]) -> None:
    """The list of changes grows at its end, with the same indent."""
    before = small_site.posting("role", f"closes: 2026-07-01\n{changes}").read_text("utf-8")
    assert small_site.command("extend", "role", "2026-07-08", *NOW).code == 0
    found = changed_lines(before, written(small_site))
    assert found == ["- closes: 2026-07-01", "+ closes: 2026-07-08", *(f"+ {line}" for line in added)]


def test_a_list_in_brackets_stays_in_brackets(small_site: SmallSite) -> None:
    """A list of changes on one line gets another item on that line."""
    small_site.posting("role", "closes: 2026-07-01\ndeadline_changes: [{on: 2026-06-10, from: 2026-06-30}]")
    assert small_site.command("extend", "role", "2026-07-08", "--reason", "a, b", *NOW).code == 0
    added = f'{{on: {RECORDED}, from: 2026-07-01, reason: "a, b"}}'
    assert f"deadline_changes: [{{on: 2026-06-10, from: 2026-06-30}}, {added}]\n" in written(small_site)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_stay(small_site: SmallSite, start: bytes) -> None:
    """A file from another system keeps its line endings, and new lines use them too."""
    file = small_site.write("content/postings/role.md", start + CAREFUL.replace("\n", "\r\n").encode())
    assert small_site.command("withdraw", "role", *NOW).code == 0
    raw = file.read_bytes()
    assert raw.startswith(start + b"---\r\n# Written")
    assert raw.count(b"\n") == raw.count(b"\r\n") == CAREFUL.count("\n") + 1
    assert f"\r\nwithdrawn: {RECORDED}\r\n".encode() in raw


def test_what_the_commands_record_is_what_readers_are_told(small_site: SmallSite) -> None:
    """Extended, then filled: the events are exactly these, at the instants of the commands."""
    small_site.posting("role", "closes: 2026-06-20\nopens: 2026-06-01")
    small_site.command("extend", "role", "2026-07-08", "--now", "2026-06-10T08:00:00Z")
    small_site.command("fill", "role", "--now", "2026-06-12T09:30:00Z")
    (role,) = [role for role in small_site.build().edition.roles if role.slug == "role"]
    assert role.state is State.FILLED
    told = [(event.kind, event.instant) for event in role.history.events][1:]
    assert told == [
        (Kind.EXTENDED, datetime(2026, 6, 10, 8, tzinfo=UTC)),
        (Kind.FILLED, datetime(2026, 6, 12, 9, 30, tzinfo=UTC)),
    ]


@pytest.mark.parametrize("before", ["", "deadline_changes:\n  - {on: 2026-06-10T08:00:00Z, from: 2026-06-20}"])
def test_a_deadline_that_was_not_stated_is_recorded(small_site: SmallSite, before: str) -> None:
    """A first deadline is an event with a change from none, and every earlier event keeps its id."""
    small_site.posting("role", before)
    told = _events(small_site)
    assert small_site.command("extend", "role", "2026-07-08", *NOW).code == 0
    assert f"on: {RECORDED}\n    from: not-stated\n" in written(small_site)
    now_told = _events(small_site)
    assert told <= now_told
    assert [one.rsplit("posting/role/")[1] for one in now_told - told] == [f"shortened/{RECORDED}/2026-07-08"]
    assert small_site.command("check").code == 0
    page = small_site.build(SAMPLE_NOW).page("postings/role/index.html").text()
    assert "Deadline set" in page
    assert "brought forward" not in page
    feed = small_site.build(SAMPLE_NOW).read("atom.xml")
    assert "Deadline set: A role" in feed
    assert "Previous deadline:&lt;/strong&gt; Not stated." in feed


def _events(site: SmallSite) -> set[str]:
    """The ids of a role's events up to the instant of these tests."""
    (role,) = [role for role in site.build(SAMPLE_NOW).edition.roles if role.slug == "role"]
    return {event.id for event in role.events}


def test_a_posting_is_taken_down(small_site: SmallSite) -> None:
    """`withdraw --takedown` writes both keys."""
    small_site.posting("role", "closes: 2026-07-08")
    assert small_site.command("withdraw", "role", "--takedown", *NOW).code == 0
    assert f"withdrawn: {RECORDED}\ntakedown: true\n" in written(small_site)


REFUSED = [
    (
        ("extend", "role", "8 July"),
        1,
        "content/postings/role.md:5:9: closes: '8 July' is not a date, write it as 2026-03-31",
    ),
    (("extend", "role", "2026-05-01"), 1, "closes: 2026-05-01 is before opens (2026-06-01), correct one of the two"),
    (("extend", "role", "2026-07-01"), 1, "the deadline is already 2026-07-01"),
    (("extend", "rule", "2026-07-08"), 1, "there is no posting rule, did you mean role?"),
    (("extend", "role"), 2, "Missing argument"),
    (("fill",), 2, "Missing argument"),
    (("withdraw", "over"), 1, "the role is over: filled since 2026-06-12; a role that comes back is a new posting"),
    (("fill", "broken"), 1, "content/postings/broken.md:3:9: closes: 'soon' is not a deadline"),
    (("new", "posting", "--title", "A role"), 2, "--organisation must be given"),
    (("new", "posting", "--title", "A role", "--organisation", "port"), 1, "'port' is not an organisation here"),
    (
        ("new", "posting", "--title", "A role", "--organisation", "harbour", "--slug", "role"),
        3,
        "role.md already exists, nothing was written",
    ),
]


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED)
def test_nothing_wrong_is_written(small_site: SmallSite, arguments: tuple[str, ...], code: int, message: str) -> None:
    """An impossible change is refused with a clear line, and no file changes."""
    small_site.posting("role", "closes: 2026-07-01")
    small_site.posting("over", "filled: 2026-06-12")
    small_site.write("content/postings/broken.md", "---\ntitle: A role\ncloses: soon\n---\n")
    before = {path: path.read_bytes() for path in small_site.root.rglob("*.md")}
    command, *rest = arguments
    done = small_site.command(command, *rest) if command != "new" else _new(small_site, *rest[1:])
    assert done.code == code
    assert message in done.err
    assert {path: path.read_bytes() for path in small_site.root.rglob("*.md")} == before


def _new(site: SmallSite, *arguments: str) -> Outcome:
    command = [sys.executable, "-m", "generator", "new", "posting", "--root", str(site.root), *NOW, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=os.environ)
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_a_file_that_somebody_else_changed_is_left_alone(
    small_site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the file changes between reading and writing, it stays as it is, and the command says so."""
    file = small_site.posting("role", "closes: 2026-07-01")
    copy = os.fchmod

    def meanwhile(handle: int, rights: int) -> None:
        copy(handle, rights)
        file.write_text("Somebody else's.")

    # Another program writes at exactly the moment that matters: no input could be timed so well.
    monkeypatch.setattr(os, "fchmod", meanwhile)
    done = small_site.command("fill", "role")
    assert done.code == 3
    assert "was changed by someone else, nothing was written; try again" in done.err
    assert file.read_text("utf-8") == "Somebody else's."
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_a_new_posting_from_flags(small_site: SmallSite) -> None:
    """Without a terminal there are no questions; missing values are left out; title and city name the file."""
    given = (
        "--title",
        "Chef de la sécurité: Bamako",
        "--organisation",
        "harbour",
        "--city",
        "Bamako",
        "--country",
        "ML",
    )
    done = _new(small_site, *given, "--closes", "2026-07-01", "--contract", "fixed-term")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Wrote content/postings/chef-de-la-securite-bamako-bamako.md. Next, ")
    assert written(small_site, "chef-de-la-securite-bamako-bamako") == dedent(
        f"""\
        ---
        title: "Chef de la sécurité: Bamako"
        organisation: harbour
        duty_stations:
          - city: Bamako
            country: ML
        contract:
          type: fixed-term
        added: {RECORDED}
        closes: 2026-07-01
        ---
        """
    )
    small_site.build(SAMPLE_NOW)
    again = _new(small_site, *given)
    assert "Wrote content/postings/chef-de-la-securite-bamako-bamako-2.md" in again.out


def test_a_terminal_asks_for_what_matters_most(small_site: SmallSite) -> None:
    """On a terminal, the command asks for title, organisation and deadline, and repeats an unknown organisation."""
    said = _typed(small_site, ("new", "posting"), b"Harbour Pilot\nharbur\nharbour\n2026-07-01\n")
    assert b"harbur has no file in content/organisations, did you mean harbour?" in said
    assert "title: Harbour Pilot\norganisation: harbour\n" in written(small_site, "harbour-pilot")
    _typed(small_site, ("extend",), b"harbour-pilot\n2026-07-08\n")
    assert "closes: 2026-07-08\n" in written(small_site, "harbour-pilot")


def _typed(site: SmallSite, arguments: tuple[str, ...], answers: bytes) -> bytes:
    """What a command prints on a terminal where these answers are typed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "generator", *arguments, "--root", str(site.root), *NOW]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as running:
        os.close(theirs)
        os.write(ours, answers)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:
            pass  # Linux reports the end this way
        assert running.wait(20) == 0, said
    os.close(ours)
    return said


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)


@given(st.dictionaries(st.sampled_from(["title", "summary", "reference"]), LINES, min_size=1), st.booleans())
def test_any_text_comes_back(values: dict[str, str], listed: bool) -> None:
    """Front matter written from any text reads back as the same text."""
    assume(not any(cleared(text) != text or blank(text) or text != text.strip() for text in values.values()))
    value = [dict(values), "x" * 20] if listed else dict(values)
    found, findings = read_mapping("\n".join(block("key", value)))  # type: ignore[arg-type]
    assert findings == []
    assert found.value == {"key": value}


@given(LINES)
def test_any_text_can_take_the_place_of_another(text: str) -> None:
    """A new value reads back as given, and no other line of the file changes."""
    assume(cleared(text) == text and not blank(text) and text == text.strip())
    front = FrontMatter(CAREFUL)
    front.set("title", text)
    assert len(changed_lines(CAREFUL, front.text)) in (0, 2)
    parts = split(front.text)
    assert parts
    assert read_mapping(parts[0])[0].value["title"] == text


PUT = [
    ("source:\n  # why\n  url: 'x' # here\n", "source:\n  # why\n  url: 'x' # here\n  checked: 2026-06-15\n"),
    ("source: {url: 'x'} # here\n", "source: {url: 'x', checked: 2026-06-15} # here\n"),
    ("source:\n    checked: '1' # old\n    name: X\n", "source:\n    checked: 2026-06-15 # old\n    name: X\n"),
    ("apply: 'x'\ntags: [a]\n", "apply: 'x'\nsource:\n  checked: 2026-06-15\ntags: [a]\n"),
]


@pytest.mark.parametrize(("before", "after"), PUT)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_key_inside_a_mapping_is_put_in_place(before: str, after: str, newline: str) -> None:
    """Whatever the form of the mapping, one value changes and every other byte stays, comments among them."""
    front = FrontMatter(f"---\ntitle: Nurse\n{before}---\n\nText.\n".replace("\n", newline))
    front.put(("source", "checked"), "2026-06-15")
    assert front.text == f"---\ntitle: Nurse\n{after}---\n\nText.\n".replace("\n", newline)
    front.put(("source", "facts", "closes"), {"seen": "2026-06-15", "words": "By: 1, [2] {3}"})
    fields, findings = read_mapping(split(front.text.replace("\r\n", "\n"))[0])  # type: ignore[index]
    assert findings == []
    source = fields.value["source"]
    assert isinstance(source, dict)
    assert source["facts"] == {"closes": {"seen": "2026-06-15", "words": "By: 1, [2] {3}"}}
