"""Has a crew add numbers up in processes that are started in a given way."""

import multiprocessing
import sys

from generator.work.crew import CHUNK, Crew


def added(start: int, chunk: list[int]) -> int:
    return start + len(chunk)


if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with Crew(2) as crew:
        print(sum(crew.run(added, 5 - CHUNK, range(9 * CHUNK), 9 * CHUNK)))
