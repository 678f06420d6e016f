"""What the tests of sources share: a web on loopback."""

from collections.abc import Iterator

import pytest
from sourceweb import SourceWeb, source_web


@pytest.fixture
def web() -> Iterator[SourceWeb]:
    """A web without pages."""
    with source_web() as found:
        yield found
