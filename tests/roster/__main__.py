"""`python -m roster [first seed] [seeds]`: prints each seed that fails, and how many there were."""

import sys
import time

from roster.run import run_seed


def failure_of(seed: int) -> str | None:
    """What went wrong in a seed, or None."""
    try:
        run_seed(seed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this seed found
        return f"seed {seed}: {type(error).__name__}: {error}\n"
    return None


def main() -> int:
    """Runs seeds one after the other."""
    first, count = (int(one) for one in (*sys.argv[1:], "0", "1000")[:2])
    began = time.monotonic()
    failures = [text for seed in range(first, first + count) if (text := failure_of(seed))]
    sys.stdout.writelines(failures)
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{count} seeds, {len(failures)} failed, {seconds:.0f} s, {count / seconds:.0f} seeds/s\n"
    )
    return min(len(failures), 1)


if __name__ == "__main__":
    sys.exit(main())
