"""The pages without scripts: everything important is there, and nothing is shown that cannot work."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from serving import served
from sites import Built

from generator.edition import wording


@pytest.fixture(scope="module")
def address(sample_site: Built) -> Iterator[str]:
    with served(sample_site) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    # As high as the page: browsers do not lay out text outside of the window, and so do not report it.
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 10_000})
    yield context.new_page()
    context.close()


def test_the_home_page_says_everything(page: Page, sample_site: Built, address: str) -> None:
    """Every open role is listed with its deadline and its state; no filter is shown that would do nothing."""
    page.goto(address)
    text = " ".join(page.locator("main").inner_text().split())
    for role in sample_site.edition.site.open_roles:
        assert " ".join(role.title.split()) in text, role.slug
        assert role.deadline is None or wording.deadline_time(role.deadline) in text, role.slug
    for name in ("[data-find]", "[data-none]", "[data-away]"):
        expect(page.locator(name)).to_be_hidden()
    assert page.locator("button:visible").count() == 0


def test_a_country_says_everything(page: Page, sample_site: Built, address: str) -> None:
    """A country's page lists its open roles and the days on which they close."""
    page.goto(f"{address}countries/ua/")
    text = " ".join(page.locator("main").inner_text().split())
    found = sample_site.edition.collections
    roles = next(one["ua"] for one in found.values() if "ua" in one).open_roles
    assert roles
    assert [role.slug for role in roles if " ".join(role.title.split()) not in text] == []
    page.locator(".strip a").first.click()
    assert "#d-2026-06-" in page.url


def test_a_posting_says_everything(page: Page, address: str) -> None:
    """A posting's page shows deadline, facts and where to apply, and no form that does nothing."""
    page.goto(f"{address}postings/open-with-everything/")
    main = page.locator("main")
    for text in ("Friday 31 July 2026, 17:00 UTC+03:00 (14:00 UTC)", "Stated in the notice.", "Last full day to apply"):
        expect(main).to_contain_text(text)
    for text in ("CHF 90,000 – 120,000.50 a year", "P-4", "Languages"):
        expect(main).to_contain_text(text)
    expect(page.get_by_role("link", name="Apply at jobs.harbour.example").first).to_be_visible()
    expect(page.get_by_role("link", name="Add deadline to calendar")).to_be_visible()
    expect(page.locator(".match")).to_be_hidden()
    assert page.locator("button:visible").count() == 0


@pytest.mark.skipif(not shutil.which("w3m"), reason="w3m is not installed")
@pytest.mark.parametrize("path", ["index.html", "countries/ua/index.html", "postings/open-with-everything/index.html"])
def test_a_browser_of_text_alone(sample_site: Built, path: str) -> None:
    """In a browser without styles and scripts, the page reads from top to bottom."""
    command = ["w3m", "-dump", "-cols", "100", str(sample_site.folder / path)]
    text = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    assert "31 July 2026" in text or "31 Jul" in text
    assert "17:00 UTC+03:00" in text
