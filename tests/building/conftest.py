"""What tests of builds that remember ask for."""

from collections.abc import Iterator

import pytest
from changing import SiteMachine


@pytest.fixture
def machine() -> Iterator[SiteMachine]:
    """A site of three postings, to change step by step."""
    machine = SiteMachine()
    yield machine
    machine.teardown()
