"""What is not a plain file under a plain name: links, pipes and hostile names lead nowhere and break nothing."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import door
import pytest
from door import Answer, ask
from sites import DATA, command
from soaking import Tell
from test_mistakes import git

SECRET = "zqsecret"
PNG = b"\x89PNG\r\n\x1a\n"

# Every command that reads or writes content, with what it would do to a posting that is outside. The short form has
# those that read and write the most.
AT = ("--now", door.NOW)
SHORT: tuple[tuple[str, ...], ...] = (
    *(("check", "--format", "json"), ("check", "--fix"), ("withdraw", "held", *AT)),
    ("new", "posting", "--title", "A new role", "--organisation", "harbour", *AT),
    ("build", *AT, "--no-search", "--keep-going", "--allow-shrink"),
)
LONG: tuple[tuple[str, ...], ...] = (
    *(("check", "--show-lines"), ("diff", *AT), ("list", *AT), ("events", *AT), ("next", *AT), ("editors",)),
    *(("extend", "held", "2027-02-01", *AT), ("fill", "held", *AT), ("build", *AT, "--no-search")),
)


def layouts() -> dict[str, list[tuple[str, str]]]:
    """The layouts of the data file: of each its links and what they lead to."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in (door.DATA / "links.txt").read_text("utf-8").splitlines():
        if line.startswith("  "):
            path, target = line.strip().split(" -> ")
            found[list(found)[-1]].append((path, target))
        elif line and not line.startswith("#"):
            found[line] = []
    return found


def beside(folder: Path) -> Path:
    """A folder with a site under git, `site`, and beside it what is not to be read, `outside`."""
    shutil.copytree(DATA / "golden/content", folder / "site/content")
    organisation = folder / "site/content/organisations/harbour.md"
    organisation.write_text(organisation.read_text("utf-8").replace("---\n", "---\nlogo: harbour.png\n", 1), "utf-8")
    organisation.with_suffix(".png").write_bytes(PNG)
    git(folder / "site", "init", "--quiet")
    git(folder / "site", "add", ".")
    git(folder / "site", "commit", "--quiet", "--message", "Add the site")
    shutil.copytree(door.DATA / "outside", folder / "outside")
    (folder / "outside/logo.png").write_bytes(PNG + SECRET.encode())
    return folder


def lay(folder: Path, links: list[tuple[str, str]]) -> None:
    """Makes the links of a layout, and its pipes."""
    for name, target in links:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if target == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(folder / target)


def tree(folder: Path) -> dict[str, bytes | str]:
    """Every file under a folder with its content, links and pipes with what they are."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_bytes()
        else:
            found[name] = "folder" if path.is_dir() else "pipe"
    return found


def told(folder: Path, answers: list[Answer]) -> Iterator[str]:
    """Where the secret of outside has come to: into what was said, or into a file of the site."""
    for answer in answers:
        if SECRET in f"{answer.out}{answer.err}".lower():
            yield f"said: {answer.out}{answer.err}"
    files = tree(folder / "site").items()
    if written := [
        name for name, content in files if isinstance(content, bytes) and SECRET.encode() in content.lower()
    ]:
        yield f"written into {len(written)} files, first into {written[0]}"


def asked(name: str, root: Path, *arguments: str | Path) -> Answer:
    """The same as `ask`, in this process."""
    done = command(name, *arguments, "--root", root)
    return Answer(done.code, done.out, done.err)


@pytest.mark.soak
def test_links_lead_nowhere(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Through no link, pipe or device is anything read or written, whatever is asked, and each link is named."""
    template = beside(tmp_path / "template")
    tried, failed = 0, []
    for number, (name, links) in enumerate(layouts().items()):
        folder = shutil.copytree(template, tmp_path / f"{number}")
        lay(folder, links)
        outside = tree(folder / "outside")
        # Where the program might wait for ever, it is asked from outside.
        waits = any(target == "pipe" or target.startswith("/dev/") for _, target in links)
        answers = []
        for words in SHORT + LONG if soaking else SHORT:
            run = ask if soaking or (waits and not answers) else asked
            answers.append(run(words[0], folder / "site", *words[1:]))
        wrong = [f"not named: {path}" for path, _ in links if not _named(path.removeprefix("site/"), answers[0])]
        wrong += [answer.crash for answer in answers if answer.crash]
        wrong += told(folder, answers)
        wrong += ["something outside was changed"] * (tree(folder / "outside") != outside)
        tried += len(answers)
        failed += [f"{name}: {one}" for one in wrong]
    tell("commands on links, pipes and devices", tried, failed)


def _named(path: str, answer: Answer) -> bool:
    """Whether a problem stands at a link, or at one above it; what starts with a dot is passed over."""
    named = {problem.path for problem in answer.problems if problem.key == "file"}
    return any(f"{path}/".startswith(f"{one}/") for one in named) or not path.startswith("content/") or "/." in path
