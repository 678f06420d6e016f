"""`vacancy-digest check`"""

import sys
from pathlib import Path

import click

from ..build import collisions_of
from ..content import Content
from ..folder import load
from ..past import NoSuchRevision, rewritten
from ..problems import Problem
from ..reports import FORMATS
from ..templates import read_templates
from .options import root_option, the_clock


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@root_option
@click.option("--base", metavar="REV", help="Compare with this git revision: history must not be rewritten.")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", help="How to print (default: text)."
)
def command(paths: tuple[Path, ...], root: Path, base: str | None, form: str) -> None:
    """Report every problem in every file; write nothing.

    With PATHS, everything is read all the same, and only the problems in these files and folders are reported.

    Example: vacancy-digest check content/postings/2026
    """
    root = root.resolve()
    loaded = load(root)
    templates, template_problems = read_templates(root)
    found = [*loaded.problems, *template_problems]
    if loaded.content is not None:
        found += collisions_of(loaded.content, templates, the_clock())
        found += _rewritten(root, base, loaded.content) if base else []
    wanted = [_relative(path, root) for path in paths]
    shown = sorted({problem for problem in (*found, *loaded.notes) if not paths or _stands_in(problem, wanted)})
    if text := FORMATS[form](shown):
        click.echo(text)
    errors = sum(problem.level == "error" for problem in shown)
    if form == "text":
        files = len({problem.path for problem in shown if problem.level == "error"})
        click.echo(
            f"{errors} problem{'s' * (errors != 1)} in {files} file{'s' * (files != 1)}." if errors else "No problems.",
            err=True,
        )
    sys.exit(1 if errors else 0)


def _rewritten(root: Path, base: str, content: Content) -> list[Problem]:
    try:
        return rewritten(root, base, content, the_clock())
    except NoSuchRevision as error:
        raise click.UsageError(f"--base {base}: {error}") from None


def _relative(path: Path, root: Path) -> str:
    """A path of the command line as problems name it: from the working folder, else from the root."""
    for candidate in (path.absolute(), root / path):
        if candidate.exists() and candidate.resolve().is_relative_to(root):
            return candidate.resolve().relative_to(root).as_posix()
    raise click.UsageError(f"{path} is not in {root}, name a file or folder of the site")


def _stands_in(problem: Problem, wanted: list[str]) -> bool:
    return any(problem.path == path or problem.path.startswith(f"{path}/") or path == "." for path in wanted)
