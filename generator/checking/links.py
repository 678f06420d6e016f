"""Whether the addresses for applications answer; an address that answered recently is not tried again."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from ..edition.history import state_at
from ..model.content import Content
from ..model.model import State
from ..model.problems import Problem, shown
from ..reading.files import read_text
from ..reading.frontmatter import read_mapping, split
from ..web.fetching import NotFetched, answers
from ..work.cachefolder import NoCache, cache_of

_REMEMBERED = timedelta(hours=24)


def unanswered(root: Path, content: Content, now: datetime, ask: Callable[[str], object] = answers) -> list[Problem]:
    """A warning for each open role whose address does not lead to a page: `ask` raises NotFetched for it."""
    cache = _kept_in(root)
    known = _known(cache, now) if cache else {}
    found: list[Problem] = []
    for one in content.postings:
        if state_at(one.history, content.settings, now)[0] not in (State.OPEN, State.CLOSING):
            continue
        parts = split(read_text(root, root / one.path)[0])
        fields = read_mapping(parts[0], 2)[0] if parts else None
        address = fields.value.get("apply") if fields else None
        if not fields or not isinstance(address, str):
            continue
        address = address.strip()
        if address not in known:
            known[address] = {"at": now.isoformat(), "wrong": _wrong(address, ask)}
        if wrong := known[address]["wrong"]:
            place = fields.place_of(("apply",))
            found.append(Problem(one.path, place, "apply", f"{shown(address)}: {wrong}", "warning", rule="link"))
    if cache:
        cache.write_text(json.dumps(known, indent=1), "utf-8")
    return found


def _kept_in(root: Path) -> Path | None:
    try:
        return cache_of(root) / "links.json"
    except NoCache:
        return None


def _wrong(address: str, ask: Callable[[str], object]) -> str:
    try:
        ask(address)
    except NotFetched as reason:
        return str(reason).removeprefix(address).strip()
    return ""


def _known(cache: Path, now: datetime) -> dict[str, dict[str, str]]:
    """The addresses that answered within the last day; the others are tried again."""
    try:
        found = json.loads(cache.read_text("utf-8"))
        return {
            address: one
            for address, one in found.items()
            if not one["wrong"] and timedelta() <= now - datetime.fromisoformat(one["at"]) < _REMEMBERED
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
