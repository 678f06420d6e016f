"""Measures what a command needs: time, processor time and memory, including every process that it starts."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread

import psutil

_EVERY = 0.05  # seconds between two memory samples
_SHARE = 0.02  # the largest share of time to spend on PSS, for which the system counts pages one by one


class Failed(Exception):
    """A command ended with an error; the message is its output."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. Memory is the largest total of all its processes at one moment, in bytes.

    `pss` counts a page shared by several processes once; it is 0 if the system does not report it. `rss` counts the
    page in each process.
    """

    wall: float
    cpu: float
    pss: int
    rss: int


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Measured:
    """Runs a command to its end and measures it. Raises Failed."""
    os.sync()  # earlier writes are not this command's work
    with TemporaryFile() as printed:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        watch = _Watch(process.pid)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.end()
        if process.returncode:
            printed.seek(0)
            output = printed.read().decode(errors="replace")
            raise Failed(f"{' '.join(command)}\nended with {process.returncode}:\n{output}")
    return Measured(wall, used.ru_utime + used.ru_stime, watch.pss, watch.rss)


class _Watch(Thread):
    """Samples the memory of a process and all its descendants until `end` is called."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.top, self.over = psutil.Process(pid), Event()
        self.pss = self.rss = 0

    def run(self) -> None:
        next_pss = 0.0
        while not self.over.is_set():
            family = self._family()
            self.rss = max(self.rss, sum(map(_rss, family)))
            began = time.perf_counter()
            if began >= next_pss:
                self.pss = max(self.pss, sum(map(_pss, family)))
                ended = time.perf_counter()
                next_pss = ended + (ended - began) / _SHARE
            self.over.wait(_EVERY)

    def end(self) -> None:
        self.over.set()
        self.join()

    def _family(self) -> list[psutil.Process]:
        try:
            return [self.top, *self.top.children(recursive=True)]
        except psutil.Error:
            return []  # it has just ended


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _pss(process: psutil.Process) -> int:
    try:
        return int(getattr(process.memory_full_info(), "pss", 0))
    except psutil.Error:
        return 0
