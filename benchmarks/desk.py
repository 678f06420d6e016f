"""`python -m benchmarks.desk`: how long an editor waits for `serve`, from the saved file to the changed page.

It waits as a page in the browser does: until the server reports a change, and then it reloads.
"""

import argparse
import re
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .notices import NOW, Notice, notice_at
from .tools import CACHE, ROOT
from .writers import ours_text, path_of, write_ours

_REST_SECONDS = 1.5  # until the files that are published after the pages are there too
_PATIENCE_SECONDS = 60.0


def main() -> int:
    """Takes the measurements and prints them."""
    parser = argparse.ArgumentParser("python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--postings", type=int, default=1_000, metavar="N", help="size of the site (default: 1000)")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="edits of each kind (default: 10)")
    options = parser.parse_args()
    folder = CACHE / "desk" / str(options.postings)
    write_ours(folder, options.postings)
    newest = (notice_at(number, options.postings) for number in range(options.postings - 1, -1, -1))
    notices = [notice for notice in newest if notice.is_open][:20]
    print("| edit | seconds until the page shows it: median | least | most |")
    print("| --- | ---: | ---: | ---: |")
    with _served(folder) as address:
        for kind in ("of the text", "of the title"):
            waited = [_waited(folder, address, notices[n % len(notices)], kind) for n in range(options.rounds)]
            shown = " | ".join(f"{seconds:.2f}" for seconds in (statistics.median(waited), min(waited), max(waited)))
            print(f"| {kind} | {shown} |")
    return 0


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Runs `serve` on a folder, for the instant of the notices."""
    command = [str(ROOT / ".venv/bin/vacancy-digest"), "serve", "--root", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        address = re.search(r"http://\S+", process.stdout.readline())
        if not address:
            sys.exit("serve does not start, run make site and then try vacancy-digest serve")
        _page(f"{address[0]}?now={NOW:%Y-%m-%dT%H:%M:%SZ}")
        yield address[0]
    finally:
        process.terminate()
        process.wait()


def _waited(folder: Path, address: str, notice: Notice, kind: str) -> float:
    """Seconds from an edit to the page that shows it; the file is restored afterwards."""
    path, mark = folder / path_of(notice), f"Edit {time.time_ns()}"
    if kind == "of the title":
        edited = replace(notice, title=f"{notice.title} {mark}")
    else:
        edited = replace(notice, body=f"{notice.body.rstrip()}\n\n{mark} of this text.\n")
    page = f"{address}postings/{path.stem}/"
    try:
        with urllib.request.urlopen(f"{address}__serve/events", timeout=_PATIENCE_SECONDS) as told:
            next(line for line in told if line.startswith(b"data:"))  # the current version
            path.write_text(ours_text(edited), "utf-8", newline="\n")
            saved = time.monotonic()
            next(line for line in told if line.startswith(b"data:"))
        shown = _page(page)
        waited = time.monotonic() - saved
        if mark not in shown:
            sys.exit(f"{page} does not show the edit")
        return waited
    finally:
        time.sleep(_REST_SECONDS)
        path.write_text(ours_text(notice), "utf-8", newline="\n")
        time.sleep(_REST_SECONDS)


def _page(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE_SECONDS) as answer:
            content: bytes = answer.read()
            return content.decode()
    except urllib.error.HTTPError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
