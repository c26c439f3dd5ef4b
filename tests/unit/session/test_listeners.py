import pytest

from client_device_associator.configuration.settings import AnnouncementTopic, MetricSettings
from client_device_associator.core.bus import Bus
from client_device_associator.core.thing_name import MAX_LENGTH
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.metric_message import METRIC_ANSWERS_TOPIC, NAMESPACE
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.template import parse_template
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC
from client_device_associator.pipeline.events import (
    ClaimArrived,
    HealthRequested,
    MessageArrived,
    NoticeGiven,
    RosterRequested,
)
from client_device_associator.pipeline.inbox import MAX_MESSAGES, Inbox
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.reporting.metric_notices import MetricsLost
from client_device_associator.reporting.notices import MessageUnreadable
from client_device_associator.session.listeners import (
    LEAST_PRESENCE_SECONDS,
    MOST_PRESENCE_SECONDS,
    Listener,
    listeners,
)
from support.fakes import FakeClock
from support.values import policy, settings

REQUESTS = (HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC)
SEEN = RecentlySeen(lambda: 0.0)


def empty_inbox() -> Inbox:
    """Nothing has come."""
    return Inbox(FakeClock().steady)


def test_every_announcement_topic_and_that_for_health() -> None:
    """Each delivers to the inbox what it is: a message with its template, or a request."""
    inbox = empty_inbox()
    topics = settings().announcement_topics
    *announced, health, roster = listeners(settings(), inbox, SEEN)
    assert [one.topic_filter for one in announced] == [one.topic_filter for one in topics]
    assert health.topic_filter == HEALTH_REQUEST_TOPIC
    assert roster.topic_filter == ROSTER_REQUEST_TOPIC
    for listener in announced:
        listener.deliver("t", b"x")
    payloads: list[Payload] = [b"", b"x", {}]
    for payload in payloads:
        health.deliver("t", payload)
        roster.deliver("t", payload)
    assert inbox.take().events == (
        HealthRequested(),
        RosterRequested(),
        *(MessageArrived(topic, "t", b"x") for topic in topics),
    )


def test_answers_about_metrics_are_listened_to_only_if_there_are_any() -> None:
    """What is lost is reported; it is no announcement."""
    inbox = empty_inbox()
    assert METRIC_ANSWERS_TOPIC not in [
        one.topic_filter for one in listeners(settings(), inbox, SEEN)
    ]
    configured = settings(metrics=MetricSettings(to_cloudwatch=True))
    answers = listeners(configured, inbox, SEEN)[-1]
    assert (answers.topic_filter, answers.bus) == (METRIC_ANSWERS_TOPIC, Bus.LOCAL)
    answers.deliver("t", {"response": {"namespace": NAMESPACE, "status": "fail", "error": "E"}})
    assert inbox.take().events == (NoticeGiven(MetricsLost("E", are_ours=True)),)


def test_what_is_on_iot_core_comes_after_all_that_is_local() -> None:
    """The nucleus may keep us waiting for a connection; a filter may be there on both buses."""
    inbox = empty_inbox()
    topics = (
        AnnouncementTopic("iotCore.a", "t", bus=Bus.IOT_CORE),
        AnnouncementTopic("a", "t"),
    )
    wanted = listeners(settings(announcement_topics=topics), inbox, SEEN)
    shown = [one.shown for one in wanted]
    assert shown == ["t", HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC, "iotCore:t"]
    wanted[3].deliver("t", b"x")
    wanted[3].count_unreadable()
    assert inbox.take().events == (
        NoticeGiven(MessageUnreadable("iotCore:t")),
        MessageArrived(topics[0], "t", b"x"),
    )


def test_claims_of_other_core_devices_come_last() -> None:
    """With the topic by which they are read."""
    inbox = empty_inbox()
    source = ClaimTopic("clientdevices/{thingName}/associated", "core-1")
    last = listeners(settings(claims=source), inbox, SEEN)[-1]
    assert last.shown == "iotCore:clientdevices/+/associated"
    last.deliver("t", b"x")
    assert inbox.take().events == (ClaimArrived(source, "t", b"x"),)


def test_equal_topics_make_equal_listeners() -> None:
    """So that a change of another setting replaces no subscription."""
    inbox = empty_inbox()

    def made(template: str, inbox: Inbox = inbox) -> list[Listener]:
        topic = AnnouncementTopic("own", "a/+", parse_template(template))
        return listeners(settings(announcement_topics=(topic,)), inbox, SEEN)

    assert made("{topic:1}") == made("{topic:1}")
    assert made("{topic:1}") != made("{topic:0}")
    assert made("{topic:1}") != made("{topic:1}", empty_inbox())


def test_what_cannot_be_decoded_is_counted_for_its_topic_filter() -> None:
    """Also on the topic for health, where any message is a request."""
    inbox = empty_inbox()
    for listener in listeners(settings(), inbox, SEEN):
        listener.count_unreadable()
    filters = {one.topic_filter for one in settings().announcement_topics}
    noticed = {NoticeGiven(MessageUnreadable(one)) for one in (*filters, *REQUESTS)}
    assert set(inbox.take().events) == noticed


def presence(
    inbox: Inbox,
    seen: RecentlySeen,
    trust_seconds: float = 3600.0,
    silent_days: int | None = None,
) -> Listener:
    """What listens to telemetry for presence."""
    topic = AnnouncementTopic("telemetry", "t/+/#", parse_template("{topic:1}"), is_presence=True)
    changed = policy(trust_seconds=trust_seconds, silent_days=silent_days)
    wanted = settings(announcement_topics=(topic,), policy=changed)
    return listeners(wanted, inbox, seen)[0]


def test_presence_is_delivered_once_for_each_device() -> None:
    """Whatever the topic below the device's is; the payload is not kept."""
    clock = FakeClock()
    inbox = Inbox(clock.steady)
    listener = presence(inbox, RecentlySeen(clock.steady))
    for topic in ("t/a/1", "t/a/2", "t/b/1", "t/a/1"):
        listener.deliver(topic, b"x" * 100)
    found = [one for one in inbox.take().events if isinstance(one, MessageArrived)]
    assert [(one.topic, one.payload) for one in found] == [("t/a/1", b""), ("t/b/1", b"")]
    assert all(one.source.is_presence for one in found)


@pytest.mark.parametrize(("trust", "again"), [(3600.0, 3600.0), (0.0, LEAST_PRESENCE_SECONDS)])
def test_presence_is_looked_at_again_when_trust_is_over(trust: float, again: float) -> None:
    """But never with every message."""
    clock = FakeClock()
    inbox = Inbox(clock.steady)
    listener = presence(inbox, RecentlySeen(clock.steady), trust)
    for seconds in (0.0, again - 0.1, again):
        clock.seconds = seconds
        listener.deliver("t/a", b"")
    assert len(inbox.take().events) == 2


def test_presence_is_looked_at_several_times_a_day_if_days_count() -> None:
    """However long what is known is trusted; and not more often than that."""
    for trust, again in ((100 * 86_400.0, MOST_PRESENCE_SECONDS), (3600.0, 3600.0)):
        clock = FakeClock()
        inbox = Inbox(clock.steady)
        listener = presence(inbox, RecentlySeen(clock.steady), trust, silent_days=30)
        for seconds in (0.0, again - 0.1, again):
            clock.seconds = seconds
            listener.deliver("t/a", b"")
        assert len(inbox.take().events) == 2


def test_names_longer_than_a_thing_name_are_not_remembered() -> None:
    """The first is delivered, and rejected; the memory is bounded whatever the topics are."""
    inbox = empty_inbox()
    listener = presence(inbox, RecentlySeen(lambda: 0.0))
    for number in range(3):
        listener.deliver(f"t/{'x' * MAX_LENGTH}{number}/1", b"")
    assert len(inbox.take().events) == 1
    listener.deliver(f"t/{'x' * MAX_LENGTH}/1", b"")
    assert len(inbox.take().events) == 1


def test_presence_that_finds_no_room_is_not_forgotten() -> None:
    """The device's next message is another chance."""
    inbox = empty_inbox()
    listener = presence(inbox, RecentlySeen(lambda: 0.0))
    other = AnnouncementTopic("telemetry", "o/+", parse_template("{topic:1}"))
    for number in range(MAX_MESSAGES):
        inbox.offer(MessageArrived(other, f"o/{number}", b""))
    listener.deliver("t/a", b"")
    assert inbox.overflowed > 0
    while any(isinstance(one, MessageArrived) for one in inbox.take().events):
        pass
    listener.deliver("t/a", b"")
    (message,) = inbox.take().events
    assert isinstance(message, MessageArrived)
    assert message.topic == "t/a"


def test_topics_without_a_device_are_delivered_once_for_all() -> None:
    """They are rejected there, and one is enough to say so."""
    inbox = empty_inbox()
    topic = AnnouncementTopic("deep", "t/#", parse_template("{topic:3}"), is_presence=True)
    listener = listeners(settings(announcement_topics=(topic,)), inbox, RecentlySeen(lambda: 0.0))[
        0
    ]
    for text in ("t/a", "t/b", "t/a/b/c"):
        listener.deliver(text, b"")
    found = [one for one in inbox.take().events if isinstance(one, MessageArrived)]
    assert [one.topic for one in found] == ["t/a", "t/a/b/c"]
