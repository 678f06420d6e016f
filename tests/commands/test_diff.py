"""`diff`: what an edit would publish, shown before it is published."""

import json
from datetime import datetime, timedelta

import pytest
from repository import git
from sites import SmallSite

AT = ("--now", "2026-06-15T12:00:00Z")


@pytest.fixture
def committed(small_site: SmallSite) -> SmallSite:
    """A site under git with four roles."""
    for name in ("kept", "moved", "ended", "lost"):
        small_site.posting(name, f"title: Role {name}\ncloses: 2026-07-20")
    git(small_site.root, "init", "-q")
    git(small_site.root, "add", ".")
    git(small_site.root, "commit", "-qm", "first")
    return small_site


def test_nothing_changed(committed: SmallSite) -> None:
    """Time passing is not an edit: the same content, whenever it is compared, shows no change."""
    assert committed.command("diff", *AT).out == "Nothing changes.\n"
    assert committed.command("diff", "--now", "2026-07-30T00:00:00Z").out == "Nothing changes.\n"


def test_an_edit_s_events_and_pages(committed: SmallSite) -> None:
    """Opened, extended, closing and withdrawn roles are listed, future roles separately, and lost events as lost."""
    committed.command("extend", "moved", "2026-06-18", *AT)
    committed.command("withdraw", "ended", *AT)
    (committed.root / "content/postings/lost.md").unlink()
    committed.posting("fresh", "title: Fresh `role` | here\nopens: 2026-06-14\ncloses: 2026-07-20")
    committed.posting("later", "title: Later role\nopens: 2026-08-01")
    found = json.loads(committed.command("diff", "--format", "json", *AT).out)
    told = [(one["kind"], one["posting"]) for one in found["told"]]
    assert told[0] == ("opened", "fresh")
    assert sorted(told[1:]) == [("closing", "moved"), ("shortened", "moved"), ("withdrawn", "ended")]
    assert [(one["kind"], one["posting"]) for one in found["taken_back"]] == [("opened", "lost")]
    assert found["scheduled"] == ["later"]
    assert "postings/fresh/index.html" in found["new"]
    assert "postings/moved/index.html" in found["changed"]
    assert "postings/lost/index.html" in found["gone"]
    text = committed.command("diff", *AT).out
    assert "Followers have received, but it is gone (see check):\n  opened     lost: Role lost" in text
    assert "Opens later:\n  later: Later role\n" in text
    markdown = committed.command("diff", "--format", "markdown", *AT).out
    assert "- opened: ``Fresh `role` | here`` (2026-06-14T" in markdown
    assert "`/postings/fresh/`" in markdown


def test_what_cannot_be_compared(committed: SmallSite) -> None:
    """An unknown revision, one with problems, and present problems are each reported in one line."""
    unknown = committed.command("diff", "nothing")
    assert unknown.code == 2
    assert "nothing: fatal: " in unknown.err
    committed.posting("wrong", "closes: soon")
    wrong = committed.command("diff")
    assert wrong.code == 1
    assert "content/postings/wrong.md:5:9: closes: 'soon' is not a deadline" in wrong.err
    git(committed.root, "add", ".")
    git(committed.root, "commit", "-qm", "wrong")
    (committed.root / "content/postings/wrong.md").unlink()
    never = committed.command("diff")
    assert never.code == 2
    assert "has 1 problem, so it has no site: content/postings/wrong.md:5:9" in never.err


def test_a_deadline_that_a_rule_moves(committed: SmallSite) -> None:
    """When another rule changes deadlines, every format lists each role with the instants and the difference."""
    committed.posting("stated", "opens: 2026-06-01\ncloses: 2026-07-20T12:00:00Z")
    git(committed.root, "add", ".")
    git(committed.root, "commit", "-qm", "second")
    rule = (committed.root / "content/organisations/harbour.md").read_text("utf-8")
    committed.write("content/organisations/harbour.md", rule.replace("zone: duty-station", "zone: UTC"))
    found = json.loads(committed.command("diff", "--format", "json", *AT).out)
    moved = {one["posting"]: one for one in found["moved"]}
    assert {"kept", "moved", "ended", "lost"} <= set(moved)
    assert "stated" not in moved
    kept = moved["kept"]
    assert (kept["closes"], kept["after"]) == ("2026-07-20", "2026-07-20T17:00:00Z")
    before, after = (datetime.fromisoformat(kept[key]) for key in ("before", "after"))
    assert after - before == timedelta(seconds=kept["seconds"]) != timedelta()
    line = f"2026-07-20 is now 2026-07-20T17:00Z and was {kept['before'][:16]}Z, "
    assert f"  kept: {line}" in committed.command("diff", *AT).out
    assert f"- `kept`: {line}" in committed.command("diff", "--format", "markdown", *AT).out
