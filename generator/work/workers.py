"""Workers: this process, its child processes, or other machines; the results are the same.

A task is a function of a context, which all its chunks share, and a chunk: a list of values. Both travel by pickle,
so a task may run anywhere that the generator is installed, at any time and more than once.
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
_GLANCE_SECONDS = 1.0  # how often a process checks that its parent is alive
_WAITING = 3  # chunks under way per worker, so that none waits and memory use stays small


class Unavailable(Exception):
    """The requested executor is not available."""


class Workers:
    """Runs tasks. A single worker is this process itself. Takes any executor, and calls `close` at the end."""

    def __init__(
        self,
        count: int = 1,
        executor: Executor | None = None,
        close: Callable[[], object] | None = None,
        thresholds: Thresholds = USUAL,
    ) -> None:
        self.count, self.chunk = count, thresholds.chunk
        self._worth = thresholds.chunk * thresholds.worth  # items
        self.shares_files = executor is None  # workers on other machines see no files of this one
        self._executor, self._close = executor, close

    def __enter__(self) -> "Workers":
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
        """Starts the processes now, while they inherit little memory."""
        if executor := self._executor_for(self._worth + 1):
            executor.submit(int)

    def _executor_for(self, total: int) -> Executor | None:
        if self._executor is None and self.count > 1 and total > self._worth:
            from concurrent.futures import ProcessPoolExecutor

            from .programs import guarded

            guarded()
            # Processes and not threads: the work is Python's own, and feedgen changes the locale of its process.
            processes = ProcessPoolExecutor(self.count, initializer=_begin, initargs=(os.getpid(),))
            self._executor, self._close = processes, partial(processes.shutdown, cancel_futures=True)
        return self._executor


class Run(Iterator[_Result], Generic[_Context, _Item, _Result]):
    """The results of a task, chunk by chunk. Without an executor each is computed when it is requested."""

    def __init__(
        self,
        workers: Workers,
        task: Task[_Context, _Item, _Result],
        context: _Context,
        items: Iterable[_Item],
        executor: Executor | None,
    ) -> None:
        self._task, self._context, self._executor = task, context, executor
        self._chunks, self._most = _chunked(items, workers.chunk), workers.count * _WAITING
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
        """Whether other workers have finished the next result; they carry on until it is requested."""
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
            # A process was killed, perhaps for using too much memory. Its chunk is done here.
            return self._task(self._context, chunk)


ALONE = Workers()


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
    """Makes the garbage collector run less often: a build creates much that stays and few cycles."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _begin(parent: int) -> None:
    """Prepares a process for tasks. It ends when its parent does: after SIGKILL the parent can no longer stop it."""
    tuned()
    Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    quiet = Event()
    while os.getppid() == parent:
        quiet.wait(_GLANCE_SECONDS)
    os._exit(1)


_busy = Lock()


def _do(task: Callable[[Any, Any], _Result], pickled: bytes, chunk: Any) -> tuple[_Result, Tally]:
    # Some executors run several tasks in threads of one process, but caches of tasks are made for one thread.
    with _busy:
        tally.taken()
        return task(_context(pickled), chunk), tally.taken()


@lru_cache(2)
def _context(pickled: bytes) -> Any:
    # Pickled by `run` and passed by the executor, never read from a file.
    tools, context = pickle.loads(pickled)
    if tools != toolchain():
        raise Unavailable("a worker has another version of the generator, its packages or Python, install the same")
    return context


def workers_at(address: str, thresholds: Thresholds = USUAL, patience: float = _PATIENCE_SECONDS) -> Workers:
    """The workers at an address: `dask:tcp://host:8786` is a Dask scheduler, given `patience` seconds to answer.

    Raises Unavailable.
    """
    kind, _, place = address.partition(":")
    if kind != "dask" or not place:
        raise Unavailable(f"{address!r} is not an executor, write it as dask:tcp://host:8786")
    try:
        from distributed import Client
    except ImportError:
        raise Unavailable("Dask is not installed here, install vacancy-digest[dask]") from None
    try:
        client = Client(place, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Unavailable(f"{place} does not answer ({error}), check the address and the scheduler") from None
    count = sum(client.nthreads().values())
    if not count:
        client.close()
        raise Unavailable(f"{place} has no workers, start some")
    return Workers(count, client.get_executor(pure=False), client.close, thresholds)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
