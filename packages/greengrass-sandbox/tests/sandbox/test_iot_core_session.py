"""What AWS IoT Core does for one MQTT client."""

from greengrass_sandbox.iot_core.message import MqttMessage
from greengrass_sandbox.iot_core.session import Session


def message(payload: bytes, qos: int = 1) -> MqttMessage:
    """A message on the topic `a`."""
    return MqttMessage("a", payload, "somebody", qos=qos)


def nowhere(_message: MqttMessage) -> None:
    """Where messages go that a test does not look at."""


def away(*, persistent: bool) -> Session:
    """A client that is subscribed to `a`, and was away while a message came."""
    session = Session("client", persistent=persistent)
    session.connect(nowhere, clean=True)
    session.subscribe("a", 1)
    session.disconnect()
    session.offer(message(b"1"), 1)
    return session


def test_a_resumed_session_has_what_was_kept_and_its_filters() -> None:
    """In the order in which it came, and once."""
    got: list[MqttMessage] = []
    session = away(persistent=True)
    session.connect(got.append, clean=False)
    session.offer(message(b"2"), 1)
    session.disconnect()
    session.connect(got.append, clean=False)
    assert [one.payload for one in got] == [b"1", b"2"]


def test_a_new_session_has_nothing() -> None:
    """What was kept is gone, and so are the filters."""
    got: list[MqttMessage] = []
    session = away(persistent=True)
    session.connect(got.append, clean=True)
    session.offer(message(b"2"), 1)
    assert (got, session.filters) == ([], [])


def test_a_session_that_is_not_persistent_ends_with_its_connection() -> None:
    """Nothing is kept for it, not even its filters."""
    got: list[MqttMessage] = []
    session = away(persistent=False)
    session.connect(got.append, clean=False)
    assert (got, session.filters) == ([], [])


def test_overlapping_filters_deliver_once() -> None:
    """With the best quality of service of those that match."""
    got: list[MqttMessage] = []
    session = Session("client", persistent=True)
    session.connect(got.append, clean=True)
    session.subscribe("#", 0)
    session.subscribe("a", 1)
    session.offer(message(b"1"), 1)
    assert len(got) == 1
    session.disconnect()
    session.offer(message(b"2"), 1)
    session.connect(got.append, clean=False)
    assert [one.payload for one in got] == [b"1", b"2"]


def test_a_full_session_grants_nothing_new() -> None:
    """A filter that it has can be subscribed to again; what is given back makes room."""
    session = Session("client", max_filters=1)
    session.connect(nowhere, clean=True)
    assert session.subscribe("a", 1)
    assert not session.subscribe("b", 1)
    assert session.subscribe("a", 0)
    session.unsubscribe("a")
    assert session.subscribe("b", 1)
    assert session.filters == ["b"]
