"""Commands that write for editors: `check` accepts everything they write, and they explain what they refuse."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sites import Outcome, SmallSite, command

from generator.editing import desk
from generator.reading.files import Unwritable, create, replaced, rewrite

NOW = "2026-06-15T12:00:00Z"
NOBODY = 65534
OPEN = "title: Night Nurse\naliases: [night-warden]\nid: nurse\ncloses: 2026-07-01"
NOTICE = (
    "Security Officer\nOrganization: Harbour\nDuty station: Suva, Fiji\nClosing date: 30 June 2026\n\nGuard ships.\n"
)


def tree(folder: Path) -> dict[str, object]:
    """Everything in a folder, with links as their targets."""
    return {
        path.relative_to(folder).as_posix(): path.readlink() if path.is_symlink() else _content(path)
        for path in folder.rglob("*")
    }


def _content(path: Path) -> object:
    return path.read_bytes() if path.is_file() else path.stat().st_mode


@pytest.fixture
def site(small_site: SmallSite) -> SmallSite:
    """A site with a posting in a subfolder that has an id and an alias, next to somebody else's folder."""
    small_site.posting("2026/night-nurse", OPEN)
    small_site.posting("2026/cook", "title: Cook\ndraft: true\naliases: [baker]")
    small_site.write("../notice.txt", NOTICE)
    small_site.write("../theirs/mine.txt", "Mine.")
    return small_site


# Obstacles


def _linked(path: Path) -> None:
    """Turns a folder of the site into a link to somebody else's folder."""
    _gone(path)
    path.symlink_to(_outside(path))


def _gone(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)


def _outside(path: Path) -> Path:
    return next(parent / "theirs" for parent in path.parents if (parent / "theirs").exists())


def _linked_file(path: Path) -> None:
    path.symlink_to(_outside(path) / "mine.txt")


def _dangling(path: Path) -> None:
    _gone(path)
    path.symlink_to(_outside(path) / "new.txt")


OBSTACLES = [
    ("content/postings", _linked, ("new", "import")),
    ("content", _linked, ("new", "import", "extend", "withdraw", "fill", "editors", "init")),
    ("content", _dangling, ("init",)),
    (".vscode", _linked, ("editors", "init")),
    (".vscode", _dangling, ("editors", "init")),
    (".github", _linked, ("editors", "init")),
    (".github", _linked_file, ("editors", "init")),
    ("admin", _linked, ("editors", "init")),
    (".pages.yml", _linked_file, ("editors",)),
    (".pages.yml", _dangling, ("editors",)),
    (".pages.yml", os.mkfifo, ("editors",)),
    (".pages.yml", Path.mkdir, ("editors",)),
]
COMMANDS: dict[str, tuple[str, ...]] = {
    "new": ("posting", "--title", "Harbour Pilot", "--organisation", "harbour"),
    "import": ("../notice.txt",),
    "extend": ("night-nurse", "2026-07-08"),
    "withdraw": ("night-nurse",),
    "fill": ("night-nurse",),
    "editors": (),
}


def asked(site: SmallSite, name: str, *arguments: str) -> Outcome:
    """Runs a command that writes, on this site, at the instant of these tests."""
    if name == "init":
        return command("init", site.root, "--now", NOW, *arguments)
    now = () if name == "editors" else ("--now", NOW)
    words = [str(site.root / one) if one.startswith("../") and name == "import" else one for one in arguments]
    return command(name, *words, "--root", site.root, *now)


@pytest.mark.parametrize(
    ("path", "obstacle", "name"), [(path, obstacle, name) for path, obstacle, names in OBSTACLES for name in names]
)
def test_nothing_is_written_through_a_link(
    site: SmallSite, path: str, obstacle: Callable[[Path], None], name: str
) -> None:
    """A link, pipe or folder where a command would write is reported in one line, and no file changes anywhere."""
    if name == "init" and path != "content":
        shutil.rmtree(site.root / "content")
    obstacle(site.root / path)
    before = tree(site.root.parent)
    done = asked(site, name, *COMMANDS.get(name, ()))
    assert done.code in {1, 2, 3}
    assert path in done.err
    assert len(done.err.splitlines()) == 1
    assert done.out == ""
    assert tree(site.root.parent) == before


@pytest.mark.parametrize("name", ["new", "import", "extend"])
def test_a_link_that_comes_between_looking_and_writing(site: SmallSite, name: str) -> None:
    """If a folder becomes a link after it was checked, nothing is written through it either."""
    folder = site.root / "content/postings"

    def swapped(_root: Path, _path: Path) -> list[object]:
        if not folder.is_symlink():
            shutil.copytree(folder, site.root.parent / "theirs", dirs_exist_ok=True)
            _linked(folder)
        return []

    with mock.patch.object(desk, "links_above", swapped):
        done = asked(site, name, *COMMANDS[name])
    assert done.code == 3
    assert "content/postings is a link or not a folder, nothing was written there" in done.err
    theirs = tree(site.root.parent / "theirs")
    assert theirs["mine.txt"] == b"Mine."
    assert b"2026-07-08" not in b"".join(found for found in theirs.values() if isinstance(found, bytes))
    assert not [path for path in theirs if "pilot" in path or "officer" in path]


@pytest.mark.parametrize("write", [create, replaced, lambda root, path, text: rewrite(root, path, b"Mine.", text)])
def test_no_file_is_written_outside_its_root(tmp_path: Path, write: Callable[[Path, Path, bytes], object]) -> None:
    """Whatever the caller, a path that leads out of the root, or through a link, is refused."""
    (tmp_path / "root").mkdir()
    (tmp_path / "mine.txt").write_text("Mine.")
    (tmp_path / "root/here").symlink_to(tmp_path)
    (tmp_path / "root/file.txt").symlink_to(tmp_path / "mine.txt")
    before = tree(tmp_path)
    for path in ("../mine.txt", "../new.txt", "here/mine.txt", "here/new.txt"):
        with pytest.raises(Unwritable):
            write(tmp_path / "root", tmp_path / "root" / path, b"Theirs.")
    if write is not create:
        with pytest.raises(Unwritable, match="is a symbolic link"):
            write(tmp_path / "root", tmp_path / "root/file.txt", b"Theirs.")
    assert tree(tmp_path) == before


# Other people's machines


@contextmanager
def as_nobody(folder: Path, *shut: Path) -> Iterator[None]:
    """Within the block, this process is a user who can read the folder, but not write there or enter closed folders."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in shut:
        path.chmod(0o000)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)
        for path in shut:
            path.chmod(0o755)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("name", [*COMMANDS, "init", "check"])
def test_without_the_right_to_write(name: str) -> None:
    """If the user has no write permission, each command that writes says so in one line, and leaves nothing behind."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        site = SmallSite.at(Path(place) / "site")
        site.posting("2026/night-nurse", f"{OPEN}\ngrade: P3" if name == "check" else OPEN)
        site.write("../notice.txt", NOTICE)
        if name == "init":
            shutil.rmtree(site.root / "content")
        before = tree(Path(place))
        with as_nobody(Path(place)):
            done = asked(site, name, *COMMANDS.get(name, ())) if name != "check" else site.command("check", "--fix")
        assert done.code == 3
        assert "cannot be written (Permission denied), nothing was changed" in done.err
        assert len(done.err.splitlines()) == 1
        assert tree(Path(place)) == before


def test_a_folder_that_may_not_be_entered_is_no_site() -> None:
    """If the user cannot even look for the settings, every command says in one line that there are none."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        site = SmallSite.at(Path(place) / "site")
        with as_nobody(Path(place), site.root / "content"):
            done = [asked(site, name, *COMMANDS[name]) for name in COMMANDS] + [site.command("check")]
        assert {one.code for one in done} == {2}
        assert {len(one.err.splitlines()) for one in done} == {1}


def test_a_user_without_a_home_builds(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user that the system does not know, as in many containers, builds a site like any other."""
    monkeypatch.delenv("HOME")
    # Only root can become another user, who would also need access to this Python.
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(RuntimeError):
        Path.home()
    done = site.command("build", "--now", NOW, "--no-search")
    assert done.code == 0, done.err


# The invariant

SLUGS = [
    "../../evil",
    "..",
    "a/b",
    "archive",
    "aux",
    "404",
    "night-nurse",
    "nurse",
    "night-warden",
    "baker",
    "cook",
    "é",
]
TITLES = ["Archive", "Night Warden", "Cook", "A\nB", "‮turned", "\udcff", '"quoted": #', "ab", "Harbour Pilot", "---"]
TEXT = st.one_of(st.sampled_from(TITLES), st.text(max_size=40), st.text(st.characters(codec="utf-8"), max_size=200))
DAYS = st.sampled_from(
    ["2026-07-08", "2026-07-01", "2026-05-01", "until-filled", "not-stated", "soon", "2026-13-01", ""]
)
NAMES = st.sampled_from(["night-nurse", "nurse", "cook", "quay-master", "../site", "nobody", ""])


def _flags(**values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Any of these options, each with a value."""
    given = st.fixed_dictionaries({}, optional=values)
    return given.map(lambda found: tuple(f"--{name.replace('_', '-')}={value}" for name, value in found.items()))


NEW = st.tuples(
    TEXT,
    st.sampled_from(["harbour", "nobody", "../x"]),
    _flags(
        slug=st.one_of(st.sampled_from(SLUGS), TEXT),
        city=TEXT,
        country=st.sampled_from(["FJ", "fj", "ZZ"]),
        closes=DAYS,
        opens=DAYS,
        summary=TEXT,
        reference=TEXT,
        grade=st.sampled_from(["P-3", "P3"]),
        apply=st.sampled_from(["https://harbour.example.org/x", "javascript:x"]),
        source_url=TEXT,
    ),
    st.booleans(),
).map(lambda one: ("new", "posting", f"--title={one[0]}", f"--organisation={one[1]}", *one[2], *["--draft"] * one[3]))
EXTEND = st.tuples(NAMES, DAYS, _flags(reason=TEXT)).map(lambda one: ("extend", *one[2], "--", one[0], one[1]))
END = st.tuples(st.sampled_from(["withdraw", "fill"]), NAMES).map(lambda one: (one[0], "--", one[1]))
IMPORT = st.lists(TEXT, min_size=1, max_size=4).map(
    lambda lines: ("import", "\n".join([*lines, "Organization: Harbour", *lines]))
)
STEPS = st.lists(st.one_of(NEW, NEW, EXTEND, END, IMPORT, st.just(("editors",))), min_size=1, max_size=4)


@given(STEPS)
@example([("new", "posting", "--title=A role", "--organisation=harbour", "--slug=../../evil")])
@example([("new", "posting", "--title=A role", "--organisation=harbour", "--slug=archive")])
@example([("new", "posting", "--title=A role", "--organisation=harbour", "--slug=night-nurse")])
@example([("new", "posting", "--title=A role", "--organisation=harbour", "--slug=night-warden")])
@example([("new", "posting", "--title=A role", "--organisation=harbour", "--slug=baker")])
@example([("new", "posting", "--title=Archive", "--organisation=harbour")])
@example([("new", "posting", "--title=A ‮role", "--organisation=harbour")])
@example([("new", "posting", "--title=\udcff role", "--organisation=harbour")])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_command_writes_check_accepts(steps: list[tuple[str, ...]]) -> None:
    """Any request is either carried out, and `check` finds nothing, or refused with a message, and nothing has changed.

    Only `editors`, which has its own files, writes outside content/.
    """
    with tempfile.TemporaryDirectory() as place, mock.patch.dict(os.environ, SOURCE_DATE_EPOCH="1781524800"):
        site = SmallSite.at(Path(place) / "site")
        site.posting("2026/night-nurse", OPEN)
        site.posting("2026/cook", "title: Cook\ndraft: true\naliases: [baker]")
        assert site.command("check").code == 0
        for name, *arguments in steps:
            if name == "import":
                (Path(place) / "notice.txt").write_bytes(arguments.pop().encode("utf-8", "surrogatepass"))
                arguments.append(str(Path(place) / "notice.txt"))
            before = tree(Path(place))
            done = asked(site, name, *arguments)
            changed = {path for path, found in tree(Path(place)).items() if before.get(path) != found}
            if done.code != 0:
                assert done.err.strip()
                assert changed == set()
            if name != "editors":
                assert {path for path in changed if not path.startswith("site/content/postings/")} == set()
            found = site.command("check")
            assert found.code == 0, (name, arguments, found.out)


@given(
    TEXT, st.sampled_from(["https://posts.example.net/a/", "http://127.0.0.1:8000/", "http://localhost", "https://x"])
)
@example("", "https://posts.example.net/")
@settings(max_examples=30, deadline=None)
def test_a_new_site_has_no_problem(title: str, address: str) -> None:
    """Whatever its title and address, `init` writes a site that `check` accepts, or says why it cannot."""
    with tempfile.TemporaryDirectory() as place, mock.patch.dict(os.environ, SOURCE_DATE_EPOCH="1781524800"):
        done = command("init", f"--title={title}", f"--base-url={address}", "--", Path(place) / "site")
        if done.code == 0:
            assert command("check", "--root", Path(place) / "site").code == 0
        else:
            assert done.err.strip()
            assert tree(Path(place)) == {}
