"""What a pull request can add next to `content/`: caches, output folders, and links under names that we use."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from repository import git
from sites import SAMPLE_NOW, SmallSite, command

from generator.building.build import Listener, Options, build
from generator.publishing.standing import MANIFEST, Refused
from generator.work import memo
from generator.work.cachefolder import NoCache, cache_of, mark_of
from generator.work.thresholds import USUAL, Thresholds


def told_by(site: SmallSite, out: Path, thresholds: Thresholds = USUAL) -> list[str]:
    """Builds, and returns the lines that the build printed."""
    told: list[str] = []
    build(site.root, out, SAMPLE_NOW, Options(thresholds=thresholds), Listener(told.append))
    return told


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Somebody else's folder, which must not change."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["", "/tree", "/between"])
@pytest.mark.parametrize("mark", ["", "-0123456789abcdef"])
def test_a_link_beside_the_output_is_not_followed(small_site: SmallSite, elsewhere: Path, name: str, mark: str) -> None:
    """A link named like our second tree is neither followed nor removed, and the build reports it."""
    link = small_site.root / f".site.vacancy-digest{mark}{name}"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(elsewhere)
    told = told_by(small_site, small_site.root / "site")
    beside = small_site.root / f".site.vacancy-digest{mark}"
    assert told == [f"{beside} is not from a build of this user and is not used, delete it"]
    assert tree(elsewhere) == {"thesis.txt": b"years of work"}
    assert "thesis.txt" not in tree(small_site.root / "site")
    assert link.readlink() == elsewhere


def test_the_mark_of_a_folder_cannot_be_foreseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the second tree is derived from a secret of this user and machine and from the place."""
    first = mark_of(tmp_path / "site")
    assert mark_of(tmp_path / "site") == first != mark_of(tmp_path / "other")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert mark_of(tmp_path / "site") not in (None, first)
    key = tmp_path / "cache/vacancy-digest/key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.write_bytes(b"cut")
    assert mark_of(tmp_path / "site") is None


def test_without_a_key_nothing_is_left_beside_the_output(
    small_site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If no secret can be stored, the next build could not recognise our folder, so it is removed at the end."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    out = tmp_path / "place/site"
    for number in range(2):
        small_site.posting("more", f"title: Role {number}\ncloses: 2026-07-01")
        told = told_by(small_site, out)
        assert len(told) == 1
        assert told[0].endswith("so this build remembers nothing")
        assert [path.name for path in out.parent.iterdir()] == ["site"]


# The cache


def test_a_cache_in_the_folder_is_not_used(small_site: SmallSite, elsewhere: Path) -> None:
    """Anything under `.cache` in a site's folder, even a link, is neither read nor written."""
    (small_site.root / ".cache").symlink_to(elsewhere)
    assert told_by(small_site, small_site.root / "site") == []
    assert tree(elsewhere) == {"thesis.txt": b"years of work"}
    assert not cache_of(small_site.root).is_relative_to(small_site.root)


@pytest.mark.parametrize("above", [False, True], ids=["in the site", "in the repository above it"])
def test_a_cache_folder_in_the_repository_is_refused(
    small_site: SmallSite, monkeypatch: pytest.MonkeyPatch, above: bool
) -> None:
    """If the user's cache folder is in the repository, a pull request could fill it, so nothing is stored there."""
    top = small_site.root.parent if above else small_site.root
    (top / ".git").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(top / "kept"))
    with pytest.raises(NoCache, match="where a pull request could fill it"):
        cache_of(small_site.root)
    assert "remembers nothing" in told_by(small_site, small_site.root / "site")[0]


@pytest.mark.parametrize("kind", ["link", "others may write", "file"])
def test_a_cache_folder_of_others_is_refused(
    small_site: SmallSite, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A cache folder that is a link, or that others can write to, is not used, and a link's target does not change."""
    base = tmp_path / "cache/vacancy-digest"
    base.parent.mkdir()
    match kind:
        case "link":
            base.symlink_to(elsewhere)
        case "others may write":
            base.mkdir()
            base.chmod(0o777)
        case "file":
            base.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(base.parent))
    assert "remembers nothing" in told_by(small_site, small_site.root / "site")[0]
    assert tree(elsewhere) == {"thesis.txt": b"years of work"}


def test_a_cache_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_site: SmallSite
) -> None:
    """Files that another user made are not read, whatever their permissions."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    base = tmp_path / "cache/vacancy-digest"
    base.mkdir(parents=True, mode=0o700)
    os.chown(base, 12345, 12345)
    monkeypatch.setenv("XDG_CACHE_HOME", str(base.parent))
    with pytest.raises(NoCache, match="only its user"):
        cache_of(small_site.root)


def test_sites_that_are_gone_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of deleted temporary copies is removed when another site is built; that of others stays."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sites = [tmp_path / name for name in ("gone", "stays", "new")]
    for site in sites[:2]:
        site.mkdir()
    kept = [cache_of(site) for site in sites[:2]]
    sites[0].rmdir()
    sites[2].mkdir()
    cache_of(sites[2])
    assert [folder.is_dir() for folder in kept] == [False, True]


HOSTILE_TABLES = {
    "a view without an end": (
        "DROP TABLE postings",
        "CREATE VIEW postings AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT x AS path, x AS stamp, x AS digest, x AS value, x AS sum FROM n",
    ),
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON parts BEGIN DELETE FROM pieces; END",),
    "another column": ("ALTER TABLE outputs ADD COLUMN more TEXT",),
    "a column that is worked out": ("ALTER TABLE parts ADD COLUMN more TEXT AS (hex(zeroblob(100000000)))",),
    "an index": ("CREATE INDEX more ON pieces (hex(name))",),
    "nothing of ours": (*(f"DROP TABLE {name}" for name in ("postings", "pieces")), "CREATE TABLE other (x)"),
}


@pytest.mark.parametrize("statements", HOSTILE_TABLES.values(), ids=HOSTILE_TABLES.keys())
def test_a_memory_of_another_shape_is_thrown_away(small_site: SmallSite, statements: tuple[str, ...]) -> None:
    """Views, triggers and unknown tables in a memory, as a CI service may restore it, cannot run or block anything."""
    out = small_site.root / "site"
    told_by(small_site, out)
    before = tree(out)
    with sqlite3.connect(cache_of(small_site.root) / "vacancy-digest.sqlite") as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    told = told_by(small_site, out)
    assert len(told) == 1
    assert "it has other tables" in told[0]
    assert tree(out) == before
    with memo.open_memo(cache_of(small_site.root), pytest.fail):
        pass


# Stamps are trusted at once, so that the memory of a file that has just been written is used.
TRUSTING = Thresholds(granule=-(10**12))


def changed(site: SmallSite, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes the first remembered posting, as an attacker who knows the format of its row could."""
    with memo.open_memo(cache_of(site.root), pytest.fail) as memory:
        old = next(iter(memory.postings()))
        packed = msgspec.msgpack.decode(old.listing)
        change(packed)
        memory.restamp_postings([old._replace(listing=msgspec.msgpack.encode(packed))])


@pytest.mark.parametrize(
    "change", [{"slug": "../../evil"}, {"slug": "other"}, {"path": "content/postings/../x.md"}, {"keys": 7}]
)
def test_a_remembered_posting_is_its_own_or_none(small_site: SmallSite, change: dict[str, Any]) -> None:
    """A row restored by a CI service that names another posting, or contains no posting at all, is not trusted."""
    out = small_site.root / "site"
    told_by(small_site, out, TRUSTING)
    before = tree(out)
    changed(small_site, lambda packed: packed.update(change))
    told_by(small_site, out, TRUSTING)
    assert tree(out) == before


def test_no_remembered_alias_leads_out_of_the_site(small_site: SmallSite) -> None:
    """An alias in such a row, from which an address is made, cannot write a file outside the output."""
    out = small_site.root / "site"
    told_by(small_site, out, TRUSTING)
    before = tree(small_site.root.parent)
    changed(small_site, lambda packed: packed.update(aliases=["../../evil"], shown=b"changed"))
    with pytest.raises(Refused, match=r"is not in .*, so nothing was changed; build with --no-cache"):
        told_by(small_site, out, TRUSTING)
    assert tree(small_site.root.parent) == before


# The output


def test_a_committed_site_is_not_published(small_site: SmallSite) -> None:
    """Pages that came with a repository never remain in a built site, even if they are listed as ours or are links."""
    out = small_site.root / "site"
    told_by(small_site, out)
    listed = (out / MANIFEST).read_text()
    (out / MANIFEST).write_text(listed.replace('"files": {\n', '"files": {\n"evil.html": "",\n'))
    for path in ("evil.html", "index.html"):
        (out / path).write_text("<script>evil()</script>")
    shutil.rmtree(cache_of(small_site.root))  # as on the machine of whoever merges the pull request
    told_by(small_site, out)
    assert not (out / "evil.html").exists()
    assert "evil()" not in (out / "index.html").read_text()
    (out / "unlisted.html").write_text("<script>evil()</script>")
    with pytest.raises(Refused, match=r"unlisted\.html is not from an earlier build and would be published"):
        told_by(small_site, out)


@pytest.mark.parametrize("path", ["site/.htaccess", "site/.well-known/security.txt", "site/index.html"])
@pytest.mark.parametrize("below", ["", "digest/"])
def test_an_output_that_git_tracks_is_refused(small_site: SmallSite, tmp_path: Path, path: str, below: str) -> None:
    """An output folder with files from the repository, hidden ones included, is refused; .gitkeep alone is accepted."""
    top = tmp_path / "repository"
    root = shutil.copytree(small_site.root, top / below)
    git(top, "init", "--quiet")
    (root / "site").mkdir()
    (root / "site/.gitkeep").touch()
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "A site")
    assert command("build", "--root", root, "--no-search").code == 0
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("evil")
    git(top, "add", "--force", below + path)
    git(top, "commit", "--quiet", "--message", "Bring a file")
    refused = command("build", "--root", root, "--no-search")
    assert refused.code == 3
    assert f"{root / path} is in git, so it would be published unread" in refused.err
    git(top, "rm", "-r", "--quiet", "--cached", below + path)
    git(top, "commit", "--quiet", "--message", "Take it out")
    assert command("build", "--root", root, "--no-search").code == 0


def test_a_build_says_when_git_cannot_answer(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git on this machine, a build in a repository goes on and says that the output was not checked."""
    git(small_site.root, "init", "--quiet")
    monkeypatch.setenv("PATH", "")
    (told,) = told_by(small_site, small_site.root / "site")
    assert told.startswith(f"git cannot say whether {small_site.root / 'site'} came with the repository (")


@pytest.mark.parametrize("top", ["", "digest/"], ids=["the site's own folder", "the repository above"])
def test_a_link_of_the_repository_leads_no_output_elsewhere(
    small_site: SmallSite, elsewhere: Path, tmp_path: Path, top: str
) -> None:
    """A link on the path to the output is refused if a pull request could have added it."""
    repository = tmp_path / "repository"
    root = shutil.copytree(small_site.root, repository / top)
    git(repository, "init", "--quiet")
    (repository / "public").symlink_to(elsewhere)
    refused = command("build", "--root", root, "--out", repository / "public/site", "--no-search")
    assert refused.code == 3
    assert "public is a symbolic link in" in refused.err
    assert tree(elsewhere) == {"thesis.txt": b"years of work"}
    way = tmp_path / "way"
    way.symlink_to(tmp_path)
    assert command("build", "--root", root, "--out", way / "site", "--no-search").code == 0, "the operator's own link"


@pytest.mark.parametrize("place", ["content/postings/theirs", "templates/theirs", "content/static/theirs"])
def test_a_repository_inside_content_is_a_problem(small_site: SmallSite, place: str) -> None:
    """The files of a submodule are not reviewed with the site's own, so they are reported and not read."""
    small_site.write(f"{place}/.git", "gitdir: ../../../.git/modules/theirs\n")
    small_site.write(f"{place}/evil.md", "---\ntitle: Evil\n---\n")
    done = small_site.command("check")
    assert done.code == 1
    assert f"{place}:1:1: file: is a separate git repository, keep its files in the site's repository\n" in done.out


def test_a_path_is_judged_as_it_is_named(small_site: SmallSite) -> None:
    """With PATHS, a link is reported as a link, and a file with invisible characters in its name is reported too."""
    link = small_site.root / "content/postings/inner.md"
    link.symlink_to("quay-master.md")
    hidden = small_site.root / "content/static/a\u202eb.png"
    hidden.parent.mkdir(exist_ok=True)
    hidden.write_bytes(b"")
    for path, told in ((link, "is a symbolic link"), (hidden, "rename the file")):
        done = small_site.command("check", path)
        assert (done.code, told in done.out) == (1, True), done
    dangling = small_site.root / "content/postings/x\nNo problems.md"
    dangling.symlink_to("/nowhere")
    assert small_site.command("check", dangling).code == 1
    outside = small_site.command("check", small_site.root / "..\nNo problems.")
    assert (outside.code, "\nNo problems" in outside.err) == (2, False)
