"""The command `vacancy-digest`: finds the subcommand and turns errors into exit codes."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from io import StringIO

import click

from .model.telling import say

_COMMANDS = {
    "init": "Write a new site, with invented roles.",
    "new": "Write a new posting.",
    "import": "Draft postings from vacancies found elsewhere.",
    "refresh": "Ask the sources, and propose what changed there.",
    "extend": "Move a posting's deadline, and record it.",
    "withdraw": "Record that a role was withdrawn.",
    "fill": "Record that a role was filled.",
    "check": "Report every problem in every file.",
    "diff": "Show what an edit would publish.",
    "serve": "Serve the site while you work on it.",
    "build": "Build the site.",
    "list": "List roles by state.",
    "events": "List what happened, newest first.",
    "next": "List when the passing of time will change the site.",
    "editors": "Write the settings of editors' tools again.",
}
CONTENT_WRONG, USAGE_WRONG, WOULD_LOSE, BUSY = 1, 2, 3, 75  # the last is EX_TEMPFAIL of sysexits.h


class _Lazy(click.Group):
    """Imports a command when it is called, so that asking for help is quick."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(f".commands.{name}", __package__).command
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from .model.problems import nearest

        if args and args[0] not in _COMMANDS and not args[0].startswith("-") and (match := nearest(args[0], _COMMANDS)):
            context.fail(f"No such command {args[0]!r}. Did you mean {match}?")
        return super().resolve_command(context, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vacancy-digest", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn a folder of Markdown postings into a vacancy digest: a web site with feeds and calendars.

    Exit codes: 0 done; 1 problems in the content, all of them printed and nothing written; 2 wrong usage, or no site
    here; 3 refused because something would be lost; 75 another build is running.
    """


def main() -> None:
    """Runs the command line. An editor's mistake prints lines and never a traceback; a bug shows one."""
    if sys.getfilesystemencoding() != "utf-8":
        # File names would be read differently, and pages would not have the same addresses as elsewhere.
        from .work.programs import restarted

        restarted("-X", "utf8")
    # We use no plug-ins of pydantic, and looking for them takes a tenth of the start-up time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    sys.exit(exit_code_of(lambda: cli(prog_name="vacancy-digest", standalone_mode=False)))


def exit_code_of(work: Callable[[], object]) -> int:
    """Runs a command, prints the mistake that stopped it, and returns the exit code. A bug passes through."""
    try:
        work()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 0
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        say(shown.getvalue().removesuffix("\n"), err=True)
        return error.exit_code
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        say(str(error), err=True)
        return code
    return 0


def _exit_code(error: Exception) -> int | None:
    from .editing.desk import Unfit
    from .gathering.committing import NotCommitted
    from .model.problems import ContentError
    from .publishing.doors import Busy
    from .publishing.standing import Refused
    from .reading.files import ChangedMeanwhile, Unwritable
    from .reading.folder import NoSite
    from .work.limits import Exceeded

    match error:
        case ContentError() | Unfit() | Exceeded():
            return CONTENT_WRONG
        case NoSite():
            return USAGE_WRONG
        case NotCommitted() | Refused() | ChangedMeanwhile() | Unwritable():
            return WOULD_LOSE
        case Busy():
            return BUSY
    return None
