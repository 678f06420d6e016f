"""Has a crew add numbers up in processes that are started in a given way."""

import multiprocessing
import sys

from generator.work.crew import Crew
from generator.work.thresholds import USUAL


def added(start: int, chunk: list[int]) -> int:
    return start + len(chunk)


if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with Crew(2) as crew:
        print(sum(crew.run(added, 5 - USUAL.chunk, range(9 * USUAL.chunk), 9 * USUAL.chunk)))
