"""Sources of `import` that strangers wrote to stop it: each ends soon, in one line, and stops no other source."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from notices import sample_bench
from sites import DATA, SmallSite

from generator.importing.drafting import Unreadable
from generator.importing.interchange import drafts_in, found_in
from generator.work.limits import Apart, Limits, NoAnswer

FEEDS = yaml.safe_load((DATA / "door/feeds.yaml").read_text("utf-8"))
SPACES = " ".join(f'xmlns:{name}="{address}"' for name, address in FEEDS["spaces"].items())


def feed(inner: str) -> str:
    """A feed of one role, with more inside of it."""
    head = f'<?xml version="1.0"?><rss version="2.0" {SPACES}><channel>'
    return f"{head}<item><title>Nurse</title>{inner}</item></channel></rss>"


@pytest.mark.parametrize("inner", FEEDS["odd"])
def test_an_odd_feed_stops_nothing(inner: str) -> None:
    """What makes the parser of feeds raise is one line, or is passed over."""
    found = list(drafts_in(feed(inner), "feed.xml", sample_bench(), {}))
    assert len(found) == 1
    assert "\n" not in str(found[0]) or not isinstance(found[0], Unreadable)


ELEMENTS = st.sampled_from(FEEDS["elements"])
VALUES = st.sampled_from(FEEDS["values"])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(FEEDS["attributes"]), VALUES.filter(lambda value: '"' not in value), max_size=3
)


def element(name: str, attributes: dict[str, str], inner: list[str]) -> str:
    start = " ".join([name, *(f'{key}="{value}"' for key, value in attributes.items())])
    return f"<{start}>{''.join(inner)}</{name}>"


TREES = st.recursive(
    VALUES, lambda inner: st.builds(element, ELEMENTS, ATTRIBUTES, st.lists(inner, max_size=3)), max_leaves=6
)


@settings(deadline=None)
@given(TREES)
def test_no_feed_ends_in_a_traceback(tree: str) -> None:
    """Whatever elements, attributes and values a feed puts together, there is an answer."""
    assert found_in(feed(tree), "feed.xml", {})


SLOW: dict[str, Callable[[], str]] = {
    "a long author": lambda: feed(f"<author>{'a' * 120_000}</author>"),
    "many categories": lambda: feed("".join(f"<category>a{number}</category>" for number in range(60_000))),
    "nested namespaces": lambda: feed(
        "".join(f'<a{number}:b xmlns:a{number}="u{number}">' for number in range(40_000))
    ),
    "many attributes": lambda: "<!doctype html><h1>Nurse</h1><p " + " ".join(f"a{n}=b" for n in range(120_000)) + ">",
}


@pytest.fixture
def hurried() -> Iterator[Apart[..., Any]]:
    """Reads apart for at most two seconds."""
    apart = Apart(found_in, Limits(2, 1 << 30))
    yield apart
    apart.close()


@pytest.mark.parametrize("name", SLOW)
def test_what_takes_too_long_is_given_up(name: str, hurried: Apart[..., Any]) -> None:
    """A source over which a library sits for ever is one line, and the next source is read as if nothing had been."""
    (given_up,) = drafts_in(SLOW[name](), "slow", sample_bench(), {}, hurried)
    assert str(given_up) == "slow takes longer than 2 seconds to read"
    (found,) = drafts_in(
        feed("<description>Organisation: Harbour Relief</description>"), "feed.xml", sample_bench(), {}, hurried
    )
    assert not isinstance(found, Unreadable)


def _hoard(size: int) -> int:
    return len(bytearray(size))


def _gone() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is Linux's")
def test_what_takes_too_much_memory_is_given_up() -> None:
    """A call that asks for more memory than it may have fails alone."""
    apart = Apart(_hoard)
    with pytest.raises(NoAnswer, match=r"^cannot be read \(MemoryError\)$"):
        apart(2 * 1024**3)
    assert apart(1) == 1
    apart.close()


def test_a_process_that_is_gone() -> None:
    """A crash in a library is one line; the next call has another process."""
    apart = Apart(_gone)
    for _ in range(2):
        with pytest.raises(NoAnswer, match=r"^cannot be read, the process that reads it has ended$"):
            apart()


def test_a_process_that_was_ended_between_two_calls_costs_nothing() -> None:
    """If the system ends the idle process, the next call starts another and gets its answer."""
    apart = Apart(os.getpid)
    first = apart()
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)  # until it is gone, and seen by nobody
    assert apart() not in (first, os.getpid())
    apart.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are counted as Linux tells them")
def test_ctrl_c_ends_an_import(small_site: SmallSite) -> None:
    """Ctrl-C during a long reading ends the import at once, without a traceback, and leaves no process behind."""
    source = small_site.write("slow.html", SLOW["many attributes"]())
    command = [sys.executable, "-m", "generator", "import", "--root", str(small_site.root), str(source)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell lets what it runs in the background ignore Ctrl-C, and that is inherited.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while len(children.read_text().split()) < 2:  # Python's own tracker, and ours
        time.sleep(0.1)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    # The pipes end when the last process that holds them does.
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.split(), err.split()) == (130, [], [])


def test_links_in_a_folder_are_not_followed(small_site: SmallSite, tmp_path: Path) -> None:
    """A folder from elsewhere chooses no file of ours: links in it are told and not read. One may be named itself."""
    mine, folder = tmp_path / "mine.txt", tmp_path / "sent"
    mine.write_text("Harbour Nurse\n\nOrganization: Harbour Relief\nGrade: P-3\nClosing date: 10 June 2199\n\nBring.\n")
    (folder / "inner").mkdir(parents=True)
    for name in ("a.txt", "inner/b.txt"):
        (folder / name).symlink_to(mine)
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere")
    (folder / "inner/folder").symlink_to(tmp_path)
    told = small_site.command("import", folder)
    assert (told.code, told.out) == (1, "")
    assert told.err.count(" is a link, name it itself to import what it leads to\n") == told.err.count("\n") == 4
    assert small_site.command("import", folder / "a.txt").code == 0


def test_no_entity_of_a_table_in_xml_is_read(small_site: SmallSite) -> None:
    """XML that is not a feed names no file and no address of ours, and an entity in it grows to nothing."""
    secret = small_site.write("secret.txt", "a secret")
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 9))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY b0 "bang"><!ENTITY f SYSTEM "{secret.as_uri()}">{bomb}]>'
    found = found_in(f"{head}<x><y><title>Cook &f; &b8;</title><company>IOM</company></y></x>", "jobs.xml", {})
    assert "secret" not in str(found)
    assert "bang" not in str(found)
