"""How much of the machine a site's templates can use: the process that fills them in has limits, whatever they do."""

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import door
import pytest
from door import program
from repository import git
from sites import SAMPLE_NOW, Outcome, SmallSite

from generator.building.build import Options, build
from generator.reading import sandbox
from generator.reading.templates import brings_templates
from generator.work import limits
from generator.work.limits import Limits
from generator.work.thresholds import Thresholds

LINE = "the templates of this site take more than 1 seconds or 4 GiB of memory to fill in, or end the program; "
LINE += "nothing was changed\n"
A_SECOND, A_MINUTE = Limits(1, 4 << 30), Limits(60, 4 << 30)
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}\n"


def turns() -> int:
    while True:
        pass


def grows() -> int:
    return len([bytearray(1 << 28) for _ in range(99)])


def ends_by(number: int) -> Callable[[], int]:
    def work() -> int:
        os.kill(os.getpid(), number)
        return 0

    return work


@pytest.mark.parametrize("work", [turns, grows, *map(ends_by, (signal.SIGKILL, signal.SIGSEGV))])
def test_a_process_without_end_is_one_error(work: Callable[[], int]) -> None:
    """Too much time or memory, or an end by the system, is reported as such."""
    with pytest.raises(limits.Exceeded, match="more than 1 seconds or 4 GiB"):
        limits.bounded(work, A_SECOND)


def waits() -> int:
    signal.pause()
    return 0


def test_a_process_that_waits_without_end_is_one_error() -> None:
    """A command that waits for a lost process uses no CPU time, and is ended by the clock."""
    with pytest.raises(limits.Exceeded, match="more than 1 seconds or 4 GiB"):
        limits.bounded(waits, Limits(1, 4 << 30, patience=2))


def test_a_process_gives_its_exit_code(capfd: pytest.CaptureFixture[str]) -> None:
    """The process returns the command's exit code; a signal is reported as shells do, and a bug shows a traceback."""
    assert [limits.bounded(lambda code=code: code, A_MINUTE) for code in (0, 1, 75)] == [0, 1, 75]  # type: ignore[misc]
    assert limits.bounded(ends_by(signal.SIGTERM), A_MINUTE) == 128 + signal.SIGTERM
    assert limits.bounded(lambda: 1 // 0, A_MINUTE) == 1
    assert capfd.readouterr().err.endswith("ZeroDivisionError: integer division or modulo by zero\n")


def test_a_stop_is_passed_on() -> None:
    """Stopping the command stops the work, and the parent's signal handlers are restored."""
    parent, before = os.getpid(), signal.getsignal(signal.SIGTERM)

    def work() -> int:
        os.kill(parent, signal.SIGTERM)
        return turns()

    assert limits.bounded(work, A_MINUTE) == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before


def test_nothing_temporary_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary folders of a process that was ended are removed."""
    # The setting that Python documents; TMPDIR has already been read.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def work() -> int:
        Path(tempfile.mkdtemp(), "file").write_text("text")
        Path(os.environ["TMPDIR"], "file").write_text("text")
        return ends_by(signal.SIGKILL)()

    with pytest.raises(limits.Exceeded):
        limits.bounded(work, A_MINUTE)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def unbounded(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """A site whose templates have bypassed the count of their work; the process may take one second.

    We know of no template that can do so. The limit is low so that tests need not wait for the minute that a process
    normally has.
    """
    monkeypatch.setattr(sandbox, "MOST_WORK", 10**12)
    monkeypatch.setattr(limits, "_SECONDS", 1)
    small_site.write("templates/foot.html", ENDLESS)
    return small_site


def commit_all(root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["check", "build", "diff"])
def test_templates_without_end_are_one_line(unbounded: SmallSite, name: str) -> None:
    """Each command that fills in templates says so in one line, exits with 1, and leaves the site as it was."""
    commit_all(unbounded.root)
    (unbounded.root / "templates/foot.html").unlink()
    assert unbounded.command("build", "--no-search").code == 0
    before = tree(unbounded.root / "site")
    unbounded.write("templates/foot.html", ENDLESS)
    assert unbounded.command(name) == Outcome(1, "", LINE)
    assert tree(unbounded.root / "site") == before


def test_the_next_build_needs_no_help(unbounded: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything that an ended build left next to the site is gone after the next build."""
    assert unbounded.command("build", "--no-search") == Outcome(1, "", LINE)
    unbounded.write("templates/foot.html", "foot")
    monkeypatch.undo()
    assert unbounded.command("build", "--no-search").code == 0
    assert [path for path in unbounded.root.rglob("*") if path.name.startswith(".vacancy-digest-new")] == []


def test_the_earlier_revision_may_bring_templates(unbounded: SmallSite) -> None:
    """`diff` has limits even if only the revision that it compares with has templates."""
    commit_all(unbounded.root)
    (unbounded.root / "templates/foot.html").unlink()
    assert unbounded.command("diff") == Outcome(1, "", LINE)


def test_workers_have_limits_too(unbounded: SmallSite) -> None:
    """If worker processes fill in templates, each of them is ended, and then the process that waits for them."""
    two = Options(jobs=2, thresholds=Thresholds(chunk=1))

    def work() -> int:
        build(unbounded.root, unbounded.root / "site", SAMPLE_NOW, two)
        return 0

    with pytest.raises(limits.Exceeded, match="more than 1 seconds or 4 GiB"):
        limits.bounded(work, A_SECOND)


# Reports each fork.
TELLING = """import runpy, sys
sys.addaudithook(lambda event, _: print(event, file=sys.stderr) if event == "os.fork" else None)
runpy.run_module("generator", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(("path", "divided"), [("assets/style.css", False), ("not-found.html", True)])
@pytest.mark.parametrize("name", ["build", "check"])
def test_a_site_without_templates_has_no_second_process(
    small_site: SmallSite, name: str, path: str, divided: bool
) -> None:
    """Only templates need limits: a site that only replaces assets is built in the process of the command."""
    small_site.write(f"templates/{path}", "body {}")
    options = ("--no-search",) if name == "build" else ()
    done = program("-c", TELLING, name, "--root", small_site.root, *options)
    assert done.returncode == 0
    assert ("os.fork" in done.stderr.splitlines()) == divided


def test_a_file_called_assets_is_a_template(small_site: SmallSite) -> None:
    """Assets are in a folder; a file of that name is a template, so it has a template's limits."""
    small_site.write("templates/assets", "{{ nope( }}")
    assert brings_templates(small_site.root)


def test_larger_sites_may_take_longer(tmp_path: Path) -> None:
    """The limit grows by a second for every fifty files, in whatever folder they are."""
    (tmp_path / "postings/2026").mkdir(parents=True)
    found = []
    for number in range(101):
        found.append(limits.limits_for(tmp_path).seconds)
        (tmp_path / "postings" / ("2026" if number % 2 else "") / f"{number}.md").touch()
    assert found == [60] * 50 + [61] * 50 + [62]


def test_check_fills_templates_in(small_site: SmallSite) -> None:
    """`check` reports a template error that occurs only when the template is filled in, also in a feed entry."""
    small_site.write("templates/not-found.html", "\n{{ nothing }}")
    small_site.write("templates/entry.html", "{{ nothing }}")
    answer = door.checked(small_site.root)
    assert {(one.path, one.place.line) for one in answer.problems} == {
        ("templates/not-found.html", 2),
        ("templates/entry.html", 1),
    }


@pytest.mark.parametrize("text", ["# coding: hex\n{{ 1/0 }}", "# coding: undefined\n{{ nope }}", '{{ "\\ud800" }}'])
def test_a_template_is_no_traceback(text: str, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an encoding declaration in a template nor half a character causes a traceback."""
    small_site.write("templates/not-found.html", text)
    monkeypatch.chdir(small_site.root)
    done = small_site.command("build", "--no-search")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith("templates/not-found.html:")
