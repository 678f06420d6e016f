"""Publishing: the folder becomes the site, and nothing that is not ours is ever lost."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sites import SAMPLE_NOW, SmallSite

from generator.publishing import publish as program
from generator.publishing.doors import Busy, writing_folder
from generator.publishing.publish import Published, publish, write_aside
from generator.publishing.standing import MANIFEST, OutputSurvey, Refused, refuse_collapse, refuse_foreign, survey

FIRST = {"index.html": b"one", "a/b/c.html": b"two", "a/d.html": b"three"}


def published(
    files: Mapping[str, Any],
    out: Path,
    sources: Iterable[Path] = (),
    kept: Collection[str] = (),
    *,
    in_place: bool = False,
) -> Published:
    """Makes a folder contain these files and those kept from the build before."""
    with writing_folder(out, sources, in_place=in_place) as folder:
        standing, paths = survey(out), [*files, *kept]
        refuse_foreign(standing, paths)
        return publish(standing, folder, files.items(), kept, standing.without(paths))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def inside(folder: Path) -> dict[str, bytes | str]:
    """Every file under a folder with its content; links with their targets."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = path.read_bytes()
        else:
            found[name] = "folder"
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """The files under a folder, without the manifest."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Shows whether a file was written again: its inode and its modification time."""
    found = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {str(path.relative_to(folder)): (stat.st_ino, stat.st_mtime_ns) for path, stat in found.items()}


# Writing


def test_a_new_folder_holds_exactly_the_files(out: Path) -> None:
    """The first build creates the folder and writes every file and a manifest."""
    assert published(FIRST, out) == Published(3, 0, 0)
    assert contents(out) == FIRST
    assert json.loads((out / MANIFEST).read_bytes())["files"].keys() == FIRST.keys()


def test_what_is_the_same_is_not_touched(out: Path) -> None:
    """Publishing the same files again writes none of them, not even the manifest."""
    published(FIRST, out)
    before = stamps(out)
    assert published(FIRST, out) == Published(0, 3, 0)
    assert stamps(out) == before


def test_only_what_differs_is_written(out: Path) -> None:
    """A changed file is replaced, a new one added, a deleted one removed with its empty folders; the rest stays."""
    published(FIRST, out)
    before = stamps(out)
    after = {"index.html": b"one", "a/d.html": b"changed", "new.html": b"four"}
    assert published(after, out) == Published(2, 1, 1)
    assert contents(out) == after
    assert not (out / "a/b").exists()
    assert stamps(out)["index.html"] == before["index.html"]
    assert stamps(out)["a/d.html"] != before["a/d.html"]


def test_a_file_can_become_a_folder_and_back(out: Path) -> None:
    """A folder of pages can replace a page, and a page a folder."""
    for files in ({"a": b"file"}, {"a/b": b"inside"}, {"a": b"file"}):
        published(files, out)
        assert contents(out) == files


def test_a_touched_file_is_put_right(out: Path) -> None:
    """A file of ours that somebody edited or deleted is restored by the next build."""
    published(FIRST, out)
    (out / "index.html").write_bytes(b"edited")
    (out / "a/d.html").unlink()
    assert published(FIRST, out) == Published(2, 1, 0)
    assert contents(out) == FIRST


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_files_can_be_read_by_a_web_server(out: Path, umask: int) -> None:
    """Whatever the umask, everyone can read every file and enter every folder, and only the owner can write."""
    before = os.umask(umask)
    try:
        published(FIRST, out / "some/path")
    finally:
        os.umask(before)
    site = out / "some/path"
    assert {path.stat().st_mode & 0o777 for path in site.rglob("*") if path.is_file()} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in (out, out / "some", site, *site.rglob("*")) if path.is_dir()} == {
        0o755
    }


def test_the_manifest_depends_on_the_files_alone(tmp_path: Path) -> None:
    """Two folders with the same site have the same manifest, whatever they contained before."""
    published({"old.html": b"old", **FIRST}, tmp_path / "one")
    published(FIRST, tmp_path / "one")
    published(dict(reversed(FIRST.items())), tmp_path / "two")
    assert (tmp_path / "one" / MANIFEST).read_bytes() == (tmp_path / "two" / MANIFEST).read_bytes()


names = st.sampled_from(["a", "b", "c.html", "x/a", "x/b", "x/y/a"])
sites = st.dictionaries(names, st.binary(max_size=3), max_size=5)


@given(builds=st.lists(st.tuples(sites, st.booleans()), min_size=1, max_size=4))
@example(builds=[({"x/a": b""}, False), ({"x/b": b""}, False)])
def test_any_sequence_of_builds_ends_in_the_last_one(
    tmp_path_factory: pytest.TempPathFactory, builds: list[tuple[dict[str, bytes], bool]]
) -> None:
    """After any number of builds, in any way and with any files, a folder has the files of the last build."""
    out = tmp_path_factory.mktemp("builds") / "out"
    for files, in_place in builds:
        done = published(files, out, in_place=in_place)
        assert done.written + done.unchanged == len(files)
    assert {path: content for path, content in contents(out).items() if not path.startswith(".")} == builds[-1][0]


def test_what_is_kept_stays_and_stays_ours(out: Path) -> None:
    """Files that need not be made again stay, count as unchanged, and are removed once they are no longer kept."""
    published(FIRST, out)
    before = stamps(out)
    assert published({"index.html": b"new"}, out, kept=["a/d.html"]) == Published(1, 1, 1)
    assert contents(out) == {"index.html": b"new", "a/d.html": b"three"}
    assert stamps(out)["a/d.html"] == before["a/d.html"]
    assert published({"index.html": b"new"}, out) == Published(0, 1, 1)
    assert contents(out) == {"index.html": b"new"}


def test_a_file_can_come_in_pieces(out: Path) -> None:
    """A file that arrives in pieces is the sum of its pieces, and is left alone if it is the same."""
    pieces: dict[str, list[bytes]] = {"index.html": [b"o", b"", b"ne"], "empty.txt": []}
    for done in (Published(2, 0, 0), Published(0, 2, 0)):
        assert published({path: iter(made) for path, made in pieces.items()}, out) == done
        assert contents(out) == {"index.html": b"one", "empty.txt": b""}
    assert published({"index.html": b"one", "empty.txt": b""}, out) == Published(0, 2, 0)


def test_a_file_can_be_written_aside_before(out: Path) -> None:
    """A file that was written elsewhere is moved into place, and discarded if the same one already exists."""
    for done in (Published(1, 0, 0), Published(0, 1, 0)):
        with writing_folder(out, ()) as folder:
            files = [("a/page.html", write_aside(folder, "a/page.html", b"page"))]
            assert publish(survey(out), folder, files) == done
        assert contents(out) == {"a/page.html": b"page"}
    assert published({"a/page.html": b"page"}, out) == Published(0, 1, 0)


def test_of_two_builds_at_once_one_waits_outside(out: Path) -> None:
    """During a build no other one begins; when it is done, or dead, the next one needs no help."""
    published(FIRST, out)
    with writing_folder(out, ()) as folder:
        left = write_aside(folder, "late.html", b"late")
        with (
            pytest.raises(Busy, match=r"another build is using .*, nothing was changed; try again"),
            writing_folder(out, ()),
        ):
            raise AssertionError("the folder was given twice")
        assert [path.read_bytes() for path in folder.iterdir()] == [b"late"]
        standing = survey(out)
        publish(standing, folder, [("late.html", left)], gone=standing.without(["late.html"]))
    assert contents(out) == {"late.html": b"late"}
    published({"index.html": b"two"}, out)
    assert contents(out) == {"index.html": b"two"}


def test_a_second_build_exits_with_75(small_site: SmallSite, tmp_path: Path) -> None:
    """A cron job that meets a slow one exits with the code for "try again"; after SIGKILL the folder is free."""
    out = tmp_path / "out"
    held = (
        "import time; from pathlib import Path; from generator.publishing.doors import writing_folder\n"
        f"with writing_folder(Path({str(out)!r}), ()):\n    print('held', flush=True)\n    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", held], stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        busy = small_site.command("build", "--out", out, "--no-search")
        assert busy.code == 75
        assert busy.err == f"another build is using {out}, nothing was changed; try again when it is done\n"
        other.kill()
    assert small_site.command("build", "--out", out, "--no-search").code == 0
    assert [path.name for path in out.iterdir() if path.name.startswith(".vacancy-digest-new")] == []


def test_a_collapsed_site_is_refused(small_site: SmallSite, tmp_path: Path) -> None:
    """If most of the content is gone, the site stays unless the user insists; a few files can always be removed."""
    out = tmp_path / "out"
    build = ("build", "--out", out, "--no-search", "--now", SAMPLE_NOW.isoformat())
    (small_site.root / "content/postings/quay-master.md").unlink()
    names = [f"role-{number}" for number in range(12)]
    for name in names:
        small_site.posting(name, "closes: 2026-07-01")
    assert small_site.command(*build).code == 0
    before = contents(out)
    for name in names[:6]:
        (small_site.root / f"content/postings/{name}.md").unlink()
    refused = small_site.command(*build)
    assert refused.code == 3
    assert f"6 of the 12 postings in {out} would go, so nothing was changed" in refused.err
    assert contents(out) == before
    small_site.posting(names[0], "closes: 2026-07-01")
    assert small_site.command(*build).code == 0, "five of twelve may go"
    for name in names[6:]:
        (small_site.root / f"content/postings/{name}.md").unlink()
    assert small_site.command(*build).code == 0, "of seven postings six may go: such a site is small"
    assert small_site.command(*build, "--allow-shrink").code == 0


@pytest.mark.parametrize(("before", "after", "refused"), [(10, 5, True), (10, 6, False), (11, 5, True), (9, 1, False)])
def test_half_of_ten_postings_is_too_many(out: Path, before: int, after: int, refused: bool) -> None:
    """From ten postings on, half of them cannot be removed at once; other pages are not counted."""
    paths = [f"postings/role-{number}/index.html" for number in range(before)]
    standing = OutputSurvey(out, dict.fromkeys([*paths, "postings/index.html", "index.html"], ""), {}, set())
    with pytest.raises(Refused, match=f"{before - after} of the {before} postings") if refused else nullcontext():
        refuse_collapse(standing, [*paths[:after], "about/index.html"])


def test_a_build_that_fails_on_the_way_changes_nothing(out: Path) -> None:
    """If a file cannot be made, the site stays as it was, and nothing of the failed build remains in its folder."""
    published(FIRST, out)
    before = stamps(out)
    with pytest.raises(TypeError):
        published({"index.html": b"new", "new.html": b"new", "then/cut.html": None}, out)
    assert stamps(out) == before
    assert contents(out) == FIRST


def test_a_first_build_that_fails_leaves_no_folder(out: Path) -> None:
    """If a file of the first build cannot be made, not even an empty output folder remains."""
    with pytest.raises(TypeError):
        published({"index.html": b"new", "then/cut.html": None}, out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, "No space left on device"), (errno.EIO, "")], ids=["no room", "a broken disk"]
)
def test_a_disk_that_fails(out: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str) -> None:
    """A lack of space for the second tree, or a broken disk, leaves the site as it was."""

    def fails(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    published(FIRST, out)
    # A disk cannot be made to fail on demand.
    monkeypatch.setattr(program, "mirror" if told else "write", fails)
    with pytest.raises(Refused if told else OSError, match=told or "Input/output error"):
        published({"index.html": b"new"}, out)
    assert contents(out) == FIRST


SECOND = {"index.html": b"new", "a/b": b"a file where a folder was", "z/more.html": b"more"}


# The manifest is put in place before the files and after them.
@pytest.mark.parametrize("steps", range(len(SECOND) + 2))
@pytest.mark.parametrize("after", [FIRST, SECOND], ids=["back", "on"])
@pytest.mark.parametrize("in_place", [False, True], ids=["beside", "in place"])
def test_a_build_cut_short_is_taken_up(
    out: Path, monkeypatch: pytest.MonkeyPatch, steps: int, after: dict[str, bytes], in_place: bool
) -> None:
    """Interrupted at any file that it puts in place, a build leaves no half file, and the next one tidies up."""
    published(FIRST, out)
    left, replace = [*range(steps)], os.replace

    def replace_some(*paths: Path) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        replace(*paths)

    with monkeypatch.context() as killed:
        # A crash at a chosen place between two files cannot be caused from outside.
        killed.setattr(os, "replace", replace_some)
        killed.setattr(shutil, "rmtree", lambda *_paths, **_how: None)
        with pytest.raises(KeyboardInterrupt):
            published(SECOND, out, in_place=in_place)
    for path, content in contents(out).items():
        assert path.startswith(".vacancy-digest") or content in (FIRST.get(path), SECOND.get(path)), path
    published(after, out)
    assert contents(out) == after


# Keeping files that are not ours


def test_foreign_dot_files_stay(out: Path) -> None:
    """A file that no build wrote and whose name begins with a dot is neither changed nor removed, in any folder."""
    published(FIRST, out)
    (out / ".htaccess").write_bytes(b"mine")
    (out / ".well-known/acme").mkdir(parents=True)
    (out / ".well-known/acme/token").write_bytes(b"mine too")
    published({"index.html": b"one"}, out)
    assert contents(out) == {"index.html": b"one", ".htaccess": b"mine", ".well-known/acme/token": b"mine too"}


@pytest.mark.parametrize("path", ["mine.txt", "a/b/mine.txt", "a/.hidden", "evil\x1b[2J.html"])
def test_a_foreign_file_is_not_published(out: Path, path: str) -> None:
    """A file that no build wrote would be published without review, so the build names it and changes nothing."""
    published(FIRST, out)
    (out / path).write_bytes(b"mine")
    before = inside(out)
    with pytest.raises(Refused, match=r"^[ -~]* would be published, move it to content/static/ or delete it$"):
        published({"index.html": b"new"}, out)
    assert inside(out) == before


@pytest.mark.parametrize("path", ["link.html", "a/link", ".well-known", ".hidden"])
def test_a_link_is_not_published(out: Path, path: str) -> None:
    """A link in the output could publish a file of the machine, or redirect writes, so it is refused."""
    published(FIRST, out)
    (out / path).symlink_to("/etc")
    with pytest.raises(Refused, match="is a symbolic link, remove it"):
        published({"index.html": b"new"}, out)
    (out / path).unlink()
    os.mkfifo(out / path)
    with pytest.raises(Refused, match="is not a regular file, remove it"):
        published({"index.html": b"new"}, out)


def test_a_folder_with_only_dot_files_is_accepted(out: Path) -> None:
    """An empty folder that git keeps with a .gitkeep can be used for a site, and .gitkeep stays."""
    out.mkdir()
    (out / ".gitkeep").touch()
    published(FIRST, out)
    assert contents(out) == {**FIRST, ".gitkeep": b""}


Prepare = Callable[[Path], Path]


def non_empty(here: Path) -> Path:
    (here / "out").mkdir()
    (here / "out/thesis.txt").write_text("years of work")
    return here / "out"


def with_git(here: Path) -> Path:
    (here / "out/.git").mkdir(parents=True)
    return here / "out"


def with_git_file(here: Path) -> Path:
    (here / "out").mkdir()
    (here / "out/.git").write_text("gitdir: ../elsewhere\n")
    return here / "out"


def symlink(here: Path) -> Path:
    (here / "real").mkdir()
    (here / "out").symlink_to("real")
    return here / "out"


def dangling_symlink(here: Path) -> Path:
    (here / "out").symlink_to("nowhere")
    return here / "out"


def a_file(here: Path) -> Path:
    (here / "out").write_text("not a folder")
    return here / "out"


def symlinked_folder_inside(here: Path) -> Path:
    published({"index.html": b"one"}, here / "out")
    (here / "elsewhere").mkdir()
    (here / "out/postings").symlink_to("../elsewhere")
    return here / "out"


def symlinked_page(here: Path) -> Path:
    published({"index.html": b"one"}, here / "out")
    (here / "precious.txt").write_text("years of work")
    (here / "out/index.html").unlink()
    (here / "out/index.html").symlink_to("../precious.txt")
    return here / "out"


def below_a_file(here: Path) -> Path:
    (here / "out").write_text("not a folder")
    return here / "out/site"


def damaged_manifest(here: Path) -> Path:
    published({"index.html": b"one"}, here / "out")
    (here / "out" / MANIFEST).write_text("{")
    return here / "out"


def manifest_of_another_kind(here: Path) -> Path:
    published({"index.html": b"one"}, here / "out")
    (here / "out" / MANIFEST).write_text('{"files": 7}')
    return here / "out"


def manifest_that_is_no_text(here: Path) -> Path:
    published({"index.html": b"one"}, here / "out")
    (here / "out" / MANIFEST).write_bytes(b"\xff\xfe\x00")
    return here / "out"


def manifest_that_leads_out(here: Path) -> Path:
    (here / "precious.txt").write_text("years of work")
    published({"index.html": b"one"}, here / "out")
    (here / "out" / MANIFEST).write_text('{"files": {"../precious.txt": ""}}')
    return here / "out"


def manifest_of_a_whole_path(here: Path) -> Path:
    (here / "precious.txt").write_text("years of work")
    published({"index.html": b"one"}, here / "out")
    (here / "out" / MANIFEST).write_text(json.dumps({"files": {str(here / "precious.txt"): ""}}))
    return here / "out"


def foreign_file_in_the_way(here: Path) -> Path:
    published({"about.html": b"one"}, here / "out")
    (here / "out/index.html").write_text("mine")
    return here / "out"


def foreign_folder_in_the_way(here: Path) -> Path:
    published({"about.html": b"one"}, here / "out")
    (here / "out/index.html").mkdir()
    return here / "out"


def foreign_file_where_a_folder_goes(here: Path) -> Path:
    published({"about.html": b"one"}, here / "out")
    (here / "out/postings").write_text("mine")
    return here / "out"


def ours_turned_into_a_folder(here: Path) -> Path:
    published({"index.html": b"one"}, here / "out")
    (here / "out/index.html").unlink()
    (here / "out/index.html").mkdir()
    (here / "out/index.html/mine.txt").write_text("mine")
    return here / "out"


@pytest.mark.parametrize(
    "prepare",
    [
        *(non_empty, with_git, with_git_file, symlink, dangling_symlink, a_file),
        *(symlinked_folder_inside, symlinked_page, below_a_file),
        *(damaged_manifest, manifest_of_another_kind, manifest_that_is_no_text),
        *(manifest_that_leads_out, manifest_of_a_whole_path),
        *(foreign_file_in_the_way, foreign_folder_in_the_way, foreign_file_where_a_folder_goes),
        ours_turned_into_a_folder,
    ],
    ids=lambda prepare: prepare.__name__,
)
def test_refused_with_nothing_changed(tmp_path: Path, prepare: Prepare) -> None:
    """If anything could be lost, the build refuses, gives the reason in one sentence, and changes no byte."""
    out = prepare(tmp_path)
    before = inside(tmp_path)
    with pytest.raises(Refused, match=r"out"):
        published({"index.html": b"page", "postings/a/index.html": b"page"}, out)
    assert inside(tmp_path) == before


def test_a_file_of_ours_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    """A page to remove that has become a link is refused, and the link's target stays."""
    out = symlinked_page(tmp_path)
    with pytest.raises(Refused):
        published({"about.html": b"page"}, out)
    assert (tmp_path / "precious.txt").read_text() == "years of work"


HOSTILE_MANIFESTS = {
    "NUL in a path": b'{"files": {"a\\u0000b": ""}}',
    "NUL itself": b'{"files": {"a\0b": ""}}',
    "half a surrogate pair": b'{"files": {"a\\ud800": ""}}',
    "deep": b"[" * 100_000,
    "deep inside": b'{"else": ' + b"[" * 100_000,
    "a path with a dot": b'{"files": {"a/./b.html": ""}}',
    "a path with nothing in it": b'{"files": {"a//b.html": ""}}',
    "no path": b'{"files": {"": ""}}',
    "a digest that is none": b'{"files": {"index.html": 7}}',
}


@pytest.mark.parametrize("manifest", HOSTILE_MANIFESTS.values(), ids=HOSTILE_MANIFESTS.keys())
def test_a_hostile_manifest_is_refused_in_one_line(small_site: SmallSite, tmp_path: Path, manifest: bytes) -> None:
    """Whatever a manifest contains, the command says in one line that it is not ours, and changes nothing."""
    published({"index.html": b"one"}, tmp_path / "out")
    (tmp_path / "out" / MANIFEST).write_bytes(manifest)
    before = inside(tmp_path / "out")
    done = small_site.command("build", "--out", tmp_path / "out")
    assert (done.code, done.out) == (3, "")
    assert done.err.count("\n") == 1
    assert inside(tmp_path / "out") == before


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_manifest_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    """A manifest is not read through a link, and a pipe in its place does not make the build wait."""
    out = tmp_path / "out"
    published({"index.html": b"one"}, out)
    (out / MANIFEST).rename(tmp_path / "elsewhere.json")
    (out / MANIFEST).symlink_to("../elsewhere.json") if kind == "link" else os.mkfifo(out / MANIFEST)
    with pytest.raises(Refused, match=r"is not a regular file, remove it|contains files that are not ours"):
        published({"index.html": b"two"}, out)


# The command


def test_the_command_refuses_with_3(small_site: SmallSite, tmp_path: Path) -> None:
    """`build` into a folder that is not ours exits with 3 and one line that names it, and prints no success."""
    out = non_empty(tmp_path)
    done = small_site.command("build", "--out", out)
    assert done.code == 3
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert str(out) in done.err
    assert "--out" in done.err


def places_of_the_user(site: SmallSite) -> list[Path]:
    root = site.root
    return [Path("/"), Path.home(), root, root.parent, root / "content", root / "content/static", root / "templates"]


def test_places_of_the_user_are_refused(small_site: SmallSite) -> None:
    """The root of the disk, the home folder, the site's sources and their parents cannot be the output."""
    small_site.write("templates/own.html", "own")
    before = inside(small_site.root)
    for place in places_of_the_user(small_site):
        done = small_site.command("build", "--out", place)
        assert done.code == 3, place
    assert inside(small_site.root) == before


def test_places_are_refused_even_when_empty(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty home folder is refused too, also through a path with dots or a link."""
    home = small_site.root.parent / "home"
    home.mkdir()
    (small_site.root.parent / "way").symlink_to(small_site.root.parent)
    monkeypatch.setenv("HOME", str(home))
    for place in (home, home / "../home", small_site.root.parent / "way/home", small_site.root / "content/../../home"):
        assert small_site.command("build", "--out", place).code == 3, place
    assert list(home.iterdir()) == []


def test_a_place_in_the_templates_is_refused_before_there_are_any(small_site: SmallSite) -> None:
    """The next build would read output in `templates/` as templates."""
    assert small_site.command("build", "--out", small_site.root / "templates").code == 3
    assert not (small_site.root / "templates").exists()


def test_content_with_problems_writes_nothing(small_site: SmallSite, tmp_path: Path) -> None:
    """With one bad posting, an earlier site stays as it is, and the exit code is 1."""
    out = tmp_path / "out"
    now = ("--now", "2026-06-15T12:00:00Z")
    small_site.command("build", "--out", out, *now)
    before = inside(out)
    small_site.posting("bad", "closes: 2026-02-30")
    small_site.posting("good", "closes: 2026-07-01")
    assert small_site.command("build", "--out", out, *now).code == 1
    assert inside(out) == before


def test_a_build_that_fails_leaves_no_folder(small_site: SmallSite, tmp_path: Path) -> None:
    """If there was no output folder, a build of bad content creates neither that folder nor its parents."""
    small_site.posting("bad", "closes: 2026-02-30")
    assert small_site.command("build", "--out", tmp_path / "new/deep/out").code == 1
    assert not (tmp_path / "new").exists()


def test_the_default_is_a_folder_beside_the_content(small_site: SmallSite) -> None:
    """Without --out the site is built in ROOT/site."""
    assert small_site.command("build").code == 0
    assert (small_site.root / "site/index.html").exists()


def test_a_work_tree_beside_the_site_is_no_reason_to_refuse(small_site: SmallSite) -> None:
    """A site in a subfolder of a git repository is built; only the root of a repository is refused."""
    subprocess.run(["git", "init", "--quiet", small_site.root], check=True)
    assert small_site.command("build").code == 0
