"""The templates and assets of a site: the built-in ones, replaced file by file by the site's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from .files import MAX_STATIC_BYTES, read_bytes, walk
from .memo import digest_of
from .problems import Place, Problem
from .routes import hashed_name

_HERE = Path(__file__).parent
# In a wheel the templates lie inside the package, in a checkout beside it.
BUILT_IN = _HERE / "templates" if (_HERE / "templates").is_dir() else _HERE.parent / "templates"


@dataclass(frozen=True, slots=True)
class Source:
    """A template's text; `path` is where an editor finds it, `own` marks one that the site brought."""

    path: str
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Templates:
    """Everything that shapes the output besides the content, by name."""

    sources: Mapping[str, Source]
    assets: Mapping[str, bytes] = field(repr=False)

    @property
    def digest(self) -> bytes:
        """Stands for all of them."""
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
    folders = [BUILT_IN] if not own.is_dir() or own.resolve() == BUILT_IN.resolve() else [BUILT_IN, own]
    for folder in folders:
        for found in walk(folder, "templates"):
            name = found.path.relative_to(folder).as_posix()
            content, unread = read_bytes(folder.parent, found.path, MAX_STATIC_BYTES)
            if wrong := [found.problem] if found.problem else unread:
                problems += wrong
            elif name.startswith("assets/"):
                assets[name.removeprefix("assets/")] = content
            else:
                try:
                    sources[name] = Source(f"templates/{name}", content.decode("utf-8"), folder is own)
                except UnicodeDecodeError:
                    problems.append(Problem(f"templates/{name}", Place(), "encoding", "is not UTF-8, save it as UTF-8"))
    problems += [problem for source in sources.values() if source.own and (problem := _syntax_problem(source))]
    return Templates(sources, assets), problems


def _syntax_problem(source: Source) -> Problem | None:
    try:
        Environment(autoescape=True).parse(source.text)
    except TemplateSyntaxError as error:
        return Problem(source.path, Place(error.lineno), "template", f"cannot be read: {error.message}")
    return None
