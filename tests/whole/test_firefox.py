"""What readers do most, in Firefox: filter, search, save, and keep a page open over time."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from judges import Firefox
from serving import served
from sites import SAMPLE_NOW, Built

LISTED = """[...document.querySelectorAll("[data-open-list] .row:not(.closed) .what a[href*='/postings/']")]
  .filter((link) => link.offsetParent).map((link) => link.pathname.split("/").at(-2))"""
STATUS = "document.querySelector('[data-status]').textContent"


@pytest.fixture(scope="module")
def address(searched_site: Built) -> Iterator[str]:
    with served(searched_site) as found:
        yield found


@pytest.fixture
def page(firefox: Firefox) -> Iterator[Firefox]:
    """A page in Firefox; nothing may go wrong on it."""
    before = len(firefox.wrong())
    yield firefox
    assert firefox.wrong()[before:] == []


def filter_by(page: Firefox, label: str, value: str) -> None:
    name = {"Country": "countries", "Grade": "grades"}[label]
    page.value(f"""[...document.querySelectorAll(".find label")].some((label) => {{
      if (label.firstChild.textContent !== "{label}") return false;
      label.lastChild.id = "{name}";
      return true;
    }})""")
    page.choose(f"#{name}", value)


def test_filters(page: Firefox, address: str) -> None:
    """Country and grade narrow the list, the status says how many roles remain, and the address restores it all."""
    page.goto(address, SAMPLE_NOW)
    everything = page.value(LISTED)
    page.click(".find summary")
    filter_by(page, "Country", "ua")
    filter_by(page, "Grade", "p-4")
    assert page.value(LISTED) == ["open-with-everything"]
    assert page.value(STATUS) == f"1 of {len(everything)} open roles shown."
    page.goto(page.value("location.href"), SAMPLE_NOW)
    assert page.value(LISTED) == ["open-with-everything"]


def test_search(page: Firefox, searched_site: Built, address: str) -> None:
    """A word that occurs only in a notice's text finds its role, through the WebAssembly index."""
    role = next(role for role in searched_site.edition.roles if role.slug == "open-with-everything")
    text = (searched_site.root / role.listing.path).read_text("utf-8").split("---\n", 2)[2]
    home = searched_site.page("index.html").text().lower()
    word = next(word for word in re.findall(r"[a-z]{7,}", text.lower()) if word not in home)
    page.goto(address, SAMPLE_NOW)
    page.type("[type=search]", word)
    assert page.value(f"{STATUS}.includes(' of ')")
    assert page.value(LISTED) == ["open-with-everything"]


def test_saved_roles(page: Firefox, address: str) -> None:
    """A role saved in the list is saved on its own page."""
    page.goto(address, SAMPLE_NOW)
    row = """[...document.querySelectorAll(".row")].find((row) => row.querySelector("a[href*='/open-remote/']"))"""
    page.value(f"{row}.querySelector('button').id = 'save'")
    page.click("#save")
    page.goto(f"{address}postings/open-remote/", SAMPLE_NOW)
    assert page.value("document.querySelector('.tools [aria-pressed=true]')?.textContent") == "Save"
    page.goto(f"{address}?saved=1", SAMPLE_NOW)
    assert page.value(LISTED) == ["open-remote"]


def test_can_i_apply(page: Firefox, address: str) -> None:
    """ "Can I apply?" answers with the tier and the reason."""
    page.goto(f"{address}postings/open-with-everything/", SAMPLE_NOW)
    page.click(".match summary")
    assert page.value("document.querySelectorAll('[name=nationality] option').length > 1")
    page.choose("[name=nationality]", "TV")
    page.choose("[name=level]", "4")
    page.type("[name=years]", "7")
    for code in ("en", "uk"):
        page.click(f"[name=language][value={code}]")
    page.click(".match form p > button")
    assert page.value("document.querySelector('.verdict')?.textContent") == "First tier."
    assert "names your nationality" in page.value("document.querySelector('[data-answer]').textContent")


def test_a_role_leaves_an_open_page_at_its_deadline(page: Firefox, address: str) -> None:
    """When the deadline passes on an open page, the role moves from the list to a section with its own heading."""
    page.goto(address, datetime(2026, 6, 15, 20, tzinfo=UTC) - timedelta(seconds=3))
    assert "closing-today" in page.value(LISTED)
    gone = page.value("document.querySelector('[data-gone]')?.textContent")
    assert "Closed since this page was made" in gone
    assert "Last Day Clerk" in gone
    assert "closing-today" not in page.value(LISTED)


def test_a_page_of_ten_days_ago(page: Firefox, searched_site: Built, address: str) -> None:
    """Ten days after the build, no closed role is among the open ones, and the page says how old it is."""
    later = SAMPLE_NOW + timedelta(days=10, minutes=1)
    page.goto(address, later)
    assert "last updated 10 days ago" in page.value("document.querySelector('.old')?.textContent")
    open_roles = searched_site.edition.site.open_roles
    over = {role.slug for role in open_roles if role.deadline and role.deadline.instant <= later}
    assert over
    assert not over & set(page.value(LISTED))
