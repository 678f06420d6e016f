"""`python -m benchmarks`: builds the same notices with each generator, in turns, and prints what each needs."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .measure import Failed
from .report import report
from .rounds import Run, runs, tell
from .tools import CACHE, ROOT, tools

MOST_FOR_PEERS = 10_000  # postings; larger sites are built only with this project, unless --only says otherwise


def main(arguments: Sequence[str] | None = None) -> int:
    """Takes the measurements and prints them."""
    options = _options(arguments)
    chosen = [tool for tool in tools() if tool.name in options.only]
    for tool in chosen:
        if not tool.found:
            tell(f"{tool.label} is left out: {tool.missing}.")
    present = [tool for tool in chosen if tool.found]
    done: list[Run] = []
    try:
        for count in options.postings:
            all_of_them = options.chose or count <= MOST_FOR_PEERS
            there = [tool for tool in present if all_of_them or tool.name == "ours"]
            done += runs(there, count, options.rounds, options.folder.resolve())
    except Failed as failed:
        tell(str(failed))
        return 1
    print("\n".join(report(present, done, options.postings, options.rounds)))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [tool.name for tool in tools()]
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--postings", type=int, nargs="+", default=[1_000], metavar="N", help="sizes (default: 1000)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="builds of each kind (default: 3)")
    parser.add_argument("--only", metavar="NAMES", help=f"some of {','.join(names)}, with commas between them")
    parser.add_argument("--folder", type=Path, default=CACHE, metavar="DIR", help="where notices and sites are put")
    options = parser.parse_args(arguments)
    options.chose = options.only is not None
    options.only = options.only.split(",") if options.chose else names
    if strange := [name for name in options.only if name not in names]:
        parser.error(f"{strange[0]} is none of {', '.join(names)}")
    if min(*options.postings, options.rounds, 1) < 1 or min(options.postings) < 100:
        parser.error("--rounds takes 1 or more, --postings 100 or more")
    return options


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
