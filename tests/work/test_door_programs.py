"""External programs: git and Pagefind run nothing that a stranger sent, and read no settings of a stranger."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from door import program
from repository import git
from sites import DATA, ROOT, SmallSite

SCRIPT = Path(sys.executable).with_name("vacancy-digest")
AT = {"SOURCE_DATE_EPOCH": "1781524800"}  # 2026-06-15T12:00:00Z
REMARK = "content:1:1: warning: git: nothing was compared with HEAD ("
GONE = "content/postings/lost.md:1:1: file: is gone"


def committed(top: Path) -> None:
    """Commits everything in a folder that has the site in it or below it."""
    git(top, "init", "-q")
    git(top, "add", "--all", "--force", ".")
    git(top, "commit", "-qm", "first")


def trap(mark: Path) -> Path:
    """A program that leaves a mark when it is run."""
    script = mark.with_name("trap.sh")
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\nexit 1\n", "utf-8")
    script.chmod(0o755)
    return script


def told(site: SmallSite, *arguments: str, **environment: str) -> str:
    """The output of a command run as a separate program in the site's folder; there must never be a traceback."""
    done = program(SCRIPT, *arguments, cwd=site.root, **AT, **environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def lost(small_site: SmallSite) -> SmallSite:
    """A site in a folder of a repository, with a posting that was published and then deleted."""
    small_site.posting("lost", "opens: 2026-05-01\ncloses: 2026-07-01")
    committed(small_site.root.parent)
    (small_site.root / "content/postings/lost.md").unlink()
    return small_site


EMBEDDED = "[core]\n\trepositoryformatversion = 0\n\tbare = {bare}\n\tfsmonitor = {trap}\n\tworktree = ..\n"


@pytest.mark.parametrize("bare", ["true", "false"])
@pytest.mark.parametrize("place", ["", "content", "content/postings"])
def test_a_folder_that_looks_like_a_repository_is_ignored(
    lost: SmallSite, tmp_path: Path, place: str, bare: str
) -> None:
    """A committed HEAD, refs, objects and config start no program; the outer repository is used for comparison."""
    mark = tmp_path / "was-run"
    config = EMBEDDED.format(bare=bare, trap=trap(mark))
    for name, text in {"HEAD": "ref: refs/heads/main\n", "config": config, "refs/x": "", "objects/x": ""}.items():
        lost.write(f"{place}/{name}" if place else name, text)
    for command_name in ("check", "diff"):
        said = told(lost, command_name)
        assert not mark.exists()
        # In `content/` such files are problems themselves, and `diff` does not compare a site with problems.
        if command_name == "check" or not place:
            assert (GONE if command_name == "check" else "opened     lost: A role") in said


def test_no_setting_or_attribute_runs_a_program(lost: SmallSite, tmp_path: Path) -> None:
    """A filter, text conversion, external diff, hook or monitor in git's configuration does not run because of a
    stranger's attributes, even if files look changed.
    """
    mark = tmp_path / "was-run"
    script = trap(mark)
    for key in ("filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command"):
        git(lost.root, "config", key, str(script))
    for key in ("diff.external", "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor"):
        git(lost.root, "config", key, str(script))
    for name in ("post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction"):
        shutil.copy(script, lost.root.parent / ".git/hooks" / name)
    for folder in ("", "content/", "content/postings/"):
        lost.write(f"{folder}.gitattributes", "* filter=x diff=x export-subst\n")
    for file in lost.root.rglob("*.md"):
        file.write_bytes(file.read_bytes() + b"\n")  # until git has looked at the files, all of them look changed
    for arguments in (("check",), ("check", "--base", "HEAD"), ("diff",), ("check", "--fix")):
        told(lost, *arguments)
    assert not mark.exists()


def test_git_s_variables_lead_nowhere(lost: SmallSite, tmp_path: Path) -> None:
    """Variables that a hook or a shell set for another call of git do not mislead ours or run anything."""
    mark = tmp_path / "was-run"
    script = str(trap(mark))
    other = tmp_path / "elsewhere"
    git(tmp_path, "init", "-q", str(other))
    variables = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / "index"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        "GIT_EXTERNAL_DIFF": script,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": script,
        "GIT_EXEC_PATH": str(other),
    }
    assert GONE in told(lost, "check", **variables)
    assert "nothing: fatal: " in told(lost, "diff", "nothing", **variables)
    assert not mark.exists()


def test_a_hook_in_a_linked_worktree_compares(lost: SmallSite, tmp_path: Path) -> None:
    """Run by a pre-commit hook in a linked worktree, with the site in a subfolder, `check` notices what is missing."""
    git(lost.root, "worktree", "add", "-q", str(tmp_path / "linked"), "HEAD")
    tree = SmallSite(tmp_path / "linked" / lost.root.name)
    hook = lost.root.parent / ".git/hooks/pre-commit"
    hook.write_text(f"#!/bin/sh\nexec '{SCRIPT}' check --root '{tree.root}'\n", "utf-8")
    hook.chmod(0o755)
    (tree.root / "content/postings/lost.md").unlink()
    who = ("-c", "user.name=Editor", "-c", "user.email=editor@example.org")
    environment = {**os.environ, **AT, "PYTHONPATH": str(ROOT)}
    command = ["git", "-C", str(tree.root), *who, "commit", "-qam", "second"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1, done.stderr
    assert GONE in done.stdout + done.stderr


Spoil = Callable[[SmallSite], dict[str, str]]


def no_git(site: SmallSite) -> dict[str, str]:
    return {"PATH": str(site.root)}


def of_another_owner(site: SmallSite) -> dict[str, str]:
    if os.getuid():
        pytest.skip("only root can give a folder away")
    for path in (site.root.parent, site.root.parent / ".git"):
        os.chown(path, 4242, 4242)
    return {}


def submodule(site: SmallSite) -> dict[str, str]:
    """Makes `content/` a submodule of the outer repository."""
    inner = site.root / "content"
    committed(inner)
    (inner / "postings/quay-master.md").unlink()
    git(site.root, "rm", "-rq", "--cached", "content")
    git(site.root, "add", "content")
    git(site.root, "commit", "-qm", "second")
    return {}


def broken(site: SmallSite) -> dict[str, str]:
    (site.root.parent / ".git/HEAD").write_text("nothing that git knows", "utf-8")
    return {}


def kept_apart(site: SmallSite) -> dict[str, str]:
    """Moves the repository to a place that only a variable leads to."""
    elsewhere = site.root.parent.with_name("apart.git")
    shutil.move(site.root.parent / ".git", elsewhere)
    return {"GIT_DIR": str(elsewhere)}


SILENCED = [
    (no_git, "git is not installed here"),
    (of_another_owner, "fatal: detected dubious ownership in repository at '"),
    (submodule, "content/ is a separate repository"),
    (broken, "fatal: not a git repository"),
    (kept_apart, "GIT_DIR"),
]


@pytest.mark.parametrize(("spoil", "reason"), SILENCED, ids=[spoil.__name__ for spoil, _ in SILENCED])
def test_what_was_not_compared_is_said(lost: SmallSite, spoil: Spoil, reason: str) -> None:
    """If git cannot say what was there, `check` says so with git's own first line, and `--base` fails with it."""
    environment = spoil(lost)
    plain = program(SCRIPT, "check", cwd=lost.root, **AT, **environment)
    assert plain.returncode == 0
    assert f"{REMARK}{reason}" in plain.stdout, plain.stdout + plain.stderr
    assert plain.stderr == "No problems, 1 warning.\n"
    narrowed = program(SCRIPT, "check", "content/postings", cwd=lost.root, **AT, **environment)
    assert f"{REMARK}{reason}" in narrowed.stdout, "said also where only some files are asked about"
    for arguments in (("check", "--base", "HEAD"), ("diff", "HEAD")):
        based = program(SCRIPT, *arguments, cwd=lost.root, **AT, **environment)
        assert based.returncode == 2, based.stdout + based.stderr
        assert reason in based.stderr
        assert "Traceback" not in based.stderr


def test_only_no_repository_and_no_commit_are_silent(small_site: SmallSite) -> None:
    """A folder without git, and a repository without commits, cause no message."""
    assert told(small_site, "check") == "No problems.\n"
    git(small_site.root, "init", "-q")
    assert told(small_site, "check") == "No problems.\n"
    git(small_site.root, "commit", "-qm", "nothing of the site", "--allow-empty")
    said = "content:1:1: note: git: nothing was compared with HEAD (no site was committed in this folder)\n"
    assert told(small_site, "check") == f"{said}No problems.\n"
    broken_branch = small_site.root / ".git" / (small_site.root / ".git/HEAD").read_text("utf-8").split()[1]
    broken_branch.write_text("no commit", "utf-8")
    assert "warning: git: nothing was compared with HEAD (" in told(small_site, "check")


@pytest.mark.parametrize("revision", ["-h", "--output=x", "--all", "-", "", "HEAD:content", "no-such-branch"])
def test_a_revision_is_no_option(lost: SmallSite, revision: str) -> None:
    """Anything that is not a revision of a commit is refused by name, and is never an option of git."""
    for command_name in ("check", "diff"):
        words = ("--base", revision) if command_name == "check" else ("--", revision)
        done = program(SCRIPT, command_name, *words, cwd=lost.root, **AT)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    assert sorted(path.name for path in lost.root.iterdir()) == ["content"]


def test_replaced_objects_are_not_seen(lost: SmallSite) -> None:
    """What `git replace` substitutes for a commit does not change the comparison."""
    git(lost.root, "commit", "-qam", "second")
    git(lost.root, "replace", "HEAD~1", "HEAD")
    assert GONE in told(lost, "check", "--base", "HEAD~1")


def _fetches(site: SmallSite, mark: Path) -> None:
    """Makes the site's repository a clone that lacks the texts of its first commit and whose remote runs a program."""
    top, origin = site.root.parent, site.root.parent.with_name("origin.git")
    git(top, "commit", "-qam", "second")
    git(top, "clone", "-q", "--bare", str(top), str(origin))
    git(origin, "config", "uploadpack.allowFilter", "true")
    shutil.rmtree(top)
    git(origin, "clone", "-q", "--filter=blob:none", f"file://{origin}", str(top))
    git(top, "config", "remote.origin.url", f"ext::{trap(mark)}")
    git(top, "config", "protocol.ext.allow", "always")


def test_nothing_is_fetched(lost: SmallSite, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a partial clone, missing objects are reported as missing; the remote, here a program, is not contacted."""
    mark = tmp_path_factory.mktemp("mark") / "was-run"
    _fetches(lost, mark)
    for arguments in (("check", "--base", "HEAD~1"), ("diff", "HEAD~1")):
        done = program(SCRIPT, *arguments, cwd=lost.root, **AT)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "partial clone" in done.stderr
        assert "Traceback" not in done.stderr
    assert not mark.exists()


def _linked(site: SmallSite, path: str, target: str) -> None:
    file = site.root / path
    if file.is_dir():
        shutil.rmtree(file)
    file.unlink(missing_ok=True)
    file.symlink_to(target)


LINKS = [("templates", "elsewhere"), ("content/postings/link.md", "/etc/passwd"), ("content/static/up", "../../..")]


@pytest.mark.parametrize(("path", "target"), LINKS)
def test_links_of_a_revision_are_problems(lost: SmallSite, path: str, target: str) -> None:
    """A link in the earlier commit is reported as a link, wherever it points; nothing is followed or created."""
    lost.write("elsewhere/row.html", "")
    lost.write("content/static/x.txt", "x")
    _linked(lost, path, target)
    git(lost.root, "add", "--all")
    git(lost.root, "commit", "-qm", "link")
    (lost.root / path).unlink()
    done = program(SCRIPT, "diff", cwd=lost.root, **AT)
    assert done.returncode == 2
    assert f"HEAD has 1 problem, so it has no site: {path}:1:1: file: is a symbolic link" in done.stderr


def test_a_submodule_of_a_revision_is_a_problem(lost: SmallSite) -> None:
    """A submodule cannot be read from the commit, and is reported."""
    inner = lost.root / "content/static/inner"
    lost.write("content/static/inner/x.txt", "x")
    committed(inner)
    git(lost.root, "add", "--all")
    git(lost.root, "commit", "-qm", "module")
    shutil.rmtree(inner)
    said = told(lost, "diff")
    assert "HEAD: content/static/inner is a submodule, which is not read" in said


def test_no_attribute_changes_what_a_revision_held(lost: SmallSite) -> None:
    """`export-ignore`, `export-subst` and line endings set by attributes do not change what is compared."""
    lost.posting("lost", "opens: 2026-05-01\ncloses: 2026-07-01", "Text of $Format:%H$.")
    lost.write("content/.gitattributes", "postings/lost.md export-ignore\norganisations export-ignore\n*.md eol=crlf\n")
    lost.write(".gitattributes", "* export-subst\n")
    git(lost.root, "add", "--all")
    git(lost.root, "commit", "-qm", "attributes")
    assert told(lost, "diff") == "Nothing changes.\n"
    assert told(lost, "check") == "No problems.\n"


def test_hostile_trees(lost: SmallSite) -> None:
    """A tree made by hand, with names that no checkout would create, is only ever written inside its own folder."""
    for name in ("..", ".git", "."):
        blob = _made(lost.root, "hash-object", "-w", "--stdin", data=b"x")
        inner = _made(lost.root, "mktree", data=f"100644 blob {blob}\tescaped.txt\n".encode())
        raw = f"40000 {name}\0".encode() + bytes.fromhex(inner)
        evil = _made(lost.root, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", data=raw)
        rows = subprocess.check_output(
            ["git", "-C", str(lost.root), "ls-tree", "--full-tree", "HEAD:small/content"], text=True
        )
        content = _made(lost.root, "mktree", data=f"{rows}040000 tree {evil}\tstatic\n".encode())
        site = _made(lost.root, "mktree", data=f"040000 tree {content}\tcontent\n".encode())
        top = _made(lost.root, "mktree", data=f"040000 tree {site}\tsmall\n".encode())
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        commit = _made(lost.root, *who, "commit-tree", top, "-m", "evil")
        assert "opened     lost: A role" in told(lost, "diff", commit)
    assert not list(lost.root.parent.rglob("escaped.txt"))


def _made(root: Path, *arguments: str, data: bytes = b"") -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], input=data, capture_output=True, check=True)
    return done.stdout.decode().strip()


NAMES = ("pagefind", "pagefind_bin", "logging", "platform", "subprocess", "encodings", "sitecustomize", "usercustomize")


def test_search_runs_no_code_of_the_folder(tmp_path: Path) -> None:
    """The search ignores modules and settings in the working folder and in the places that Python's variables name."""
    site = SmallSite.at(tmp_path / "small")
    site.posting("role", "opens: 2026-05-01\ncloses: 2026-07-01")
    mark = tmp_path / "was-run"
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n"
    for name in NAMES:
        site.write(f"{name}.py", code)
    for suffix, text in {"yml": "site: /etc\n", "toml": 'site = "/etc"\n', "json": '{"site": "/etc"}'}.items():
        site.write(f"pagefind.{suffix}", text)
    done = program(SCRIPT, "build", "--out", tmp_path / "out", cwd=site.root, **AT, PAGEFIND_SITE="/etc")
    assert done.returncode == 0, done.stderr
    assert "search of this site finds only titles" not in done.stderr
    assert json.loads((tmp_path / "out/search/roles.json").read_text("utf-8"))
    assert not mark.exists()


def test_processes_of_a_build_run_no_code_of_the_folder(tmp_path: Path) -> None:
    """A build's worker process, however the system starts it, imports nothing from the working folder."""
    mark = tmp_path / "was-run"
    for name in ("multiprocessing", "logging", "pickle"):
        (tmp_path / f"{name}.py").write_text(f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n", "utf-8")
    script = tmp_path / "bin/start.py"
    script.parent.mkdir()
    script.write_text((DATA / "door/spawned.py").read_text("utf-8"), "utf-8")
    for method in ("fork", "forkserver", "spawn"):
        done = program(script, method, cwd=tmp_path)
        assert done.stdout == "45\n", done.stderr
        assert not mark.exists(), method
