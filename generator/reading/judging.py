"""Front matter judged by its schema: a value, and every finding about it."""

from collections.abc import Iterator, Set
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..model import fields
from ..model.problems import Misspelt, Place, did_you_mean, nearest, shown
from ..model.schema import MOST_FIELD_PROBLEMS, Posting
from ..model.vocabulary import Vocabulary
from .frontmatter import Location, Value, WrittenFields, key_text
from .rules import POSTING_RULES, Broken


class Finding(NamedTuple):
    """A mistake in front matter, not yet tied to a file. `missing` and `instead` are as in `Broken`."""

    place: Place
    key: str
    message: str
    missing: bool = False
    instead: str = ""


_Form = TypeVar("_Form", bound=fields.Fields)


def read_fields(
    form: type[_Form], written: WrittenFields, words: Vocabulary | None = None
) -> tuple[_Form | None, list[Finding]]:
    """The front matter as a value of the form, or every problem in it. Only postings need `words`.

    A value with a mistake of form, in `written.unread`, counts as present for every rule, and gets no more findings.
    """
    raw = {str(location[0]): "" for location in written.unread if location} | written.value
    value, details = None, []
    try:
        value = form.model_validate(raw, context=words)
    except ValidationError as error:
        details = error.errors(include_url=False)
    by_form = (_broken(form, one) for one in details if not _is_unread(one["loc"], written.unread))
    by_rule = (found for rule in POSTING_RULES for found in rule(raw)) if form is Posting else iter(())
    others = (one for one in chain(by_rule, _twice(raw, ())) if not _is_unread(one.location, written.unread))
    broken = chain(by_form, others)
    findings = [_finding(written, found) for found in islice(broken, MOST_FIELD_PROBLEMS)]
    if next(broken, None):
        message = f"has more mistakes than these {MOST_FIELD_PROBLEMS}, correct them and check again"
        findings.append(Finding(written.place_of(()), "front matter", message))
    return (None if findings or written.unread else value), findings


def _is_unread(location: Location, unread: Set[Location]) -> bool:
    return any(location[:length] in unread for length in range(1, len(location) + 1))


def _twice(value: dict[str, Value] | list[Value], location: Location) -> Iterator[Broken]:
    """Texts that are in a list twice."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(inner, str):
                yield from _twice(inner, (*location, key))
    else:
        seen: set[str] = set()
        for number, item in enumerate(value):
            if not isinstance(item, str):
                yield from _twice(item, (*location, number))
            elif item in seen:
                yield Broken((*location, number), f"{shown(item)} is in the list twice, keep one")
            else:
                seen.add(item)


def _broken(form: type[fields.Fields], detail: ErrorDetails) -> Broken:
    """An error of pydantic in an editor's words."""
    # pydantic marks a wrong key of a mapping by adding "[key]"; an editor may also write that as a key.
    of_key = detail["loc"][-1:] == ("[key]",) and detail["type"] != "extra_forbidden"
    location: Location = detail["loc"][:-1] if of_key else detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            return Broken(location, f"unknown key, {_known_key(form, location)}", of_key=True)
        case "missing":
            return Broken(location, f"is missing, write {location[-1]}: with its value", missing=True)
        case "model_type" | "dict_type" if detail["input"] == "":
            return Broken(location, "is empty, write its keys or delete it")
        case "model_type" | "dict_type":
            return Broken(location, "is not a mapping, write lines of the form key: value")
    error = detail.get("ctx", {}).get("error")
    instead = error.instead if isinstance(error, Misspelt) else ""
    return Broken(location, str(error or detail["msg"]), of_key=of_key, instead=instead)


def _finding(written: WrittenFields, broken: Broken) -> Finding:
    place = written.place_of(broken.location, of_key=broken.of_key)
    key = key_text(broken.location) or "front matter"
    return Finding(place, key, broken.message, broken.missing, broken.instead)


def _known_key(form: type[fields.Fields], location: Location) -> str:
    """What to write instead of an unknown key; a key of an inner mapping is found as well."""
    word, known = str(location[-1]), _keys_of(form, location[:-1])
    if not known:
        return "delete it"
    inside = {parent: _keys_of(form, (*location[:-1], parent)) for parent in known}
    if parents := [parent for parent, keys in inside.items() if word in keys]:
        return f"did you mean {word}? It belongs under {' and '.join(parents)}"
    if not nearest(word, known):
        for parent, keys in inside.items():
            if inner := nearest(word, keys):
                return f"did you mean {inner}? It belongs under {parent}"
    return did_you_mean(word, known)


def _keys_of(form: type[fields.Fields], location: Location) -> list[str]:
    """The keys that a mapping at a location may have; empty if no mapping is expected."""
    for part in location:
        if isinstance(part, str):
            info = next((info for name, info in form.model_fields.items() if part in (name, info.alias)), None)
            inner = _form_in(info.annotation) if info else _form_in(form)
            if inner is None:
                return []
            form = inner
    return [info.alias or name for name, info in form.model_fields.items()]


def _form_in(annotation: Any) -> type[fields.Fields] | None:
    return next(_forms(annotation), None)


def _forms(annotation: Any) -> Iterator[type[fields.Fields]]:
    if isinstance(annotation, type) and issubclass(annotation, fields.Fields):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _forms(argument)
