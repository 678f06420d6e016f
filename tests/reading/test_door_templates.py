"""A site's own templates: they shape pages, but cannot reach Python or the machine, or work without end."""

import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Iterator
from filecmp import cmp
from functools import cache
from pathlib import Path

import door
import pytest
from sites import DATA, DEMO_NOW, SAMPLE_NOW, SmallSite, built, command

from generator.building.build import Options, build
from generator.building.renderer import Renderer
from generator.edition.edition import Edition, role_at
from generator.model.content import Content
from generator.model.problems import ContentError, Problem
from generator.pages.pages import PostingSubject, home_view
from generator.reading.folder import load
from generator.reading.intake import whole
from generator.reading.meter import MOST_WORK
from generator.reading.sandbox import FILTERS, GLOBALS, sandboxed
from generator.reading.templates import BUILT_IN, MAX_TEMPLATES_BYTES, Templates, TemplateSource, read_templates

GOLDEN, SAMPLE = DATA / "golden", DATA / "sample"
HOSTILE = "{% set x = cycler.__init__.__globals__ %}\n"


def lines_of(name: str) -> list[str]:
    """The templates in a data file, one per line."""
    lines = (DATA / "door" / name).read_text("utf-8").splitlines()
    return [line.replace("{n}", "9" * 12) for line in lines if line and not line.startswith("# ")]


@cache
def built_in() -> Templates:
    return read_templates(BUILT_IN)[0]


@cache
def golden() -> Content:
    content = load(GOLDEN).content
    assert content
    return content


def filled_in(text: str) -> Problem:
    """The problem with a template that replaces the one for postings; fails if there is none."""
    content = golden()
    own = TemplateSource("templates/posting.html", text, own=True)
    renderer = Renderer(content, Templates({**built_in().sources, "posting.html": own}, built_in().assets))
    role = role_at(content.postings[0], content.settings, SAMPLE_NOW)
    with pytest.raises(ContentError) as caught:
        renderer.posting(PostingSubject(role, ()), whole(GOLDEN, role.listing, content))
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("text", lines_of("templates-escapes.txt"))
def test_a_template_reaches_nothing_else(text: str) -> None:
    """Any name that is not documented is refused at its line, with a one-line message."""
    problem = filled_in(text)
    assert (problem.path, problem.place.line, problem.key) == ("templates/posting.html", 1, "template")
    assert str(problem).isprintable()
    assert len(problem.message) < 400


def test_no_template_works_without_end() -> None:
    """Endless loops, recursion, texts, numbers and lists are refused using little time and memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slow = []
    for text in lines_of("templates-bombs.txt"):
        started = time.process_time()
        problem = filled_in(text)
        assert problem.path == "templates/posting.html", text
        if time.process_time() - started > 60:
            slow.append(text)
    assert slow == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 20  # KiB


def test_in_a_site_a_hostile_template_is_one_line(small_site: SmallSite) -> None:
    """The program reports where such a template fails, exits with 1, and writes nothing."""
    small_site.write("templates/foot.html", "\n{{ cycler.__init__.__globals__.os.popen('id').read() }}")
    answer = door.published(small_site.root, small_site.root / "site")
    assert (answer.code, answer.crash) == (1, "")
    assert answer.err.startswith("templates/foot.html:2:1: template: fails (")
    assert not (small_site.root / "site").exists()


@pytest.mark.parametrize("name", [name for name in sorted(built_in().sources) if name != "assets.html"])
def test_wherever_a_template_takes_part(name: str, tmp_path: Path) -> None:
    """Whichever template a site replaces, every page that involves it is made in the sandbox."""
    if name == "ended.html":
        SmallSite.at(tmp_path).ended_in_kenya(*range(120))  # enough to need a page of their own
    else:
        shutil.copytree(SAMPLE / "content", tmp_path / "content")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / name).write_text(HOSTILE + built_in().sources[name].text, "utf-8")
    with pytest.raises(ContentError) as caught:
        build(tmp_path, tmp_path / "site", SAMPLE_NOW, Options(remember=False, search=False))
    (problem,) = caught.value.problems
    assert (problem.path, problem.place.line) == (f"templates/{name}", 1)
    assert problem.message.startswith("fails (access to attribute '__init__'")


def test_what_takes_part() -> None:
    """A template is involved in those that name it, even through others, and in those with the same outermost one."""
    texts = {
        "a": "{% extends 'b' %}",
        "b": "{% include ['c', 'd'] %}",
        "c": "{% from 'e' import x %}",
        "d": "",
        "e": "",
        "f": "{% include name %}",
        "g": "{% import 'd' as d %}",
    }
    assert sandboxed(texts, []) == set()
    assert sandboxed(texts, ["e"]) == {"a", "b", "c", "e", "f"}
    assert sandboxed(texts, ["d"]) == {"a", "b", "d", "f", "g"}


@pytest.mark.parametrize("folder", [SAMPLE, BUILT_IN.parent], ids=["sample", "demo"])
def test_the_sandbox_changes_no_page(folder: Path, tmp_path: Path) -> None:
    """With copies of all built-in templates as the site's own, every file of the site has the same bytes."""
    now = SAMPLE_NOW if folder is SAMPLE else DEMO_NOW
    shutil.copytree(folder / "content", tmp_path / "content")
    plain = built(tmp_path, tmp_path / "plain", now)
    for name, source in built_in().sources.items():
        file = tmp_path / "templates" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(source.text, "utf-8")
    own = built(tmp_path, tmp_path / "own", now)
    assert own.paths() == plain.paths()
    assert [path for path in own.paths() if not cmp(own.folder / path, plain.folder / path, shallow=False)] == []


def test_a_page_costs_the_same_whatever_was_made_before() -> None:
    """Parts that are cached for other pages are charged again, so the order of pages does not matter."""
    content = load(SAMPLE).content
    assert content
    own = {name: TemplateSource(one.path, one.text, own=True) for name, one in built_in().sources.items()}
    renderer = Renderer(content, Templates(own, built_in().assets))
    edition = Edition(content, SAMPLE_NOW)
    costs = []
    for _ in range(2):
        renderer.html(home_view(edition, searchable=False))
        costs.append(MOST_WORK - renderer.sandbox.left)
    assert costs[0] == costs[1] > 0


def test_what_may_be_called_is_documented() -> None:
    """docs/site.md lists exactly the Jinja filters and functions that a site's template has."""
    text = (BUILT_IN.parent / "docs/site.md").read_text("utf-8")
    for start, names in (("Filters: ", FILTERS), ("Functions of Jinja: ", GLOBALS)):
        (listed,) = [part.removeprefix(start) for part in text.split("\n\n") if part.startswith(start)]
        assert set(listed.replace("`", "").rstrip(".\n").replace("\n", " ").split(", ")) == names


def test_names_do_not_reach_the_terminal(small_site: SmallSite) -> None:
    """Control characters in the name of a template, or in a name that a template uses, are escaped."""
    small_site.write("templates/foot.html", '{% include "\\x1b[31m\\n::error::" %}')
    assert small_site.command("build", "--no-search").err.replace("\n", "").isprintable()
    small_site.write("templates/\x1b[31m.html", "{% if %}")
    small_site.write("templates/a\x9b.html", "{% if %}")
    for name in ("check", "build"):
        done = small_site.command(name)
        assert done.code == 1
        assert (done.out + done.err).replace("\n", "").isprintable()


def compiled_in(root: Path, texts: Iterator[str]) -> list[float]:
    """The CPU seconds needed to check templates, whether refused or accepted."""
    seconds = []
    for text in texts:
        (root / "templates").mkdir(exist_ok=True)
        (root / "templates/foot.html").write_text(text, "utf-8")
        started = time.process_time()
        read_templates(root)
        seconds.append(time.process_time() - started)
    return seconds


# Deep expressions, up to the limit.
DEEP = [
    *("{{" + "-" * depth + "a}}" for depth in (19, 195)),
    *("{{" + "+".join(["a"] * depth) + "}}" for depth in (20, 90)),
    *("{{a" + ".a" * depth + "}}" for depth in (19, 50)),
    *("{{" + "(a<" * depth + "a" + ")" * depth + "}}" for depth in (9, 60)),
]
PIECES = [*DEEP, "{", "{{", "{#", "{{ (", "{{ [", "{{ x", "{{ -", "{{ 9", "{{ x|e", '{{ "', " ", "\n"]


@pytest.mark.parametrize("piece", [*PIECES, "{% if x %}", "{% for a in b %}", "{% raw %}", "{{ x ~ y }}"])
def test_no_template_is_hard_to_read(piece: str, tmp_path: Path) -> None:
    """A template of the maximum size is checked without a traceback, in a time that grows moderately."""
    lengths = (1 << 14, 95_000)
    short, long = compiled_in(tmp_path, (piece * (length // len(piece)) for length in lengths))
    assert long < 60
    assert long < 1 or long / short < 30


def test_templates_have_a_size(small_site: SmallSite) -> None:
    """A template is at most as large as a posting, and all of a site's templates fit into each process's memory."""
    small_site.write("templates/foot.html", "x" * (96 * 1024 + 1))
    _, problems = read_templates(small_site.root)
    assert [str(one) for one in problems] == ["templates/foot.html:1:1: file: is larger than 96 KiB, shorten it"]
    small_site.write("templates/foot.html", "")
    for number in range(3):
        with small_site.write(f"templates/assets/{number}.woff2", b"").open("wb") as file:
            os.truncate(file.fileno(), MAX_TEMPLATES_BYTES // 2)
    _, problems = read_templates(small_site.root)
    assert [str(one) for one in problems] == ["templates:1:1: file: contains more than 25600 KiB in total, shorten it"]


def test_the_program_answers_a_bomb_in_time(small_site: SmallSite) -> None:
    """With two gigabytes of memory and a minute, the program still reports which template is to blame."""
    small_site.write("templates/row.html", lines_of("templates-bombs.txt")[1])
    answer = door.published(small_site.root, small_site.root / "site", seconds=60)
    assert (answer.code, answer.crash) == (1, "")
    assert answer.err.startswith("templates/row.html:1:1: template: fails (makes more than a page may hold")


def test_a_failure_reads_no_file(small_site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a template fails, no file of its name, which could be a pipe, is looked for in the working folder."""
    elsewhere = tmp_path / "elsewhere/templates"
    elsewhere.mkdir(parents=True)
    os.mkfifo(elsewhere / "foot.html")
    monkeypatch.chdir(elsewhere.parent)
    small_site.write("templates/foot.html", "{{ nothing }}")
    signal.alarm(120)  # which ends a wait for the pipe
    done = small_site.command("build")
    signal.alarm(0)
    assert (done.code, done.err.split(":")[0]) == (1, "templates/foot.html")


def test_a_folder_of_templates_is_a_folder(small_site: SmallSite) -> None:
    """Anything but a folder in place of the templates folder is a problem, and not ignored."""
    small_site.write("templates", "text")
    done = small_site.command("check", "--format", "json")
    assert [one["path"] for one in json.loads(done.out)] == ["templates"]
    assert command("build", "--root", small_site.root).code == 1
