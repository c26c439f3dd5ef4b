"""`python -m simulation`: many seeds, or one of them with everything that happens in it."""

import argparse
import os
import sys

from simulation.faults import AVOIDED, FEATURES
from simulation.long_outage import DEVICES, HOURS, endure
from simulation.many import run_many
from simulation.run import run_seed

DEFAULT_SEEDS = 1000


def main() -> int:
    """Returns the exit code: whether an invariant is broken."""
    options = _options()
    without = frozenset(options.without) | (frozenset() if options.all_faults else AVOIDED)
    if options.outage:
        sys.stdout.write(f"{endure(DEVICES, HOURS).report()}\n")
        return 0
    if options.seed is not None:
        outcome = run_seed(options.seed, without, _print if options.trace else None)
        sys.stdout.write(f"seed {options.seed}: {outcome.text or 'every invariant holds'}\n")
        return int(outcome.broken is not None)
    seeds = range(options.first, options.first + options.seeds)
    return run_many(seeds, options.jobs, without, all_faults=options.all_faults)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=DEFAULT_SEEDS, help="how many to run")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--seed", type=int, help="run this one alone")
    parser.add_argument("--trace", action="store_true", help="print what happens in it")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=sorted(FEATURES),
        metavar="KIND",
        help="leave a kind of trouble out: " + ", ".join(sorted(FEATURES)),
    )
    parser.add_argument(
        "--all-faults",
        action="store_true",
        help="also what is left out by default because of a defect that is known: "
        + (", ".join(sorted(AVOIDED)) or "nothing"),
    )
    parser.add_argument(
        "--outage", action="store_true", help=f"{DEVICES} devices wait for {HOURS} hours"
    )
    return parser.parse_args()


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
