from client_device_associator.configuration.settings import Settings, Source
from client_device_associator.messages.template import parse_template
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.pipeline.events import HealthAsked, MessageArrived
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.session.listeners import listenings


def test_every_announcement_topic_and_that_for_health() -> None:
    """Each delivers to the inbox what it is: a message with its template, or a request."""
    inbox = Inbox()
    sources = Settings().sources
    *announced, health = listenings(sources, inbox)
    assert [one.topic_filter for one in announced] == [one.topic_filter for one in sources]
    assert health.topic_filter == HEALTH_REQUEST_TOPIC
    for listening in announced:
        listening.deliver("t", b"x")
    health.deliver("t", b"x")
    health.deliver("t", {})
    assert inbox.gather(0.0) == [
        HealthAsked(),
        *(MessageArrived(source.thing_name, "t", b"x") for source in sources),
    ]


def test_keys_are_told_apart_whatever_operators_call_their_entries() -> None:
    """Not even an entry called as the component's own gets into its place."""
    names = ["", "/", "/health", "health", "announcements/a", "a"]
    found = listenings([Source(name, "t") for name in names], Inbox())
    assert len({one.key for one in found}) == len(names) + 1


def test_equal_sources_come_to_equal_listenings() -> None:
    """So that a change of another setting makes no subscription anew."""
    inbox = Inbox()

    def source(template: str) -> Source:
        return Source("own", "a/+", parse_template(template))

    assert listenings([source("{topic:1}")], inbox) == listenings([source("{topic:1}")], inbox)
    assert listenings([source("{topic:1}")], inbox) != listenings([source("{topic:0}")], inbox)
    assert listenings([source("{topic:1}")], inbox) != listenings([source("{topic:1}")], Inbox())
