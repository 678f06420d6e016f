"""Small disks for tests, taken away again however a test ends."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "vacancy-digest-test"  # of the file system, with the process that asked for it


@contextmanager
def small_disk(folder: Path, size: int, files: int) -> Iterator[Path]:
    """A file system of its own at a folder, with so many bytes and files. Only root may make one.

    A test that is killed runs no code of its own any more. So a process waits for the end of this one and takes the
    disk away then; and what both have left behind goes when the next disk is made.
    """
    unmount_left_behind()
    folder.mkdir()
    # It reads nothing until nobody can write to it any more.
    waits = ("sh", "-c", 'cat; umount -l "$1"', "sh", str(folder))
    janitor = subprocess.Popen(waits, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    assert janitor.stdin
    try:
        options = f"size={size},nr_inodes={files}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, f"{_NAME}-{os.getpid()}", folder], check=True)
        yield folder
    finally:
        # Lazily: a process that a build has left is no reason to keep the disk.
        subprocess.run(["umount", "-l", folder], check=False)
        janitor.stdin.close()
        janitor.wait()
        assert folder not in dict(mounted())


def unmount_left_behind() -> None:
    """Takes away the disks of processes that are gone."""
    for folder in left_behind():
        subprocess.run(["umount", "-l", folder], check=True)


def left_behind() -> dict[Path, int]:
    """The disks whose process is gone, and what its number was."""
    return {folder: process for folder, process in mounted() if not Path(f"/proc/{process}").exists()}


def mounted() -> Iterator[tuple[Path, int]]:
    """The disks that are there, and the process that asked for each."""
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        source, folder, *_ = line.split(" ")
        if source.startswith(f"{_NAME}-"):
            yield Path(folder.encode().decode("unicode_escape")), int(source.rpartition("-")[2])
