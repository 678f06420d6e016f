"""Drafts from what others wrote: right where the source states something, silent where it does not, none twice."""

import html
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sites import DATA, ROOT, Outcome, SmallSite
from webserver import web

from generator.editing.desk import Desk
from generator.importing.drafting import Draft, plain_markdown
from generator.importing.importing import write_drafts
from generator.importing.interchange import drafted, drafts_in, found_in
from generator.importing.notices import Bench
from generator.importing.twins import Known, Trait, like_of, twin_of
from generator.reading.frontmatter import read_mapping, split
from generator.text.markup import read
from generator.wording.amounts import salary_in
from generator.wording.dates import read_date
from generator.wording.places import countries_listed, country_named

SEEDS = ROOT.parent / "shared/seeds"
NOW = datetime(2026, 5, 29, 9, tzinfo=UTC)
AT = ("--now", "2026-05-29T09:00:00Z")
ORGANISATIONS = {
    "iom": "name: IOM\nfull_name: International Organization for Migration",
    "undss": "name: UNDSS\nfull_name: United Nations Department of Safety and Security",
    "untso": "name: UNTSO\nfull_name: United Nations Truce Supervision Organization",
}


@pytest.fixture
def site(small_site: SmallSite) -> SmallSite:
    """A site with three organisations, and no posting but the small one's."""
    for key, lines in ORGANISATIONS.items():
        small_site.write(f"content/organisations/{key}.md", f"---\n{lines}\n---\n")
    return small_site


def drafts(site: SmallSite, text: str, source: str = "notice.txt", **names: str) -> list[Draft]:
    """What is drafted from a text; fails where something cannot be read."""
    desk = Desk.of(site.root)
    assert desk.loaded.content
    found = list(drafts_in(text, source, Bench(desk.organisations, desk.loaded.content.vocabulary, NOW), names))
    for one in found:
        assert isinstance(one, Draft), one
        desk.judged(site.root / "content/postings/drafted.md", _as_draft(one).text())
    return [one for one in found if isinstance(one, Draft)]


def _as_draft(one: Draft) -> Draft:
    one.facts |= {"added": "2026-05-29", "draft": True}
    return one


def as_text(value: Any) -> Any:
    """A value as front matter holds it: every scalar as text."""
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def wrong_in(draft: Draft, wanted: dict[str, Any]) -> list[str]:
    """Every way in which a draft is not what a careful reader would have written."""
    parts = split(draft.text())
    assert parts
    facts = read_mapping(parts[0])[0].value
    wrong = []
    for key, value in wanted.get("facts", {}).items():
        found: Any = facts.get(key)
        if key == "tiers" and isinstance(found, list):
            found = [{name: one[name] for name in ("tier", "countries") if name in one} for one in found]
            value = [{name: one[name] for name in ("tier", "countries") if name in one} for one in value]
        if found != value:
            wrong.append(f"{key}: {found!r} instead of {value!r}")
    for key, value in wanted.get("named", {}).items():
        if draft.named.get(key) != value:
            wrong.append(f"{key}: {draft.named.get(key)!r} is named instead of {value!r}")
    wrong += [f"{key} is not stated, and there is {facts[key]!r}" for key in wanted.get("absent", []) if key in facts]
    wrong += [f"{key} is named, {draft.named[key]!r}" for key in wanted.get("unnamed", []) if key in draft.named]
    headings = re.findall(r"^## (.+)$", draft.body.replace("\\", ""), re.MULTILINE)
    rest = iter(headings)
    wrong += [f"no {one!r} in its place in {headings}" for one in wanted.get("headings", []) if one not in rest]
    wrong += [f"{one!r} is not left to anybody" for one in wanted.get("left", []) if one not in "\n".join(draft.left)]
    body = draft.body.replace("\\", "")
    wrong += [f"{one!r} is in the body" for one in wanted.get("not_in_body", []) if one in body]
    return wrong


def wanted_of(path: Path) -> dict[str, Any]:
    wanted: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    return wanted


@pytest.mark.parametrize("name", sorted(path.stem for path in (DATA / "seeds").glob("*.yaml")))
def test_the_seeds(site: SmallSite, name: str) -> None:
    """From each of the five first documents comes what it states, and nothing else."""
    file = SEEDS / f"{name}.txt"
    if not file.exists():
        pytest.skip("the seeds are not here")
    (draft,) = drafts(site, file.read_text("utf-8"))
    assert wrong_in(draft, wanted_of(DATA / f"seeds/{name}.yaml")) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in (DATA / "imports").glob("*.txt")))
def test_other_layouts(site: SmallSite, name: str) -> None:
    """Other pages of the same sites, and layouts of others, in words of our own: read by the same rules."""
    (draft,) = drafts(site, (DATA / f"imports/{name}.txt").read_text("utf-8"))
    assert wrong_in(draft, wanted_of(DATA / f"imports/{name}.yaml")) == []


POSTING = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "title": "Harbour Pilot",
    "hiringOrganization": {"@type": "Organization", "name": "International Organization for Migration"},
    "jobLocation": [
        {"address": {"addressLocality": "Mombasa", "addressCountry": "KE"}},
        {"address": {"addressLocality": "Suva", "addressCountry": {"name": "Fiji"}}},
    ],
    "datePosted": "2026-05-20T10:00:00Z",
    "validThrough": "2026-06-20T23:59:00+03:00",
    "employmentType": ["FULL_TIME", "TEMPORARY"],
    "identifier": {"name": "IOM", "value": "VN 12/2026"},
    "baseSalary": {"currency": "EUR", "value": {"minValue": 40000, "maxValue": 52000.5, "unitText": "YEAR"}},
    "description": "<p>Bring ships in &amp; out.</p><h2>Languages</h2><ul><li>Fluency in English is required.</ul>",
    "url": "https://jobs.example.org/12",
}
STATED = {
    "title": "Harbour Pilot",
    "organisation": "iom",
    "duty_stations": [{"city": "Mombasa", "country": "KE"}, {"city": "Suva", "country": "FJ"}],
    "opens": "2026-05-20",
    "closes": "2026-06-20T23:59:00+03:00",
    "contract": {"type": "temporary"},
    "reference": "VN 12/2026",
    "salary": {"min": "40000", "max": "52000.5", "currency": "EUR", "period": "year", "basis": "unknown"},
    "languages": {"required": ["en"]},
    "source": {"url": "https://jobs.example.org/12"},
}


def test_a_page_that_states_its_vacancy_as_data(site: SmallSite) -> None:
    """JobPosting markup of a saved page gives each fact, and its text as sections."""
    data = json.dumps({"@graph": [{"@type": "WebSite"}, POSTING]})
    page = f"<!doctype html><html><body><p>Menu</p><script type='application/ld+json'>{data}</script></body></html>"
    for text in (page, json.dumps(POSTING), json.dumps([POSTING])):
        (draft,) = drafts(site, text)
        assert wrong_in(draft, {"facts": as_text(STATED), "absent": ["grade", "expired"]}) == []
        assert draft.body == "Bring ships in \\& out.\n\n## Languages\n\n- Fluency in English is required."
        assert "opens: 2026-05-20  # datePosted: 2026-05-20" in draft.text()


def test_a_saved_page_without_data(site: SmallSite) -> None:
    """The text of a page is read as pasted text is: tables and lists of terms are labels, the frame is left out."""
    page = """<!DOCTYPE html><html><head><title>x</title><script>var deadline = "1 June 2030"</script></head><body>
    <nav><ul><li>Closing date: 3 March 2031</li></ul></nav><h1>Logistics Officer</h1>
    <table><tr><th>Duty station:</th><td>Goma, DR Congo</td></tr><tr><td>Level</td><td>P3</td></tr></table>
    <dl><dt>Organization</dt><dd>IOM</dd><dt>Closing date</dt><dd>Monday, 1 June 2026</dd></dl>
    <h2>Responsibilities</h2><ol><li>Count boxes.</li><li>Count <b>them</b> again.</li></ol>
    <footer>Application deadline: 4 April 2032</footer></body></html>"""
    (draft,) = drafts(site, page, "page.html")
    stated = {
        "title": "Logistics Officer",
        "organisation": "iom",
        "duty_stations": [{"city": "Goma", "country": "CD"}],
        "grade": "P-3",
        "closes": "2026-06-01",
    }
    assert wrong_in(draft, {"facts": stated, "headings": ["Responsibilities"]}) == []
    assert "1. Count boxes.\n2. Count them again." in draft.body


RELIEFWEB: dict[str, Any] = {
    "data": [
        {
            "fields": {
                "title": "Nurse",
                "country": [{"name": "Democratic Republic of the Congo", "iso3": "cod"}],
                "city": [{"name": "Bukavu"}],
                "source": [{"name": "International Organization for Migration", "shortname": "IOM"}],
                "type": [{"name": "Consultancy"}],
                "date": {"created": "2026-05-21T00:00:00+00:00", "closing": "2026-06-30T00:00:00+00:00"},
                "url_alias": "https://reliefweb.int/job/1/nurse",
                "body": "**About the role**\n\nYou care for people.\n\n## Languages\n\nFluency in French is required.",
                "how_to_apply-html": '<p>Write at <a href="https://jobs.iom.example/1">the portal</a>.</p>',
            }
        },
        {
            "fields": {
                "title": "Roster of Interpreters",
                "date": {},
                "source": [],
                "country": [],
                "body": "## Duties\n\nTalk.",
            }
        },
    ]
}


def test_reliefweb(site: SmallSite) -> None:
    """ReliefWeb's closing date is a day, through its end; a job without a country stays without one."""
    desk = Desk.of(site.root)
    assert desk.loaded.content
    bench = Bench(desk.organisations, desk.loaded.content.vocabulary, NOW)
    first, second = drafts_in(json.dumps(RELIEFWEB), "jobs.json", bench, {})
    assert isinstance(first, Draft)
    stated = {
        "title": "Nurse",
        "organisation": "iom",
        "duty_stations": [{"city": "Bukavu", "country": "CD"}],
        "closes": "2026-06-30",
        "contract": {"type": "consultancy"},
        "languages": {"required": ["fr"]},
        "apply": "https://jobs.iom.example/1",
        "source": {"name": "ReliefWeb", "url": "https://reliefweb.int/job/1/nurse", "added": "2026-05-21"},
    }
    headings = ["About the role", "Languages", "How to apply"]
    assert wrong_in(first, {"facts": stated, "absent": ["reference", "opens"], "headings": headings}) == []
    assert isinstance(second, Draft)
    assert set(second.facts) == {"title", "source"}


ITEM = "Country: Kenya<br>Organization: IOM<br>Closing date: 9 Jul 2026<p>The work is in Kisumu.</p>"
FEEDS = {
    "rss": "<?xml version='1.0'?><rss version='2.0'><channel><title>Jobs</title><item><title>Dock Clerk</title>"
    f"<link>https://board.example/1</link><pubDate>Wed, 20 May 2026 08:00:00 GMT</pubDate>"
    f"<description><![CDATA[{ITEM}]]></description></item></channel></rss>",
    "atom": "<feed xmlns='http://www.w3.org/2005/Atom'><title>Jobs</title><id>x</id><entry><title>Dock Clerk</title>"
    "<link href='https://board.example/1'/><id>y</id><published>2026-05-20T08:00:00Z</published>"
    f"<content type='html'><![CDATA[{ITEM}]]></content></entry></feed>",
    "json": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [
                {
                    "title": "Dock Clerk",
                    "url": "https://board.example/1",
                    "date_published": "2026-05-20T08:00:00Z",
                    "content_html": ITEM,
                }
            ],
        }
    ),
}


@pytest.mark.parametrize("form", FEEDS)
def test_feeds_of_other_boards(site: SmallSite, form: str) -> None:
    """An entry of a feed is a draft: its title, its link, and what its text states."""
    (draft,) = drafts(site, FEEDS[form], f"https://board.example/feed.{form}")
    stated = {
        "title": "Dock Clerk",
        "organisation": "iom",
        "duty_stations": [{"country": "KE"}],
        "closes": "2026-07-09",
        "source": {"url": "https://board.example/1", "added": "2026-05-20"},
    }
    assert wrong_in(draft, {"facts": stated}) == []
    assert "The work is in Kisumu." in draft.body


def test_a_table_with_columns_of_other_names(site: SmallSite) -> None:
    """Columns that are called as labels are need no map, others do; each row is a draft."""
    table = (
        "Stelle;Organisation;Duty station;Grade;Ende;Text\n"
        '"Clerk; night";IOM;Suva, Fiji;G5;30.06.2026;"Sort letters.\nSeal them."\n'
        "Cook;Harbour Relief;Goma;n/a;05/06/2026;Cook.\n"
    )
    first, second = drafts(site, table, "jobs.csv", title="Stelle", closes="Ende")
    assert first.facts["title"] == "Clerk; night"
    assert (first.facts["grade"], first.facts["closes"]) == ("G-5", "2026-06-30")
    assert first.body == "Sort letters.\n\nSeal them."
    assert "closes" not in second.facts
    assert "the deadline '05/06/2026' names no day for certain, so it was left out" in second.left
    assert second.source == "jobs.csv, row 3"


def test_markdown_of_another_generator(site: SmallSite) -> None:
    """Front matter of Hugo or Jekyll comes in through a map of its keys, and the text as plain text."""
    front = 'titel: "Nurse"\ncompany: IOM\nexpiryDate: 2026-06-30\nplace: [Goma, Bukavu]'
    page = f"---\n{front}\n---\n# Work\n\nYou **heal** <b>x</b>.\n"
    (draft,) = drafts(site, page, "content/jobs/nurse.md", title="titel", closes="expiryDate", station="place")
    stated = {"title": "Nurse", "organisation": "iom", "closes": "2026-06-30"}
    assert wrong_in(draft, {"facts": stated, "headings": ["Work"]}) == []
    assert draft.facts["duty_stations"] == [{"city": "Goma", "country": "CD"}, {"city": "Bukavu", "country": "CD"}]
    assert "You heal \\<b\\>x\\</b\\>." in draft.body


NOTICE = """Harbour Pilot

Organization: IOM
Duty station: Suva, Fiji
Closing date: Tuesday, 30 June 2026

Responsibilities

Bring ships in and out of the harbour, by day and by night, in any weather that the harbour master allows.
"""


def test_nothing_is_drafted_twice(site: SmallSite) -> None:
    """Imported again, a notice is known, also when an editor has finished it; another deadline of an open role too."""
    site.write("notice.txt", NOTICE)
    source = site.root / "notice.txt"
    first = site.command("import", source, *AT)
    assert first.out.startswith(
        "Wrote the draft content/postings/harbour-pilot-suva.md. Left for you to do:\n  - not stated: grade"
    )
    again = site.command("import", source, *AT)
    assert again == Outcome(
        0,
        f"{source}: already here as content/postings/harbour-pilot-suva.md, same title, place and deadline; "
        "nothing was written.\n",
        "",
    )
    assert len(list((site.root / "content/postings").rglob("harbour-pilot*"))) == 1
    assert site.command("check").code == 0


def test_a_role_that_is_advertised_again(site: SmallSite) -> None:
    """What is over and comes back with another deadline is drafted, and the draft says what it may be."""
    site.posting(
        "old", "title: Harbour Pilot\norganisation: iom\nreference: HP 1\nopens: 2026-01-01\ncloses: 2026-02-01"
    )
    site.write("notice.txt", NOTICE.replace("Duty", "Reference: HP-1\nDuty"))
    done = site.command("import", site.root / "notice.txt", *AT)
    assert done.code == 0
    assert "it may be content/postings/old.md advertised again (same reference HP-1)" in done.out
    assert (site.root / "content/postings/harbour-pilot-suva.md").exists()


FORMS = yaml.load((DATA / "forms.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("form", FORMS, ids=[form["what"] for form in FORMS])
def test_forms_in_which_vacancies_are_really_sent(site: SmallSite, form: dict[str, Any]) -> None:
    """Each form gives the drafts that a reader would write, and one bad item is named and stops no other."""
    desk = Desk.of(site.root)
    assert desk.loaded.content
    bench = Bench(desk.organisations, desk.loaded.content.vocabulary, NOW)
    found = list(drafts_in(form["text"], form["file"], bench, {}))
    read = [_as_draft(one) for one in found if isinstance(one, Draft)]
    for one in read:
        desk.judged(site.root / "content/postings/drafted.md", one.text())
    assert [one.facts.get("title", "") for one in read] == form["titles"]
    unread = [str(one) for one in found if not isinstance(one, Draft)]
    assert len(unread) == len(form.get("unread", []))
    assert all(one.startswith(start) for one, start in zip(unread, form.get("unread", []), strict=True)), unread
    if read:
        assert wrong_in(read[0], form) == []
        assert not [one for one in form.get("not_left", []) if one in "\n".join(read[0].left)]
        assert form.get("body", read[0].body) == read[0].body


def test_a_cell_of_any_size(site: SmallSite) -> None:
    """A cell that is larger than Python's own limit is read like any other; one that is a single line names its row."""
    many, single = "Cook. " * 20 + "\n", "x" * 200_000
    rows = ["Title,Organisation,Text", f'Cook,IOM,"{many * 1200}"', f"Nurse,IOM,{single}", "Clerk,IOM,Write."]
    desk = Desk.of(site.root)
    assert desk.loaded.content
    bench = Bench(desk.organisations, desk.loaded.content.vocabulary, NOW)
    found = list(drafts_in("\n".join(rows), "jobs.csv", bench, {}))
    assert [one.facts["title"] for one in found if isinstance(one, Draft)] == ["Cook", "Clerk"]
    assert str(found[1]).startswith("jobs.csv, row 3 has a line of more than 20000 characters")


# Beginnings that lead to each form, and what stands in them.
STARTS = (
    *("", "{", "[", '{"@type": "JobPosting", "title": ', '{"data": [{"fields": {"title": "Cook", "date": '),
    *(
        "<!doctype html><h1>",
        "<!doctype html><script type='application/ld+json'>",
        "<?xml version='1.0'?><rss version='2.0'>",
    ),
    *(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='html'>",
        "### Title\n\n",
        "---\ntitle: ",
        "+++\ntitle = ",
    ),
    *("title,text\n", "sep=;\ntitle;text\n", "Cook\n\nOrganization: IOM\n\nClosing date: "),
)
PIECES = (
    *(
        "Cook",
        "IOM",
        "\r",
        "\n",
        "\t",
        "\x00",
        "\ud800",
        "\u202e",
        "\u2028",
        "\ufeff",
        '"',
        "'",
        ",",
        ";",
        ":",
        "---\n",
        "+++\n",
        "...",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "&lt;p&gt;",
        "&#xD800;",
        "&#0;",
        "<![CDATA[",
        "]]>",
        "</script>",
        "<li>",
        "<p>",
        "</item>",
        "\\ud800",
    ),
    *(
        "title: ",
        "Deadline: ",
        "31 June 2026",
        "2026-02-30T25:61:00Z",
        "23:59 Z",
        "USD 1.000,00 to 9e999",
        "https://[",
        "N/A",
        "***",
    ),
    *(
        "- ",
        "## ",
        "1" * 400,
        "x" * 5000,
        "é",
        "求人",
        "null",
        "NaN",
        "1e999",
        "[]",
        "{}",
        '"title":',
        '"url":',
        '"description":',
    ),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["Cook", "\ud800", "2026-06-30", "<p>"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*POSTING, "name", "value", "@type"]), inner)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from([*POSTING, *RELIEFWEB["data"][0]["fields"], "employmentType", "jobLocationType", "body-html"])
OBJECTS = st.dictionaries(KEYS, JSON, max_size=8)
SOURCES = st.one_of(
    st.builds(
        lambda start, pieces: start + "".join(pieces),
        st.sampled_from(STARTS),
        st.lists(st.sampled_from(PIECES) | st.text()),
    ),
    OBJECTS.map(lambda value: json.dumps({"title": "Cook", "identifier": "1", **value, "@type": "JobPosting"})),
    OBJECTS.map(lambda value: json.dumps({"data": [{"fields": {"title": "Cook", **value}}]})),
    OBJECTS.map(
        lambda value: json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"title": "Cook", **value}]})
    ),
    JSON.map(json.dumps),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(SOURCES, st.sampled_from(["notice.txt", "jobs.csv", "feed.xml", "page.html", "job.md"]))
def test_no_source_ends_in_a_traceback(site: SmallSite, text: str, name: str) -> None:
    """Whatever a source holds, each vacancy of it becomes a draft that is good content, or a line that says why not."""
    desk = Desk.of(site.root)
    assert desk.loaded.content
    bench = Bench(desk.organisations, desk.loaded.content.vocabulary, NOW)
    # In this process: in its own, a traceback would become a line.
    found = list(drafted(found_in(text, name, {}), bench))
    assert found
    outcomes = list(write_drafts(desk, [one for one in found if isinstance(one, Draft)], NOW))
    for outcome in outcomes:
        if outcome.path:
            desk.judged(outcome.path, outcome.path.read_text("utf-8"))
            outcome.path.unlink()


WAYS = {"": "{:.2f}", ",": "{:,.2f}", " ": "{:,.2f}", ".": "{:,.2f}"}
MORE = (
    "k",
    "K",
    " k",
    "m",
    " Mio",
    " million",
    " thousand",
    " triệu",
    "万",
    "5",
    ".000",
    ",5",
    "%",
    "+",
    "e3",
    " 12",
    "x",
    "²",
    "½",
)


@given(
    st.decimals(0, 99_999_999, places=2),
    st.sampled_from(sorted(WAYS)),
    st.sampled_from(["", " per year", "/month", ", net"]),
)
def test_a_salary_is_the_one_that_is_written(amount: Decimal, way: str, behind: str) -> None:
    """However an amount is grouped, the figure that is read is the one that was written."""
    english = WAYS[way].format(amount)
    written = english.translate({ord(","): way, ord("."): "," if way == "." else "."}) if way else english
    found = salary_in(f"Salary of EUR {written}{behind}")
    assert found is None or Decimal(found.least) == amount
    assert found or (way == "." and amount < 1000)


@given(
    st.integers(0, 999_999),
    st.integers(0, 999_999),
    st.sampled_from(MORE),
    st.sampled_from(["{0}{2}", "{0} - {1}{2}", "{0}{2} - {1}"]),
)
def test_no_figure_is_read_in_part(least: int, most: int, more: str, form: str) -> None:
    """A figure with anything behind it that makes it another is not read, at either end."""
    written = form.format(least, most, more)
    found = salary_in(f"USD {written}")
    assert found is None or " - ".join(filter(None, found[1:3])) == written


PAIRS = yaml.load((DATA / "twins.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["what"] for pair in PAIRS])
def test_two_notices_are_one_where_something_says_so(pair: dict[str, Any]) -> None:
    """What identifies a vacancy makes two notices one; what is merely alike is named, and neither is lost."""
    text = " ".join(f"word{number}" for number in range(60)) if "long" in pair else "Text."
    empty = dict.fromkeys(("path", "title", "organisation", "reference", "url", "place", "closes"), "")
    first, second = (
        Trait(**{**empty, **pair.get("both", {}), **pair.get(one, {}), "over": False, "text": text})
        for one in ("first", "second")
    )
    known, alike = twin_of(second, Known([first])), like_of(second, Known([first]))
    assert ("known" if known else "alike" if alike else "another") == pair["is"]


def test_no_row_of_a_table_is_swallowed(site: SmallSite) -> None:
    """Rows of one title, and rows that share an address, are drafts of their own that name one another."""
    site.write(
        "jobs.csv",
        "Title,Organisation,Reference,URL,Text\n"
        "Consultant,Alpha Ltd,***,https://board.example/jobs,Help.\n"
        "Consultant,Beta Ltd,***,https://board.example/jobs,Help.\n"
        "Nurse,Gamma Ltd,,https://board.example/jobs,Heal.\n",
    )
    done = site.command("import", site.root / "jobs.csv", *AT)
    assert done.code == 0
    names = ["consultant", "consultant-2", "nurse"]
    assert [f"Wrote the draft content/postings/{name}.md." in done.out for name in names] == [True] * 3
    assert done.out.count("it may tell of the same vacancy as content/postings/consultant.md") == 0
    assert site.command("check").code == 0


def test_a_notice_that_would_be_no_good_content_stops_no_other(site: SmallSite) -> None:
    """Of several notices the one that cannot be written is named with what is wrong, and the others are drafts."""
    rows = ["Title,Organisation,Apply"]
    rows += [
        f"{title},IOM,https://{host}/"
        for title, host in (("Cook", "a.example"), ("Nurse", "10.0.0.1"), ("Clerk", "c.example"))
    ]
    site.write("jobs.csv", "\n".join(rows))
    done = site.command("import", site.root / "jobs.csv", *AT)
    assert done.code == 1
    assert [path.name for path in sorted((site.root / "content/postings").glob("c*"))] == ["clerk.md", "cook.md"]
    assert "jobs.csv, row 3: nothing was written, " in done.err


BAD = {
    "empty.txt": (b"", "holds no vacancy that can be read: nothing of what notices have was found"),
    "prose.txt": (b"It was a dark night.\n\nThe rain fell.\n" * 40, "holds no vacancy that can be read"),
    "article.txt": (
        b"How to read a vacancy announcement\n\nEach has a deadline: the last day. Posts are graded P-1 to P-5.\n",
        "holds no vacancy that can be read",
    ),
    "cookies.txt": (
        b"We use cookies\n\nAccept all\n\nSome cookies are kept for two years. Our recruitment pages set three.\n",
        "holds no vacancy that can be read",
    ),
    "login.html": (
        b"<!doctype html><body><h1>Sign in</h1><form><input name=user></form><p>Password forgotten?</p></body>",
        "holds no vacancy that can be read",
    ),
    "noise.txt": (bytes(range(32, 127)) * 60_000, "is larger than 5 MiB"),
    "line.txt": (b"x" * 30_000, "has a line of more than 20000 characters, so it is not a notice"),
    "latin.txt": ("Chargé de sécurité".encode("latin-1"), "is not UTF-8 (byte 0xE9 at 5), save it as UTF-8"),
    "broken.json": (b'{"data": [', "looks like JSON and cannot be read as that"),
    "other.json": (b'{"data": "none"}', "holds no vacancy"),
    "deep.json": (b"[" * 100_000, "looks like JSON and cannot be read as that"),
    "page.xml": (b"<?xml version='1.0'?><note>hi</note>", "is XML and no feed"),
    "empty-feed.xml": (b"<rss version='2.0'><channel><title>x</title></channel></rss>", "holds no vacancy"),
    "binary.txt": (b"\x00\x01\xff\xfe" * 100, "is not UTF-8"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_vacancy(site: SmallSite, name: str) -> None:
    """One clear line, exit 1, nothing written; what stands beside it is drafted all the same."""
    content, message = BAD[name]
    source = site.write(name, content)
    good = site.write("good.txt", NOTICE)
    before = sorted((site.root / "content").rglob("*"))
    alone = site.command("import", source, *AT)
    assert alone.code == 1
    assert alone.out == ""
    assert alone.err.startswith(f"{source} ") or alone.err.startswith(f"{source},")
    assert message in alone.err
    assert alone.err.count("\n") == 1
    assert sorted((site.root / "content").rglob("*")) == before
    both = site.command("import", source, good, *AT)
    assert both.code == 1
    assert "Wrote the draft content/postings/harbour-pilot-suva.md" in both.out


def test_a_notice_without_a_title_is_a_draft(site: SmallSite) -> None:
    """A notice that names no role is drafted without a title, the likeliest lines are named, and it is good content."""
    site.write("notice.txt", NOTICE.replace("Harbour Pilot\n", "WORK WITH SHIPS\n\nAll hands wanted\n"))
    done = site.command("import", site.root / "notice.txt", *AT)
    assert done.code == 0
    assert "no title of a role was found, write it; it may be one of: 'WORK WITH SHIPS'; 'All hands wanted'" in done.out
    assert "not stated: title" not in done.out
    (file,) = (site.root / "content/postings").glob("suva*.md")
    assert file.read_text("utf-8").startswith("---\n# title: write it; likely 'WORK WITH SHIPS'; 'All hands wanted'\n")
    assert site.command("check").code == 0


def test_hostile_text_stays_text(site: SmallSite) -> None:
    """Markup, YAML and invisible characters in a notice reach the draft as text, and the draft is good content."""
    hostile = NOTICE.replace("Harbour Pilot", 'Pilot\u202e Officer: "x" # <b>').replace(
        "Bring", "<script>alert(1)</script> [a](javascript:x) ![i](x) `c` --- \u200b\n\n    code\n\n# h\n\n---\n\nBring"
    )
    site.write("notice.txt", hostile)
    assert site.command("import", site.root / "notice.txt", *AT).code == 0
    assert site.command("check").code == 0
    (file,) = (site.root / "content/postings").glob("pilot*")
    assert "\u202e" not in file.read_text("utf-8")
    assert 'title: "Pilot Officer: \\"x\\" # <b>"' in file.read_text("utf-8")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80))
def test_any_line_shows_as_it_is(text: str) -> None:
    """A line of a notice as Markdown shows the same characters, whatever it holds."""
    line = " ".join(text.split())
    assume(line)
    problems, prose = read(f"x\n\n{plain_markdown(line)}", 1)
    if not problems:  # invisible characters are refused wherever they come from
        shown = re.sub(r"<[^>]+>", "", prose.html)
        assert html.unescape(shown).split() == ["x", *line.split()]


DATES = [
    ("Wednesday, 10 June 2026", "2026-06-10", ""),
    ("10 June 2026", "2026-06-10", ""),
    ("June 10th, 2026", "2026-06-10", ""),
    ("10-Jun-2026", "2026-06-10", ""),
    ("2026/06/10", "2026-06-10", ""),
    ("25/06/2026", "2026-06-25", ""),
    ("06/25/2026", "2026-06-25", ""),
    ("06/06/2026", "2026-06-06", ""),
    ("05/06/2026", None, ""),
    ("Friday 5 Jun 2026 at 20:55 UTC", "2026-06-05T20:55:00Z", ""),
    ("5 June 2026, 11:59 p.m. New York time", "2026-06-05T23:59:00-04:00", ""),
    ("5 January 2026, 11:59 PM (New York time)", "2026-01-05T23:59:00-05:00", ""),
    ("5 June 2026 23:59 (UTC+3)", "2026-06-05T23:59:00+03:00", ""),
    ("5 June 2026 12:30 am GMT", "2026-06-05T00:30:00Z", ""),
    ("2026-06-05T23:59:00Z", "2026-06-05T23:59:00Z", ""),
    ("2026-06-05T23:59:00.000Z", "2026-06-05T23:59:00Z", ""),
    ("2026-06-05t23:59z", "2026-06-05T23:59:00Z", ""),
    ("2026-06-05T23:59:00.123456+03:00", "2026-06-05T23:59:00+03:00", ""),
    ("5 June 2026, 23:59 Z", "2026-06-05T23:59:00Z", ""),
    ("5 June 2026, 23:59Z.", "2026-06-05T23:59:00Z", ""),
    ("5 June 2026, 23:59 z. B.", "2026-06-05", "it names 23:59, and no zone that is known here"),
    ("5 June 2026, 23:59 Zulu Hotel", "2026-06-05", "it names 23:59, and no zone that is known here"),
    ("5 June 2026, 23:59 in Zone Z", "2026-06-05", "it names 23:59, and no zone that is known here"),
    ("5 June 2026 at 17:00", "2026-06-05", "it names 17:00, and no zone that is known here"),
    ("Monday, 10 June 2026", "2026-06-10", "it names a Monday, and 2026-06-10 is a Wednesday"),
    ("31 June 2026", None, ""),
    ("in 7 days", None, ""),
    ("10 Jun 26", None, ""),
]


@pytest.mark.parametrize(("text", "day", "doubt"), DATES)
def test_dates_in_words(text: str, day: str | None, doubt: str) -> None:
    """A date is read where it can mean one day alone; a time needs a zone; a wrong weekday is told."""
    found = read_date(text)
    assert (found.text if found else None) == day
    assert (found.doubt if found else "") == doubt


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Democratic Republic of the Congo", "CD"),
        ("DR Congo", "CD"),
        ("Congo (the)", "CG"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Micronesia (Federated States of)", "FM"),
        ("Federated States of Micronesia", "FM"),
        ("São Tomé and Príncipe", "ST"),
        ("Sao Tome and Principe", "ST"),
        ("State of Palestine", "PS"),
        ("Atlantis", None),
    ],
)
def test_countries_by_their_names(text: str, code: str | None) -> None:
    """A country is known by the names that notices use."""
    assert country_named(text) == code


def test_countries_in_a_list() -> None:
    """Names that hold an "and" are one country."""
    listed = "Trinidad and Tobago, Saint Kitts and Nevis, Fiji and Bosnia and Herzegovina; Atlantis."
    assert countries_listed(listed) == (["TT", "KN", "FJ", "BA"], ["Atlantis"])


# Fetching


HTML = {"Content-Type": "text/html; charset=utf-8"}


def test_a_page_is_fetched(site: SmallSite) -> None:
    """An address gives a draft, after its redirects, asked for under our own name and after robots.txt."""
    page = f"<!doctype html><script type='application/ld+json'>{json.dumps(POSTING)}</script>".encode()
    with web({"/a": (302, {"Location": "/b"}, b""), "/b": (200, HTML, page)}) as (host, asked):
        done = site.command("import", f"{host}/a", "--allow-private", *AT)
    assert done.code == 0, done.err
    assert "Wrote the draft content/postings/harbour-pilot-mombasa.md" in done.out
    assert [line.split(" vacancy-digest/")[0] for line in asked] == ["/robots.txt", "/a", "/b"]


def test_our_own_table_is_read(site: SmallSite, tmp_path: Path) -> None:
    """The table of open roles that a digest publishes can be imported by another, its mark for Excel included."""
    site.posting("orderly", "title: Aide-soignante à l’hôpital\ngrade: P-3\ncloses: 2199-06-10")
    table = site.build().folder / "data/open.csv"
    other = SmallSite.at(tmp_path / "other")
    done = other.command("import", table)
    written = [path.read_text("utf-8") for path in (other.root / "content/postings").glob("aide*.md")]
    assert ["title: Aide-soignante à l’hôpital" in text for text in written] == [True], done


PATHOLOGICAL = (
    "(",
    "[A",
    "a: ",
    "$1 ",
    "• ",
    "The Aa ",
    "in Aa of the ",
    "located in A",
    "1 Jan ",
    "\t",
    "- ",
    "*_[",
    "deadline 1:00",
)


def test_no_line_takes_for_ever(site: SmallSite) -> None:
    """Lines that are the worst for one rule or another are read, and looked at by `check`, before anybody gives up."""
    lines = "\n\n".join(unit * (15_000 // len(unit)) for unit in PATHOLOGICAL[:5])
    more = "\n\n".join(unit * (15_000 // len(unit)) for unit in PATHOLOGICAL[5:])
    for number, text in enumerate((lines, more)):
        source = site.write(
            f"notice-{number}.txt", f"{NOTICE.replace('Pilot', f'Pilot {number}')}\n\n{text[:80_000]}\n"
        )
        command = [sys.executable, "-m", "generator", "import", "--root", str(site.root), str(source), *AT]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr
    site.posting(
        "worst", "closes: 2199-01-01", "\n\n".join(plain_markdown((unit * 900)[:6_000]) for unit in PATHOLOGICAL)
    )
    command = [sys.executable, "-m", "generator", "check", "--root", str(site.root)]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
