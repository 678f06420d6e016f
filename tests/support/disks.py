"""Small disks for tests, which are removed however a test ends."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "vacancy-digest-test"  # the name of the file system, with the number of the process that asked for it


@contextmanager
def small_disk(folder: Path, size: int, files: int) -> Iterator[Path]:
    """Mounts a file system of its own on a folder, with a limit on bytes and files. Only root can do this.

    A killed test can no longer run any code. So another process waits for the end of this one and then removes the
    disk; anything that both leave behind is removed when the next disk is made.
    """
    unmount_left_behind()
    folder.mkdir()
    # The read returns only when no process can write to the pipe any more.
    waits = ("sh", "-c", 'cat; umount -l "$1"', "sh", str(folder))
    janitor = subprocess.Popen(waits, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    assert janitor.stdin
    try:
        options = f"size={size},nr_inodes={files}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, f"{_NAME}-{os.getpid()}", folder], check=True)
        yield folder
    finally:
        # Unmounts lazily: a process that a build left behind must not keep the disk.
        subprocess.run(["umount", "-l", folder], check=False)
        janitor.stdin.close()
        janitor.wait()
        assert folder not in dict(mounted())


def unmount_left_behind() -> None:
    """Removes the disks of processes that no longer exist."""
    for folder in left_behind():
        subprocess.run(["umount", "-l", folder], check=True)


def left_behind() -> dict[Path, int]:
    """The disks whose process no longer exists, with the number of that process."""
    return {folder: process for folder, process in mounted() if not Path(f"/proc/{process}").exists()}


def mounted() -> Iterator[tuple[Path, int]]:
    """The mounted disks, with the process that asked for each."""
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        source, folder, *_ = line.split(" ")
        if source.startswith(f"{_NAME}-"):
            yield Path(folder.encode().decode("unicode_escape")), int(source.rpartition("-")[2])
