"""A site changes in one step: whatever happens to a build, readers see one of two complete sites."""

import ctypes
import errno
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import pytest
from disks import left_behind, mounted, small_disk, unmount_left_behind
from sites import SAMPLE_NOW, SUPPORT, SmallSite, command
from soaking import Tell

from generator.building.build import Options, build
from generator.publishing import exchange, publish, standing
from generator.work.cachefolder import mark_of

pytestmark = pytest.mark.soak
Tree = dict[str, bytes]
STEPS = ("_written_aside", "mirror", "_apply", "synced", "exchange")
NOW = f"{SAMPLE_NOW:%Y-%m-%dT%H:%M:%SZ}"
CALLS = ("link", "mkdir", "rename", "replace", "rmdir", "unlink", "write")


def tree(folder: Path) -> Tree:
    """Every file under a folder, including the manifest."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True, slots=True)
class Two:
    """Two sites that replace each other in one folder, with the complete content of each."""

    roots: tuple[Path, Path]
    whole: tuple[Tree, Tree]
    out: Path

    @property
    def beside(self) -> Path:
        return self.out.with_name(f".{self.out.name}.vacancy-digest-{mark_of(self.out)}")

    def build(self, number: int) -> None:
        build(self.roots[number], self.out, SAMPLE_NOW, Options(allow_shrink=True))

    def standing(self) -> int | None:
        """Which of the two is there; None if it is neither."""
        found = tree(self.out)
        return self.whole.index(found) if found in self.whole else None

    def ours(self) -> int:
        """Which of the two is there, ignoring any other files."""
        found = tree(self.out)
        return next(number for number, site in enumerate(self.whole) if site.items() <= found.items())

    def cut_short(self, number: int, prepare: Callable[[], None], cut: Callable[[int], None]) -> int:
        """Builds one of the two in a separate process, which `cut` may end; returns how it ended."""

        def run() -> None:
            prepare()
            self.build(number)

        process = get_context("fork").Process(target=run, daemon=True)
        process.start()
        assert process.pid
        cut(process.pid)
        process.join(60)
        assert process.exitcode is not None, "the build hangs"
        return process.exitcode

    def wrong(self) -> str | None:
        """What is wrong after a build was interrupted, and after the next one, which needs no help."""
        before = self.standing()
        if before is None:
            return f"neither site is whole: {sorted(tree(self.out))[:3]}"
        self.build(1 - before)
        if self.standing() != 1 - before:
            return "the next build did not make the other site"
        left = sorted(path.name for path in self.beside.iterdir())
        return f"{left} are left beside the site" if left != [".gitignore", exchange.TREE] else None


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """Two sites of ten postings, some of which are in both."""
    folder = tmp_path_factory.mktemp("exchange")
    roots = []
    for name in ("old", "new"):
        site = SmallSite.at(folder / name)
        for number in range(6):
            site.posting(f"both-{number}", f"title: The {name} role {number}")
        for number in range(4):
            site.posting(f"{name}-{number}", "duty_stations: [{country: KE}]")
        roots.append(site.root)
    whole = []
    for number, root in enumerate(roots):
        build(root, folder / f"whole-{number}", SAMPLE_NOW, Options(remember=False))
        whole.append(tree(folder / f"whole-{number}"))
    found = Two((roots[0], roots[1]), (whole[0], whole[1]), folder / "site")
    found.build(0)
    return found


def nothing(process: int = 0) -> None:
    """Does not disturb a build."""


def after(seconds: float, number: int) -> Callable[[int], None]:
    """Sends a signal to a process after a delay."""

    def send(process: int) -> None:
        time.sleep(seconds)
        os.kill(process, number)

    return send


def at_step(name: str, *, when: str) -> Callable[[], None]:
    """Makes the process end itself before or after a step of publishing."""

    def prepare() -> None:
        real = getattr(publish, name)

        def step(*arguments: object) -> object:
            if when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            found = real(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
            return found

        # A signal from outside cannot hit a chosen step; this runs in a child process that ends here.
        setattr(publish, name, step)

    return prepare


def at_call(number: int) -> Callable[[], None]:
    """Makes the process end itself at one of the system calls that change files, counted from the first."""

    def prepare() -> None:
        left = itertools.count(number, -1)
        for name in CALLS:
            setattr(os, name, ending(getattr(os, name), left))

    return prepare


def ending(real: Callable[..., object], left: Iterator[int]) -> Callable[..., object]:
    def call(*arguments: object, **named: object) -> object:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)

    return call


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_ended_at_any_instant(two: Two, soaking: bool, tell: Tell, number: signal.Signals) -> None:
    """Ended at a random instant, a build leaves one of the two sites complete, and the next needs no help."""
    chance, failed, ends = random.Random(number), [], set()
    tries = 200 if soaking else 6
    for _ in range(tries):
        started = time.monotonic()
        two.build(1 - (two.standing() or 0))
        took = time.monotonic() - started
        ends.add(two.cut_short(1 - (two.standing() or 0), nothing, after(chance.uniform(0, took), number)))
        if wrong := two.wrong():
            failed.append(wrong)
    tell(f"builds ended by {number.name} at random instants", tries, failed)
    assert -number in ends, "no build was met while it was at work"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", STEPS)
def test_ended_at_a_step(two: Two, tell: Tell, name: str, when: str) -> None:
    """Ended before or after a step of publishing, a build leaves one of the two sites complete."""
    before = two.standing() or 0
    assert two.cut_short(1 - before, at_step(name, when=when), nothing) == -signal.SIGKILL
    assert two.standing() == (1 - before if (name, when) == ("exchange", "after") else before)
    tell(f"builds ended {when} the step {name.strip('_')}", 1, list(filter(None, [two.wrong()])))


def test_ended_at_any_call(two: Two, soaking: bool, tell: Tell) -> None:
    """Ended at any system call that changes files, a build leaves one of the two sites complete."""
    failed, tried, step = [], 0, 1 if soaking else 60
    for number in itertools.count(0, step):
        if two.cut_short(1 - (two.standing() or 0), at_call(number), nothing) == 0:
            break  # it made fewer calls
        tried += 1
        if wrong := two.wrong():
            failed.append(f"call {number}: {wrong}")
    tell("builds ended at each call that changes files", tried, failed)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_without_a_step_of_the_system(two: Two, tell: Tell, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """If folders cannot be exchanged in one step, the site is briefly missing; the next build completes a swap."""
    # Every file system here can exchange folders, and a signal cannot hit a chosen rename.
    monkeypatch.setattr(exchange, "_exchanged", lambda _one, _other: False)
    before = two.standing() or 0
    left = itertools.count(step - 1, -1)

    def prepare() -> None:
        monkeypatch.setattr(Path, "rename", ending(Path.rename, left))

    assert two.cut_short(1 - before, prepare, nothing) == -signal.SIGKILL
    assert two.out.exists() == (step != 2)
    if step == 2:
        two.build(before)
    tell("builds ended between the renames of a system without exchange", 1, list(filter(None, [two.wrong()])))


@pytest.mark.parametrize(
    ("name", "number"),
    [("mirror", errno.EPERM), ("mirror", errno.EXDEV), ("exchange", errno.EBUSY), ("exchange", errno.EACCES)],
)
def test_in_place_where_it_must_be(two: Two, monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    """If there are no hard links, or the folder cannot be moved, the site is published file by file."""

    def fails(*_paths: Path) -> None:
        raise OSError(number, os.strerror(number))

    # Not every user can make file systems without hard links or folders that are in use.
    monkeypatch.setattr(publish, name, fails)
    before, folder = two.standing() or 0, two.out.stat().st_ino
    two.build(1 - before)
    assert two.standing() == 1 - before
    assert two.out.stat().st_ino == folder
    monkeypatch.undo()
    assert two.wrong() is None


def a_file_beside(two: Two, _patch: pytest.MonkeyPatch) -> None:
    two.beside.write_text("somebody else's")


def a_link_beside(two: Two, _patch: pytest.MonkeyPatch) -> None:
    (two.out.parent / "elsewhere").mkdir(exist_ok=True)
    two.beside.symlink_to("elsewhere")


def a_mount_point(two: Two, patch: pytest.MonkeyPatch) -> None:
    # Only root can mount.
    patch.setattr(os.path, "ismount", lambda path: path == two.out)


@pytest.mark.parametrize("prepare", [a_file_beside, a_link_beside, a_mount_point])
def test_in_place_where_there_is_no_place_beside(
    two: Two, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[Two, pytest.MonkeyPatch], None]
) -> None:
    """If somebody else's file or link is in the way, or the folder cannot be moved, nothing is created next to it."""
    shutil.rmtree(two.beside)
    prepare(two, monkeypatch)
    before, folder = two.standing() or 0, two.out.stat().st_ino
    two.build(1 - before)
    assert two.standing() == 1 - before
    assert two.out.stat().st_ino == folder
    assert not (two.out.parent / "elsewhere").exists() or not any((two.out.parent / "elsewhere").iterdir())
    if two.beside.exists():
        two.beside.unlink()
    monkeypatch.undo()
    assert two.wrong() is None


def test_a_refused_exchange_is_reported(tmp_path: Path) -> None:
    """If the system supports the call and refuses it for another reason, nothing else is tried."""
    (tmp_path / "one").mkdir()
    with pytest.raises(FileNotFoundError, match="other"):
        exchange.exchange(tmp_path / "one", tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("known", [False, True], ids=["no such call", "not on this file system"])
def test_a_system_that_knows_no_exchange(two: Two, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """If the system has no such call, or the file system refuses it, the two trees are renamed one by one."""

    def refused(*_arguments: object) -> int:
        ctypes.set_errno(errno.EINVAL)
        return -1

    system = SimpleNamespace(syncfs=lambda _handle: 0, **({"renameat2": refused} if known else {}))
    # The system's library cannot be changed.
    monkeypatch.setattr(exchange, "_LIBC", system)
    before, folder = two.standing() or 0, two.out.stat().st_ino
    assert two.wrong() is None
    assert two.standing() == 1 - before
    assert two.out.stat().st_ino != folder


def test_a_disk_that_does_not_take_what_was_written(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that cannot be written to the disk is not published: the old site stays."""

    def full(_handle: int) -> int:
        ctypes.set_errno(errno.ENOSPC)
        return -1

    # A disk that accepts a write and then has no room for it is hard to set up.
    monkeypatch.setattr(exchange, "_LIBC", SimpleNamespace(syncfs=full))
    before = two.standing() or 0
    with pytest.raises(standing.Refused, match="No space left"):
        two.build(1 - before)
    assert two.standing() == before
    monkeypatch.undo()
    assert two.wrong() is None


def test_elsewhere_everything_is_written_out(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that cannot sync a single file system syncs all of them."""
    calls: list[str] = []
    # Not this system.
    monkeypatch.setattr(exchange, "sys", SimpleNamespace(platform="elsewhere"))
    monkeypatch.setattr(os, "sync", lambda: calls.append("sync"))
    two.build(1 - (two.standing() or 0))
    assert calls == ["sync", "sync"]


def test_what_is_not_ours_goes_along(two: Two) -> None:
    """Dot files and folders that no build wrote are in the new site as they were in the old one."""
    (two.out / ".own").write_text("not ours")
    (two.out / ".well-known/empty").mkdir(parents=True)
    two.out.chmod(0o750)
    try:
        for _ in range(2):
            before, folder = two.ours(), two.out.stat().st_ino
            two.build(1 - before)
            assert two.out.stat().st_ino != folder, "the site changed in one step"
            assert (two.out / ".own").read_text() == "not ours"
            assert (two.out / ".well-known/empty").is_dir()
            assert two.out.stat().st_mode & 0o777 == 0o750
    finally:
        (two.out / ".own").unlink()
        shutil.rmtree(two.out / ".well-known")


def test_the_second_tree_takes_no_room(two: Two) -> None:
    """Between builds both trees share their files, so the second one needs only space for its folders."""
    two.build(1 - (two.standing() or 0))
    folder = two.beside
    both = [{path: (one / path).stat().st_ino for path in tree(one)} for one in (two.out, folder / exchange.TREE)]
    both[0].pop(standing.MANIFEST), both[1].pop(standing.MANIFEST)
    assert both[0] == both[1]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_two_builds_at_once(two: Two, soaking: bool, tell: Tell) -> None:
    """When two builds race, one or both make their site; the late one exits with 75."""
    failed: list[object] = []
    tries = 40 if soaking else 4
    for _ in range(tries):
        arguments = [["build", "--root", root, "--out", two.out, "--now", NOW, "--allow-shrink"] for root in two.roots]
        running = [
            get_context("fork").Process(target=lambda one=one: os._exit(command(*one).code)) for one in arguments
        ]
        for process in running:
            process.start()
        for process in running:
            process.join(60)
        codes = [process.exitcode for process in running]
        stands = two.standing()
        if not set(codes) <= {0, 75} or 0 not in codes or stands is None or codes[stands] != 0:
            failed.append((codes, stands))
    tell("races of two builds", tries, failed)


def test_a_reader_meets_one_site_after_the_other(two: Two, soaking: bool, tell: Tell) -> None:
    """A reader that never pauses finds each file, and sees the change from the old site to the new one once."""
    builds = 40 if soaking else 4
    shared = sorted(path for path in two.whole[0] if path in two.whole[1] and two.whole[0][path] != two.whole[1][path])
    seen: list[int] = []
    failed: list[object] = []
    done = threading.Event()

    def read() -> None:
        for path in itertools.cycle(shared):
            if done.is_set():
                return
            try:
                content = (two.out / path).read_bytes()
                seen.append([site[path] for site in two.whole].index(content))
            except (OSError, ValueError) as error:
                failed.append((path, type(error)))

    reader = threading.Thread(target=read)
    before = two.standing()
    reader.start()
    try:
        for _ in range(builds):
            two.cut_short(1 - (two.standing() or 0), nothing, nothing)
    finally:
        done.set()
        reader.join()
    turns = sum(one != other for one, other in itertools.pairwise(seen))
    tell(f"reads while {builds} builds were published", len(seen), failed)
    assert seen[0] == before
    assert turns == builds, "each build is seen to come once, and none comes in parts"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
@pytest.mark.parametrize("limit", ["room", "files"])
def test_a_full_disk(two: Two, tmp_path: Path, soaking: bool, tell: Tell, limit: str) -> None:
    """However little space a disk has, a build makes the new site, or reports that it cannot and leaves the old one."""
    size = 4 * sum(map(len, two.whole[0].values()))
    with small_disk(tmp_path / "disk", size, files=2000) as disk:
        small = Two(two.roots, two.whole, disk / "site")
        failed: list[object] = []
        codes = set()
        tries = 60 if soaking else 8
        for number in range(tries):
            (disk / "filler").mkdir()
            small.build(0)
            fill(disk / "filler", limit, number / tries)
            arguments = ("--root", two.roots[1], "--out", small.out, "--now", NOW, "--no-cache", "--allow-shrink")
            outcome = command("build", *arguments)
            codes.add(outcome.code)
            if outcome.code not in (0, 3) or small.standing() != (1 if outcome.code == 0 else 0):
                failed.append((number, outcome, small.standing()))
            shutil.rmtree(disk / "filler")
        tell(f"builds on a disk with little of {limit} left", tries, failed)
        assert codes == {0, 3}, "the disk was full for some of the builds, and not for others"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
@pytest.mark.parametrize("also", [False, True], ids=["the test", "the test and what waits for its end"])
def test_no_disk_is_left_behind(tmp_path: Path, also: bool) -> None:
    """A disk is removed when the test that asked for it is killed; otherwise, before the next one is made."""
    killed = f"""
import os, signal, sys
from pathlib import Path
from disks import small_disk
with small_disk(Path(sys.argv[1]), 1 << 20, files=20):
    children = Path(f"/proc/{{os.getpid()}}/task/{{os.getpid()}}/children").read_text().split()
    for child in children if {also} else ():
        os.kill(int(child), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    disk = tmp_path / "disk"
    environment = os.environ | {"PYTHONPATH": str(SUPPORT)}
    ended = subprocess.run([sys.executable, "-c", killed, str(disk)], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    if also:
        assert disk in left_behind()
        unmount_left_behind()
    else:
        last = time.monotonic() + 30
        while disk in dict(mounted()) and time.monotonic() < last:
            time.sleep(0.05)
    assert disk not in dict(mounted())


def fill(folder: Path, limit: str, part: float) -> None:
    """Leaves only a part of a disk's free space."""
    status = os.statvfs(folder)
    if limit == "room":
        (folder / "filler").write_bytes(bytes(int(status.f_bavail * status.f_frsize * (1 - part))))
    else:
        for number in range(int(status.f_favail * (1 - part))):
            (folder / str(number)).touch()
