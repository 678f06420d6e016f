"""How a host computes the states of postings. Run as a program, it reads a question from standard input and prints the
answer.

The question is {root: {slug: [instant, …]}}, instants in seconds since 1970. For each root, the answer has the states
of each posting at these instants, and the postings of each week that has events, as of a time after all of them.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from generator.edition.edition import Edition, role_at
from generator.model.content import Content
from generator.reading.folder import load

LATER = datetime(2199, 1, 1, tzinfo=UTC)


def _answer(root: str, asked: dict[str, list[int]]) -> dict[str, object]:
    loaded = load(Path(root))
    assert not loaded.problems, loaded.problems[:3]
    assert loaded.content, root
    weeks = Edition(loaded.content, LATER).weeks
    told = {f"{year}-W{week:02}": sorted({event.posting for event in events}) for (year, week), events in weeks.items()}
    return {"states": _states(loaded.content, asked), "weeks": told}


def _states(content: Content, asked: dict[str, list[int]]) -> dict[str, list[str]]:
    return {
        one.slug: [
            role_at(one, content.settings, datetime.fromtimestamp(instant, UTC)).state.value
            for instant in asked.get(one.slug, ())
        ]
        for one in content.postings
    }


if __name__ == "__main__":
    json.dump({root: _answer(root, asked) for root, asked in json.load(sys.stdin).items()}, sys.stdout)
