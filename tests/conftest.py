"""Fixtures for all tests: the project's folder, built sites, and small sites for a single test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import settings
from sites import DATA, DEMO_NOW, ROOT, SAMPLE_NOW, Built, SmallSite, built, searching

from generator.text import markup

# How long an example takes depends on what else the machine is doing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["changing", "judges", "soaking", "sourceweb"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--remake-golden",
        action="store_true",
        help="write tests/data/golden/site anew instead of comparing with it; then read the diff",
    )
    parser.addoption(
        "--speed",
        action="store_true",
        help="hold what Lighthouse says of performance to its mark too, which depends on how busy this machine is",
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def nothing_remembered() -> None:
    """Mutants are tried in forks of a process that has already run all tests, and its caches would hide them."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "generator":
            for value in vars(module).values():
                if callable(forget := getattr(value, "cache_clear", None)):
                    forget()
    markup._known = markup._Known()


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The cache of builds is in a temporary folder, in child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_search() -> Iterator[None]:
    """Pagefind is only installed if a test asks for it: making an index takes longer than the rest of a small build."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pagefind", None)
        yield


@pytest.fixture(autouse=True, scope="session")
def templates_compiled_once() -> Iterator[None]:
    """Jinja compiles the same source to the same code, which takes most of a small build, so tests compile it only
    once.

    Only the time differs. Jinja has no setting that shares compiled templates between environments in memory.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("compile", "parse"):
            patch.setattr(jinja2.Environment, name, _once(getattr(jinja2.Environment, name)))
        yield


def _once(function: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[object, Any] = {}

    def remembered(self: jinja2.Environment, *given: str | None) -> Any:
        key = type(self), self.trim_blocks, self.lstrip_blocks, self.undefined, *given
        if key not in known:
            known[key] = function(self, *given)
        return known[key]

    return remembered


@pytest.fixture(scope="session")
def demo_site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The project's own content at the instant of the demo."""
    return built(root, tmp_path_factory.mktemp("demo") / "site", DEMO_NOW)


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Invented roles in every state, with every key and hostile text, published at an address with a path."""
    return built(DATA / "sample", tmp_path_factory.mktemp("sample") / "site", SAMPLE_NOW)


@pytest.fixture(scope="session")
def searched_site(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample with a search index."""
    with searching():
        return built(DATA / "sample", tmp_path_factory.mktemp("searched") / "site", SAMPLE_NOW)


@pytest.fixture(scope="session")
def demo(demo_site: Built) -> Path:
    """The folder of the demo."""
    return demo_site.folder


@pytest.fixture(scope="session")
def sample(sample_site: Built) -> Path:
    """The folder of the sample."""
    return sample_site.folder


@pytest.fixture(scope="session", params=["demo", "sample"])
def site(request: pytest.FixtureRequest) -> Built:
    """The demo, then the sample."""
    found: Built = request.getfixturevalue(f"{request.param}_site")
    return found


@pytest.fixture
def small_site(tmp_path: Path) -> SmallSite:
    """A folder with a site of one posting and one organisation, for one test only."""
    return SmallSite.at(tmp_path / "small")
