"""What editors can get wrong, and the exact lines that report it. Most cases are text files: data/problems/*.txt."""

import contextlib
import importlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from cases import BASE, CASES, POSTING, Case, lines_of, write_site
from door import program
from hypothesis import given
from hypothesis import strategies as st
from sites import ROOT

from generator.model.fields import Fields
from generator.model.problems import ContentError, Place, Problem, shown
from generator.model.schema import FreePage, Organisation, Posting, Settings
from generator.reading.copies import copied
from generator.reading.folder import NoSite, load
from generator.work.means import Means
from generator.work.memo import Memo

X = "content/postings/x.md"
FOOT = "The officer looks after security."
SITE = BASE["content/site.yaml"]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_case_gives_exactly_its_lines(case: Case, tmp_path: Path) -> None:
    """Every mistake is reported at its place, nothing else is reported, and nothing wrong becomes content."""
    loaded = load(write_site(tmp_path, case.files))
    assert lines_of(loaded) == list(case.problems)
    if loaded.content:
        bad = {problem.path for problem in loaded.problems}
        assert {posting.path for posting in loaded.content.postings} == set(_postings_of(case)) - bad


def test_forms_made_again_give_the_same_result(tmp_path: Path) -> None:
    """What a process creates once, when it imports its modules or reads its first text, is the same each time."""
    with mock.patch.dict(sys.modules):
        for name in [name for name in sys.modules if name.split(".")[0] == "generator"]:
            del sys.modules[name]
        fresh = importlib.import_module("generator.reading.folder").load
        assert fresh is not load
        for number, case in enumerate(CASES.values()):
            assert lines_of(fresh(write_site(tmp_path / str(number), case.files))) == list(case.problems), case.name


def test_a_folder_where_a_file_belongs_and_the_other_way_round(tmp_path: Path) -> None:
    """A folder with the name of a file is reported, and so is a file with the name of a folder."""
    files = {"content/vocabulary.yaml/x.md": "", "content/pages": ""}
    loaded = load(write_site(tmp_path, files))
    assert lines_of(loaded) == [
        "content/pages:1:1: file name: 'pages' is a file, make it a folder",
        "content/vocabulary.yaml:1:1: file name: 'vocabulary.yaml' is a folder, make it a file",
    ]


@pytest.mark.parametrize("stamps", ["that last", "that do not"])
def test_a_memory_changes_no_line(tmp_path: Path, stamps: str) -> None:
    """Read again with the memory of the first reading, a site has the same problems and the same postings."""
    # The stamp of a file that has just changed cannot be trusted, so its content is compared.
    granule = -(10**12) if stamps == "that last" else 10**12
    for number, case in enumerate(CASES.values()):
        root = write_site(tmp_path / str(number), case.files)
        with Memo(None, granule) as memory:
            first, second = load(root, Means(memory)), load(root, Means(memory))
        assert lines_of(first) == lines_of(second) == list(case.problems), case.name
        assert first.content == second.content, case.name


def test_damaged_built_in_words_are_not_an_editor_s_mistake(tmp_path: Path) -> None:
    """If the words that come with the program are damaged, the message says so and does not blame the site."""
    installed = shutil.copytree(ROOT / "generator", tmp_path / "installed/generator")
    (installed / "data/vocabulary.yaml").write_text("grades: [P-3", "utf-8")
    site = write_site(tmp_path / "site", {})
    done = program("-m", "generator", "check", "--root", site, cwd=tmp_path, PYTHONPATH=str(installed.parent))
    assert done.stderr.splitlines()[-1].startswith("RuntimeError: the built-in vocabulary is damaged")


def _postings_of(case: Case) -> Iterator[str]:
    for path, text in case.files.items():
        if re.fullmatch(r"content/postings/[^.]*\.md", path) and "draft: true" not in text:
            yield path


@pytest.mark.parametrize("form", [Posting, Organisation, FreePage, Settings])
def test_every_key_has_a_case(form: type[Fields]) -> None:
    """Every key of a form must have a case that shows the message for a wrong value."""
    lines = [line for case in CASES.values() for line in case.problems]
    reported = {re.sub(r"\[\d+\]", "", line.split(": ")[1]) for line in lines if ": note: " not in line}
    schema = form.model_json_schema()
    assert set(_keys(schema, schema)) - reported == set()


def _keys(schema: dict[str, Any], whole: dict[str, Any]) -> Iterator[str]:
    """The keys of a JSON Schema as problems name them, without list indexes."""
    for key, part in schema.get("properties", {}).items():
        yield key
        yield from (f"{key}.{inner}" for inner in _inner_keys(part, whole))


def _inner_keys(part: dict[str, Any], whole: dict[str, Any]) -> Iterator[str]:
    for choice in [part, *part.get("anyOf", []), part.get("items", {})]:
        if reference := choice.get("$ref"):
            yield from _keys(whole["$defs"][reference.rpartition("/")[2]], whole)


ACCEPTED = {
    "a byte order mark": b"\xef\xbb\xbf" + POSTING.encode(),
    "line ends of Windows": POSTING.replace("\n", "\r\n").encode(),
    "no line end at the end": POSTING.rstrip().encode(),
    "spaces after the fences": POSTING.replace("---\n", "---  \n").encode(),
    "a tab between key and value": POSTING.replace("title: ", "title:\t").encode(),
    "joiners in scripts that need them": POSTING.replace(FOOT, "می‌خواهم क्‍ष").encode(),
    "emoji, combining marks and other scripts": POSTING.replace(FOOT, "Ünïcödé 🌍 Київ 金沙萨 e\u0301").encode(),
}


@pytest.mark.parametrize("raw", ACCEPTED.values(), ids=list(ACCEPTED))
def test_files_as_real_editors_save_them_are_read(raw: bytes, tmp_path: Path) -> None:
    """Marks that editors add without meaning have no effect."""
    loaded = load(write_site(tmp_path, {X: raw}))
    assert lines_of(loaded) == []
    assert loaded.content is not None
    assert [posting.title for posting in loaded.content.postings] == ["Field Security Officer"]


def _posting(old: str, new: str) -> bytes:
    return POSTING.replace(old, new).encode()


REFUSED_BYTES: dict[str, tuple[str, bytes, list[str]]] = {
    "nothing at all": (
        X,
        b"",
        [f"{X}:1:1: front matter: is not between two lines of ---, put one above and one below it"],
    ),
    "UTF-16": (
        X,
        b"\xff\xfe" + POSTING.encode("utf-16-le"),
        [f"{X}:1:1: encoding: byte 0xFF is not UTF-8, save the file as UTF-8"],
    ),
    "Latin-1": (
        X,
        POSTING.replace("security.", "sécurité.").encode("latin-1"),
        [f"{X}:7:26: encoding: byte 0xE9 is not UTF-8, save the file as UTF-8"],
    ),
    "half a character at the end": (
        X,
        POSTING.encode() + b"\xd0",
        [f"{X}:8:1: encoding: byte 0xD0 is not UTF-8, save the file as UTF-8"],
    ),
    "Latin-1 after a byte order mark": (
        "content/site.yaml",
        b"\xef\xbb\xbftitle: caf\xe9\n",
        ["content/site.yaml:1:11: encoding: byte 0xE9 is not UTF-8, save the file as UTF-8"],
    ),
    "a second byte order mark": (
        X,
        b"\xef\xbb\xbf\xef\xbb\xbf" + POSTING.encode(),
        [f"{X}:1:1: text: contains the invisible character U+FEFF, delete it"],
    ),
    "control characters": (
        X,
        _posting(FOOT, "a\0b\x07c\x7fd\x85e"),
        [
            f"{X}:7:{column}: text: contains the invisible character {name}, delete it"
            for column, name in ((2, "U+0000"), (4, "U+0007"), (6, "U+007F"), (8, "U+0085"))
        ],
    ),
    "a bidirectional override in the body": (
        X,
        _posting("looks", "\u202elooks\u2066"),
        [
            f"{X}:7:13: text: contains the invisible character U+202E, delete it",
            f"{X}:7:19: text: contains the invisible character U+2066, delete it",
        ],
    ),
    "a bidirectional override in the front matter": (
        X,
        _posting("Field", "Fi\u202eeld"),
        [f"{X}:2:10: text: contains the invisible character U+202E, delete it"],
    ),
    "a bidirectional override as an escape of YAML": (
        X,
        _posting("title: Field Security Officer", r'title: "Field \u202eOfficer"'),
        [f"{X}:2:8: title: contains the invisible character U+202E, delete it"],
    ),
    "a control character as an escape of YAML": (
        X,
        _posting("title: Field Security Officer", r'title: "Field\0Officer"'),
        [f"{X}:2:8: title: contains the invisible character U+0000, delete it"],
    ),
    "zero width": (
        X,
        _posting(FOOT, "secu\u200brity\u2060, a\u200db"),
        [
            f"{X}:7:5: text: contains the invisible character U+200B, delete it",
            f"{X}:7:10: text: contains the invisible character U+2060, delete it",
            f"{X}:7:14: text: contains the invisible character U+200D, delete it",
        ],
    ),
    "a line separator": (
        X,
        _posting(FOOT, "one\u2028two"),
        [f"{X}:7:4: text: contains the invisible character U+2028, delete it"],
    ),
    "a carriage return alone": (
        X,
        _posting(FOOT, "one\rtwo"),
        [f"{X}:7:4: text: contains the invisible character U+000D, delete it"],
    ),
    "a tab before a list": (
        X,
        _posting("added", "duty_stations:\n\t- city: Goma\nadded"),
        [f"{X}:5:1: city: contains a tab, indent with spaces"],
    ),
    "a tab before a key": (
        X,
        _posting("added", "\tremote: true\nadded"),
        [f"{X}:4:1: remote: contains a tab, indent with spaces"],
    ),
    "a tab below spaces": (
        X,
        _posting("added", "contract:\n  type: service\n\textendable: true\nadded"),
        [f"{X}:6:1: extendable: contains a tab, indent with spaces"],
    ),
    "a file too large": (
        X,
        POSTING.encode() + b"a" * 100_000,
        [f"{X}:1:1: file: is larger than 96 KiB, shorten it"],
    ),
    "a body too large": (
        X,
        POSTING.encode() + b"a" * 66_000,
        [f"{X}:6:1: body: is larger than 64 KiB, shorten it"],
    ),
    "front matter too large": (
        X,
        _posting("title", f"summary: {'a' * 17_000}\ntitle"),
        [f"{X}:2:1: front matter: is larger than 16 KiB, move long text into the body"],
    ),
    "settings too large": (
        "content/site.yaml",
        SITE.encode() + b"#" * 17_000,
        ["content/site.yaml:1:1: front matter: is larger than 16 KiB, shorten it"],
    ),
    "50,000 brackets": (
        "content/site.yaml",
        SITE.replace("Field Vacancies", "[" * 16_000).encode(),
        ["content/site.yaml:1:15: title: lists and mappings are nested more than 8 deep, use fewer levels"],
    ),
    "a static file that takes an invisible name": (
        "content/static/a\u202eb.txt",
        b"x",
        [
            r"content/static/a\u202eb.txt:1:1: file name: 'a\u202eb.txt' contains an invisible character, rename the file"  # noqa: E501
        ],
    ),
    "a line break in a name": (
        "content/postings/a\nb.md",
        POSTING.encode(),
        [r"content/postings/a\nb.md:1:1: file name: 'a\nb.md' contains an invisible character, rename the file"],
    ),
    "a tab in a name": (
        "content/postings/a\tb.md",
        POSTING.encode(),
        [
            r"content/postings/a\tb.md:1:1: file name: 'a\tb' is not a slug, "
            "rename the file using only a–z, 0–9 and -"
        ],
    ),
    "a name too long": (
        f"content/postings/{'a' * 101}.md",
        POSTING.encode(),
        [
            f"content/postings/{'a' * 101}.md:1:1: file name: '{'a' * 59}…' is not a slug, "
            "rename the file using only a–z, 0–9 and -"
        ],
    ),
}


@pytest.mark.parametrize(("path", "raw", "lines"), REFUSED_BYTES.values(), ids=list(REFUSED_BYTES))
def test_bytes_that_no_text_file_should_hold(path: str, raw: bytes, lines: list[str], tmp_path: Path) -> None:
    """Characters that an editor cannot see are refused at their line and column, counted in characters."""
    assert lines_of(load(write_site(tmp_path, {path: raw}))) == lines


def _link(path: str, to: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).unlink(missing_ok=True)
        (root / path).symlink_to(to)

    return make


def _special(path: str) -> Callable[[Path], None]:
    return lambda root: os.mkfifo(root / path)


def _undecodable(root: Path) -> None:
    folder = os.fsencode(root / "content/postings")
    Path(os.fsdecode(folder)).mkdir()
    Path(os.fsdecode(folder + b"/\xff.md")).write_text(POSTING)


def _large(root: Path) -> None:
    (root / "content/static").mkdir()
    with (root / "content/static/film.mp4").open("wb") as file:
        file.truncate(26 * 1024 * 1024)


def _linked_site(root: Path) -> None:
    (root / "content/site.yaml").rename(root / "elsewhere.yaml")
    _link("content/site.yaml", "../elsewhere.yaml")(root)


SYMBOLIC = "file: is a symbolic link, put the file itself here"
REFUSED_FILES: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "a link to a file": (_link(X, "../site.yaml"), [f"{X}:1:1: {SYMBOLIC}"]),
    "a link to nowhere": (_link(X, "nowhere.md"), [f"{X}:1:1: {SYMBOLIC}"]),
    "a link to itself": (_link(X, "x.md"), [f"{X}:1:1: {SYMBOLIC}"]),
    "a link to a folder above": (
        _link("content/postings/loop", ".."),
        [f"content/postings/loop:1:1: {SYMBOLIC}"],
    ),
    "a link in place of a folder": (_link("content/postings", "/etc"), [f"content/postings:1:1: {SYMBOLIC}"]),
    "a static link to a file of the host": (
        _link("content/static/secret", "/etc/hostname"),
        [f"content/static/secret:1:1: {SYMBOLIC}"],
    ),
    "a link in place of the settings": (_linked_site, [f"content/site.yaml:1:1: {SYMBOLIC}"]),
    "a pipe": (
        _special("content/organisations/undss.md"),
        ["content/organisations/undss.md:1:1: file: is not a regular file, delete it"],
    ),
    "a name that is not UTF-8": (
        _undecodable,
        [r"content/postings/\udcff.md:1:1: file name: '\udcff.md' is not UTF-8, rename the file"],
    ),
    "a static file too large for hosts": (
        _large,
        ["content/static/film.mp4:1:1: file: is larger than 25600 KiB, shorten it"],
    ),
}


@pytest.mark.parametrize(("make", "lines"), REFUSED_FILES.values(), ids=list(REFUSED_FILES))
def test_files_that_are_no_plain_files(make: Callable[[Path], None], lines: list[str], tmp_path: Path) -> None:
    """Only regular files under their own names are read, and all others are reported."""
    make(write_site(tmp_path, {}))
    assert lines_of(load(tmp_path)) == lines


def test_a_logo_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    """A logo cannot bring a file of the host into the site."""
    organisation = "content/organisations/undss.md"
    write_site(tmp_path, {organisation: "---\nname: UNDSS\nlogo: undss.png\n---\n", "secret.png": PNG})
    _link("content/organisations/undss.png", "../../secret.png")(tmp_path)
    assert lines_of(load(tmp_path)) == [
        f"{organisation}:3:7: logo: 'undss.png' is not a png picture of up to 1024 KiB",
        f"content/organisations/undss.png:1:1: {SYMBOLIC}",
    ]


def test_a_logo_beside_its_organisation_is_read(tmp_path: Path) -> None:
    """A picture with the name that the organisation gives becomes its logo."""
    text = "---\nname: UNDSS\nlogo: flag.png\n---\n"
    files: dict[str, str | bytes] = {"content/organisations/undss.md": text, "content/organisations/flag.png": PNG}
    loaded = load(write_site(tmp_path, files))
    assert loaded.content is not None
    logo = loaded.content.organisations["undss"].logo
    assert logo is not None
    assert (lines_of(loaded), logo.path) == ([], "undss.png")
    assert b"".join(copied(tmp_path, logo)) == PNG


def test_folders_without_end_are_no_crash(tmp_path: Path) -> None:
    """Folders nested deeper than Python's stack cause at most problems, never a traceback."""
    write_site(tmp_path, {})
    deepest = f"{tmp_path}/content/postings"
    Path(deepest).mkdir()
    for _ in range(1200):
        deepest += "/a"
        Path(deepest).mkdir()
    try:
        load(tmp_path)
    finally:
        os.removedirs(deepest)  # pytest's own clean-up cannot go that deep


def test_a_folder_without_settings_is_no_site(tmp_path: Path) -> None:
    """Without site.yaml nothing is guessed, and the message says how to name another folder."""
    with pytest.raises(
        NoSite, match=r"content contains no site\.yaml, name the folder that contains content/ with --root"
    ):
        load(tmp_path)


def test_static_files_keep_their_names(tmp_path: Path) -> None:
    """Static files are copied unchanged, including `.well-known`; other dot files and backups are not copied."""
    names = ["CNAME", ".well-known/security.txt", "img/Big Logo.svg", ".hidden", "CNAME~"]
    loaded = load(write_site(tmp_path, {f"content/static/{name}": name for name in names}))
    assert loaded.content is not None
    found = {file.path: b"".join(copied(tmp_path, file)).decode() for file in loaded.content.static}
    assert found == {name: name for name in names[:3]}


@given(st.text(), st.integers(2, 100))
def test_a_quoted_text_stays_on_one_line(text: str, limit: int) -> None:
    """Text quoted in a message has no line break or invisible character, and is shortened."""
    assert shown(text, limit).isprintable()
    assert len(shown(text, limit)) <= 10 * limit + 2


def test_an_error_carries_every_problem_once_in_order() -> None:
    """The lines of an error are sorted by file, line and column, without duplicates."""
    first = Problem("a.md", Place(2, 1), "title", "is empty")
    second = Problem("a.md", Place(10, 1), "closes", "is empty")
    third = Problem("b.md", Place(), "file", "is empty", "note")
    error = ContentError([third, second, first, second])
    assert error.problems == (first, second, third)
    assert str(error) == "a.md:2:1: title: is empty\na.md:10:1: closes: is empty\nb.md:1:1: note: file: is empty"


def test_a_picture_is_no_organisation(tmp_path: Path) -> None:
    """A picture without an organisation file of the same name does not create an organisation."""
    posting = POSTING.replace("organisation: iom", "organisation: flag")
    found = lines_of(load(write_site(tmp_path, {"content/organisations/flag.png": PNG, X: posting.encode()})))
    assert found == [f"{X}:3:15: organisation: 'flag' is not an organisation here, write one of iom"]


def test_a_logo_with_a_very_long_name_is_missing(tmp_path: Path) -> None:
    """A logo name too long for any file is reported like any other missing logo."""
    path, name = "content/organisations/undss.md", f"{'a' * 300}.png"
    found = lines_of(load(write_site(tmp_path, {path: f"---\nname: UNDSS\nlogo: {name}\n---\n"})))
    assert f"{path}:3:7: logo: {shown(name)} does not exist, put it next to this file" in found


def test_a_path_too_long_for_the_machine_is_a_problem(tmp_path: Path) -> None:
    """A folder or file whose full path is too long for the system is reported, and the rest is read."""
    root = tmp_path / "/".join(["r" * 250] * 8)
    root.mkdir(parents=True)
    write_site(root, {X: POSTING})
    with contextlib.chdir(root / "content/postings"):
        for _ in range(10):
            Path("f" * 250).touch()
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
    loaded = load(root)
    told = [line for line in lines_of(loaded) if ":1:1: file: cannot be read (File name too long), " in line]
    assert [line.partition(":")[0][-1] for line in told] == ["d", "f"]
    assert loaded.content
    assert [posting.path for posting in loaded.content.postings] == [X]
