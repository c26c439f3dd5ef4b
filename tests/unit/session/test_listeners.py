from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.template import parse_template
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.pipeline.events import (
    HealthRequested,
    MessageArrived,
    NoticeGiven,
)
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.reporting.notices import MessageUnreadable
from client_device_associator.session.listeners import Listener, listeners
from support.fakes import FakeClock
from support.values import settings

SEEN = RecentlySeen(lambda: 0.0)


def empty_inbox() -> Inbox:
    """Nothing has come."""
    return Inbox(FakeClock().steady)


def test_every_announcement_topic_and_that_for_health() -> None:
    """Each delivers to the inbox what it is: a message with its template, or a request."""
    inbox = empty_inbox()
    topics = settings().announcement_topics
    *announced, health = listeners(settings(), inbox, SEEN)
    assert [one.topic_filter for one in announced] == [one.topic_filter for one in topics]
    assert health.topic_filter == HEALTH_REQUEST_TOPIC
    for listener in announced:
        listener.deliver("t", b"x")
    payloads: list[Payload] = [b"", b"x", {}]
    for payload in payloads:
        health.deliver("t", payload)
    assert inbox.take().events == (
        HealthRequested(),
        *(MessageArrived(topic, "t", b"x") for topic in topics),
    )


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
    noticed = {NoticeGiven(MessageUnreadable(one)) for one in (*filters, HEALTH_REQUEST_TOPIC)}
    assert set(inbox.take().events) == noticed
