"""Has workers add numbers in processes that are started in a given way."""

import multiprocessing
import sys

from generator.work.thresholds import USUAL
from generator.work.workers import Workers


def added(start: int, chunk: list[int]) -> int:
    return start + len(chunk)


if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with Workers(2) as workers:
        print(sum(workers.run(added, 5 - USUAL.chunk, range(9 * USUAL.chunk), 9 * USUAL.chunk)))
