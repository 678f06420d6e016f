"""Whatever a file contains, it is refused at its line or published, and nothing causes a traceback."""

import gzip
import json
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pytest
import yaml
from cases import BASE, POSTING, write_site
from door import CONTENTS, checked, failures, misplaced, published, site_for_all
from fragments import FRAGMENTS, INNER_KEYS, read_fragments
from sites import DATA
from soaking import Tell

from generator.model.schema import Posting
from generator.reading.folder import load
from generator.reading.frontmatter import split
from generator.text.markup import MAX_BODY_BYTES

BATCH = 250  # postings per run of the program


# Random front matter


@cache
def written_postings() -> tuple[tuple[str, str], ...]:
    """The front matter and body of every good posting in this project."""
    files = [file for content in CONTENTS for file in sorted((content / "postings").rglob("*.md"))]
    parts = (split(file.read_text("utf-8-sig")) for file in files)
    return tuple((front, body) for front, body, _ in filter(None, parts))


Mutation = Callable[[Random, list[str]], None]
FRAGMENTS_OF_FRONT_MATTER = (*FRAGMENTS, *read_fragments("fragments.txt"))


def _fragment(random: Random) -> str:
    return random.choice(FRAGMENTS_OF_FRONT_MATTER)


def _dropped(random: Random, lines: list[str]) -> None:
    lines.pop(random.randrange(len(lines)))


def _doubled(random: Random, lines: list[str]) -> None:
    lines.insert(random.randrange(len(lines)), random.choice(lines))


def _swapped(random: Random, lines: list[str]) -> None:
    one, other = (random.randrange(len(lines)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]


def _indented(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    lines[number] = random.choice([" ", "  ", "    ", "\t", "- ", "  - "]) + lines[number]


def _outdented(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    lines[number] = lines[number][random.randrange(1, 4) :]


def _with_another_value(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    lines[number] = lines[number].partition(": ")[0] + ": " + _fragment(random)


def _with_another_text(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    quoted = json.dumps(_fragment(random), ensure_ascii=random.random() < 0.2)
    lines[number] = lines[number].partition(": ")[0] + ": " + quoted


def _with_a_fragment(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    place = random.randrange(len(lines[number]) + 1)
    lines[number] = lines[number][:place] + _fragment(random) + lines[number][place:]


def _without_a_character(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    place = random.randrange(len(lines[number]) + 1)
    lines[number] = lines[number][:place] + lines[number][place + 1 :]


def _with_a_character(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    place = random.randrange(len(lines[number]) + 1)
    lines[number] = lines[number][:place] + chr(random.choice([*range(0xD800), 0x1F30D])) + lines[number][place:]


def _with_a_line_of_another(random: Random, lines: list[str]) -> None:
    lines.insert(random.randrange(len(lines) + 1), random.choice(random.choice(written_postings())[0].splitlines()))


def _cut(random: Random, lines: list[str]) -> None:
    del lines[random.randrange(1, len(lines) + 1) :]


def _repeated(random: Random, lines: list[str]) -> None:
    number = random.randrange(len(lines))
    lines[number] = lines[number] * random.choice([2, 10, 100, 1000])


MUTATIONS: tuple[Mutation, ...] = (
    *(_dropped, _doubled, _swapped, _indented, _outdented, _with_another_value, _with_another_text, _with_a_fragment),
    *(_without_a_character, _with_a_character, _with_a_line_of_another, _cut, _repeated),
)


def mutated(random: Random) -> bytes:
    """A real posting with some mistakes in its front matter."""
    front, body = random.choice(written_postings())
    # If two postings have the same name, both are refused, and nothing else about them would be tested.
    lines = [line for line in front.splitlines() if not line.startswith(("id:", "aliases:")) or random.random() < 0.2]
    for _ in range(random.choice([1, 1, 1, 1, 2, 4])):
        random.choice(MUTATIONS)(random, lines or [""])
    return f"---\n{chr(10).join(lines)}\n---\n{body}".encode()


def made(random: Random) -> bytes:
    """A posting with front matter generated from the existing keys, in every YAML style."""
    keys = random.sample((*Posting.model_fields, *INNER_KEYS), random.choice([1, 1, 2, 4, 8]))
    required = {"title": "A role", "organisation": "harbour", "added": "2026-05-01"}
    lines = [f"{key}: {value}" for key, value in required.items() if key not in keys]
    lines += [f"{key}:{_value(random, 1)}" for key in keys]
    return f"---\n{chr(10).join(lines)}\n---\n{random.choice(written_postings())[1]}".encode()


def _value(random: Random, depth: int) -> str:
    indent = "  " * depth
    style = random.randrange(9 if depth < 10 else 6)
    if style < 3:
        return f" {_fragment(random)}"
    if style == 3:
        return f" {json.dumps(_fragment(random), ensure_ascii=random.random() < 0.5)}"
    if style == 4:
        return f" '{_fragment(random)}'"
    if style == 5:
        return f" {random.choice('|>')}{random.choice(['', '-', '+', '2'])}\n{indent}{_fragment(random)}"
    if style == 6:
        return "".join(f"\n{indent}-{_value(random, depth + 1)}" for _ in range(random.randrange(3)))
    if style == 7:
        keys = [random.choice(INNER_KEYS) for _ in range(random.randrange(3))]
        return "".join(f"\n{indent}{key}:{_value(random, depth + 1)}" for key in keys)
    return f" [{', '.join(_fragment(random) for _ in range(random.randrange(3)))}]"


def broken_bytes(random: Random) -> bytes:
    """A mutated posting in which bytes are missing or changed, its fences included."""
    raw = bytearray(mutated(random))
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(raw))
        top = random.choice([128, 128, 256])
        raw[place : place + random.randrange(3)] = bytes(random.randrange(top) for _ in range(random.randrange(3)))
    return bytes(raw)


MAKERS = (mutated, mutated, made, broken_bytes)


def fuzzed(number: int) -> bytes:
    """One random posting of any kind; the same number gives the same posting while the postings that it starts from
    stay the same.
    """
    random = Random(f"door {number}")
    return MAKERS[number % len(MAKERS)](random)


@pytest.mark.soak
def test_fuzzed_front_matter(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Random front matter is refused at a place in its file or makes a posting; nothing crashes or hangs."""
    site_for_all(tmp_path)
    tried = 10_000 if soaking else 300
    failed = []
    for start in range(0, tried, BATCH):
        files = {f"fuzzed-{number}.md": fuzzed(number) for number in range(start, min(start + BATCH, tried))}
        failed += failures(tmp_path, files)
    tell("fuzzed front matter", tried, failed)


# Texts made to overwhelm a Markdown parser

SECONDS = 3  # of CPU time
START = 1  # of the program
SLOWEST = (
    *("nested links", "tags of blocks", "empty lines of spaces", "definitions that never end", "nested quotes"),
    "nested brackets that do not close",
)


def bodies() -> dict[str, str]:
    """The texts in the data file, at the maximum size of a text."""
    made = yaml.safe_load((DATA / "door/markdown.yaml").read_text("utf-8"))
    return {name: _body(**parts) for name, parts in made.items()}


def _body(open: str, close: str = "", before: str = "", middle: str = "", after: str = "", grow: str = "") -> str:
    room = MAX_BODY_BYTES - len((before + middle + after).encode()) - 2
    opened: list[str] = []
    while room >= 0:
        opened.append(grow * (len(opened) + 1) + open.replace("{n}", str(len(opened) + 1)))
        room -= len((opened[-1] + close).encode())
    del opened[-1]
    return f"{before}{''.join(opened)}{middle}{close * len(opened)}{after}\n"


@pytest.mark.soak
def test_no_markdown_takes_long(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Each text that overwhelms Markdown parsers is checked within three seconds, and published if it is good."""
    found = bodies()
    names = tuple(found) if soaking else SLOWEST
    failed = []
    for name in names:
        assert MAX_BODY_BYTES * 0.9 < len(found[name].encode()) <= MAX_BODY_BYTES, name
        write_site(tmp_path, {"content/postings/x.md": POSTING.rpartition("---\n")[0] + f"---\n{found[name]}"})
        answer = checked(tmp_path, START + SECONDS)
        # A build reads a text again for its page.
        build = published(tmp_path, tmp_path / "site", START + 2 * SECONDS)
        failed += [f"{name}: {crash}" for crash in (answer.crash, build.crash) if crash]
        failed += [f"{name}: {one}" for one in misplaced(answer.problems, tmp_path)]
    tell("Markdown that overwhelms", len(names), failed)


# Bytes that are not UTF-8, or invisible

# One good file of each kind, with a letter beyond ASCII on its second line.
KINDS = {
    "content/postings/x.md": "---\ntitle: Café keeper\norganisation: iom\nadded: 2026-05-01\n---\n\nText.\n",
    "content/organisations/cafe.md": "---\nname: Café\n---\n\nText.\n",
    "content/pages/cafe.md": "---\ntitle: Café\n---\n\nText.\n",
    "content/site.yaml": BASE["content/site.yaml"].replace("description: ", "description: Café. "),
    "content/vocabulary.yaml": "grades:\n  P-3: {label: Café}\n",
}


def encodings() -> dict[str, tuple[str, str]]:
    """The cases in the data file: how the bytes are made from a text, and what should happen to them."""
    lines = (DATA / "door/encodings.txt").read_text("utf-8").splitlines()
    parts = [[part.strip() for part in line.split(" | ")] for line in lines if line and not line.startswith("#")]
    return {name: (how, result) for name, how, result in parts}


@pytest.mark.soak
def test_encodings(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """A file that is not plain UTF-8 is refused at the line where that begins, or read without loss."""
    failed, tried = [], 0
    for number, (name, (how, result)) in enumerate(encodings().items()):
        kinds = list(KINDS.items())
        for path, text in kinds if soaking else [kinds[number % len(kinds)]]:
            raw = _encoded(how, text)
            root = write_site(tmp_path / f"{tried}", {path: raw})
            tried += 1
            found = load(root)
            own = [problem for problem in found.problems if problem.path == path]
            lines = {str(problem.place.line) for problem in own}
            if result == "read":
                said = unicodedata.normalize("NFC", repr(found.content))
                wrong = bool(own) or "Café" not in said or "\\r" in said
            else:
                wrong = result != "any" and lines != {result.replace("last", str(raw.count(b"\n") + 1))}
            failed += [f"{path}, {name}: {[str(problem) for problem in own]}"] * wrong
            failed += [f"{path}, {name}: {one}" for one in misplaced(own, root)]
    tell("encodings", tried, failed)


def test_encodings_end_no_process(tmp_path: Path, tell: Tell) -> None:
    """Files of every encoding in one folder are checked in one run of the program, which ends normally."""
    text = KINDS["content/postings/x.md"]
    files = {
        f"content/postings/x{number}.md": _encoded(how, text) for number, (how, _) in enumerate(encodings().values())
    }
    root = write_site(tmp_path, files)
    answer, build = checked(root), published(root, root / "site")
    refused = {problem.path for problem in answer.problems}
    good = {
        f"content/postings/x{number}.md" for number, (_, result) in enumerate(encodings().values()) if result == "read"
    }
    failed = [*filter(None, [answer.crash, build.crash]), *(f"refused: {path}" for path in refused & good)]
    tell("encodings, by one process", len(files), [*failed, *misplaced(answer.problems, root)])


def _encoded(how: str, text: str) -> bytes:
    raw = eval(how, {"text": text, "unicodedata": unicodedata, "gzip": gzip})
    assert isinstance(raw, bytes)
    return raw
