"""What an incremental build reads, makes and writes, and what it does if its memory is lost, full or in use."""

import errno
import os
import shutil
import sqlite3
import time
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from audits import opened_files
from changing import DAMAGES, QUICK, SETTLED, TITLES, SiteMachine, around, differences, look, tree
from door import program
from sites import ROOT, SAMPLE_NOW, SmallSite

from generator.building.build import Listener, Options, Report, build
from generator.building.site import NOBODY
from generator.publishing.doors import Busy
from generator.publishing.standing import MANIFEST, Refused
from generator.reading import files
from generator.work import memo
from generator.work.cachefolder import cache_of
from generator.work.memo import Memo
from generator.work.thresholds import Thresholds


@pytest.fixture
def site(small_site: SmallSite) -> SmallSite:
    """The small site with a few more roles, built once after its files had settled."""
    for number, country in enumerate(("CH", "CD", "KE", "UA")):
        place = f"duty_stations:\n  - country: {country}"
        small_site.posting(f"role-{number}", f"title: Role {number}\n{place}\ncloses: 2026-07-0{number + 1}")
    time.sleep(SETTLED)
    again(small_site)
    return small_site


def again(site: SmallSite, thresholds: Thresholds = QUICK, jobs: int = 1, listener: Listener = NOBODY) -> Report:
    """Builds into the folder that the site's builds share."""
    options = Options(thresholds=thresholds, jobs=jobs)
    return build(site.root, site.root.parent / "site", SAMPLE_NOW, options, listener)


def clean(site: SmallSite, **options: Any) -> dict[str, bytes]:
    """The result of a build without a memory."""
    out = site.root.parent / "clean"
    build(site.root, out, SAMPLE_NOW, Options(remember=False, **options))
    found = tree(out)
    shutil.rmtree(out)
    return found


def published(site: SmallSite) -> dict[str, bytes]:
    return tree(site.root.parent / "site")


def postings_among(names: list[str], site: SmallSite) -> set[str]:
    """The postings of the site whose files are among the opened files."""
    opened = {Path(name).name for name in names}
    return {path.stem for path in (site.root / "content/postings").rglob("*.md") if path.name in opened}


def test_when_nothing_changed_nothing_is_read_or_written(site: SmallSite) -> None:
    """A build of the same content reads no posting, makes no page and writes no file."""
    before = look(site.root.parent / "site")
    with opened_files() as names:
        done = again(site)
    assert postings_among(names, site) == set()
    assert (done.published.written, done.published.removed) == (0, 0)
    assert (done.tally.done["load"], done.tally.done["templates"]) == (0, 0)
    assert look(site.root.parent / "site") == before


def test_after_one_edit_only_what_shows_it_is_made(site: SmallSite) -> None:
    """After one new title, only files that show it are read, made and written, and no other collection."""
    old, before = clean(site), look(site.root.parent / "site")
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD\ncloses: 2026-07-02")
    shown: list[str] = []

    def noted(items: Iterable[Any], _total: int, label: str, /) -> Iterator[Any]:
        for item in items:
            shown.extend([item[0]] if label == "Making" else [])
            yield item

    with opened_files() as names:
        done, after = again(site, listener=Listener(track=noted)), look(site.root.parent / "site")
    # A page that names the role as a similar one is made again, from its own file.
    assert {f"postings/{slug}/index.html" for slug in postings_among(names, site)} == {
        path for path in shown if path.startswith("postings/") and path.endswith(".html")
    }
    new = published(site)
    assert differences(new, clean(site)) == []
    different = differences(old, new)
    assert sorted(path for path in after if before.get(path) != after[path]) == different
    assert done.published.written == len(different) - 1  # the manifest is not counted
    assert set(shown) >= set(different) - {MANIFEST}
    others = ("countries/ke/", "countries/ua/", "grades/p-3/")
    assert [path for path in shown if path.startswith(others)] == []
    assert len(shown) < len(new) / 2


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_memory_costs_a_line(machine: SiteMachine, how: str) -> None:
    """A lost, damaged or foreign memory costs at most one line, and the site is correct."""
    machine.law()
    machine.keep_memory()
    machine.edit_title(0, "Clerk")
    machine.law()
    machine.damage(how, [7919 * number for number in range(1, 40)])
    machine.edit_title(1, "Clerk")
    machine.law()
    assert len(machine.told) <= 1
    assert all(str(machine.memory.parent) in line for line in machine.told)


def test_any_kind_of_value_in_the_memory_is_survived(machine: SiteMachine) -> None:
    """Rows with values of the wrong type, null, numbers or text, crash no build, and the site is correct."""
    machine.law()
    content = machine.memory.read_bytes()
    heads = [content.index(word) for word in (b"content/postings", b"entry tag:", b"deadline ", b"index.html")]
    for number, (start, back, kind) in enumerate(product(heads, range(1, 8), (0, 9))):
        damaged = bytearray(content)
        damaged[start - back] = kind
        machine.memory.write_bytes(damaged)
        machine.edit_title(number % 3, TITLES[number % 5])
        machine.built(machine.out, remember=True, keep_going=False, told=[])
    machine.damaged = True
    machine.law()


def test_the_memory_holds_what_there_is(machine: SiteMachine) -> None:
    """After renames and deletions, the memory contains exactly the existing postings and files."""
    machine.law()
    machine.rename_posting(0, kept=True, alias=True)
    machine.delete_posting(1)
    machine.law()
    with memo.open_memo(cache_of(machine.root), pytest.fail) as memory:
        assert {one.path for one in memory.postings()} == {posting.path for posting in machine.postings}
        assert memory.outputs().keys() == tree(machine.out).keys() - {MANIFEST}
        gone = machine.deleted[0].head["id"]
        assert [name for name in memory.pieces() if gone in name] == []


def test_the_memory_does_not_grow(site: SmallSite) -> None:
    """After thirty edits of one posting, the memory is as large as after the first few."""
    sizes = []
    for number in range(30):
        site.posting("role-1", f"title: Role {number}\nduty_stations:\n  - country: CD\ncloses: 2026-07-02")
        again(site)
        sizes.append((cache_of(site.root) / "vacancy-digest.sqlite").stat().st_size)
    assert max(sizes) <= max(sizes[:5]) * 1.1


def test_a_second_build_at_once_does_without_the_memory(site: SmallSite) -> None:
    """While one build uses the memory, another says so in one line, and builds the correct site."""
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")
    told: list[str] = []
    with memo.open_memo(cache_of(site.root), pytest.fail):
        again(site, listener=Listener(told.append))
    assert len(told) == 1
    assert "in use" in told[0]
    assert differences(published(site), clean(site)) == []
    again(site)
    assert differences(published(site), clean(site)) == []


def test_builds_at_once_do_each_other_no_harm(site: SmallSite) -> None:
    """Of three builds that start together, one does its work, the others do theirs or give way; the site is correct."""
    for number in range(3):
        site.posting("role-1", f"title: Role {number}\nduty_stations:\n  - country: CD")
        children = []
        for _ in range(3):
            child = os.fork()
            if not child:
                code = 1
                try:
                    again(site)
                    code = 0
                except Busy:
                    code = 75
                finally:
                    os._exit(code)
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert 0 in codes
        assert set(codes) <= {0, 75}
        assert differences(published(site), clean(site)) == []


def test_a_full_disk_leaves_the_site_as_it_was(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a file cannot be written, the build says so and ends, the old site stays, and the next build is correct."""
    before = look(site.root.parent / "site")
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")

    def full(*_given: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # A test cannot choose which files a disk has no room for.
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(Refused, match=r"cannot be written \(No space left on device\), nothing there was changed"):
            again(site)
    assert look(site.root.parent / "site") == before
    assert [path.name for path in (site.root.parent / "site").iterdir() if path.name.startswith(".vac")] == [MANIFEST]
    again(site)
    assert differences(published(site), clean(site)) == []


def small_disk(patch: pytest.MonkeyPatch, pages: int, full: Callable[[Path], bool]) -> None:
    """Leaves room for only a few pages in memories whose paths are on a full disk.

    A real disk of that size has no room for the site either, and only root can make one.
    """

    def connect(original: Any, path: Path, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = original(path, **named)
        if full(Path(path)):
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    around(patch, sqlite3, "connect", connect)


@pytest.mark.parametrize("pages", [1, 8, 14, 20])
def test_no_room_for_the_memory_costs_a_line(site: SmallSite, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """If there is no room in the memory's folder, a build says so and makes the correct site without it."""
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")
    told: list[str] = []
    memory = cache_of(site.root) / "vacancy-digest.sqlite"
    memory.unlink()
    with monkeypatch.context() as disk:
        small_disk(disk, pages, lambda path: path == memory)
        again(site, listener=Listener(told.append))
    assert told
    assert differences(published(site), clean(site)) == []


@pytest.mark.parametrize("pages", [1, 8, 14, 20])
def test_no_room_anywhere_is_refused(site: SmallSite, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """If there is not even room for a memory of a single build, the build says so and ends, and the old site stays."""
    before = look(site.root.parent / "site")
    site.posting("role-1", "title: Another title\nduty_stations:\n  - country: CD")
    (cache_of(site.root) / "vacancy-digest.sqlite").unlink()
    with monkeypatch.context() as disk:
        small_disk(disk, pages, lambda _path: True)
        with pytest.raises(Refused, match=r"full"):
            again(site)
    assert look(site.root.parent / "site") == before
    again(site)
    assert differences(published(site), clean(site)) == []


def test_another_version_s_memory_is_not_used(site: SmallSite, tmp_path: Path) -> None:
    """Another version of the generator does not use what one version remembered; the site is the same."""
    for name in ("generator", "templates"):
        shutil.copytree(ROOT / name, tmp_path / "other" / name)
    (tmp_path / "other/generator/edition/titles.py").open("a", encoding="utf-8").write("# Another version.\n")
    lines = (
        "import sys; from datetime import datetime; from pathlib import Path",
        "from generator.building.build import Options, build",
        "root, out, now = sys.argv[1:]",
        "done = build(Path(root), Path(out), datetime.fromisoformat(now), Options(search=False))",
        "print(done.tally.remembered['load'], done.tally.remembered['templates'], done.published.written)",
    )
    here = (site.root, site.root.parent / "site", SAMPLE_NOW.isoformat())
    cache = os.environ["XDG_CACHE_HOME"]
    for folder, remembered in ((ROOT, True), (tmp_path / "other", False)):
        done = program("-c", "\n".join(lines), *here, cwd=tmp_path, PYTHONPATH=str(folder), XDG_CACHE_HOME=cache)
        load, templates, written = map(int, done.stdout.split())
        assert ((load > 0, templates > 0), written) == ((remembered, remembered), 0), done.stderr


@pytest.mark.parametrize("early", [0, QUICK.early])
def test_workers_make_the_same_bytes(site: SmallSite, early: int) -> None:
    """Two processes make the same site as one, byte for byte, at first and after an edit."""
    wanted, small = clean(site), replace(QUICK, chunk=2, worth=0, early=early)
    assert differences(clean(site, thresholds=small, jobs=2), wanted) == []
    shutil.rmtree(cache_of(site.root))
    for title in ("Role 1", "Another title"):
        site.posting("role-1", f"title: {title}\nduty_stations:\n  - country: CD\ncloses: 2026-07-02")
        again(site, small, jobs=2)
        assert differences(published(site), clean(site)) == []


def test_two_files_of_the_same_bytes_are_two_roles(small_site: SmallSite) -> None:
    """A copy of a posting's file is a separate role, and each list links to both."""
    for slug in ("one", "two"):
        small_site.posting(slug, "opens: 2026-06-01T08:00:00Z\ncloses: 2026-06-17")
    home = small_site.build().page("index.html")
    links = {element.get("href") for element in home.all("a")}
    assert {"/postings/one/", "/postings/two/"} <= links


def test_a_role_may_have_very_many_events(small_site: SmallSite) -> None:
    """A deadline that moved as often as allowed, and came close each time, crashes no build."""
    first = date(2025, 1, 1)
    changes = "".join(
        f"  - on: {first + timedelta(days=number)}\n    from: {first + timedelta(days=number + 3)}\n"
        for number in range(60)
    )
    small_site.posting("moved", f"opens: 2024-12-01\ncloses: 2026-07-01\ndeadline_changes:\n{changes}")
    built = small_site.build()
    assert max(len(role.events) for role in built.edition.roles) > 100


def test_a_folder_of_postings_may_have_any_name(machine: SiteMachine) -> None:
    """Postings in a folder with a non-breaking space in its name are published like others."""
    machine.add_posting(folder="late\u00a0ones/")
    machine.law()
    assert (machine.out / "postings" / machine.postings[-1].slug).is_dir()


# Clocks of file systems


def test_a_file_that_changes_twice_within_the_granule_of_its_clock_is_read_again(
    machine: SiteMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a coarse file clock, the next build notices a change right after a build, which no stamp shows."""
    tick = coarse_clock(monkeypatch)
    twice_in_a_tick(machine, tick)


def test_trusting_coarse_stamps_is_found(machine: SiteMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory that trusts every stamp, a mistake made on purpose, breaks the invariant."""
    tick = coarse_clock(monkeypatch)
    monkeypatch.setattr(Memo, "lasting", lambda _self, stamp: stamp)
    with pytest.raises(AssertionError, match="clean build"):
        twice_in_a_tick(machine, tick)


def twice_in_a_tick(machine: SiteMachine, tick: Callable[[], None]) -> None:
    machine.law()
    machine.edit_body(0, hidden=False)
    tick()
    machine.law()


def coarse_clock(patch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A file system whose clock advances only on request, and then by a minute: no real one is so slow."""
    ticks: list[int] = []

    def coarse(instant: int) -> int:
        return 60_000_000_000 * bisect(ticks, instant)

    def tick() -> None:
        time.sleep(SETTLED)
        ticks.append(time.time_ns())
        time.sleep(SETTLED)

    def stamp_of(status: os.stat_result) -> str:
        return f"{status.st_size} {coarse(status.st_mtime_ns)} {coarse(status.st_ctime_ns)} {status.st_ino}"

    patch.setattr(files, "stamp_of", stamp_of)
    around(patch, memo, "_moment", lambda moment, place: coarse(moment(place)))
    return tick
