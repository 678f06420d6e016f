"""Whoever does the work, the site is the same: this process, child processes, or a Dask cluster that loses a worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sites import DATA, SAMPLE_NOW, Outcome, command

from generator.building.build import Options, build
from generator.reading import intake
from generator.work import workers
from generator.work.workers import Run

distributed = pytest.importorskip("distributed")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a site of thirty postings worth many tasks, and processes worth starting."""
    monkeypatch.setattr(workers, "CHUNK", 5)
    monkeypatch.setattr(workers, "_WORTH", 1)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sample site as one process builds it."""
    return _built(tmp_path_factory.mktemp("alone") / "site", Options(remember=False))


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A Dask scheduler and two worker processes."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as found:
        yield found


def _built(out: Path, options: Options) -> dict[str, bytes]:
    build(DATA / "sample", out, SAMPLE_NOW, options)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_processes_make_the_same_site(alone: dict[str, bytes], tmp_path: Path) -> None:
    """Two processes build the same bytes as one."""
    assert _built(tmp_path / "site", Options(jobs=2, remember=False)) == alone


def test_processes_that_start_early_make_the_same_site(
    alone: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With very many postings the processes start before anything is read, and build the same bytes."""
    monkeypatch.setattr(intake, "_VERY_MANY", 10)
    assert _built(tmp_path / "site", Options(jobs=2, remember=False)) == alone


def test_a_killed_process_loses_nothing(
    alone: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a process is killed in the middle, its work is done all the same."""
    killed = _kill_after(5, monkeypatch, lambda run: next(iter(run._executor._processes)))
    assert _built(tmp_path / "site", Options(jobs=2, remember=False)) == alone
    assert killed


def test_dask_makes_the_same_site(cluster: Any, alone: dict[str, bytes], tmp_path: Path) -> None:
    """A Dask scheduler with two workers builds the same bytes as one process."""
    options = Options(executor=f"dask:{cluster.scheduler_address}", remember=False)
    assert _built(tmp_path / "site", options) == alone


def test_a_dask_worker_killed_in_the_middle_loses_nothing(
    cluster: Any, alone: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a worker is killed while it works, the scheduler gives its tasks to another, and the site is whole."""
    killed = _kill_after(5, monkeypatch, lambda own: cluster.workers[0].pid)
    options = Options(executor=f"dask:{cluster.scheduler_address}", remember=False)
    assert _built(tmp_path / "site", options) == alone
    assert killed


def _kill_after(results: int, monkeypatch: pytest.MonkeyPatch, pid_of: Any) -> list[int]:
    """Kills a worker once so many results have come; the list names it when it has happened."""
    taken = Run._result
    killed: list[int] = []
    seen = 0

    def result(self: Run[Any, Any, Any], *arguments: Any) -> Any:
        nonlocal seen
        found = taken(self, *arguments)
        seen += 1
        if seen == results:
            killed.append(pid_of(self))
            os.kill(killed[0], signal.SIGKILL)
        return found

    monkeypatch.setattr(Run, "_result", result)
    return killed


def _refused(address: str, tmp_path: Path) -> Outcome:
    return command("build", "--root", DATA / "sample", "--out", tmp_path / "site", "--executor", address)


def test_an_executor_that_does_not_answer_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that is not there is one clear line, exit 2, and nothing is written."""
    monkeypatch.setattr(workers, "_PATIENCE_SECONDS", 0.5)
    found = _refused("dask:tcp://127.0.0.1:9", tmp_path)
    assert (found.code, found.out) == (2, "")
    assert "Error: --executor: tcp://127.0.0.1:9 does not answer" in found.err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("address", ["slurm:x", "dask:", "dask", "dask:nonsense"])
def test_an_address_that_is_none_is_wrong_usage(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no address of a Dask scheduler is told as such, exit 2."""
    monkeypatch.setattr(workers, "_PATIENCE_SECONDS", 0.5)
    found = _refused(address, tmp_path)
    assert found.code == 2
    assert "Error: --executor: " in found.err
    assert "Traceback" not in found.err


def test_hands_end_with_their_build(tmp_path: Path) -> None:
    """After SIGKILL no process of a build lives on, and none holds what the build held."""
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
