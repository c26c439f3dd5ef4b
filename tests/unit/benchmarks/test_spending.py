from types import SimpleNamespace
from typing import Any

import pytest
from benchmarks.measures.processes import Memory
from benchmarks.measures.spending import spent
from benchmarks.measures.watching import most


def running(**cpu: float) -> Any:  # noqa: ANN401 - it only looks like a contestant
    """A contestant whose first process is 1."""
    seconds = {int(name.removeprefix("pid")): time for name, time in cpu.items()}
    return SimpleNamespace(pid=1, cpu=lambda: seconds)


def test_what_an_announcement_costs_is_what_came_since() -> None:
    """Of the first process, and of all; one that has started since counts as a whole."""
    cost = spent(running(pid1=3.0, pid2=1.5, pid3=0.25), {1: 2.0, 2: 1.0}, 1000)
    assert cost.first == pytest.approx(1000.0)
    assert cost.all == pytest.approx(1750.0)


def test_a_process_that_has_ended_is_not_counted_backwards() -> None:
    """What it has cost is unknown then."""
    assert spent(running(pid1=3.0), {1: 2.0, 2: 5.0}, 1000).all == pytest.approx(1000.0)


def test_the_most_memory_is_found_for_each_kind() -> None:
    """They need not have been the most at the same moment."""
    assert most(Memory(rss=3.0, pss=1.0), Memory(rss=2.0, pss=2.0)) == Memory(rss=3.0, pss=2.0)
