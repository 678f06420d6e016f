"""Hostile text in a browser: none of it runs, with the site's policy or without any."""

import json
import re
from collections.abc import Iterator, Sequence

import hostile
import pytest
from hostile import HOSTILE, Twins
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from serving import Handler, ObeyingHandler, served, watched
from sites import SAMPLE_NOW, SmallSite, searching
from soaking import Tell

from generator.reading.templates import BUILT_IN

POSTINGS = 50
# With the policy as hosts send it and as each page states it, and without a policy, when only correct
# escaping keeps the text from running.
POLICIES = ("with the policy", "without a policy")
# What the pages of a site are made of now: each element with its attributes.
SHAPES = """() => [...new Set([...document.querySelectorAll("*")].flatMap(
  (one) => [one.tagName, ...one.getAttributeNames().map((name) => `${one.tagName} ${name}`)]))].sort()"""


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """Fifty postings full of hostile texts, and their twins, with a search index."""
    files = hostile.templates(POSTINGS, 6)
    texts = hostile.dealt(hostile.every_text(), hostile.places(files), hostile.pinned_doors())
    with searching():
        return hostile.twins(tmp_path_factory.mktemp("twins"), files, texts)


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sung() -> list[str]:
    """Collects what the canaries report, and everything else that goes wrong."""
    return []


@pytest.fixture
def page(browser: Browser, policy: str, sung: list[str]) -> Iterator[Page]:
    """A page with canaries in it."""
    context = browser.new_context(bypass_csp=policy == "without a policy")
    yield with_canaries(context, sung)
    context.close()


def with_canaries(context: BrowserContext, sung: list[str]) -> Page:
    context.expose_function("sing", lambda song: sung.append(song))
    context.add_init_script(path=HOSTILE / "canary.js")
    page = context.new_page()
    page.clock.install(time=SAMPLE_NOW)

    def dismissed(dialog: Dialog) -> None:
        sung.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismissed)
    for event in ("popup", "download", "websocket", "frameattached"):
        page.on(event, lambda what, event=event: sung.append(f"{event}: {getattr(what, 'url', what)}"))
    return page


def handler_for(policy: str) -> type[Handler]:
    return ObeyingHandler if policy == "with the policy" else Handler


@pytest.mark.soak
def test_no_page_runs_what_is_written_on_it(
    page: Page, policy: str, sung: list[str], twins: Twins, soaking: bool, tell: Tell
) -> None:
    """On each posting, and on pages of every other kind, no canary runs, no request leaves, and nothing new appears.

    "Can I apply?" is tried on one posting of each state. Nothing new means only elements that harmless twins of the
    page have.
    """
    # Former addresses redirect to these pages.
    every = [path for path in twins.hostile.paths(".html") if "/formerly-" not in path] + ["feed.xml", "atom.xml"]
    firsts = list(first_of_their_kind(every))
    paths = every if soaking else sorted({*firsts, *(path for path in every if kind_of(path) == "postings")})
    if policy == "without a policy" and not soaking:
        # There is only time for the pages with the most scripts.
        paths = [path for path in firsts if kind_of(path) in ("index.html", "postings", "organisations/index.html")]
    wrong = watched(page)
    known: dict[str, set[str]] = {kind_of(path): set() for path in paths}
    with served(twins.plain, handler_for(policy)) as address:
        for path in every if soaking else firsts:
            if kind_of(path) in known:
                known[kind_of(path)] |= made_of(page, address, path, asked=True)
    odd = []
    with served(twins.hostile, handler_for(policy)) as address:
        for path in paths:
            strange = made_of(page, address, path, asked=soaking or path in firsts) - known[kind_of(path)]
            odd += [f"{path}: {shape}" for shape in sorted(strange)]
    tell(f"pages full of hostile texts in a browser {policy}", len(paths), odd + sung + whole(wrong))


def kind_of(path: str) -> str:
    """What the paths of a kind of page have in common: names of folders and files, without the parts that differ."""
    first, *rest = path.split("/")
    return "/".join([first, *rest[1:]]) if first != "postings" else first


def first_of_their_kind(paths: Sequence[str]) -> Iterator[str]:
    """One path of each kind of page, and one posting in each state."""
    seen: set[str] = set()
    for path in paths:
        if kind_of(path) not in seen or re.match("postings/role-[0-7]/", path):
            seen.add(kind_of(path))
            yield path


def made_of(page: Page, address: str, path: str, *, asked: bool) -> set[str]:
    """What a page is made of once it has loaded, and after its questions were answered."""
    page.goto(address + path.removesuffix("index.html"))
    if asked and path.startswith("postings/"):
        ask(page)
    return set(page.evaluate(SHAPES))


# Our own requests that ended with their page, the icon that a feed does not have, and what the search engine says
# when the machine is too busy.
OWN = ("failed: http://127.0.0.1", "console: Failed to load resource", "console: Failed to initialize Pagefind")


def whole(wrong: Sequence[str]) -> list[str]:
    """What went wrong because of the texts."""
    return [one for one in wrong if not one.startswith(OWN)]


def ask(page: Page) -> None:
    """Answers "Can I apply?", if the page has it, as somebody in no tier and as an internal candidate."""
    details = page.locator("details.match")
    if not details.count():
        return
    details.locator("summary").click()
    expect(details.locator("[name=nationality] option").nth(1)).to_be_attached()
    for nationality, internal in (("NO", False), ("KE", True)):
        details.locator("[name=nationality]").select_option(nationality)
        details.locator("[name=internal]").set_checked(internal)
        details.get_by_role("button", name="Compare").click()
        expect(details.locator("[data-answer] li")).to_have_count(4)


@pytest.mark.soak
def test_the_scripts_of_the_home_page_show_texts_as_texts(
    page: Page, policy: str, sung: list[str], twins: Twins, soaking: bool, tell: Tell
) -> None:
    """Hostile titles and names stay text when roles are searched, filtered, sorted, saved and closed."""
    roles = twins.hostile.edition.site.open_roles
    wrong = watched(page)
    with served(twins.hostile, handler_for(policy)) as address:
        page.goto(address)
        page.get_by_text("Filter and sort").click()
        titles = sorted(role.title for role in roles)
        assert sorted(page.locator(f".row {TITLE}").evaluate_all(TEXTS)) == titles
        sought = titles if soaking else titles[::3]
        missed = [title for title in sought if not is_found(page, title)]
        page.get_by_role("searchbox").fill("")
        names = page.locator("label:has-text('Organisation') select")
        for name in names.locator("option").all()[1 :: 1 if soaking else 4]:
            names.select_option(name.get_attribute("value"))
            said = page.locator("[data-own-page] a").text_content() or ""
            shown = f"{said.removesuffix(' has a page, feeds and a calendar of its own')} ("
            missed += [said] if not (name.text_content() or "").startswith(shown) else []
        names.select_option("")
        page.get_by_label("Sort by").select_option("title")
        for button in page.locator("button.save").all():
            button.click()
        kept = json.loads(page.evaluate("localStorage.getItem('vacancy-digest:saved:/some/path/')"))
        assert sorted(kept.values()) == titles
        page.clock.install(time="2027-01-01T00:00:00Z")
        page.goto(f"{address}?saved=1")
        expect(page.locator("[data-away] li")).to_have_count(len(roles))
        assert sorted(page.locator("[data-away] li").evaluate_all(TEXTS)) == titles
    tell(f"hostile titles sought in a browser {policy}", len(sought), missed + sung + whole(wrong))


INDEX = (".pf_index", ".pf_meta")  # their names contain a hash of their content
TITLE = ":is(h2, h3) a"
TEXTS = "(all) => all.map((one) => one.textContent)"


def is_found(page: Page, title: str) -> bool:
    """Whether a search for a title shows it."""
    words = title[:100].strip()
    page.get_by_role("searchbox").fill(words)
    page.clock.run_for(250)  # the script waits until typing stops
    page.wait_for_function("(words) => new URLSearchParams(location.search).get('q') === words", arg=words)
    return title in page.locator(f".row:not([hidden]) {TITLE}").evaluate_all(TEXTS)


def test_the_search_index_names_only_open_roles(twins: Twins, tell: Tell) -> None:
    """Besides compressed words, pages load from the index only the unmodified engine and the slugs of open roles."""
    found = json.loads(twins.hostile.read("search/roles.json"))
    assert sorted(found.values()) == sorted(role.slug for role in twins.hostile.edition.site.open_roles)
    names = [path for path in twins.hostile.paths() if path.startswith("search/") and not path.endswith(INDEX)]
    assert names == [path for path in twins.plain.paths() if path.startswith("search/") and not path.endswith(INDEX)]
    wrong = [path for path in names if path.endswith(".js") and twins.hostile.read(path) != twins.plain.read(path)]
    wrong += [slug for slug in found.values() if not re.fullmatch("role-[0-9]+", slug)]
    tell("names that the index for search gives", len(found), wrong)


@pytest.mark.soak
def test_addresses_bring_nothing_in(
    page: Page, policy: str, sung: list[str], twins: Twins, soaking: bool, tell: Tell
) -> None:
    """Search and filters from the address, and values stored in the browser, are shown only as text."""
    texts = [text for text in hostile.every_text() if "\n" not in text and len(text) < 200 and text.isprintable()]
    texts = texts[:: 3 if soaking else 60]
    wrong = watched(page)
    missed = []
    with served(twins.plain, handler_for(policy)) as address:
        page.goto(address)
        plain = asked_and_kept(page, address, "plain words")[0]
        for text in texts:
            made, said, kept = asked_and_kept(page, address, text)
            missed += [] if f"“{text[:20]}" in said else [f"{text!r} is not in {said!r}"]
            missed += [] if kept == [text] else [f"{text!r} was kept as {kept}"]
            missed += sorted({*made} - {*plain})
    tell(f"hostile addresses of the home page in a browser {policy}", len(texts), missed + sung + whole(wrong))


KEEP = "(text) => localStorage.setItem('vacancy-digest:saved:/some/path/', JSON.stringify({gone: text}))"
ASK = "(text) => new URLSearchParams({q: text, grades: text, saved: 1}).toString()"


def asked_and_kept(page: Page, address: str, text: str) -> tuple[list[str], str, list[str]]:
    """The home page's elements, its message and the saved titles, after a text was stored and searched for."""
    page.evaluate(KEEP, text)
    asked = page.evaluate(ASK, text)
    page.goto(f"{address}?{asked}#{asked}")
    said = page.locator("[data-status]").text_content() or ""
    return page.evaluate(SHAPES), said, page.locator("[data-away] li").evaluate_all(TEXTS)


def test_the_canaries_sing(page: Page, policy: str, sung: list[str], small_site: SmallSite) -> None:
    """If a template does not escape a text, a canary reports it: either it ran, or the policy stopped it."""
    template = (BUILT_IN / "posting.html").read_text("utf-8")
    small_site.write("templates/posting.html", template.replace("{{ posting.title }}", "{{ posting.title | safe }}"))
    small_site.posting("singing", "title: '<img src=x onerror=alert(1)>'\ncloses: 2026-07-01")
    with served(small_site.build(), handler_for(policy)) as address:
        page.goto(f"{address}postings/singing/")
        page.wait_for_timeout(300)
    assert any(("stopped script-src" if policy == "with the policy" else "alert was") in song for song in sung), sung
