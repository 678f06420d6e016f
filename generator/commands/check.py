"""The command `vacancy-digest check`."""

import os
import sys
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

import click

from ..building.build import collisions_of
from ..building.trial import faults_of
from ..checking.inspection import inspected
from ..checking.past import rewritten, rewritten_since_commit
from ..checking.repairs import repair
from ..checking.reports import FORMATS, with_lines
from ..gathering.lock import lock_problems
from ..model.content import Content
from ..model.problems import Problem
from ..model.telling import say, visible
from ..reading.files import read_text
from ..reading.folder import load
from ..reading.repository import NoSuchRevision
from ..reading.templates import read_templates
from .options import root_option, the_clock, within_limits


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@root_option
@click.option("--base", metavar="REV", help="Compare with this git revision (default: HEAD, if the site uses git).")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", help="How to print (default: text)."
)
@click.option("--fix", is_flag=True, help="Fix what is certain: spellings, codes, numbers of lists, lost history.")
@click.option("--links", is_flag=True, help="Check that the addresses for applications answer.")
@click.option("--show-lines/--no-lines", default=None, help="Show each line (default: on a terminal).")
def command(
    paths: tuple[Path, ...], root: Path, base: str | None, form: str, fix: bool, links: bool, show_lines: bool | None
) -> None:
    """Report every problem in every file, and what may mislead a reader. Nothing is written without --fix.

    Warnings and notes do not change the exit code, only errors do. With PATHS, everything is still read, but only
    problems in these files and folders are reported.

    Example: vacancy-digest check content/postings/2026 --fix
    """
    root = root.resolve()
    wanted = [_relative(path, root) for path in paths]
    look = partial(_found, root, base, wanted, links=links)
    within_limits(root, partial(_done, root, look, form, fix=fix, show_lines=show_lines))


def _done(root: Path, look: Callable[[], list[Problem]], form: str, *, fix: bool, show_lines: bool | None) -> None:
    found = look()
    if fix:
        for path in repair(root, found, the_clock()):
            say(f"Fixed {path}.", err=True)
        found = look()
    lines = show_lines if show_lines is not None else sys.stdout.isatty()
    shown = with_lines(found, _line_reader(root)) if form == "text" and lines else FORMATS[form](found)
    if shown:
        say(shown, obeyed=form == "github")
    errors = [problem for problem in found if problem.level == "error"]
    if form == "text":
        say(_told(found), err=True)
    sys.exit(1 if errors else 0)


def _found(root: Path, base: str | None, wanted: list[str], *, links: bool) -> list[Problem]:
    """Everything there is to report, sorted."""
    loaded = load(root)
    templates, template_problems = read_templates(root)
    found = [*loaded.problems, *loaded.notes, *template_problems, *lock_problems(root)]
    now = the_clock()
    if loaded.content is not None:
        found += collisions_of(loaded.content, templates, now)
        found += faults_of(root, loaded.content, templates, now) if not template_problems else []
        unread = {problem.path for problem in loaded.problems}
        found += _rewritten(root, base, loaded.content, unread)
        if links:
            from ..checking.links import unanswered  # importing httpcore takes a while

            found += unanswered(root, loaded.content, now)
    found += inspected(root, loaded.content, now)
    return sorted({problem for problem in found if not wanted or _stands_in(problem, wanted)})


def _told(found: Iterable[Problem]) -> str:
    errors = [problem for problem in found if problem.level == "error"]
    warnings = sum(problem.level == "warning" for problem in found)
    files = len({problem.path for problem in errors})
    told = f"{_many(len(errors), 'problem')} in {_many(files, 'file')}" if errors else "No problems"
    return f"{told}, {_many(warnings, 'warning')}." if warnings else f"{told}."


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def _rewritten(root: Path, base: str | None, content: Content, unread: set[str]) -> list[Problem]:
    if base is None:
        return rewritten_since_commit(root, content, the_clock(), unread)
    try:
        return rewritten(root, base, content, the_clock(), unread)
    except NoSuchRevision as error:
        raise click.UsageError(f"--base {base}: {error}") from None


def _line_reader(root: Path) -> Callable[[str, int], str | None]:
    @cache
    def lines(path: str) -> list[str]:
        return read_text(root, root / path)[0].split("\n")

    def line_at(path: str, number: int) -> str | None:
        return lines(path)[number - 1] if number <= len(lines(path)) else None

    return line_at


def _relative(path: Path, root: Path) -> str:
    """A path of the command line as problems name it: from the working folder, otherwise from the root.

    A link is named as itself, wherever it leads: the problem is that it is a link.
    """
    for candidate in (path.absolute(), root / path):
        there = candidate.parent.resolve() / candidate.name if candidate.name != ".." else candidate.resolve()
        if os.path.lexists(there) and there.is_relative_to(root):
            return visible(there.relative_to(root).as_posix())
    raise click.UsageError(f"{visible(str(path))} is not in {root}, name a file or folder of the site")


def _stands_in(problem: Problem, wanted: list[str]) -> bool:
    # If nothing was compared, that concerns every file.
    return problem.rule == "git" or any(
        problem.path == path or problem.path.startswith(f"{path}/") or path == "." for path in wanted
    )
