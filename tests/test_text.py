"""Text in, the same text out: whatever an editor may type comes back from every format as it was typed."""

import csv
import io
import json
from typing import Any

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree
from sites import DATA, SAMPLE_NOW

from generator.content import Content, load
from generator.edition import Edition
from generator.frontmatter import FORBIDDEN
from generator.plan import frame_of, plan
from generator.render import Renderer
from generator.schema import Posting
from generator.templates import BUILT_IN, read_templates

# Every character that front matter lets in, the awkward ones often. Spaces at the ends are no part of a value.
any_character = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
awkward = st.sampled_from(
    ["<", ">", "&", '"', "'", "{{", "}}", "{%", "]]>", "-->", "\\", ";", ",", ":", "=", "+", "@", " "]
)
texts = (
    st.lists(any_character | awkward, min_size=3, max_size=40)
    .map(lambda parts: "".join(parts).strip())
    .filter(lambda text: 3 <= len(text) <= 150 and not FORBIDDEN.search(text))
)


@pytest.fixture(scope="module")
def content() -> Content:
    """The small site's content."""
    found = load(DATA / "golden").content
    assert found
    return found


def rendered(content: Content, **fields: Any) -> dict[str, bytes]:
    """The small site's output with other values in the fields of its one posting."""
    (file,) = content.postings
    changed: Posting = file.posting.model_copy(update=fields)
    postings = (type(file)(file.slug, file.path, changed, file.body),)
    edition = Edition(type(content)(content.settings, content.vocabulary, postings, content.organisations), SAMPLE_NOW)
    templates, _ = read_templates(BUILT_IN.parent)
    renderer = Renderer(frame_of(edition), templates)
    wanted = {"postings/quay-master/index.html", "index.html", "feed.xml", "atom.xml", "feed.json", "deadlines.ics"}
    wanted |= {"data/open.csv", "data/postings.json"}
    return {one.path: renderer.render(one) for one in plan(edition, templates) if one.path in wanted}


@settings(max_examples=25, deadline=None)
@given(title=texts, summary=texts, reference=texts)
def test_text_comes_back_as_it_was_typed(content: Content, title: str, summary: str, reference: str) -> None:
    """The title, and where they stand the summary and the reference, are the same in HTML, feeds, calendar and data."""
    files = rendered(content, title=title, summary=summary, reference=reference)
    page = html5lib.parse(files["postings/quay-master/index.html"].decode(), namespaceHTMLElements=False)
    assert page.findtext(".//h1") == title
    assert [one.text for one in page.iter("dd") if one.text == reference] == [reference]
    assert [one.get("content") for one in page.iter("meta") if one.get("name") == "description"] == [summary]
    data = next(one.text for one in page.iter("script") if one.get("type") == "application/ld+json")
    assert json.loads(data or "")["title"] == title
    rss = etree.fromstring(files["feed.xml"]).findtext("channel/item/title")
    atom = etree.fromstring(files["atom.xml"]).findtext("{*}entry/{*}title")
    item = json.loads(files["feed.json"])["items"][0]
    assert rss == atom == item["title"] == f"Closing: {title}, P-3, Harbour Relief, Geneva, Switzerland"
    assert item["summary"].startswith(summary)
    (event,) = Calendar.from_ical(files["deadlines.ics"]).events
    assert str(event["SUMMARY"]) == f"Deadline (assumed): {title}, P-3, Harbour Relief"
    (row,) = csv.DictReader(io.StringIO(files["data/open.csv"].decode(), newline=""))
    assert row["title"].removeprefix("'") == title.removeprefix("'")
    (posting,) = json.loads(files["data/postings.json"])["postings"]
    assert (posting["title"], posting["reference"]) == (title, reference)
