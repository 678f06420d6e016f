"""The profile of CommonMark: which of its constructs are taken and which are declined, example by example."""

import re
from collections.abc import Iterator

import yaml
from markdown_it import MarkdownIt
from sites import DATA
from soaking import Tell

from generator import markup

CONSTRUCTS = yaml.safe_load((DATA / "commonmark.yaml").read_text("utf-8"))


def examples(side: str) -> Iterator[tuple[str, str]]:
    """The examples that are `taken` or `declined`, each with the heading under which it stands."""
    return ((heading, example) for heading, sides in CONSTRUCTS.items() for example in sides[side])


def test_what_is_taken_is_taken(tell: Tell) -> None:
    """No example that is said to be taken is declined."""
    found = list(examples("taken"))
    changed = [f"{heading}: {example!r}: {said}" for heading, example in found if (said := markup.check(example))]
    tell("examples of CommonMark that are taken", len(found), changed)


def test_what_is_declined_is_declined(tell: Tell) -> None:
    """No example that is said to be declined is taken."""
    found = list(examples("declined"))
    changed = [f"{heading}: {example!r} is taken" for heading, example in found if not markup.check(example)]
    tell("examples of CommonMark that are declined", len(found), changed)


def test_what_is_taken_is_commonmark(tell: Tell) -> None:
    """What is taken becomes what a parser of all of CommonMark makes of it, but for headings' levels and anchors."""
    whole = MarkdownIt("commonmark", {"xhtmlOut": False})
    found = list(examples("taken"))
    rendered = [(example, likened(markup.render(example).html), likened(whole.render(example))) for _, example in found]
    other = [f"{example!r}: {ours!r}, not {theirs!r}" for example, ours, theirs in rendered if ours != theirs]
    tell("examples of CommonMark that become what they should", len(found), other)


def likened(html: str) -> str:
    """HTML without what the profile adds to it."""
    html = re.sub(r"<(/?)h[1-6](?: id=\"[a-z0-9-]+\")?>", r"<\1h>", html)
    return html.replace(' rel="nofollow noopener"', "")
