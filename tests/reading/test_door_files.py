"""Files that are not plain files with plain names: links, pipes and hostile names lead nowhere and break nothing."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unicodedata import normalize

import door
import pytest
from door import Answer, ask, checked, published
from repository import git
from sites import DATA, command
from soaking import Tell

from generator.publishing.exchange import strangers_beside
from generator.reading.files import shown_path

SECRET = "zqsecret"
PNG = b"\x89PNG\r\n\x1a\n"

# Every command that reads or writes content, with what it would do to a posting outside. The short form has
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
    """The layouts in the data file: for each, its links and their targets."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in (DATA / "door/links.txt").read_text("utf-8").splitlines():
        if line.startswith("  "):
            path, target = line.strip().split(" -> ")
            found[list(found)[-1]].append((path, target))
        elif line and not line.startswith("#"):
            found[line] = []
    return found


def beside(folder: Path) -> Path:
    """A folder with a site under git, `site`, and next to it `outside`, which must not be read."""
    shutil.copytree(DATA / "golden/content", folder / "site/content")
    organisation = folder / "site/content/organisations/harbour.md"
    organisation.write_text(organisation.read_text("utf-8").replace("---\n", "---\nlogo: harbour.png\n", 1), "utf-8")
    organisation.with_suffix(".png").write_bytes(PNG)
    git(folder / "site", "init", "--quiet")
    git(folder / "site", "add", ".")
    git(folder / "site", "commit", "--quiet", "--message", "Add the site")
    shutil.copytree(DATA / "door/outside", folder / "outside")
    (folder / "outside/logo.png").write_bytes(PNG + SECRET.encode())
    return folder


def lay(folder: Path, links: list[tuple[str, str]]) -> None:
    """Creates the links and pipes of a layout."""
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
    """Every file under a folder with its content; links and pipes with their targets or types."""
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
    """Where the secret from outside appears: in the output of the program, or in a file of the site."""
    for answer in answers:
        if SECRET in f"{answer.out}{answer.err}".lower():
            yield f"said: {answer.out}{answer.err}"
    files = tree(folder / "site").items()
    if written := [
        name for name, content in files if isinstance(content, bytes) and SECRET.encode() in content.lower()
    ]:
        yield f"written into {len(written)} files, first into {written[0]}"


def asked(name: str, root: Path, *arguments: str | Path) -> Answer:
    """Like `ask`, but in this process."""
    done = command(name, *arguments, "--root", root)
    return Answer(done.code, done.out, done.err)


@pytest.mark.soak
def test_links_lead_nowhere(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """No command reads or writes anything through a link, pipe or device, and each link is reported."""
    template = beside(tmp_path / "template")
    tried, failed = 0, []
    for number, (name, links) in enumerate(layouts().items()):
        folder = shutil.copytree(template, tmp_path / f"{number}")
        lay(folder, links)
        outside = tree(folder / "outside")
        # If the program might wait for ever, it runs in another process.
        waits = any(target == "pipe" or target.startswith("/dev/") for _, target in links)
        answers: list[Answer] = []
        for words in SHORT + LONG if soaking else SHORT:
            run = partial(ask, seconds=10) if soaking or (waits and not answers) else asked
            answers.append(run(words[0], folder / "site", *words[1:]))
            if answers[-1].crash:
                break  # a command that hangs would hang again
        wrong = [f"not named: {path}" for path, _ in links if not _named(path.removeprefix("site/"), answers[0])]
        wrong += [answer.crash for answer in answers if answer.crash]
        wrong += told(folder, answers)
        wrong += ["something outside was changed"] * (tree(folder / "outside") != outside)
        tried += len(answers)
        failed += [f"{name}: {one}" for one in wrong]
    tell("commands on links, pipes and devices", tried, failed)


def _named(path: str, answer: Answer) -> bool:
    """Whether a problem is reported at a link or at one above it; names that start with a dot are ignored."""
    named = {problem.path for problem in answer.problems if problem.key == "file"}
    return (
        any(f"{path}/".startswith(f"{one}/") for one in named)
        or not path.startswith(("content", "templates"))
        or "/." in path
    )


# Names

PLACES = {
    "postings": "---\ntitle: A role\norganisation: harbour\nopens: 2026-06-01\ncloses: 2026-07-01\n---\n\nText.\n",
    "pages": "---\ntitle: A page\n---\n\nText.\n",
    "organisations": "---\nname: An office\n---\n\nText.\n",
    "static": "A file.\n",
}


def hostile_names(suffix: str) -> list[str]:
    """The names in the data file, each with and without the suffix, and names of many lengths."""
    found = []
    for line in (DATA / "door/names.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name = json.loads(line)
            found += [name.replace("{n}", str(number)) for number in range(1, 10)] if "{n}" in name else [name]
    found += [letter * length for letter in ("a", "é", "🌍", "-", " ") for length in (60, 99, 100, 101, 200, 252, 255)]
    found += [f"{name}{suffix}" for name in found]
    return [name for name in dict.fromkeys(found) if len(os.fsencode(name)) <= 255]


def place_all(folder: Path, place: str, names: list[str], *, as_folders: bool) -> dict[str, Path]:
    """Writes a good file under each name, or into a folder of that name; returns them by name."""
    files = {}
    for number, name in enumerate(names):
        path = folder / name
        if as_folders:
            path.mkdir()
            path /= f"inner-{number}.{'txt' if place == 'static' else 'md'}"
        path.write_text(PLACES[place], "utf-8")
        files[name] = path
    return files


def leftovers() -> list[str]:
    """Names of files that other programs leave behind."""
    return [
        json.loads(line) for line in (DATA / "door/leftovers.txt").read_text("utf-8").splitlines() if line[0] == '"'
    ]


def passed_over(name: str) -> bool:
    return (name.startswith(".") and name != ".well-known") or name.endswith("~") or name in leftovers()


def test_leftovers_neither_stop_a_build_nor_are_published(tmp_path: Path) -> None:
    """Files that editors and systems leave in a folder are ignored everywhere, whatever they contain."""
    site = beside(tmp_path) / "site"
    places = [f"content/{place}" for place in ("", "postings", "pages", "organisations", "countries", "static")]
    for place in (*places, "templates", "templates/assets"):
        (site / place).mkdir(parents=True, exist_ok=True)
        for name in leftovers():
            (site / place / name).write_bytes(SECRET.encode() + b"\xff{% if")
    assert [problem.path for problem in checked(site).problems] == []
    assert published(site, tmp_path / "out").code == 0
    written = tree(tmp_path / "out")
    assert [name for name, text in written.items() if isinstance(text, bytes) and SECRET.encode() in text] == []
    assert [name for name in written if SECRET in name or Path(name).name in leftovers()] == []


@pytest.mark.soak
@pytest.mark.parametrize("as_folders", [False, True], ids=["files", "folders"])
@pytest.mark.parametrize("place", PLACES)
def test_hostile_names(place: str, as_folders: bool, tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """A file of any name is reported by that name, or published only at its own place; nothing outside is touched."""
    folder = beside(tmp_path)
    site, out = folder / "site", folder / "out"
    names = hostile_names(".txt" if place == "static" else ".md")[:: 1 if soaking else 4]
    shutil.rmtree(site / "content/static")  # its file has one of the names
    (site / "content" / place).mkdir(exist_ok=True)
    files = place_all(site / "content" / place, place, names, as_folders=as_folders)
    git(site, "add", "--force", "content")
    git(site, "commit", "--quiet", "--message", "Add names")
    answer = checked(site)
    failed = [answer.crash] if answer.crash else []
    named = {problem.path for problem in answer.problems}
    good = {}
    for name, path in files.items():
        shown = shown_path(site, path)
        if any(shown == one or shown.startswith(f"{one}/") for one in named):
            shutil.rmtree(path.parent) if as_folders else path.unlink()
        elif not passed_over(name):
            # So that it is compared with the commit.
            path.write_text(f"{PLACES[place]}More.\n", "utf-8")
            good[name] = path
    before = tree(folder)
    # The refused files are gone, and the rest is good.
    for again in (checked(site), published(site, out)):
        failed += [again.crash] if again.crash else []
    failed += [f"{name!r}: not published" for name, path in good.items() if not _published(out, place, path)]
    # On a system that ignores case, or how an accent is encoded, no file replaces another.
    # Two folders may be the same one there, with different files.
    twins = Counter(normalize("NFC", path).casefold() for path, found in tree(out).items() if found != "folder")
    failed += [f"published twice: {path!r}" for path, times in twins.items() if times > 1]
    known = {"out", *(one.name for one in strangers_beside(out, None))}
    after = {name: content for name, content in tree(folder).items() if not _below(name, known)}
    failed += [f"touched: {name!r}" for name in after.keys() ^ before.keys()]
    tell(f"names of {'folders' if as_folders else 'files'} in {place}", len(files), failed)


def _below(name: str, folders: set[str]) -> bool:
    return any(name == folder or name.startswith(f"{folder}/") for folder in folders)


def _published(out: Path, place: str, path: Path) -> bool:
    if place == "static":
        *_, inner = os.fspath(path).split("/content/static/")
        return (out / inner).read_bytes() == path.read_bytes() if (out / inner).is_file() else False
    where = {"postings": out / "postings", "pages": out, "organisations": out / "organisations"}[place]
    return (where / path.stem / "index.html").is_file()
