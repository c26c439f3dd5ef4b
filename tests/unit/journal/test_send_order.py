"""Ranks of results: lanes take turns, and none loses its order."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.bus import Bus
from client_device_associator.journal.send_order import SendOrder

LANES = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(st.one_of(LANES, st.none()), max_size=200)
"""A result of a lane is added; or, with None, the first one is sent."""


def test_a_moment_is_before_all_clocks() -> None:
    """It is due at once, and each has its own."""
    order = SendOrder()
    moments = [order.place(Bus.LOCAL, "a") for _ in range(3)]
    assert sorted(set(moments)) == moments
    assert moments[-1] < 0


def test_buses_have_ranks_of_their_own() -> None:
    """They are sent side by side."""
    order = SendOrder()
    first = order.place(Bus.LOCAL, "a")
    order.place(Bus.LOCAL, "a")
    assert order.place(Bus.IOT_CORE, "a") == first


def test_a_refused_result_moves_nobody() -> None:
    """Its moment is one of the clock."""
    order = SendOrder()
    first = order.place(Bus.LOCAL, "a")
    order.reach(Bus.LOCAL, 12.5)
    assert order.place(Bus.LOCAL, "b") == first


@given(STEPS)
def test_each_lane_keeps_its_order_and_its_turns(steps: list[str | None]) -> None:
    """Whatever comes and goes: the first of a lane waits for two results of each other at most."""
    order = SendOrder()
    waiting: list[tuple[float, int, str]] = []
    passed: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    sent: defaultdict[str, list[int]] = defaultdict(list)
    for number, lane in enumerate(steps):
        if lane is not None:
            waiting.append((order.place(Bus.LOCAL, lane), number, lane))
            continue
        if not waiting:
            continue
        waiting.sort()
        moment, first, gone = waiting.pop(0)
        order.reach(Bus.LOCAL, moment)
        sent[gone].append(first)
        heads = {own: id_ for _, id_, own in sorted(waiting, reverse=True)}
        for own, id_ in heads.items():
            if own != gone:
                passed[id_][gone] += 1
    assert all(ids == sorted(ids) for ids in sent.values())
    assert all(count <= 2 for lanes in passed.values() for count in lanes.values())
