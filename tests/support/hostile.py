"""The hostile texts of `data/hostile`, and pairs of sites: one full of them, its twin full of harmless words.

Each file of the hostile site should equal the file of its twin, with each word replaced by the text in its place. This
one comparison shows that no text becomes anything else, and that each comes back as written.
"""

import csv
import io
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from icalendar import Calendar
from icalendar.cal.component import Component
from lxml import etree
from sites import DATA, SAMPLE_NOW, Built, built, command

from generator.model import prose

HOSTILE = DATA / "hostile"

# The texts


@cache
def texts() -> Mapping[str, tuple[str, ...]]:
    """Every text, by class. Each line is a text; `⟪2028⟫` in it is a character by its number, `⟪30×ab⟫` a
    repetition.
    """
    return {path.stem: tuple(map(_read, _lines(path)[1:])) for path in sorted(HOSTILE.glob("*.txt"))}


def every_text() -> tuple[str, ...]:
    """Every text once."""
    return tuple(dict.fromkeys(text for found in texts().values() for text in found))


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").removesuffix("\n").split("\n")


def _read(line: str) -> str:
    return re.sub(r"⟪(?:(\d+)×)?(.+?)⟫", lambda match: int(match[1] or 1) * _character(match[2]), line)


def _character(written: str) -> str:
    return chr(int(written, 16)) if re.fullmatch(r"[0-9A-F]{1,6}", written) else written


# The input door

# The kinds of places where a text can be, each with a key of a posting as an example. Two are in a body:
# words, in which each mark is escaped, and code, in a fence.
_KEYS = {"title": "title", "line": "reference", "sentence": "summary", "address": "apply", "slug": "aliases"}
TEXT_KINDS = ("title", "line", "sentence", "words", "code")
KINDS = (*TEXT_KINDS, "address", "slug")
Doors = Mapping[str, frozenset[str]]


def doors(root: Path) -> Doors:
    """For each text, the kinds of places where `check` accepts it, tried in a new folder."""
    found = every_text()
    _put(root, "content/site.yaml", _template("site.yaml"))
    _put(root, "content/organisations/org-0.md", _MARK.sub("Plain", _template("organisation.md")))
    front = "organisation: org-0\nopens: 2026-06-01\n"
    for number, text in enumerate(found):
        keys = "".join(f"{key}: {_written(kind, text)}\n" for kind, key in _KEYS.items())
        _put(root, f"content/postings/keys-{number}.md", f"---\n{keys}{front}---\n")
        for kind in ("words", "code"):
            body = f"---\ntitle: Plain\n{front}---\n\n{_written(kind, text)}\n"
            _put(root, f"content/postings/{kind}-{number}.md", body)
    kind_of = {key: kind for kind, key in _KEYS.items()}
    # A text of several lines would need more than escaped marks to be one block of words.
    refused = {text: {"words"} if "\n" in text else set[str]() for text in found}
    for line in command("check", "--root", root).out.splitlines():
        if match := re.match(r"content/postings/(keys|words|code)-(\d+)\.md:\d+:\d+: ([a-z ]+)[^:]*: ", line):
            whole = _KEYS.keys() if match[1] == "keys" else {match[1]}
            refused[found[int(match[2])]] |= {kind_of[match[3]]} if match[3] in kind_of else whole
    return {text: frozenset(KINDS) - kinds for text, kinds in refused.items()}


def contexts() -> Sequence[str]:
    """The places in Markdown where a text is put without escapes, with `«»` where the text goes."""
    return tuple(map(_read, _lines(HOSTILE / "contexts.list")))


def pinned_doors() -> Doors:
    """The expected result of `doors`: every kind of place for free text, except for the texts listed in `doors.tsv`."""
    lines = (line.split("\t") for line in _lines(HOSTILE / "doors.tsv"))
    return dict.fromkeys(every_text(), frozenset(TEXT_KINDS)) | {
        _read(written): frozenset(kinds.split()) for written, kinds in lines
    }


def _put(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    # Half of a surrogate pair is not UTF-8; reporting that is up to the program.
    file.write_bytes(text.encode("utf-8", "surrogatepass"))


def _template(name: str) -> str:
    return (HOSTILE / "site" / name).read_text("utf-8")


# They are not part of a value in front matter. A body may keep them, so they are not written there.
_SPACES = " \t\xa0\u3000"


def _written(kind: str, text: str) -> str:
    """A text as written in a file, in the given kind of place."""
    match kind:
        case "words":
            return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text.strip(_SPACES))
        case "code":
            fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`*", text)))
            return f"{fence}\n{text.strip(_SPACES)}\n{fence}"
        case "slug":
            return json.dumps([text], ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False)  # JSON is valid YAML


# The sites

_MARK = re.compile("«([a-z]+)»")
_WORD = re.compile(r"(?:https://elsewhere\.example/)?Zq([0-9]{6})q")
_PLAIN, _PLAIN_ADDRESS = "Plain words", "https://elsewhere.example/plain"
COUNTRIES = ("KE", "FJ", "UA", "CH")
PARTS = ("grades", "categories", "contracts")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text is: the number of the file among those of its kind, and the kind of place there."""

    path: str
    file: int
    kind: str


def templates(postings: int, terms: int) -> dict[str, str]:
    """The files of a site by path, with a mark at each place; each posting has its own organisation."""
    found = {"content/site.yaml": _template("site.yaml")}
    found |= {f"content/countries/{country}.md": _template("country.md") for country in COUNTRIES}
    for number in range(postings):
        found[f"content/postings/role-{number}.md"] = _posting(number, terms)
        found[f"content/organisations/org-{number:03}.md"] = _template("organisation.md").replace("NUMBER", str(number))
    found |= {f"content/pages/page-{number}.md": _template("page.md") for number in range(terms)}
    words = [_template("term.yaml").replace("TYPE", f"t-{n}").replace("ORDER", str(n + 1)) for n in range(terms)]
    found["content/vocabulary.yaml"] = "".join(
        f"{part}:\n{''.join(words[number :: len(PARTS)])}" for number, part in enumerate(PARTS)
    )
    return found


def _posting(number: int, terms: int) -> str:
    """A posting, open or ended in one of the ways in which roles end."""
    state = {
        5: "closes: 2026-06-18T12:00:00Z",
        6: "closes: 2026-06-12T12:00:00Z",
        7: "closes: 2026-07-10T12:00:00Z\nwithdrawn: 2026-06-11T12:00:00Z",
    }.get(number % 8, f"closes: 2026-07-{number % 28 + 1:02}T12:00:00Z")
    grade, category, contract = (f"t-{(number * 3) % (terms - terms % 3) + part}" for part in range(3))
    values = {
        "STATE": state,
        "TERM": f"grade: {grade}\ncategory: {category}",
        "TYPE": contract,
        "COUNTRY": COUNTRIES[number % len(COUNTRIES)],
        "APPLY": "apply: «address»" if number % 2 else "remote: true",
        "org-NUMBER": f"org-{number:03}",
        "NUMBER": str(number),
    }
    return re.sub("|".join(values), lambda match: values[match[0]], _template("posting.md"))


def places(files: Mapping[str, str]) -> list[Place]:
    """Every place of a site, in order."""
    return [place for path, text in files.items() for place in _places(path, text)]


def _places(path: str, text: str) -> Iterator[Place]:
    number = int("".join(re.findall(r"(\d+)\.md", path)) or 0)
    for found in re.finditer(rf"{_MARK.pattern}|^  t-(\d+):", text, re.MULTILINE):
        if found[1]:
            yield Place(path, number, found[1])
        else:
            number = int(found[2])


def dealt(found: Iterable[str], places: Sequence[Place], allowed: Doors) -> list[str]:
    """For each place, the next text that is accepted there, so that all texts appear equally often."""
    waiting = deque(found)
    chosen = []
    for place in places:
        text = next(text for text in waiting if place.kind in allowed[text])
        waiting.remove(text)
        waiting.append(text)
        chosen.append(text)
    return _with_names_in_order(chosen, places)


def spread(found: Sequence[str], places: Sequence[Place], allowed: Doors) -> list[str]:
    """The same text for all places of a file that accept it: the first file has the first text, and so on."""
    of_place = ((found[place.file % len(found)], place.kind) for place in places)
    return _with_names_in_order([text if kind in allowed[text] else plain(kind) for text, kind in of_place], places)


def plain(kind: str) -> str:
    """The content of a kind of place when nothing hostile is there."""
    return _PLAIN_ADDRESS if kind == "address" else _PLAIN


def _with_names_in_order(chosen: list[str], places: Sequence[Place]) -> list[str]:
    """Organisations are sorted by name. The texts must therefore have the same order as the words."""
    firsts: dict[str, int] = {}
    for number, place in enumerate(places):
        if place.path.startswith("content/organisations/"):
            firsts.setdefault(place.path, number)
    names = sorted((chosen[number] for number in firsts.values()), key=lambda text: text.strip().casefold())
    for number, name in zip(firsts.values(), names, strict=True):
        chosen[number] = name
    return chosen


@dataclass(frozen=True, slots=True)
class Twins:
    """A site with a text at each place, and the same site with that place's word instead."""

    hostile: Built
    plain: Built
    texts: Sequence[str]

    def count(self, value: "Value") -> int:
        """The number of hostile texts that belong in a value of the plain site."""
        return sum(self.texts[number] not in (_PLAIN, _PLAIN_ADDRESS) for number in words_in(value))

    def settled(self, value: "Value", settle: Callable[[str], str]) -> "Value":
        """A value with each word replaced by its text."""
        if isinstance(value, str):
            return settle(_WORD.sub(lambda match: as_read(self.texts[int(match[1])]), value))
        return tuple(self.settled(one, settle) for one in value)


def twins(root: Path, files: Mapping[str, str], texts: Sequence[str]) -> Twins:
    """Both sites, built."""
    words = [word(number, place.kind) for number, place in enumerate(places(files))]
    return Twins(_built(root / "hostile", files, texts), _built(root / "plain", files, words), texts)


def _built(root: Path, files: Mapping[str, str], filling: Sequence[str]) -> Built:
    following = iter(filling)
    for path, text in files.items():
        _put(root, path, _MARK.sub(lambda match: _written(match[1], next(following)), text))
    with pytest.MonkeyPatch.context() as patch:
        # Feed entries contain only the beginning of a text; the rest cannot come back, and no setting keeps it.
        patch.setattr(prose, "_BEGINNING", 10**9)
        return built(root, root.with_name(f"{root.name}-site"), SAMPLE_NOW)


def word(number: int, kind: str) -> str:
    """The harmless word of a place."""
    return f"https://elsewhere.example/Zq{number:06}q" if kind == "address" else f"Zq{number:06}q"


def words_in(value: "Value") -> Iterator[int]:
    """The numbers of the places whose words appear in a value."""
    if isinstance(value, str):
        yield from map(int, _WORD.findall(value))
    else:
        for one in value:
            yield from words_in(one)


def as_read(text: str) -> str:
    """A text as front matter and body are read: without spaces at its ends, and with one kind of line ending."""
    return text.strip().replace("\r\n", "\n")


# The sinks: what a program that reads the file sees

Value = str | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A part of a file as its reader sees it; `settle` undoes what the format is known to do to a text."""

    sink: str
    value: Value
    settle: Callable[[str], str] = str


def read(path: str, content: bytes) -> list[Read]:
    """A file of a site, read by a parser for its format."""
    name, text = path.rpartition("/")[2], content.decode()
    match name.rpartition(".")[2], name:
        case "html", _:
            return list(_page("e-mails, HTML" if name == "mail.html" else "pages", text))
        case _, "sitemap.xml":
            return [Read("sitemaps", _xml(content))]
        case "xml", _:
            return [Read("Atom" if "atom" in name else "RSS", _xml(content))]
        case "opml", _:
            # In an XML attribute, every whitespace character is a space.
            return [Read("OPML", _xml(content), lambda text: text.replace("\t", " "))]
        case "json", "feed.json":
            return [Read("JSON Feed", _json(json.loads(text)))]
        case "json", _:
            return [Read("data", _json(json.loads(text)))]
        case "ics", _:
            component = _component(Calendar.from_ical(content))
            return [Read("calendars", component), Read("calendars, line by line", _content_lines(text))]
        case "csv", _:
            return [Read("CSV", tuple(map(tuple, csv.reader(io.StringIO(text, newline="")))), _unmarked)]
        case "txt", "mail.txt":
            return [Read("e-mails, text", tuple(_paragraphs(text)), _collapsed)]
    return [Read("files for hosts", text)]


def _page(sink: str, text: str) -> Iterator[Read]:
    document = html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)
    yield Read(sink, _tree(document))
    yield Read(f"attributes of {sink}" if sink == "pages" else sink, tuple(_attributes(document, _anchors(document))))
    for script in document.iter("script"):
        if (kind := script.get("type")) is not None:
            yield Read("JSON-LD" if "ld+json" in kind else "data in pages", _json(json.loads(script.text or "")))


def _anchors(document: Element) -> Mapping[str, str]:
    """The number of each heading's anchor. Anchors are made from the heading's words, so they differ between twins."""
    ids = [anchor for element in document.iter() if (anchor := element.get("id", "")).startswith("text-")]
    assert all(re.fullmatch("text-[a-z0-9-]+", anchor) for anchor in ids), ids
    assert len(ids) == len(set(ids)), ids
    return {anchor: str(number) for number, anchor in enumerate(ids)}


def _tree(element: Element) -> Value:
    """Elements, the names of their attributes, and the text around them."""
    if not isinstance(element.tag, str):
        return "#comment", element.text or ""
    data = element.tag == "script" and element.get("type") is not None
    children: Iterator[Value] = (part for child in element for part in (_tree(child), child.tail or ""))
    return element.tag, tuple(sorted(map(str, element.attrib))), "" if data else element.text or "", *children


def _attributes(document: Element, anchors: Mapping[str, str]) -> Iterator[Value]:
    """The attributes of all elements in order. Values computed from words are compared by place, not by value."""
    for element in document.iter():
        for name, value in sorted(element.attrib.items()) if isinstance(element.tag, str) else ():
            if name == "href" and value.startswith("mailto:") and "?" in value:
                address = urlsplit(value)
                yield str(name), address.path, tuple(parse_qsl(address.query, keep_blank_values=True))
            elif value.removeprefix("#").startswith("text-"):
                yield str(name), anchors[value.removeprefix("#")]
            else:
                yield str(name), value


@lru_cache(20_000)
def _fragment(text: str) -> Value:
    """HTML inside another format, as a program that displays it sees it."""
    found = shown(text)
    return _tree(found), tuple(_attributes(found, _anchors(found)))


_HTML_IN_XML = {"description", "{http://purl.org/rss/1.0/modules/content/}encoded"}


def _xml(content: bytes) -> Value:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    return tuple(str(one) for one in root.itersiblings(preceding=True)), _xml_element(root)


def _xml_element(element: etree._Element) -> Value:
    parent = element.getparent()
    # In RSS 2.0 an item's description is HTML; in Atom a text is plain unless it says otherwise.
    as_html = element.tag in _HTML_IN_XML and parent is not None and parent.tag == "item"
    text = element.text or ""
    inside = _fragment(text) if as_html or element.get("type") == "html" else text
    children = (part for child in element for part in (_xml_element(child), child.tail or ""))
    return str(element.tag), tuple((str(k), str(v)) for k, v in sorted(element.attrib.items())), inside, *children


def _json(found: Any, key: str = "") -> Value:
    match found:
        case dict():
            return "{", *((name, _json(value, name)) for name, value in found.items())
        case list():
            return "[", *(_json(value) for value in found)
        case str() if key in {"content_html", "description"} and found.lstrip().startswith("<"):
            return _fragment(found)
        case str():
            return found
    return f"{type(found).__name__} {found}"


def _component(calendar: Component) -> Value:
    """Every property as icalendar reads it, except names, which icalendar does not treat as text."""
    return tuple(
        (name, str(getattr(value, "params", "")), str(value.to_ical() if hasattr(value, "dt") else value))
        for name, value in cast("list[tuple[str, Any]]", calendar.property_items())
        if name not in _NAMES
    )


_NAMES = ("NAME", "X-WR-CALNAME")
_TEXTS = (*_NAMES, "SUMMARY", "DESCRIPTION", "LOCATION")


def _content_lines(text: str) -> Value:
    """The lines of a calendar, with texts decoded by RFC 5545; a text in which an escape is missing stays as it is."""
    lines = (line.partition(":") for line in text.replace("\r\n ", "").split("\r\n"))
    return tuple((name, _unescaped(value) if name in _TEXTS else value) for name, _, value in lines)


def _unescaped(value: str) -> str:
    if not re.fullmatch(r"(?:[^\\;,\r\n]|\\[\\;,nN])*", value):
        return f"not escaped: {value}"
    return re.sub(r"\\(.)", lambda mark: "\n" if mark[1] in "nN" else mark[1], value)


# A cell that a spreadsheet might run begins with an apostrophe, as docs/feeds.md says.
def _unmarked(cell: str) -> str:
    return re.sub(r"""(^|[;\t]"*)'(?=[=+\-@＝＋－＠])""", r"\1", cell)


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of an email, with a mark at the margin of each line that does not continue the line before."""
    for paragraph in text.split("\n\n"):
        yield re.sub(r"\n(?!  )", "\n|", paragraph)


def _collapsed(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text).strip()


def differences(expected: Value, found: Value, where: str) -> Iterator[str]:
    """The places where two values differ."""
    if isinstance(expected, str) or isinstance(found, str):
        if expected != found:
            yield f"{where}: {shortened(expected)} became {shortened(found)}"
        return
    for number, (one, other) in enumerate(zip(expected, found, strict=False)):
        yield from differences(one, other, f"{where}/{number}")
    if len(expected) != len(found):
        yield f"{where}: {len(expected)} parts became {len(found)}"


# What a page may contain

# The elements of a rendered text, with the attributes that each may have and the form of their values.
PROFILE: Mapping[str, Mapping[str, str]] = {
    **{tag: {} for tag in ("p", "em", "strong", "pre", "ul", "li", "blockquote", "hr", "br")},
    **{tag: {"id": "text-[a-z0-9-]+"} for tag in ("h2", "h3", "h4", "h5", "h6")},
    "a": {"href": r"(?i:https)://[^/?#@]+(?:[/?#].*)?|mailto:[^?%]+", "rel": "nofollow noopener", "title": "(?s:.*)"},
    "ol": {"start": r"\d{1,9}"},
    "code": {"class": r"language-\S+"},
}


def strangers(text: Element) -> Iterator[str]:
    """The elements, attributes and values in a rendered text that the Markdown profile cannot produce."""
    for element in text.iter():
        if element is text:
            continue
        if element.tag not in PROFILE:
            yield str(element.tag)
            continue
        for name, value in element.attrib.items():
            if not re.fullmatch(PROFILE[element.tag].get(name, "(?!)"), value):
                yield f"{element.tag} {name}={value!r}"


def shown(html: str) -> Element:
    """A piece of HTML as a browser parses it."""
    found: Element = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return found


def shapes(document: Element) -> Iterator[tuple[str, str, str]]:
    """Each element of a page with each of its attributes and the scheme of an address, without rendered texts."""
    if not isinstance(document.tag, str):
        yield "#comment", "", ""
        return
    yield document.tag, "", ""
    for name, value in document.attrib.items():
        yield document.tag, str(name), value.partition(":")[0].lower() if name in _ADDRESSES and ":" in value else ""
    if not (document.tag == "div" and document.get("class") == "prose"):
        for child in document:
            yield from shapes(child)


_ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcset", "ping", "background", "cite")


def shortened(value: Value) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}…"
