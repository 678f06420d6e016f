"""What builds remember: the results of pure functions, each with a key made of everything that it depends on.

The cache folder of a site (`cachefolder`) holds one SQLite file. A row is trusted only if it carries its
own checksum, there is one result for each thing that exists, and losing the file costs only time.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple
from zlib import crc32

from msgspec import DecodeError

from .thresholds import USUAL

_NAME = "vacancy-digest.sqlite"
_TABLES = """
CREATE TABLE salts (name TEXT PRIMARY KEY, salt BLOB);
CREATE TABLE postings (path TEXT PRIMARY KEY, stamp TEXT, digest BLOB, value BLOB, sum INTEGER);
CREATE TABLE stated (path TEXT PRIMARY KEY, value BLOB, sum INTEGER);
CREATE TABLE outputs (path TEXT PRIMARY KEY, key BLOB, stamp TEXT, part TEXT, sum INTEGER);
CREATE TABLE parts (name TEXT PRIMARY KEY, key BLOB, files INTEGER, sum INTEGER);
CREATE TABLE pieces (name TEXT PRIMARY KEY, key BLOB, value BLOB, sum INTEGER);
"""
_WITH = {"postings": ("stated",), "outputs": ("parts",)}  # tables that are meaningless without another


class Damaged(Exception):
    """A remembered value cannot be read."""


# What reading from and writing to a memory may raise.
UNUSABLE = (Damaged, sqlite3.DatabaseError, UnicodeDecodeError, DecodeError)


class Remembered(NamedTuple):
    """A posting as an earlier build read it: `stamp` and `digest` of its file, `listing` as bytes."""

    path: str
    stamp: str
    digest: bytes
    listing: bytes


class BuiltFile(NamedTuple):
    """A file as the last build left it: the key of its view, and the part of the plan to which it belongs."""

    path: str
    key: bytes
    stamp: str
    part: str


class Memo:
    """What earlier builds of a site remember; without a folder, temporary storage for one build."""

    def __init__(self, folder: Path | None, granule: int = USUAL.granule) -> None:
        """Opens the memory in a folder, or in a temporary one. Raises OSError, sqlite3.Error and Damaged.

        Files that change twice within a granule (ns) may have the same stamp.
        """
        self._scratch = tempfile.TemporaryDirectory(prefix="vacancy-digest-") if folder is None else None
        self.file = Path(self._scratch.name if self._scratch else folder or "") / _NAME
        self._db = _opened(self.file)
        self.began = _moment(self.file.parent)
        self._granule = granule

    def __enter__(self) -> "Memo":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(sqlite3.Error):
            # A full disk may lose the memory, never the build.
            self._db.commit()
        self._db.close()
        if self._scratch:
            self._scratch.cleanup()

    def discard(self) -> None:
        """Deletes everything that was remembered."""
        self._db.close()
        self.file.unlink(missing_ok=True)

    def lasting(self, stamp: str) -> str:
        """The stamp, if another change to its file would change it; empty if the file has only just changed."""
        return stamp if int(stamp.split(" ")[2]) < self.began - self._granule else ""

    def salted(self, table: str, salt: bytes) -> None:
        """Empties the table unless it was made with the same salt, on which all its results depend."""
        found = self._db.execute("SELECT salt FROM salts WHERE name = ?", (table,)).fetchone()
        if found is None or found[0] != salt:
            for name in (table, *_WITH.get(table, ())):
                self._db.execute(f"DELETE FROM {name}")
            self._db.execute("INSERT OR REPLACE INTO salts VALUES (?, ?)", (table, salt))

    def postings(self) -> Iterator[Remembered]:
        """Every remembered posting whose row is intact."""
        for path, stamp, digest, value, known in self._db.execute("SELECT * FROM postings"):
            if known == _sum(path, stamp, digest, value):
                yield Remembered(path, stamp, digest, value)

    def remember_postings(self, found: Iterable[tuple[Remembered, bytes]]) -> None:
        """Keeps postings, each with what it states."""
        both = list(found)
        self.restamp_postings(one for one, _ in both)
        rows = [(one.path, stated, _sum(one.path, stated)) for one, stated in both]
        self._db.executemany("REPLACE INTO stated VALUES (?, ?, ?)", rows)

    def restamp_postings(self, found: Iterable[Remembered]) -> None:
        """Keeps the new stamps of files whose content is the same as before."""
        self._db.executemany("REPLACE INTO postings VALUES (?, ?, ?, ?, ?)", ((*one, _sum(*one)) for one in found))

    def forget_postings(self, paths: Iterable[str]) -> None:
        """Forgets postings by the paths of their files."""
        gone = [(path,) for path in paths]
        for table in ("postings", "stated"):
            self._db.executemany(f"DELETE FROM {table} WHERE path = ?", gone)

    def stated(self, path: str) -> bytes:
        """What a posting states, by the path of its file. Raises Damaged if it is missing or not intact."""
        found = self._db.execute("SELECT value, sum FROM stated WHERE path = ?", (path,)).fetchone()
        if found is None or found[1] != _sum(path, found[0]):
            raise Damaged(f"{path} is missing or not intact")
        return bytes(found[0])

    def outputs(self) -> dict[str, BuiltFile]:
        """Every file that the last build wrote, by path."""
        rows = self._db.execute("SELECT * FROM outputs")
        return {row[0]: BuiltFile(*row[:-1]) for row in rows if row[-1] == _sum(*row[:-1])}

    def remember_outputs(self, found: Iterable[BuiltFile]) -> None:
        """Keeps what files of the site were made from."""
        self._db.executemany("REPLACE INTO outputs VALUES (?, ?, ?, ?, ?)", ((*one, _sum(*one)) for one in found))

    def forget_outputs(self, paths: Iterable[str]) -> None:
        """Forgets files of the site by their paths."""
        self._db.executemany("DELETE FROM outputs WHERE path = ?", ((path,) for path in paths))

    def parts(self) -> dict[str, tuple[bytes, int]]:
        """The key of every part of the last plan, and how many files it has."""
        rows = self._db.execute("SELECT * FROM parts")
        return {name: (key, files) for name, key, files, known in rows if known == _sum(name, key, files)}

    def remember_parts(self, found: Iterable[tuple[str, bytes, int]]) -> None:
        """Keeps these parts and no others."""
        self._db.execute("DELETE FROM parts")
        self._db.executemany("INSERT INTO parts VALUES (?, ?, ?, ?)", ((*one, _sum(*one)) for one in found))

    def pieces(self) -> set[str]:
        """The name of every piece."""
        return {name for (name,) in self._db.execute("SELECT name FROM pieces")}

    def piece(self, name: str, key: bytes) -> bytes | None:
        """A piece, if it is intact and was made for this key."""
        found = self._db.execute("SELECT value, sum FROM pieces WHERE name = ? AND key = ?", (name, key)).fetchone()
        return bytes(found[0]) if found and found[1] == _sum(name, key, found[0]) else None

    def remember_pieces(self, found: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Keeps pieces, each with its name and its key."""
        self._db.executemany("REPLACE INTO pieces VALUES (?, ?, ?, ?)", ((*one, _sum(*one)) for one in found))

    def forget_pieces(self, names: Iterable[str]) -> None:
        """Forgets pieces by their names."""
        self._db.executemany("DELETE FROM pieces WHERE name = ?", ((name,) for name in names))


def open_memo(folder: Path, tell: Callable[[str], None], granule: int = USUAL.granule) -> Memo:
    """The memory in a folder, created again if it is damaged, or a temporary one if the folder cannot be used.

    `tell` receives one line if earlier results are lost.
    """
    try:
        return Memo(folder, granule)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            tell(f"{folder} is in use by another build, so this one remembers nothing")
            return Memo(None, granule)
        tell(f"{folder} cannot be used ({error}), so this build remembers nothing")
        return Memo(None, granule)
    except OSError as error:
        tell(f"{folder} cannot be used ({error.strerror}), so this build remembers nothing")
        return Memo(None, granule)
    except (sqlite3.Error, Damaged, UnicodeDecodeError) as error:
        tell(f"{folder} is damaged or not ours ({error}), so it is recreated")
    try:
        (folder / _NAME).unlink()
        return Memo(folder, granule)
    except (OSError, sqlite3.Error, Damaged, UnicodeDecodeError):
        return Memo(None, granule)


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=0)
    try:
        # Another build may be using it. What a crash of the machine leaves half written has a wrong checksum.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA synchronous = OFF")
        # A CI service may have kept it from another user's job.
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        if not _shape(db):
            db.executescript(_TABLES)
        if _shape(db) != _our_shape():
            raise Damaged("it has other tables")
        db.execute("BEGIN EXCLUSIVE")
    except BaseException:
        db.close()
        raise
    return db


def _shape(db: sqlite3.Connection) -> set[tuple[object, ...]]:
    """Every declaration in a database: tables, and anything else that might be there."""
    return set(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


@cache
def _our_shape() -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(_TABLES)
        return _shape(db)


def _moment(folder: Path) -> int:
    """The current time in nanoseconds by the clock of the file system, which may differ from the system's."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_ctime_ns


def _sum(*values: Any) -> int:
    found = 0
    for value in values:
        # A damaged row may contain values of any type.
        found = crc32(value if isinstance(value, bytes) else str(value).encode(), found + 1 & 0xFFFFFFFF)
    return found
