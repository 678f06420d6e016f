"""Hostile text in every output: every accepted text comes back as written, and nothing else comes with it."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import feedparser
import hostile
import html5lib
import pytest
from hostile import Doors, Twins
from sites import Built, SmallSite
from soaking import Tell

from generator.text import markup

AT_ONCE = 50  # texts in a round of the long form
NO_TEXT = ("assets", "files for hosts", "sitemaps")  # they contain nothing that an editor writes


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Doors:
    """The places where each text is accepted."""
    return hostile.doors(tmp_path_factory.mktemp("doors"))


@pytest.fixture(scope="module")
def twins(doors: Doors, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """A site that contains every accepted text somewhere, and its twin."""
    files = hostile.templates(26, 6)
    texts = hostile.dealt(hostile.every_text(), hostile.places(files), doors)
    assert {text for text, kinds in doors.items() if kinds} == set(texts), "a text has no place: add postings"
    return hostile.twins(tmp_path_factory.mktemp("twins"), files, texts)


def rounds(doors: Doors, root: Path) -> Iterator[Twins]:
    """Sites in which every text appears in every place."""
    found = hostile.every_text()
    for start in range(0, len(found), AT_ONCE):
        files = hostile.templates(AT_ONCE, AT_ONCE + 1)
        texts = hostile.spread([*found[start:], *found], hostile.places(files), doors)
        yield hostile.twins(root / str(start), files, texts)


def test_what_the_input_door_lets_in(doors: Doors, tell: Tell) -> None:
    """Each text is accepted as words of a notice and as a value of each kind of key, except those in `doors.tsv`."""
    pinned = hostile.pinned_doors()
    changed = [f"{text!r} is let in at {sorted(kinds)}" for text, kinds in doors.items() if kinds != pinned[text]]
    refused = sum(not kinds for kinds in doors.values())
    pairs = sum(len(kinds) for kinds in doors.values())
    tell(f"hostile texts at the input door; {refused} are let in nowhere", len(doors), changed)
    tell(f"pairs of a text and a kind of place; {pairs} are let in", len(doors) * len(hostile.KINDS), changed)


@pytest.mark.soak
def test_every_output_gives_texts_back(twins: Twins, doors: Doors, soaking: bool, tell: Tell, tmp_path: Path) -> None:
    """Parsed for its format, each file equals that of the harmless twin, with each word replaced by the text in its
    place.

    So there is no additional element, attribute, item, property, row or line, and each text is as it was written.
    """
    tried: Counter[str] = Counter()
    failed: dict[str, list[str]] = {}
    for pair in rounds(doors, tmp_path) if soaking else [twins]:
        for sink, count, found in compared(pair):
            tried[sink] += count
            failed.setdefault(sink, []).extend(found)
        for number in set(range(len(pair.texts))) - shown_words(pair):
            failed["pages"].append(f"{pair.texts[number]!r} is shown nowhere")
    for sink, count in sorted(tried.items()):
        what = f"{sink} are as without any hostile text" if sink in NO_TEXT else f"hostile texts come back from {sink}"
        tell(what, count, failed[sink])


def compared(pair: Twins) -> Iterator[tuple[str, int, list[str]]]:
    """For each part of each file: its sink, the number of texts that belong in it, and its differences."""
    assert pair.hostile.paths() == pair.plain.paths()
    for path in pair.plain.paths():
        plain, found = ((site.folder / path).read_bytes() for site in (pair.plain, pair.hostile))
        if path.startswith("assets/") or path == "favicon.ico":
            yield "assets", 1, [path] if plain != found else []
            continue
        for one, other in zip(hostile.read(path, plain), hostile.read(path, found), strict=True):
            expected, value = pair.settled(one.value, one.settle), pair.settled(other.value, one.settle)
            count = 1 if one.sink in NO_TEXT else pair.count(one.value)
            yield one.sink, count, list(hostile.differences(expected, value, path))


def shown_words(pair: Twins) -> set[int]:
    """The places whose words a page or data file shows."""
    paths = pair.plain.paths(".html", "postings.json")
    reads = (one for path in paths for one in hostile.read(path, (pair.plain.folder / path).read_bytes()))
    return {number for one in reads for number in hostile.words_in(one.value)}


def test_pages_hold_nothing_off_the_list(twins: Twins, tell: Tell) -> None:
    """Each element, attribute and scheme also occurs in the harmless twin or, in rendered texts, in the profile."""
    known = {shape for page in documents(twins.plain).values() for shape in hostile.shapes(page)}
    found = documents(twins.hostile)
    # The text of this page comes from a template.
    del found["feeds/index.html"]
    strange = [f"{path}: {odd}" for path, page in found.items() for odd in off_the_list(page, known)]
    tell("elements of pages full of hostile texts are on the list", sum(map(elements, found.values())), strange)


def documents(site: Built) -> dict[str, Any]:
    """Every page, email and redirect of a site by its path."""
    return {
        path: html5lib.parse(site.read(path), treebuilder="etree", namespaceHTMLElements=False)
        for path in site.paths(".html")
    }


def elements(document: Any) -> int:
    return sum(1 for _ in document.iter())


def off_the_list(document: Any, known: set[tuple[str, str, str]]) -> Iterator[str]:
    yield from (str(shape) for shape in hostile.shapes(document) if shape not in known)
    for text in document.iter("div"):
        if text.get("class") == "prose":
            yield from hostile.strangers(text)


def test_programs_see_no_entry_too_many(twins: Twins, tell: Tell) -> None:
    """In each feed, feedparser finds the entries of the harmless twin, and in HTML only the elements of templates."""
    wrong, count = [], 0
    for path in ("feed.xml", "atom.xml", "opened.xml", "closing.xml", "weeks/feed.xml", "countries/ua/feed.xml"):
        files = ((site.folder / path).read_bytes() for site in (twins.plain, twins.hostile))
        plain, found = (feedparser.parse(file, sanitize_html=False) for file in files)
        wrong += [path] if found.bozo or [one.id for one in plain.entries] != [one.id for one in found.entries] else []
        for entry in found.entries:
            count += 1
            html = [one.value for one in (entry.summary_detail, *entry.get("content", ())) if "html" in one.type]
            tags = {str(one.tag) for text in html for one in hostile.shown(text).iter()}
            wrong += [f"{path}: {entry.id}: {tag}" for tag in tags - {"DOCUMENT_FRAGMENT", "p", "strong", "a"}]
    tell("entries of hostile feeds as feedparser has them", count, wrong)


def test_no_cell_is_a_formula(twins: Twins, tell: Tell) -> None:
    """No cell of the table starts like a formula, whatever separator a spreadsheet uses."""
    table = twins.hostile.read("data/open.csv").removeprefix("\ufeff")
    rows = ((mark, row) for mark in ",;\t" for row in csv.reader(table.splitlines(), delimiter=mark))
    # With commas, a quote that is part of the text keeps the cell from being a formula; otherwise programs differ.
    cells = [cell if mark == "," else cell.lstrip('"') for mark, row in rows for cell in row]
    formulas = [cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠"))]
    tell("cells of the table are no formulas", len(cells), formulas)


def test_addresses_are_made_of_slugs(small_site: SmallSite, doors: Doors, tell: Tell) -> None:
    """Texts that are valid former addresses redirect, each with its own line; no other text becomes part of a path."""
    slugs = sorted(text.strip() for text, kinds in doors.items() if "slug" in kinds)
    small_site.posting("many", f"closes: 2026-07-01\naliases: {json.dumps(slugs)}\ntags: {json.dumps(slugs)}")
    site = small_site.build()
    lines = [f"/postings/{slug}/ /postings/many/ 301{forced}" for slug in slugs for forced in ("!", "")]
    found = [line for line in site.read("_redirects").splitlines() if "/many/" in line]
    odd = [path for path in site.paths() if not re.fullmatch(r"[A-Za-z0-9._/-]+", path) or ".." in path]
    wrong = sorted({*lines} ^ {*found}) + odd
    tell(f"hostile texts as names for addresses; {len(slugs)} are slugs", len(doors), wrong)
    assert all((site.folder / f"postings/{slug}/index.html").is_file() for slug in slugs)


def test_keys_of_a_vocabulary_can_stand_in_addresses(small_site: SmallSite, doors: Doors, tell: Tell) -> None:
    """Of hostile texts as grades, only those of letters, digits, spaces and hyphens are accepted."""
    # As a key, this one is an error of its own that hides all others.
    texts = [text for text, kinds in doors.items() if "line" in kinds and text != "<<"]
    refused: set[str] = set()
    for start in range(0, len(texts), 50):
        some = texts[start : start + 50]
        grades = "".join(f"  {json.dumps(text, ensure_ascii=False)}: {{label: Plain}}\n" for text in some)
        small_site.write("content/vocabulary.yaml", f"grades:\n{grades}  P-3: {{label: Three}}\n")
        for line in small_site.command("check").out.splitlines():
            if match := re.match(r"content/vocabulary\.yaml:(\d+):\d+: grades", line):
                refused.add(some[int(match[1]) - 2])
    wrong = [text for text in texts if text not in refused and not re.fullmatch("[A-Za-z0-9 -]+", text)]
    tell(f"hostile texts as keys of a vocabulary; {len(refused)} are refused", len(texts), wrong)


@pytest.mark.soak
def test_markdown_makes_nothing_off_the_list(doors: Doors, soaking: bool, tell: Tell) -> None:
    """An unescaped text at any place in Markdown is refused or produces only what the profile allows."""
    wrong, taken = [], 0
    tried = pieces(doors)[:: 1 if soaking else 5]
    for piece in tried:
        problems, prose = markup.read(piece)
        taken += not problems
        # Refused text is never built; that it would be harmless too is a second safeguard.
        html = prose.html if not problems else markup.render(piece).html
        wrong += [f"{piece!r}: {odd}" for odd in hostile.strangers(hostile.shown(html))]
    tell(f"pieces of Markdown are harmless; {taken} are let in", len(tried), wrong)


def pieces(doors: Doors) -> list[str]:
    """Every text that a file can contain, at every place in Markdown."""
    texts = [text for text, kinds in doors.items() if kinds]
    return [place.replace("«»", text) for text, place in product(texts, hostile.contexts())]


@pytest.mark.soak
def test_pages_of_markdown_hold_nothing_off_the_list(
    small_site: SmallSite, doors: Doors, twins: Twins, soaking: bool, tell: Tell
) -> None:
    """In pages, accepted Markdown produces only what the profile allows, and the rest of the page stays intact."""
    let_in = [piece for piece in pieces(doors)[:: 1 if soaking else 15] if not markup.check(piece)]
    bodies = list(bodies_of(let_in, 12))
    for number, body in enumerate(bodies):
        small_site.posting(f"markdown-{number}", "closes: 2026-07-01", body)
    site = small_site.build()
    known = {shape for page in documents(twins.plain).values() for shape in hostile.shapes(page)}
    known |= {shape for path in ("about/index.html", "404.html") for shape in hostile.shapes(documents(site)[path])}
    found = {path: page for path, page in documents(site).items() if path.startswith("postings/markdown-")}
    assert len(found) == len(bodies)
    strange = [f"{path}: {odd}" for path, page in found.items() for odd in off_the_list(page, known)]
    whole = [path for path, page in found.items() if not page.findall(".//footer")]
    tell(f"pages with Markdown in them, of {len(let_in)} pieces", len(found), strange + whole)


def bodies_of(let_in: Sequence[str], together: int) -> Iterator[str]:
    """Texts of several pieces each; pieces that do not fit together are on their own."""
    for start in range(0, len(let_in), together):
        some = let_in[start : start + together]
        body = "\n\nPlain words.\n\n".join(some)
        yield from [body] if not markup.check(body) else some
