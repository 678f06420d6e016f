"""Tables, front matter and forms of issues, whose columns, keys and headings are names that say what stands there."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ..editing.editors import FORM, FORM_TEXT
from ..model.problems import shown
from ..reading.frontmatter import MAX_FRONT_MATTER_BYTES, read_mapping
from ..wording.phrases import labels, plain_key
from .drafting import Unreadable
from .notices import StatedField
from .stated import FoundNotice, fact, text_of, without_marks
from .webpages import is_html, markup_text, unescaped

_MOST_COLUMNS = 500
_SEPARATORS = ",;|\t"
_MOST_BITS = 64  # of a number: as many as TOML asks for
_SHORT = 8  # words; what has more is a text
# What columns and keys may be called beside the labels of notices.
_TEXTS = frozenset({"description", "body", "text", "details", "notice", "content"})
_LINKS = frozenset({"url", "link", "source url", "notice url", "permalink"})


def from_table(text: str, source: str, names: Mapping[str, str]) -> Iterator[FoundNotice | Unreadable]:
    """The rows of a table whose first row names the columns; a row that cannot be read stops no other."""
    text = text.removeprefix("\ufeff")
    # Excel's line that names the separator.
    named = re.match(r'"?sep=(?P<separator>[^\r\n])"?[^\S\r\n]*(?:\r\n?|\n)', text, re.IGNORECASE)
    text = text[named.end() :] if named else text
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    separator = named["separator"] if named else max(",;\t", key=first.count)
    if separator not in _SEPARATORS:
        raise Unreadable(
            f"{source} names {shown(separator)} as its separator, use a comma, a semicolon, a bar or a tab"
        )
    columns: list[str] | None = None
    for number, row in enumerate(_rows(text, separator), 1):
        if row is None:
            yield Unreadable(f"{source}, row {number} has a carriage return in a cell without quotes")
            if columns is None:
                return
        elif columns is None:
            columns = row
            if len(columns) > _MOST_COLUMNS:
                raise Unreadable(f"{source} has more than {_MOST_COLUMNS} columns and is not a table of vacancies")
        elif any(row):
            values = {name: value for name, value in zip(columns, row, strict=False) if name}
            yield from_fields(values, f"{source}, row {number}", names)


def _rows(text: str, separator: str) -> Iterator[list[str] | None]:
    """Each row of a table; None for one that cannot be read, for which a stray CR is the one reason."""
    # On old Macs CR alone ends a line; where LF does, a CR in a cell ends nothing.
    of_old_mac = "\n" not in re.sub(r'"[^"]*"', "", text)
    lines = io.StringIO(text, newline="" if of_old_mac else "\n")
    reader = csv.reader(lines, delimiter=separator)
    # The source has a limit; the module's own, for a cell, would end the reading amid the table.
    before = csv.field_size_limit(len(text) + 1)
    try:
        while True:
            try:
                yield next(reader)
            except csv.Error:
                yield None
    except StopIteration:
        return
    finally:
        csv.field_size_limit(before)


# YAML ends at a line of dashes or, as in Pandoc, of dots; TOML at a line of plus signs.
FRONT = re.compile(
    r"(?:---[^\S\n]*\n(?P<yaml>.*?)^(?:---|\.\.\.)|\+\+\+[^\S\n]*\n(?P<toml>.*?)^\+\+\+)[^\S\n]*(?:\n|"
    r"\Z)(?P<body>.*)",
    re.MULTILINE | re.DOTALL,
)


def from_markdown(text: str, source: str, names: Mapping[str, str]) -> Iterator[FoundNotice]:
    """A file of Hugo, Jekyll and the like."""
    parts = FRONT.match(lines_of(text))
    assert parts
    fields = _toml(parts["toml"], source) if parts["yaml"] is None else _yaml(parts["yaml"], source)
    try:
        values = {key: flat(value) for key, value in fields.items()}
    except RecursionError:
        raise Unreadable(f"{source} has front matter that is nested too deep") from None
    except OverflowError:
        raise Unreadable(f"{source} has front matter with a number of more than {_MOST_BITS} bits") from None
    body, stated, name = from_fields(values, source, names)
    yield body or without_marks(parts["body"]), stated, name


def _yaml(text: str, source: str) -> Mapping[str, Any]:
    fields, findings = read_mapping(text.removesuffix("\n"))
    if findings:
        place, key, message = findings[0]
        raise Unreadable(f"{source}:{place.line + 1}: {key}: {message}")
    return fields.value


def _toml(text: str, source: str) -> Mapping[str, Any]:
    if len(text) > MAX_FRONT_MATTER_BYTES:
        raise Unreadable(f"{source} has front matter of more than {MAX_FRONT_MATTER_BYTES // 1024} KiB")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{source} has front matter that is not TOML ({error})") from None


def from_issue(text: str, source: str, _: Mapping[str, str]) -> Iterator[FoundNotice]:
    """An issue that was written with our form. A heading that is none of the form's belongs to the text above it."""
    labels = {name.replace("_", " ").capitalize(): name for name in FORM} | {FORM_TEXT: "text"}
    headings = rf"^### ({'|'.join(map(re.escape, labels))})[ \t]*$"
    parts = re.split(headings, lines_of(text).lstrip(), flags=re.MULTILINE)
    values = {labels[label]: value.strip() for label, value in zip(parts[1::2], parts[2::2], strict=True)}
    given = {name: value for name, value in values.items() if value not in ("_No response_", "None", "")}
    yield from_fields(given, source, {})


def from_fields(values: Mapping[str, str], source: str, names: Mapping[str, str]) -> FoundNotice:
    """Named values: what `names` says that they state, else what their names say."""
    by_theirs = {theirs: ours for ours, theirs in names.items()}
    facts: list[StatedField] = []
    body = ""
    for name, value in values.items():
        key = " ".join(re.findall(r"[a-z]+", name.lower()))
        ours = by_theirs.get(name, key)
        if ours in _TEXTS:
            markup = unescaped(text_of(value))
            body = markup_text(markup) if is_html(markup) else text_of(value)
        elif ours in _LINKS:
            facts.append(fact("url", value, name))
        elif kind := kind_of(ours):
            facts.append(fact(kind, value, name))
    return body, [one for one in facts if one.value], source


def records_in(value: Any) -> Iterator[dict[str, str]]:
    """The records of JSON: the mappings whose names say that they hold a title and another fact, however deep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            kinds = {kind_of(name) for name, inner in one.items() if isinstance(inner, str)} - {None}
            if "title" in kinds and len(kinds) > 1:
                yield _record(one)
            else:
                waiting += reversed(one.values())


def _record(mapping: Mapping[str, Any]) -> dict[str, str]:
    """What a mapping and those inside of it state by name; long texts that no name tells apart are its text."""
    found: dict[str, str] = {}
    waiting = [mapping]
    for inner in waiting:
        for name, value in inner.items():
            if isinstance(value, dict):
                waiting.append(value)
            elif text_of(value):
                found.setdefault(name, text_of(value))
    if not any(name.lower() in _TEXTS for name in found):
        long = [text for name, text in found.items() if len(text.split()) > _SHORT and not kind_of(name)]
        found["text"] = "\n\n".join(map(markup_text, long))
    return found


@cache
def _without_spaces() -> Mapping[str, str]:
    return {label.replace(" ", ""): kind for label, kind in labels().items()}


def kind_of(name: str) -> str | None:
    """What a name states: it is a label of notices, or our own word for it."""
    plain = plain_key(name.replace("_", " "))
    # Programs write their names without spaces: `expirydate`, `jobTitle`.
    kind = labels().get(plain) or _without_spaces().get(plain.replace(" ", ""))
    return (kind if kind != "none" else None) or (name if name in labels().values() and name != "none" else None)


def flat(value: Any) -> str:
    """A value of front matter on one line. Raises OverflowError for a number that is none of a vacancy."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise OverflowError
    if isinstance(value, list):
        return "; ".join(map(flat, value))
    if isinstance(value, dict):
        return ", ".join(map(flat, value.values()))
    return str(value).lower() if isinstance(value, bool) else str(value)


def lines_of(text: str) -> str:
    """A text with one kind of line end, and without a mark before it."""
    return text.lstrip("\ufeff").replace("\r\n", "\n")
