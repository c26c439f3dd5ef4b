import pytest

from client_device_associator.messages.announcement import MAX_PAYLOAD_BYTES, Payload
from client_device_associator.pipeline.events import (
    Event,
    HealthAsked,
    MessageArrived,
    NucleusGone,
    StopRequested,
)
from client_device_associator.pipeline.inbox import (
    MAX_BYTES,
    MAX_GATHERED,
    MAX_GATHERED_BYTES,
    MAX_MESSAGES,
    MAX_TURNED_AWAY,
    Inbox,
)


def message(topic: str = "t", payload: bytes = b"{}") -> MessageArrived:
    """A message."""
    return MessageArrived(None, topic, payload)


def test_messages_come_together_and_in_order() -> None:
    """So that they share a commit."""
    inbox = Inbox()
    messages = [message(str(number)) for number in range(5)]
    for one in messages:
        inbox.offer(one)
    assert inbox.gather(0.0) == messages
    assert inbox.gather(0.0) == []


def test_objects_count_as_messages_too() -> None:
    """A JSON message's object has no bytes to count."""
    inbox = Inbox()
    one = MessageArrived(None, "t", {"thingName": "a"})
    inbox.offer(one)
    assert inbox.gather(0.0) == [one]


def test_anything_else_ends_the_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there already is taken along behind it; nobody waits for more."""
    inbox = Inbox()
    inbox.offer(message())
    inbox.put(StopRequested())
    inbox.put(NucleusGone())
    inbox.offer(message("behind"))
    monkeypatch.setattr("client_device_associator.pipeline.inbox.GATHER_SECONDS", 3600.0)
    assert inbox.gather(None) == [StopRequested(), NucleusGone(), message(), message("behind")]
    assert inbox.gather(0.0) == []


def test_health_is_asked_for_once_however_often() -> None:
    """Requests that wait are one; after it was taken the next one counts again."""
    inbox = Inbox()
    for _ in range(3):
        inbox.ask_for_health()
    inbox.offer(message())
    assert inbox.gather(0.0) == [HealthAsked(), message()]
    inbox.ask_for_health()
    assert inbox.gather(0.0) == [HealthAsked()]
    assert inbox.gather(0.0) == []


def test_requests_for_health_find_room_behind_a_flood() -> None:
    """And they take none away from the messages."""
    inbox = Inbox()
    for _ in range(MAX_MESSAGES + 1):
        inbox.offer(message())
        inbox.ask_for_health()
    events = []
    while gathered := inbox.gather(0.0):
        events.extend(gathered)
    assert events.count(HealthAsked()) == 1
    assert len(events) == MAX_MESSAGES + 1


def test_a_commit_has_a_bounded_number_of_messages() -> None:
    """The rest goes into the next."""
    inbox = Inbox()
    for _ in range(MAX_GATHERED + 1):
        inbox.offer(message())
    assert [len(inbox.gather(0.0)), len(inbox.gather(0.0))] == [MAX_GATHERED, 1]


def test_too_many_messages_are_turned_away() -> None:
    """The bound holds, each topic is remembered up to a number, and asked for once."""
    inbox = Inbox()
    for _ in range(MAX_MESSAGES):
        inbox.offer(message())
    assert inbox.turned_away() == []
    inbox.offer(message("late"))
    assert inbox.turned_away() == ["late"]
    assert inbox.turned_away() == []
    for _ in range(MAX_TURNED_AWAY * 3):
        inbox.offer(message("flood"))
    assert inbox.turned_away() == ["flood"] * MAX_TURNED_AWAY
    inbox.gather(0.0)
    inbox.offer(message("room again"))
    assert inbox.turned_away() == []


@pytest.mark.parametrize(
    "payload", [b"x" * MAX_PAYLOAD_BYTES, b"x" * MAX_BYTES, {"thingNames": ["x" * 100] * 1000}]
)
def test_too_many_bytes_are_turned_away(payload: Payload) -> None:
    """Large messages do not fill the memory, of either kind; how many there were is counted."""
    inbox = Inbox()
    for _ in range(200):
        inbox.offer(MessageArrived(None, "t", payload))
    assert inbox.turned_away()
    assert inbox.turned_away_so_far > 100
    kept: list[Event] = []
    while events := inbox.gather(0.0):
        kept.extend(events)
    assert len(kept) + inbox.turned_away_so_far == 200


def test_what_is_no_announcement_by_its_size_is_cut() -> None:
    """So much is kept of it that it shows: on a device's own topic it announces all the same."""
    inbox = Inbox()
    inbox.offer(message(payload=b"x" * (2 * MAX_BYTES)))
    assert inbox.gather(0.0) == [message(payload=b"x" * (MAX_PAYLOAD_BYTES + 1))]


def test_a_turn_has_a_bounded_number_of_bytes() -> None:
    """Nothing else is heeded while a thousand messages with a thousand names each are read."""
    inbox = Inbox()
    size = MAX_GATHERED_BYTES // 4
    for _ in range(6):
        inbox.offer(message(payload=b"x" * size))
    assert [len(inbox.gather(0.0)), len(inbox.gather(0.0))] == [4, 2]


def test_our_own_events_are_never_turned_away() -> None:
    """An answer finds room behind any flood."""
    inbox = Inbox()
    for _ in range(MAX_MESSAGES + 10):
        inbox.offer(message())
    inbox.put(StopRequested())
    events = []
    while gathered := inbox.gather(0.0):
        events.extend(gathered)
    assert events[0] == StopRequested()
    assert len(events) == MAX_MESSAGES + 1


def test_room_is_given_back_by_every_message() -> None:
    """After any number of floods there is as much room as at the start."""
    inbox = Inbox()
    size = MAX_BYTES // 100
    for _ in range(20):
        for _ in range(100):
            inbox.offer(message(payload=b"x" * size))
        assert inbox.turned_away() == []
        while inbox.gather(0.0):
            pass
