"""A function called in a process of its own, which is ended when it takes too long or too much memory.

For libraries that take apart what strangers wrote: whatever becomes of them, this process goes on.
"""

import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from typing import Generic, ParamSpec, TypeVar, cast

from .programs import guarded

SECONDS = 20.0  # for one call
MEMORY = 1024**3  # bytes of address space
_START_SECONDS = 120.0  # for Python and its imports, on a machine with much else to do

_Values = ParamSpec("_Values")
_Answer = TypeVar("_Answer")


class NoAnswer(Exception):
    """A call gave nothing; the message says why, to be put behind the name of what was asked for."""


class Apart(Generic[_Values, _Answer]):
    """A function of a module, called in another process. The process is kept from one call to the next."""

    def __init__(self, function: Callable[_Values, _Answer], *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._function, self._seconds, self._memory = function, seconds, memory
        self._end: Callable[[], None] | None = None
        self._line: Connection | None = None

    def __call__(self, *values: _Values.args, **named: _Values.kwargs) -> _Answer:
        """What the function gives. Raises NoAnswer where it takes too long or too much memory, or fails."""
        try:
            line = self._line or self._started()
            line.send((values, named))
            done, answer = self._heard(line, self._seconds)
        except BaseException as error:
            self.close()
            if isinstance(error, EOFError | OSError):
                raise NoAnswer("cannot be read, the process that reads it has ended") from None
            raise
        if not done:
            # What has failed may have left much behind.
            self.close()
            raise NoAnswer(f"cannot be read ({answer})")
        return cast(_Answer, answer)

    def close(self) -> None:
        """Ends the process; the next call starts another."""
        if self._end:
            self._end()
        self._end, self._line = None, None

    def _started(self) -> Connection:
        guarded()
        context = get_context("spawn")
        self._line, theirs = context.Pipe()
        process = context.Process(target=_answer, args=(theirs, self._function, self._memory), daemon=True)
        # Ctrl-C reaches both processes and this one alone heeds it, a moment later if need be. Python's tracker lets it
        # through when it starts, so that must have been before.
        resource_tracker.ensure_running()
        heeded = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heeded)
        theirs.close()
        self._end = process.kill
        self._heard(self._line, _START_SECONDS)
        return self._line

    def _heard(self, line: Connection, seconds: float) -> tuple[bool, object]:
        if not line.poll(seconds):
            raise NoAnswer(f"takes longer than {seconds:g} seconds to read")
        heard: tuple[bool, object] = line.recv()
        return heard


def _answer(line: Connection, function: Callable[..., object], memory: int) -> None:
    """The other process: answers until nobody asks any more."""
    with suppress(OSError, ValueError):  # not every system has this limit; the time has one everywhere
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    line.send((True, None))
    while True:
        try:
            values, named = line.recv()
        except EOFError:
            return
        try:
            line.send((True, function(*values, **named)))
        # Whatever a library raises over a text must not end the reading of others.
        except Exception as error:
            line.send((False, type(error).__name__))
