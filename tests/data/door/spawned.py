"""Has workers add numbers in processes that are started in a given way."""

import multiprocessing
import sys

from generator.work.workers import CHUNK, Workers


def added(start: int, chunk: list[int]) -> int:
    return start + len(chunk)


if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with Workers(2) as workers:
        print(sum(workers.run(added, 5 - CHUNK, range(9 * CHUNK), 9 * CHUNK)))
