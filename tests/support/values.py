"""Short ways to make the values that tests are about."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.answer import CallFailed, ErrorEntry, FailureCause, Succeeded
from client_device_associator.core.instant import Instant
from client_device_associator.core.policy import Policy
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.template import Template, parse_template
from client_device_associator.pipeline.events import MessageArrived

START = 1_800_000_000.0
"""Epoch seconds at which the simulated time of a test begins."""

SHARED = "clientdevices/announce"

UNICODE = st.text(st.characters(), max_size=300)
"""Any characters at all, half surrogate pairs among them."""

SCALARS: st.SearchStrategy[object] = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(st.characters(), max_size=20)
)
JSON: st.SearchStrategy[object] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=5)
    ),
    max_leaves=12,
)
"""What `json.loads` returns."""


def moment(seconds: float = 0.0, *, wall_ahead: float = 0.0) -> Instant:
    """So many seconds after the start; the wall clock may be off."""
    return Instant(START + seconds, START + seconds + wall_ahead)


def numbered(count: int, prefix: str = "device") -> list[str]:
    """Thing names in an order that is also alphabetical."""
    return [f"{prefix}-{index:05}" for index in range(count)]


def announcements(
    names: Iterable[str], topic: str = SHARED, announcement_id: str | None = None
) -> list[Announcement]:
    """One announcement for each name."""
    return [Announcement(name, topic, announcement_id) for name in names]


def policy(**changes: Any) -> Policy:  # noqa: ANN401 - the fields of Policy
    """The default policy with some changes; without them the cloud's list is not asked for."""
    return replace(default_settings().policy, **{"reconcile_seconds": 0.0, **changes})


def settings(**changes: Any) -> Settings:  # noqa: ANN401 - the fields of Settings
    """The default settings with some changes."""
    return replace(default_settings(), **changes)


def error_entries(*entries: tuple[str | None, str | None]) -> Succeeded:
    """An answer with error entries, each given as name and code."""
    return Succeeded(tuple(ErrorEntry(name, code, "in words") for name, code in entries))


def failed_call(
    cause: FailureCause = FailureCause.UNAVAILABLE, retry_after: float = 0.0
) -> CallFailed:
    """An answer that says that the call failed."""
    return CallFailed(cause, f"{cause.name}", "in words", retry_after)


def arrived(payload: Payload, topic: str = SHARED, thing_name: str | None = None) -> MessageArrived:
    """A message on an announcement topic; with a template, its own entry of the configuration."""
    entry = settings().announcement_topics[0]
    if thing_name is not None:
        entry = AnnouncementTopic("of a test", topic, template(thing_name))
    return MessageArrived(entry, topic, payload)


def template(text: str) -> Template:
    """A template that is known to be valid."""
    return parse_template(text)
