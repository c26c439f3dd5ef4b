"""One request, its answer and its events."""

import json
from base64 import b64encode
from collections.abc import Mapping

import pytest

from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.frames import Flag, Frame, Headers, MessageType
from client_device_associator.nucleus.port import OnClosed, OnUnreadable
from client_device_associator.nucleus.rpc_errors import ResponseError, StreamClosedError
from client_device_associator.nucleus.streams import (
    Document,
    OnEvent,
    Stream,
    changes,
    iot_core_messages,
    messages,
    validation_requests,
)


def say(
    stream: Stream,
    document: object,
    message_type: MessageType = MessageType.APPLICATION_MESSAGE,
    *,
    shape: str = "aws.greengrass#Shape",
    flags: int = 0,
) -> None:
    """The nucleus says something; bytes as they are, anything else as JSON."""
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    stream.take(Frame(Headers(message_type, flags, 1, shape), payload))


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
        (
            {"_message": "no", "_errorCode": "x"},
            MessageType.APPLICATION_ERROR,
            "x",
            ("x", "no"),
        ),
        ({"message": None}, MessageType.APPLICATION_ERROR, "x", ("x", None)),
        (
            b"InternalServerError",
            MessageType.APPLICATION_ERROR,
            "",
            ("an error without a name", "InternalServerError"),
        ),
    ],
    ids=["answer", "empty", "error", "of lite", "without words", "of classic, not foreseen"],
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


def test_an_answer_that_cannot_be_read_says_why() -> None:
    """In words that a person can read in the log."""
    answers: list[Document | Exception] = []
    say(Stream(answers.append), b"{")
    (answer,) = answers
    assert isinstance(answer, ResponseError)
    assert (answer.shape, str(answer)) == ("unreadable answer", answer.message)
    assert str(answer).startswith("Expecting property name")


def test_the_words_of_an_error_are_text_or_none() -> None:
    """Whatever a nucleus puts into their place."""
    answers: list[Document | Exception] = []
    say(Stream(answers.append), {"message": 5}, MessageType.APPLICATION_ERROR)
    assert [getattr(one, "message", 0) for one in answers] == [None]


@pytest.mark.parametrize(
    ("on_event", "message_type", "expected"),
    [
        (lambda _: None, MessageType.APPLICATION_MESSAGE, True),
        (lambda _: None, MessageType.APPLICATION_ERROR, False),
        (None, MessageType.APPLICATION_MESSAGE, False),
    ],
    ids=["a subscription", "one that was refused", "a request"],
)
def test_only_a_subscription_goes_on_after_its_answer(
    on_event: OnEvent | None,
    message_type: MessageType,
    expected: bool,  # noqa: FBT001 - of a table
) -> None:
    """Lite does not say that a request is over."""
    stream = Stream(lambda _: None, on_event)
    say(stream, {}, message_type)
    assert stream.is_established is expected


def test_an_error_without_a_shape_is_an_error() -> None:
    """Its words are there all the same."""
    answers: list[Document | Exception] = []
    say(Stream(answers.append), {"message": "m"}, MessageType.APPLICATION_ERROR, shape="")
    assert [getattr(one, "message", None) for one in answers] == ["m"]
    assert str(getattr(answers[0], "shape", "")) == "an error without a name"


def test_a_stream_that_ends_without_an_answer_is_an_error() -> None:
    """And is not reported as ended: it has never been."""
    answers: list[Document | Exception] = []
    ends: list[str] = []
    stream = Stream(answers.append, on_closed=lambda: ends.append("end"))
    stream.ended()
    assert ([type(one) for one in answers], ends) == ([StreamClosedError], [])


@pytest.mark.parametrize(
    ("document", "message_type"),
    [
        (b"{", MessageType.APPLICATION_MESSAGE),
        (b"\xff", MessageType.APPLICATION_MESSAGE),
        (b"", MessageType.APPLICATION_MESSAGE),
        ({}, MessageType.APPLICATION_ERROR),
    ],
    ids=["no JSON", "no UTF-8", "nothing", "an error"],
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
    say(stream, b"", flags=Flag.TERMINATE_STREAM)
    stream.ended()
    stream.ended()
    assert seen == ["end"]


def test_a_last_message_may_be_an_event() -> None:
    """It says both."""
    events: list[object] = []
    stream = established(on_event=events.append)
    say(stream, {"event": 1}, flags=Flag.TERMINATE_STREAM)
    assert events == [{"event": 1}]


def test_a_stream_that_was_not_sent_can_be_closed() -> None:
    """There is nobody to tell."""
    Stream(lambda _: None).close()


def test_our_own_end_of_a_stream_is_not_reported() -> None:
    """And what was on its way is not taken any more."""
    seen: list[object] = []
    stream = established(on_event=seen.append, on_closed=lambda: seen.append("end"))
    stream.end = lambda: seen.append("told")
    stream.close()
    say(stream, {"event": 1})
    stream.ended()
    assert seen == ["told"]


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
