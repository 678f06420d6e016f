"""The plan of the house, read from the imports: who knows whom, and who may touch the world outside."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sites import DATA

GENERATOR = Path(__file__).parents[1] / "generator"

# Ground floor first: a room imports only from rooms that stand before it. The commands stand above all of them.
ROOMS = (
    *("characters", "telling", "problems", "progress", "tally", "model", "vocabulary"),
    *("frontmatter", "fields", "clock", "rules", "schema"),
    *("prose", "plaintext", "commonmark", "markup", "files", "documents"),
    *("cachefolder", "memo", "programs", "shelf", "crew"),
    *("content", "deadlines", "history", "wording", "listing", "stated"),
    *("crosscheck", "intake", "copies", "folder", "repository", "moves", "past", "edits", "desk", "editors"),
    *("dates", "places", "drafting", "labels", "sentences", "sections", "notices", "webpages", "interchange"),
    *("fetching", "twins", "importing", "lint", "inspection", "repairs", "links"),
    *("edition", "similar", "search", "corrections"),
    *(
        "routes",
        "sandbox",
        "templates",
        "pictures",
        "views",
        "finding",
        "matching",
        "structured",
        "facts",
        "pages",
        "mails",
    ),
    *("archives", "entries", "feeds", "calendars", "exports", "hosting"),
    *(
        "fingerprint",
        "exchange",
        "publish",
        "render",
        "plan",
        "worklist",
        "pieces",
        "build",
        "changes",
        "watching",
        "workbench",
        "server",
        "provenance",
        "starter",
    ),
    *("profile", "reports"),
    *("cli", "__main__"),
)
SHARED_BY_COMMANDS = "commands.options"

# Packages that are known in few places, so that each can be replaced there.
KNOWN_IN = {
    "concurrent": {"crew"},
    "ctypes": {"exchange"},
    "distributed": {"crew"},
    "fcntl": {"publish"},
    "feedparser": {"interchange"},
    "feedgen": {"feeds"},
    "httpcore": {"fetching"},
    "icalendar": {"calendars"},
    "jinja2": {"sandbox", "templates", "render"},
    "lxml": {"feeds", "webpages"},
    "markdown_it": {"commonmark"},
    "msgspec": {
        *("memo", "model", "content", "edition", "listing", "stated"),
        *("exports", "feeds", "pictures", "pieces", "publish", "search"),
    },
    "pickle": {"crew"},
    "pydantic": {"fields", "schema"},
    "rich": {"progress"},
    "sqlite3": {"memo"},
    "subprocess": {"programs"},
    "watchfiles": {"watching"},
    "time": {"fetching", "progress", "tally", "workbench", "commands.build"},
    "yaml": {"editors", "edits", "frontmatter", "vocabulary"},
}
READS_THE_CLOCK = {"clock"}
PRESENT = ("now", "utcnow", "today")
# What tells the present, or takes it where it is given no instant. The name of a module alone is no reading.
CLOCKS = re.compile(
    r"time\.\w.*|datetime\.(datetime|date)\.(now|utcnow|today)|os\.times|email\.utils\.\w+|uuid\.\w+"
    r"|babel\.dates\.(?!format_date$)\w+"
)
DURATIONS = {"time.monotonic"}
TOUCHES_FILES = {
    "cachefolder",
    "exchange",
    "files",
    "links",
    "memo",
    "pictures",
    "provenance",
    "publish",
    "search",
    "server",
    "shelf",
    "starter",
    "vocabulary",
    "past",
}


@cache
def _modules() -> dict[str, ast.Module]:
    """Every module of the generator by its name, `commands.build` for one in a folder."""
    return {
        ".".join(path.relative_to(GENERATOR).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted(GENERATOR.rglob("*.py"))
        if path.name != "__init__.py"
    }


def _documented() -> list[str]:
    """The rooms in the order of the table in docs/architecture.md."""
    text = (GENERATOR.parent / "docs/architecture.md").read_text("utf-8")
    cells = re.findall(r"^\| (`.+?) \| ", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([a-z]+)`", cell)]


def _is_command(name: str) -> bool:
    return name.startswith("commands.")


def _own_imports(name: str) -> Iterator[str]:
    """The generator's own modules that a module imports, anywhere in its text."""
    for node in ast.walk(_modules()[name]):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = name.split(".")[: -node.level]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (".".join([*folder, imported]) for imported in names)


def _packages(name: str) -> set[str]:
    """The packages from outside that a module imports, anywhere in its text."""
    found = set()
    for node in ast.walk(_modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


def _called(name: str) -> set[str]:
    """The functions that a module calls, as it writes them: `open`, `datetime.now`, `path.read_text`."""
    return {ast.unparse(node.func) for node in ast.walk(_modules()[name]) if isinstance(node, ast.Call)}


def test_every_module_has_its_place() -> None:
    """Each module of the generator is a room of the list or a command, and each room of the list exists."""
    assert sorted(name for name in _modules() if not _is_command(name)) == sorted(ROOMS)


def test_the_architecture_has_the_same_order() -> None:
    """The table in docs/architecture.md names the rooms in the order that is held here."""
    assert _documented() == [name for name in ROOMS if name != "__main__"]


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_knows_only_the_rooms_below(name: str) -> None:
    """No room imports from one above it, so every part can be read and tested with what stands below it alone."""
    assert set(_own_imports(name)) - set(ROOMS[: ROOMS.index(name)]) == set()


@pytest.mark.parametrize("name", [name for name in _modules() if _is_command(name)])
def test_commands_do_not_know_one_another(name: str) -> None:
    """A command imports from rooms, and from the options that commands share, but from no other command."""
    assert set(_own_imports(name)) - set(ROOMS) - {SHARED_BY_COMMANDS} == set()


def test_the_generator_does_not_import_itself_by_name() -> None:
    """Own modules are imported relatively; otherwise the tests above would not see them."""
    assert [name for name in _modules() if "generator" in _packages(name)] == []


@pytest.mark.parametrize("package", KNOWN_IN)
def test_a_package_is_known_in_few_rooms(package: str) -> None:
    """A package from outside is imported only where the plan says so, and is used there."""
    assert {name for name in _modules() if package in _packages(name)} == KNOWN_IN[package]


def _meant(module: ast.Module) -> set[str]:
    """Everything from outside that a module names, by its full name: `dt.now` is `datetime.datetime.now`."""
    origins: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                origins[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and not node.level:
            origins |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    names = (ast.unparse(node) for node in ast.walk(module) if isinstance(node, ast.Name | ast.Attribute))
    named = [name.partition(".") for name in names]
    return {origins[first] + dot + rest for first, dot, rest in named if first in origins} | set(origins.values())


def _reads_the_clock(module: ast.Module) -> set[str]:
    """Every way in which a module learns the present."""
    found = {name for name in _meant(module) if CLOCKS.fullmatch(name)} - DURATIONS
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PRESENT:
            found.add(ast.unparse(node.func))  # whatever it is called on, and a class by another name too
        # Without a day, or with None, Babel formats today.
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("format_") and not node.args:
            found.add(ast.unparse(node.func))
    return found


def test_one_room_reads_the_clock() -> None:
    """The present enters in one place; elsewhere an instant is an argument, and only durations are measured."""
    assert {name for name, module in _modules().items() if _reads_the_clock(module)} == READS_THE_CLOCK
    assert _reads_the_clock(_modules()["clock"]) == {"datetime.now", "datetime.datetime.now"}


@pytest.mark.parametrize("line", (DATA / "clock/readings.txt").read_text("utf-8").splitlines())
def test_no_way_of_reading_the_clock_is_missed(line: str) -> None:
    """Each way in which a module could learn the present is seen, whatever the module calls it."""
    assert _reads_the_clock(ast.parse(line.replace("; ", "\n")))


# Everything in Python's library that starts another program.
STARTERS = re.compile(r"os\.(exec|spawn|posix_spawn|system|popen|startfile|fork)\w*|(subprocess|pty|webbrowser)\b.*")


def test_one_room_starts_programs() -> None:
    """Programs start in one place: git, Pagefind, the hands of a build and Python itself, and no other."""
    starting = {name for name, module in _modules().items() if any(map(STARTERS.fullmatch, _meant(module)))}
    assert starting == {"programs"}
    users = {name for name in _modules() if "programs" in _own_imports(name)}
    assert users == {"cli", "crew", "repository", "search"}


def test_templates_do_not_read_the_clock() -> None:
    """No template asks a date of its view for the present."""
    folder = GENERATOR.parent / "templates"
    templates = [path for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".opml", ".xml"}]
    assert templates
    asking = re.compile(rf"\.({'|'.join(PRESENT)})\b")
    assert [path.name for path in templates if asking.search(path.read_text("utf-8"))] == []


def test_few_rooms_touch_files() -> None:
    """Few rooms read and write; all others are functions of values."""
    touching = ("open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "scandir", "iterdir", "lstat")
    touching += ("mkdir", "mkdtemp", "rmdir", "rmtree", "TemporaryDirectory", "TemporaryFile")

    def touches(name: str) -> bool:
        return any(call == "open" or call.endswith(tuple(f".{word}" for word in touching)) for call in _called(name))

    assert {name for name in _modules() if touches(name)} == TOUCHES_FILES


def test_builds_do_not_talk_to_the_network() -> None:
    """One room opens connections and one waits for them; only commands that are asked to do so know them."""
    network = {"socket", "ssl", "http", "requests", "httpx", "httpcore", "urllib3", "ftplib", "smtplib"}
    assert [name for name in _modules() if _packages(name) & network] == ["fetching", "server"]
    assert {name for name in _modules() if "fetching" in _own_imports(name)} == {"commands.import", "links"}
    assert {name for name in _modules() if "server" in _own_imports(name)} == {"commands.serve"}
    sources = [ast.unparse(module) for module in _modules().values()]
    assert not any("urllib.request" in source for source in sources)
