"""Web pages as text a person would copy from them, the vacancies that they state as data, and their links; XML."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin

from lxml import etree, html

# What holds no text of the page itself.
_LEFT_OUT = frozenset(
    {"head", "script", "style", "noscript", "template", "nav", "header", "footer", "form", "aside", "svg", "button"}
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "div",
        "dl",
        "dt",
        "dd",
        "fieldset",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def is_html(text: str) -> bool:
    """Whether a text is a web page or a piece of one."""
    start = text.lstrip("\ufeff \t\r\n")[:2000].lower()
    return (
        start.startswith(("<!doctype html", "<html"))
        or ("<body" in start)
        or start.startswith(("<p>", "<div", "<ul>", "<h1"))
    )


def page_text(page: str) -> str:
    """The text of a page: a line for each block, `##` before headings below the first, `•` before items,
    `label: value` for rows of two cells.
    """
    tree = _tree(page)
    if tree is None:
        return ""
    lines = "".join(_pieces(tree)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


def heading_of(page: str) -> str:
    """The one heading of the first level that a page shows; empty where it has none or several."""
    tree = _tree(page)
    found = [" ".join("".join(_words(one)).split()) for one in tree.iter("h1")] if tree is not None else []
    return found[0] if len(found) == 1 else ""


def words_of(markup: str) -> str:
    """A piece of HTML as a reader would see it on one line."""
    tree = _tree(f"<div>{markup}</div>")
    if tree is None:
        return ""
    return " ".join("".join(_words(tree)).split())


_ESCAPED_TAG = re.compile(
    r"&(?:amp;)*lt;/?(?:p|br|div|span|ul|ol|li|h[1-6]|strong|b|em|i|a|table|tr|td)\b", re.IGNORECASE
)


def unescaped(markup: str) -> str:
    """Markup that a program has escaped once more than it should, as markup. At most three times too often."""
    for _ in range(3):
        if re.search(r"<[A-Za-z/!]", markup) or not _ESCAPED_TAG.search(markup):
            break
        markup = unescape(markup)
    return markup


def data_of(page: str) -> Iterator[dict[str, Any]]:
    """Every JobPosting that a page states as JSON-LD or microdata; scripts that are no JSON are passed over."""
    tree = _tree(page)
    if tree is not None:
        yield from _microdata(tree)
    for script in tree.iter("script") if tree is not None else ():
        if (script.get("type") or "").split(";")[0].strip().lower() == "application/ld+json":
            try:
                yield from job_postings(read_json(script.text or ""))
            except (ValueError, RecursionError):
                continue


def _microdata(tree: Any) -> Iterator[dict[str, Any]]:
    """Every JobPosting in the attributes of a page's elements."""
    for scope in tree.iter():
        if not isinstance(scope.tag, str) or not _is_job_posting(scope.get("itemtype")):
            continue
        found: dict[str, Any] = {}
        place: dict[str, str] = {}
        for element in scope.iter():
            name = element.get("itemprop") if isinstance(element.tag, str) else None
            said = element.get("content") or element.get("datetime") if name else None
            if name == "description":
                found.setdefault(name, html.tostring(element, encoding="unicode"))
            elif name in ("addressLocality", "addressCountry", "streetAddress"):
                place.setdefault(name, said or " ".join("".join(_words(element)).split()))
            elif name and (said or not element.get("itemscope")):
                found.setdefault(name, said or " ".join("".join(_words(element)).split()))
        if place and "addressLocality" not in place:
            place = {"addressLocality": place.get("streetAddress", ""), **place}
        yield found | ({"jobLocation": {"address": place}} if place else {})


def records_of(text: str) -> list[dict[str, str]]:
    """The records of XML: the elements that hold nothing but elements with text, by their names."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return []
    found = []
    for element in root.iter() if root is not None else ():
        inner = [one for one in element if isinstance(one.tag, str)]
        if len(inner) > 1 and not any(len(one) for one in inner):
            names = (etree.QName(one).localname for one in inner)
            found.append({name: (one.text or "").strip() for name, one in zip(names, inner, strict=True)})
    return found


def markup_text(markup: str) -> str:
    """The text of a field that holds HTML, which its program may have escaped; text without a tag keeps its lines."""
    markup = unescaped(markup)
    return page_text(f"<div>{markup}</div>") if re.search(r"<[A-Za-z/!]", markup) else unescape(markup)


def links_of(page: str, address: str) -> Iterator[str]:
    """The addresses that a page links to, in full and without what stands behind `#`; each once, in their order."""
    tree = _tree(page)
    if tree is None:
        return
    base = tree.find(".//base[@href]")
    address = _joined(address, base.get("href")) if base is not None else address
    seen = set()
    for anchor in tree.iter("a"):
        link = urldefrag(_joined(address, (anchor.get("href") or "").strip())).url
        if link and link not in seen:
            seen.add(link)
            yield link


def _joined(address: str, link: str) -> str:
    try:
        return urljoin(address, link)
    except ValueError:
        return ""


def xml_of(body: bytes) -> Any:
    """The root of a document in XML. Raises ValueError for what is none, and for one that declares anything."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.LxmlError as error:
        raise ValueError(str(error)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("the document declares a type")
    return root


_BEFORE_JSON = re.compile(r"(?:[\s\ufeff]|//|/\*|\*/|<!\[CDATA\[|<!--)*")
_AFTER_JSON = re.compile(r"(?:[\s\ufeff;]|//|/\*|\*/|\]\]>|-->)*")


def read_json(text: str) -> Any:
    """JSON as pages have it: perhaps as a comment or in CDATA, with a semicolon, with line breaks inside of strings.

    Raises ValueError, and RecursionError for what is nested too deep.
    """
    start = _BEFORE_JSON.match(text)
    assert start
    value, end = json.JSONDecoder(strict=False).raw_decode(text, start.end())
    if not _AFTER_JSON.fullmatch(text, end):
        raise ValueError("there is more after the JSON")
    return value


def job_postings(value: Any) -> Iterator[dict[str, Any]]:
    """The JobPostings in JSON-LD, alone, in lists or in a graph."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            kinds = one.get("@type")
            if any(map(_is_job_posting, kinds if isinstance(kinds, list) else [kinds])):
                yield one
            else:
                waiting += (one.get(key) for key in ("item", "itemListElement", "mainEntity", "@graph"))


def _is_job_posting(kind: Any) -> bool:
    """Whether a type is schema.org's, by its name, its address or its prefix."""
    return isinstance(kind, str) and bool(
        re.fullmatch(
            r"(?:https?://(?:www\.)?schema\.org/|"
            r"schema:)?JobPosting",
            kind,
        )
    )


def _tree(page: str) -> Any:
    try:
        # A declared encoding is of no use: the text has been decoded.
        # Half of a character, which JSON can hold, is none.
        text = page.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.LxmlError, ValueError):
        return None


_NOT_SHOWN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE)


def _is_seen(element: Any) -> bool:
    """Whether readers see what an element holds, as far as it says so itself."""
    if not isinstance(element.tag, str) or element.get("hidden") is not None:
        return False
    # The head of an article belongs to it, that of a page does not.
    if element.tag in _LEFT_OUT and not (element.tag == "header" and _in_article(element)):
        return False
    aside = (element.get("aria-hidden") or "").strip().lower() == "true"
    return not aside and not _NOT_SHOWN.search(element.get("style") or "")


def _in_article(element: Any) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("article", "main")


def _words(element: Any) -> Iterator[str]:
    """The text of an element, without its form."""
    if _is_seen(element):
        yield element.text or ""
        for child in element:
            yield from _words(child)
            yield child.tail or ""


def _pieces(element: Any) -> Iterator[str]:
    tag = element.tag
    if not _is_seen(element):
        return
    if tag == "br":
        yield "\n"
        return
    if tag == "tr" and (row := _row(element)):
        yield f"\n{row}\n"
        return
    if tag in _BLOCKS:
        yield "\n\n" if tag in _HEADINGS else "\n"
    if tag in _HEADINGS and tag != "h1":
        yield "## "
    if tag == "li":
        yield "1. " if element.getparent() is not None and element.getparent().tag == "ol" else "• "
    yield _inline(element.text)
    for child in element:
        yield from _pieces(child)
        yield _inline(child.tail)
    if tag == "dt":
        yield ":"
    if tag in _BLOCKS and tag != "dt":
        yield "\n\n" if tag in _HEADINGS else "\n"


def _row(row: Any) -> str:
    """A row of two cells as a label and its value."""
    cells = [" ".join("".join(_words(cell)).split()) for cell in row if cell.tag in ("td", "th") and _is_seen(cell)]
    return f"{cells[0].rstrip(':')}: {cells[1]}" if len(cells) == 2 and all(cells) and len(cells[0]) < 80 else ""


def _inline(text: str | None) -> str:
    return " ".join((text or "").split(" ")).replace("\n", " ") if text else ""
