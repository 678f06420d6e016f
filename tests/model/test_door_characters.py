"""Text that hides or reverses text is refused wherever it is and however it is written; no script loses a word."""

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from cases import BASE, POSTING, lines_of, write_site
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import DATA, ROOT, SAMPLE_NOW, SmallSite

from generator.importing.drafting import Unreadable
from generator.importing.notices import Bench, StatedField, read_notice
from generator.model.characters import IGNORABLE, blank, cleared, hidden
from generator.reading.folder import built_in_words, load
from generator.text.commonmark import MOST_BODY_PROBLEMS
from generator.text.markup import check

X = "content/postings/x.md"


def _written(text: str) -> str:
    return re.sub(r"⟪(.+?)⟫", lambda match: chr(int(match[1], 16)), text)


def _texts() -> list[tuple[str, str]]:
    """The texts in the data file, each with the name of the character refused in it, empty if there is none."""
    lines = (DATA / "door/characters.txt").read_text("utf-8").splitlines()
    parts = [line.split(" | ", 1) for line in lines if not line.startswith("#")]
    return [(_written(text), f"U+{how.split()[1]}" if how != "allowed" else "") for how, text in parts]


TEXTS = _texts()


def _escaped(text: str, form: str) -> str:
    return "".join(form.format(ord(char)) if ord(char) > 127 else char for char in text)


def _in(path: str, old: str, new: str) -> Callable[[str], dict[str, str]]:
    base = {**BASE, X: POSTING, "content/pages/about.md": "---\ntitle: About\nsummary: Us.\n---\n\nText.\n"}
    return lambda text: {path: base[path].replace(old, new.format(text, yaml=_escaped(text, "\\U{:08x}")))}


# Every kind of place for a text, and every way to write it there.
PLACES: dict[str, Callable[[str], dict[str, str]]] = {
    "a title": _in(X, "Field Security Officer", "Officer {}"),
    "a title with escapes": _in(X, "Field Security Officer", '"Officer {yaml}"'),
    "a key with escapes": _in(X, "added", '"summary{yaml}": x\nadded'),
    "a comment": _in(X, "added", "# {}\nadded"),
    "an item of a list": _in(X, "added", "requirements:\n  - need: desirable\n    text: Some {}\nadded"),
    "a body": _in(X, "The officer", "The {} officer"),
    "a heading": _in(X, "The officer", "## About {}\n\nThe officer"),
    "code": _in(X, "The officer", "```\n{}\n```\n\nThe officer"),
    "the name of an organisation": _in("content/organisations/iom.md", "IOM\n", "IOM {}\n"),
    "the text of an organisation": _in("content/organisations/iom.md", "on migration", "on {}"),
    "the title of a page": _in("content/pages/about.md", "About", "About {}"),
    "the text of a page": _in("content/pages/about.md", "Text.", "Text {}."),
    "the settings": _in("content/site.yaml", "in the field", "in {}"),
    "the settings with escapes": _in("content/site.yaml", "Vacancies for work in the field.", '"Work {yaml}"'),
    "the vocabulary": lambda text: {"content/vocabulary.yaml": f"grades:\n  P-3:\n    label: {text}\n"},
    "a note on a country": lambda text: {"content/countries/CD.md": f"---\n---\n\nThe {text}.\n"},
    "the name of a static file": lambda text: {f"content/static/{text.replace('/', '-')}.txt": ""},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_text_is_judged_alike_wherever_it_stands(place: str, tmp_path: Path) -> None:
    """Characters that hide or reverse text are refused in each place and way of writing; all others are accepted."""
    wrong = []
    for number, (text, name) in enumerate(TEXTS):
        lines = [line for line in lines_of(load(write_site(tmp_path / str(number), PLACES[place](text)))) if line]
        told = [line for line in lines if "invisible character" in line]
        named = not name or place == "the name of a static file" or any(name in line for line in told)
        if bool(told) != bool(name) or not named:
            wrong.append(f"{text!a}: {lines}")
    assert wrong == []


def test_references_are_judged_as_they_are_read() -> None:
    """In Markdown, a character reference is judged like the character, even in the title of a link."""
    for text, name in TEXTS:
        decimal, hexadecimal = _escaped(text, "&#{};"), _escaped(text, "&#x{:X};")
        bodies = [decimal, f"> - *a* {hexadecimal}", f"## {decimal}", f'[a](https://a.bc "{hexadecimal}")']
        # An invalid reference is read as U+FFFD, and in the title of a link as literal text.
        lost = name in ("U+FFFE", "U+FDD0", "U+1FFFE")
        for body in bodies[:3] if lost else bodies:
            found = check(f"one\n\n{body}\n", 5)
            assert bool(found) == bool(name), body
            assert all(place.line == 7 and "the invisible character U+" in message for place, message in found), found
            assert not name or any(("U+FFFD" if lost else name) in message for _, message in found)


def test_references_by_name_and_in_code() -> None:
    """Named references are judged too, each at its place; in code they are the text that they look like."""
    assert [(place.column, message) for place, message in check("a &shy; b &amp; &rlm;c")] == [
        (3, "contains the invisible character U+00AD as &shy;, delete it"),
        (17, "contains the invisible character U+200F as &rlm;, delete it"),
    ]
    assert [place.line for place, _ in check("```x&#x2028;\n&shy;\n```\n")] == [1]
    assert check("`&#x202e;` and\n\n    &shy;\n") == []
    assert len(check("&shy; " * 5000)) == MOST_BODY_PROBLEMS


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ignorable", ROOT / "tools/ignorable.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_that_unicode_shows_as_nothing_is_refused() -> None:
    """The table matches Unicode's data, and none of these characters is accepted between Latin letters."""
    tool = _tool()
    ignorable = tool.with_property("Default_Ignorable_Code_Point")
    assert tool.written(ignorable) == IGNORABLE.encode("ascii", "backslashreplace").decode().replace("\\xad", "\\u00ad")
    assert [f"{number:X}" for number in ignorable if not list(hidden(f"a{chr(number)}b"))] == []


def test_every_emoji_may_be_shown_as_one() -> None:
    """Each Unicode emoji accepts the selector that shows it as a picture, and can join another one."""
    emoji = [chr(number) for number in _tool().with_property("Emoji") if number > 0x7F]
    assert [char for char in emoji if list(hidden(f"{char}\ufe0f"))] == []
    assert [char for char in emoji if list(hidden(f"👩\u200d{char}"))] == []


@pytest.mark.parametrize("title", ["\u2800" * 5, "\u00a0 \u3000 ", "\u0301\u0301\u0301", "\ue000\ue001\ue002"])
def test_a_title_that_shows_nothing_is_empty(title: str, tmp_path: Path) -> None:
    """Spaces of any kind, marks without a base and unassigned characters do not make a title."""
    text = POSTING.replace("title: Field Security Officer", f'title: "{title}"')
    assert lines_of(load(write_site(tmp_path, {X: text}))) == [
        f"{X}:2:8: title: is empty, write a value or delete the key"
    ]


@given(st.text(st.sampled_from("ab1\u202e\u200d\u200c\u200f\ufe0f\u180b\u3164مक्ᠠ👩❤\r\n⃣ ")))
def test_a_text_without_them_has_none(text: str) -> None:
    """Text from which they were removed is accepted, whatever surrounded them."""
    assert list(hidden(cleared(text))) == []
    assert blank(text) == blank(cleared(text))


def _sources(title: str) -> dict[str, str]:
    """A vacancy with this title in each format that `import` reads."""
    text = f"The officer looks after the security of staff, and reports to the head of the office. {title}. " * 2
    facts = [
        "Organization: Harbour Relief",
        "Duty station: Goma",
        "Grade: P-3",
        "Deadline: 2026-07-20",
        "",
        "Duties",
        text,
    ]
    facts.insert(0, f"Title: {title}")
    lines = "".join(f"<p>{fact}</p>" for fact in facts)
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{lines}</body></html>"
    posting = {"@context": "https://schema.org", "@type": "JobPosting", "title": title, "description": text}
    item = f"<item><title>{title}</title><description><![CDATA[{lines}]]></description></item>"
    return {
        "notice.txt": "\n".join([*facts, ""]),
        "page.html": page,
        "references.html": page.encode("ascii", "xmlcharrefreplace").decode(),
        "posting.json": json.dumps([posting | {"validThrough": "2026-07-20", "identifier": {"value": title}}]),
        "table.csv": f'title,closes,description\n"{title}",2026-07-20,"{text}"\n',
        "feed.xml": f"<rss><channel>{item}</channel></rss>",
        "other.md": f"---\ntitle: {json.dumps(title)}\ncloses: 2026-07-20\n---\n\n{text}\n",
    }


HIDING = "Chef \u202eof\u200b staff\u3164 in می\u200cخواهم"


@pytest.mark.parametrize("name", _sources(""))
def test_what_import_writes_passes_check(name: str, small_site: SmallSite, tmp_path: Path) -> None:
    """Characters that are not allowed are left out of a draft wherever its source has them, and the draft says so."""
    source = tmp_path / name
    source.write_text(_sources(HIDING)[name], "utf-8")
    done = small_site.command("import", str(source), "--now", "2026-06-15T12:00:00Z")
    if name == "other.md":  # front matter is read like our own, and refused at its line
        assert (done.code, done.out) == (1, "")
        assert "invisible character U+202E" in done.err
        return
    assert (done.code, done.err) == (0, "")
    assert "characters that nobody sees or can read were left out: U+200B, U+202E, U+3164" in done.out
    assert "Chef of staff in می\u200cخواهم" in (small_site.root / done.out.split()[3].rstrip(".")).read_text("utf-8")
    assert small_site.command("check").code == 0


def test_a_title_of_several_lines_stops_no_other(small_site: SmallSite, tmp_path: Path) -> None:
    """A value of several lines is written on one; half characters stop nothing and are reported."""
    titles = ("Chef\nof staff", "Cook \ud800 in Goma", "Driver\twith a tab")
    source = tmp_path / "postings.json"
    found = [json.loads(_sources(title)["posting.json"])[0] for title in titles]
    source.write_text(json.dumps(found), "utf-8")
    done = small_site.command("import", str(source), "--now", "2026-06-15T12:00:00Z")
    assert (done.code, done.err, done.out.count("Wrote the draft")) == (0, "", 3)
    assert "left out: U+FFFD" in done.out
    assert small_site.command("check").code == 0


AWKWARD = (*"ab .:*_#-\n\r\t\u202e\u200d\u200c\u200f\ufe0f\u2028\ud800", "می", "👩", "क्", "Deadline: ", "(", "…")


@settings(deadline=None)
@given(st.lists(st.sampled_from(AWKWARD)).map("".join))
def test_any_draft_holds_no_hidden_character(text: str) -> None:
    """Whatever a notice and its data contain, its draft has no character that is not allowed."""
    stated = [
        StatedField("title", f"Chef {text}", f"title: {text * 9}"),
        StatedField("reference", text, f"number: {text}"),
    ]
    notice = f"Chef {text}\n\n{text} looks after staff. {text}\n" * 3
    try:
        draft = read_notice(notice, "x", Bench({}, built_in_words(), SAMPLE_NOW), stated)
    except Unreadable:
        return
    assert list(hidden(draft.text())) == []
