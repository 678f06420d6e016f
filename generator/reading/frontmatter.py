"""YAML read as text, strictly, with the place of every key and value.

PyYAML's own types would turn `NO` into False and `12:30` into 750, and silently merge duplicate keys. So every scalar
stays text, and anything other than plain mappings, lists and scalars is refused.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import islice, pairwise
from types import MappingProxyType
from typing import Any

import yaml

from ..model.characters import hidden
from ..model.problems import Place, cut, shown

MAX_FRONT_MATTER_BYTES = 16 * 1024
MAX_FIELD_DEPTH = 8
_MOST_FINDINGS = 50

Location = tuple[str | int, ...]
Value = str | list["Value"] | dict[str, "Value"]
FormMistake = tuple[Place, str, str]  # place, key, message

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class WrittenFields:
    """A mapping as an editor wrote it: text, lists and mappings, and the place of each key and each value.

    `unread` are the places of values with a mistake of form, which are not judged further; `judged` is whether the rest
    can be judged.
    """

    __slots__ = ("_keys", "_values", "judged", "unread", "value")

    def __init__(
        self,
        value: dict[str, Value],
        keys: Mapping[Location, Place] = MappingProxyType({}),
        values: Mapping[Location, Place] = MappingProxyType({}),
        unread: Set[Location] = frozenset(),
        *,
        judged: bool = True,
    ) -> None:
        self.value, self._keys, self._values = value, keys, values
        self.unread, self.judged = unread, judged

    def place_of(self, location: Location, *, of_key: bool = False) -> Place:
        """The place of a value (or its key); that of a missing value is the key of its parent, or line 1."""
        keys, values = self._keys, self._values
        if location in values:
            return keys.get(location, values[location]) if of_key else values[location]
        while location := location[:-1]:
            if location in values:
                return keys.get(location, values[location])
        return Place()


_RULE = re.compile(r"^---[^\S\n]*(?:\n|\Z)", re.MULTILINE)


def split(text: str) -> tuple[str, str, int] | None:
    """A file as (front matter, body, first line of the body); None if it does not open and close with `---`."""
    opening = _RULE.match(text)
    closing = _RULE.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return None
    front = text[opening.end() : closing.start()].removesuffix("\n")
    return front, text[closing.end() :], text.count("\n", 0, closing.start()) + 2


def forbidden_characters(text: str) -> list[FormMistake]:
    """Every character that no text may contain, with its place; the first twenty of many."""
    found: list[FormMistake] = []
    for place, name in islice(hidden(text), 20):
        where = Place(text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place))
        found.append((where, "text", f"contains the invisible character {name}, delete it"))
    return found


def read_mapping(
    text: str, first_line: int = 1, most: int = MAX_FRONT_MATTER_BYTES
) -> tuple[WrittenFields, list[FormMistake]]:
    """YAML text as fields and everything that is wrong with its form. `first_line` is its first line in the file,
    and `most` the bytes that it may have.

    A mistake of syntax hides no other key: the fields contain all that could be read, and name what could not.
    """
    if len(text.encode()) > most:
        instead = "move long text into the body" if first_line > 1 else "shorten it"
        message = f"is larger than {most // 1024} KiB, {instead}"
        return WrittenFields({}, judged=False), [(Place(first_line), "front matter", message)]
    reader = _Reader()
    if not reader.read(text, first_line) and reader.judged:
        by_keys = _read_by_keys(text, first_line)
        reader.judged = False
        reader = by_keys if by_keys.findings else reader
    fields = WrittenFields(reader.value, reader.keys, reader.values, reader.unread, judged=reader.judged)
    return fields, reader.findings[:_MOST_FINDINGS]


# The start of a line of the top level, and the part of any line that looks like a key.
_TOP_KEY = re.compile(r"""^(?:[A-Za-z_][\w-]*|"[^"\n]*"|'[^'\n]*')[ \t]*:""", re.MULTILINE)
_ANY_KEY = re.compile(r"^[ \t]*(?:-[ \t]+)*([A-Za-z_][\w-]*)[ \t]*:", re.MULTILINE)


def _read_by_keys(text: str, first_line: int) -> "_Reader":
    """Reads each key of the top level by itself, for a text that cannot be read as a whole."""
    reader = _Reader()
    starts = [match.start() for match in _TOP_KEY.finditer(text)]
    for start, end in pairwise(sorted({0, *starts, len(text)})):
        part = text[start:end]
        if not reader.read(part, first_line + text.count("\n", 0, start)):
            # A key below it may be indented wrongly, and belong to the top level.
            reader.unread |= {(key,) for key in _ANY_KEY.findall(part)}
    reader.judged = bool(starts)
    return reader


class _Refused(Exception):
    """The rest of the YAML cannot be read; the reason is among the findings."""


class _Reader:
    """Builds fields from the parser's events.

    libyaml's own composer recurses in C, where a deeply nested text would crash the process.
    """

    def __init__(self) -> None:
        self.first_line = 1
        self.value: dict[str, Value] = {}
        self.keys: dict[Location, Place] = {}
        self.values: dict[Location, Place] = {}
        self.findings: list[FormMistake] = []
        self.unread: set[Location] = set()
        self.judged = True
        self.last_quoted: yaml.ScalarEvent | None = None
        self.brackets: list[Any] = []  # the places of open ones

    def read(self, text: str, first_line: int) -> bool:
        """Reads a text; returns whether it can be read to its end. `first_line` is its first line in the file."""
        self.first_line, self.last_quoted, self.brackets = first_line, None, []
        try:
            self.documents(yaml.parse(text, Loader=_LOADER))
        except yaml.YAMLError as error:
            self.findings.append(_Syntax(error, text, first_line, self.last_quoted, self.brackets).finding())
            return False
        except _Refused:
            return False
        return True

    def documents(self, events: Iterator[yaml.Event]) -> None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, (), "a second YAML document starts here, write one mapping")
                    self.judged = False
                    raise _Refused
                if event.version or event.tags:
                    self.refuse(event, (), "contains a YAML directive, delete it")
            elif isinstance(event, yaml.NodeEvent):
                value = self.node(event, events, ())
                if isinstance(value, dict):
                    self.take(value)
                elif value != "":
                    self.findings.append(_no_mapping(str(value), self.place(event)))
                    raise _Refused

    def take(self, value: dict[str, Value]) -> None:
        for key in value.keys() & self.value.keys():
            self.findings.append((self.keys[key,], key_text((key,)), _TWICE))
            self.unread.add((key,))
        self.value |= value

    def refuse(self, event: yaml.Event, location: Location, message: str) -> None:
        self.findings.append((self.place(event), key_text(location) or "front matter", message))
        self.unread.add(location)

    def place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(mark.line + self.first_line, mark.column + 1) if mark else Place(self.first_line)

    def node(self, event: Any, events: Iterator[yaml.Event], location: Location) -> Value:
        self.values[location] = self.place(event)
        if isinstance(event, yaml.AliasEvent):
            self.refuse(event, location, f"*{cut(str(event.anchor))} is a YAML alias, write the value out")
            return ""
        if event.anchor:
            self.refuse(event, location, f"&{cut(event.anchor)} is a YAML anchor, write the value without it")
        if event.tag:
            self.refuse(event, location, f"{shown(event.tag)} is a YAML tag, write the value without it")
        if len(location) >= MAX_FIELD_DEPTH and not isinstance(event, yaml.ScalarEvent):
            self.refuse(
                event, location[:1], f"lists and mappings are nested more than {MAX_FIELD_DEPTH} deep, use fewer levels"
            )
            raise _Refused
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, location)
        if event.flow_style:
            self.brackets.append(event.start_mark)
        inner = self.sequence if isinstance(event, yaml.SequenceStartEvent) else self.mapping
        value: Value = inner(events, location)
        if event.flow_style:
            self.brackets.pop()
        return value

    def scalar(self, event: yaml.ScalarEvent, location: Location) -> str:
        self.last_quoted = event if event.style in {"'", '"'} else None
        # An escape such as "\u202e", which only double quotes know, brings in what the file itself does not contain.
        if event.style == '"' and (found := next(hidden(event.value), None)):
            self.refuse(event, location, f"contains the invisible character {found[1]}, delete it")
        return str(event.value)

    def sequence(self, events: Iterator[yaml.Event], location: Location) -> list[Value]:
        items: list[Value] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.node(event, events, (*location, len(items))))
        return items

    def mapping(self, events: Iterator[yaml.Event], location: Location) -> dict[str, Value]:
        result: dict[str, Value] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            named = (*location, event.value) if isinstance(event, yaml.ScalarEvent) else location
            if isinstance(event, yaml.CollectionStartEvent):
                named = (*location, "?")  # so that keys inside keys count as nested
            key = self.node(event, events, named)
            if not isinstance(key, str) or key == "<<":
                self.refuse(event, location, "a key must be plain text, merge keys and complex keys are not read")
                key = "?"
                self.unread.add((*location, key))
            elif key in result:
                self.refuse(event, (*location, key), _TWICE)
            inner = (*location, key)
            self.keys[inner] = self.place(event)
            result[key] = self.node(next(events), events, inner)
        return result


def key_text(location: Location) -> str:
    """A location as messages name it: `duty_stations[0].country`."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = cut(part) if part.isprintable() and part else shown(part)
            text += f".{name}" if text else name
    return text


_NO_SPACE = re.compile(r"(?P<key>\s*(?:-\s+)*[a-z_]+:)[^\s/:]")
_YAML_LINES = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_TWICE = "is given twice, keep one of the two"
_UNCLOSED = "a quote opens here and is not closed, close it on the same line"


def _no_mapping(text: str, place: Place) -> FormMistake:
    """What to do about a text that should have been lines of keys and values."""
    if match := _NO_SPACE.match(text):
        return _no_space(match, place.line)
    return place, "front matter", "is not a mapping, write lines of the form key: value"


def _no_space(match: re.Match[str], line: int) -> FormMistake:
    return Place(line, match.end("key")), cut(match["key"].strip(" -:")), "has no space after the colon, write one"


@dataclass(frozen=True, slots=True)
class _Syntax:
    """A mistake of YAML's syntax, and what shows where to correct it.

    `last_quoted` is the quoted text read just before it, `brackets` are the places of open ones.
    """

    error: yaml.YAMLError
    text: str
    first_line: int
    last_quoted: yaml.ScalarEvent | None
    brackets: list[Any]

    def finding(self) -> FormMistake:
        """The mistake in an editor's words, at the place to correct."""
        problem = str(getattr(self.error, "problem", None) or "unreadable")
        context, opening = str(getattr(self.error, "context", "")), getattr(self.error, "context_mark", None)
        lines = _YAML_LINES.split(self.text)
        mark = getattr(self.error, "problem_mark", None) or opening
        number = min(mark.line if mark else 0, len(lines) - 1)
        line, column = lines[number], (mark.column if mark else 0) + 1
        place, key = Place(number + self.first_line, column), _key_on(line)
        if self.last_quoted and (quote := self._swallowing(number)):
            return quote, _key_on(lines[quote.line - self.first_line]), _UNCLOSED
        if opening and "quoted scalar" in context and "escape" not in problem:
            return self._at(opening), _key_on(lines[opening.line]), _UNCLOSED
        if "expected ':'" in problem:
            for above in range(number, -1, -1):
                if match := _NO_SPACE.match(lines[above]):
                    return _no_space(match, above + self.first_line)
        if "mapping values are not allowed" in problem:
            return self._second_colon(lines, number, place)
        if "tab character" in problem or ("cannot start" in problem and line[:column].strip(" ").startswith("\t")):
            return place, key, "contains a tab, indent with spaces"
        if "cannot start any token" in problem:
            return place, key, f"a value cannot start with {shown(line[column - 1 : column])}, put it in quotes"
        if self.brackets or (opening and "flow" in context):
            bracket: Any = self.brackets[-1] if self.brackets else opening
            message = "a bracket opens here, but what follows is not a list, check commas and the closing bracket"
            return self._at(bracket), _key_on(lines[bracket.line]), message
        if "did not find expected key" in problem and line[: column - 1].rstrip()[-1:] in {"'", '"', "]", "}"}:
            return place, key, "has text after a closing quote or bracket, put the whole value in quotes"
        if "escape" in problem:
            return place, key, "has a backslash in double quotes, write it twice or use single quotes"
        return place, key, f"is not YAML ({problem}), check indentation, brackets and quotes"

    def _at(self, mark: Any) -> Place:
        return Place(mark.line + self.first_line, mark.column + 1)

    def _swallowing(self, number: int) -> Place | None:
        """The start of a quoted text of several lines after whose end nothing could be read: it was never closed."""
        assert self.last_quoted is not None
        start, end = self.last_quoted.start_mark, self.last_quoted.end_mark
        swallowed = start and end and start.line < end.line and end.line == number
        return self._at(start) if swallowed else None

    def _second_colon(self, lines: list[str], number: int, place: Place) -> FormMistake:
        line, above = lines[number], lines[number - 1] if number else ""
        indent, indent_above = (len(one) - len(one.lstrip(" ")) for one in (line, above))
        first_colon = ":" not in line[: place.column - 1]
        if first_colon and (match := _NO_SPACE.match(above)):
            return _no_space(match, place.line - 1)
        if first_colon and indent > indent_above and above.strip():
            message = "is indented further than the key above it, align it with that key"
            return Place(place.line, indent + 1), _key_on(line), message
        return place, _key_on(line), "has a colon inside the value, put the whole value in quotes"


def _key_on(line: str) -> str:
    match = re.match(r"\s*(?:-\s+)*([\w-]+):", line)
    return cut(match.group(1)) if match else "front matter"
