"""The text of a notice: CommonMark in, safe HTML out, or every place where the text leaves the profile.

The profile is CommonMark without raw HTML, images and reference definitions, with links to https addresses and plain
e-mail addresses only. What it declines is refused at the door with its line; the renderer could not emit it either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.html_re import HTML_TAG_RE
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from .fields import read_address
from .problems import Place

MAX_BYTES = 64 * 1024
MAX_NESTING = 20
_MAIL = re.compile(r"mailto:[A-Za-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_NO_HTML = "raw HTML stands here, write it as Markdown, or put it in backquotes to show it"
_NO_IMAGE = "an image stands here, images are not shown, describe it in words"
_NO_REFERENCE = "a reference definition stands here, write the link in place as [text](https://…)"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: its level in the page, its words and its anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A rendered text; `html` is safe to place into a page."""

    html: str
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A piece of text that the profile declines, within the block that starts at a line (0-based) of the body."""

    line: int
    snippet: str
    message: str


def link_problem(href: str) -> str | None:
    """Why a link may not stand in a text, with what to write instead; None when it may."""
    if _MAIL.fullmatch(href):
        return None
    try:
        read_address(href)
    except ValueError as error:
        return str(error)
    return None


def check(body: str, first_line: int = 1) -> list[tuple[Place, str]]:
    """Every place where a text leaves the profile, and what to write instead; it starts at `first_line` of its file."""
    if len(body.encode()) > MAX_BYTES:
        return [(Place(first_line), f"is larger than {MAX_BYTES // 1024} KiB, shorten it")]
    refusals, tokens = _parse(body)
    refusals += _link_refusals(tokens)
    lines = body.split("\n")
    return sorted({(_place(refusal, lines, first_line), refusal.message) for refusal in refusals})


def render(body: str, lowest_heading: int = 2) -> Prose:
    """A text that `check` found nothing in, as HTML. Headings start at `lowest_heading` and carry anchors."""
    _, tokens = _parse(body)
    headings = _number_headings(tokens, lowest_heading)
    return Prose(_parser().renderer.render(tokens, _parser().options, {}), headings)


def plain(body: str) -> str:
    """The words of a text without its marks, blocks separated by a blank line."""
    _, tokens = _parse(body)
    blocks = ("".join(_words(child) for child in token.children or ()) for token in tokens if token.type == "inline")
    return "\n\n".join(blocks)


def _words(token: Token) -> str:
    return token.content if token.type in {"text", "code_inline"} else " " if "break" in token.type else ""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING, "typographer": False})
    parser.inline.ruler.at("image", _refuse_image)
    parser.inline.ruler.at("html_inline", _refuse_html_inline)
    parser.block.ruler.at("html_block", _refuse_html_block)
    parser.block.ruler.at("reference", _refuse_reference)
    parser.core.ruler.at("inline", _inline_with_lines)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # judged by link_problem, at its line
    parser.add_render_rule("link_open", _link_open)
    return parser


def _parse(body: str) -> tuple[list[_Refusal], list[Token]]:
    refusals: list[_Refusal] = []
    tokens = _parser().parse(body, {"refusals": refusals, "line": 0})
    return refusals, tokens


def _inline_with_lines(state: object) -> None:
    """markdown-it's own rule, which also tells the inline rules on which line their block starts."""
    for token in state.tokens:  # type: ignore[attr-defined]
        if token.type == "inline":
            state.env["line"] = token.map[0] if token.map else 0  # type: ignore[attr-defined]
            token.children = token.children or []
            state.md.inline.parse(token.content, state.md, state.env, token.children)  # type: ignore[attr-defined]


def _refuse(state: StateInline, length: int, message: str) -> None:
    snippet = state.src[state.pos : state.pos + length]
    line = state.env["line"] + state.src.count("\n", 0, state.pos)
    state.env["refusals"].append(_Refusal(line, snippet.split("\n")[0], message))


def _refuse_image(state: StateInline, silent: bool) -> bool:
    if not silent and re.match(r"!\[[^\]]*\]\(", state.src[state.pos : state.pos + 1000]):
        _refuse(state, 2, _NO_IMAGE)
    return False


def _refuse_html_inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] == "<" and not silent and (match := _html_tag(state)):
        _refuse(state, len(match.group()), _NO_HTML)
    return False


def _html_tag(state: StateInline) -> re.Match[str] | None:
    # The cap keeps a row of "<!--" from being read to its end at each of them; a longer tag is shown as text.
    return HTML_TAG_RE.match(state.src[state.pos : state.pos + 500])


def _refuse_html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not silent and re.match(r"<(?:!--|[?!]|/?(?:script|style|pre|textarea)\b)", text, re.IGNORECASE):
        state.env["refusals"].append(_Refusal(start, text[:1], _NO_HTML))
    return False


def _refuse_reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not silent and re.match(r"\[[^\]]+\]:", text):
        state.env["refusals"].append(_Refusal(start, "[", _NO_REFERENCE))
    return False


def _link_refusals(tokens: Sequence[Token]) -> list[_Refusal]:
    found = []
    for token in tokens:
        line = token.map[0] if token.map else 0
        for child in token.children or ():
            if child.type == "softbreak" or child.type == "hardbreak":
                line += 1
            elif child.type == "link_open" and (problem := link_problem(str(child.attrs["href"]))):
                found.append(_Refusal(line, str(child.attrs["href"]), problem))
    return found


def _place(refusal: _Refusal, lines: Sequence[str], first_line: int) -> Place:
    line = lines[refusal.line] if refusal.line < len(lines) else ""
    return Place(refusal.line + first_line, max(line.find(refusal.snippet), 0) + 1)


def _link_open(renderer: object, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    token = tokens[index]
    if link_problem(str(token.attrs["href"])):
        token.attrs.pop("href")
    else:
        token.attrs["rel"] = "nofollow noopener"
    return str(renderer.renderToken(tokens, index, options, env))  # type: ignore[attr-defined]


def _number_headings(tokens: Sequence[Token], lowest: int) -> tuple[Heading, ...]:
    """Shifts headings so that none skips a level under the page's own, and gives each an anchor."""
    headings: list[Heading] = []
    written = sorted({int(token.tag[1]) for token in tokens if token.type == "heading_open"})
    for index, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        deepest = headings[-1].level + 1 if headings else lowest
        level = min(lowest + written.index(int(token.tag[1])), deepest, 6)
        inline = tokens[index + 1]
        text = "".join(_words(child) for child in inline.children or ())
        heading = Heading(level, text, _anchor(text, {heading.anchor for heading in headings}))
        headings.append(heading)
        token.tag = tokens[index + 2].tag = f"h{level}"
        token.attrs["id"] = heading.anchor
    return tuple(headings)


def _anchor(text: str, taken: set[str]) -> str:
    # The prefix keeps a heading from taking the id of a part of the page.
    base = "text-" + (re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "section")
    number, anchor = 1, base
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    return anchor
