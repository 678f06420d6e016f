"""Text that hides or turns around: refused wherever it stands and however it is written, and no script loses a word."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from cases import BASE, POSTING, lines_of, write_site
from door import DATA
from hypothesis import given
from hypothesis import strategies as st

from generator.characters import IGNORABLE, blank, cleared, hidden
from generator.commonmark import MOST_PROBLEMS
from generator.folder import load
from generator.markup import check

X = "content/postings/x.md"


def _written(text: str) -> str:
    return re.sub(r"⟪(.+?)⟫", lambda match: chr(int(match[1], 16)), text)


def _texts() -> list[tuple[str, str]]:
    """The texts of the data file, each with the name of what is refused in it, empty where nothing is."""
    lines = (DATA / "characters.txt").read_text("utf-8").splitlines()
    parts = [line.split(" | ", 1) for line in lines if not line.startswith("#")]
    return [(_written(text), f"U+{how.split()[1]}" if how != "allowed" else "") for how, text in parts]


TEXTS = _texts()


def _escaped(text: str, form: str) -> str:
    return "".join(form.format(ord(char)) if ord(char) > 127 else char for char in text)


def _in(path: str, old: str, new: str) -> Callable[[str], dict[str, str]]:
    base = {**BASE, X: POSTING, "content/pages/about.md": "---\ntitle: About\nsummary: Us.\n---\n\nText.\n"}
    return lambda text: {path: base[path].replace(old, new.format(text, yaml=_escaped(text, "\\U{:08x}")))}


# Every kind of place where a text can stand, and every way to write it there.
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
    """What hides or turns text around is refused in each place and each way of writing it; the rest is let in."""
    wrong = []
    for number, (text, name) in enumerate(TEXTS):
        lines = [line for line in lines_of(load(write_site(tmp_path / str(number), PLACES[place](text)))) if line]
        told = [line for line in lines if "invisible character" in line]
        named = not name or place == "the name of a static file" or any(name in line for line in told)
        if bool(told) != bool(name) or not named:
            wrong.append(f"{text!a}: {lines}")
    assert wrong == []


def test_references_are_judged_as_they_are_read() -> None:
    """In Markdown a character reference is judged like the character: in the title of a link too."""
    for text, name in TEXTS:
        decimal, hexadecimal = _escaped(text, "&#{};"), _escaped(text, "&#x{:X};")
        bodies = [decimal, f"> - *a* {hexadecimal}", f"## {decimal}", f'[a](https://a.bc "{hexadecimal}")']
        # What is no character is read as U+FFFD, and in the title of a link as the reference that it looks like.
        lost = name in ("U+FFFE", "U+FDD0", "U+1FFFE")
        for body in bodies[:3] if lost else bodies:
            found = check(f"one\n\n{body}\n", 5)
            assert bool(found) == bool(name), body
            assert all(place.line == 7 and "the invisible character U+" in message for place, message in found), found
            assert not name or any(("U+FFFD" if lost else name) in message for _, message in found)


def test_references_by_name_and_in_code() -> None:
    """References by name are judged too, each at its place; in code they are the text that they look like."""
    assert [(place.column, message) for place, message in check("a &shy; b &amp; &rlm;c")] == [
        (3, "the invisible character U+00AD stands here as &shy;, delete it"),
        (17, "the invisible character U+200F stands here as &rlm;, delete it"),
    ]
    assert [place.line for place, _ in check("```x&#x2028;\n&shy;\n```\n")] == [1]
    assert check("`&#x202e;` and\n\n    &shy;\n") == []
    assert len(check("&shy; " * 5000)) == MOST_PROBLEMS


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ignorable", Path(__file__).parents[1] / "tools/ignorable.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_that_unicode_shows_as_nothing_is_refused() -> None:
    """The table is what Unicode's data says, and none of these characters passes between letters of Latin."""
    tool = _tool()
    ignorable = tool.with_property("Default_Ignorable_Code_Point")
    assert tool.written(ignorable) == IGNORABLE.encode("ascii", "backslashreplace").decode().replace("\\xad", "\\u00ad")
    assert [f"{number:X}" for number in ignorable if not list(hidden(f"a{chr(number)}b"))] == []


def test_every_emoji_may_be_shown_as_one() -> None:
    """Each emoji of Unicode takes the selector that shows it as a picture, and joins another one."""
    emoji = [chr(number) for number in _tool().with_property("Emoji") if number > 0x7F]
    assert [char for char in emoji if list(hidden(f"{char}\ufe0f"))] == []
    assert [char for char in emoji if list(hidden(f"👩\u200d{char}"))] == []


@pytest.mark.parametrize("title", ["\u2800" * 5, "\u00a0 \u3000 ", "\u0301\u0301\u0301", "\ue000\ue001\ue002"])
def test_a_title_that_shows_nothing_is_empty(title: str, tmp_path: Path) -> None:
    """Spaces of any kind, marks on nothing and characters without a meaning are no title."""
    text = POSTING.replace("title: Field Security Officer", f'title: "{title}"')
    assert lines_of(load(write_site(tmp_path, {X: text}))) == [
        f"{X}:2:8: title: is empty, write a value or delete the key"
    ]


@given(st.text(st.sampled_from("ab1\u202e\u200d\u200c\u200f\ufe0f\u180b\u3164مक्ᠠ👩❤\r\n⃣ ")))
def test_a_text_without_them_has_none(text: str) -> None:
    """What is left of a text when they are gone is judged good, whatever stood around them."""
    assert list(hidden(cleared(text))) == []
    assert blank(text) == blank(cleared(text))
