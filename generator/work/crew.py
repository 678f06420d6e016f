"""Who does the work: this process, its child processes, or other machines; the results are the same.

A task is a function of a context, which all its chunks share, and of a chunk: a list of values. Both travel by pickle,
so a task may run wherever the generator is installed, at any time and more than once.
"""

import gc
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import lru_cache, partial
from itertools import islice
from threading import Event, Lock, Thread
from typing import Any, Generic, TypeVar

from . import tally
from .stamps import toolchain
from .tally import Tally
from .thresholds import USUAL, Thresholds

_Context = TypeVar("_Context")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
Task = Callable[[_Context, list[_Item]], _Result]

_PATIENCE_SECONDS = 10
_GLANCE_SECONDS = 1.0  # how often a process looks whether its parent still lives
_WAITING = 3  # chunks a hand that are under way, so that nobody waits and memory stays small


class Unavailable(Exception):
    """An executor that was asked for cannot be had."""


class Crew:
    """Runs tasks; a crew of one hand works in this process. It takes any executor, and calls `close` at the end."""

    def __init__(
        self,
        hands: int = 1,
        executor: Executor | None = None,
        close: Callable[[], object] | None = None,
        thresholds: Thresholds = USUAL,
    ) -> None:
        self.hands, self.chunk = hands, thresholds.chunk
        self._worth = thresholds.chunk * thresholds.worth  # items
        self.shares_files = executor is None  # hands elsewhere see neither what is read nor what is written here
        self._executor, self._close = executor, close

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *error: object) -> None:
        if self._close:
            self._close()

    def run(
        self, task: Task[_Context, _Item, _Result], context: _Context, items: Iterable[_Item], total: int
    ) -> "Run[_Context, _Item, _Result]":
        """The results for the items in chunks, in order."""
        return Run(self, task, context, items, self._executor_for(total))

    def start(self) -> None:
        """Lets the hands begin now, while they have little to take with them."""
        if executor := self._executor_for(self._worth + 1):
            executor.submit(int)

    def _executor_for(self, total: int) -> Executor | None:
        if self._executor is None and self.hands > 1 and total > self._worth:
            from concurrent.futures import ProcessPoolExecutor

            from .programs import guarded

            guarded()
            # Processes and not threads: the work is Python's own, and feedgen changes the locale of its process.
            processes = ProcessPoolExecutor(self.hands, initializer=_begin, initargs=(os.getpid(),))
            self._executor, self._close = processes, partial(processes.shutdown, cancel_futures=True)
        return self._executor


class Run(Iterator[_Result], Generic[_Context, _Item, _Result]):
    """The results of a task, chunk by chunk. Without an executor each is made when it is asked for."""

    def __init__(
        self,
        crew: Crew,
        task: Task[_Context, _Item, _Result],
        context: _Context,
        items: Iterable[_Item],
        executor: Executor | None,
    ) -> None:
        self._task, self._context, self._executor = task, context, executor
        self._chunks, self._most = _chunked(items, crew.chunk), crew.hands * _WAITING
        self._pickled = b"" if executor is None else pickle.dumps((toolchain(), context), pickle.HIGHEST_PROTOCOL)
        self._under_way: deque[tuple[list[_Item], Future[tuple[_Result, Tally]]]] = deque()

    def __next__(self) -> _Result:
        if self._executor is None:
            return self._task(self._context, next(self._chunks))
        self._hand_out(self._executor)
        if not self._under_way:
            raise StopIteration
        chunk, future = self._under_way.popleft()
        return self._result(chunk, future)

    def ready(self) -> bool:
        """Whether other hands have the next result; they work on while it is not asked for."""
        if self._executor is None:
            return False
        self._hand_out(self._executor)
        return bool(self._under_way) and self._under_way[0][1].done()

    def _hand_out(self, executor: Executor) -> None:
        for chunk in islice(self._chunks, self._most - len(self._under_way)):
            self._under_way.append((chunk, _submitted(executor, self._task, self._pickled, chunk)))

    def _result(self, chunk: list[_Item], future: Future[tuple[_Result, Tally]]) -> _Result:
        try:
            result, done = future.result()
            tally.here.add(done)
            return result
        except BrokenExecutor:
            # A process was killed, for its memory perhaps. What it had in hand is done here.
            return self._task(self._context, chunk)


ALONE = Crew()


def _chunked(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _submitted(
    executor: Executor, task: Task[Any, _Item, _Result], pickled: bytes, chunk: list[_Item]
) -> Future[tuple[_Result, Tally]]:
    try:
        return executor.submit(_do, task, pickled, chunk)
    except BrokenExecutor as error:
        broken: Future[tuple[_Result, Tally]] = Future()
        broken.set_exception(error)
        return broken


def tuned() -> None:
    """Lets the garbage collector look less often at what grows and stays: a build makes few cycles."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _begin(parent: int) -> None:
    """Makes a process ready for tasks. It ends with its parent, which after SIGKILL can no longer tell it to."""
    tuned()
    Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    quiet = Event()
    while os.getppid() == parent:
        quiet.wait(_GLANCE_SECONDS)
    os._exit(1)


_busy = Lock()


def _do(task: Callable[[Any, Any], _Result], pickled: bytes, chunk: Any) -> tuple[_Result, Tally]:
    # Some executors run several tasks in the threads of one process, and what tasks remember is made for one.
    with _busy:
        tally.taken()
        return task(_context(pickled), chunk), tally.taken()


@lru_cache(2)
def _context(pickled: bytes) -> Any:
    # Made by `run` and carried by the executor, never read from a file.
    tools, context = pickle.loads(pickled)
    if tools != toolchain():
        raise Unavailable("a worker has another generator, other packages or another Python, install the same")
    return context


def hired(address: str, thresholds: Thresholds = USUAL, patience: float = _PATIENCE_SECONDS) -> Crew:
    """The crew at an address: `dask:tcp://host:8786` is a Dask scheduler, which is waited for so many seconds. Raises
    Unavailable.
    """
    kind, _, place = address.partition(":")
    if kind != "dask" or not place:
        raise Unavailable(f"{address!r} is no executor, write it as dask:tcp://host:8786")
    try:
        from distributed import Client
    except ImportError:
        raise Unavailable("Dask is not installed here, install vacancy-digest[dask]") from None
    try:
        client = Client(place, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Unavailable(f"{place} does not answer ({error}), check the address and the scheduler") from None
    hands = sum(client.nthreads().values())
    if not hands:
        client.close()
        raise Unavailable(f"{place} has no workers, start some")
    return Crew(hands, client.get_executor(pure=False), client.close, thresholds)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
