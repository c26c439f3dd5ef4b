import json
import math
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.rows import (
    device_row,
    dump_result,
    load_result,
    read_announcement_row,
    read_device,
)
from support.values import SCALARS, SHARED

DEVICE = Device(
    "a",
    DeviceState.PENDING,
    1.0,
    due_at=2.5,
    attempts=3,
    told_retrying=True,
    code="c",
    message="m",
    lane="l",
    origin=Origin.FOREIGN,
    heard_on=4,
    claimed_at=5.5,
)
FAILED = Result(SHARED, Status.FAILED, "a", code="c", attempts=3, next_attempt_at=4.5)
STORED_STATES = [state for state in DeviceState if state is not DeviceState.UNKNOWN]
TEXT = st.text(max_size=20)
RESULTS = st.builds(
    Result,
    topic=TEXT,
    status=st.sampled_from(Status),
    thing_name=st.none() | TEXT,
    already=st.booleans(),
    code=st.none() | TEXT,
    message=st.none() | TEXT,
    attempts=st.none() | st.integers(0, 1000),
    next_attempt_at=st.none() | st.floats(0, 1e10),
    announcement_id=st.none() | TEXT,
)
UNREADABLE = (ValueError, KeyError, TypeError)


@pytest.mark.parametrize("state", STORED_STATES)
def test_a_device_is_read_as_it_was_stored(state: DeviceState) -> None:
    """In every state that is stored."""
    device = Device("a", state, 1.0)
    assert read_device(device_row(device)) == device
    assert read_device(device_row(DEVICE)) == DEVICE


@pytest.mark.parametrize(
    ("column", "value"),
    [(0, 7), (1, 9), (1, -1), (2, "soon"), (3, None), (4, "x"), (4, math.inf), (6, b"c"), (7, 1)],
)
def test_a_row_with_anything_else_in_it_is_unreadable(column: int, value: object) -> None:
    """A name that is no text, a state that there is not, a time that is none."""
    row = list(device_row(DEVICE))
    row[column] = value
    with pytest.raises(UNREADABLE):
        read_device(row)


def test_an_announcement_without_an_id_has_none() -> None:
    """An empty one is stored for it: a key of the table cannot be NULL."""
    assert read_announcement_row(("a", SHARED, "", "local", 0)) == Announcement("a", SHARED)
    assert read_announcement_row(("a", SHARED, "7", "local", None)) == Announcement(
        "a", SHARED, "7"
    )
    left = read_announcement_row(("a", SHARED, "", "local", 3))
    assert left == Announcement("a", SHARED, leaves=True)
    for damaged in (
        (7, SHARED, "", "local", 0),
        ("a", None, "", "local", 0),
        ("a", SHARED, 7, "local", 0),
    ):
        with pytest.raises(TypeError, match="what should be text is none"):
            read_announcement_row(damaged)


def test_an_announcement_is_of_the_bus_by_which_it_came() -> None:
    """Its results go there; what is no bus is damage."""
    found = read_announcement_row(("a", SHARED, "", "iotCore", 0))
    assert found == Announcement("a", SHARED, bus=Bus.IOT_CORE) != Announcement("a", SHARED)
    with pytest.raises(ValueError, match="carrier pigeon"):
        read_announcement_row(("a", SHARED, "", "carrier pigeon", 0))


def test_a_result_is_for_the_bus_beside_it() -> None:
    """Which is a column of its own; results of earlier versions are for the local one."""
    over_iot_core = replace(FAILED, bus=Bus.IOT_CORE)
    stored = dump_result(over_iot_core)
    assert load_result(stored, "iotCore") == over_iot_core
    assert load_result(stored) == FAILED
    with pytest.raises(ValueError, match="carrier pigeon"):
        load_result(stored, "carrier pigeon")


def test_a_number_beyond_all_bounds_is_damage() -> None:
    """JSON has numbers that no float can hold."""
    stored = dump_result(Result(SHARED, Status.RETRYING, next_attempt_at=1.5))
    with pytest.raises(ValueError, match="too large"):
        load_result(stored.replace("1.5", "1" + "0" * 400))


@given(RESULTS)
def test_a_result_is_read_as_it_was_stored(result: Result) -> None:
    """Whatever it holds."""
    assert load_result(dump_result(result)) == result


@given(st.sampled_from(sorted(asdict(FAILED))), SCALARS)
def test_no_result_has_fields_of_other_types(field: str, value: object) -> None:
    """A stored result with any value in a field is a result of the right types, or unreadable."""
    stored = json.loads(dump_result(FAILED))
    try:
        read = load_result(json.dumps({**stored, field: value}))
    except UNREADABLE:
        return
    assert isinstance(read.topic, str)
    assert isinstance(read.status, Status)
    assert isinstance(read.already, bool)
    assert isinstance(read.thing_name, str)
    assert isinstance(read.attempts, int)
    assert isinstance(read.next_attempt_at, float)


@pytest.mark.parametrize(
    "stored", ["", "[]", "7", "{}", "[" * 100_000, '{"topic": "a"}', '{"more": "a"}', b"{}", None]
)
def test_what_is_no_result_is_unreadable(stored: object) -> None:
    """It raises one of the errors that count as damage."""
    with pytest.raises(UNREADABLE):
        load_result(stored)
