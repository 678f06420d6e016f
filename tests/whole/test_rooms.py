"""The structure of the code, checked through its imports: which package may import which, and which modules may touch
the outside world.
"""

import ast
import re
import runpy
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from sites import DATA, ROOT

GENERATOR = ROOT / "generator"

# The packages that each package may import from, lowest first. The commands and `cli` may import from all.
PACKAGES: dict[str, set[str]] = {
    "model": set(),
    "work": set(),
    "text": {"model"},
    "wording": {"model"},
    "edition": {"model", "work"},
    "publishing": {"model", "work"},
    "reading": {"model", "work", "text", "edition"},
    "pages": {"model", "edition"},
    "feeds": {"model", "edition"},
    "building": {"model", "work", "edition", "publishing", "reading", "pages", "feeds"},
    "editing": {"model", "publishing", "reading"},
    "web": {"model"},
    "importing": {"model", "work", "wording", "edition", "reading", "editing"},
    "boards": {"model", "work", "wording", "importing"},
    "checking": {"model", "work", "wording", "edition", "reading", "editing", "web", "importing"},
    "gathering": {"model", "work", "edition", "reading", "editing", "web", "importing", "boards"},
    "serving": {"model", "work", "edition", "publishing", "reading", "building", "checking"},
}
MOST_MODULES = 14  # in one package
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_PARAMETERS = 400, 40, 5
# Modules that are longer, and why.
LONGER: dict[str, str] = {}
SHARED_BY_COMMANDS = "commands.options"

# Packages that are used in only a few places, so that each can be replaced there.
KNOWN_IN = {
    "concurrent": {"work.workers"},
    "ctypes": {"publishing.exchange"},
    "distributed": {"work.workers"},
    "fcntl": {"publishing.doors"},
    "feedparser": {"importing.interchange"},
    "feedgen": {"feeds.feeds"},
    "httpcore": {"web.fetching", "web.network"},
    "icalendar": {"feeds.calendars"},
    "jinja2": {"reading.meter", "reading.sandbox", "reading.templates", "building.renderer"},
    "lxml": {"feeds.feeds", "importing.webpages"},
    "markdown_it": {"text.commonmark"},
    "msgspec": {
        *("work.memo", "model.model", "model.content", "edition.edition", "edition.listing", "edition.stated"),
        *(
            "feeds.exports",
            "feeds.feeds",
            "pages.pictures",
            "building.pieces",
            "publishing.standing",
            "building.search",
        ),
    },
    "multiprocessing": {"work.limits"},
    "pickle": {"work.workers"},
    "resource": {"work.limits"},
    "pydantic": {"model.fields", "model.schema", "reading.judging"},
    "rich": {"work.progress"},
    "sqlite3": {"work.memo"},
    "subprocess": {"work.programs"},
    "watchfiles": {"serving.watching"},
    "time": {
        "web.fetching",
        "web.network",
        "work.progress",
        "work.tally",
        "serving.workbench",
        "commands.build",
    },
    "yaml": {"editing.editors", "editing.edits", "reading.frontmatter", "model.vocabulary"},
}
READS_THE_CLOCK = {"model.clock"}
PRESENT = ("now", "utcnow", "today")
# Functions that return the present, or use it if they are given no instant. Naming a module does not read the clock.
CLOCKS = re.compile(
    r"time\.\w.*|datetime\.(datetime|date)\.(now|utcnow|today)|os\.times|email\.utils\.\w+|uuid\.\w+"
    r"|babel\.dates\.(?!format_date$)\w+"
)
DURATIONS = {"time.monotonic"}
TOUCHES_FILES = {
    "work.cachefolder",
    "publishing.exchange",
    "reading.files",
    "checking.links",
    "work.memo",
    "pages.pictures",
    "editing.provenance",
    "publishing.publish",
    "building.search",
    "serving.server",
    "work.shelf",
    "editing.starter",
    "model.vocabulary",
    "checking.past",
    "publishing.disk",
    "publishing.doors",
    "publishing.standing",
    "work.limits",
    "work.stamps",
}


@cache
def _modules() -> dict[str, ast.Module]:
    """Every module of the generator by name: `commands.build` for one in a folder."""
    return {
        ".".join(path.relative_to(GENERATOR).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted(GENERATOR.rglob("*.py"))
        if path.name != "__init__.py"
    }


def _documented() -> dict[str, set[str]]:
    """The modules of each package, from the tables in docs/architecture.md."""
    text = (GENERATOR.parent / "docs/architecture.md").read_text("utf-8")
    found = {}
    for section in text.split("\n### `")[1:]:
        name = section.partition("`")[0]
        found[name] = set(re.findall(r"^\| `([a-z]+)` \| ", section.partition("\n## ")[0], re.MULTILINE))
    return found


def _is_command(name: str) -> bool:
    return name.startswith("commands.")


def _own_imports(name: str) -> Iterator[str]:
    """The generator's own modules that a module imports, anywhere in its text."""
    for node in ast.walk(_modules()[name]):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = name.split(".")[: -node.level]
            folder += [node.module] if node.module else []
            package = ".".join(folder)
            names = [f"{package}.{alias.name}".removeprefix(".") for alias in node.names]
            # A name imported from a package is one of its modules; a name imported from a module is not.
            yield from (name if name in _modules() else package for name in names)


def _packages(name: str) -> set[str]:
    """The external packages that a module imports, anywhere in its text."""
    found = set()
    for node in ast.walk(_modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


def _called(name: str) -> set[str]:
    """The functions that a module calls, as written: `open`, `datetime.now`, `path.read_text`."""
    return {ast.unparse(node.func) for node in ast.walk(_modules()[name]) if isinstance(node, ast.Call)}


def test_every_module_is_in_a_package() -> None:
    """Modules are in packages, each small and on one subject; the command line is above them."""
    sizes = Counter(name.partition(".")[0] for name in _modules() if "." in name)
    assert {name for name in _modules() if "." not in name} == {"cli", "__main__"}
    assert sizes.keys() == {*PACKAGES, "commands"}
    assert max(sizes[name] for name in PACKAGES) <= MOST_MODULES


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function by its module and name, including those in classes and in other functions."""
    for name, module in _modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}.{node.name}", node


def test_a_module_is_read_at_one_sitting() -> None:
    """No module has more lines than the limit, except those in the table, which really do."""
    lengths = {
        name: len((GENERATOR / f"{name.replace('.', '/')}.py").read_text("utf-8").splitlines()) for name in _modules()
    }
    assert {name for name, lines in lengths.items() if lines > MOST_LINES} == LONGER.keys()


def test_a_function_fits_on_a_screen() -> None:
    """No function has more lines than the limit, including its decorators and docstring."""
    lengths = {
        name: (node.end_lineno or 0) - min(one.lineno for one in (node, *node.decorator_list)) + 1
        for name, node in _functions()
        if not _takes_options(node)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


def test_a_function_is_given_few_values() -> None:
    """No function has more parameters than the limit, not counting `self`; a command has one for each option."""
    counts = {
        name: len({*(one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg))} - {"self", "cls"})
        for name, node in _functions()
        if not _takes_options(node)
    }
    assert {name: count for name, count in counts.items() if count > MOST_PARAMETERS} == {}


def _takes_options(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(one).startswith("click.command(") for one in node.decorator_list)


def test_the_architecture_has_the_same_modules() -> None:
    """docs/architecture.md explains the purpose of each module, package by package."""
    modules = {package: set[str]() for package in PACKAGES}
    for name in _modules():
        package, _, module = name.rpartition(".")
        if package in modules:
            modules[package].add(module)
    assert _documented() == modules


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_from_those_below(package: str) -> None:
    """A package imports from exactly the packages that the table allows, and the table has no cycle."""
    found = {
        imported.partition(".")[0]
        for name in _modules()
        if name.startswith(f"{package}.")
        for imported in _own_imports(name)
    }
    assert found - {package} == PACKAGES[package]
    assert PACKAGES[package] <= set(list(PACKAGES)[: list(PACKAGES).index(package)])


def test_the_picture_shows_the_imports() -> None:
    """The picture in docs/architecture.md is the one that `make picture` draws from the imports."""
    picture = runpy.run_path(str(GENERATOR.parent / "tools/picture.py"))
    text = (GENERATOR.parent / "docs/architecture.md").read_text("utf-8")
    assert picture["with_picture"](text) == text
    assert "    checking --> importing\n" in text


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_it_is_about(package: str) -> None:
    """A package has one sentence about its subject, and no code of its own."""
    tree = ast.parse((GENERATOR / package / "__init__.py").read_text("utf-8"))
    assert len(tree.body) == 1
    assert re.fullmatch(r"[A-Z][^\n]*\.", ast.get_docstring(tree) or "")


def test_the_tests_follow_the_packages() -> None:
    """Each package has a folder of tests; all other tests are in the folder for the whole program."""
    tests = list((ROOT / "tests").rglob("test_*.py"))
    assert {path.parent.relative_to(ROOT / "tests").as_posix() for path in tests} == {*PACKAGES, "commands", "whole"}


@pytest.mark.parametrize("name", [name for name in _modules() if _is_command(name)])
def test_commands_do_not_know_one_another(name: str) -> None:
    """A command imports from packages and from the options that commands share, but not from another command."""
    imported = set(_own_imports(name)) - {SHARED_BY_COMMANDS}
    assert [one for one in imported if one.startswith("commands.")] == []


def test_the_generator_does_not_import_itself_by_name() -> None:
    """Our own modules are imported relatively; otherwise the tests above would not see the imports."""
    assert [name for name in _modules() if "generator" in _packages(name)] == []


@pytest.mark.parametrize("package", KNOWN_IN)
def test_a_package_is_used_in_few_rooms(package: str) -> None:
    """An external package is imported only where the plan says so, and it is used there."""
    assert {name for name in _modules() if package in _packages(name)} == KNOWN_IN[package]


def _meant(module: ast.Module) -> set[str]:
    """Every external name that a module uses, in full: `dt.now` is `datetime.datetime.now`."""
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
    """Every way in which a module reads the present."""
    found = {name for name in _meant(module) if CLOCKS.fullmatch(name)} - DURATIONS
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PRESENT:
            found.add(ast.unparse(node.func))  # whatever object it is called on, and a class under another name too
        # Without a date, or with None, Babel formats today.
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("format_") and not node.args:
            found.add(ast.unparse(node.func))
    return found


def test_one_room_reads_the_clock() -> None:
    """Only one module reads the present; elsewhere an instant is an argument, and only durations are measured."""
    assert {name for name, module in _modules().items() if _reads_the_clock(module)} == READS_THE_CLOCK
    assert _reads_the_clock(_modules()["model.clock"]) == {"datetime.now", "datetime.datetime.now"}


@pytest.mark.parametrize("line", (DATA / "clock/readings.txt").read_text("utf-8").splitlines())
def test_no_way_of_reading_the_clock_is_missed(line: str) -> None:
    """The test detects every way in which a module could read the present, under whatever name."""
    assert _reads_the_clock(ast.parse(line.replace("; ", "\n")))


# Everything in the standard library that starts another program.
STARTERS = re.compile(r"os\.(exec|spawn|posix_spawn|system|popen|startfile|fork)\w*|(subprocess|pty|webbrowser)\b.*")


def test_one_room_starts_programs() -> None:
    """Only one module starts programs: git, Pagefind, the workers of a build and Python itself."""
    starting = {name for name, module in _modules().items() if any(map(STARTERS.fullmatch, _meant(module)))}
    assert starting == {"work.programs"}
    users = {name for name in _modules() if "work.programs" in _own_imports(name)}
    assert users == {"cli", "work.limits", "work.workers", "reading.repository", "building.search"}


def test_templates_do_not_read_the_clock() -> None:
    """No template asks a date in its view for the present."""
    folder = GENERATOR.parent / "templates"
    templates = [path for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".opml", ".xml"}]
    assert templates
    asking = re.compile(rf"\.({'|'.join(PRESENT)})\b")
    assert [path.name for path in templates if asking.search(path.read_text("utf-8"))] == []


def test_few_rooms_touch_files() -> None:
    """Only a few modules read and write files; all others are functions of values."""
    touching = (
        *("open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "scandir", "iterdir", "lstat"),
        *("mkdir", "mkdtemp", "rmdir", "rmtree", "TemporaryDirectory", "TemporaryFile"),
    )

    def touches(name: str) -> bool:
        return any(call == "open" or call.endswith(tuple(f".{word}" for word in touching)) for call in _called(name))

    assert {name for name in _modules() if touches(name)} == TOUCHES_FILES


def test_builds_do_not_talk_to_the_network() -> None:
    """One module opens connections and one accepts them; only the commands that need the network import them."""
    network = {"socket", "ssl", "http", "requests", "httpx", "httpcore", "urllib3", "ftplib", "smtplib"}
    assert [name for name in _modules() if _packages(name) & network] == [
        *("serving.server", "web.fetching", "web.network")
    ]
    assert {name for name in _modules() if "web.fetching" in _own_imports(name)} == {
        "commands.import",
        "checking.links",
        "gathering.asking",
        "gathering.observing",
        "gathering.refreshing",
    }
    assert {name for name in _modules() if "serving.server" in _own_imports(name)} == {"commands.serve"}
    sources = [ast.unparse(module) for module in _modules().values()]
    assert not any("urllib.request" in source for source in sources)


def _public_names(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_a_public_name_means_one_thing() -> None:
    """No two modules define the same public name, so our imports never need to rename one."""
    names = Counter(
        name for module in _modules().values() for name in _public_names(module) if not name.startswith("_")
    )
    del names["command"]  # each module of commands/ has one, and `cli` finds it by that name
    assert [name for name, times in names.items() if times > 1] == []
    imports = [node for module in _modules().values() for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    assert [alias.asname for node in imports for alias in node.names if alias.asname not in (None, alias.name)] == []
