"""The pages in a browser: valid, accessible, at any width, in light and dark colours, and true even when old."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import barriers, served, watched
from sites import Built, SmallSite

WIDTHS = (320, 1280)
NuCheck = Callable[[Iterable[Path]], list[dict[str, Any]]]

# One page of each kind; of postings, one in each state and the awkward ones. The demo has the navigation built in.
DEMO_PAGES = [
    *("", "archive/", "archive/2019/11/", "weeks/", "404.html", "countries/cd/", "about/"),
    *("postings/field-security-associate-ukraine/", "postings/chief-security-officer-jerusalem/"),
]
SAMPLE_PAGES = [
    *("", "closing/", "weeks/2026-W23/", "feeds/", "about/", "countries/", "countries/ua/", "contracts/fixed-term/"),
    *("organisations/harbour-relief/", "organisations/empty-office/", "organisations/unbreakable/"),
    *("postings/open-with-everything/", "postings/open-long-words/", "postings/open-many-scripts/"),
    *("postings/closing-after-extension/", "postings/closed-by-deadline/", "postings/withdrawn-by-day/"),
    *("postings/unconfirmed-since-march/", "postings/expired-unknown-deadline/", "postings/taken-down/"),
]
EVERY_PAGE = [("demo", path) for path in DEMO_PAGES] + [("sample", path) for path in SAMPLE_PAGES]


@pytest.fixture(scope="session")
def addresses(demo_site: Built, sample_site: Built) -> Iterator[dict[str, str]]:
    """The addresses of the demo and the sample."""
    with served(demo_site) as demo, served(sample_site) as sample:
        yield {"demo": demo, "sample": sample}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with an empty profile, in a zone other than UTC."""
    found = browser.new_context(timezone_id="America/Lima", locale="en-GB")
    yield found
    found.close()


def test_every_page_is_valid_html(site: Built, nu_check: NuCheck) -> None:
    """The Nu HTML checker has no error, warning or remark about any page."""
    messages = [
        (message["url"].split("/site/")[-1], message["message"])
        for message in nu_check(site.folder / path for path in site.paths(".html"))
        # It reads files, where no address is 'self', and mistakes data in a script element for a script. Whether the
        # policy lets pages work is tested in a browser, below.
        if "Content Security Policy (meta tag)" not in message["message"]
    ]
    assert messages == []


@pytest.mark.parametrize(("name", "path"), EVERY_PAGE)
def test_page_in_a_browser(context: BrowserContext, addresses: dict[str, str], name: str, path: str) -> None:
    """Narrow and wide, light and dark: axe finds no barrier, nothing overflows or fails, no other host is contacted."""
    page = context.new_page()
    wrong = watched(page)
    page.goto(addresses[name] + path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if scroll > client:
            wrong.append(f"{width} px wide, it overflows to {scroll} px: {_widest(page)}")
        page.emulate_media(color_scheme="light")
        wrong += [f"{width} px, light: {barrier}" for barrier in barriers(page)]
        # Only these two rules check colours.
        page.emulate_media(color_scheme="dark")
        wrong += [f"{width} px, dark: {barrier}" for barrier in barriers(page, "color-contrast", "link-in-text-block")]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["", "countries/ua/", "postings/open-with-everything/"])
def test_a_page_from_right_to_left(context: BrowserContext, addresses: dict[str, str], path: str) -> None:
    """A right-to-left page is the mirror image: nothing overflows, and what was left of a line is right of it."""
    page = context.new_page()
    page.goto(addresses["sample"] + path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.documentElement.dir = 'ltr'")
        before = [box["x"] for box in _boxes(page)]
        page.evaluate("document.documentElement.dir = 'rtl'")
        scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert scroll <= client, _widest(page)
        after = [width - box["x"] - box["width"] for box in _boxes(page)]
        assert after == pytest.approx(before, abs=1)


def _boxes(page: Page) -> list[Any]:
    """The positions of the parts that a stylesheet could place with left and right."""
    parts = page.locator(".masthead, main, .when, .grade, .deadline, .closes, .strip li:first-child .month, .index td")
    return [box for part in parts.all() if (box := part.bounding_box())]


def _widest(page: Page) -> str:
    """The innermost element that extends furthest beyond the window."""
    return str(
        page.evaluate(
            """() => {
              const right = (one) => one.getBoundingClientRect().right;
              const all = [...document.querySelectorAll("body *")];
              const furthest = Math.max(...all.map(right));
              const one = all.filter((each) => right(each) > furthest - 1).at(-1);
              return `${one.parentElement.tagName} ${one.tagName} ${one.className}: ${one.textContent.slice(0, 50)}`;
            }"""
        )
    )


def test_a_missing_page_shows_the_404(sample_site: Built) -> None:
    """404.html works at any depth, because its links and styles do not depend on where it is shown."""
    for _, address in sample_site.page("404.html").references():
        assert address.startswith(("https://", "mailto:"))
        if address.startswith(sample_site.address):
            assert sample_site.path_at(address)


def test_an_alias_sends_the_reader_on(context: BrowserContext, addresses: dict[str, str]) -> None:
    """A browser that opens a former address arrives at the posting."""
    page = context.new_page()
    page.goto(addresses["sample"] + "postings/head-of-everything/")
    page.wait_for_url("**/postings/open-with-everything/")
    assert page.locator("h1").inner_text().startswith("Head of")


def test_without_script_the_deadline_is_there(browser: Browser, addresses: dict[str, str]) -> None:
    """With scripts off, a reader sees the deadline with its day, hour and zone, in the list and on the page."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(addresses["demo"])
    row = page.locator(".row", has_text="Field Security Associate")
    assert "5 Jun" in row.inner_text()
    assert "23:55 in Kyiv" in row.inner_text()
    page.goto(addresses["demo"] + "postings/field-security-associate-ukraine/")
    assert "Closes Friday 5 June 2026, 23:55 in Kyiv (20:55 UTC)" in page.locator(".deadline").inner_text()
    context.close()


def test_the_script_adds_the_reader_s_own_time(context: BrowserContext, addresses: dict[str, str]) -> None:
    """Before the deadline, the page adds the deadline in the reader's own time zone, and the time left."""
    page = context.new_page()
    page.clock.install(time="2026-06-03T20:00:00Z")
    page.goto(addresses["demo"] + "postings/field-security-associate-ukraine/")
    told = page.locator("[data-own-time]").inner_text()
    assert "5 June 2026" in told
    assert "15:55" in told
    assert "2 days" in told


@pytest.mark.parametrize("path", ["", "closing/", "countries/fj/", "postings/closing-today/"])
def test_an_old_page_says_closed(context: BrowserContext, addresses: dict[str, str], path: str) -> None:
    """Opened a month later without a new build, a page shows the role as closed."""
    page = context.new_page()
    wrong = watched(page)
    page.clock.install(time="2026-07-01T12:00:00Z")
    page.goto(addresses["sample"] + path)
    shown = page.locator(".row", has_text="Last Day Clerk") if not path.startswith("postings/") else page
    expect(shown.locator("[data-state]").first).to_have_text("Closed")
    assert not wrong, "\n".join(wrong)


def test_an_old_page_offers_no_application(context: BrowserContext, addresses: dict[str, str]) -> None:
    """A posting's page shows its buttons until the deadline and hides them afterwards."""
    page = context.new_page()
    page.clock.install(time="2026-06-15T19:59:00Z")
    page.goto(addresses["sample"] + "postings/closing-today/")
    buttons = page.get_by_role("link", name="Apply at")
    assert buttons.count() == 2
    page.clock.run_for(61_000)
    assert buttons.count() == 0
    assert "has closed since this page was made" in page.locator(".deadline").inner_text()


def test_a_page_closes_before_the_reader_s_eyes(context: BrowserContext, addresses: dict[str, str]) -> None:
    """A page that is open in a browser when the deadline passes shows this at that instant, without a reload."""
    page = context.new_page()
    page.clock.install(time="2026-06-05T20:53:00Z")
    page.goto(addresses["demo"])
    state = page.locator(".row", has_text="Field Security Associate").locator("[data-state]")
    # Until then the clock keeps running, and the browser may take any amount of time.
    page.clock.pause_at("2026-06-05T20:54:59Z")
    assert state.text_content() == "Closing"
    page.clock.run_for(2_000)
    # Not the visible text: the row has moved to the end of the list, and the browser may not have drawn it yet.
    assert state.text_content() == "Closed"


def test_other_states_stay(context: BrowserContext, addresses: dict[str, str]) -> None:
    """A withdrawn or filled role does not become a closed one when its deadline passes."""
    page = context.new_page()
    page.clock.install(time="2027-01-01T12:00:00Z")
    for path, state in (("withdrawn-by-day", "Withdrawn"), ("filled-by-instant", "Filled")):
        page.goto(f"{addresses['sample']}postings/{path}/")
        assert page.locator("[data-state]").first.inner_text() == state
    page.goto(addresses["sample"] + "countries/ch/")
    assert page.locator(".row", has_text="Filled Pilot").locator("[data-state]").inner_text() == "Filled"


def test_the_keyboard_reaches_the_text(context: BrowserContext, addresses: dict[str, str]) -> None:
    """The first element that Tab reaches is the link that skips the navigation, and it is visible."""
    page = context.new_page()
    page.goto(addresses["demo"])
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to main content"
    box = skip.bounding_box()
    assert box
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    expect(page).to_have_url(addresses["demo"] + "#main")


def test_a_feed_in_a_browser_is_readable(context: BrowserContext, addresses: dict[str, str]) -> None:
    """Anyone who opens a feed in a browser sees titles, dates, summaries and a short explanation, not markup."""
    page = context.new_page()
    for path, item in (("feed.xml", "item"), ("atom.xml", "entry"), ("weeks/feed.xml", "item")):
        page.goto(addresses["sample"] + path)
        assert page.locator(f"{item} > title").first.is_visible(), path
        assert not page.locator(f"{item} > *", has_text="tag:").first.is_visible(), path
        before = page.evaluate("getComputedStyle(document.documentElement, '::before').content")
        assert before.startswith('"This is a feed'), path


def test_a_site_without_open_roles_is_a_site(context: BrowserContext, small_site: SmallSite) -> None:
    """An empty digest has readable pages that say that no role is open."""
    (small_site.root / "content/postings/quay-master.md").unlink()
    with served(small_site.build()) as address:
        page = context.new_page()
        wrong = watched(page)
        for path in ("", "closing/", "opened/", "archive/", "weeks/", "feeds/", "countries/", "organisations/harbour/"):
            page.goto(address + path)
            assert barriers(page) == [], path
        page.goto(address)
        assert "There are no open roles" in page.locator("main").inner_text()
        assert wrong == []


def test_roles_that_are_over_can_be_read_page_by_page(
    context: BrowserContext, small_site: SmallSite, nu_check: NuCheck
) -> None:
    """Pages of ended roles, and the page of one that ended long ago, are valid, accessible and linked."""
    small_site.ended_in_kenya(*range(1, 52))
    site = small_site.build()
    paths = ["countries/ke/", "countries/ke/ended/1/", "countries/ke/ended/2/", "postings/of-day-1/"]
    found = nu_check(site.folder / path / "index.html" for path in paths)
    assert [one["message"] for one in found if "Content Security Policy (meta tag)" not in one["message"]] == []
    with served(site) as address:
        page = context.new_page()
        wrong = watched(page)
        for path in paths:
            page.goto(address + path)
            assert barriers(page) == [], path
        page.goto(address + paths[0])
        for link, path in (("All roles that have ended", paths[2]), ("Older", paths[1]), ("Newer", paths[2])):
            page.locator("main").get_by_role("link", name=link, exact=True).click()
            page.wait_for_url(address + path)
        assert wrong == []


def test_short_words_of_a_table_stay_whole_on_a_phone(context: BrowserContext, addresses: dict[str, str]) -> None:
    """The headings of number columns stay on one line at 320 px, however long the text next to them."""
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{addresses['demo']}grades/")
    lines = "(cell) => { const text = document.createRange(); text.selectNodeContents(cell);"
    lines += " return new Set([...text.getClientRects()].map(({ top }) => top)).size }"
    headings = page.locator("thead th.number").all()
    assert [heading.evaluate(lines) for heading in headings] == [1, 1]
