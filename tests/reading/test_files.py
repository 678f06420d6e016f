"""Single files: only plain files of a reasonable size are read, and nothing overwrites somebody else's work."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.reading.files import (
    ChangedMeanwhile,
    Unwritable,
    create,
    links_above,
    posting_files,
    read_bytes,
    read_source,
    replaced,
    rewrite,
)

LIMIT = 2048


def _make_link(path: Path) -> None:
    other = path.with_name("other.md")
    other.write_text("text")
    path.symlink_to(other)


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda _path: None, "cannot be read"),
    "a folder": (Path.mkdir, "cannot be read"),
    "a pipe": (os.mkfifo, "is not a regular file, delete it"),
    "a link": (_make_link, "cannot be read"),
    "a large file": (lambda path: path.write_bytes(b"x" * (LIMIT + 1)), "is larger than 2 KiB, shorten it"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_longer_a_plain_file_is_not_read(tmp_path: Path, kind: str) -> None:
    """A file that is no longer a plain file when it is read is a one-line problem at its path."""
    make, message = ODD[kind]
    path = tmp_path / "content/x.md"
    path.parent.mkdir()
    make(path)
    found, problems = read_bytes(tmp_path, path, LIMIT)
    assert (found, [problem.path for problem in problems]) == (b"", ["content/x.md"])
    assert message in problems[0].message


def test_links_on_the_way_to_a_file_are_reported(tmp_path: Path) -> None:
    """Each link among the folders between the root and a file is a problem of its own."""
    (tmp_path / "elsewhere/postings").mkdir(parents=True)
    (tmp_path / "content").symlink_to("elsewhere")
    (tmp_path / "elsewhere/postings/2026").symlink_to(".")
    problems = links_above(tmp_path, tmp_path / "content/postings/2026/x.md")
    assert {problem.path for problem in problems} == {"content", "content/postings/2026"}
    assert all("is a symbolic link" in problem.message for problem in problems)


def test_a_file_is_read_to_its_last_byte(tmp_path: Path) -> None:
    """A file of exactly the maximum size is read in full."""
    path = tmp_path / "x.md"
    path.write_bytes(b"x" * LIMIT)
    assert read_bytes(tmp_path, path, LIMIT) == (b"x" * LIMIT, [])


def test_one_byte_more_than_the_limit_is_read(tmp_path: Path) -> None:
    """No more of a file is read than shows whether it is too large."""
    path = tmp_path / "notice.html"
    path.write_bytes(b"x" * 50)
    assert [len(read_source(path, limit)) for limit in (48, 49, 50, 51)] == [49, 50, 50, 50]


def test_nothing_is_created_over_a_file(tmp_path: Path) -> None:
    """A new file is created with its folders; an existing file stays, and the editor gets a message."""
    path = tmp_path / "a/b/x.md"
    create(tmp_path, path, b"mine")
    with pytest.raises(ChangedMeanwhile, match="already exists, nothing was written"):
        create(tmp_path, path, b"other")
    assert path.read_bytes() == b"mine"


def test_a_file_of_ours_is_replaced(tmp_path: Path) -> None:
    """A file of ours is written if it is missing or different, otherwise left alone, and reported either way."""
    path = tmp_path / "a/config.yml"
    assert [replaced(tmp_path, path, content) for content in (b"one", b"one", b"two")] == [True, False, True]
    assert path.read_bytes() == b"two"


def test_a_file_is_rewritten_whole(tmp_path: Path) -> None:
    """A rewritten file keeps its permissions, and no other file remains in its folder."""
    path = tmp_path / "x.md"
    path.write_bytes(b"before")
    path.chmod(0o640)
    rewrite(tmp_path, path, b"before", b"after")
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_half_written_file_is_not_taken_for_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is being written, a new file is never taken for content: it is hidden, and named like a backup."""
    path = tmp_path / "x.md"
    seen: list[Path] = []
    path.write_bytes(b"before")
    # No input can hit the moment between writing a file and putting it in place.
    monkeypatch.setattr(os, "fsync", lambda _handle: seen.extend(tmp_path.rglob("*")))
    rewrite(tmp_path, path, b"before", b"after")
    (aside,) = (found.name for found in seen if found != path)
    assert aside.startswith(".")
    assert aside.endswith("~")


def test_postings_are_the_markdown_files_of_their_folder(tmp_path: Path) -> None:
    """Among all files under content/, the postings are found, drafts included, but no links."""
    for name in ("postings/2026/a.md", "postings/b.md", "postings/c.txt", "organisations/iom.md", "site.yaml"):
        create(tmp_path, tmp_path / "content" / name, b"")
    (tmp_path / "content/postings/d.md").symlink_to("b.md")
    found = [path.relative_to(tmp_path / "content").as_posix() for path in posting_files(tmp_path)]
    assert found == ["postings/2026/a.md", "postings/b.md"]


def test_what_somebody_else_wrote_meanwhile_stays(tmp_path: Path) -> None:
    """A file that changed after it was read is left alone, and the editor gets a message."""
    path = tmp_path / "x.md"
    path.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhile, match="was changed by someone else, nothing was written; try again"):
        rewrite(tmp_path, path, b"before", b"after")
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the new file cannot be written to disk, the old one stays, and nothing else is left."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "x.md"
    path.write_bytes(b"before")
    # A disk that accepts a write and then has no room for it is hard to set up.
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unwritable, match=r"cannot be written \(No space left on device\), nothing was changed"):
        rewrite(tmp_path, path, b"before", b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
