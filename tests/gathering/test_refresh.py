"""`refresh` against sources on loopback: what it proposes, what it leaves alone, and what it remembers."""

from datetime import UTC, datetime, timedelta

import pytest
from repository import git
from sites import SmallSite
from sourceweb import Page, SourceWeb

from generator.gathering.committing import commit_report, ready_repository
from generator.gathering.refreshing import refresh
from generator.gathering.summary import RefreshReport
from generator.reading.frontmatter import read_mapping, split

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
JOB = "https://harbour.example/jobs/12"
LOCK = "content/sources.lock.yaml"


def notice(title: str = "A role", closes: str = "30 June 2026", more: str = "") -> str:
    return (
        f"<!doctype html><html><body><h1>{title}</h1><p>Organisation: Harbour Relief</p><p>Duty station: Suva, Fiji</p>"
        f"<p>Grade: P-3</p><p>Deadline: {closes}</p><h2>Duties</h2><p>Keep the harbour.</p>{more}</body></html>"
    )


def open_role(site: SmallSite, lines: str = "") -> None:
    site.posting("role", f'closes: 2026-06-30 # as printed\ngrade: P-3\nsource: {{url: "{JOB}"}}\n{lines}')


def run(site: SmallSite, sources: SourceWeb, now: datetime = NOW, *, writes: bool = True) -> RefreshReport:
    return refresh(site.root, now, sources.how(), writes=writes)


def fields(site: SmallSite, slug: str = "role") -> dict[str, object]:
    parts = split((site.root / f"content/postings/{slug}.md").read_text("utf-8"))
    assert parts
    found: dict[str, object] = dict(read_mapping(parts[0])[0].value)
    return found


def keys(report: RefreshReport) -> list[str]:
    return [part.key for one in report.proposed for part in one.proposals]


def contents(site: SmallSite) -> dict[str, bytes]:
    folder = site.root / "content"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_page_as_it_was_is_marked_as_checked_once_a_week(small_site: SmallSite, sources: SourceWeb) -> None:
    """What a source still says is confirmed, and then nothing at all is written until the check is a week old."""
    open_role(small_site)
    sources.put(JOB, notice())
    assert keys(run(small_site, sources)) == ["checked"]
    assert fields(small_site)["source"] == {"url": JOB, "checked": "2026-06-15T12:00:00Z"}
    before = contents(small_site)
    report = run(small_site, sources, NOW + DAY)
    assert (keys(report), report.changed) == ([], False)
    assert contents(small_site) == before
    assert sources.asked[-1].headers["If-None-Match"]
    assert keys(run(small_site, sources, NOW + 8 * DAY)) == ["checked"]


def test_a_moved_deadline_is_proposed_with_the_words(small_site: SmallSite, sources: SourceWeb) -> None:
    """The deadline is moved as `extend` moves it, comments stay, and page and summary quote the source."""
    open_role(small_site)
    sources.put(JOB, notice(closes="10 July 2026"))
    report = run(small_site, sources)
    assert keys(report) == ["closes", "checked"]
    text = (small_site.root / "content/postings/role.md").read_text("utf-8")
    assert "closes: 2026-07-10 # as printed\n" in text
    found = fields(small_site)
    assert found["deadline_changes"] == [
        {"on": "2026-06-15T12:00:00Z", "from": "2026-06-30", "reason": "The source names 2026-07-10."}
    ]
    seen = {"seen": "2026-06-15T12:00:00Z", "value": "2026-07-10", "words": "Deadline: 10 July 2026"}
    assert found["source"] == {"url": JOB, "checked": "2026-06-15T12:00:00Z", "facts": {"closes": seen}}
    told = report.markdown()
    assert "**Deadline**: `2026-06-30` becomes `2026-07-10`" in told
    assert f"`Deadline: 10 July 2026` (<{JOB}>)" in told
    assert small_site.command("check").code == 0
    assert keys(run(small_site, sources, NOW + DAY)) == []


def test_a_declined_deadline_does_not_come_back(small_site: SmallSite, sources: SourceWeb) -> None:
    """An editor who undoes a proposal is not asked again, until the source names another day."""
    open_role(small_site)
    sources.put(JOB, notice(closes="10 July 2026"))
    run(small_site, sources)
    open_role(small_site)  # undone
    for day in range(1, 20, 3):
        assert "closes" not in keys(run(small_site, sources, NOW + day * DAY / 2))
    sources.put(JOB, notice(closes="10 July 2026", more="<p>Another word.</p>"))
    assert "closes" not in keys(run(small_site, sources, NOW + 11 * DAY))
    sources.put(JOB, notice(closes="12 July 2026"))
    assert "closes" in keys(run(small_site, sources, NOW + 12 * DAY))
    assert fields(small_site)["closes"] == "2026-07-12"


def test_a_page_that_is_gone_is_believed_the_second_day(small_site: SmallSite, sources: SourceWeb) -> None:
    """A missing page is remembered, and a role is said to be over when it is missing a day later."""
    open_role(small_site)
    assert keys(run(small_site, sources)) == []
    report = run(small_site, sources, NOW + DAY / 2)
    assert keys(report) == []
    assert "Not found today" in report.markdown()
    assert keys(run(small_site, sources, NOW + DAY)) == ["expired"]
    assert fields(small_site)["expired"] == "2026-06-16T12:00:00Z"
    assert small_site.command("check").code == 0


def test_a_page_that_returns_was_not_gone(small_site: SmallSite, sources: SourceWeb) -> None:
    """Between two days without the page one with it starts the count again."""
    open_role(small_site)
    run(small_site, sources)
    sources.put(JOB, notice())
    run(small_site, sources, NOW + DAY)
    del sources.pages[JOB]
    assert keys(run(small_site, sources, NOW + 2 * DAY)) == []


def test_a_redirect_to_a_list_counts_as_gone(small_site: SmallSite, sources: SourceWeb) -> None:
    """A page that sends on to one that does not tell of the role is gone; one that has only moved is not."""
    open_role(small_site)
    sources.pages[JOB] = Page(status=302, headers={"Location": "/jobs/"})
    sources.put("https://harbour.example/jobs/", "<!doctype html><h1>All jobs</h1><p>Cook</p><p>Nurse</p>")
    assert keys(run(small_site, sources)) == []
    assert keys(run(small_site, sources, NOW + DAY, writes=False)) == ["expired"]
    sources.pages[JOB] = Page(status=301, headers={"Location": "/vacancies/12"})
    sources.put("https://harbour.example/vacancies/12", notice())
    assert keys(run(small_site, sources, NOW + DAY)) == ["checked"]


def test_a_page_that_says_so_is_over(small_site: SmallSite, sources: SourceWeb) -> None:
    """The source's own word that a role is over is proposed at once, and not again where an editor knows better."""
    open_role(small_site)
    sources.put(JOB, notice(more="<p>This vacancy is closed.</p>"))
    report = run(small_site, sources)
    assert keys(report) == ["expired"]
    assert "`This vacancy is closed.`" in report.markdown()
    open_role(small_site)
    assert keys(run(small_site, sources, NOW + DAY)) == []
    sources.put(JOB, "<!doctype html><h1>A role</h1><p>This job has expired</p>")
    assert keys(run(small_site, sources, NOW + 2 * DAY)) == ["expired"]


def test_a_change_in_a_key_fact_is_proposed(small_site: SmallSite, sources: SourceWeb) -> None:
    """How an editor words a title is theirs; when the source changes its own, that is told."""
    open_role(small_site, "title: Our own words\n")
    sources.put(JOB, notice("Nurse"))
    assert keys(run(small_site, sources)) == ["checked"]
    sources.put(JOB, notice("Senior Nurse").replace("P-3", "P-4"))
    assert keys(run(small_site, sources, NOW + DAY)) == ["grade", "title", "checked"]
    found = fields(small_site)
    assert (found["title"], found["grade"]) == ("Senior Nurse", "P-4")


def test_a_page_that_cannot_be_read_changes_nothing(small_site: SmallSite, sources: SourceWeb) -> None:
    """An outage, a ban and a page of another kind leave the posting alone, and are named."""
    open_role(small_site)
    before = contents(small_site)
    for page in (Page(status=503), Page(b"\xff\xfe\xfd"), Page(b"<!doctype html><p>Please wait."), Page(status=403)):
        sources.pages[JOB] = page
        report = run(small_site, sources)
        assert (keys(report), report.changed) == ([], False)
        assert JOB in "".join(report.unread)
    sources.put(JOB, notice(closes="10 July 2026"))
    sources.put("https://harbour.example/robots.txt", "User-agent: *\nDisallow: /jobs/", "text/plain")
    report = run(small_site, sources)
    assert "robots.txt" in "".join(report.unread)
    assert contents(small_site) == before


FEED = "https://harbour.example/feed.xml"
SOURCES = f"""\
sources:
  harbour:
    name: Harbour's list
    kind: feed
    address: {FEED}
    organisation: harbour
"""


def feed(*titles: str) -> str:
    items = (
        f"<item><title>{title}</title><link>https://harbour.example/{title.lower()}</link></item>" for title in titles
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'


def sourced(site: SmallSite, sources: SourceWeb, *titles: str, lines: str = "") -> None:
    site.write("content/sources.yaml", SOURCES + lines)
    sources.put(FEED, feed(*titles), "application/xml")
    for title in titles:
        sources.put(f"https://harbour.example/{title.lower()}", notice(title))


def test_new_vacancies_become_drafts(small_site: SmallSite, sources: SourceWeb) -> None:
    """What a source lists anew is drafted with the organisation and the address of its notice, and only once."""
    sourced(small_site, sources, "Diver", "Cook")
    report = run(small_site, sources)
    assert sorted(one.path for one in report.drafts) == [
        "content/postings/cook-suva.md",
        "content/postings/diver-suva.md",
    ]
    found = fields(small_site, "diver-suva")
    assert (found["organisation"], found["draft"], found["closes"]) == ("harbour", "true", "2026-06-30")
    source = found["source"]
    assert isinstance(source, dict)
    assert (source["name"], source["url"]) == ("Harbour's list", "https://harbour.example/diver")
    assert source["facts"]["closes"]["words"] == "Deadline: 30 June 2026"
    assert small_site.command("check").code == 0
    before = contents(small_site)
    asked = len(sources.asked)
    assert not run(small_site, sources, NOW + DAY).changed
    assert contents(small_site) == before
    assert len(sources.asked) == asked + 2  # robots.txt and the feed
    sourced(small_site, sources, "Diver", "Cook", "Nurse")
    assert [one.title for one in run(small_site, sources, NOW + 2 * DAY).drafts] == ["Nurse"]


def test_a_deleted_draft_does_not_come_back(small_site: SmallSite, sources: SourceWeb) -> None:
    """A draft that an editor deletes was declined; it is proposed again when the source says something else of it."""
    sourced(small_site, sources, "Diver")
    run(small_site, sources)
    (small_site.root / "content/postings/diver-suva.md").unlink()
    for day in (1, 2, 9, 30):
        assert run(small_site, sources, NOW + day * DAY).drafts == ()
    sourced(small_site, sources, "Diver", "Cook")
    assert [one.title for one in run(small_site, sources, NOW + 31 * DAY).drafts] == []  # the deadline has passed
    sources.put(
        FEED, feed("Diver").replace("<link>", "<pubDate>Mon, 15 Jun 2026 08:00:00 GMT</pubDate><link>"), "text/xml"
    )
    sources.put("https://harbour.example/diver", notice("Diver", "30 August 2026"))
    assert [one.title for one in run(small_site, sources, NOW + 32 * DAY).drafts] == ["Diver"]


def test_only_what_is_wanted_is_drafted(small_site: SmallSite, sources: SourceWeb) -> None:
    """A selection takes what matches a word of each of its lists, and reads what it passes over only once."""
    sourced(
        small_site, sources, "Diver", "Cook", lines="    select: {words: [diver], countries: [FJ], grades: [P-3]}\n"
    )
    assert [one.title for one in run(small_site, sources).drafts] == ["Diver"]
    sources.put(FEED, feed("Cook", "Diver"), "application/xml")
    sources.asked.clear()
    assert run(small_site, sources, NOW + DAY).drafts == ()
    assert sources.urls() == [FEED]


def test_a_source_that_is_down_is_counted(small_site: SmallSite, sources: SourceWeb) -> None:
    """An outage is a warning with a count, loses nothing, and is over when the source answers."""
    sourced(small_site, sources, "Diver")
    run(small_site, sources)
    sources.down.add("harbour.example")
    for day in (1, 2, 3):
        report = run(small_site, sources, NOW + day * DAY)
        assert len(report.silent) == 1
        assert f'"failures": {day}' in (small_site.root / LOCK).read_text()
    assert "3 runs in a row" in report.silent[0]
    sources.down.clear()
    report = run(small_site, sources, NOW + 4 * DAY)
    assert report.silent == ()
    assert "failures" not in (small_site.root / LOCK).read_text()
    assert report.drafts == ()


def test_a_dry_run_writes_nothing(small_site: SmallSite, sources: SourceWeb) -> None:
    """A dry run tells the same as the run behind it, and touches no file."""
    open_role(small_site)
    sources.put(JOB, notice(closes="10 July 2026"))
    sourced(small_site, sources, "Diver")
    before = contents(small_site)
    dry = run(small_site, sources, writes=False)
    assert contents(small_site) == before
    assert run(small_site, sources).markdown() == dry.markdown()
    assert contents(small_site) != before


def test_one_commit_a_posting(small_site: SmallSite, sources: SourceWeb) -> None:
    """Each posting has a commit of its own, dated at the run; hooks and filters do not run, and staged work stays."""
    open_role(small_site)
    sources.put(JOB, notice(closes="10 July 2026"))
    sourced(small_site, sources, "Diver")
    git(small_site.root, "init", "--quiet")
    git(small_site.root, "add", ".")
    git(small_site.root, "commit", "--quiet", "--message", "Begin")
    hook = small_site.write(".git/hooks/pre-commit", "#!/bin/sh\ntouch was-run\nexit 1\n")
    hook.chmod(0o755)
    small_site.write(".gitattributes", "*.md filter=evil\n")
    git(small_site.root, "config", "filter.evil.clean", "touch was-run; cat")
    small_site.write("staged.txt", "mine")
    git(small_site.root, "add", "staged.txt")
    (small_site.root / "was-run").unlink(missing_ok=True)
    repository = ready_repository(small_site.root)
    made = commit_report(small_site.root, repository, run(small_site, sources), NOW)
    log = git(small_site.root, "log", "--reverse", "--format=%s %cI", "HEAD~3..").splitlines()
    assert [line.rpartition(" ")[0] for line in log] == [
        "Propose closes of role",
        "Draft diver-suva",
        "Remember what the sources said",
    ]
    assert all(line.endswith(("2026-06-15T12:00:00Z", "2026-06-15T12:00:00+00:00")) for line in log)
    assert git(small_site.root, "rev-parse", "HEAD") == made[-1]
    assert not (small_site.root / "was-run").exists()
    git(small_site.root, "config", "--unset", "filter.evil.clean")
    assert git(small_site.root, "status", "--porcelain").splitlines() == ["A  staged.txt", "?? .gitattributes"]


def test_a_commit_takes_nobody_elses_work(small_site: SmallSite) -> None:
    """Where content has changes that nobody has committed, or lies in no repository, nothing is asked or written."""
    assert small_site.command("refresh", "--commit").code == 3
    git(small_site.root, "init", "--quiet")
    assert small_site.command("refresh", "--commit").code == 3
    git(small_site.root, "add", ".")
    git(small_site.root, "commit", "--quiet", "--message", "Begin")
    open_role(small_site)
    small_site.settings("timezone: UTC")
    done = small_site.command("refresh", "--commit")
    assert (done.code, "content/site.yaml has changes that are not committed" in done.err) == (3, True)


def test_a_deadline_that_is_moved_when_it_has_passed(small_site: SmallSite, sources: SourceWeb) -> None:
    """For two weeks after its deadline a role is asked whether it stays open for longer, and for nothing else."""

    def notice_of(title: str = "Harbour pilot", closes: str = "30 June 2026", more: str = "") -> str:
        return notice(title, closes, more)

    open_role(small_site, "title: Harbour pilot\n")
    sources.put(JOB, notice_of())
    run(small_site, sources)
    before = contents(small_site)
    closed = datetime(2026, 7, 1, 12, tzinfo=UTC)
    for page in (
        notice_of(),
        notice_of("Dock nurse", "30 July 2026"),
        notice_of(more="<p>This vacancy is closed.</p>"),
        None,
    ):
        sources.pages.pop(JOB)
        if page:
            sources.put(JOB, page)
        assert keys(run(small_site, sources, closed + DAY)) == keys(run(small_site, sources, closed + 3 * DAY)) == []
        sources.put(JOB, notice_of())
    assert {path: text for path, text in contents(small_site).items() if path.startswith("postings/")} == {
        path: text for path, text in before.items() if path.startswith("postings/")
    }
    sources.put(JOB, notice_of(closes="30 July 2026"))
    sources.asked.clear()
    assert (keys(run(small_site, sources, closed + 16 * DAY)), sources.urls()) == ([], [])
    assert keys(run(small_site, sources, closed + 10 * DAY)) == ["closes", "checked"]
    assert fields(small_site)["closes"] == "2026-07-30"
    assert small_site.command("check").code == 0


def test_a_role_that_nobody_confirmed_is_still_asked(small_site: SmallSite, sources: SourceWeb) -> None:
    """A role without a deadline that went unconfirmed is open again when its source still has it."""
    small_site.posting("role", f'source: {{url: "{JOB}"}}')
    sources.put(JOB, notice(closes=""))
    assert keys(run(small_site, sources, NOW + 400 * DAY)) == ["checked"]


def test_a_vacancy_that_returns_is_drafted(small_site: SmallSite, sources: SourceWeb) -> None:
    """What a source lists again with another deadline, when its posting is over, is a draft; with the same, a line."""
    sourced(small_site, sources, "Diver", "Cook")
    run(small_site, sources)
    for name in ("diver", "cook"):
        path = small_site.root / f"content/postings/{name}-suva.md"
        path.write_text(path.read_text().replace("draft: true\n", "expired: 2026-06-16T12:00:00Z\n"))
    sourced(small_site, sources, "Nurse")
    run(small_site, sources, NOW + 2 * DAY)
    sourced(small_site, sources, "Diver", "Cook", "Nurse")
    sources.put("https://harbour.example/diver", notice("Diver", "30 August 2026"))
    report = run(small_site, sources, NOW + 5 * DAY)
    assert [one.path for one in report.drafts if one.path] == ["content/postings/diver-suva-2.md"]
    assert "content/postings/cook-suva.md is over, and its source lists it again" in "".join(report.unread)
    report = run(small_site, sources, NOW + 6 * DAY)
    assert (report.drafts, report.unread, report.changed) == ((), (), False)


def test_a_declined_vacancy_that_is_announced_in_other_words(small_site: SmallSite, sources: SourceWeb) -> None:
    """What a feed says of a declined vacancy is part of its source: when that changes, its notice is read again."""
    sourced(small_site, sources, "Diver")
    run(small_site, sources)
    (small_site.root / "content/postings/diver-suva.md").unlink()
    run(small_site, sources, NOW + DAY)
    sources.put(FEED, feed("Diver").replace("<link>", "<description>Until August</description><link>"), "text/xml")
    sources.put("https://harbour.example/diver", notice("Diver", "30 August 2026"))
    assert [one.title for one in run(small_site, sources, NOW + 2 * DAY).drafts] == ["Diver"]


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>\n',
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>',
        '{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}',
    ],
)
def test_a_feed_without_entries_is_no_outage(small_site: SmallSite, sources: SourceWeb, text: str) -> None:
    """An employer may have no vacancy: a whole feed without entries is an answer; half of one, or a page, is none."""
    sourced(small_site, sources, "Diver")
    run(small_site, sources)
    sources.put(FEED, text, "application/xml")
    assert run(small_site, sources, NOW + DAY).silent == ()
    assert '"gone": "2026-06-16T12:00:00Z"' in (small_site.root / LOCK).read_text()
    assert not run(small_site, sources, NOW + 2 * DAY).changed
    for wrong in (text.rstrip()[:-4], '{"items": []}', "<html><body><h1>Back soon</h1></body></html>"):
        sources.put(FEED, wrong, "application/xml")
        assert len(run(small_site, sources, NOW + 3 * DAY).silent) == 1
