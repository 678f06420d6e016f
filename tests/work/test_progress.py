"""The progress bar: shown on a terminal during a long step, and nowhere else."""

import os
import pty
import subprocess
import sys

SLOW = """
import time
from generator.work.progress import progress_bar
for item in progress_bar(range(5), 5, "Rendering", patience={patience}):
    time.sleep(0.02)
"""


def standard_error_of(script: str) -> bytes:
    """What a script writes to a terminal as its standard error."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    subprocess.run([sys.executable, "-c", script], stderr=theirs, check=True, env=environment)
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 4096):
            written += chunk
    except OSError:  # Linux raises this when the other end is closed and everything has been read
        pass
    os.close(ours)
    return written


def test_a_step_that_lasts_shows_a_bar() -> None:
    """On a terminal, a step that takes longer than the delay shows its name and its progress."""
    written = standard_error_of(SLOW.format(patience=0))
    assert b"Rendering" in written
    assert b"%" in written


def test_a_quick_step_shows_nothing() -> None:
    """On a terminal, a step that is faster than the delay writes nothing."""
    assert standard_error_of(SLOW.format(patience=60)) == b""


def test_no_bar_where_there_is_no_terminal() -> None:
    """In a pipe, even a long step writes nothing."""
    done = subprocess.run([sys.executable, "-c", SLOW.format(patience=0)], capture_output=True, check=True)
    assert done.stderr == b""
    assert done.stdout == b""
