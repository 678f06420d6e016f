"""The templates and assets of a site: the built-in ones, replaced file by file by the site's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

from ..edition.routes import hashed_name
from ..model.problems import Place, Problem, shown
from ..model.telling import visible
from ..work.stamps import digest_of
from .files import MAX_STATIC_BYTES, MAX_TEXT_BYTES, FoundFile, Unread, files_below, pieces, walk
from .sandbox import Sandbox, sandboxed

_HERE = Path(__file__).parents[1]
# In a wheel the templates are inside the package, in a checkout beside it.
BUILT_IN = _HERE / "templates" if (_HERE / "templates").is_dir() else _HERE.parent / "templates"

MAX_TEMPLATES_BYTES = 25 * 1024 * 1024  # each process of a build keeps all templates of a site in memory
_LONGEST_MESSAGE = 300  # characters


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template's text; `path` is where an editor finds it, `own` marks the site's own."""

    path: str
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Templates:
    """Everything that shapes the output besides the content, by name."""

    sources: Mapping[str, TemplateSource]
    assets: Mapping[str, bytes] = field(repr=False)

    @property
    def sandboxed(self) -> frozenset[str]:
        """The names of the templates that may do no more than a stranger may."""
        own = [name for name, source in self.sources.items() if source.own]
        return sandboxed({name: source.text for name, source in self.sources.items()}, own) if own else frozenset()

    @property
    def digest(self) -> bytes:
        """A hash of all of them."""
        sources = [f"{name} {source.path} {source.text}".encode() for name, source in sorted(self.sources.items())]
        assets = [part for name, content in sorted(self.assets.items()) for part in (name.encode(), content)]
        return digest_of(*sources, *assets)

    def published_name(self, asset: str) -> str:
        """The name of an asset with its content's hash in it."""
        return hashed_name(asset, self.assets[asset])


def read_templates(root: Path) -> tuple[Templates, list[Problem]]:
    """The built-in templates under those of `root/templates`, and what is wrong with the latter."""
    own = root / "templates"
    sources, assets = {}, {}
    problems: list[Problem] = []
    left = MAX_TEMPLATES_BYTES
    for folder, found in _files(own):
        name = found.path.relative_to(folder).as_posix()
        try:
            content = _content(folder, found, _most(name))
        except Unread as error:
            problems.append(error.problem)
            continue
        if folder is own and (left := left - len(content)) < 0:
            most = MAX_TEMPLATES_BYTES // 1024
            problems.append(
                Problem("templates", Place(), "file", f"contains more than {most} KiB in total, shorten it")
            )
            break
        if name.startswith("assets/"):
            assets[name.removeprefix("assets/")] = content
        else:
            try:
                sources[name] = TemplateSource(found.name, content.decode("utf-8"), folder is own)
            except UnicodeDecodeError:
                problems.append(Problem(found.name, Place(), "encoding", "is not UTF-8, save it as UTF-8"))
    judge = Sandbox()
    problems += [problem for source in sources.values() if source.own and (problem := _problem_of(source, judge))]
    return Templates(sources, assets), problems


def brings_templates(root: Path) -> bool:
    """Whether a site has templates besides assets: these can make a build take long."""
    own = root / "templates"
    found = (file.path for folder, file in _files(own) if folder is own)
    return any(path.relative_to(own).parts[:-1][:1] != ("assets",) for path in found)


def _files(own: Path) -> Iterator[tuple[Path, FoundFile]]:
    """The files of the built-in templates and then those of a site's own, each with the folder it is from."""
    yield from ((BUILT_IN, found) for found in walk(BUILT_IN, "templates"))
    if own.is_symlink() or (own.exists() and not own.samefile(BUILT_IN)):
        yield from ((own, found) for found in files_below(own, "templates"))


def _content(folder: Path, found: FoundFile, most: int) -> bytes:
    if found.problem:
        raise Unread(found.problem)
    return b"".join(pieces(folder.parent, found.path, most))


def _most(name: str) -> int:
    return MAX_STATIC_BYTES if name.startswith("assets/") else MAX_TEXT_BYTES


def _problem_of(source: TemplateSource, judge: Sandbox) -> Problem | None:
    """Why a template cannot be compiled. Python's own compiler has limits too, such as on nested loops."""
    try:
        judge.compile(source.text, source.path, source.path)
    except TemplateSyntaxError as error:
        return Problem(source.path, Place(error.lineno), "template", f"cannot be read: {said(error)}")
    except Exception as error:
        return Problem(source.path, Place(), "template", f"cannot be read: {said(error)}")
    return None


def said(error: Exception) -> str:
    """An error's message, which may quote a template, on one line and shortened."""
    if isinstance(error, TemplateNotFound):
        return f"{shown(error.name)} does not exist"
    text = error.message if isinstance(error, TemplateError) and error.message else str(error)
    return visible(text[:_LONGEST_MESSAGE]) or type(error).__name__
