"""`make mutants`: tries some of the changes that mutmut makes, and reports those that no quick test noticed."""

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

_MUTMUT = Path(sys.executable).with_name("mutmut")
_ENOUGH = 0.85  # of the mutants that were tried
_UNNOTICED = {0: "survived", 33: "no quick test comes by"}


def main() -> int:
    """Exits with 1 if too many went unnoticed."""
    parser = argparse.ArgumentParser("make mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=500, metavar="N", help="how many are tried (default: 500)")
    parser.add_argument("--seed", type=int, default=Random().randrange(1_000_000), help="picks the same ones again")
    options = parser.parse_args()
    # mutmut creates all mutants and finds out which tests reach them before it notices that none has this name.
    subprocess.run([_MUTMUT, "run", "none"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    names = sorted(_results())
    if not names:
        sys.exit("mutmut makes no mutants, see what .venv/bin/mutmut run says")
    chosen = Random(options.seed).sample(names, min(options.sample, len(names)))
    subprocess.run([_MUTMUT, "run", *chosen], stdout=subprocess.DEVNULL, check=False)
    return _tell({name: _results()[name] for name in chosen}, len(names), options.seed)


def _results() -> dict[str, int | None]:
    """The test result of each mutant; None if it was not tried."""
    found: dict[str, int | None] = {}
    for file in Path("mutants").rglob("*.meta"):
        found |= json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    return found


def _tell(results: dict[str, int | None], total: int, seed: int) -> int:
    tried = {name: code for name, code in results.items() if code is not None}
    unnoticed = {name: _UNNOTICED[code] for name, code in sorted(tried.items()) if code in _UNNOTICED}
    rooms, missed = (Counter(name.split(".")[1] for name in names) for names in (tried, unnoticed))
    for name, how in unnoticed.items():
        print(f"{name}: {how}")
    print(f"\n{'room':<14}{'tried':>7}{'noticed':>9}")
    for room, count in sorted(rooms.items()):
        print(f"{room:<14}{count:>7}{count - missed[room]:>9}")
    share = 1 - len(unnoticed) / max(len(tried), 1)
    print(f"{'all':<14}{len(tried):>7}{len(tried) - len(unnoticed):>9}  {share:.1%}")
    print(f"Of {total} mutants {len(results)} were picked by seed {seed}; {len(results) - len(tried)} were not tried.")
    return int(share < _ENOUGH or len(tried) < len(results))


if __name__ == "__main__":
    sys.exit(main())
