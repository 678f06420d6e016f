"""`check --base`: events that readers have seen are not rewritten."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from notices import SETTINGS
from repository import git

from generator.checking.past import rewritten
from generator.reading.folder import load
from generator.reading.repository import NoSuchRevision

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ROLE = "---\ntitle: Role\norganisation: org\nadded: 2026-06-01\ncloses: 2026-06-20\n---\nText.\n"
PATH = "content/postings/role.md"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of one posting in a folder of a git repository, all committed."""
    root = tmp_path / "digest"
    write(root, "content/site.yaml", SETTINGS)
    write(root, "content/organisations/org.md", "---\nname: Org\n---\n")
    write(root, PATH, ROLE)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Add a role")
    return root


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def problems(root: Path) -> list[str]:
    loaded = load(root)
    assert loaded.content is not None
    assert not loaded.problems
    return [str(problem) for problem in rewritten(root, "HEAD", loaded.content, NOW)]


def edit(root: Path, old: str, new: str) -> None:
    assert old in ROLE
    write(root, PATH, ROLE.replace(old, new))


CLOSES = "closes: 2026-06-20"
REFUSED = [
    (
        (CLOSES, "closes: 2026-06-25"),
        f"{PATH}:5:9: closes: was 2026-06-20, write under deadline_changes: on: with the date and time,"
        " and from: 2026-06-20",
    ),
    (
        (CLOSES, "closes: 2026-06-25\ndeadline_changes: [{on: 2026-06-01T09:00:00Z, from: 2026-06-20}]"),
        f"{PATH}:6:25: on: 2026-06-01T09:00:00Z is more than 7 days ago,"
        " write when the digest records it, which is now",
    ),
    (
        (CLOSES, "withdrawn: 2026-06-02"),
        f"{PATH}:1:1: closes: was 2026-06-20, write under deadline_changes: on: with the date and time,"
        " and from: 2026-06-20",
    ),
    (
        ("title: Role", "title: Role\nid: another"),
        f"{PATH}:3:5: id: was role, write id: role, or readers receive it a second time",
    ),
]


@pytest.mark.parametrize(("change", "problem"), REFUSED)
def test_history_is_not_rewritten(site: Path, change: tuple[str, str], problem: str) -> None:
    """A moved deadline without an entry, an entry for a date long ago and a changed id are problems at their places."""
    edit(site, *change)
    assert problem in problems(site)


ALLOWED = [
    ("title: Role", "title: Another title"),
    (CLOSES, "closes: 2026-06-25\ndeadline_changes: [{on: 2026-06-15T09:00:00Z, from: 2026-06-20}]"),
    (CLOSES, f"{CLOSES}\nwithdrawn: 2026-06-15T09:00:00Z"),
    ("Text.", "Another text."),
]


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_an_honest_edit_passes(site: Path, old: str, new: str) -> None:
    """A new title, a recorded extension, a withdrawal and a new text rewrite nothing."""
    edit(site, old, new)
    assert problems(site) == []


def test_a_posting_is_not_deleted(site: Path) -> None:
    """A missing posting is a problem that says how to withdraw it properly."""
    (site / PATH).unlink()
    message = "is gone, put it back with withdrawn: and the date, or write id: role if it was renamed"
    assert problems(site) == [f"{PATH}:1:1: file: {message}"]


def test_a_renamed_posting_keeps_its_id(site: Path) -> None:
    """A renamed file passes if it names its old id."""
    (site / PATH).unlink()
    write(site, "content/postings/2026/post.md", ROLE.replace("title:", "id: role\ntitle:"))
    assert problems(site) == []


def test_what_ended_stays_ended(site: Path) -> None:
    """A withdrawal that readers have seen cannot be undone."""
    write(site, PATH, ROLE.replace(CLOSES, f"{CLOSES}\nwithdrawn: 2026-06-14"))
    git(site, "commit", "--quiet", "--all", "--message", "Withdraw")
    write(site, PATH, ROLE)
    assert problems(site) == [
        f"{PATH}:1:1: withdrawn: was 2026-06-14, put it back; a role that returns is a new posting"
    ]


def test_a_role_that_nobody_saw_may_go(site: Path) -> None:
    """A posting that had not opened can be deleted, because nothing about it was published."""
    write(site, PATH, ROLE.replace("2026-06-01", "2026-07-01").replace("06-20", "07-20"))
    git(site, "commit", "--quiet", "--all", "--message", "Schedule")
    (site / PATH).unlink()
    assert problems(site) == []


def test_what_was_no_posting_then_is_no_history(site: Path) -> None:
    """A file that could not be read at the earlier revision was never published, whatever was wrong with it."""
    for broken in ("no front matter", "---\n&a [*a\n---\n", "---\ntitle:\x85 [b\n---\n"):
        write(site, PATH, broken)
        git(site, "commit", "--quiet", "--all", "--message", "Break")
        write(site, PATH, ROLE)
        assert problems(site) == [], repr(broken)


NEW = "content/postings/new.md"
LATE = [
    ("added: 2026-06-01\nopens: 2026-05-20", f"{NEW}:4:8: added: 2026-06-01"),
    ("opens: 2026-06-07", f"{NEW}:4:8: opens: 2026-06-07"),
    ("opens: 2026-05-20\ncloses: 2026-06-14", f"{NEW}:4:8: opens: 2026-05-20"),
]


@pytest.mark.parametrize(("dates", "start"), LATE)
def test_a_posting_does_not_come_with_events_of_long_ago(site: Path, dates: str, start: str) -> None:
    """A new posting with events that are long past is a problem that asks when it was added."""
    write(site, NEW, ROLE.replace("added: 2026-06-01\ncloses: 2026-06-20", dates))
    instead = "write added: with the date and time of now, or followers do not hear of the role"
    assert problems(site) == [f"{start} is more than 7 days ago, {instead}"]


@pytest.mark.parametrize("dates", ["added: 2026-06-08\nopens: 2026-01-01", "added: 2026-05-01\ncloses: 2026-04-01"])
def test_a_posting_may_come_in_late(site: Path, dates: str) -> None:
    """A posting that says when it was added passes, and so does one without events because it was over by then."""
    write(site, NEW, ROLE.replace("added: 2026-06-01\ncloses: 2026-06-20", dates))
    assert problems(site) == []


def test_what_nobody_saw_is_new(site: Path) -> None:
    """An old draft and a role that has not opened count as new when published, also under another name."""
    for unseen in (ROLE.replace("title:", "draft: true\ntitle:"), ROLE.replace("2026-06-01", "2026-07-01")):
        write(site, NEW, unseen)
        git(site, "add", ".")
        git(site, "commit", "--quiet", "--message", "Write what is not published yet")
        write(site, NEW, ROLE)
        assert [problem.split()[0] for problem in problems(site)] == [f"{NEW}:4:8:"]
    (site / NEW).rename(site / "content/postings/named.md")
    assert [problem.split()[0] for problem in problems(site)] == ["content/postings/named.md:4:8:"]


def test_the_first_postings_of_a_digest_are_of_any_age(site: Path) -> None:
    """If there were no postings before, there are no followers yet, so postings of any age are accepted."""
    (site / PATH).unlink()
    git(site, "commit", "--quiet", "--all", "--message", "Start over")
    write(site, PATH, ROLE)
    assert problems(site) == []


@pytest.mark.parametrize("date", ["2026-05-20", "2026-06-10", "2026-06-18"])
def test_a_published_opening_day_does_not_move(site: Path, date: str) -> None:
    """The published opening day of a role cannot change once it is more than a week ago."""
    edit(site, "added: 2026-06-01", f"added: {date}")
    assert problems(site) == [f"{PATH}:4:8: added: was 2026-06-01, put it back; followers have already received it"]
    write(site, PATH, ROLE.replace("added: 2026-06-01", f"opens: {date}"))
    instead = "write added: 2026-06-01" if date < "2026-06-01" else "put it back"
    assert problems(site) == [f"{PATH}:4:8: opens: was 2026-06-01, {instead}; followers have already received it"]


def test_a_role_may_have_opened_on_another_day_of_this_week(site: Path) -> None:
    """Events of the last few days can be corrected, and so can those that were never published."""
    for before, after in (("2026-06-09", "2026-06-11"), ("2026-07-01", "2026-06-15")):
        write(site, PATH, ROLE.replace("2026-06-01", before))
        git(site, "commit", "--quiet", "--all", "--message", "Move")
        write(site, PATH, ROLE.replace("2026-06-01", after))
        assert problems(site) == []


def test_a_deadline_of_long_ago_is_no_deadline(site: Path) -> None:
    """A role without a deadline cannot get one that passed long ago, because its events would be long past."""
    write(site, PATH, ROLE.replace(f"{CLOSES}\n", ""))
    git(site, "commit", "--quiet", "--all", "--message", "Forget the deadline")
    write(site, PATH, ROLE.replace(CLOSES, "closes: 2026-06-05"))
    message = "is more than 7 days ago, write expired: with the date and time of now, and leave closes out"
    assert problems(site) == [f"{PATH}:5:9: closes: 2026-06-05 {message}"]
    write(site, PATH, ROLE.replace(CLOSES, "closes: 2026-06-09"))
    assert problems(site) == []


UNSTATED = "deadline_changes: [{on: 2026-06-09, from: 2026-06-20}]"
FOUND = "{on: 2026-06-15T09:00:00Z, from: not-stated}"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("", f"closes: 2026-07-08\ndeadline_changes: [{FOUND}]", ""),
        (UNSTATED, f"closes: 2026-07-08\n{UNSTATED[:-1]}, {FOUND}]", ""),
        (
            UNSTATED,
            f"closes: 2026-07-08\n{UNSTATED}",
            f"{PATH}:5:9: closes: was not-stated, write under deadline_changes: on: with the date and time,"
            " and from: not-stated",
        ),
        (
            f"closes: 2026-07-08\ndeadline_changes: [{FOUND}]",
            "closes: 2026-07-08",
            f"{PATH}:1:1: deadline_changes: from was not-stated, put it back; followers have already received it",
        ),
        (
            "",
            "closes: 2026-07-08\ndeadline_changes: [{on: 2026-06-15T09:00:00Z, from: 2026-06-20}]",
            f"{PATH}:6:53: deadline_changes: from was not-stated, put it back; followers have already received it",
        ),
    ],
)
def test_a_deadline_that_was_not_stated_has_its_history(site: Path, before: str, after: str, problem: str) -> None:
    """That the notice stated no deadline is recorded, and the problem gives the words to copy."""
    write(site, PATH, ROLE.replace(CLOSES, before))
    git(site, "commit", "--quiet", "--all", "--message", "State no deadline")
    write(site, PATH, ROLE.replace(CLOSES, after))
    assert problems(site) == ([problem] if problem else [])


def test_a_renamed_organisation_hides_nothing(site: Path) -> None:
    """If an organisation gets another key in the same edit, other rewritten history is still found."""
    (site / "content/organisations/org.md").rename(site / "content/organisations/other.md")
    write(site, PATH, ROLE.replace("organisation: org", "organisation: other").replace(CLOSES, "closes: 2026-06-25"))
    assert [problem.split(",")[0] for problem in problems(site)] == [f"{PATH}:5:9: closes: was 2026-06-20"]
    write(site, "content/postings/wrong.md", ROLE.replace("organisation: org", "organisation: unknown"))
    git(site, "add", ".")
    git(site, "commit", "--quiet", "--message", "Name an organisation that is not there")
    (site / "content/postings/wrong.md").unlink()
    assert problems(site) == []


def test_an_unknown_revision_is_named(site: Path) -> None:
    """A revision that git does not know, or that looks like an option, is a usage error and nothing else."""
    loaded = load(site)
    assert loaded.content is not None
    for revision in ("no-such-branch", "--output=x"):
        with pytest.raises(NoSuchRevision):
            rewritten(site, revision, loaded.content, NOW)


def test_a_name_that_was_refused_is_no_history(site: Path) -> None:
    """A file with a name that postings cannot have was never published, and can be deleted without a message."""
    names = (b"\xff.md", b"caf\xe9/inner.md", b"a\n::error::b/inner.md", b"Bad Name.md", b"index.md", b".old/inner.md")
    files = [Path(os.fsdecode(os.fsencode(site / "content/postings/") + b"/" + name)) for name in names]
    for number, file in enumerate(files):
        file.parent.mkdir(exist_ok=True)
        file.write_text(ROLE.replace("Role", f"Role {number}"), "utf-8")
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "--message", "Add names")
    git(site, "rm", "--quiet", "-r", *[str(file.relative_to(site)) for file in files])
    assert problems(site) == []


def test_a_folder_is_found_whatever_its_name_shows(site: Path) -> None:
    """A posting is compared with its file even if the name of its folder must be escaped in messages."""
    file = "content/postings/2026\troles/other.md"
    write(site, file, ROLE)
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "--message", "Add a folder")
    write(site, file, ROLE.replace("2026-06-20", "2026-06-25"))
    (found,) = problems(site)
    assert found.startswith(r"content/postings/2026\troles/other.md:5:9: closes: was 2026-06-20, write under")
    (site / file).unlink()
    (found,) = problems(site)
    assert found.startswith(r"content/postings/2026\troles/other.md:1:1: file: is gone, put it back")


RULE = "deadline: {time: '12:00', zone: UTC}\n"
RULES = [
    ("content/site.yaml", SETTINGS + RULE),
    ("content/organisations/org.md", f"---\nname: Org\n{RULE}---\n"),
    (PATH, ROLE.replace("added:", "duty_stations: [{city: Apia, country: WS, zone: Pacific/Apia}]\nadded:")),
]


@pytest.mark.parametrize(("path", "after"), RULES, ids=["site", "organisation", "place"])
def test_a_deadline_that_a_rule_moves_is_named(site: Path, path: str, after: str) -> None:
    """If a changed rule moves a deadline, the message names role and difference, and asks for the time of the
    change.
    """
    write(site, path, after)
    found = problems(site)
    line = 6 if path == PATH else 5
    named = f"{PATH}:{line}:9: warning: closes: 2026-06-20 is now 2026-06-20T"
    (told,) = [one for one in found if one.startswith(named)]
    assert told.endswith(" than in HEAD, because of another rule or place")
    assert (" later " in told) != (" earlier " in told)
    wanted = "content/site.yaml:1:1: deadlines_moved: 1 deadline moved, add 2026-06-15T12:00:00Z here,"
    assert [one for one in found if one != told] == [f"{wanted} or calendars keep the old instants"]
    settings = after if path == "content/site.yaml" else SETTINGS
    write(site, "content/site.yaml", f"{settings}deadlines_moved: [2026-05-01T12:00:00Z]\n")
    assert len(problems(site)) == 2, "a moment before the role opened changes nothing for it"
    write(site, "content/site.yaml", f"{settings}deadlines_moved: [2026-06-15T12:00:00Z]\n")
    assert problems(site) == [told]
    git(site, "commit", "--quiet", "--all", "--message", "Change the rule")
    assert problems(site) == []
    write(site, "content/site.yaml", settings)
    held = "had 2026-06-15T12:00:00Z, put it back; calendars count these moments"
    assert problems(site) == [f"content/site.yaml:1:1: deadlines_moved: {held}"]


STILL = ["closes: 2026-06-20T10:00:00Z", "closes: until-filled", "closes: 2026-06-20\nwithdrawn: 2026-06-14"]


@pytest.mark.parametrize("closes", STILL)
def test_a_rule_moves_nothing_that_does_not_depend_on_it(site: Path, closes: str) -> None:
    """A stated instant, a missing deadline and a withdrawn role need no record."""
    write(site, PATH, ROLE.replace(CLOSES, closes))
    git(site, "commit", "--quiet", "--all", "--message", "State it")
    write(site, "content/site.yaml", SETTINGS + RULE)
    over = "1 of roles that are over moved too, because of another rule or place than in HEAD"
    assert problems(site) == [f"content/site.yaml:1:1: warning: deadline: {over}"] * ("withdrawn" in closes)


def test_the_tag_authority_stays(site: Path) -> None:
    """It is part of every event's id, so a different one would send all events to followers again."""
    write(site, "content/site.yaml", SETTINGS.replace("date: 2026-01-01", "date: 2026-02-01"))
    message = "was {domain: digest.example.org, date: 2026-01-01}, put it back"
    assert [one.split(";")[0] for one in problems(site)] == [f"content/site.yaml:5:16: tag_authority: {message}"]


def test_an_organisation_may_lie_in_a_folder(site: Path) -> None:
    """Postings of an organisation whose file is in its own folder are compared like any other."""
    (site / "content/organisations/org.md").unlink()
    write(site, "content/organisations/family/org.md", "---\nname: Org\n---\n")
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "--message", "Move the organisation")
    (site / PATH).unlink()
    assert [one.split(",")[0] for one in problems(site)] == [f"{PATH}:1:1: file: is gone"]
