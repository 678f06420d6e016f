"""The command `vacancy-digest import`."""

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import click

from ..editing.desk import Desk
from ..gathering.observing import states_of
from ..gathering.proposing import with_provenance
from ..importing.drafting import Draft, Unreadable
from ..importing.importing import write_drafts
from ..importing.interchange import drafts_in
from ..importing.notices import Bench
from ..model.problems import shown
from ..model.telling import say, visible
from ..reading.files import read_source
from ..web.fetching import NotFetched, fetch
from .options import now_option, root_option

_MAX_BYTES = 5 * 1024 * 1024


def _names(_context: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [pair.partition("=") for pair in value]
    if wrong := [ours for ours, equals, theirs in pairs if not (ours and equals and theirs)]:
        raise click.BadParameter(f"{wrong[0]!r} is not of the form OURS=THEIRS, such as closes=Deadline")
    return {ours: theirs for ours, _, theirs in pairs}


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option(
    "--map",
    "names",
    multiple=True,
    callback=_names,
    metavar="OURS=THEIRS",
    help="What a column or key of the source states, such as closes=Deadline. You can repeat this option.",
)
@click.option("--allow-private", is_flag=True, help="Fetch from private networks too.")
@root_option
@now_option
def command(sources: tuple[str, ...], names: Mapping[str, str], allow_private: bool, root: Path, now: datetime) -> None:
    """Draft postings from vacancies found elsewhere.

    SOURCE is a file, a folder, an address, or - for standard input. It can be the text or the saved page of a vacancy,
    JobPosting data, ReliefWeb's API, a feed, a table (CSV), or Markdown with other front matter. A draft states what
    its source states, and says where it states it. It is not published until you finish it. A vacancy that the site
    already has is not drafted again.

    Example: vacancy-digest import notice.txt https://jobs.example.org/feed.xml
    """
    site = Desk.of(root.resolve())
    bench = Bench(site.organisations, site.loaded.content.vocabulary, now) if site.loaded.content else None
    assert bench
    failed = False
    for source, named in _each(sources):
        drafts: list[Draft] = []
        try:
            text = _text(source, named=named, private=allow_private)
            for found in drafts_in(text, visible(source), bench, names):
                if isinstance(found, Unreadable):
                    failed = True
                    say(visible(str(found)), err=True)
                else:
                    if named and _is_address(source):
                        with_provenance(found, states_of(found), now)
                    drafts.append(found)
        except (Unreadable, NotFetched) as reason:
            failed = True
            say(visible(str(reason)), err=True)
        failed |= not _write(site, drafts, now)
    sys.exit(1 if failed else 0)


def _write(site: Desk, drafts: list[Draft], now: datetime) -> bool:
    """Writes the drafts of a source and says what became of each; whether every draft that should be was written."""
    whole = True
    for outcome in write_drafts(site, drafts, now):
        if outcome.problems:
            whole = False
            told = "; ".join(map(str, outcome.problems))
            say(f"{outcome.draft.source}: nothing was written, {told}", err=True)
            continue
        if outcome.path is None:
            say(f"{outcome.draft.source}: already here as {outcome.twin}, {outcome.why}; nothing was written.")
            continue
        say(f"Wrote the draft {outcome.path.relative_to(site.root)}. Left for you to do:")
        for one in outcome.draft.left:
            say(f"  - {visible(one)}")
        say("  - rewrite it in your own words, then delete draft:")
    return whole


def _each(sources: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The sources, with the files and links of each folder, and whether the editor has named them."""
    for source in sources:
        if _is_folder(source):
            files = (path for path in sorted(Path(source).rglob("*")) if path.is_symlink() or path.is_file())
            yield from ((str(path), False) for path in files)
        else:
            yield source, True


def _is_folder(source: str) -> bool:
    try:
        return Path(source).is_dir()
    except (OSError, ValueError):  # not a file name at all, such as a pasted text
        return False


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _text(source: str, *, named: bool, private: bool) -> str:
    """The text of a source. Links in a folder, which may be a stranger's, are not followed: only named ones are."""
    if named and _is_address(source):
        return fetch(source, private=private)
    try:
        if source == "-":
            raw = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            raw = read_source(Path(source), _MAX_BYTES, through_link=named)
    except (OSError, ValueError) as error:
        if not named and Path(source).is_symlink():
            raise Unreadable(f"{shown(source)} is a link, name it itself to import what it leads to") from None
        why = error.strerror if isinstance(error, OSError) else "that is not a file name"
        raise Unreadable(f"{shown(source)} cannot be read ({why})") from None
    if len(raw) > _MAX_BYTES:
        raise Unreadable(f"{source} is larger than {_MAX_BYTES // 1024 // 1024} MiB")
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        byte = raw[error.start]
        raise Unreadable(f"{source} is not UTF-8 (byte 0x{byte:02X} at {error.start}), save it as UTF-8") from None
