"""Many seeds in several processes, and what came of them."""

import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

from simulation.faults import AVOIDED
from simulation.run import Outcome, run_seed

_PROGRESS_SECONDS = 5.0
_SEEDS_AT_ONCE = 10
_SHOWN = 10
_SHOWN_CHARACTERS = 1500


def run_many(
    seeds: Sequence[int], jobs: int, without: frozenset[str], *, all_faults: bool = False
) -> int:
    """Runs seeds, prints progress, failures and a summary; returns the exit code."""
    started = printed = time.monotonic()
    outcomes: list[Outcome] = []
    failures = 0
    # Spawned, so that nothing of this process is in them and every seed sees the same.
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        run = partial(run_seed, without=without)
        for outcome in pool.imap_unordered(run, seeds, chunksize=_SEEDS_AT_ONCE):
            outcomes.append(outcome)
            if outcome.broken is not None:
                failures += 1
                if failures <= _SHOWN:
                    _print(_failure(outcome, without, all_faults=all_faults))
            if time.monotonic() - printed > _PROGRESS_SECONDS:
                printed = time.monotonic()
                _print(f"{len(outcomes)} of {len(seeds)} seeds, {failures} failed")
    _print(_summary(outcomes, time.monotonic() - started))
    return int(failures > 0)


def _failure(outcome: Outcome, without: frozenset[str], *, all_faults: bool) -> str:
    options = "--all-faults" if all_faults else ""
    if not all_faults:
        without = without - AVOIDED
    options += "".join(f' --without "{kind}"' for kind in sorted(without))
    return (
        f"FAILED seed {outcome.seed}: {outcome.text[-_SHOWN_CHARACTERS:]}\n"
        f"  chosen: {', '.join(outcome.features)}\n"
        f"  replay: PYTHONPATH=tests python -m simulation --seed {outcome.seed} --trace {options}"
    )


def _summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    chosen: Counter[str] = Counter()
    struck: Counter[str] = Counter()
    seeds_struck: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for outcome in outcomes:
        chosen.update(outcome.features or ("nothing goes wrong",))
        struck.update(outcome.struck)
        seeds_struck.update(outcome.struck.keys())
        broken[outcome.broken or ""] += outcome.broken is not None
    hours = sum(outcome.time for outcome in outcomes) / 3600
    calls = sum(outcome.calls for outcome in outcomes)
    lines = ["", f"{'chosen by seeds':40} seeds"]
    lines += [f"  {kind:38} {count:5}" for kind, count in sorted(chosen.items())]
    lines += ["", f"{'what struck':40} seeds     times"]
    lines += [
        f"  {kind:38} {seeds_struck[kind]:5} {count:9}" for kind, count in sorted(struck.items())
    ]
    lines += ["", *(f"BROKEN {name}: {count} seeds" for name, count in broken.items() if count)]
    lines.append(
        f"{len(outcomes)} seeds, {sum(broken.values())} failed; {hours:,.0f} hours of made-up time,"
        f" {calls:,} calls; {seconds:.0f} s, {len(outcomes) / seconds:.0f} seeds/s"
    )
    return "\n".join(lines)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
