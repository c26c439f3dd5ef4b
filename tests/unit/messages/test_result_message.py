import base64
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.bus import Bus
from client_device_associator.core.result import ROSTER_TOPIC, Result, Status
from client_device_associator.messages.encoding import MAX_MESSAGE_BYTES, encode, size_on_the_wire
from client_device_associator.messages.result_message import (
    ResultMessage,
    pack,
    result_document,
    result_topic,
)
from support.reading import document_of
from support.values import SHARED, START, UNICODE, numbered

CORE = "core-1"
LITE_PACKET, HEADERS = 10_000, 200
"""Bytes; what the event stream's headers and checksums come to is far less."""

LITE_JSON_BUDGET = 487
"""Beyond it a JSON message ends every subscription that it matches on lite."""


def packed(
    results: Sequence[Result], template: str = "{topic}/status", *, as_json: bool = False
) -> list[ResultMessage]:
    """The messages for these results."""
    return list(pack(results, template, CORE, START, as_json=as_json))


def lite_weight(value: object) -> int:
    """What a JSON message costs lite's parser: 21 for a key, 11 for a list item, at all levels."""
    if isinstance(value, dict):
        return sum(21 + lite_weight(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(11 + lite_weight(inner) for inner in value)
    return 0


def test_a_message_says_who_what_and_when() -> None:
    """The whole of the contract's result, with everything in it."""
    result = Result(
        SHARED,
        Status.RETRYING,
        "a",
        code="Oops",
        message="in words",
        attempts=2,
        next_attempt_at=START + 1.5,
        announcement_id="7",
    )
    (message,) = packed([result])
    assert message.topic == f"{SHARED}/status"
    assert message.results == (0,)
    assert document_of(message) == {
        "coreDeviceThingName": CORE,
        "results": [
            {
                "thingName": "a",
                "status": "retrying",
                "code": "Oops",
                "message": "in words",
                "attempts": 2,
                "nextAttemptAt": "2027-01-15T08:00:01.500Z",
                "id": "7",
            }
        ],
        "timestamp": "2027-01-15T08:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("result", "document"),
    [
        (Result(SHARED, Status.QUEUED, "a"), {"thingName": "a", "status": "queued"}),
        (Result(SHARED, Status.REJECTED, code="x"), {"status": "rejected", "code": "x"}),
        (
            Result(SHARED, Status.ASSOCIATED, "a", already=True),
            {"thingName": "a", "status": "associated", "already": True},
        ),
        (
            Result(SHARED, Status.RETRYING, "a", attempts=0),
            {"thingName": "a", "status": "retrying", "attempts": 0},
        ),
    ],
)
def test_what_does_not_apply_is_left_out(result: Result, document: dict[str, object]) -> None:
    """No key is there for nothing."""
    assert result_document(result) == document


def test_what_a_service_says_is_cut_short() -> None:
    """A page of HTML does not go round the device."""
    document = result_document(
        Result(SHARED, Status.FAILED, "a", code="c" * 999, message="m" * 999)
    )
    assert (document["code"], document["message"]) == ("c" * 64, "m" * 256)


def test_results_for_one_topic_travel_together() -> None:
    """One message a topic, in the order in which the results came about."""
    results = [Result(topic, Status.QUEUED, name) for name in "abc" for topic in ("x", "y")]
    first, second = packed(results)
    assert (first.topic, first.results) == ("x/status", (0, 2, 4))
    assert (second.topic, second.results) == ("y/status", (1, 3, 5))


@pytest.mark.parametrize("as_json", [False, True])
def test_the_longest_names_and_ids_fit(as_json: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """100 names of 128 characters with ids as long stay within the limits of lite."""
    results = [
        Result(
            SHARED,
            Status.RETRYING,
            name.ljust(128, "x"),
            code="c" * 64,
            message="m" * 256,
            attempts=3,
            next_attempt_at=START,
            announcement_id="i" * 128,
        )
        for name in numbered(100)
    ]
    messages = packed(results, as_json=as_json)
    assert [index for message in messages for index in message.results] == list(range(100))
    for message in messages:
        assert len(encode(document_of(message))) <= 7000
        if as_json:
            assert lite_weight(document_of(message)) <= LITE_JSON_BUDGET


def test_messages_are_filled() -> None:
    """Results are not sent one by one for want of trying."""
    results = [Result(SHARED, Status.ASSOCIATED, name) for name in numbered(100)]
    assert len(packed(results)) == 1


@pytest.mark.parametrize("before", [[], ["y" * 6850]])
@pytest.mark.parametrize(("as_json", "count", "spared"), [(True, 2, 2), (False, 3, 4)])
def test_a_message_is_filled_up_to_the_limit(
    before: list[str], count: int, spared: int, *, as_json: bool
) -> None:
    """But for what is counted between results and is not there: each counts a comma and a blank."""

    def last(padding: int) -> ResultMessage:
        names = [*before, *["é"] * (count - 1), "x" * padding]
        results = [Result(SHARED, Status.FAILED, name) for name in names]
        return packed(results, as_json=as_json)[-1]

    filled = [last(padding) for padding in range(6500, 7000)]
    longest = max(
        size_on_the_wire(document_of(one), as_json=as_json)
        for one in filled
        if len(one.results) == count
    )
    assert longest == MAX_MESSAGE_BYTES - spared


@pytest.mark.parametrize(
    ("template", "topic"),
    [
        ("{topic}/status", "a/b/status"),
        ("r/{coreThingName}/{thingName}", "r/core-1/lamp"),
        ("{topic}{topic}", "a/ba/b"),
    ],
)
def test_topics_are_filled_in(template: str, topic: str) -> None:
    """All three placeholders, as often as they occur."""
    assert result_topic(template, Result("a/b", Status.QUEUED, "lamp"), CORE) == topic


@pytest.mark.parametrize("topic", ["a/announce", "a/announce/", "a/announce///"])
def test_empty_levels_at_the_end_of_a_topic_do_not_count(topic: str) -> None:
    """The classic nucleus delivers `a/` to a subscriber of `a`; no policy allows `a//status`."""
    result = Result(topic, Status.ASSOCIATED, "lamp")
    assert result_topic("{topic}/status", result, "core-1") == "a/announce/status"


def test_other_characters_at_the_end_of_a_topic_do() -> None:
    """Only slashes are left out."""
    result = Result("a/X", Status.ASSOCIATED, "lamp")
    assert result_topic("{topic}/status", result, "core-1") == "a/X/status"


@pytest.mark.parametrize("name", [None, "a/b", "+", "é"])
def test_no_bad_name_reaches_a_topic(name: str | None) -> None:
    """What was rejected as a thing name is none in a topic either; the result is left out."""
    bad = Result(SHARED, Status.REJECTED, name)
    assert result_topic("r/{thingName}", bad, CORE) is None
    (message,) = packed([bad, Result(SHARED, Status.QUEUED, "a")], "r/{thingName}")
    assert message.results == (1,)


@pytest.mark.parametrize("topic", ["a/+/b", "a/#", "a*", "a" * 250, "é" * 125])
def test_nothing_goes_where_a_nucleus_might_not_have_it(topic: str) -> None:
    """Lite lets others publish to topics with wildcards, and the status topic may be too long."""
    result = Result(topic, Status.ASSOCIATED, "lamp")
    assert result_topic("{topic}/status", result, CORE) is None
    assert result_topic("all/{coreThingName}", result, CORE) == "all/core-1"


def test_a_placeholder_in_a_topic_is_just_text() -> None:
    """Only the template is filled in, never what was filled in."""
    result = Result("x/{thingName}", Status.QUEUED, "a")
    assert result_topic("{topic}", result, CORE) == "x/{thingName}"


RESULTS = st.builds(
    Result,
    topic=st.sampled_from(["a", "b/c"]) | UNICODE,
    status=st.sampled_from(Status),
    thing_name=st.none() | st.sampled_from(numbered(3)) | st.text(max_size=128),
    already=st.booleans(),
    code=st.none() | UNICODE,
    message=st.none() | UNICODE,
    attempts=st.none() | st.integers(0, 1000),
    next_attempt_at=st.none() | st.floats(0, 4e9),
    announcement_id=st.none() | st.text(st.characters(), max_size=128),
)
TEMPLATES = st.sampled_from(["{topic}/status", "r/{thingName}", "r/{coreThingName}", "r"])


@given(st.lists(RESULTS, max_size=40), TEMPLATES, st.booleans())
def test_packing_loses_and_repeats_nothing(
    results: list[Result],
    template: str,
    as_json: bool,  # noqa: FBT001 - drawn
) -> None:
    """Every result that has a topic is in one message, in order, and within the limits."""
    messages = packed(results, template, as_json=as_json)
    carried = [index for message in messages for index in message.results]
    topics = [result_topic(template, result, CORE) for result in results]
    assert sorted(carried) == [index for index, topic in enumerate(topics) if topic is not None]
    for message in messages:
        assert list(message.results) == sorted(message.results)
        assert {topics[index] for index in message.results} == {message.topic}
        assert document_of(message)["results"] == [
            result_document(results[index]) for index in message.results
        ]
        sent = encode(document_of(message))
        assert len(sent) <= MAX_MESSAGE_BYTES
        json.loads(sent)
        if as_json:
            assert lite_weight(document_of(message)) <= LITE_JSON_BUDGET


def test_a_json_message_is_short_in_the_words_of_the_sdk() -> None:
    """The SDK spells everything but ASCII as escapes, which makes a JsonMessage longer."""
    results = [
        Result(SHARED, Status.FAILED, name, message="の" * 256, announcement_id="😀" * 128)
        for name in numbered(4)
    ]
    for message in packed(results, as_json=True):
        assert len(json.dumps(document_of(message))) <= MAX_MESSAGE_BYTES


@pytest.mark.parametrize("topic", ["é" * 124, "\x01" * 200, "a" * 249])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_packet_of_lite_holds_message_and_topic(topic: str, *, as_json: bool) -> None:
    """However they are spelled: beyond 10,000 bytes our connection would be closed."""
    results = [
        Result(topic, Status.ASSOCIATED, name, announcement_id="é" * 128) for name in numbered(300)
    ]
    for one in pack(results, "{topic}/status", CORE, START, as_json=as_json):
        payload = encode(document_of(one))
        content = (
            {"jsonMessage": {"message": document_of(one)}}
            if as_json
            else {"binaryMessage": {"message": base64.b64encode(payload).decode()}}
        )
        request = json.dumps({"topic": one.topic, "publishMessage": content})
        assert len(request) + HEADERS <= LITE_PACKET


@pytest.mark.parametrize(("bus", "topic"), [(Bus.LOCAL, "a/b/c/d/e/f/g/h/i"), (Bus.IOT_CORE, None)])
def test_what_iot_core_does_not_allow_is_no_topic_there(bus: Bus, topic: str | None) -> None:
    """A filter with `#` takes topics of any depth; eight slashes would end the connection."""
    result = Result("a/b/c/d/e/f/g/h", Status.FAILED, "lamp", bus=bus)
    assert result_topic("{topic}/i", result, CORE) == topic
    assert result_topic("r/{thingName}", result, CORE) == "r/lamp"


def test_what_is_said_of_the_clouds_list_has_a_topic_of_its_own_on_the_local_bus_alone() -> None:
    """On AWS IoT Core it goes where the template says: core devices share the topics there."""
    vanished = Result(ROSTER_TOPIC, Status.VANISHED, "lamp")
    assert result_topic("fleet/{coreThingName}", vanished, "core-1") == ROSTER_TOPIC
    copy = replace(vanished, bus=Bus.IOT_CORE)
    assert result_topic("fleet/{coreThingName}", copy, "core-1") == "fleet/core-1"
