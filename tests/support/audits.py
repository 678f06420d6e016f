"""Lists the files that a block of code opens, as Python's audit hooks report them, by the names used to open them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_listening: list[list[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and event == "open":
        _listening[-1].append(str(arguments[0]))


# An audit hook cannot be removed, so there is only one; it ignores events outside of a block.
sys.addaudithook(_hear)


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """The names of all files that this process opens within a block."""
    _listening.append([])
    try:
        yield _listening[-1]
    finally:
        _listening.pop()
