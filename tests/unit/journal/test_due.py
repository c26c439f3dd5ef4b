from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.due import due_names, next_due_at
from client_device_associator.journal.journal import Journal
from support.journal_files import pending, store

LATER = 10.0


def stored(journal: Journal, *devices: Device) -> None:
    """These are in the journal."""
    store(journal, Decision(devices=devices))


def waits(name: str, lane: str, due_at: float) -> Device:
    """A device that came by a lane, due at a moment."""
    return replace(pending(name, due_at), lane=lane)


def due(journal: Journal, now: float, limit: int = 100) -> list[str]:
    """Who is due."""
    lanes = journal.pending_by_lane()
    return list(due_names(journal._database, DeviceState.PENDING, now, limit, lanes))  # noqa: SLF001 - the journal's own part


def nth(journal: Journal, count: int) -> float | None:
    """When so many are due."""
    lanes = journal.pending_by_lane()
    return next_due_at(journal._database, DeviceState.PENDING, count, lanes)  # noqa: SLF001 - the same


def test_within_a_lane_those_longest_due_come_first(journal: Journal) -> None:
    """And those of the same moment by name."""
    stored(journal, waits("c", "x", 1.0), waits("b", "x", 1.0), waits("a", "x", 2.0))
    assert due(journal, LATER) == ["b", "c", "a"]
    assert due(journal, 1.0) == ["b", "c"]


def test_lanes_take_turns(journal: Journal) -> None:
    """One device that came by a quiet topic does not wait for the end of a crowd."""
    crowd = [waits(f"crowd-{number}", "x", 1.0) for number in range(300)]
    stored(journal, *crowd, waits("quiet-1", "y", 2.0), waits("quiet-2", "y", 3.0))
    assert due(journal, LATER, 5) == ["crowd-0", "quiet-1", "crowd-1", "quiet-2", "crowd-10"]


def test_the_lane_that_has_waited_for_the_longest_time_begins(journal: Journal) -> None:
    """A call that has room for one takes that one."""
    stored(journal, waits("a", "x", 2.0), waits("b", "y", 1.0))
    assert due(journal, LATER, 1) == ["b"]


def test_devices_that_do_not_wait_are_not_due(journal: Journal) -> None:
    """Whatever their due time says."""
    stored(
        journal,
        replace(waits("a", "x", 1.0), state=DeviceState.ASSOCIATED),
        replace(waits("b", "x", 1.0), state=DeviceState.FAILED),
    )
    assert due(journal, LATER) == []
    assert nth(journal, 1) is None


def test_moments_are_those_of_all_lanes_together(journal: Journal) -> None:
    """The third device that is due, by whatever lane it came."""
    stored(journal, waits("a", "x", 1.0), waits("b", "y", 2.0), waits("c", "x", 3.0))
    assert [nth(journal, count) for count in (1, 2, 3, 4)] == [1.0, 2.0, 3.0, None]


def test_only_the_index_is_read(journal: Journal) -> None:
    """With 400,000 pending devices, to sort them at each turn would take a second."""
    connection = journal._database.connection  # noqa: SLF001 - the plan shows nowhere else
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    stored(journal, waits("a", "x", 1.0))
    statements.clear()
    due_names(journal._database, DeviceState.PENDING, LATER, 100, ["x"])  # noqa: SLF001 - as above
    next_due_at(journal._database, DeviceState.PENDING, 100, ["x"])  # noqa: SLF001 - as above
    connection.set_trace_callback(None)
    assert statements
    for statement in statements:
        plan = " ".join(row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))
        assert "device_due" in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("limit", [1, 3, 100])
@given(
    devices=st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=3),
        st.tuples(st.sampled_from(["", "x", "y"]), st.floats(0, 5)),
        max_size=12,
    ),
    now=st.floats(0, 5),
)
def test_nobody_is_left_out_while_there_is_room(
    devices: dict[str, tuple[str, float]], now: float, limit: int
) -> None:
    """Those due are named once each, and no lane has two more in a call than one that has more."""
    with closing(Journal(Path(":memory:"))) as journal:
        stored(journal, *(waits(name, lane, at) for name, (lane, at) in devices.items()))
        named = due(journal, now, limit)
        ready = [name for name, (_, at) in devices.items() if at <= now]
        assert len(named) == min(limit, len(ready))
        assert set(named) <= set(ready)
        lanes = [devices[name][0] for name in named]
        left = {devices[name][0] for name in ready if name not in named}
        for lane in left:
            assert all(lanes.count(other) <= lanes.count(lane) + 1 for other in lanes)
