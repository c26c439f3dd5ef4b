"""Rows of the journal and what they mean.

A flash that fails can put anything into a row of a database that is otherwise good: whatever is not
of the right type raises ValueError, KeyError or TypeError here, and not somewhere in the core.
"""

import json
from itertools import product
from types import NoneType
from typing import Any

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status
from client_device_associator.messages.flat_json import flat_object

_STATES = {one.value: one for one in DeviceState if one is not DeviceState.UNKNOWN}
_ORIGINS = {one.value: one for one in Origin}
_STATUSES = {one.value: one for one in Status}
_BUSES = {one.value: one for one in Bus}

_DEVICE_TYPES = frozenset(
    (str, int, float, float, int, int, code, message, str, int, int, claimed_at)
    for code, message, claimed_at in product((str, NoneType), (str, NoneType), (float, NoneType))
)
"""What SQLite gives for a row as we have stored it: nothing in it has to be converted."""


def device_row(device: Device) -> tuple[object, ...]:
    """A device as it is stored."""
    return (
        device.thing_name,
        device.state._value_,
        device.since,
        device.due_at,
        device.attempts,
        device.told_retrying,
        device.code,
        device.message,
        device.lane,
        device.origin._value_,
        device.heard_on,
        device.claimed_at,
    )


def read_device(row: Any) -> Device:  # noqa: ANN401 - whatever the file holds
    """A device from its row."""
    (
        name,
        state,
        since,
        due_at,
        attempts,
        told_retrying,
        code,
        message,
        lane,
        origin,
        heard_on,
        claimed_at,
    ) = row
    if tuple(map(type, row)) in _DEVICE_TYPES:
        return Device(
            name,
            _STATES[state],
            since,
            due_at,
            attempts,
            bool(told_retrying),
            code,
            message,
            lane,
            _ORIGINS[origin],
            heard_on,
            claimed_at,
        )
    return Device(
        thing_name=text(name),
        state=_STATES[state],
        since=_real(since),
        due_at=_real(due_at),
        attempts=whole(attempts),
        told_retrying=bool(told_retrying),
        code=_text_or_none(code),
        message=_text_or_none(message),
        lane=text(lane),
        origin=_ORIGINS[origin],
        heard_on=whole(heard_on),
        claimed_at=None if claimed_at is None else _real(claimed_at),
    )


def read_announcement_row(row: Any) -> Announcement:  # noqa: ANN401 - whatever the file holds
    """An announcement from its row and its device's state; an empty id means none."""
    name, topic, announcement_id, bus, state = row
    if not type(name) is type(topic) is type(announcement_id) is str:
        raise TypeError("what should be text is none")
    leaves = state == DeviceState.LEAVING.value
    return Announcement(name, topic, announcement_id or None, leaves=leaves, bus=_bus(bus))


def dump_result(result: Result) -> str:
    """A result as it is stored, beside its bus."""
    fields = {
        "topic": result.topic,
        "status": result.status._value_,
        "thing_name": result.thing_name,
        "already": result.already or None,
        "code": result.code,
        "message": result.message,
        "attempts": result.attempts,
        "next_attempt_at": result.next_attempt_at,
        "announcement_id": result.announcement_id,
        "heard_at": result.heard_at,
    }
    return flat_object(fields, in_ascii=True)


def load_result(stored: object, bus: object = Bus.LOCAL.value) -> Result:
    """A result from what is stored."""
    try:
        fields = json.loads(text(stored))
    except RecursionError as error:
        raise ValueError("a result is not nested") from error
    if not isinstance(fields, dict):
        raise TypeError(f"{type(fields).__name__} where there should be an object")
    read: dict[str, Any] = {key: _KINDS.get(key, text)(value) for key, value in fields.items()}
    return Result(**read, bus=_bus(bus))


def text(value: object) -> str:
    """A text that is one; raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where there should be text")
    return value


def whole(value: Any) -> int:  # noqa: ANN401 - whatever the file holds
    """A number as an integer; raises ValueError or TypeError."""
    try:
        return int(value)
    except OverflowError as error:
        raise ValueError(f"{value} where there should be a number") from error


def _real(value: Any) -> float:  # noqa: ANN401 - whatever the file holds
    """A number; raises ValueError or TypeError."""
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("a number that is too large") from error


def _text_or_none(value: object) -> str | None:
    return None if value is None else text(value)


def _bus(value: object) -> Bus:
    try:
        return _BUSES[value]  # type: ignore[index] # whatever it is
    except KeyError as error:
        raise ValueError(f"{value!r} where there should be a bus") from error


_KINDS: dict[str, Any] = {
    "status": _STATUSES.__getitem__,
    "already": bool,
    "attempts": whole,
    "next_attempt_at": _real,
    "heard_at": _real,
}
"""What the fields of a stored result that are no texts are read with."""
