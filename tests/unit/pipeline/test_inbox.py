import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.bus import Bus
from client_device_associator.messages.announcement import MAX_PAYLOAD_BYTES
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.payload import Payload
from client_device_associator.pipeline.events import (
    ClaimArrived,
    Event,
    HealthRequested,
    MessageArrived,
    NoticeGiven,
    NucleusLost,
    Origin,
    StopRequested,
)
from client_device_associator.pipeline.inbox import (
    MAX_BYTES,
    MAX_GATHERED,
    MAX_GATHERED_BYTES,
    MAX_MESSAGES,
    MAX_OVERFLOW,
    Batch,
    Inbox,
)
from client_device_associator.reporting.notices import MessageUnreadable
from support.fakes import FakeClock
from support.values import arrived

OF_ONE_SENDER = MAX_MESSAGES // 3
"""Messages that may wait if all are from the same."""


@pytest.fixture
def clock() -> FakeClock:
    """The time."""
    return FakeClock()


@pytest.fixture
def inbox(clock: FakeClock) -> Inbox:
    """Nothing has come."""
    return Inbox(clock.steady)


def message(topic: str = "t", payload: Payload = b"{}") -> MessageArrived:
    """A message."""
    return arrived(payload, topic)


def take_all(inbox: Inbox) -> list[Event]:
    """Everything that waits, batch after batch."""
    events: list[Event] = []
    while (batch := inbox.take()).events:
        events.extend(batch.events)
    return events


def test_messages_come_together_and_in_order(inbox: Inbox) -> None:
    """So that they share a commit."""
    messages = [message(str(number)) for number in range(5)]
    for one in messages:
        inbox.offer(one)
    assert inbox.take() == Batch(tuple(messages))
    assert inbox.take() == Batch()


def test_objects_count_as_messages_too(inbox: Inbox) -> None:
    """A JSON message's object has no bytes to count."""
    one = message(payload={"thingName": "a"})
    inbox.offer(one)
    assert inbox.take().events == (one,)


def test_health_is_requested_once_however_often(inbox: Inbox) -> None:
    """Requests that wait are one; after it was taken the next one counts again."""
    for _ in range(3):
        inbox.request(HealthRequested())
    inbox.offer(message())
    assert inbox.take().events == (HealthRequested(), message())
    inbox.request(HealthRequested())
    assert inbox.take().events == (HealthRequested(),)
    assert inbox.take() == Batch()


def test_requests_for_health_find_room_behind_a_flood(inbox: Inbox) -> None:
    """And they take none away from the messages."""
    for _ in range(OF_ONE_SENDER + 1):
        inbox.offer(message())
        inbox.request(HealthRequested())
    events = take_all(inbox)
    assert events.count(HealthRequested()) == 1
    assert len(events) == OF_ONE_SENDER + 1


def test_what_overflowed_is_known_by_its_bus(inbox: Inbox) -> None:
    """It is answered where it came from."""
    source = AnnouncementTopic("iotCore.a", "cloud", bus=Bus.IOT_CORE)
    for _ in range(OF_ONE_SENDER + 1):
        inbox.offer(MessageArrived(source, "cloud", b""))
    assert inbox.take().overflow == (Origin("cloud", Bus.IOT_CORE),)


def test_a_commit_has_a_bounded_number_of_messages(inbox: Inbox) -> None:
    """The rest goes into the next."""
    for _ in range(MAX_GATHERED + 1):
        inbox.offer(message())
    assert [len(inbox.take().events) for _ in range(2)] == [MAX_GATHERED, 1]


def test_a_turn_has_a_bounded_number_of_bytes(inbox: Inbox) -> None:
    """Nothing else is done while a thousand messages with a thousand names each are read."""
    for _ in range(6):
        inbox.offer(message(payload=b"x" * (MAX_GATHERED_BYTES // 4)))
    assert [len(inbox.take().events) for _ in range(2)] == [4, 2]


def test_too_many_messages_overflow(inbox: Inbox) -> None:
    """The bound holds, each topic is remembered up to a number, and given once."""
    for _ in range(OF_ONE_SENDER):
        inbox.offer(message())
    inbox.offer(message("late"))
    assert inbox.take().overflow == (Origin("late"),)
    assert inbox.take().overflow == ()
    for _ in range(MAX_MESSAGES + MAX_OVERFLOW * 3):
        inbox.offer(message("flood"))
    assert inbox.take().overflow == (Origin("flood"),) * MAX_OVERFLOW
    inbox.offer(message("room again"))
    assert inbox.take().overflow == ()


@pytest.mark.parametrize(
    "payload", [b"x" * MAX_PAYLOAD_BYTES, b"x" * MAX_BYTES, {"thingNames": ["x" * 100] * 1000}]
)
def test_too_many_bytes_overflow(inbox: Inbox, payload: Payload) -> None:
    """Large messages do not fill the memory, of either kind; how many there were is counted."""
    for _ in range(200):
        inbox.offer(message(payload=payload))
    assert inbox.overflowed > 100
    assert len(take_all(inbox)) + inbox.overflowed == 200


def test_our_own_events_always_find_room(inbox: Inbox) -> None:
    """An answer is taken behind any flood, and before it."""
    for _ in range(MAX_MESSAGES + 10):
        inbox.offer(message())
    inbox.put(StopRequested(0.0))
    events = take_all(inbox)
    assert events[0] == StopRequested(0.0)
    assert len(events) == OF_ONE_SENDER + 1


def test_room_is_given_back_by_every_message(inbox: Inbox) -> None:
    """After any number of floods there is as much room as at the start."""
    for _ in range(20):
        for _ in range(100):
            inbox.offer(message(payload=b"x" * (MAX_BYTES // 300)))
        assert len(take_all(inbox)) == 100
    assert inbox.overflowed == 0


def test_unreadable_messages_are_reported_once_per_topic_filter(inbox: Inbox) -> None:
    """However many there are, they are only counted."""
    for topic_filter in ("a/+", "a/+", "b", "a/+"):
        inbox.count_unreadable(topic_filter)
    assert inbox.unreadable == 4
    assert inbox.take().events == (
        NoticeGiven(MessageUnreadable("a/+")),
        NoticeGiven(MessageUnreadable("b")),
    )


def test_other_events_do_not_hide_a_request_for_health(inbox: Inbox) -> None:
    """Only a request that waits makes another one needless."""
    inbox.put(NucleusLost())
    inbox.take()
    inbox.request(HealthRequested())
    assert inbox.take().events == (HealthRequested(),)


def test_the_room_for_messages_is_what_it_says(inbox: Inbox) -> None:
    """To the byte, whatever was taken before."""
    inbox.offer(message(payload=b"x" * MAX_PAYLOAD_BYTES))
    inbox.take()
    for _ in range(MAX_BYTES // MAX_PAYLOAD_BYTES // 3):
        inbox.offer(message(payload=b"x" * MAX_PAYLOAD_BYTES))
    assert inbox.overflowed == 0
    inbox.offer(message(payload=b"x"))
    assert inbox.overflowed == 1


def test_a_turn_goes_on_while_it_has_not_all_its_bytes(inbox: Inbox) -> None:
    """One message more is taken when a single byte is missing."""
    quarter = MAX_GATHERED_BYTES // 4
    for size in (quarter, quarter, quarter, quarter - 1, 1, 1):
        inbox.offer(message(payload=b"x" * size))
    assert [len(inbox.take().events) for _ in range(2)] == [5, 1]


def test_an_object_is_turned_away_as_a_whole(inbox: Inbox) -> None:
    """No part of it would mean anything, however many keys it has."""
    inbox.offer(message(payload=dict.fromkeys(map(str, range(MAX_PAYLOAD_BYTES + 1)))))
    assert inbox.overflowed == 1


def test_a_flood_leaves_room_for_others(inbox: Inbox) -> None:
    """And those who send little are read with the first messages."""
    for _ in range(MAX_MESSAGES):
        inbox.offer(message(payload=b'{"thingName": "noisy"}'))
    quiet = [b'{"thingName": "quiet-%d"}' % number for number in range(10)]
    assert all(inbox.offer(message(payload=payload)) for payload in quiet)
    payloads = [one.payload for one in inbox.take().events if isinstance(one, MessageArrived)]
    assert set(quiet) <= set(payloads[:20])


def test_claims_are_bounded_and_never_answered(inbox: Inbox) -> None:
    """Too many are counted like everything else for which there is no room."""
    claims = ClaimTopic("clientdevices/{thingName}/associated", "core-1")
    for _ in range(OF_ONE_SENDER):
        assert inbox.offer(ClaimArrived(claims, "t", b""))
    assert not inbox.offer(ClaimArrived(claims, "t", b""))
    assert inbox.overflowed == 1
    assert inbox.take().overflow == ()
    (large,) = take_all_of(Inbox(FakeClock().steady), ClaimArrived(claims, "t", b"x" * 400_000))
    assert isinstance(large, ClaimArrived)
    assert len(large.payload) == MAX_PAYLOAD_BYTES + 1


def take_all_of(inbox: Inbox, message: ClaimArrived) -> list[Event]:
    """What becomes of a message."""
    inbox.offer(message)
    return take_all(inbox)
