"""Reports the runs as Markdown: medians, ratios and growth."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import psutil

from .rounds import CASES, Run
from .tools import Tool


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of all runs of one kind."""

    tool: Tool
    postings: int
    case: str
    wall: float
    cpu: float
    pss: float
    rss: float
    files: int
    size: int


def _row(found: list[Run]) -> Row:
    first, measured = found[0], [run.measured for run in found]
    return Row(
        first.tool,
        first.postings,
        first.case,
        median(one.wall for one in measured),
        median(one.cpu for one in measured),
        median(one.pss for one in measured),
        median(one.rss for one in measured),
        first.files,
        first.size,
    )


def _rows(runs: list[Run]) -> list[Row]:
    groups: dict[tuple[str, int, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.tool.name, run.postings, run.case), []).append(run)
    order = list(dict.fromkeys(run.tool.name for run in runs))
    return sorted(map(_row, groups.values()), key=lambda row: (row.postings, order.index(row.tool.name)))


def report(present: Sequence[Tool], runs: list[Run], sizes: Sequence[int], rounds: int) -> Iterator[str]:
    """The whole report as Markdown."""
    rows = _rows(runs)
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{tool.label} {tool.found}" for tool in present)
    median_of = f"Medians of {rounds} rounds." if rounds > 1 else "One round."
    yield f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()}."
    yield f"Python {platform.python_version()}, {versions}. {median_of}"
    for count in sizes:
        found = [row for row in rows if row.postings == count]
        if found:
            yield from ("", f"### {count:,} postings", "", *_table(found), *_ratios(found))
    yield from _growth([row for row in rows if row.tool.name == "ours"])


def _table(rows: list[Row]) -> Iterator[str]:
    yield "| generator | build | wall s | CPU s | peak PSS MB | peak RSS MB | files | MB written |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in rows:
        pss = f"{row.pss / 1e6:,.0f}" if row.pss else "–"
        figures = (
            f"{row.wall:.2f} | {row.cpu:.2f} | {pss} | {row.rss / 1e6:,.0f} | {row.files:,} | {row.size / 1e6:,.1f}"
        )
        yield f"| {row.tool.label} | {row.case} | {figures} |"


def _ratios(rows: list[Row]) -> Iterator[str]:
    """This project compared with Hugo, each case with Hugo's own."""
    found = {(row.tool.name, row.case): row for row in rows}
    cases = [case for case in CASES if {("ours", case), ("hugo", case)} <= found.keys()]
    if cases:
        yield ""
        yield "| vacancy-digest ÷ Hugo | wall | CPU | peak PSS | peak RSS |"
        yield "| --- | ---: | ---: | ---: | ---: |"
    for case in cases:
        yield f"| {case} | {_compared(found['ours', case], found['hugo', case])} |"


def _growth(rows: list[Row]) -> Iterator[str]:
    """How this project's time and memory grow from each size to the next."""
    sizes = sorted({row.postings for row in rows})
    if len(sizes) > 1:
        yield from ("", "### Growth of vacancy-digest", "")
        yield "| postings | build | wall | CPU | peak PSS | peak RSS |"
        yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for small, large in pairwise(sizes):
        before = {row.case: row for row in rows if row.postings == small}
        for row in (row for row in rows if row.postings == large and row.case in before):
            yield f"| {small:,} → {large:,} (× {large / small:g}) | {row.case} | {_compared(row, before[row.case])} |"


def _compared(one: Row, other: Row) -> str:
    figures = ((one.wall, other.wall), (one.cpu, other.cpu), (one.pss, other.pss), (one.rss, other.rss))
    return " | ".join(f"{mine / theirs:.2f}" if theirs else "–" for mine, theirs in figures)
