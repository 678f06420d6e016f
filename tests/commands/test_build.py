"""What commands produce: one build for one instant gives the same bytes everywhere; and what each command prints."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from door import program
from sites import DATA, ROOT, SAMPLE_NOW, SmallSite, command

from generator.building.build import Listener, Options, build
from generator.model.problems import ContentError
from generator.reading.folder import load
from generator.reading.intake import whole
from generator.work.thresholds import USUAL, Thresholds

DEMO = "2026-05-30T12:00:00Z"
NOW = "2026-06-15T12:00:00Z"


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of a built site, including its manifest."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def sample_root(tmp_path: Path) -> Path:
    """A copy of the sample, because builds keep their memory next to the content."""
    shutil.copytree(DATA / "sample", tmp_path / "sample")
    return tmp_path / "sample"


# One content and one instant give one site


def test_the_second_build_writes_nothing(small_site: SmallSite) -> None:
    """The second of two builds for one instant leaves every file alone and says so."""
    small_site.command("build", "--now", NOW)
    files = [path for path in (small_site.root / "site").rglob("*") if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in files}
    again = small_site.command("build", "--now", NOW)
    assert {path: path.stat().st_mtime_ns for path in files} == before
    assert f" 0 written, {len(files) - 1} unchanged, 0 removed" in again.out


def test_postings_are_remembered_however_many_at_a_time(sample_root: Path) -> None:
    """Postings go to the memory in batches, and the second build reads only drafts."""
    options = Options(thresholds=Thresholds(batch=4, chunk=5))
    first, second = (build(sample_root, sample_root / "site", SAMPLE_NOW, options) for _ in "12")
    texts = [path.read_text("utf-8") for path in (sample_root / "content/postings").rglob("*.md")]
    drafts = sum("draft: true" in text for text in texts)
    assert len(texts) > 10
    assert (first.tally.done["load"], second.tally.done["load"]) == (len(texts), drafts)


def test_in_place_pages_come_first(sample_root: Path, tmp_path: Path) -> None:
    """For a waiting editor, pages are published before feeds and data; the result is that of any other build."""
    out, options, seen = sample_root / "site", Options(in_place=True), []

    def shown(written: int) -> None:
        seen.append((written, "Night Warden" in page.read_text("utf-8"), "Night Warden" in data.read_text("utf-8")))

    first = build(sample_root, out, SAMPLE_NOW, options)
    role = next(role for role in first.edition.site.open_roles if len(role.events) == 1)
    page, data = out / f"postings/{role.slug}/index.html", out / "data/postings.json"
    source = sample_root / role.listing.path
    source.write_text(source.read_text("utf-8").replace(f"title: {role.title}", "title: Night Warden"), "utf-8")
    report = build(sample_root, out, SAMPLE_NOW, options, Listener(shown=shown))
    ((written, *stands),) = seen
    assert stands == [True, False]
    assert 0 < written < report.published.written
    assert "Night Warden" in data.read_text("utf-8")
    build(sample_root, tmp_path / "clean", SAMPLE_NOW, Options(remember=False))
    assert {path: found for path, found in bytes_of(out).items() if "-new-" not in path} == bytes_of(tmp_path / "clean")


def test_a_posting_that_changes_during_a_build_is_reported(small_site: SmallSite) -> None:
    """A page needs its posting's text again; if that has changed by then, the editor is asked to build again."""
    loaded = load(small_site.root)
    assert loaded.content
    (role,) = loaded.content.postings
    path = small_site.root / role.path
    path.write_text(path.read_text("utf-8").replace("title: ", "title: New "), "utf-8")
    with pytest.raises(ContentError) as told:
        whole(small_site.root, role, loaded.content)
    assert str(told.value) == f"{role.path}:1:1: file: changed while the site was built, build again"


@pytest.mark.parametrize(
    "broken", ["content/organisations/harbour.md", "templates/posting.html", "content/pages/index.md"]
)
def test_pages_that_are_made_early_hide_no_problem(small_site: SmallSite, broken: str) -> None:
    """If pages are made while postings are read, editors still see all the same problems."""
    small_site.ended_in_kenya(1, 2)
    small_site.posting("wrong", "closes: never")
    small_site.write(broken, "title: {{ 1 // 0 }}\n")
    told = []
    for early in (USUAL.early, 0):
        options = Options(remember=False, thresholds=Thresholds(early=early))
        with pytest.raises(ContentError) as error:
            build(small_site.root, small_site.root.parent / "site", SAMPLE_NOW, options)
        told.append(list(map(str, error.value.problems)))
    assert told[0] == told[1]
    assert any("wrong.md" in line for line in told[1])


# Lets several processes make even a small site, in many small tasks.
SMALL = Thresholds(chunk=5, worth=0)


def test_jobs_change_nothing(sample: Path, sample_root: Path, tmp_path: Path) -> None:
    """Two processes render exactly the same bytes as one."""
    build(sample_root, tmp_path / "two", SAMPLE_NOW, Options(jobs=2, thresholds=SMALL))
    assert bytes_of(tmp_path / "two") == bytes_of(sample)


def test_a_problem_found_in_another_process_is_the_same_line(small_site: SmallSite) -> None:
    """A template error is reported in one line, whether one process renders or two."""
    small_site.write("templates/not-found.html", "{{ nope.x }}\n")
    for jobs in (1, 2):
        with pytest.raises(ContentError) as told:
            build(small_site.root, small_site.root / "site", SAMPLE_NOW, Options(jobs=jobs, thresholds=SMALL))
        line = "templates/not-found.html:1:1: template: fails ('nope' is undefined), correct the template"
        assert str(told.value) == line


def test_a_host_that_does_not_speak_utf_8(sample: Path, sample_root: Path, tmp_path: Path) -> None:
    """If Python expects ASCII file names, a name with an accent still works."""
    ascii_alone: dict[str, Any] = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    arguments = ("build", "--root", sample_root, "--now", NOW, "--out", tmp_path / "Büro", "--no-search")
    done = program("-m", "generator", *arguments, **ascii_alone)
    assert (done.returncode, done.stderr) == (0, "")
    assert bytes_of(tmp_path / "Büro") == bytes_of(sample)


def test_a_folder_s_past_leaves_nothing_behind(sample: Path, sample_root: Path, tmp_path: Path) -> None:
    """A folder with earlier builds for other instants and another address ends up like a new one."""
    here = ("--root", sample_root, "--out", tmp_path / "site")
    assert command("build", *here, "--now", "2026-07-20T00:00:00Z").code == 0
    assert (
        command(
            "build", *here, "--now", "2025-12-01T00:00:00Z", "--base-url", "https://other.example/", "--allow-shrink"
        ).code
        == 0
    )
    assert command("build", *here, "--now", NOW).code == 0
    assert bytes_of(tmp_path / "site") == bytes_of(sample)


def test_order_on_the_disk_does_not_matter(small_site: SmallSite, tmp_path: Path) -> None:
    """The same files, written in another order, in other folders and with other times, give the same site."""
    for name in ("a", "b", "c"):
        small_site.posting(name, f"title: Role {name}")
    small_site.command("build", "--now", NOW, "--out", tmp_path / "one")
    for name in ("c", "a", "b"):
        file = small_site.root / f"content/postings/{name}.md"
        text = file.read_text("utf-8")
        file.unlink()
        os.utime(small_site.write(f"content/postings/by-year/{name}/{name}.md", text), (0, 0))
    small_site.command("build", "--now", NOW, "--out", tmp_path / "two")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


# What the build says


def test_the_report_is_one_json_object(small_site: SmallSite) -> None:
    """`--report json` prints the promised keys and nothing else on standard output."""
    done = small_site.command("build", "--now", NOW, "--report", "json")
    report = json.loads(done.out)
    assert done.out.count("\n") == 1
    assert isinstance(report.pop("seconds"), float)
    assert report.pop("written") > 50
    assert report == {"now": NOW, "postings": 1, "open": 0, "closing": 1, "unchanged": 0, "removed": 0}
    assert done.err == ""


def test_the_report_counts_what_changed(small_site: SmallSite) -> None:
    """With one posting less, files written, unchanged and removed add up to the files that there were."""
    small_site.posting("other", "closes: 2026-06-30")
    first = json.loads(small_site.command("build", "--now", NOW, "--report", "json").out)
    (small_site.root / "content/postings/other.md").unlink()
    second = json.loads(small_site.command("build", "--now", NOW, "--report", "json").out)
    assert second["postings"] == first["postings"] - 1
    assert second["removed"] > 0
    assert second["written"] > 0
    assert second["written"] + second["unchanged"] + second["removed"] == first["written"]


def test_open_and_closing_add_up_to_the_open_roles(sample: Path, sample_root: Path, tmp_path: Path) -> None:
    """`open` and `closing` count the roles on the home page, each role once."""
    done = command("build", "--root", sample_root, "--now", NOW, "--out", tmp_path / "site", "--report", "json")
    report = json.loads(done.out)
    assert (report["postings"], report["open"], report["closing"]) == (26, 12, 3)
    assert "Open: 15. Closing within 7 days: 3." in (sample / "index.html").read_text("utf-8").replace("\n", " ")


def test_the_closing_line_says_what_changed(small_site: SmallSite) -> None:
    """The last line of a build names the folder and counts what was written, unchanged and removed."""
    done = small_site.command("build", "--now", NOW)
    assert done.err == ""
    first, last = done.out.splitlines()
    assert first == "1 posting, 0 open, 1 closing, as of 15 June 2026, 12:00 UTC."
    site = re.escape(str(small_site.root / "site"))
    assert re.fullmatch(rf"{site}: \d+ written, 0 unchanged, 0 removed, in \d+\.\d s\.", last)


def test_notes_about_drafts_do_not_stop_a_build(small_site: SmallSite) -> None:
    """What a draft still lacks is a note on standard error; the exit code is 0 and the JSON report is not affected."""
    small_site.write("content/postings/half.md", "---\ntitle: Half a role\ndraft: true\n---\n\nText.\n")
    done = small_site.command("build", "--now", NOW)
    assert done.code == 0
    assert "content/postings/half.md:1:1: note: organisation: is missing" in done.err
    assert small_site.command("build", "--now", NOW, "--report", "json").err == ""


# Options


def test_another_base_url(small_site: SmallSite, tmp_path: Path) -> None:
    """`--base-url` replaces the address in site.yaml everywhere except in ids; a missing final slash is added."""
    out = tmp_path / "out"
    done = small_site.command("build", "--now", NOW, "--out", out, "--base-url", "https://preview.example/pull/7")
    assert done.code == 0
    for path in out.rglob("*"):
        if path.is_file() and path.name != "CNAME":
            assert b"https://jobs.example.org" not in path.read_bytes(), path
    assert 'href="https://preview.example/pull/7/postings/quay-master/"' in (
        out / "postings/quay-master/index.html"
    ).read_text("utf-8")


def test_a_local_base_url(small_site: SmallSite, tmp_path: Path) -> None:
    """A preview on this machine can use plain http, with a port."""
    done = small_site.command("build", "--out", tmp_path / "out", "--base-url", "http://localhost:8000/")
    assert done.code == 0


@pytest.mark.parametrize(
    "address", ["ftp://example.org/", "example.org", "http://example.org/", "https://a.b/?x=1", ""]
)
def test_a_wrong_base_url_is_wrong_usage(small_site: SmallSite, address: str) -> None:
    """An address where no site can be published exits with 2, without a traceback, and nothing is written."""
    done = small_site.command("build", "--base-url", address)
    assert done.code == 2
    assert "--base-url" in done.err
    assert not (small_site.root / "site").exists()


def test_keep_going_leaves_bad_postings_out(small_site: SmallSite) -> None:
    """With `--keep-going`, the bad posting is reported and left out, the rest is published, and the exit code is 1."""
    small_site.posting("bad", "closes: 2026-02-30")
    small_site.posting("good", "closes: 2026-07-01")
    done = small_site.command("build", "--now", NOW, "--keep-going")
    assert done.code == 1
    assert done.err.startswith("content/postings/bad.md:5:9: closes: '2026-02-30' is not a date")
    postings = {path.name for path in (small_site.root / "site/postings").iterdir()}
    assert postings == {"good", "quay-master", "harbour-master"}


def test_keep_going_does_not_excuse_the_rest(small_site: SmallSite) -> None:
    """A problem outside of postings still stops the build, and every problem is reported."""
    small_site.posting("bad", "closes: 2026-02-30")
    small_site.write("content/organisations/half.md", "---\nnmae: Half\n---\n")
    done = small_site.command("build", "--now", NOW, "--keep-going")
    assert done.code == 1
    assert "content/postings/bad.md" in done.err
    assert "content/organisations/half.md" in done.err
    assert not (small_site.root / "site").exists()


def test_keep_going_leaves_out_what_claims_the_id_of_another(small_site: SmallSite) -> None:
    """Of two postings that claim one id only one is published, so that their events have different ids."""
    small_site.posting("one", "id: same")
    small_site.posting("two", "id: same")
    done = small_site.command("build", "--now", NOW, "--keep-going")
    assert done.code == 1
    names = {path.name for path in (small_site.root / "site/postings").iterdir()}
    assert names == {"one", "quay-master", "harbour-master"}


# The instant


def test_source_date_epoch_is_the_instant(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --now the build is for SOURCE_DATE_EPOCH; --now takes precedence over it."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1781524800")
    assert json.loads(small_site.command("build", "--report", "json").out)["now"] == NOW
    other = small_site.command("build", "--report", "json", "--now", "2026-07-01T00:00:00+02:00")
    assert json.loads(other.out)["now"] == "2026-06-30T22:00:00Z"


@pytest.mark.parametrize("epoch", ["", "yesterday", "-1", "1e9", "99999999999999999"])
def test_a_wrong_source_date_epoch_is_wrong_usage(
    small_site: SmallSite, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    """A SOURCE_DATE_EPOCH that is not a number of seconds exits with 2 and is named."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    done = small_site.command("build")
    assert done.code == 2
    assert "SOURCE_DATE_EPOCH" in done.err


def test_without_both_the_clock_counts(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --now and SOURCE_DATE_EPOCH the build is for the present, to the second."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    found = json.loads(small_site.command("build", "--report", "json").out)["now"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", found)


@pytest.mark.parametrize(
    "instant",
    ["yesterday", "2026-06-15", "2026-06-15T12:00:00", "2026-06-31T12:00:00Z", "12:00", "", "2026-06-15T25:00Z"],
)
@pytest.mark.parametrize("name", ["build", "list", "events", "next"])
def test_a_wrong_instant_is_wrong_usage(small_site: SmallSite, name: str, instant: str) -> None:
    """An invalid instant, or one without an offset, exits with 2, and the message shows the right form."""
    done = small_site.command(name, "--now", instant)
    assert done.code == 2
    assert "--now" in done.err
    assert "write" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--no-such"),
        ("biuld",),
        ("build", "--jobs", "0"),
        ("build", "--root", "no/such"),
        ("list", "--format", "x"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    """A command, option or folder that does not exist is a usage error."""
    done = command(*arguments)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_a_folder_without_a_site_is_reported(tmp_path: Path) -> None:
    """Without a content/site.yaml the exit code is 2 and the message names --root."""
    done = command("build", "--root", tmp_path)
    assert done.code == 2
    assert "--root" in done.err


# The other commands


@pytest.mark.parametrize("name", ["list", "events", "next"])
def test_commands_print_these_lines_for_the_demo(root: Path, name: str) -> None:
    """`list`, `events` and `next` print the reviewed and stored lines for the demo."""
    done = command(name, "--root", root, "--now", DEMO)
    assert (done.code, done.err) == (0, "")
    assert done.out == (DATA / f"demo-commands/{name}.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("list", {"id", "path", "state"}),
        ("events", {"id", "posting", "kind", "instant"}),
        ("next", {"instant", "change", "subject"}),
    ],
)
def test_commands_print_json_for_programs(root: Path, name: str, keys: set[str]) -> None:
    """With `--format json` each command prints a list with one item per line of its text output."""
    done = command(name, "--root", root, "--now", DEMO, "--format", "json")
    found = json.loads(done.out)
    assert len(found) == len((DATA / f"demo-commands/{name}.txt").read_text("utf-8").splitlines())
    assert all(item.keys() >= keys for item in found)


def test_list_shows_what_readers_do_not_see_yet(small_site: SmallSite) -> None:
    """A scheduled role is listed last, with the instant when it opens; drafts are not listed."""
    small_site.posting("later", "opens: 2026-07-01T08:00:00Z")
    small_site.posting("draft", "draft: true")
    lines = small_site.command("list", "--now", NOW).out.splitlines()
    assert lines[-1] == "scheduled    later: A role. Opens: 2026-07-01T08:00:00Z."
    assert len(lines) == 2


def test_next_predicts_every_change_of_the_pages(small_site: SmallSite, tmp_path: Path) -> None:
    """Until a second before the instant that `next` prints, only the home page and the build's data file change."""
    small_site.posting("later", "opens: 2026-07-01T08:00:00Z\ncloses: 2026-08-01")
    small_site.posting("no-deadline", "opens: 2026-06-01")

    def written(now: str) -> int:
        arguments = ("--now", now, "--out", tmp_path / "out", "--report", "json")
        return int(json.loads(small_site.command("build", *arguments).out)["written"])

    now = NOW
    for _ in range(5):
        written(now)
        then = small_site.command("next", "--now", now, "--limit", "1").out.split()[0]
        second_before = datetime.fromisoformat(then) - timedelta(seconds=1)
        assert written(second_before.isoformat()) == 2, f"the site changed between {now} and {then}"
        assert written(then) > 2, then
        now = then


def test_next_limits_its_lines(root: Path) -> None:
    """`--limit 1` prints only the next change; if nothing will change, it says so."""
    assert command("next", "--root", root, "--now", DEMO, "--limit", "1").out.count("\n") == 1
    late = command("next", "--root", root, "--now", "2030-01-01T00:00:00Z")
    assert late.out == "The passing of time alone will change nothing.\n"


@pytest.mark.parametrize("name", ["list", "events", "next"])
def test_commands_report_problems(small_site: SmallSite, name: str) -> None:
    """With a bad posting, each command prints the problems, exits with 1, and prints nothing else."""
    small_site.posting("bad", "closes: soon")
    done = small_site.command(name, "--now", NOW)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("content/postings/bad.md:5:9: closes: ")


def test_output_into_a_pipe_that_closes_is_no_bug(small_site: SmallSite) -> None:
    """`vacancy-digest events | head -1` ends without a traceback."""
    for number in range(200):
        small_site.posting(f"role-{number}", f"title: Role {number} with a title that is long enough to fill the pipe")
    line = f"{sys.executable} -m generator list --root {small_site.root} --now {NOW} | head -1"
    kept = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(line, shell=True, env=kept, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


# Packages


def test_an_installed_wheel_builds_a_site(root: Path, small_site: SmallSite, tmp_path: Path) -> None:
    """The wheel includes templates and data, and builds a site without its own templates to the same bytes."""
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="the environment has no hatchling")
    (built,) = wheel.WheelBuilder(str(root)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    assert {
        "generator/templates/layout.html",
        "generator/data/vocabulary.yaml",
        "generator/data/outlines.json",
    } <= names
    sources = {path.relative_to(root).as_posix() for path in (root / "templates").rglob("*") if path.is_file()}
    assert {f"generator/{path}" for path in sources} <= names
    assert not [name for name in names if not name.startswith(("generator/", "vacancy_digest-"))]
    here: dict[str, Any] = {"PYTHONPATH": str(tmp_path / "installed"), "cwd": tmp_path}
    where = program("-c", "import generator.reading.templates as t; print(t.BUILT_IN)", **here)
    assert where.stdout.strip() == str(tmp_path / "installed/generator/templates")
    done = program("-m", "generator", "build", "--root", small_site.root, "--now", NOW, "--no-search", **here)
    assert (done.returncode, done.stderr) == (0, "")
    small_site.command("build", "--now", NOW, "--out", tmp_path / "checkout")
    assert bytes_of(small_site.root / "site") == bytes_of(tmp_path / "checkout")


def test_no_code_of_a_site_is_run(small_site: SmallSite) -> None:
    """Programs in a site, with names that Python or one of our tools would load, are never run."""
    mark = small_site.root / "was-run"
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()"
    for folder in ("", "content/", "content/postings/", "content/static/", "templates/"):
        for name in ("yaml.py", "sitecustomize.py", "conftest.py", "generator/__init__.py", "jinja2.pth"):
            if not folder.startswith("content/") or folder == "content/static/":
                small_site.write(f"{folder}{name}", code)
    names = ("yaml.py", "sitecustomize.py", "conftest.py", "generator/__init__.py", "jinja2.pth")
    small_site.allow_static(*names)
    for name in (".git/hooks/post-checkout", ".git/hooks/pre-commit"):
        small_site.write(name, f"#!/bin/sh\ntouch {mark}\n").chmod(0o755)
    script = Path(sys.executable).with_name("vacancy-digest")
    for command_name in ("check", "build"):
        done = program(script, command_name, cwd=small_site.root)
        assert done.returncode == 0, done.stderr + done.stdout
    assert not mark.exists()


def test_the_version_is_the_package_s(root: Path) -> None:
    """`--version` prints the version of pyproject.toml."""
    try:
        metadata.version("vacancy-digest")
    except metadata.PackageNotFoundError:
        pytest.skip("the project is not installed here")
    version = re.search(r'^version = "(.+)"', (root / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    assert command("--version").out == f"vacancy-digest {version[1]}\n"


def test_help_names_every_command() -> None:
    """`--help` lists the commands with a line each, and every command's help has an example."""
    done = command("--help")
    assert done.code == 0
    for name in ("build", "check", "list", "events", "next"):
        assert re.search(rf"^  {name} +\S", done.out, re.MULTILINE)
        assert "Example" in command(name, "--help").out
