"""A modest number of seeds; `make simulate SEEDS=10000` runs as many as one likes."""

import pytest

from simulation.choose import choose
from simulation.faults import AVOIDED, FEATURES
from simulation.invariants import ALL
from simulation.long_outage import MAX_PROBES, MAX_SECONDS_AFTER, endure
from simulation.run import Run, run_seed
from support.thorough import repeats

SEEDS = repeats(64, 160)
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_invariants_hold_whatever_happens(part: int) -> None:
    """No seed breaks an invariant."""
    for seed in range(part, SEEDS, PARTS):
        outcome = run_seed(seed, AVOIDED)
        assert outcome.broken is None, f"seed {seed}: {outcome.text}"


def test_seed_replays_exactly() -> None:
    """A seed gives the same trace every time, though files and temporary names differ."""
    for seed in range(SEEDS, SEEDS + 4):
        traces: list[list[str]] = [[], []]
        for trace in traces:
            run_seed(seed, AVOIDED, trace.append)
        assert traces[0] == traces[1]
        assert traces[0]


def test_calm_burst_costs_no_call_too_many() -> None:
    """Devices that come together cost one call for each full batch and one for the rest."""
    bursts = [plan for plan in map(choose, range(300)) if plan.burst]
    assert len(bursts) > 5
    for plan in bursts[:8]:
        run = Run(plan)
        run.go()
        size = run.record.process.policy.max_batch
        assert run.record.calls == -(-len(plan.things) // size)


def test_long_outage_costs_few_calls() -> None:
    """5,000 devices outlast three hours without the cloud, and need only minutes afterwards."""
    went = endure()
    assert went.calls_during <= MAX_PROBES
    assert went.calls_after == 50
    assert went.last_associated <= MAX_SECONDS_AFTER


def test_every_kind_of_trouble_is_chosen() -> None:
    """Each kind of trouble is in some of the first thousand seeds."""
    chosen = {name for seed in range(1000) for name in choose(seed).features}
    assert chosen >= FEATURES.keys()


def test_invariants_say_what_they_are() -> None:
    """Each invariant carries a sentence of the contract."""
    assert len({check.__doc__ for check in ALL}) == len(ALL)
