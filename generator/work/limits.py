"""Work that a stranger may have made long: done in a process of its own, with limits of time and memory.

Whatever becomes of that process, this one goes on, and what it kept in temporary folders goes with it.
"""

import math
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context, resource_tracker, set_start_method
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, NamedTuple, NoReturn, ParamSpec, TypeVar, cast

from .programs import guarded

_SECONDS = 60
_FILES_A_SECOND = 50
_GIBIBYTES = 4
_TOLD = None  # in the place of whether a call is done
_START_SECONDS = 120.0  # for Python and its imports, on a machine with much else to do
# Anyone who stops a command from outside stops its first process alone. A terminal sends SIGINT to all of them.
_STOPS = (signal.SIGTERM, signal.SIGHUP)

_Values = ParamSpec("_Values")
_Answer = TypeVar("_Answer")


class Limits(NamedTuple):
    """What a process may take: seconds of CPU time for each piece of work, and bytes of address space.

    By the clock work may take `patience` times as long: what waits for a lost process takes no CPU time.
    """

    seconds: int
    memory: int
    patience: int = 10


_OF_A_SOURCE = Limits(20, 1 << 30)  # what strangers wrote, taken apart by libraries


class NoAnswer(Exception):
    """A call gave nothing; the message says why, to be put behind the name of what was asked for."""


class Exceeded(Exception):
    """The templates of a site took more time or memory than they may, or ended the process."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(
            f"the templates of this site take more than {limits.seconds} seconds or {limits.memory >> 30} GiB of "
            "memory to fill in, or end the program; nothing was changed"
        )


def limits_for(content: Path) -> Limits:
    """What each process may take that fills in a site's own templates for the files of this folder."""
    files = sum(len(names) for *_, names in os.walk(content))
    return Limits(_SECONDS + files // _FILES_A_SECOND, _GIBIBYTES << 30)


def bounded(work: Callable[[], int], limits: Limits) -> int:
    """Does the work of a command in a process with these limits, as has each process that it starts. Returns the exit
    code that the work gives.

    Raises Exceeded. To be called before there are threads.
    """
    with tempfile.TemporaryDirectory(prefix="vacancy-digest-") as scratch:
        process = get_context("fork").Process(target=_exit_with, args=(work, limits, scratch))
        process.start()
        child = cast(int, process.pid)
        before = {one: signal.signal(one, lambda number, _: os.kill(child, number)) for one in _STOPS}
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process.join(limits.seconds * limits.patience)
        finally:
            process.kill()
            process.join()
            for number, handler in before.items():
                signal.signal(number, handler)
    code = cast(int, process.exitcode)
    if code >= 0:
        return code
    if -code in _STOPS:
        return 128 - code
    raise Exceeded(limits)


def _exit_with(work: Callable[[], int], limits: Limits, scratch: str) -> NoReturn:
    set_start_method(None, force=True)  # that of this process is for no other
    _limit(limits, scratch)
    try:
        sys.exit(work())
    except MemoryError:
        signal.raise_signal(signal.SIGKILL)
        raise


class Apart(Generic[_Values, _Answer]):
    """A function of a module, called in another process. The process is kept from one call to the next.

    A call may take what `limits` says at that time; `heard` gets what the function tells meanwhile.
    """

    def __init__(self, function: Callable[_Values, _Answer], limits: Limits = _OF_A_SOURCE) -> None:
        self.limits = limits
        self.heard: Callable[[Any], object] = lambda _: None
        self._function = function
        self._process: BaseProcess | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._line: Connection | None = None

    def __call__(self, *values: _Values.args, **named: _Values.kwargs) -> _Answer:
        """What the function gives. Raises NoAnswer where it takes too long or too much memory, or fails."""
        late = f"takes longer than {self.limits.seconds:g} seconds to read"
        if self._process and not self._process.is_alive():
            self.close()  # the system ended it since the last call, which is no fault of this one
        try:
            line = self._line or self._started()
            line.send((self.limits, values, named))
            while (heard := _heard(line, self.limits.seconds * self.limits.patience, late))[0] is _TOLD:
                self.heard(heard[1])
        except BaseException as error:
            code = self.close()
            if isinstance(error, EOFError | OSError):
                ended = "cannot be read, the process that reads it has ended"
                raise NoAnswer(late if code == -signal.SIGXCPU else ended) from None
            raise
        done, answer = heard
        if not done:
            # What has failed may have left much behind.
            self.close()
            raise NoAnswer(f"cannot be read ({answer})")
        return cast(_Answer, answer)

    def close(self) -> int | None:
        """Ends the process; the next call starts another. Returns its exit code; below zero it is a signal."""
        process, scratch = self._process, self._scratch
        self._process, self._scratch, self._line = None, None, None
        if process:
            process.kill()
            process.join()
        if scratch:
            scratch.cleanup()
        return process.exitcode if process else None

    def _started(self) -> Connection:
        guarded()
        context = get_context("spawn")
        self._scratch = tempfile.TemporaryDirectory(prefix="vacancy-digest-")
        self._line, theirs = context.Pipe()
        process = context.Process(target=_answer, args=(theirs, self._function, self._scratch.name), daemon=True)
        # Ctrl-C reaches both processes and this one alone heeds it, a moment later if need be. Python's tracker lets it
        # through when it starts, so that must have been before.
        resource_tracker.ensure_running()
        heeded = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heeded)
        self._process = process
        theirs.close()
        _heard(self._line, _START_SECONDS, f"cannot be read, no process starts within {_START_SECONDS:g} seconds")
        return self._line


def _heard(line: Connection, seconds: float, late: str) -> tuple[bool | None, Any]:
    if not line.poll(seconds):
        raise NoAnswer(late)
    heard: tuple[bool | None, Any] = line.recv()
    return heard


_caller: list[Connection] = []  # in the other process


def tell(value: object) -> None:
    """Lets the process hear something that waits for the function which calls this."""
    for line in _caller:
        line.send((_TOLD, value))


def _answer(line: Connection, function: Callable[..., object], scratch: str) -> None:
    """The other process: answers until nobody asks any more."""
    _caller.append(line)
    line.send((True, None))
    while True:
        try:
            limits, values, named = line.recv()
        except EOFError:
            return
        _limit(limits, scratch)
        try:
            line.send((True, function(*values, **named)))
        # Whatever a library raises over a text must not end the reading of others.
        except Exception as error:
            line.send((False, type(error).__name__))


def _limit(limits: Limits, scratch: str) -> None:
    """Limits this process from now on, and each that it starts."""
    tempfile.tempdir = os.environ["TMPDIR"] = scratch
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, limits.seconds + math.ceil(used.ru_utime + used.ru_stime))
    _lower(resource.RLIMIT_AS, limits.memory)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(kind: int, most: int) -> None:
    """Sets a limit, unless the system has a lower one. One that knows no such limit goes without it."""
    hard = resource.getrlimit(kind)[1]
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
