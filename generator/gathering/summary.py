"""What a run proposes, in Markdown for a pull request: what, why, the source's words, and where they stand.

Every word of a stranger stands in a code span, where no link, mention or HTML comes of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..model.fields import read_address
from ..model.telling import in_markdown
from .deciding import Proposal
from .proposing import Proposed

_MOST = 200  # lines of one part; a pull request's text has 65,536 characters
_NAMES = {
    "closes": "Deadline",
    "expired": "Over",
    "title": "Title",
    "grade": "Grade",
    "duty_stations": "Place",
}


@dataclass(frozen=True, slots=True)
class DraftTold:
    """A draft that was written, or why it was not."""

    source: str
    title: str
    path: str
    url: str
    left: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What came of a run. `unread` names what could not be read, and why; `silent` the sources that are down."""

    drafts: tuple[DraftTold, ...] = ()
    proposed: tuple[Proposed, ...] = ()
    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    changed: bool = False
    asked: int = 0
    commits: tuple[str, ...] = field(default=())

    @property
    def changes(self) -> list[Proposed]:
        """The postings of which more is proposed than that they were checked."""
        return [one for one in self.proposed if any(part.key != "checked" for part in one.proposals)]

    @property
    def confirmed(self) -> int:
        """How many postings were found as they are, and are marked as checked."""
        return len(self.proposed) - len(self.changes)

    def markdown(self) -> str:
        """The whole report."""
        return "\n".join(_lines(self)).rstrip("\n")


def _lines(report: RefreshReport) -> Iterator[str]:
    if not report.changed:
        yield "Nothing has changed at the sources."
        yield ""
    if report.changes:
        yield from ("## Changes to postings", "")
        for one in report.changes[:_MOST]:
            yield from _posting(one)
        yield ""
    if report.drafts:
        yield from ("## New drafts", "")
        for draft in report.drafts[:_MOST]:
            yield from _draft(draft)
        yield ""
    if report.confirmed:
        yield from (
            f"Found as {'they are' if report.confirmed > 1 else 'it is'} and marked as checked: {report.confirmed}.",
            "",
        )
    yield from _part("Not found today, and asked again tomorrow", report.missing)
    yield from _part("Sources that did not answer", report.silent)
    yield from _part("Could not be read, and left unchanged", report.unread)
    if report.changes or report.drafts:
        yield from (
            "To decline a proposal, undo its change or delete its draft, and merge the rest: it does not come back "
            "until the source changes.",
            "",
        )


def _posting(one: Proposed) -> Iterator[str]:
    yield f"- {in_markdown(one.path)}"
    for proposal in one.proposals:
        if proposal.key != "checked":
            yield f"  - {_proposal(proposal)}"
    if one.problem:
        yield f"  - Not written, change it by hand: {in_markdown(one.problem)}"


def _proposal(one: Proposal) -> str:
    told = f"**{_NAMES[one.key]}**"
    if one.key != "expired":
        before = in_markdown(one.before) if one.before else "not stated"
        told += f": {before} becomes {in_markdown(one.after)}"
    told += f". {in_markdown(one.why) if 'http' in one.why else one.why}"
    if one.words:
        told += f" It says: {in_markdown(one.words)}"
    return f"{told}{_link(one.url)}"


def _draft(one: DraftTold) -> Iterator[str]:
    where = in_markdown(one.path) if one.path else "not written"
    yield f"- {in_markdown(one.title or 'without a title')} from {one.source}: {where}{_link(one.url)}"
    if one.problem:
        yield f"  - {in_markdown(one.problem)}"
    yield from (f"  - {in_markdown(left)}" for left in one.left[:5])


def _part(heading: str, told: Iterable[str]) -> Iterator[str]:
    lines = list(told)
    if lines:
        yield from (f"## {heading}", "")
        yield from (f"- {in_markdown(line)}" for line in lines[:_MOST])
        if len(lines) > _MOST:
            yield f"- and {len(lines) - _MOST} more"
        yield ""


def _link(url: str) -> str:
    """An address as a link, where it is one that a posting may have: no other character stands in it."""
    try:
        return f" (<{read_address(url)}>)" if url else ""
    except ValueError:
        return ""
