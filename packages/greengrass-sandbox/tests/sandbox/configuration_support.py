"""A component's configuration, how it is updated, and which changes are reported."""

from datetime import datetime, timezone
from typing import Any

from awsiot.greengrasscoreipc import model

from sandbox.nucleus_support import Component, Inbox

DEFAULTS: dict[str, Any] = {
    "count": 5,
    "on": True,
    "nothing": None,
    "text": "t",
    "nested": {"Inner": {"deep": 1.5}, "list": [1, "a", {"k": False}]},
}
START = 1_000_000.0


def update(
    component: Component, value: object, *key_path: str, timestamp: float | None = START
) -> None:
    """UpdateConfiguration."""
    at = None if timestamp is None else datetime.fromtimestamp(timestamp, tz=timezone.utc)
    request = model.UpdateConfigurationRequest(
        key_path=list(key_path), timestamp=at, value_to_merge=value
    )
    component.call(component.client.new_update_configuration(), request)


def changes(inbox: Inbox, count: int) -> list[tuple[str, ...]]:
    """The key paths of the next events."""
    events = [inbox.next().configuration_update_event for _ in range(count)]
    assert {event.component_name for event in events} == {"c"}
    return sorted(tuple(event.key_path) for event in events)
