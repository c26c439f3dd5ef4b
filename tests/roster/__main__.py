"""`python -m roster [first seed] [seeds]`: prints each seed that fails, and how many there were."""

import sys
import time

from roster.run import run_seed


def main() -> int:
    """Runs seeds one after the other."""
    first, count = (int(one) for one in (*sys.argv[1:], "0", "1000")[:2])
    began, failed, calls = time.monotonic(), 0, 0
    for seed in range(first, first + count):
        try:
            calls += len(run_seed(seed).cloud.calls)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this seed found
            failed += 1
            sys.stdout.write(f"seed {seed}: {type(error).__name__}: {error}\n")
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{count} seeds, {failed} failed, {calls:,} calls, {seconds:.0f} s,"
        f" {count / seconds:.0f} seeds/s\n"
    )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
