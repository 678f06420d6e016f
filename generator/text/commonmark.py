"""The profile of CommonMark, with markdown-it: what it refuses is reported with its line, and cannot be rendered."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.html_re import HTML_TAG_RE
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, autolink, link
from markdown_it.token import Token

from ..model.characters import hidden
from ..model.fields import link_problem
from ..model.problems import Place
from ..model.prose import NOTHING, Heading, Prose, WrittenHeading, numbered

MAX_NESTING = 20
MOST_BODY_PROBLEMS = 20  # in one text; a text with more is corrected in rounds
_TOO_DEEP = f"lists and quotes are nested {MAX_NESTING} deep here, use fewer levels"
_NO_HTML = "contains raw HTML, write it as Markdown, or put it in backquotes to show it"
_NO_IMAGE = "contains an image, describe it in words (images are not shown)"
_NO_REFERENCE = "contains a reference definition, write the link in place as [text](https://…)"


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A piece of text that the profile refuses: its line (0-based) in the body, and its position in that line.

    A line of a list or a quote starts with marks that the inline parser does not see: `seen` is the part of the line
    that it sees, `before` the start of that up to the position.
    """

    line: int
    message: str
    seen: str = ""
    before: str = ""


def render_commonmark(body: str) -> Prose:
    """A text as HTML, headings from h2 on. Refused parts appear as text, or as a link without a target."""
    _, tokens = _parse(body)
    headings = _number_headings(tokens)
    return Prose(_parser().renderer.render(tokens, _parser().options, {}), headings)


def read_commonmark(body: str, first_line: int) -> tuple[list[tuple[Place, str]], Prose]:
    """The same, or every place where a text is outside the profile, and what to write."""
    refusals, tokens = _parse(body)
    # The parser skips deeper levels, so readers would never see them.
    deep = [token for token in tokens if token.level >= MAX_NESTING - 1 and token.map]
    refusals += [_Refusal(token.map[0], _TOO_DEEP) for token in deep[:1] if token.map]
    lines = body.split("\n")
    found = sorted({(_place(refusal, lines, first_line), refusal.message) for refusal in refusals})[:MOST_BODY_PROBLEMS]
    return found, NOTHING if found else render_commonmark(body)


def blocks_of(blocks: list[str]) -> list[tuple[str | WrittenHeading, ...]] | None:
    """Each block rendered, parsed together; None if one of them must be judged or numbered within the whole."""
    refusals, tokens = _parse("\n\n".join(blocks))
    if refusals or any(
        token.map and token.level and (token.level >= MAX_NESTING - 1 or token.type == "heading_open")
        for token in tokens
    ):
        return None
    starts, line = [], 0
    for block in blocks:
        starts.append(line)
        line += block.count("\n") + 2
    tokens_of: list[list[Token]] = [[] for _ in blocks]
    number = 0
    for token in tokens:
        if not token.level and token.map:
            number = bisect_right(starts, token.map[0]) - 1
        tokens_of[number].append(token)
    return [tuple(_rendered(own)) for own in tokens_of]


def _rendered(tokens: Sequence[Token]) -> Iterable[str | WrittenHeading]:
    renderer, options = _parser().renderer, _parser().options
    assert isinstance(renderer, RendererHTML)
    start = 0
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            if start < index:
                yield renderer.render(tokens[start:index], options, {})
            children = tokens[index + 1].children or []
            words = "".join(map(_words, children))
            yield WrittenHeading(int(token.tag[1]), renderer.renderInline(children, options, {}), words)
            start = index + 3
    if start < len(tokens):
        yield renderer.render(tokens[start:], options, {})


def _words(token: Token) -> str:
    return token.content if token.type in {"text", "code_inline"} else " " if "break" in token.type else ""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark", {"html": False, "xhtmlOut": False, "maxNesting": MAX_NESTING, "typographer": False}
    )
    parser.inline.ruler.at("link", _watch(link))
    parser.inline.ruler.at("autolink", _watch(autolink))
    parser.inline.ruler.at("image", _refuse_image)
    parser.inline.ruler.at("html_inline", _refuse_html_inline)
    parser.block.ruler.at("html_block", _refuse_html_block)
    parser.block.ruler.at("reference", _refuse_reference)
    parser.core.ruler.at("inline", _inline_with_lines)
    parser.validateLink = lambda *_: True  # type: ignore[method-assign]  # judged by link_problem, at its line
    parser.add_render_rule("link_open", _link_open)
    return parser


def _parse(body: str) -> tuple[list[_Refusal], list[Token]]:
    refusals: list[_Refusal] = []
    inline: list[_Refusal] = []
    ends = Counter(name.lower() for name in re.findall(r"</([A-Za-z][A-Za-z0-9-]*)", body))
    tokens = _parser().parse(body, {"refusals": refusals, "inline": inline, "line": 0, "open": [], "ends": ends})
    hiding = [found for token in tokens for found in _referenced(token)] if "&" in body else []
    return refusals + inline + hiding, tokens


_REFERENCE = re.compile(r"&#?[A-Za-z0-9]+;")


def _referenced(token: Token) -> Iterator[_Refusal]:
    """Forbidden characters that a block contains as character references, judged as readers would see them."""
    read = [unescapeAll(token.info), *(text for child in token.children or () for text in _read_of(child))]
    wrong = {name for text in read for _, name in hidden(text)}
    written = token.info or token.content
    found = ((match, name) for match in _REFERENCE.finditer(written) for name in _names(match[0]) if name in wrong)
    for match, name in islice(found, MOST_BODY_PROBLEMS):
        line = written.count("\n", 0, match.start()) + (token.map[0] if token.map else 0)
        start = written.rfind("\n", 0, match.start()) + 1
        seen = written[start:].partition("\n")[0]
        message = f"contains the invisible character {name} as {match[0]}, delete it"
        yield _Refusal(line, message, seen, written[start : match.start()])


def _names(reference: str) -> Iterator[str]:
    """The names of the characters that a reference stands for."""
    # A number that is not a character is read as U+FFFD.
    read = "\ufffd" if (text := unescapeAll(reference)) == reference else text
    return (f"U+{ord(char):04X}" for char in read)


def _read_of(token: Token) -> tuple[str, str]:
    """The texts of a part of a line: its words, and the tooltip of a link."""
    return token.content, str(token.attrs.get("title", ""))


def _inline_with_lines(state: object) -> None:
    """markdown-it's own rule, which also passes to the inline rules the line on which their block starts."""
    for token in state.tokens:  # type: ignore[attr-defined]
        if token.type == "inline":
            state.env["line"] = token.map[0] if token.map else 0  # type: ignore[attr-defined]
            token.children = token.children or []
            state.md.inline.parse(token.content, state.md, state.env, token.children)  # type: ignore[attr-defined]


def _refuse(state: StateInline, position: int, message: str) -> None:
    found: list[_Refusal] = state.env["inline"]
    # They come in the order of the text, and finding the line of each of thousands would take far too long.
    if len(found) == MOST_BODY_PROBLEMS:
        return
    line = state.src.count("\n", 0, position)
    seen = state.src.split("\n")[line]
    before = state.src[state.src.rfind("\n", 0, position) + 1 : position]
    found.append(_Refusal(state.env["line"] + line, message, seen, before))


def _watch(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """A rule of markdown-it that makes links, extended to report links that are not allowed."""

    def watched(state: StateInline, silent: bool) -> bool:
        start, known = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        opened = next((token for token in state.tokens[known:] if token.type == "link_open"), None)
        after_image = start and state.src[start - 1] == "!" and rule is link
        if opened and not silent and not after_image and (problem := link_problem(str(opened.attrs["href"]))):
            label = state.src.rfind("](", start, state.pos)
            target = start + 1 if label < 0 else label + 2
            while label >= 0 and state.src[target] in " \n<":
                target += 1
            _refuse(state, target, problem)
        return True

    return watched


def _refuse_image(state: StateInline, silent: bool) -> bool:
    if not silent and re.match(r"!\[[^\]]*\]\(", state.src[state.pos : state.pos + 1000]):
        _refuse(state, state.pos, _NO_IMAGE)
    return False


def _refuse_html_inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] == "<" and not silent and (tag := _html_tag(state)) and not _inside(state.env, tag[0]):
        _refuse(state, state.pos, _NO_HTML)
    return False


_NAME = re.compile(r"<(/?)([a-z][a-z0-9-]*)", re.IGNORECASE)


def _inside(env: MutableMapping[str, Any], tag: str) -> bool:
    """Whether a tag belongs to an element that was already refused: with all its content, it is one mistake.

    `env["open"]` lists the name of that element, once for each open element of that name; `env["ends"]` counts the end
    tags that are still to come.
    """
    opened, ends = env["open"], env["ends"]
    inside, match = bool(opened), _NAME.match(tag)
    if match:
        name = match[2].lower()
        if match[1]:
            ends[name] -= 1
            if opened[-1:] == [name]:
                opened.pop()
        elif opened[:1] in ([], [name]) and ends[name] > len(opened):
            opened.append(name)
    return inside


def _html_tag(state: StateInline) -> re.Match[str] | None:
    # Without the limit, a row of "<!--" would be read to its end for each of them; a longer tag is shown as text.
    return HTML_TAG_RE.match(state.src[state.pos : state.pos + 500])


def _refuse_html_block(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not silent and re.match(r"<(?:!--|[?!]|/?(?:script|style|pre|textarea)\b)", text, re.IGNORECASE):
        state.env["refusals"].append(_Refusal(start, _NO_HTML, text))
    return False


def _refuse_reference(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not silent and re.match(r"\[[^\]]+\]:", text):
        state.env["refusals"].append(_Refusal(start, _NO_REFERENCE, text))
    return False


def _place(refusal: _Refusal, lines: Sequence[str], first_line: int) -> Place:
    line = lines[refusal.line] if refusal.line < len(lines) else ""
    return Place(refusal.line + first_line, max(line.rfind(refusal.seen), 0) + len(refusal.before) + 1)


def _link_open(renderer: object, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    token = tokens[index]
    if link_problem(str(token.attrs["href"])):
        token.attrs.pop("href")
    else:
        token.attrs["rel"] = "nofollow noopener"
    return str(renderer.renderToken(tokens, index, options, env))  # type: ignore[attr-defined]


def _number_headings(tokens: Sequence[Token]) -> tuple[Heading, ...]:
    """Gives each heading of a parsed text its level in the page and its anchor."""
    opened = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    words = ["".join(map(_words, tokens[index + 1].children or ())) for index in opened]
    headings = numbered([(int(tokens[index].tag[1]), text) for index, text in zip(opened, words, strict=True)])
    for index, heading in zip(opened, headings, strict=True):
        tokens[index].tag = tokens[index + 2].tag = f"h{heading.level}"
        tokens[index].attrs["id"] = heading.anchor
    return headings
