"""How fresh a role is, as its page tells it."""

from sites import SmallSite

SEEN = 'seen: "2026-06-14T08:00:00Z", words: "Apply by <b>10 July"'


def page_of(site: SmallSite, front_matter: str) -> str:
    site.posting("role", front_matter)
    return " ".join(site.build().page("postings/role/index.html").text().split())


def test_a_page_says_when_and_where_it_was_checked(small_site: SmallSite) -> None:
    """Readers see the instant of the last check, and the name of the source, or its host where it has none."""
    source = "source: {url: 'https://board.example/1', checked: '2026-06-15T08:00:00Z'"
    assert "Checked on 15 June 2026, 08:00 UTC at board.example ." in page_of(small_site, f"{source}}}")
    assert "08:00 UTC at The Board ." in page_of(small_site, f"{source}, name: The Board}}")


def test_a_disputed_deadline_is_told_with_both(small_site: SmallSite) -> None:
    """Where the source names another day than the posting, both stand on the page; the same day is no dispute."""
    facts = f"source: {{facts: {{closes: {{{SEEN}, value: %s}}}}}}"
    told = page_of(small_site, f"closes: 2026-06-30\n{facts % '2026-07-10'}")
    assert "The source names another deadline: 10 July 2026, seen on 14 June 2026, 08:00 UTC" in told
    assert "Apply by <b>10 July" in told
    assert "30 June 2026" in told
    instant = facts % "'2026-07-10T20:00:00Z'"
    same = page_of(small_site, f"closes: 2026-07-10\n{instant}")
    assert "another deadline" not in same


def test_stale_roles_are_listed_oldest_first(small_site: SmallSite) -> None:
    """`list --stale` has the open roles that nobody has confirmed for long, by their age."""
    small_site.posting("older", "added: 2026-05-01\nopens: 2026-05-01")
    small_site.posting("old", "added: 2026-05-20\nopens: 2026-05-20\nsource: {checked: 2026-05-25}")
    small_site.posting("fresh", "added: 2026-05-20\nopens: 2026-05-20\nsource: {checked: 2026-06-14}")
    small_site.posting("over", "added: 2026-05-01\nopens: 2026-05-01\ncloses: 2026-05-20")
    done = small_site.command("list", "--now", "2026-06-15T12:00:00Z", "--stale")
    assert [line.split()[1] for line in done.out.splitlines()] == ["older:", "old:"]
    done = small_site.command("list", "--now", "2026-06-15T12:00:00Z", "--stale", "30", "--format", "json")
    assert '"id": "older"' in done.out
    assert '"id": "old"' not in done.out
