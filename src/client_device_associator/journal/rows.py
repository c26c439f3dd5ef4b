"""Rows of the journal and what they mean.

A flash that fails can put anything into a row of a database that is otherwise good: whatever is not
of the right type raises ValueError, KeyError or TypeError here, and not somewhere in the core.
"""

import json
from dataclasses import asdict
from typing import Any

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.result import Result, Status


def device_row(device: Device) -> tuple[object, ...]:
    """A device as it is stored."""
    return (
        device.thing_name,
        device.state.value,
        device.since,
        device.due_at,
        device.attempts,
        device.told_retrying,
        device.code,
        device.message,
        device.lane,
        device.origin.value,
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
    if state == DeviceState.UNKNOWN.value:
        raise ValueError("a device that is unknown has no row")
    return Device(
        thing_name=text(name),
        state=DeviceState(state),
        since=_real(since),
        due_at=_real(due_at),
        attempts=whole(attempts),
        told_retrying=bool(told_retrying),
        code=_text_or_none(code),
        message=_text_or_none(message),
        lane=text(lane),
        origin=Origin(origin),
        heard_on=whole(heard_on),
        claimed_at=None if claimed_at is None else _real(claimed_at),
    )


def read_announcement_row(row: Any) -> Announcement:  # noqa: ANN401 - whatever the file holds
    """An announcement from its row and its device's state; an empty id means none."""
    *texts, state = row
    name, topic, announcement_id, bus = map(text, texts)
    leaves = state == DeviceState.LEAVING.value
    return Announcement(name, topic, announcement_id or None, bus=Bus(bus), leaves=leaves)


def dump_result(result: Result) -> str:
    """A result as it is stored, beside its bus."""
    fields = {key: value for key, value in asdict(result).items() if value is not None}
    del fields["bus"]
    return json.dumps(fields)


def load_result(stored: object, bus: object = Bus.LOCAL.value) -> Result:
    """A result from what is stored."""
    try:
        fields = json.loads(text(stored))
    except RecursionError as error:
        raise ValueError("a result is not nested") from error
    if not isinstance(fields, dict):
        raise TypeError(f"{type(fields).__name__} where there should be an object")
    kinds: dict[str, Any] = {
        "status": Status,
        "already": bool,
        "attempts": whole,
        "next_attempt_at": _real,
        "heard_at": _real,
    }
    read: dict[str, Any] = {key: kinds.get(key, text)(value) for key, value in fields.items()}
    return Result(**read, bus=Bus(bus))


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
