"""Sites for the tests: built ones, read as a browser or a host reads them, and small ones to write and build."""

import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest

from generator.building.build import Options, build
from generator.cli import main
from generator.edition.edition import Edition, Role
from generator.model.schema import Posting
from generator.reading.frontmatter import read_mapping, split
from generator.reading.judging import read_fields

SUPPORT = Path(__file__).parent
ROOT = SUPPORT.parents[1]
DATA = ROOT / "tests/data"
DEMO_NOW = datetime(2026, 5, 30, 12, tzinfo=UTC)
SAMPLE_NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@contextlib.contextmanager
def searching() -> Iterator[None]:
    """Makes Pagefind available within a block; elsewhere in these tests it is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "pagefind", raising=False)
        yield


@dataclass(frozen=True, slots=True)
class Built:
    """A built site: its folder, its published content as values, and the root that it was made from."""

    folder: Path
    edition: Edition
    root: Path

    @property
    def address(self) -> str:
        return self.edition.settings.base_url

    @property
    def prefix(self) -> str:
        """The path of the address, `/` if it has none."""
        return urlsplit(self.address).path

    def paths(self, *suffixes: str) -> list[str]:
        """The site's files with one of the suffixes, or all files."""
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return sorted(path for path in found if path.endswith(suffixes or "") and path != ".vacancy-digest.json")

    def read(self, path: str) -> str:
        return (self.folder / path).read_bytes().decode()

    def differs_from(self, other: "Built") -> list[str]:
        """The files that are different in another site, or missing there."""
        there = {path: (other.folder / path).read_bytes() for path in other.paths()}
        return [path for path in self.paths() if (self.folder / path).read_bytes() != there.get(path)]

    def page(self, path: str) -> "HtmlPage":
        return HtmlPage(path, self.url(path), _parsed(self.folder / path))

    def pages(self) -> list["HtmlPage"]:
        """Every HTML page except redirects and emails."""
        found = (self.page(path) for path in self.paths(".html") if not path.endswith("/mail.html"))
        return [page for page in found if not page.redirect]

    def url(self, path: str) -> str:
        """The address at which a host shows a file."""
        return self.address + quote(path.removesuffix("index.html"))

    def path_at(self, url: str) -> str | None:
        """The file that a host shows at an address; None if the address is not one of this site's files."""
        address = url.split("#")[0]
        if not address.startswith(self.address):
            return None
        path = unquote(address.removeprefix(self.address))
        path += "index.html" if path.endswith("/") or not path else ""
        return path if (self.folder / path).is_file() else None

    def posting(self, role: Role) -> Posting:
        """A role's whole posting, as its file states it."""
        parts = split((self.root / role.listing.path).read_text("utf-8"))
        assert parts, role.listing.path
        fields, _ = read_mapping(parts[0])
        posting, findings = read_fields(Posting, fields, self.edition.content.vocabulary)
        assert posting, findings
        return posting

    def at(self, now: datetime) -> Edition:
        """What would be published at another instant."""
        return Edition(self.edition.content, now)


@cache
def _parsed(path: Path) -> Element:
    return html5lib.parse(path.read_text("utf-8"), treebuilder="etree", namespaceHTMLElements=False)


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """An HTML page as a browser parses it."""

    path: str
    url: str
    tree: Element

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.tree.iter() if isinstance(element.tag, str) and element.tag in tags]

    def meta(self, name: str) -> str | None:
        """The content of a `<meta>` element by its name, property or http-equiv."""
        for element in self.all("meta"):
            if name in (element.get("name"), element.get("property"), element.get("http-equiv")):
                return element.get("content")
        return None

    def link(self, rel: str) -> list[Element]:
        return [element for element in self.all("link") if rel in (element.get("rel") or "").split()]

    @property
    def redirect(self) -> bool:
        return self.meta("refresh") is not None

    @property
    def noindex(self) -> bool:
        return "noindex" in (self.meta("robots") or "")

    @property
    def main(self) -> Element:
        return self.all("main")[0]

    def text(self, without: tuple[str, ...] = ()) -> str:
        """The text that a reader sees, without parts of the given classes, and with whitespace collapsed."""
        return " ".join(" ".join(_words(self.all("body")[0], without)).split())

    def references(self) -> Iterator[tuple[Element, str]]:
        """Every address on the page, made absolute."""
        for element in self.tree.iter():
            for name in ("href", "src", "action", "srcset", "poster", "data"):
                if isinstance(element.tag, str) and (value := element.get(name)) is not None:
                    yield element, urljoin(self.url, value)
        if refresh := self.meta("refresh"):
            yield self.tree, urljoin(self.url, refresh.split("url=")[1])

    def ids(self) -> list[str]:
        return [found for element in self.tree.iter() if (found := element.get("id")) is not None]


def _words(element: Element, without: tuple[str, ...]) -> Iterator[str]:
    classes = (element.get("class") or "").split()
    if element.tag not in ("script", "style") and isinstance(element.tag, str) and not set(classes) & set(without):
        yield element.text or ""
        for child in element:
            yield from _words(child, without)
            yield child.tail or ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def command(*arguments: str | Path) -> Outcome:
    """Runs `vacancy-digest` in this process. An unexpected exception passes through."""
    before = sys.argv
    code: str | int = 0
    sys.argv = ["vacancy-digest", *map(str, arguments)]
    # Files, because child processes of the program print there too.
    with TemporaryFile("w+", newline="") as out, TemporaryFile("w+", newline="") as err:
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main()
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            sys.argv = before
        assert isinstance(code, int), f"an exit code is a number, not {code!r}"
        out.seek(0)
        err.seek(0)
        return Outcome(code, out.read(), err.read())


def built(root: Path, out: Path, now: datetime, *, remember: bool = False) -> Built:
    """Builds the site of a folder into `out`; fails if the content has problems."""
    return Built(out, build(root, out, now, Options(remember=remember)).edition, root)


@dataclass(slots=True)
class SmallSite:
    """A site of one posting and one organisation (`data/golden/content`) to change and build."""

    root: Path
    builds: int = field(default=0)

    @classmethod
    def at(cls, root: Path) -> "SmallSite":
        shutil.copytree(DATA / "golden/content", root / "content")
        return cls(root)

    def write(self, path: str, content: str | bytes) -> Path:
        """Writes a file under the root, replacing any existing one."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def posting(self, slug: str, front_matter: str, body: str = "Text.") -> Path:
        """Writes a posting of the small site's organisation, titled `A role` unless the front matter sets a title."""
        given = {line.split(":")[0] for line in front_matter.splitlines()}
        defaults = {"title": "A role", "organisation": "harbour", "opens": "2026-06-01"}
        missing = "".join(f"{key}: {value}\n" for key, value in defaults.items() if key not in given)
        return self.write(f"content/postings/{slug}.md", f"---\n{missing}{front_matter.rstrip()}\n---\n\n{body}\n")

    def ended_in_kenya(self, *numbers: int) -> None:
        """Writes roles with these numbers that ended one day after the other."""
        for number in numbers:
            closes = datetime(2026, 1, 10, 12, tzinfo=UTC) + timedelta(days=number)
            front_matter = f"duty_stations: [{{country: KE}}]\nopens: 2026-01-01\ncloses: {closes:%Y-%m-%dT%H:%M:%SZ}"
            self.posting(f"of-day-{number}", f"title: Role of day {number}\n{front_matter}")

    def settings(self, lines: str) -> None:
        """Adds lines to site.yaml."""
        file = self.root / "content/site.yaml"
        file.write_text(f"{file.read_text('utf-8')}{lines}\n", "utf-8")

    def allow_static(self, *paths: str) -> None:
        """Lists files of `content/static/` in site.yaml, in addition to its own `CNAME`."""
        file = self.root / "content/site.yaml"
        kept = file.read_text("utf-8").replace("allow_static: [CNAME]\n", "")
        file.write_text(f"{kept}allow_static: {json.dumps(['CNAME', *paths])}\n", "utf-8")

    def build(self, now: datetime = SAMPLE_NOW) -> Built:
        """Builds the site into its own folder; uses what earlier builds remembered."""
        self.builds += 1
        return built(self.root, self.root.parent / f"{self.root.name}-{self.builds}", now, remember=True)

    def command(self, name: str, *arguments: str | Path) -> Outcome:
        return command(name, "--root", self.root, *arguments)
