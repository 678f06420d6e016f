"""Time and memory: however large a text or a folder becomes, the work grows no faster than its size."""

import json
import signal
import time
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import FrameType
from typing import get_origin

import pytest
from cases import write_site
from fragments import read_fragments
from notices import sample_bench
from soaking import Tell

from generator.checking.inspection import inspected
from generator.checking.lint import Text, looked_at
from generator.checking.repairs import fixed
from generator.importing.drafting import Unreadable
from generator.importing.interchange import drafted, found_in
from generator.model.schema import MOST_FIELD_PROBLEMS, Posting
from generator.model.vocabulary import languages
from generator.reading.documents import Document, Reading
from generator.reading.folder import built_in_words, load
from generator.reading.frontmatter import read_mapping
from generator.reading.judging import read_fields
from generator.text import markup

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
GLANCE = 0.2  # seconds; anything faster need not be measured again
ENOUGH = 5.0  # seconds, after which a text is abandoned
GROWN = 4  # times as large
# Linear work takes four times as long, quadratic work sixteen times.
TOO_MUCH = 9


class _TooLong(Exception):
    """The time limit was reached."""


def seconds(function: Callable[[], object]) -> float:
    """The CPU time that a call takes; `ENOUGH` if it does not finish sooner."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, ENOUGH)
    start = time.process_time()
    try:
        function()
    except Unreadable:
        pass
    except _TooLong:
        return ENOUGH
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - start


def growth(of_size: Callable[[int], Callable[[], object]], size: int) -> str:
    """How much longer an input four times as large takes, if that is too much; otherwise empty.

    A busy machine makes both slower, but rarely three times in a row.
    """
    small, large = of_size(size // GROWN), of_size(size)
    took = seconds(large)
    if took < GLANCE:
        return ""
    if took >= ENOUGH:
        return f"not done in {ENOUGH} s"
    took_small = ENOUGH
    for _ in range(3):
        took_small, took = min(took_small, seconds(small)), min(took, seconds(large))
        if took < GLANCE or took / took_small < TOO_MUCH:
            return ""
    return f"{took_small:.2f} s, and {took:.2f} s for {GROWN} times as much"


# One text


@cache
@cache
def _document() -> Document[Posting]:
    front = "title: A role\norganisation: harbour\nadded: 2026-05-01\ncloses: 2026-09-01\nopen_to: [internal]"
    document = _read(front)
    assert document
    return document


def _read(front: str) -> Document[Posting] | None:
    reading = Reading(Path("/"))
    return reading.mapping(Posting, Path("/content/postings/x.md"), front, first_line=2, words=built_in_words())


def _rendered(text: str) -> None:
    markup._known = markup._Known()
    markup.read(text)


def _looked_at(text: str) -> None:
    list(looked_at(Text(_document(), text, 5, built_in_words())))


def _drafted(text: str, name: str = "notice.txt") -> None:
    # In this process, because its time is measured.
    list(drafted(found_in(text, name, {}), sample_bench()))


LABELS = (
    *("Organization", "Closing date", "Duty station", "Contract type", "Duration", "Grade", "Category", "Open to"),
    *("Salary", "Emergency", "Source", "Apply", "Reference", "City", "Country", "Posted"),
)
HEAD = "Field Security Officer\n\nOrganization: Harbour Relief\nGrade: P-3\nClosing date: 10 June 2026\n\n"


def _labels(text: str) -> None:
    line = text.replace("\n", " ")
    _drafted("Field Officer\n\n" + "\n".join(f"{label}: {line}" for label in LABELS))


def _job_posting(text: str) -> None:
    facts = {"hiringOrganization": text, "validThrough": text, "datePosted": text, "identifier": text}
    places = {"jobLocation": {"address": text}, "baseSalary": {"currency": "USD", "value": text}}
    _drafted(json.dumps({"@type": "JobPosting", "title": "Officer", **facts, **places}))


def _reliefweb(text: str) -> None:
    _drafted(json.dumps({"data": [{"fields": {"title": "Officer", "body": text, "how_to_apply": text}}]}))


def _front(text: str) -> None:
    _read(f"title: A role\norganisation: harbour\nadded: 2026-05-01\n{text}")


# The ways in for a text, and how many characters are accepted there, or a number that is large enough.
DOORS: Mapping[str, tuple[Callable[[str], None], int]] = {
    "a body": (_rendered, 60_000),
    "a body, looked at": (_looked_at, 60_000),
    "front matter": (_front, 15_000),
    "a value": (lambda text: _front(f"summary: {text}"), 15_000),
    "a list": (lambda text: _front(f"tags: [{text}"), 15_000),
    "a notice": (lambda text: _drafted(HEAD + text), 60_000),
    "a line of a notice": (lambda text: _drafted(HEAD + text.replace("\n", " ")), 19_000),
    "values behind labels": (_labels, 18_000),
    "a page": (lambda text: _drafted(f"<html><body><h1>Security Officer</h1><p>{text}"), 60_000),
    "JobPosting": (_job_posting, 19_000),
    "ReliefWeb": (_reliefweb, 60_000),
    "a table": (lambda text: _drafted(f"title,organisation,description\nOfficer,IOM,{text}", "a.csv"), 60_000),
    "a feed": (
        lambda text: _drafted(f'<?xml version="1.0"?><rss version="2.0"><channel><item><title>O</title>{text}'),
        60_000,
    ),
    "Markdown": (lambda text: _drafted(f"---\ntitle: Officer\n---\n{text}"), 60_000),
    "an issue": (lambda text: _drafted(f"### Title\n\nOfficer\n\n### {text}"), 60_000),
}
FRAMES = (("", ""), ("# a", "b"), ("a", "\n\nx"), ("[", "]("), ("> - ", ""), ("Closing date: ", "x"))


def repeated() -> list[tuple[str, str, str]]:
    """Each text of the data file, with what may come before and after it."""
    return [(before, text, after) for text in read_fragments("repeated.txt") for before, after in FRAMES]


@pytest.mark.soak
@pytest.mark.parametrize("name", DOORS)
def test_no_repeated_text_takes_for_ever(name: str, soaking: bool, tell: Tell) -> None:
    """For a text that repeats one fragment, the time grows in proportion to its length, at every way in."""
    read, size = DOORS[name]
    # The short form tries every text that was once too slow somewhere, and some of the others, at each way in.
    once, others = read_fragments("too-much.txt"), repeated()
    tried = [*once, *(others if soaking else others[list(DOORS).index(name) :: 97])]
    failed = []
    for before, fragment, after in tried:

        def of_size(
            size: int, before: str = before, fragment: str = fragment, after: str = after
        ) -> Callable[[], None]:
            text = f"{before}{fragment * (size // len(fragment))}{after}"
            return lambda: read(text)

        if found := growth(of_size, size if soaking else size // 2):
            failed.append(f"{before!r} + {fragment!r} * n + {after!r}: {found}")
    tell(f"repeated texts in {name}", len(tried), failed)


# Many files, and many mistakes in one

WORDS = [f"word{number * 7919 % 10007}" for number in range(2500)]


def _posting(front: str, body: str = "Text.") -> str:
    keys = {line.partition(":")[0] for line in front.splitlines()}
    given = {"title": "Officer", "organisation": "iom", "added": "2026-05-01"}
    missing = "".join(f"{key}: {value}\n" for key, value in given.items() if key not in keys)
    return f"---\n{missing}{front}\n---\n\n{body}\n"


def _one_title(count: int) -> dict[str, str]:
    """Postings that share half of their words, so that all are similar and no two are the same."""
    files = {}
    for number in range(count):
        body = " ".join(WORDS + [f"{word}x{number}" for word in WORDS])
        closes = f"closes: {date(2030, 1, 1) + timedelta(number)}"
        files[f"content/postings/x{number}.md"] = _posting(closes, body)
    return files


def _one_above_the_other(count: int) -> dict[str, str]:
    above = {f"content/organisations/o{n}.md": f"---\nname: O\nparent: o{n + 1}\n---\n" for n in range(count)}
    below = {f"content/postings/x{n}.md": _posting("organisation: o0\ncloses: 2026-09-01") for n in range(count)}
    return above | below | {f"content/organisations/o{count}.md": "---\nname: O\n---\n"}


def _round_and_round(count: int) -> dict[str, str]:
    files = _one_above_the_other(count)
    return files | {f"content/organisations/o{count}.md": "---\nname: O\nparent: o0\n---\n"}


def _unknown_employers(count: int) -> dict[str, str]:
    known = {f"content/organisations/office-{n}.md": "---\nname: Office\n---\n" for n in range(count)}
    return known | {f"content/postings/x{n}.md": _posting(f"organisation: ofice-{n}x") for n in range(count)}


def _hosts(count: int) -> dict[str, str]:
    hosts = ", ".join(f"h{n}.example.org" for n in range(200))
    apply = "apply: https://elsewhere.example.com/"
    files = {f"content/postings/x{n}.md": _posting(apply) for n in range(count)}
    return files | {"content/organisations/iom.md": f"---\nname: IOM\napply_hosts: [{hosts}]\n---\n"}


def _names_taken(count: int) -> dict[str, str]:
    aliases = "".join(f"  - a{n}\n" for n in range(200))
    return {f"content/postings/x{n}.md": _posting(f"aliases:\n{aliases}".rstrip()) for n in range(count)}


def _one_name(count: int) -> dict[str, str]:
    return {f"content/postings/f{n}/x.md": _posting("title: Officer") for n in range(count)}


# Each with its size, which exceeds any limit, so that the limit has an effect.
CROWDS: Mapping[str, tuple[Callable[[int], dict[str, str]], int]] = {
    "postings of one title": (_one_title, 60),
    "organisations one above the other": (_one_above_the_other, 160),
    "organisations in a ring": (_round_and_round, 160),
    "employers that are unknown": (_unknown_employers, 600),
    "hosts that are others": (_hosts, 160),
    "aliases that are taken": (_names_taken, 160),
    "files of one name": (_one_name, 160),
}


@pytest.mark.parametrize("name", CROWDS)
def test_no_large_folder_takes_for_ever(name: str, tmp_path: Path, soaking: bool) -> None:
    """The time to check a folder grows in proportion to its number of postings or organisations."""

    files, most = CROWDS[name]

    def of_size(count: int) -> Callable[[], None]:
        root = write_site(tmp_path / f"{count}", files(count))
        return lambda: _checked(root)

    assert growth(of_size, 5 * most if soaking else most) == ""


def _checked(root: Path) -> None:
    loaded = load(root)
    inspected(root, loaded.content, NOW)


def test_many_fixes_take_time_in_proportion(tmp_path: Path) -> None:
    """All certain fixes in a file are written at once, so the time grows in proportion to their number."""

    def of_size(count: int) -> Callable[[], object]:
        codes = ", ".join(sorted(languages())[:count]).upper()
        root = write_site(tmp_path, {"content/postings/x.md": _posting(f"languages: {{required: [{codes}]}}")})
        problems = [one for one in load(root).problems if one.instead]
        assert len(problems) == count
        text = (root / "content/postings/x.md").read_text("utf-8")
        return lambda: fixed(text, problems, NOW)

    assert growth(of_size, MOST_FIELD_PROBLEMS) == ""


LISTS = [key for key, info in Posting.model_fields.items() if get_origin(info.annotation) is tuple]


@pytest.mark.parametrize("key", LISTS)
def test_no_list_is_endless(key: str) -> None:
    """Every list in a posting has a maximum number of items."""
    written, _ = read_mapping(f"title: A role\norganisation: iom\n{key}: [{', '.join('a' * 301)}]")
    assert any("write at most" in one.message for one in read_fields(Posting, written)[1])


MOST_MEMORY = 40_000_000  # bytes, for at most 16 KiB of front matter


def _fill(item: str, room: int = 15_000) -> str:
    return ", ".join([item] * (room // (len(item) + 2)))


MISTAKES = {
    "language codes": f"languages: {{required: [{_fill('q')}], desirable: [a]}}",
    "languages twice": f"languages: {{required: [{_fill('en', 7000)}], desirable: [{_fill('en', 7000)}]}}",
    "country codes": "tiers:\n" + f"- {{countries: [{_fill('q', 850)}]}}\n" * 16,
    "zones": f"duty_stations: [{_fill('{zone: a}')}]",
    "zones nearly right": f"duty_stations: [{_fill('{zone: Europe/Londn}')}]",
    "unknown keys": "\n".join(f"titel{number}: a" for number in range(1200)),
    "unknown inner keys": f"duty_stations: [{_fill('{a: b, c: d}')}]",
    "unknown keys of a salary": f"salary: {{{', '.join(f'k{number}: a' for number in range(1500))}}}",
    "dates": f"deadline_changes: [{_fill('{on: a, from: b}')}]",
    "slugs": f"tags: [{_fill('A')}]",
    "anchors": f"tags: [{_fill('&a b')}]",
    "aliases": f"tags: [{_fill('*a')}]",
    "characters": f"tags: [{_fill(json.dumps(chr(7)))}]",
    "keys twice": "a: b\n" * 3000,
    "a long key above many": f"{'k' * 900}:\n- tiers: [{_fill('{a: [{}]}', 13_000)}]",
    "a long key": f"{'k' * 15_000}:x",
    "a long value": f"closes: {'x' * 15_000}",
    "a long alias": f"title: *{'x' * 15_000}",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_take_little_memory(name: str) -> None:
    """However many mistakes fit into front matter, they are reported in a few lines, using a few megabytes."""
    front = f"organisation: harbour\nadded: 2026-05-01\n{MISTAKES[name]}"
    assert len(front) > 13_000
    reading = Reading(Path("/"))
    words = built_in_words()
    tracemalloc.start()
    try:
        reading.mapping(Posting, Path("/content/postings/x.md"), front, first_line=2, words=words)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    told = "\n".join(map(str, reading.problems))
    assert reading.problems
    assert most < MOST_MEMORY
    assert len(told) < 15_000
