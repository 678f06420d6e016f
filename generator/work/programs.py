"""Other programs, started so that they run and read nothing from the folder we work on.

A program starts in the root of the file system, with the few environment variables that it needs, and with empty input
unless it is given some. It is searched for only in the absolute folders of `PATH`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple, NoReturn

_NEUTRAL = Path(os.sep)  # only the system's owner can put a file here
_KEPT = frozenset(
    {"HOME", "LOGNAME", "SUDO_UID", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USER", "USERPROFILE", "XDG_CONFIG_HOME"}
)
_PATIENCE_SECONDS = 600


class NotStarted(Exception):
    """A program is not installed, or the system cannot start it."""


class Failed(Exception):
    """A program failed, or did not end in time; the text is what it printed."""


class ProgramResult(NamedTuple):
    """How a program ended, and what it printed."""

    code: int
    out: bytes
    err: str


def found(name: str) -> str:
    """The path of a program. Raises NotStarted."""
    if file := shutil.which(name, path=_search_path()):
        return file
    raise NotStarted(f"{name} is not installed here, install it")


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> ProgramResult:
    """Runs a program, whose path is the first word. Raises NotStarted, and Failed if it takes too long."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=_NEUTRAL,
            env=_environment(variables),
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{Path(command[0]).name} did not answer within {_PATIENCE_SECONDS} seconds") from None
    except OSError as error:
        raise NotStarted(f"{command[0]} does not start ({error.strerror})") from None
    return ProgramResult(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


@contextmanager
def answering(
    command: Sequence[str], questions: bytes, variables: Mapping[str, str] | None = None
) -> Iterator[IO[bytes]]:
    """The output of a program for some input, as it is printed. Raises NotStarted, and Failed at the end.

    The program is killed if its output is not read to the end.
    """
    with TemporaryFile() as given, TemporaryFile() as said:
        given.write(questions)
        given.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=given, stdout=subprocess.PIPE, stderr=said, cwd=_NEUTRAL, env=_environment(variables)
            )
        except OSError as error:
            raise NotStarted(f"{command[0]} does not start ({error.strerror})") from None
        with process:
            assert process.stdout
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            raise Failed(said.read().decode("utf-8", "replace"))


def restarted(*options: str) -> NoReturn:
    """Restarts this program in another Python with these options."""
    os.execv(sys.executable, [sys.executable, *options, *sys.orig_argv[1:]])


def guarded() -> None:
    """Keeps the working folder off the import path of every Python process that is started for us."""
    os.environ["PYTHONSAFEPATH"] = "1"


def _search_path() -> str:
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(place for place in places if Path(place).is_absolute())


def _environment(variables: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    # Messages are quoted and compared by their first words, so they must not be translated.
    return {**kept, "PATH": _search_path(), "LC_ALL": "C", **(variables or {})}
