"""What each kind of source lists: documents as the kinds' documentation shows them, and what is read from them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from notices import sample_bench
from sites import DATA, ROOT

from generator.boards.kinds import KINDS, read_link, read_list
from generator.boards.notices import place_in
from generator.boards.vacancy import Listed, Request
from generator.importing.drafting import Unreadable
from generator.importing.notices import read_notice
from generator.model import sourcing
from generator.model.schema import VacancySource

CASES = sorted((DATA / "boards").rglob("*.yaml"))


def _expected(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def _document(path: Path, expected: dict[str, Any]) -> bytes:
    """The document of a case: the one that it names, else the one of its own name."""
    (found,) = path.parent.glob(expected.get("of", f"{path.stem}.[!y]*"))
    return found.read_bytes()


def _source(fields: dict[str, Any]) -> VacancySource:
    return VacancySource.model_validate(fields)


def _request(fields: dict[str, Any]) -> Request:
    return Request(fields["url"], rest=tuple(fields.get("rest", ())), inner=fields.get("inner", False))


def _name(path: Path) -> str:
    return path.relative_to(DATA / "boards").as_posix()


@pytest.mark.parametrize("path", CASES, ids=_name)
def test_what_a_document_lists(path: Path) -> None:
    """A document of a kind gives the vacancies, links and next request that its data file says, and no other."""
    expected = _expected(path)
    source = _source(expected["source"])
    read = read_link if expected.get("notice") else read_list
    request = _request(expected["request"])
    if "unreadable" in expected:
        with pytest.raises(Unreadable, match=expected["unreadable"]):
            read(_document(path, expected), request, source)
        return
    found = read(_document(path, expected), request, source)
    _compare(found, expected)


def _compare(found: Listed, expected: dict[str, Any]) -> None:
    """A data file names of each vacancy what it is about; facts that it does not name are not compared."""
    wanted = expected.get("vacancies", [])
    assert [one.id for one in found.vacancies] == [one["id"] for one in wanted]
    assert [one.url for one in found.vacancies] == [one.get("url", "") for one in wanted]
    for vacancy, one in zip(found.vacancies, wanted, strict=True):
        stated = {fact.kind: fact.value for fact in reversed(vacancy.stated)}
        assert {kind: stated.get(kind) for kind in one.get("stated", {})} == one.get("stated", {})
        assert all(words in vacancy.text for words in one.get("text", []))
        assert not any(words in vacancy.text for words in one.get("not", []))
    links = expected.get("links", [])
    assert [(one.id, one.url) for one in found.links] == [(one["id"], one["url"]) for one in links]
    for link, one in zip(found.links, links, strict=True):
        stated = {fact.kind: fact.value for fact in reversed(link.stated)}
        assert {kind: stated.get(kind) for kind in one.get("stated", {})} == one.get("stated", {})
    assert (found.more.url if found.more else None) == expected.get("more")
    assert len(found.unread) == len(expected.get("unread", []))
    assert all(words in told for words, told in zip(expected.get("unread", []), found.unread, strict=True))


def test_every_kind_is_told_of() -> None:
    """The kinds that content may name are those that can be read, and each has at least one document here."""
    assert KINDS.keys() == sourcing.KIND_NEEDS.keys()
    assert {path.relative_to(DATA / "boards").parts[0] for path in CASES} == KINDS.keys()


@pytest.mark.parametrize("path", [path for path in CASES if "draft" in _expected(path)], ids=_name)
def test_what_a_draft_takes_of_a_document(path: Path) -> None:
    """The first vacancy of a document becomes a draft with these facts; those that are null are not in it."""
    expected = _expected(path)
    read = read_link if expected.get("notice") else read_list
    one = read(_document(path, expected), _request(expected["request"]), _source(expected["source"])).vacancies[0]
    draft = read_notice(one.text, one.url or one.id, sample_bench(), one.stated)
    facts = {"organisation": draft.organisation_text or None} | draft.facts
    assert {key: facts.get(key) for key in expected["draft"]} == expected["draft"]


def test_the_documentation_has_every_kind() -> None:
    """docs/source-kinds.md names each kind with the keys it needs, its variables and its parameters."""
    text = (ROOT / "docs/source-kinds.md").read_text("utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines() if row.startswith("| `")]
    kinds = {row[0].strip("`"): row for row in rows if len(row) == 5}
    parameters = {row[0].strip("`"): row[1] for row in rows if len(row) == 2}
    assert kinds.keys() == sourcing.KIND_NEEDS.keys()
    for kind, needs in sourcing.KIND_NEEDS.items():
        keys = {*needs.required, *needs.optional} - {"parameters"}
        assert all(f"`{key}`" in kinds[kind][1] for key in keys)
        assert tuple(re.findall("`(.+?)`", kinds[kind][3])) == needs.secrets
        told = re.findall(r"`([\w\[\]]+)(?:: eu)?`", parameters.get(kind, ""))
        assert sorted(told) == sorted(needs.parameters)


@pytest.mark.parametrize("line", (DATA / "boards/places").read_text("utf-8").splitlines())
def test_a_place_is_certain_or_left_out(line: str) -> None:
    """A field for anything gives a place only where it can be no other."""
    written, _, meant = line.partition("->")
    assert place_in(written) == meant.strip()
