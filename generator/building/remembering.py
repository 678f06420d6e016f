"""What a build asks of the memory: a place to work with, what the last build left, and to keep what this one leaves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from ..publishing.publish import Published
from ..publishing.standing import Refused
from ..work import memo
from ..work.cachefolder import NoCache, cache_of
from ..work.memo import BuiltFile, Memo
from ..work.stamps import digest_of
from .site import Site
from .worklist import Left, Worklist, mark

_Result = TypeVar("_Result")


def with_memory(site: Site, attempt: Callable[[Memo], _Result]) -> _Result:
    """The result of a build with the memory of its site; if that cannot be used, with another. Raises Refused."""
    reason = ""
    try:
        for memory in _memories(site):
            with memory:
                try:
                    return attempt(memory)
                except memo.UNUSABLE as error:
                    reason = str(error)
                    site.listener.tell(f"{memory.file.parent} cannot be used ({reason}), so everything is built again")
                    memory.discard()
    except memo.UNUSABLE as error:
        reason = str(error)
    raise Refused(f"there is no space for temporary files ({reason}), {site.out} was not changed")


def _memories(site: Site) -> Iterator[Memo]:
    """The memory of a site, then the same created again, and last a temporary one."""
    granule = site.options.thresholds.granule
    if site.options.remember:
        try:
            folder = cache_of(site.root)
        except NoCache as reason:
            site.listener.tell(f"{reason}, so this build remembers nothing")
        else:
            yield memo.open_memo(folder, site.listener.tell, granule)
            yield memo.open_memo(folder, site.listener.tell, granule)
    yield Memo(None, granule)


def left_in(out: Path, memory: Memo) -> Left:
    """What the last build left in a folder; nothing where that was another folder, whatever its files are called."""
    memory.salted("outputs", digest_of(str(out.resolve()).encode()))
    return Left(memory.outputs(), memory.parts())


def remember(work: Worklist, published: Published, memory: Memo) -> None:
    """Keeps what this build leaves for the next one."""
    stamps = {**work.standing.stamps, **published.stamps}
    outputs = (
        BuiltFile(one.path, one.key, mark(one.path, stamps, published.digests), one.part) for one in work.planned
    )
    memory.remember_outputs(output for output in outputs if work.left.outputs.get(output.path) != output)
    memory.forget_outputs(work.left.outputs.keys() - published.digests.keys())
    memory.remember_parts(work.parts)
