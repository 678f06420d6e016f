"""Filters, search, saved roles, "Can I apply?", and the messages of old pages, each in a browser."""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from notices import posting_file
from playwright.sync_api import Browser, Page, expect
from serving import barriers, served
from sites import DATA, SAMPLE_NOW, Built, SmallSite, built, searching

from generator.building.build import Listener, Options, build
from generator.model.vocabulary import letters
from generator.pages.matching import degree_level, notice_of

FIELDS = {"country": "Country", "grade": "Grade", "within": "Closes within", "order": "Sort by"}


@pytest.fixture
def site(searched_site: Built) -> Built:
    """The sample with a search index."""
    return searched_site


@pytest.fixture(scope="module")
def address(searched_site: Built) -> Iterator[str]:
    with served(searched_site) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser with an empty profile, at the instant of the sample; nothing may go wrong on it."""
    context = browser.new_context(timezone_id="America/Lima", locale="en-GB")
    found = context.new_page()
    wrong: list[str] = []
    found.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.clock.set_fixed_time(SAMPLE_NOW)
    yield found
    context.close()
    assert wrong == []


def choose(page: Page, field: str, value: str) -> None:
    """Chooses a value in one of the filters, as a reader does."""
    if not page.locator(".find details").evaluate("details => details.open"):
        page.get_by_text("Filter and sort").click()
    page.get_by_role("combobox", name=FIELDS[field], exact=True).select_option(value)


def listed(page: Page) -> list[str]:
    """The slugs of the rows shown as open."""
    rows = page.locator("[data-open-list] .row:visible:not(.closed) .what a:first-of-type")
    hrefs = rows.evaluate_all("links => links.map((link) => link.pathname)")
    return [href.strip("/").split("/")[-1] for href in hrefs if "/postings/" in href]


def test_filters_combine_and_stay_in_the_address(page: Page, address: str) -> None:
    """Country and grade narrow the list, counts show what remains, and the address restores the same list."""
    page.goto(address)
    everything = listed(page)
    choose(page, "country", "ua")
    in_ukraine = listed(page)
    assert in_ukraine
    assert set(in_ukraine) < set(everything)
    choose(page, "grade", "p-4")
    assert listed(page) == ["open-with-everything"]
    expect(page.locator("[data-status]")).to_have_text(f"1 of {len(everything)} open roles shown.")
    assert page.url.endswith("?countries=ua&grades=p-4")
    option = page.get_by_role("combobox", name="Country", exact=True).locator("option[value=ua]")
    assert option.inner_text() == "Ukraine (1)"
    page.reload()
    assert listed(page) == ["open-with-everything"]
    page.get_by_role("button", name="Show all").click()
    assert listed(page) == everything
    assert "?" not in page.url


def test_one_value_alone_leads_to_its_page(page: Page, address: str) -> None:
    """A list filtered by a single value links to that value's own page, which has feeds."""
    page.goto(f"{address}?countries=ua")
    link = page.get_by_role("link", name="Ukraine has a page, feeds and a calendar of its own")
    link.click()
    assert page.url == f"{address}countries/ua/"


def test_an_unknown_value_in_the_address_is_reported(page: Page, address: str) -> None:
    """An address with a value that no open role has shows a message, and filters by the rest."""
    page.goto(f"{address}?countries=zz&grades=p-4&nonsense=1")
    expect(page.locator("[data-status]")).to_contain_text("“zz” for Country, so this filter is ignored.")
    assert listed(page) == ["open-with-everything"]


def test_roles_by_deadline_and_order(page: Page, address: str) -> None:
    """The list can show only roles that close soon or have no deadline, and can be sorted differently."""
    page.goto(address)
    choose(page, "within", "3")
    assert listed(page) == ["closing-today"]
    choose(page, "within", "none")
    assert sorted(listed(page)) == ["open-plain", "open-until-filled"]
    choose(page, "within", "")
    by_deadline = listed(page)
    choose(page, "order", "title")
    titles = page.locator(".row:visible .what a:first-of-type").all_inner_texts()
    assert len(titles) >= len(by_deadline)
    assert sorted(listed(page)) == sorted(by_deadline)
    assert listed(page) != by_deadline
    choose(page, "order", "")
    assert listed(page) == by_deadline


def test_nothing_found_says_so(page: Page, address: str) -> None:
    """If filters leave nothing, the page says what to do."""
    page.goto(f"{address}?q=zzzzzz")
    expect(page.locator("[data-none]")).to_be_visible()
    assert listed(page) == []


def test_search_looks_into_whole_texts(page: Page, site: Built, address: str) -> None:
    """A word that occurs only in the text of a notice finds its role."""
    role = next(role for role in site.edition.roles if role.slug == "open-with-everything")
    text = (site.root / role.listing.path).read_text("utf-8").split("---\n", 2)[2]
    home = site.page("index.html").text().lower()
    word = next(word for word in re.findall(r"[a-z]{7,}", text.lower()) if word not in home)
    page.goto(address)
    page.get_by_label("Search").fill(word)
    expect(page.locator("[data-status]")).to_contain_text(" of ")
    assert "open-with-everything" in listed(page)
    assert f"q={word}" in page.url


def test_search_without_an_index_looks_at_rows(browser: Browser, sample_site: Built) -> None:
    """Without an index, search finds titles and places, and nothing fails."""
    assert not (sample_site.folder / "search").exists()
    context = browser.new_context()
    page = context.new_page()
    page.clock.set_fixed_time(SAMPLE_NOW)
    with served(sample_site) as place:
        page.goto(place)
        page.get_by_label("Search").fill("gardener")
        expect(page.locator("[data-status]")).to_contain_text("1 of ")
        assert listed(page) == ["closing-after-extension"]
    context.close()


LETTERS = [
    # The words of a title, and what a reader may type.
    ("Côte d’Ivoire", ("cote d'ivoire", "COTE D’IVOIRE", "côte d`ivoire")),
    ("Tromsø", ("tromso", "TROMSØ", "Tromsø")),
    ("Łódź", ("lodz", "LODZ", "łódź")),
    ("Diyarbakır", ("diyarbakir", "DIYARBAKIR", "DİYARBAKIR", "diyarbakır")),
    ("DİYARBAKIR", ("diyarbakir",)),
    ("Gießen", ("giessen", "GIESSEN", "GIEẞEN", "gießen")),
    ("Women’s Protection", ("women's", "women’s", "womenʼs")),
    ("Ærøskøbing", ("aeroskobing", "ÆRØ")),
    ("Đà Nẵng", ("da nang", "đa nang")),
    ("Akureyri, Ísafjörður", ("isafjordur",)),
    ("Þórshöfn", ("thorshofn",)),
    ("Cœuvres", ("coeuvres",)),
    ("Gǝncǝ", ("gence",)),
    ("P‑3 Officer", ("p-3",)),
    ("Θεσσαλονίκης", ("θεσσαλονικησ", "ΘΕΣΣΑΛΟΝΊΚΗΣ")),
    ("Йошкар", ("йошкар", "ЙОШКАР")),
    ("\u0915\u094d\u200d\u0937", ("\u0915\u094d\u0937",)),
]


@pytest.fixture(scope="module", params=[False, True], ids=["rows", "index"])
def lettered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with words of every kind in titles, or in texts that are in an index."""
    site = SmallSite.at(tmp_path_factory.mktemp("letters") / "site")
    with searching() if request.param else nullcontext():
        for number, (words, _) in enumerate(LETTERS):
            title, text = ("A role", words) if request.param else (f"{words}, of all", "Text.")
            site.posting(f"x{number}", f"title: {title}", f"The work is in {text}.")
        found = site.build()
    with served(found) as address:
        yield address


def test_any_keyboard_finds_any_letters(page: Page, lettered: str) -> None:
    """Words are found however their letters and apostrophes are typed, in titles and, with an index, in texts."""
    for number, typed in ((number, one) for number, (_, every) in enumerate(LETTERS) for one in every):
        page.goto(f"{lettered}?q={quote(typed)}")
        expect(page.locator("[data-status]"), typed).to_contain_text(re.compile(r"^[12] of "))
        assert f"x{number}" in listed(page), typed


def test_letters_are_the_same_in_the_index_and_on_the_page(root: Path) -> None:
    """The index and the page's script use the same table of letters and replacements."""
    script = (root / "templates/assets/find.js").read_text("utf-8")
    block = script.partition("const LETTERS = {")[2].partition("};")[0]
    listed = re.findall(r"^ +\"?([^\s\":]+)\"?: \"(.+)\",$", block, re.MULTILINE)
    assert {ord(letter): plain for plain, letters in listed for letter in letters} == letters()


def test_a_missing_index_is_reported(browser: Browser, site: Built, tmp_path: Path) -> None:
    """If the host has lost the index, the page says what it still searches."""
    shutil.copytree(site.folder, tmp_path / "site")
    shutil.rmtree(tmp_path / "site/search")
    context = browser.new_context()
    page = context.new_page()
    page.clock.set_fixed_time(SAMPLE_NOW)
    with served(Built(tmp_path / "site", site.edition, site.root)) as place:
        page.goto(place)
        page.get_by_label("Search").fill("gardener")
        expect(page.locator("[data-status]")).to_contain_text("only titles and places")
        assert listed(page) == ["closing-after-extension"]
    context.close()


def test_the_index_is_the_same_at_every_build(site: Built, tmp_path: Path) -> None:
    """Two builds of the same content have the same index, which contains exactly the open roles."""
    with searching():
        again = built(DATA / "sample", tmp_path / "site", SAMPLE_NOW)
    index = [path for path in site.paths() if path.startswith("search/")]
    assert index == [path for path in again.paths() if path.startswith("search/")]
    assert [path for path in index if (site.folder / path).read_bytes() != (again.folder / path).read_bytes()] == []
    roles = json.loads(site.read("search/roles.json"))
    assert sorted(roles.values()) == sorted(role.slug for role in site.edition.site.open_roles)


def broken_pagefind(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Installs another Pagefind, whose program fails."""
    program = folder / "pagefind"
    program.write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    program.chmod(0o700)
    (folder / "pagefind_bin.py").write_text(f"def get_executable(): return {str(program)!r}\n")
    patch.delitem(sys.modules, "pagefind_bin", raising=False)
    patch.syspath_prepend(folder)


def test_the_index_is_made_when_texts_change(
    small_site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed text causes a new index, passing time does not; if the program fails, a line says that there is
    none.
    """
    out = small_site.root.parent / "site"

    def built_at(hours: int) -> tuple[list[str], bool]:
        """What the build printed, and whether it made an index."""
        told: list[str] = []
        now = SAMPLE_NOW + timedelta(hours=hours)
        done = build(small_site.root, out, now, Options(), Listener(told.append))
        return told, "search" in done.tally.seconds

    with searching():
        small_site.posting("role-1", "closes: 2026-07-02")
        assert built_at(0) == ([], True)
        assert built_at(1) == ([], False)
        small_site.posting("role-1", "closes: 2026-07-03")
        assert built_at(1) == ([], True)
        small_site.posting("role-1", "closes: 2026-07-04")
        with monkeypatch.context() as patch:
            broken_pagefind(tmp_path, patch)
            line = "Pagefind failed (no room), so the search of this site finds only titles and places"
            assert built_at(1) == ([line], True)
        assert not (out / "search").exists()
    assert built_at(1) == ([], False)
    assert not (out / "search").exists(), "here Pagefind is taken for not installed"
    with searching():
        assert built_at(1) == ([], True)
    assert (out / "search/roles.json").exists(), "it was installed since, and nothing else changed"


def test_saved_roles_stay(page: Page, address: str) -> None:
    """A role saved in the list is saved on its own page, and the list can show only saved roles."""
    page.goto(address)
    page.get_by_role("button", name="Save: Remote Adviser").click()
    page.goto(f"{address}postings/open-remote/")
    button = page.get_by_role("button", name="Save: Remote Adviser")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_text("Save")
    page.goto(f"{address}?saved=1")
    assert listed(page) == ["open-remote"]
    page.clock.set_fixed_time(datetime(2026, 7, 11, tzinfo=UTC))
    page.reload()
    assert listed(page) == []
    away = page.locator("[data-away]")
    expect(away).to_contain_text("Remote Adviser")


@pytest.mark.parametrize("how", ["refused", "damaged"])
def test_storage_that_is_refused_or_damaged(page: Page, address: str, how: str) -> None:
    """If the browser stores nothing, or wrong data, everything except saving works and nothing fails."""
    if how == "refused":
        page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused') }})")
    else:
        page.add_init_script("for (const key of Object.keys(localStorage)) localStorage[key] = '[{'")
    page.goto(address)
    page.reload()
    assert page.get_by_role("button", name=re.compile("^Save")).count() == (
        0 if how == "refused" else len(listed(page))
    )
    choose(page, "grade", "p-4")
    assert listed(page) == ["open-with-everything"]
    page.goto(f"{address}postings/open-with-everything/")
    page.get_by_text("Can I apply?").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".verdict")).to_be_visible()


def test_a_role_leaves_the_list_at_its_instant(page: Page, address: str) -> None:
    """Second by second: a role is open until the deadline, and then under a heading that says when it closed."""
    closes = datetime(2026, 6, 15, 20, tzinfo=UTC)
    page.clock.set_fixed_time(closes - timedelta(seconds=1))
    page.goto(address)
    assert "closing-today" in listed(page)
    page.clock.set_fixed_time(closes)
    page.goto(address)
    assert "closing-today" not in listed(page)
    gone = page.locator("[data-gone]")
    expect(gone).to_contain_text("Closed since this page was made")
    expect(gone).to_contain_text("Last Day Clerk")


@pytest.mark.parametrize("path", ["", "countries/fj/", "closing/"])
def test_a_page_of_ten_days_ago(page: Page, site: Built, address: str, path: str) -> None:
    """Ten days after the build, no closed role is among the open ones, and the page says how old the digest is."""
    later = SAMPLE_NOW + timedelta(days=10, minutes=1)
    page.clock.set_fixed_time(later)
    page.goto(address + path)
    expect(page.locator(".old")).to_contain_text("last updated 10 days ago")
    over = {role.slug for role in site.edition.site.open_roles if role.deadline and role.deadline.instant <= later}
    assert over
    assert not over & set(listed(page))


def test_a_clock_that_is_years_behind(page: Page, site: Built, address: str) -> None:
    """With a clock that is years behind, nothing closes or opens; the page says that the clock is wrong."""
    page.clock.set_fixed_time(datetime(2020, 1, 1, tzinfo=UTC))
    page.goto(address)
    expect(page.locator(".old")).to_contain_text("Your clock is")
    assert sorted(listed(page)) == sorted(role.slug for role in site.edition.site.open_roles)


def test_the_badge_becomes_closing(page: Page, address: str) -> None:
    """If the page is old and an open role is about to close, its badge says so."""
    page.clock.set_fixed_time(datetime(2026, 6, 20, tzinfo=UTC))
    page.goto(address)
    row = page.locator(".row", has_text="Hurried Planner")
    expect(row.locator("[data-state]")).to_have_text("Closing")


def test_light_or_dark_by_choice(page: Page, address: str) -> None:
    """The reader's choice of colours takes precedence over the system's, on every page, and can be undone."""
    ground = "() => getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    page.goto(address)
    light = page.evaluate(ground)
    page.get_by_label("Colours:").select_option("dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.goto(f"{address}countries/")
    assert page.evaluate(ground) == dark
    page.emulate_media(color_scheme="dark")
    page.get_by_label("Colours:").select_option("light")
    assert page.evaluate(ground) == light
    page.get_by_label("Colours:").select_option("")
    assert page.evaluate(ground) == dark


@pytest.mark.parametrize("path", ["", "postings/closing-today/"])
def test_paper_shows_no_time_left(page: Page, site: Built, address: str, path: str) -> None:
    """A printed page stays true: it has deadlines, map and address, but no time left and no controls."""
    page.goto(address + path)
    left = re.compile(r"\bin \d+ (day|hour|minute)s?\b")
    assert left.search(page.locator("main").inner_text())
    page.emulate_media(media="print")
    text = page.locator("main").inner_text()
    assert not left.search(text)
    assert "in Suva" in text
    assert page.locator("button:visible, form:visible").count() == 0
    assert text.rstrip().endswith(f"{site.address}{path}")
    if not path:
        expect(page.locator(".world svg")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nobody_is_kept_out_by_what_scripts_add(page: Page, address: str, width: int, scheme: Any) -> None:
    """With filters, answers and notes on the page, axe finds no barrier and nothing overflows."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.clock.set_fixed_time(SAMPLE_NOW + timedelta(days=3))
    page.goto(f"{address}?countries=ua&grades=zz")
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{address}postings/open-with-everything/")
    page.get_by_text("Can I apply?").click()
    page.get_by_role("button", name="Compare").click()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filters_and_answers_by_keyboard(page: Page, address: str) -> None:
    """With only the keyboard, a reader can open the filters, choose, and save a role."""
    page.goto(address)
    page.get_by_text("Filter and sort").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Ukr")
    expect(page.locator("[data-status]")).to_contain_text(" of ")
    assert "countries=ua" in page.url
    button = page.get_by_role("button", name=re.compile("^Save")).first
    button.focus()
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_text("Save")


Reader = dict[str, Any]
CASES: list[tuple[Reader, str, str]] = [
    (
        {"nationality": "TV", "level": "4", "years": "7", "language": ["en", "uk"]},
        "First tier.",
        "names your nationality",
    ),
    ({"nationality": "DE", "level": "4", "years": "7", "language": ["en", "uk"]}, "Second tier.", "All others"),
    ({"nationality": "DE", "level": "4", "years": "7", "language": ["en"]}, "Not eligible.", "Ukrainian"),
    (
        {"nationality": "DE", "level": "1", "years": "7", "language": ["en", "uk"]},
        "Not eligible.",
        "below what the notice asks for",
    ),
    ({"level": "4", "years": "7", "language": ["en", "uk"]}, "Unclear.", "You have not chosen yours"),
]


@pytest.mark.parametrize(("reader", "verdict", "reason"), CASES)
def test_can_i_apply(page: Page, address: str, reader: Reader, verdict: str, reason: str) -> None:
    """The page answers from what the notice states, with a reason for each answer, and sends no request."""
    asked: list[str] = []
    page.goto(f"{address}postings/open-with-everything/")
    page.get_by_text("Can I apply?").click()
    expect(page.locator("[name=nationality] option")).not_to_have_count(1)
    page.on("request", lambda request: asked.append(request.url))
    for name in ("nationality", "level"):
        if name in reader:
            page.locator(f"[name={name}]").select_option(reader[name])
    page.locator("[name=years]").fill(reader["years"])
    for code in reader["language"]:
        page.locator(f"[name=language][value={code}]").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".verdict")).to_have_text(verdict)
    expect(page.locator("[data-answer]")).to_contain_text(reason)
    assert asked == []
    page.reload()
    page.get_by_text("Can I apply?").click()
    expect(page.locator("[name=years]")).to_have_value(reader["years"])


LEVELS = [
    ("Secondary school", 1),
    ("High school diploma", 1),
    ("A diploma", 2),
    ("Bachelor's degree in law or a related field", 3),
    ("First-level university degree, with two more years, in lieu of an advanced degree", 3),
    ("Advanced university degree (Master's or equivalent)", 4),
    ("Master's degree; a first-level degree with more years may be accepted", 4),
    ("PhD in physics", 5),
    ("A good heart", None),
]


@pytest.mark.parametrize(("text", "level"), LEVELS)
def test_degrees_are_known_by_their_words(text: str, level: int | None) -> None:
    """The required degree is recognised from the notice's words; other words leave the answer open."""
    assert degree_level(text) == level


def test_a_notice_states_its_rules() -> None:
    """The script gets exactly what the notice states."""
    file = posting_file(
        "opens: 2026-05-01\nopen_to: [nationals]\nduty_stations: [{country: KE}]\nlanguages: {required: [fr]}"
    )
    assert notice_of(file.posting) == {
        "open_to": ["nationals"],
        "stations": ["KE"],
        "tiers": [],
        "education": [],
        "languages": [["fr", "French"]],
    }
