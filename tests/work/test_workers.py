"""Whatever does the work, the site is the same: this process, child processes, or a Dask cluster losing a worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing import active_children
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sites import DATA, SAMPLE_NOW, Outcome, command

from generator.building.build import Listener, Options, build
from generator.building.site import NOBODY
from generator.work.thresholds import Thresholds
from generator.work.workers import Unavailable, workers_at

distributed = pytest.importorskip("distributed")
_T = TypeVar("_T")


# Thirty postings are enough for many tasks and for starting processes.
SMALL = Thresholds(chunk=5, worth=1)
TWO = Options(jobs=2, remember=False, thresholds=SMALL)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sample site as a single process builds it."""
    return _built(tmp_path_factory.mktemp("alone") / "site", Options(remember=False, thresholds=SMALL))


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A Dask scheduler and two worker processes."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as found:
        yield found


def _built(out: Path, options: Options, listener: Listener = NOBODY) -> dict[str, bytes]:
    build(DATA / "sample", out, SAMPLE_NOW, options, listener)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_processes_make_the_same_site(alone: dict[str, bytes], tmp_path: Path) -> None:
    """Two processes build the same bytes as one."""
    assert _built(tmp_path / "site", TWO) == alone


def test_processes_that_start_early_make_the_same_site(alone: dict[str, bytes], tmp_path: Path) -> None:
    """With very many postings, the processes start before anything is read, and build the same bytes."""
    early = replace(SMALL, very_many=10)
    assert _built(tmp_path / "site", Options(jobs=2, remember=False, thresholds=early)) == alone


def test_a_killed_process_loses_nothing(alone: dict[str, bytes], tmp_path: Path) -> None:
    """If a process is killed halfway through, its work is still done."""
    killer = Killer(10, lambda: [child.pid for child in active_children() if child.pid])
    assert _built(tmp_path / "site", TWO, Listener(track=killer)) == alone
    assert killer.killed


def test_dask_makes_the_same_site(cluster: Any, alone: dict[str, bytes], tmp_path: Path) -> None:
    """A Dask scheduler with two workers builds the same bytes as one process."""
    options = Options(executor=f"dask:{cluster.scheduler_address}", remember=False, thresholds=SMALL)
    assert _built(tmp_path / "site", options) == alone


def test_a_dask_worker_killed_in_the_middle_loses_nothing(
    cluster: Any, alone: dict[str, bytes], tmp_path: Path
) -> None:
    """If a worker is killed while it works, the scheduler gives its tasks to another, and the site is complete."""
    killer = Killer(10, lambda: [cluster.workers[0].pid])
    options = Options(executor=f"dask:{cluster.scheduler_address}", remember=False, thresholds=SMALL)
    assert _built(tmp_path / "site", options, Listener(track=killer)) == alone
    assert killer.killed


@dataclass
class Killer:
    """Follows a build, and kills one of the working processes after the given number of items."""

    items: int
    at_work: Callable[[], list[int]]
    killed: int = 0

    def __call__(self, items: Iterable[_T], _total: int, _label: str, /) -> Iterator[_T]:
        for item in items:
            self.items -= 1
            if self.items == 0:
                self.killed = self.at_work()[0]
                os.kill(self.killed, signal.SIGKILL)
            yield item


def _refused(address: str, tmp_path: Path) -> Outcome:
    return command("build", "--root", DATA / "sample", "--out", tmp_path / "site", "--executor", address)


def test_an_executor_that_does_not_answer_is_reported() -> None:
    """A scheduler that does not exist causes one clear line, after a limited time."""
    with pytest.raises(Unavailable, match=r"^tcp://127.0.0.1:9 does not answer \("):
        workers_at("dask:tcp://127.0.0.1:9", patience=0.5)


@pytest.mark.parametrize("address", ["slurm:x", "dask:", "dask", "dask:nonsense"])
def test_an_invalid_address_is_wrong_usage(address: str, tmp_path: Path) -> None:
    """An invalid address of a Dask scheduler is reported, the exit code is 2, and nothing is written."""
    found = _refused(address, tmp_path)
    assert (found.code, found.out) == (2, "")
    assert "Error: --executor: " in found.err
    assert "Traceback" not in found.err
    assert not (tmp_path / "site").exists()


def test_workers_end_with_their_build() -> None:
    """After SIGKILL, no process of a build survives, and so none keeps the build's locks."""
    script = (
        "import os, time; from generator.work.workers import _begin\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "pool = ProcessPoolExecutor(2, initializer=_begin, initargs=(os.getpid(),))\n"
        "print(*{pool.submit(os.getpid).result() for _ in range(20)}, flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as build:
        assert build.stdout
        children = list(map(int, build.stdout.readline().split()))
        build.kill()
    assert children
    for _ in range(100):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            return
        time.sleep(0.1)
    raise AssertionError(f"{children} live on")
