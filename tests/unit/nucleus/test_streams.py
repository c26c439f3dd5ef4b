import json
from base64 import b64encode
from collections.abc import Mapping

import pytest
from awscrt.eventstream import Header
from awscrt.eventstream.rpc import MessageFlag, MessageType

from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.port import OnClosed, OnUnreadable
from client_device_associator.nucleus.streams import (
    Document,
    OnEvent,
    ResponseError,
    Stream,
    StreamClosedError,
    changes,
    iot_core_messages,
    messages,
    validation_requests,
)


class FakeContinuation:
    """awscrt's end of a stream, which remembers what was sent."""

    def __init__(self, *, has_ended: bool = False) -> None:
        self.sent: list[Mapping[str, object]] = []
        self._has_ended = has_ended

    def send_message(self, **message: object) -> None:
        """Sends."""
        if self._has_ended:
            raise RuntimeError("AWS_ERROR_EVENT_STREAM_RPC_STREAM_CLOSED")
        self.sent.append(message)


def say(
    stream: Stream,
    document: object,
    message_type: MessageType = MessageType.APPLICATION_MESSAGE,
    *,
    shape: str = "aws.greengrass#Shape",
    flags: int = MessageFlag.NONE,
) -> None:
    """The nucleus says something; bytes as they are, anything else as JSON."""
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = [Header.from_string("service-model-type", shape)]
    stream.on_continuation_message(headers, payload, message_type, flags, later=None)


def established(
    on_event: OnEvent = lambda _: None,
    on_closed: OnClosed = lambda: None,
    on_unreadable: OnUnreadable = lambda: None,
) -> Stream:
    """A stream with a good answer."""
    stream = Stream(lambda _: None, on_event, on_closed, on_unreadable)
    say(stream, {})
    return stream


@pytest.mark.parametrize(
    ("document", "message_type", "shape", "expected"),
    [
        ({"value": 1}, MessageType.APPLICATION_MESSAGE, "aws.greengrass#Answer", {"value": 1}),
        (b"", MessageType.APPLICATION_MESSAGE, "aws.greengrass#Answer", {}),
        (
            {"message": "no"},
            MessageType.APPLICATION_ERROR,
            "aws.greengrass#UnauthorizedError",
            ("UnauthorizedError", "no"),
        ),
        ({"message": None}, MessageType.APPLICATION_ERROR, "x", ("x", None)),
    ],
    ids=["answer", "empty", "error", "error of lite"],
)
def test_the_first_message_is_the_answer(
    document: object, message_type: MessageType, shape: str, expected: object
) -> None:
    """Or an error, by its name in the IPC model."""
    answers: list[Document | Exception] = []
    say(Stream(answers.append), document, message_type, shape=shape)
    (answer,) = answers
    found = (answer.shape, answer.message) if isinstance(answer, ResponseError) else answer
    assert found == expected


@pytest.mark.parametrize("payload", [b"{", b"\xff", b"[1]", b"[" * 100_000])
@pytest.mark.parametrize(
    "message_type", [MessageType.APPLICATION_MESSAGE, MessageType.APPLICATION_ERROR]
)
def test_an_answer_that_cannot_be_read_is_an_error(
    payload: bytes, message_type: MessageType
) -> None:
    """Nobody is to wait for it until it is late."""
    answers: list[Document | Exception] = []
    say(Stream(answers.append), payload, message_type)
    assert [type(one) for one in answers] == [ResponseError]


@pytest.mark.parametrize(
    ("flags", "sent"), [(MessageFlag.NONE, 1), (MessageFlag.TERMINATE_STREAM, 0)]
)
def test_a_stream_that_was_refused_does_not_stay_open(flags: int, sent: int) -> None:
    """The nucleus may have ended it with its answer."""
    stream = Stream(lambda _: None)
    stream.continuation = continuation = FakeContinuation()
    say(stream, {}, MessageType.APPLICATION_ERROR, flags=flags)
    assert len(continuation.sent) == sent


def test_an_error_without_a_shape_is_an_error() -> None:
    """Its words are there all the same."""
    answers: list[Document | Exception] = []
    stream = Stream(answers.append)
    stream.on_continuation_message([], b'{"message": "m"}', MessageType.APPLICATION_ERROR, 0)
    assert [getattr(one, "message", None) for one in answers] == ["m"]


def test_a_stream_that_ends_without_an_answer_is_an_error() -> None:
    """And is not reported as ended: it has never been."""
    answers: list[Document | Exception] = []
    ends: list[str] = []
    stream = Stream(answers.append, on_closed=lambda: ends.append("end"))
    stream.on_continuation_closed()
    assert ([type(one) for one in answers], ends) == ([StreamClosedError], [])


@pytest.mark.parametrize(
    ("document", "message_type"),
    [
        (b"{", MessageType.APPLICATION_MESSAGE),
        (b"\xff", MessageType.APPLICATION_MESSAGE),
        ({}, MessageType.APPLICATION_ERROR),
    ],
    ids=["no JSON", "no UTF-8", "an error"],
)
def test_a_stream_passes_events_on_and_survives_what_cannot_be_decoded(
    document: object, message_type: MessageType
) -> None:
    """It is counted elsewhere."""
    events: list[object] = []
    stream = established(on_event=events.append, on_unreadable=lambda: events.append("unreadable"))
    say(stream, {"event": 1})
    say(stream, document, message_type)
    say(stream, {"event": 2})
    assert events == [{"event": 1}, "unreadable", {"event": 2}]


@pytest.mark.parametrize(
    "event",
    [
        [],
        {"binaryMessage": "text"},
        {"binaryMessage": {"message": "A", "context": {"topic": "t"}}},
        {"jsonMessage": []},
        {"binaryMessage": {"message": 1, "context": {"topic": "t"}}},
    ],
)
def test_an_event_of_another_shape_cannot_be_decoded(event: object) -> None:
    """Whatever the nucleus sends, the stream goes on."""
    unreadable: list[int] = []
    stream = established(
        on_event=messages(lambda *_: None), on_unreadable=lambda: unreadable.append(1)
    )
    say(stream, event)
    assert unreadable == [1]


def test_the_end_of_a_stream_is_reported_once() -> None:
    """By the nucleus, be it with a last message that says nothing else."""
    seen: list[str] = []
    stream = established(
        on_closed=lambda: seen.append("end"), on_unreadable=lambda: seen.append("unreadable")
    )
    say(stream, b"", flags=MessageFlag.TERMINATE_STREAM)
    stream.on_continuation_closed()
    stream.on_continuation_closed()
    assert seen == ["end"]


def test_our_own_end_of_a_stream_is_not_reported() -> None:
    """The library calls back for that one as well."""
    ends: list[str] = []
    stream = established(on_closed=lambda: ends.append("end"))
    stream.continuation = continuation = FakeContinuation()
    stream.close()
    stream.on_continuation_closed()
    assert [one["flags"] for one in continuation.sent] == [MessageFlag.TERMINATE_STREAM]
    assert (stream.continuation, ends) == (None, [])
    stream.close()


def test_a_stream_that_has_ended_can_be_closed() -> None:
    """The nucleus may have been a moment earlier."""
    stream = established()
    stream.continuation = FakeContinuation(has_ended=True)
    stream.close()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {"binaryMessage": {"message": b64encode(b"x").decode(), "context": {"topic": "t"}}},
            [("t", b"x")],
        ),
        ({"binaryMessage": {"context": {"topic": "t"}}}, [("t", b"")]),
        ({"jsonMessage": {"message": {"a": 1}, "context": {"topic": "t"}}}, [("t", {"a": 1})]),
        ({"jsonMessage": {"context": {"topic": "t"}}}, [("t", {})]),
        ({"binaryMessage": {"message": ""}}, []),
        ({"jsonMessage": {"message": {}, "context": {}}}, []),
        ({}, []),
    ],
    ids=["binary", "empty", "JSON", "no object", "no context", "no topic", "nothing"],
)
def test_messages_of_either_kind_are_passed_on(
    event: Document, expected: list[tuple[str, Payload]]
) -> None:
    """With the topic that the nucleus has set; without one nobody could be answered."""
    came: list[tuple[str, Payload]] = []
    messages(lambda topic, payload: came.append((topic, payload)))(event)
    assert came == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"message": {"topicName": "t", "payload": "eA=="}}, [("t", b"x")]),
        ({"message": {"topicName": "t"}}, [("t", b"")]),
        ({"message": {"payload": "eA=="}}, []),
        ({}, []),
    ],
    ids=["bytes", "empty", "no topic", "nothing"],
)
def test_messages_of_iot_core_are_passed_on(
    event: Document, expected: list[tuple[str, Payload]]
) -> None:
    """Always bytes, whatever is in them."""
    came: list[tuple[str, Payload]] = []
    iot_core_messages(lambda topic, payload: came.append((topic, payload)))(event)
    assert came == expected


def test_changes_are_reported_without_their_content() -> None:
    """The configuration is read again as a whole; other events mean nothing."""
    calls: list[str] = []
    on_event = changes(lambda: calls.append("changed"))
    on_event({})
    assert calls == []
    on_event({"configurationUpdateEvent": {"componentName": "c", "keyPath": ["a"]}})
    assert calls == ["changed"]


def test_validation_requests_come_with_their_deployment() -> None:
    """And with the whole configuration that it would bring."""
    asked: list[tuple[str, Mapping[str, object]]] = []
    on_event = validation_requests(
        lambda deployment, document: asked.append((deployment, document))
    )
    for question in ({"deploymentId": "d", "configuration": {"a": 1}}, {}):
        on_event({"validateConfigurationUpdateEvent": question})
    on_event({})
    assert asked == [("d", {"a": 1}), ("", {})]
