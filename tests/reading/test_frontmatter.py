"""Texts from strangers: no front matter or body causes a traceback, and valid text is kept word for word."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cases import write_site
from fragments import FRAGMENTS, INNER_KEYS
from hostile import shown, strangers
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from generator.model.characters import blank, cleared
from generator.model.fields import Fields as Form
from generator.model.model import When
from generator.model.problems import Place, Problem
from generator.model.prose import NOTHING
from generator.model.schema import Posting
from generator.model.vocabulary import Term, Vocabulary
from generator.reading.folder import load
from generator.reading.frontmatter import Location, Value, read_mapping, split
from generator.reading.judging import read_fields
from generator.text import commonmark, markup

X = "content/postings/x.md"
WORDS = Vocabulary(
    grades={"P-3": Term("P-3", "Professional")},
    categories={"professional": Term("professional", "Professional")},
    contracts={"fixed-term": Term("fixed-term", "Fixed-term")},
)
# The time that an example takes does not matter here; speed is measured elsewhere.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Text that a UTF-8 file can contain.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# Valid text: without characters that are not allowed in our files, and without spaces at its ends.
visible = text.map(lambda raw: cleared(raw).strip())
line = visible.filter(lambda raw: not blank(raw) and "\n" not in raw)
slug = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
day = st.dates(date(1990, 1, 1), date(2190, 1, 1)).map(str)

messy = st.lists(st.sampled_from(FRAGMENTS) | text, max_size=20).map("".join)

scalar = st.sampled_from([fragment for fragment in FRAGMENTS if fragment.strip()]) | text
nested = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER_KEYS) | text, inner, max_size=3),
    max_leaves=6,
)
mapping = st.dictionaries(st.sampled_from([*Posting.model_fields, *INNER_KEYS]) | text, nested, max_size=6)
tidy = mapping.map(lambda fields: json.dumps(fields, ensure_ascii=False))  # JSON is valid YAML


def _problems(raw: str) -> list[Problem]:
    """The problems with a posting whose file contains this text."""
    with TemporaryDirectory() as folder:
        loaded = load(write_site(Path(folder), {X: raw}))
    return [*loaded.problems, *loaded.notes]


def _stands_inside(problem: Problem, raw: str) -> bool:
    lines = raw.split("\n")
    line, column = problem.place.line, problem.place.column
    return 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1


@patient
@given(front=messy | tidy, body=messy)
@example(front="tags: [", body="")
@example(front='"[key]": x', body="")
@example(front=r'"a\nb": x', body="")
@example(front="salary: {min: NaN, max: 1}", body="")
def test_any_text_gives_problems_inside_the_file(front: str, body: str) -> None:
    """Whatever a file contains, nothing raises, and each problem is one line with a place that exists in the file."""
    raw = f"---\n{front}\n---\n{body}"
    found = [problem for problem in _problems(raw) if problem.path == X]
    assert [str(problem) for problem in found if not _stands_inside(problem, raw)] == []
    assert [str(problem) for problem in found if not str(problem).isprintable()] == []


@patient
@given(raw=text | messy)
def test_any_file_gives_problems_or_a_posting(raw: str) -> None:
    """A file that is not a posting is reported too: none is silently ignored."""
    assert _problems(raw) != []


@patient
@given(mapping)
def test_keys_and_values_stand_where_their_places_say(fields: dict[str, Value]) -> None:
    """The place of each key and value is the character where its text begins."""
    front = cleared(json.dumps(fields, ensure_ascii=False))
    written, found = read_mapping(front)
    if not found:
        for location, value in _leaves(written.value):
            place = written.place_of(location)
            assert front[place.column - 1 :].startswith(json.dumps(value, ensure_ascii=False))
        for location in _keys(written.value):
            place = written.place_of(location, of_key=True)
            assert front[place.column - 1 :].startswith(json.dumps(location[-1], ensure_ascii=False))


def _leaves(value: Value, location: Location = ()) -> Iterator[tuple[Location, str]]:
    match value:
        case str():
            yield location, value
        case list():
            for number, item in enumerate(value):
                yield from _leaves(item, (*location, number))
        case dict():
            for key, inner in value.items():
                yield from _leaves(inner, (*location, key))


def _keys(value: Value, location: Location = ()) -> Iterator[Location]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        if isinstance(key, str):
            yield (*location, key)
        yield from _keys(one, (*location, key))


amount = st.decimals(0, 10**6, places=2).map(str)
whole_posting = st.fixed_dictionaries(
    {"title": line.filter(lambda raw: len(raw) >= 3), "organisation": slug, "added": day},
    optional={
        "id": slug,
        "reference": line,
        "duty_stations": st.lists(
            st.fixed_dictionaries({"city": line, "country": st.sampled_from(["NO", "CD", "XK"])}), min_size=1
        ),
        "remote": st.sampled_from(["true", "false"]),
        "grade": st.just("P-3"),
        "contract": st.fixed_dictionaries({"type": st.just("fixed-term")}, optional={"duration": line}),
        "vacancy_type": line,
        "tiers": st.lists(st.fixed_dictionaries({"tier": st.integers(0, 60).map(str), "who": line}), min_size=1),
        "languages": st.fixed_dictionaries({"required": st.just(["no", "en"])}),
        "salary": st.fixed_dictionaries({"max": amount, "currency": st.just("USD")}, optional={"source": line}),
        "closes": st.just("until-filled") | st.just("2026-06-10T23:59:00+02:00"),
        "summary": line,
        "interview_questions": st.lists(st.fixed_dictionaries({"question": line}, optional={"why": line}), min_size=1),
    },
)


@patient
@given(whole_posting)
def test_a_valid_posting_keeps_every_text(fields: dict[str, Value]) -> None:
    """Every value comes out as the editor wrote it: none is read as another type, shortened or changed."""
    written, found = read_mapping(json.dumps(fields, ensure_ascii=False))
    assert found == []
    posting, findings = read_fields(Posting, written, WORDS)
    assert findings == []
    assert _as_written(posting) == fields


def _as_written(value: Any) -> Any:
    match value:
        case Form():
            forms = type(value).model_fields
            return {forms[name].alias or name: _as_written(getattr(value, name)) for name in value.model_fields_set}
        case When():
            return value.text
        case bool():
            return str(value).lower()
        case tuple():
            return [_as_written(item) for item in value]
    return str(value)


TRAPS = ("NO", "no", "Yes", "on", "null", "~", "23:59", "12:30:45", "010", "0x1F", "1e3", "1_000", ".inf", "2026-05-01")


@pytest.mark.parametrize("trap", TRAPS)
def test_plain_text_is_never_another_type(trap: str) -> None:
    """Words that YAML would read as booleans, null, numbers or times stay words."""
    written, found = read_mapping(f"reference: {trap}\ntags: [{trap}]\nsource: {{name: {trap}}}")
    assert (written.value, found) == ({"reference": trap, "tags": [trap], "source": {"name": trap}}, [])


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("---\na: b\n---\nText", ("a: b", "Text", 4)),
        ("---\n---\n", ("", "", 3)),
        ("---\n---", ("", "", 3)),
        ("---  \na: b\n--- \n\nText\n---\n", ("a: b", "\nText\n---\n", 4)),
        ("---\na: |\n  ---\n---\nText", ("a: |\n  ---", "Text", 5)),
        ("", None),
        ("---", None),
        ("---\na: b\n", None),
        ("\n---\na: b\n---\n", None),
        ("----\na: b\n----\n", None),
    ],
)
def test_a_file_is_front_matter_and_body(raw: str, parts: tuple[str, str, int] | None) -> None:
    """Front matter opens on the first line and ends at the next line of three dashes; the rest is the body."""
    assert split(raw) == parts


MARKS = (
    *("[", "](", "![", ")", "<", ">", "*", "_", "`", "\n", "# ", "> ", "- ", "1. ", "7) ", "```\n", "~~~x\n", "    "),
    *("javascript:", "https://example.org", "//example.org", "mailto:a@example.org", "?bcc=", "data:", "vbscript:"),
    *("<b>", "<!--", "<script>", "</p>", '<a href="', "onclick=", "&#106;", "&colon;", "&Tab;"),
    *("\\", '"', "'", "[x]: y\n", "\t", "=\n", "---\n", "  \n", "{{7*7}}", "</script>", "]]>", "\x00", "\ufffe"),
)
prose = st.lists(st.sampled_from(MARKS) | text, max_size=25).map("".join)


@settings(patient, max_examples=500)
@given(prose)
def test_any_body_gives_harmless_html(body: str) -> None:
    """No body raises, and its HTML contains only allowed elements, attributes and addresses, even if it is refused."""
    markup.check(body)
    assert list(strangers(shown(markup.render(body).html))) == []


@patient
@given(prose)
def test_a_body_that_passes_shows_every_link(body: str) -> None:
    """A body in which `check` finds no problem is rendered with all of its links intact."""
    if not markup.check(body):
        assert "<a>" not in markup.render(body).html


PIECES = (
    *(
        "# ",
        "## ",
        "### h",
        " #",
        "## T\n\n- a\n",
        "\n",
        "\n\n",
        "\n\n\n",
        "\n \n",
        "  ",
        "   ",
        "    ",
        "\t",
        " ",
        " ",
    ),
    *("**x:**", "**x:** y", "**(a)**", ":** ", "**", "**a**", " **b c** ", "**Bold:**", "**a", "b**", "***", "*", "_"),
    *("[a](https://a.bc)", "[a b](https://a.bc/d)", "[b](mailto:a@b.cd)", "[b](mailto:a@b.cd?x)", "[a](http://a.bc)"),
    *(
        "![a](https://a.bc)",
        "![x](y)",
        "[x]: y",
        "[",
        "]",
        "(",
        "!",
        "(x)",
        "<b>",
        "<https://a.bc>",
        "&amp;",
        "&",
        "\\",
    ),
    *("- ", "* ", "+ ", "1. ", "2. ", "10. ", "1) ", "* **x**", "- a\n- b\n", "1. a\n2. b\n", "- a\n  b\n"),
    *("p\n\n1. a\n   b\n", "> ", "---", "===", "=", "-", "|", "~", "`", "```", "~~~", "\n    c\n", "***\n"),
    *(
        "1",
        "2026",
        "9.",
        "3.1 m",
        "a",
        "b c",
        "Text of",
        "x\ny",
        '"q"',
        "'",
        ":",
        "é",
        "–",
        "\f",
        "\x0b",
        "\x85",
        "\u2028",
    ),
)


@settings(patient, max_examples=1000)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_quick_way_gives_what_the_parser_gives(body: str) -> None:
    """Rendering a text block by block gives exactly what the parser makes of the whole text."""
    whole = commonmark.render_commonmark(body)
    assert markup.render(body) == whole
    problems, _ = commonmark.read_commonmark(body, 1)
    assert markup.read(body) == (problems, NOTHING if problems else whole)


@patient
@given(st.lists(st.text(st.sampled_from("ab- #é"), max_size=5), max_size=12))
def test_anchors_of_headings_are_unique(titles: list[str]) -> None:
    """Each heading of a text has its own anchor, whatever the headings say."""
    anchors = [heading.anchor for heading in markup.render("".join(f"## {title}\n" for title in titles)).headings]
    assert len(set(anchors)) == len(anchors)


# Texts that have overwhelmed Markdown parsers: repeated up to a size, or as they are.
SIZE = 16 * 1024
REPEATED = (
    *("[", "![", "[]", "[[]", "[](", "[a](", "[a](<", "![](", "[^", "[x]: ", "[a]: b\n", "]("),
    *("*", "_", "**", "*a ", "a*", "**a *a ", "*_", "a**b_c", "`", "`a", "``a", "[`", "[a`](b)`"),
    *("<", "</", "<a ", '<a b="', "<!", "<!--", "<!-- a\n", "<?", "<!A ", "<![CDATA[", "<b>", "<script>\n", "<div "),
    *("&", "&#", "&amp;", "\\", "\\\n", "> ", "- ", "1. ", "- a\n", "1) a\n", "> a\n", "    a\n", "```\n", "~~~\n"),
    *("a\n", "a  \n", "---\n", "* * *\n", "\t", "  ", "\n", "<https://a.b", "[a](https://a.bc)", "\u0301", "🌍"),
)
WHOLE = {
    "deep quotes": ">" * SIZE + "a",
    "deep lists": "- " * (SIZE // 2) + "a",
    "deep emphasis": "*a _b " * 2000 + "_ *" * 1000,
    "deep links": "[a" * 4000 + "](b)" * 2000,
    "brackets that close": "[" * 8000 + "a" + "]" * 8000,
    "stars that close": "*" * 8000 + "a" + "*" * 8000,
    "runs of backquotes, each longer": "".join("e" + "`" * length for length in range(170)),
    "lists, each further in": "\n".join(" " * (2 * depth) + "- a" for depth in range(120)),
    "tags, each another": "".join(f"<b{number}>" for number in range(2000)),
    "links, each another": "".join(f"[a](x{number})" for number in range(1500)),
    "code over lines": "`a\nb` " * 2500,
    "headings of one name": "# a\n" * 1000,
    "headings without a name": "#\n" * 1000,
    "headings underlined": "a\n=\n\n" * 1000,
}
PATHOLOGICAL = {repr(unit): (unit * SIZE)[: SIZE // len(unit.encode()) * len(unit)] for unit in REPEATED} | WHOLE


@pytest.mark.parametrize("body", PATHOLOGICAL.values(), ids=list(PATHOLOGICAL))
def test_hostile_bodies_come_to_an_end(body: str) -> None:
    """Texts made to overwhelm a Markdown parser are checked and rendered like any other."""
    markup.check(body)
    assert "<script" not in markup.render(body).html


def test_a_missing_value_has_the_place_of_its_key() -> None:
    """A missing value is reported at the key that should contain it, at any depth, otherwise at the first line."""
    fields, _ = read_mapping("title: x\nsalary:\n  range:\n    least: 5\n")
    location = "salary", "range"
    assert fields.place_of((*location, "most")) == fields.place_of((*location, "most", "a", "b")) == Place(3, 3)
    assert fields.place_of((*location, "least")) == Place(4, 12)
    assert fields.place_of((*location, "least"), of_key=True) == Place(4, 5)
    assert fields.place_of(("grade",)) == Place()
