"""Properties that are tried many times: in a short form with every `make test`, in a long one with `make soak`."""

from collections.abc import Callable, Sequence

import pytest

Tell = Callable[[str, int, Sequence[object]], None]
_TOLD = "tried and failed"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long forms, which take an hour")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ()))
    told = [found for report in reports for name, found in report.user_properties if name == _TOLD]
    if told:
        terminalreporter.section(_TOLD)
        for what, tried, failed in told:
            terminalreporter.line(f"{tried:>10,} tried {failed:>6,} failed  {what}")


@pytest.fixture(scope="session")
def soaking(request: pytest.FixtureRequest) -> bool:
    """Whether the long forms run."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Records what was tried, how often, and every failure; prints the figures at the end, and fails if there was a
    failure.

    These are the figures of `docs/reliability.md`.
    """

    def told(what: str, tried: int, failed: Sequence[object]) -> None:
        record_property(_TOLD, (what, tried, len(failed)))
        assert tried > 0, f"nothing was tried: {what}"
        assert not failed, "\n".join([f"{len(failed)} of {tried} failed: {what}", *map(str, failed[:20])])

    return told
