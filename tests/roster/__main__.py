"""`python -m roster [first seed] [seeds]`: prints each seed that fails, and how many there were."""

import sys
import time
from concurrent.futures import ProcessPoolExecutor

from roster.moving import move_seed
from roster.run import run_seed

_AT_ONCE = 20
"""Seeds that a process is given together."""


def failure_of(seed: int) -> str | None:
    """What went wrong in a seed, or None."""
    try:
        run_seed(seed)
        move_seed(seed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this seed found
        return f"seed {seed}: {type(error).__name__}: {error}\n"
    return None


def main() -> int:
    """Runs seeds, as many at a time as there are processors."""
    first, count = (int(one) for one in (*sys.argv[1:], "0", "1000")[:2])
    began = time.monotonic()
    failed = 0
    with ProcessPoolExecutor() as processes:
        for text in processes.map(failure_of, range(first, first + count), chunksize=_AT_ONCE):
            if text is not None:
                failed += 1
                sys.stdout.write(text)
                sys.stdout.flush()
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{count} seeds, {failed} failed, {seconds:.0f} s, {count / seconds:.0f} seeds/s\n"
    )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
