"""The whole program in order: read, decide, render, publish."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .content import Content, Loaded, load
from .edition import Edition
from .plan import collisions, frame_of, plan
from .problems import ContentError, Problem
from .progress import Track, silent
from .publish import Published, publish
from .render import Artifact, Frame, Renderer
from .templates import Templates, read_templates

_CHUNK = 100  # artifacts a task; a smaller one costs more to hand over than to render


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of a build. `base_url` replaces that of the settings."""

    base_url: str | None = None
    jobs: int = 1
    keep_going: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `problems` is empty unless the build kept going without bad postings."""

    edition: Edition
    published: Published
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @property
    def states(self) -> Counter[str]:
        return Counter(role.state.value for role in self.edition.roles)


def build(root: Path, out: Path, now: datetime, options: Options, track: Track = silent) -> Report:
    """Builds the site. Raises ContentError with every problem, or publish.Refused; then nothing was written."""
    loaded = load(root, track)
    templates, template_problems = read_templates(root)
    content = _publishable(loaded, template_problems, options)
    edition = Edition(content, now)
    artifacts = plan(edition, templates, track)
    if clashes := collisions(artifacts):
        raise ContentError([*loaded.problems, *clashes])
    rendered = render_all(artifacts, frame_of(edition), templates, options.jobs, track)
    published = publish(rendered, out, (root / "content", root / "templates"), track)
    return Report(edition, published, loaded.problems, loaded.notes)


def _publishable(loaded: Loaded, template_problems: list[Problem], options: Options) -> Content:
    """The content, unless a problem forbids it; with `keep_going` bad postings are left out of it."""
    problems = [*loaded.problems, *template_problems]
    spared = options.keep_going and all(problem.path.startswith("content/postings/") for problem in problems)
    if loaded.content is None or (problems and not spared):
        raise ContentError(problems)
    if options.base_url is None:
        return loaded.content
    return loaded.content.at(options.base_url)


def collisions_of(content: Content, templates: Templates, now: datetime) -> list[Problem]:
    """What in `content/static/` would take the place of a page."""
    return collisions(plan(Edition(content, now), templates)) if content.static else []


def render_all(
    artifacts: list[Artifact], frame: Frame, templates: Templates, jobs: int, track: Track
) -> dict[str, bytes]:
    """The bytes of every artifact by path; the same for any number of jobs."""
    if jobs == 1:
        renderer = Renderer(frame, templates)
        return {artifact.path: renderer.render(artifact) for artifact in track(artifacts, len(artifacts), "Rendering")}
    chunks = [artifacts[start : start + _CHUNK] for start in range(0, len(artifacts), _CHUNK)]
    # Processes and not threads: feedgen changes the locale of its process for each date.
    with ProcessPoolExecutor(jobs, initializer=_start_worker, initargs=(frame, templates)) as executor:
        rendered = track(executor.map(_render_chunk, chunks), len(chunks), "Rendering")
        return {path: content for chunk in rendered for path, content in chunk}


_renderer: Renderer | None = None  # a worker process has one, made when it starts


def _start_worker(frame: Frame, templates: Templates) -> None:
    global _renderer
    _renderer = Renderer(frame, templates)


def _render_chunk(artifacts: list[Artifact]) -> list[tuple[str, bytes]]:
    assert _renderer is not None, "a worker starts with _start_worker"
    return [(artifact.path, _renderer.render(artifact)) for artifact in artifacts]
