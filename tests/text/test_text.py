"""Text in, the same text out: whatever an editor types comes back unchanged from every format."""

import csv
import io
import json
import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree
from sites import DATA, SAMPLE_NOW, SmallSite

from generator.building.build import Options, build
from generator.model.characters import blank, cleared

# Every character that front matter accepts, the awkward ones often. Spaces at the ends are not part of a value.
any_character = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
awkward = st.sampled_from(
    ["<", ">", "&", '"', "'", "{{", "}}", "{%", "]]>", "-->", "\\", ";", ",", ":", "=", "+", "@", " "]
)
texts = (
    st.lists(any_character | awkward, min_size=3, max_size=40)
    .map(lambda parts: "".join(parts).strip())
    .filter(lambda text: 3 <= len(text) <= 150 and cleared(text) == text and not blank(text))
)

FILES = (
    *("postings/quay-master/index.html", "index.html", "feed.xml", "atom.xml", "feed.json", "deadlines.ics"),
    *("data/open.csv", "data/postings.json"),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    """The small site, whose only posting is written again for each text, with the memory of the builds before."""
    return SmallSite.at(tmp_path_factory.mktemp("text") / "small")


def built_with(small: SmallSite, **fields: str) -> dict[str, bytes]:
    """The small site's output with other values in the fields of its only posting."""
    posting = "content/postings/quay-master.md"
    text = (DATA / "golden" / posting).read_text("utf-8")
    for key, value in fields.items():
        line = f"{key}: {json.dumps(value, ensure_ascii=False)}"  # JSON is valid YAML
        # Backslashes are literal.
        text, times = re.subn(rf"^{key}: .*$", line.replace("\\", r"\\"), text, flags=re.MULTILINE)
        assert times == 1, key
    small.write(posting, text)
    out = small.root.parent / "site"
    build(small.root, out, SAMPLE_NOW, Options())
    return {path: (out / path).read_bytes() for path in FILES}


@settings(max_examples=25, deadline=None)
@given(title=texts, summary=texts, reference=texts)
def test_text_comes_back_as_it_was_typed(small: SmallSite, title: str, summary: str, reference: str) -> None:
    """Title, summary and reference, where they appear, are the same in HTML, feeds, calendar and data."""
    files = built_with(small, title=title, summary=summary, reference=reference)
    page = html5lib.parse(files["postings/quay-master/index.html"].decode(), namespaceHTMLElements=False)
    assert page.findtext(".//h1") == title
    assert [one.text for one in page.iter("dd") if one.text == reference] == [reference]
    assert [one.get("content") for one in page.iter("meta") if one.get("name") == "description"] == [summary]
    data = next(one.text for one in page.iter("script") if one.get("type") == "application/ld+json")
    assert json.loads(data or "")["title"] == title
    rss = etree.fromstring(files["feed.xml"]).findtext("channel/item/title")
    atom = etree.fromstring(files["atom.xml"]).findtext("{*}entry/{*}title")
    item = json.loads(files["feed.json"])["items"][0]
    told = f"Closing: {title}, P-3, Harbour Relief, Geneva, Switzerland, closes 19 June 2026"
    assert rss == atom == item["title"] == told
    assert f". {summary} Deadline: " in item["summary"]
    (event,) = Calendar.from_ical(files["deadlines.ics"]).events
    assert str(event["SUMMARY"]) == f"Deadline (assumed): {title}, P-3, Harbour Relief"
    (row,) = csv.DictReader(io.StringIO(files["data/open.csv"].decode("utf-8-sig"), newline=""))
    # An apostrophe stops a spreadsheet from reading it as a formula.
    assert row["title"].replace("'", "") == title.replace("'", "")
    (posting,) = json.loads(files["data/postings.json"])["postings"]
    assert (posting["title"], posting["reference"]) == (title, reference)
