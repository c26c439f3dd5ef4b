from collections.abc import Mapping

import pytest
from awsiot.greengrasscoreipc import model

from client_device_associator.messages.announcement import Payload
from client_device_associator.nucleus.streams import (
    Stream,
    agreement,
    changes,
    messages,
    questions,
)


class FakeOperation:
    """An operation of the IPC library's that remembers what became of it."""

    def __init__(self) -> None:
        self.closed = 0
        self.requests: list[object] = []

    def close(self) -> None:
        """Ends it."""
        self.closed += 1

    def activate(self, request: object) -> None:
        """Sends it."""
        self.requests.append(request)


class FakeClient:
    """A client of the IPC library's with the one operation that is wanted of it."""

    def __init__(self) -> None:
        self.operations: list[FakeOperation] = []

    def new_defer_component_update(self) -> FakeOperation:
        """An operation."""
        self.operations.append(FakeOperation())
        return self.operations[-1]


def test_a_stream_hands_events_on_and_survives_what_cannot_be_decoded() -> None:
    """True from `on_stream_error` would end the subscription."""
    events: list[object] = []
    stream = Stream(events.append, lambda: None)
    stream.on_stream_event("an event")
    assert stream.on_stream_error(ValueError("nonsense")) is False
    stream.on_stream_event("another")
    assert events == ["an event", "another"]


def test_the_end_of_a_stream_is_told_once() -> None:
    """By the nucleus, and only of one that has ever been."""
    ends: list[str] = []
    stream = Stream(lambda _: None, lambda: ends.append("end"))
    stream.on_stream_closed()
    assert ends == []
    stream.established = True
    stream.on_stream_closed()
    stream.on_stream_closed()
    assert ends == ["end"]


def test_our_own_end_of_a_stream_is_no_news() -> None:
    """The library tells of that one as well."""
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
def test_messages_of_either_kind_are_handed_on(
    event: object, expected: list[tuple[str, Payload]]
) -> None:
    """With the topic that the nucleus has set; without one nobody could be answered."""
    came: list[tuple[str, Payload]] = []
    messages(lambda topic, payload: came.append((topic, payload)))(event)
    assert came == expected


def test_changes_are_told_without_their_content() -> None:
    """The configuration is read anew as a whole; other events mean nothing."""
    told: list[str] = []
    on_event = changes(lambda: told.append("changed"))
    on_event(model.ConfigurationUpdateEvents())
    assert told == []
    on_event(
        model.ConfigurationUpdateEvents(
            configuration_update_event=model.ConfigurationUpdateEvent(
                component_name="c", key_path=["a"]
            )
        )
    )
    assert told == ["changed"]


def test_questions_come_with_their_deployment() -> None:
    """And with the whole configuration that it would bring."""
    asked: list[tuple[str, Mapping[str, object]]] = []
    on_event = questions(lambda deployment, document: asked.append((deployment, document)))
    event = model.ValidateConfigurationUpdateEvent
    for question in (event(deployment_id="d", configuration={"a": 1}), event(), None):
        on_event(
            model.ValidateConfigurationUpdateEvents(validate_configuration_update_event=question)
        )
    assert asked == [("d", {"a": 1}), ("", {})]


def test_component_updates_are_agreed_to_at_once() -> None:
    """No deployment waits for us; what comes after the update asks for nothing."""
    client = FakeClient()
    on_event = agreement(client)
    on_event(model.ComponentUpdatePolicyEvents(post_update_event=model.PostComponentUpdateEvent()))
    assert client.operations == []
    on_event(
        model.ComponentUpdatePolicyEvents(
            pre_update_event=model.PreComponentUpdateEvent(deployment_id="d")
        )
    )
    (operation,) = client.operations
    (request,) = operation.requests
    assert isinstance(request, model.DeferComponentUpdateRequest)
    assert (request.deployment_id, request.recheck_after_ms) == ("d", 0)
