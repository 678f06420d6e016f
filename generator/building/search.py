"""Full-text search over the open roles: an index made by Pagefind, if that is installed.

Of what Pagefind makes, pages need the engine and the index. The text of each page, which it keeps as well, they do not:
`roles.json` says which role a result is.
"""

import gzip
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from msgspec import json

from ..edition.edition import Role
from ..model.content import PostingFile
from ..model.vocabulary import letters
from ..work.programs import Failed, NotStarted, run

_ENGINE = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "wasm.en.pagefind", "wasm.unknown.pagefind")
_INDEX = ("*.pf_meta", "index/*.pf_index")
_SIGNATURE = b"pagefind_dcd"
_UNWRITTEN = frozenset({"Mn", "Mc", "Me", "Cf"})
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+|`")
Whole = Callable[[Role], PostingFile]


class Index(NamedTuple):
    """The index of some texts: a key that stands for them, and its files by name, none where those of before stay."""

    key: bytes
    files: tuple[tuple[str, bytes], ...]


class SearchFailed(Exception):
    """Pagefind is installed, but made no index that we can read."""


def version() -> str | None:
    """The version of Pagefind, if it is installed with its program."""
    if find_spec("pagefind") and find_spec("pagefind_bin"):
        return metadata.version("pagefind")
    return None


def index_of(roles: Sequence[Role], whole: Whole) -> Iterator[tuple[str, bytes]]:
    """The files of the index, by name. The same roles give the same bytes. Raises SearchFailed."""
    with TemporaryDirectory(prefix="vacancy-digest-search-") as scratch:
        pages, out = Path(scratch, "pages"), Path(scratch, "out")
        for role in roles:
            folder = pages / role.slug
            folder.mkdir(parents=True)
            (folder / "index.html").write_text(_page(role, whole(role)), "utf-8")
        _run("--site", str(pages), "--output-path", str(out), "--force-language", "en", "--silent")
        slugs = dict(sorted(_slug(file) for file in out.glob("fragment/*.pf_fragment")))
        if len(slugs) != len(roles):
            raise SearchFailed(f"Pagefind indexed {len(slugs)} of {len(roles)} roles")
        found = [out / name for name in _ENGINE]
        found += sorted(file for pattern in _INDEX for file in out.glob(pattern))
        for file in found:
            yield file.relative_to(out).as_posix(), file.read_bytes()
        yield "roles.json", json.encode(slugs) + b"\n"


def _page(role: Role, file: PostingFile) -> str:
    """The searchable text of a role: its facts in words, its requirements and the text of the notice."""
    posting = file.posting
    words = [role.title, role.listing.place, posting.organisation, posting.grade, posting.reference, posting.summary]
    words += [one.text for one in posting.requirements]
    listed = "".join(f"<p>{escape(text)}</p>" for text in words if text)
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(role.title)}</title></head>'
    page = f"{head}<body><main data-pagefind-body>{listed}{file.prose.html}</main></body></html>"
    return _BEYOND_ASCII.sub(lambda match: escape(folded(match[0])), page)


def folded(text: str) -> str:
    """Letters as people without the right keyboard write them. find.js does the same to what a reader searches for."""
    apart = unicodedata.normalize("NFKD", text.translate(letters()))
    kept = "".join(char for char in apart if unicodedata.category(char) not in _UNWRITTEN)
    return kept.lower().translate(letters())


def _run(*arguments: str) -> None:
    try:
        # The program itself: `python -m pagefind` would look for modules in the working folder.
        done = run([str(import_module("pagefind_bin").get_executable()), *arguments])
    except (ImportError, OSError, NotStarted, Failed) as error:
        raise SearchFailed(f"Pagefind does not run ({error})") from error
    if done.code:
        raise SearchFailed(f"Pagefind failed ({done.err.strip() or done.out.decode('utf-8', 'replace').strip()})")


def _slug(fragment: Path) -> tuple[str, str]:
    """The id of a page in the index, and the role whose page it is."""
    try:
        text = gzip.decompress(fragment.read_bytes())
        address = json.decode(text.removeprefix(_SIGNATURE))["url"]
        return fragment.stem, address.strip("/").split("/")[-1]
    except (OSError, ValueError, KeyError) as error:
        raise SearchFailed(f"Pagefind stores its pages in an unknown format ({error})") from error
