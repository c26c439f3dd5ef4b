"""What is kept of a message that is too large, and of one for which there is no room."""

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.messages.announcement import MAX_PAYLOAD_BYTES
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.topic import MAX_TOPIC_BYTES
from client_device_associator.pipeline.events import ClaimArrived, MessageArrived, Origin
from client_device_associator.pipeline.inbox import MAX_BYTES, MAX_MESSAGES, Inbox
from support.values import arrived, template


@pytest.fixture
def inbox() -> Inbox:
    """Nothing has come."""
    return Inbox(lambda: 0.0)


def messages_in(inbox: Inbox) -> list[MessageArrived | ClaimArrived]:
    """The messages that wait."""
    return [one for one in inbox.take().events if isinstance(one, MessageArrived | ClaimArrived)]


def test_what_is_no_announcement_by_its_size_is_cut(inbox: Inbox) -> None:
    """So much is kept of it that it shows: on a device's own topic it announces all the same."""
    inbox.offer(arrived(b"x" * (2 * MAX_BYTES)))
    assert inbox.take().events == (arrived(b"x" * (MAX_PAYLOAD_BYTES + 1)),)


def test_a_topic_without_an_end_is_cut(inbox: Inbox) -> None:
    """The classic nucleus bounds none, and no more is kept than shows that it is too long."""
    for length in (MAX_TOPIC_BYTES, MAX_BYTES):
        inbox.offer(arrived(b"", "t" * length))
    inbox.offer(ClaimArrived(ClaimTopic("c/{thingName}", "core-1"), "c/" + "x" * MAX_BYTES, b""))
    lengths = sorted(len(one.topic) for one in messages_in(inbox))
    assert lengths == [MAX_TOPIC_BYTES, MAX_TOPIC_BYTES + 1, MAX_TOPIC_BYTES + 1]


def test_presence_that_overflowed_is_known_as_such(inbox: Inbox) -> None:
    """Nobody waits for an answer to it."""
    source = AnnouncementTopic("telemetry", "t/+", template("{topic:1}"), is_presence=True)
    for _ in range(MAX_MESSAGES):
        inbox.offer(MessageArrived(source, "t/a", b""))
    assert set(inbox.take().overflow) == {Origin("t/a", is_presence=True)}
