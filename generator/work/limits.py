"""Work that a stranger may have made long: it is done in a process of its own, with so much time and memory.

The process ends where it takes more, whatever it does there, and what it keeps in temporary folders goes with it.
"""

import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from typing import NoReturn

_SECONDS = 60
_FILES_A_SECOND = 50
_GIBIBYTES = 4
# How many times its CPU time a command may take by the clock: one that waits for a lost process takes no CPU time.
_PATIENCE = 10
# Who stops the command from outside tells its first process alone. A terminal sends SIGINT to all of them.
_PASSED_ON = (signal.SIGTERM, signal.SIGHUP)
_STOPPED = (*_PASSED_ON, signal.SIGINT)


class Exceeded(Exception):
    """The work took more time or memory than it may, or ended its process."""


def seconds_for(files: int) -> int:
    """The seconds of CPU time that each process may take for a site of so many files."""
    return _SECONDS + files // _FILES_A_SECOND


def bounded(work: Callable[[], int], seconds: int, patience: int = _PATIENCE) -> int:
    """Does the work in a process that may take so many seconds of CPU time and four gibibytes of memory, as may each
    process that it starts. It is waited for so many times as long. Returns the exit code that the work gives.

    Raises Exceeded. To be called before there are threads.
    """
    with tempfile.TemporaryDirectory(prefix="vacancy-digest-") as scratch:
        _flush()
        # What is told meanwhile waits until the child can be told.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPED)
        child = os.fork()
        if not child:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPED)
            _do(work, seconds, scratch)
        code = _ended(child, seconds * patience)
    if code >= 0:
        return code
    if -code in _STOPPED:
        return 128 - code
    raise Exceeded(
        f"the templates of this site take more than {seconds} seconds or {_GIBIBYTES} GiB of memory to fill in, or end "
        "the program; nothing was changed"
    )


def _do(work: Callable[[], int], seconds: int, scratch: str) -> NoReturn:
    code = 1
    try:
        tempfile.tempdir = os.environ["TMPDIR"] = scratch
        _lower(resource.RLIMIT_CPU, seconds)
        _lower(resource.RLIMIT_AS, _GIBIBYTES << 30)
        _lower(resource.RLIMIT_CORE, 0)
        code = work()
    except MemoryError:
        signal.raise_signal(signal.SIGKILL)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        _flush()
        os._exit(code)


def _lower(kind: int, most: int) -> None:
    """Sets a limit, unless a lower one is there. A system that knows no such limit goes without it."""
    soft, hard = resource.getrlimit(kind)
    bounds = [most, *(one for one in (soft, hard) if one != resource.RLIM_INFINITY)]
    try:
        resource.setrlimit(kind, (min(bounds), hard))
    except (OSError, ValueError):
        return


def _ended(child: int, seconds: int) -> int:
    """The exit code of a process when it is over; below zero it is the signal that ended it. It is ended after so many
    seconds by the clock.
    """
    before = {one: signal.signal(one, lambda number, _: os.kill(child, number)) for one in _PASSED_ON}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPED)
    signal.alarm(seconds)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
