"""Front matter changed as a careful person would: every byte stays, except those that the change is about.

A text is edited at the places of its keys and values, so comments, order, quotes and line ends stay.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from ..model.problems import Place
from ..model.schema import Posting
from ..reading.frontmatter import split

_ORDER = {info.alias or name: number for number, (name, info) in enumerate(Posting.model_fields.items())}
# Text that needs no quotes: YAML reads it as itself, in our strict reading, which has no types.
_PLAIN = re.compile(r"[^\W_][\w .,;()/+&’“”–—%=~$€£-]*(?::[^\s,\[\]{}][\w .,;()/+&’“”–—%=~$€£-]*)*")

Written = str | int | bool | Sequence["Written"] | Mapping[str, "Written"]


class NotEditable(Exception):
    """The text has no front matter that can be edited; `check` says what is wrong with it."""


def scalar(value: str | int | bool) -> str:
    """A value as written in front matter: plain if every reader reads it the same way, otherwise in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if _PLAIN.fullmatch(text) and text == text.strip() and not text.endswith(":"):
        return text
    return json.dumps(text, ensure_ascii=False)


def block(key: str, value: Written, indent: str = "") -> list[str]:
    """The lines of a key with its value."""
    if isinstance(value, str | int):
        return [f"{indent}{key}: {scalar(value)}"]
    if isinstance(value, Mapping):
        return [f"{indent}{key}:", *(line for inner, one in value.items() for line in block(inner, one, indent + "  "))]
    if all(isinstance(one, str) and len(one) < 12 for one in value):
        return [f"{indent}{key}: [{', '.join(scalar(str(one)) for one in value)}]"]
    return [f"{indent}{key}:", *(line for one in value for line in item(one, indent + "  "))]


def item(value: Written, indent: str = "  ") -> list[str]:
    """The lines of an item of a list."""
    if isinstance(value, str | int):
        return [f"{indent}- {scalar(value)}"]
    assert isinstance(value, Mapping), "front matter has no lists of lists"
    lines = [line for key, one in value.items() for line in block(key, one, indent + "  ")]
    return [f"{indent}- {lines[0].lstrip()}", *lines[1:]]


class FrontMatter:
    """The text of a file with front matter, edited step by step; `text` is the result so far.

    Raises NotEditable if it has no front matter that can be read.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._read()

    def set(self, key: str, value: str | int | bool) -> None:
        """Replaces the value of a key at the top level, or adds the key where it belongs."""
        if key not in self._values:
            self.add(key, value)
            return
        node = self._values[key]
        if not isinstance(node, yaml.ScalarNode):
            raise NotEditable(f"{key} is not a single value")
        self._replace(node.start_mark.index, node.end_mark.index, scalar(value))

    def add(self, key: str, value: Written) -> None:
        """Adds a missing key, after the last of those that come before it in the schema."""
        rank = _ORDER.get(key, len(_ORDER))
        before = [name for name in self._values if _ORDER.get(name, len(_ORDER)) < rank]
        after = max(before, key=lambda name: self._values[name].end_mark.index, default=None)
        place = self._line_end(self._end_of(self._values[after])) if after else self._offset
        self._insert(place, block(key, value))

    def put(self, keys: tuple[str, ...], value: Written) -> None:
        """Gives a key inside mappings a value, adding it and the mappings that are not there yet."""
        first, *inside = keys
        if first not in self._values:
            self.add(first, _nested(inside, value))
            return
        node = self._values[first]
        for number, key in enumerate(inside):
            if not isinstance(node, yaml.MappingNode) or not node.value:
                raise NotEditable(f"{first} is no mapping")
            held = {one.value: inner for one, inner in node.value}
            if key not in held:
                self._put_inside(node, key, _nested(inside[number + 1 :], value))
                return
            node = held[key]
        if isinstance(value, Mapping):
            for name, one in value.items():
                self.put((*keys, name), one)
        elif not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"} or not isinstance(value, str | int):
            raise NotEditable(f"{'.'.join(keys)} is no single value")
        else:
            self._replace(node.start_mark.index, node.end_mark.index, _flow(value))

    def put_item(self, key: str, number: int, inner: str, value: str) -> None:
        """Gives a key of one mapping of a list another value. Raises NotEditable where it is not there."""
        node = self._values.get(key)
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        held = dict(_pairs(items[number])) if number < len(items) else {}
        found = held.get(inner)
        if not isinstance(found, yaml.ScalarNode) or found.style in {"|", ">"}:
            raise NotEditable(f"{key}[{number}].{inner} is no single value")
        self._replace(found.start_mark.index, found.end_mark.index, _flow(value))

    def _put_inside(self, node: yaml.MappingNode, key: str, value: Written) -> None:
        if node.flow_style:
            end = node.value[-1][1].end_mark.index
            self._replace(end, end, f", {key}: {_flow(value)}")
        else:
            indent = " " * node.value[0][0].start_mark.column
            self._insert(self._line_end(self._end_of(node)), block(key, value, indent))

    def append(self, key: str, value: Mapping[str, Written]) -> None:
        """Adds a mapping to the list under a key, as its last item."""
        node = self._values.get(key)
        if node is None:
            self.add(key, [value])
        elif not isinstance(node, yaml.SequenceNode) or not node.value:
            raise NotEditable(f"{key} is not a list")
        elif node.flow_style:
            # After the last item there may be a comma and space, then the closing bracket.
            end = node.value[-1].end_mark.index
            inside = ", ".join(f"{name}: {_flow(one)}" for name, one in value.items())
            self._replace(end, end, f", {{{inside}}}")
        else:
            # An item's text starts after the dash and the space; the indent is before them.
            start = node.value[0].start_mark
            line = self._front[self._front.rfind("\n", 0, start.index) + 1 : start.index]
            self._insert(self._line_end(self._end_of(node)), item(value, line[: line.index("-")]))

    def values(self) -> Iterator[yaml.ScalarNode]:
        """Every single value, including those inside lists and mappings."""
        waiting = list(self._values.values())
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.ScalarNode):
                yield node
            else:
                waiting += [one[1] if isinstance(one, tuple) else one for one in node.value]

    def replace(self, written: Mapping[Place, str]) -> None:
        """Replaces the values that start at these places of the file with other texts."""
        found = [(node, written[place]) for node in self.values() if (place := _place(node)) in written]
        # From the end backwards, so that earlier places stay right; reading it again after each change would take long.
        for node, text in sorted(found, key=lambda one: -int(one[0].start_mark.index)):
            start, end = (self._offset + mark.index for mark in (node.start_mark, node.end_mark))
            self.text = self.text[:start] + scalar(text) + self.text[end:]
        self._read()

    def _read(self) -> None:
        parts = split(self.text)
        if parts is None:
            raise NotEditable("the file has no front matter between two lines of ---")
        self._front, body, _ = parts
        # Only the opening line comes before it.
        self._offset = self.text.index("\n") + 1
        assert self.text.startswith(self._front, self._offset)
        assert self.text.endswith(body)
        try:
            root: Any = yaml.compose(self._front, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise NotEditable("its front matter is not YAML") from error
        if root is not None and (not isinstance(root, yaml.MappingNode) or root.flow_style):
            raise NotEditable("its front matter is not a list of keys and values")
        self._values: dict[str, Any] = {key.value: node for key, node in root.value} if root else {}

    def _end_of(self, node: Any) -> int:
        """Where the text of a value ends: a block's own end mark comes after the comments that follow it."""
        if isinstance(node, yaml.ScalarNode) and node.style not in {"|", ">"}:
            return int(node.end_mark.index)
        if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
            written = self._front[: node.end_mark.index].rstrip()
            return len(written)
        last = node.value[-1]
        return self._end_of(last[1] if isinstance(last, tuple) else last)

    def _line_end(self, index: int) -> int:
        """The start of the line after the one with a place of the front matter, in the whole text."""
        end = self.text.find("\n", self._offset + index)
        return len(self.text) if end < 0 else end + 1

    def _insert(self, place: int, lines: list[str]) -> None:
        newline = "\r\n" if "\r\n" in self.text else "\n"
        self.text = self.text[:place] + "".join(line + newline for line in lines) + self.text[place:]
        self._read()

    def _replace(self, start: int, end: int, written: str) -> None:
        self.text = self.text[: self._offset + start] + written + self.text[self._offset + end :]
        self._read()


def _place(node: yaml.ScalarNode) -> Place:
    """Where a value is in its file, whose first line is not part of the front matter."""
    return Place(node.start_mark.line + 2, node.start_mark.column + 1)


def _pairs(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, inner) for key, inner in node.value)


def _nested(keys: Sequence[str], value: Written) -> Written:
    for key in reversed(keys):
        value = {key: value}
    return value


def _flow(value: Written) -> str:
    """A value inside braces, where commas and brackets separate."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_flow(one)}' for name, one in value.items())}}}"
    if not isinstance(value, str | int):
        raise NotEditable("lists inside lists are written on lines of their own")
    text = scalar(value)
    return json.dumps(str(value), ensure_ascii=False) if re.search(r"[,\[\]{}]", text) and text[0] != '"' else text
