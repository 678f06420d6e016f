"""Strangers' texts in a terminal, in a job's log and summary, and in reports: they are shown, and never obeyed."""

import ast
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from repository import git
from sites import ROOT, SmallSite

from generator.checking.reports import FORMATS
from generator.model.problems import Place, Problem
from generator.model.telling import in_github, in_github_property, in_json, in_lines, in_markdown, in_sarif, visible

GENERATOR = ROOT / "generator"
AT = ("--now", "2026-06-15T12:00:00Z")

PIECES = (
    *(
        "\n",
        "\r",
        "\t",
        "\x1b[2J",
        "\x9b1m",
        "\u202e",
        "\u2028",
        "\u3164",
        "\udc80",
        "::",
        ":",
        " ",
        "\\",
        "|",
        "a",
        "é",
    ),
    *(
        "##[",
        "#",
        "[",
        "##vso[",
        "]",
        "](",
        "(https://evil.example)",
        "`",
        "``",
        "```",
        "@all",
        "<b>",
        "{0}",
        "%0A",
        ",",
    ),
)
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)

# What the author of a pull request could write to have an effect outside of the pages.
LINK = "[Approve](https://evil.example)"
TITLE = f"Chef ``` {LINK} `@everyone <img src=x> ##[add-mask]e ::stop-commands::x ##vso[task.complete]"
ALIAS = f"x\n::stop-commands::x\n```\n{LINK} @everyone\x1b[2J\u202e"
FILE = f"::add-mask::e\n```\n{LINK}\x1b]0;x\x07\u202e##[group]"


def _obeyed(line: str) -> bool:
    """Whether GitHub's runner reads a line of a log as a command, in either of its two syntaxes."""
    start = line.lstrip()
    return "##[" in line or (start.startswith("::") and "::" in start[2:]) or bool(re.search(r"##vso\[", line))


def _unseen(text: str) -> list[str]:
    return [char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") or char == "\u3164"]


@given(texts)
@example(TITLE)
@example(ALIAS)
@example(FILE)
def test_a_text_on_a_terminal_is_one_line_and_no_command(text: str) -> None:
    """Any text is shown on one line, with nothing invisible in it, and no program obeys it."""
    assert _unseen(visible(text)) == []
    assert not _obeyed(visible(text))
    assert visible(visible(text)) == visible(text)
    assert not any(map(_obeyed, in_lines(f"first {text}\n{text}").split("\n")))


def _parts(markdown: str) -> Iterator[Token]:
    """How GitHub parses Markdown, down to the inline parts."""
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        yield token
        yield from token.children or ()


@given(texts)
@example(TITLE)
@example(ALIAS)
def test_a_text_in_markdown_is_only_code(text: str) -> None:
    """A quoted text is a single code span that contains the text, and nothing else appears besides our own words."""
    parts = _parts(f"- one: {in_markdown(text)} (two)\n- three")
    found = [part for part in parts if part.content or part.type == "link_open"]
    inline, before, code, after, *_ = found
    assert [inline.type, before.content, code.type, after.content] == ["inline", "one: ", "code_inline", " (two)"]
    assert code.content.strip(" ") == visible(text).strip(" ")


@given(texts, texts, texts)
@example(FILE, ALIAS, TITLE)
def test_a_report_holds_texts_as_texts(path: str, key: str, message: str) -> None:
    """In each format of `check`, a problem is one entry, and the text that it quotes adds nothing else."""
    found = [Problem(path, Place(3, 4), key, message)]
    assert "\n" not in FORMATS["text"](found) + FORMATS["github"](found) + FORMATS["markdown"](found)
    assert re.fullmatch(r"::error file=[^,:]*,line=3,col=4,title=[^,:]*::.*", FORMATS["github"](found))
    (read,) = json.loads(FORMATS["json"](found))
    assert (read["path"], read["key"], read["message"]) == (path, key, message)
    for form in ("json", "gitlab", "sarif"):
        assert FORMATS[form](found).isascii()
        assert not any(map(_obeyed, FORMATS[form](found).split("\n")))


@given(texts)
def test_each_format_of_ci_has_its_own_marks_written_out(text: str) -> None:
    """GitHub reads back the text shown; SARIF finds no link or placeholder; JSON keeps the text."""
    unescaped = in_github_property(text).replace("%2C", ",").replace("%3A", ":").replace("%25", "%")
    assert unescaped == in_github(text).replace("%25", "%") == visible(text)
    assert not re.search(r"\[(?:[^\\\[\]]|\\[\\\[\]])*\]\([^)]*\)|(?<!\{)(?:\{\{)*\{\d", in_sarif(text))
    assert json.loads(in_json({"text": text})) == {"text": text}


def test_one_room_prints() -> None:
    """Only the module that makes texts harmless prints."""
    ways = {"click.echo", "click.secho", "print", "sys.stdout.write", "sys.stderr.write"}
    printing = []
    for path in sorted(GENERATOR.rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        if ways & {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute | ast.Name)}:
            printing.append(path.name)
    assert printing == ["telling.py"]


@pytest.fixture
def attacked(small_site: SmallSite) -> SmallSite:
    """A site under git with a posting, then one whose title is an attack, and a file whose name is one."""
    small_site.posting("kept", "title: Kept\ncloses: 2026-07-20")
    git(small_site.root, "init", "-q")
    git(small_site.root, "add", ".")
    git(small_site.root, "commit", "-qm", "first")
    small_site.posting("fresh", f"title: {json.dumps(TITLE)}\nopens: 2026-06-14\ncloses: 2026-07-20")
    small_site.posting("later", f"title: {json.dumps(TITLE)}\nopens: 2026-08-14")
    return small_site


def _with_problems(site: SmallSite) -> None:
    site.posting("wrong", f"aliases: [{json.dumps(ALIAS)}]\n? {json.dumps(ALIAS)}\n: x\ngrade: {json.dumps(ALIAS)}")
    site.write(f"content/static/{FILE.replace('/', '-')}", "x")


COMMANDS = (
    *(("list",), ("events",), ("next",), ("diff",), ("build", "--no-search"), ("list", "--format", "json")),
    *(("diff", "--format", "json"), ("events", "--format", "json"), ("next", "--format", "json")),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_prints_what_a_log_would_obey(attacked: SmallSite, arguments: tuple[str, ...]) -> None:
    """Titles that are commands or escape sequences never reach a terminal or a log unescaped."""
    done = attacked.command(*arguments, *AT)
    assert done.code == 0
    lines = (done.out + done.err).split("\n")
    assert [line for line in lines if _unseen(line) or _obeyed(line)] == []


@pytest.mark.parametrize("form", [*FORMATS, "lines"])
def test_no_report_of_a_check_is_obeyed(attacked: SmallSite, form: str) -> None:
    """In each format, `check` reports attacks in file names, aliases and keys without carrying them out."""
    _with_problems(attacked)
    done = attacked.command("check", *(("--show-lines",) if form == "lines" else ("--format", form)))
    assert done.code == 1
    assert "aliases" in done.out
    lines = (done.out + done.err).split("\n")
    ours = re.compile(r"::(error|warning|notice) file=content/") if form == "github" else re.compile(r"(?!)")
    assert [line for line in lines if _unseen(line) or (_obeyed(line) and not ours.match(line))] == []


def test_names_of_files_do_not_reach_a_terminal_raw(attacked: SmallSite, tmp_path: Path) -> None:
    """`import` of a folder, a path that is not a site's and a slug report each file on one line of its own."""
    folder = tmp_path / "notices"
    folder.mkdir()
    for number, content in enumerate([b"\xff", b"", b"no notice", b"{"]):
        (folder / f"{number}{FILE.replace('/', '-')}").write_bytes(content)
    name = str(folder / FILE.replace("/", "-"))
    asked = (("import", str(folder), *AT), ("check", name), ("withdraw", FILE))
    outcomes = [attacked.command(*words) for words in asked]
    outcomes.append(attacked.command("diff", f"HEAD{ALIAS}"))
    outcomes.append(attacked.command("new", "posting", "--title", TITLE, "--organisation", ALIAS, *AT))
    assert outcomes[0].err.count("\n") == 4
    assert all(done.code for done in outcomes)
    lines = [line for done in outcomes for line in (done.out + done.err).split("\n")]
    assert [line for line in lines if _unseen(line) or _obeyed(line)] == []


def test_the_summary_of_a_job_holds_texts_as_texts(attacked: SmallSite, tmp_path: Path) -> None:
    """Our workflow's step that writes the summary of a job shows strangers' text as code."""
    workflow = yaml.safe_load((GENERATOR / "data/starter/github/workflows/check.yml").read_text("utf-8"))
    step = next(one for one in workflow["jobs"]["check"]["steps"] if one.get("name") == "Everything")
    for wrong in (False, True):
        if wrong:
            _with_problems(attacked)
        summary = tmp_path / "summary.md"
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GITHUB_STEP_SUMMARY": str(summary),
            "BASE": "HEAD",
            "SOURCE_DATE_EPOCH": "1781524800",
        }
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]], cwd=attacked.root, env=environment, capture_output=True, check=False
        )
        assert done.returncode == int(wrong), done.stderr
        written = summary.read_text("utf-8")
        assert "evil.example" in written
        parts = list(_parts(written))
        assert not {"link_open", "image", "html_inline", "fence"} & {part.type for part in parts}
        blocks = {line for part in parts if part.type == "html_block" for line in part.content.split("\n")}
        assert all(re.fullmatch(r"</?details>|<summary>[A-Za-z, ]+: \d+</summary>|", line) for line in blocks), blocks
        assert not any("@everyone" in part.content for part in parts if part.type == "text")
        summary.unlink()
