"""The CommonMark profile: which constructs are accepted and which are declined, example by example."""

import re
from collections.abc import Iterator

import yaml
from markdown_it import MarkdownIt
from sites import DATA
from soaking import Tell

from generator.text import markup

PINNED = yaml.safe_load((DATA / "commonmark-spec.yaml").read_text("utf-8"))
CONSTRUCTS = yaml.safe_load((DATA / "commonmark.yaml").read_text("utf-8"))


def examples(side: str) -> Iterator[tuple[str, str]]:
    """The examples under `taken` or `declined`, each with its heading."""
    return ((heading, example) for heading, sides in CONSTRUCTS.items() for example in sides[side])


def test_what_is_taken_is_taken(tell: Tell) -> None:
    """No example listed as accepted is declined."""
    found = list(examples("taken"))
    changed = [f"{heading}: {example!r}: {said}" for heading, example in found if (said := markup.check(example))]
    tell("examples of CommonMark that are taken", len(found), changed)


def test_what_is_declined_is_declined(tell: Tell) -> None:
    """No example listed as declined is accepted."""
    found = list(examples("declined"))
    changed = [f"{heading}: {example!r} is taken" for heading, example in found if not markup.check(example)]
    tell("examples of CommonMark that are declined", len(found), changed)


def test_what_is_taken_is_commonmark(tell: Tell) -> None:
    """An accepted text becomes what a full CommonMark parser makes of it, except for heading levels and anchors."""
    whole = MarkdownIt("commonmark", {"xhtmlOut": False})
    found = list(examples("taken"))
    rendered = [(example, likened(markup.render(example).html), likened(whole.render(example))) for _, example in found]
    other = [f"{example!r}: {ours!r}, not {theirs!r}" for example, ours, theirs in rendered if ours != theirs]
    tell("examples of CommonMark that become what they should", len(found), other)


def test_the_examples_of_the_specification(commonmark_spec: list[tuple[str, str, str]], tell: Tell) -> None:
    """Of the examples in CommonMark's specification, exactly those on the list are declined. The others become what it
    says, except for those listed as text.
    """
    declined: dict[str, list[int]] = {heading: [] for heading, _, _ in commonmark_spec}
    as_text = []
    for number, (heading, example, html) in enumerate(commonmark_spec, 1):
        if markup.check(example):
            declined[heading].append(number)
        elif likened(markup.render(example).html) != likened(html):
            as_text.append(number)
    pinned = PINNED["declined"]
    changed = [f"{heading}: {numbers}" for heading, numbers in declined.items() if numbers != pinned.get(heading, [])]
    count = sum(map(len, declined.values()))
    tell(f"examples in CommonMark's specification; {count} are declined", len(commonmark_spec), changed)
    assert as_text == PINNED["as text"]


def test_headings_are_named_by_their_words() -> None:
    """A heading's anchor is made from its words, without marks, and with a space for each line break."""
    headings = markup.render("Quay\\\nand *outer* pier\n===\n\n## The `tide` table").headings
    assert [(heading.text, heading.anchor) for heading in headings] == [
        ("Quay and outer pier", "text-quay-and-outer-pier"),
        ("The tide table", "text-the-tide-table"),
    ]


def test_headings_skip_no_level() -> None:
    """Whatever levels an editor writes, headings are below the page's own heading, and no level is skipped."""
    written = "# A\n\n#### B\n\n## C\n\n### D\n\n###### E\n\n# F\n\n## A\n\n## A"
    headings = markup.render(written).headings
    assert "".join(f"{heading.level}{heading.text}" for heading in headings) == "2A3B3C4D5E2F3A3A"
    assert [heading.anchor for heading in headings if heading.text == "A"] == ["text-a", "text-a--2", "text-a--3"]


def likened(html: str) -> str:
    """HTML without the profile's additions and without insignificant differences."""
    html = re.sub(r"<(/?)h[1-6](?: id=\"[a-z0-9-]+\")?>", r"<\1h>", html)
    html = html.replace(' rel="nofollow noopener"', "").replace(" />", ">")
    return html.replace("<blockquote>\n", "<blockquote>").strip()
