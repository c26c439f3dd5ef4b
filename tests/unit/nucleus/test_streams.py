from collections.abc import Mapping

import pytest
from awsiot.greengrasscoreipc import model

from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.streams import (
    Stream,
    changes,
    iot_core_messages,
    messages,
    validation_requests,
)


class FakeOperation:
    """An operation of the IPC library's that remembers what became of it."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        """Ends it."""
        self.closed += 1


def test_a_stream_passes_events_on_and_survives_what_cannot_be_decoded() -> None:
    """True from `on_stream_error` would end the subscription; it is counted elsewhere."""
    events: list[object] = []
    stream = Stream(events.append, lambda: None, lambda: events.append("unreadable"))
    stream.on_stream_event("an event")
    assert stream.on_stream_error(ValueError("nonsense")) is False
    stream.on_stream_event("another")
    assert events == ["an event", "unreadable", "another"]


def test_the_end_of_a_stream_is_reported_once() -> None:
    """By the nucleus, and only of one that has ever been."""
    ends: list[str] = []
    stream = Stream(lambda _: None, lambda: ends.append("end"))
    stream.on_stream_closed()
    assert ends == []
    stream.established = True
    stream.on_stream_closed()
    stream.on_stream_closed()
    assert ends == ["end"]


def test_our_own_end_of_a_stream_is_not_reported() -> None:
    """The library calls back for that one as well."""
    ends: list[str] = []
    stream = Stream(lambda _: None, lambda: ends.append("end"))
    stream.operation = FakeOperation()
    stream.established = True
    stream.close()
    stream.on_stream_closed()
    assert (stream.operation.closed, ends) == (1, [])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            model.SubscriptionResponseMessage(
                binary_message=model.BinaryMessage(
                    message=b"x", context=model.MessageContext(topic="t")
                )
            ),
            [("t", b"x")],
        ),
        (
            model.SubscriptionResponseMessage(
                binary_message=model.BinaryMessage(context=model.MessageContext(topic="t"))
            ),
            [("t", b"")],
        ),
        (
            model.SubscriptionResponseMessage(
                json_message=model.JsonMessage(
                    message={"a": 1}, context=model.MessageContext(topic="t")
                )
            ),
            [("t", {"a": 1})],
        ),
        (
            model.SubscriptionResponseMessage(
                json_message=model.JsonMessage(context=model.MessageContext(topic="t"))
            ),
            [("t", {})],
        ),
        (model.SubscriptionResponseMessage(binary_message=model.BinaryMessage(message=b"x")), []),
        (
            model.SubscriptionResponseMessage(
                json_message=model.JsonMessage(message={}, context=model.MessageContext())
            ),
            [],
        ),
        (model.SubscriptionResponseMessage(), []),
    ],
    ids=["binary", "empty", "JSON", "no object", "no context", "no topic", "nothing"],
)
def test_messages_of_either_kind_are_passed_on(
    event: object, expected: list[tuple[str, Payload]]
) -> None:
    """With the topic that the nucleus has set; without one nobody could be answered."""
    came: list[tuple[str, Payload]] = []
    messages(lambda topic, payload: came.append((topic, payload)))(event)
    assert came == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (model.MQTTMessage(topic_name="t", payload=b"x"), [("t", b"x")]),
        (model.MQTTMessage(topic_name="t"), [("t", b"")]),
        (model.MQTTMessage(payload=b"x"), []),
        (None, []),
    ],
    ids=["bytes", "empty", "no topic", "nothing"],
)
def test_messages_of_iot_core_are_passed_on(
    message: object, expected: list[tuple[str, Payload]]
) -> None:
    """Always bytes, whatever is in them."""
    came: list[tuple[str, Payload]] = []
    on_event = iot_core_messages(lambda topic, payload: came.append((topic, payload)))
    on_event(model.IoTCoreMessage(message=message))
    assert came == expected


def test_changes_are_reported_without_their_content() -> None:
    """The configuration is read again as a whole; other events mean nothing."""
    calls: list[str] = []
    on_event = changes(lambda: calls.append("changed"))
    on_event(model.ConfigurationUpdateEvents())
    assert calls == []
    on_event(
        model.ConfigurationUpdateEvents(
            configuration_update_event=model.ConfigurationUpdateEvent(
                component_name="c", key_path=["a"]
            )
        )
    )
    assert calls == ["changed"]


def test_validation_requests_come_with_their_deployment() -> None:
    """And with the whole configuration that it would bring."""
    asked: list[tuple[str, Mapping[str, object]]] = []
    on_event = validation_requests(
        lambda deployment, document: asked.append((deployment, document))
    )
    event = model.ValidateConfigurationUpdateEvent
    for question in (event(deployment_id="d", configuration={"a": 1}), event(), None):
        on_event(
            model.ValidateConfigurationUpdateEvents(validate_configuration_update_event=question)
        )
    assert asked == [("d", {"a": 1}), ("", {})]
