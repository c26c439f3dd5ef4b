"""What a message announces, on a topic that many devices share."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.result import Reason, Status
from client_device_associator.core.thing_name import is_thing_name
from client_device_associator.messages.announcement import (
    MAX_ID_LENGTH,
    MAX_NAMES,
    MAX_PAYLOAD_BYTES,
    Reading,
    read_announcement,
    read_presence,
)
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.template import Template
from client_device_associator.messages.topic import MAX_TOPIC_BYTES
from support.reading import names, read, reasons
from support.values import JSON, SHARED, numbered, template

OWN = template("{topic:1}")
OWN_TOPIC = "clientdevices/lamp/announce"

TEMPLATES = [
    None,
    OWN,
    template("{topic:9}"),
    template("{payload:/thingName}"),
    template("gw-{payload:/data/0/serial}"),
    template("{topic:0}_{payload:/}"),
    template("{payload:/thingNames/00}"),
]


@pytest.mark.parametrize(
    "payload",
    [{"thingName": "a"}, {"thingNames": ["a"]}, {"thingName": "a", "thingNames": ["a", "a"]}],
)
def test_each_form_names_a_device_once(payload: dict[str, Any]) -> None:
    """A single name, a list, and both together come to one announcement."""
    expected = Reading((Announcement("a", SHARED),))
    assert read(payload) == expected
    assert read_announcement(None, SHARED, payload) == expected


def test_the_id_goes_with_every_name() -> None:
    """Announcements and rejections alike hand back the id."""
    reading = read({"thingNames": ["a", "b", "no name"], "id": "x" * MAX_ID_LENGTH})
    assert [one.announcement_id for one in reading.announcements] == ["x" * MAX_ID_LENGTH] * 2
    assert [one.announcement_id for one in reading.rejections] == ["x" * MAX_ID_LENGTH]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"\xff\xfe\xfd", Reason.NOT_JSON),
        (b"{'thingName': 'a'}", Reason.NOT_JSON),
        (b'{"thingName": "a"', Reason.NOT_JSON),
        (b"[" * 100_000, Reason.NOT_JSON),
        (b'{"thingName":' + b"9" * 5000 + b"}", Reason.NOT_JSON),
        (["a"], Reason.NOT_AN_OBJECT),
        ("a", Reason.NOT_AN_OBJECT),
        (None, Reason.NOT_AN_OBJECT),
        (b"NaN", Reason.NOT_AN_OBJECT),
        ({}, Reason.NO_THING_NAME),
        ({"thingname": "a"}, Reason.NO_THING_NAME),
        ({"thingNames": []}, Reason.NO_THING_NAME),
        ({"thingNames": "a"}, Reason.WRONG_TYPE),
        ({"thingNames": {"a": 1}}, Reason.WRONG_TYPE),
        ({"thingName": None}, Reason.WRONG_TYPE),
        ({"thingName": 17}, Reason.WRONG_TYPE),
        (b'{"thingName": Infinity}', Reason.WRONG_TYPE),
        ({"thingName": ["a"]}, Reason.WRONG_TYPE),
        ({"thingName": ""}, Reason.INVALID_THING_NAME),
        ({"thingName": "a" * 129}, Reason.INVALID_THING_NAME),
        ({"thingName": "a/b"}, Reason.INVALID_THING_NAME),
        ({"thingName": "a\n"}, Reason.INVALID_THING_NAME),
        ({"thingName": "ä"}, Reason.INVALID_THING_NAME),
        ({"thingName": "\ud800"}, Reason.INVALID_THING_NAME),
        ({"thingNames": numbered(10_000)}, Reason.TOO_MANY_NAMES),
        ({"thingName": "a", "id": 5}, Reason.INVALID_ID),
        ({"thingName": "a", "id": "x" * 129}, Reason.INVALID_ID),
        ({"thingName": "a", "id": "\udfff"}, Reason.INVALID_ID),
        (b" " * (MAX_PAYLOAD_BYTES + 1), Reason.TOO_LARGE),
    ],
)
def test_a_bad_message_gets_one_clear_rejection(payload: object, reason: Reason) -> None:
    """Whatever is wrong, there is exactly one rejection, with its reason and words for a person."""
    reading = read(payload)
    assert reading.announcements == ()
    (rejection,) = reading.rejections
    assert (rejection.status, rejection.code) == (Status.REJECTED, reason.value)
    assert rejection.topic == SHARED
    assert rejection.message


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (["a"], "the payload is JSON, but not an object"),
        ({"thingNames": "a"}, "thingNames is a list of strings"),
        ({"thingName": 17}, "a thing name is a string, not int"),
        ({"thingName": ""}, "a thing name has at least one character"),
        ({"thingName": "a b"}, "a thing name consists of letters, digits, ':', '_' and '-'"),
    ],
)
def test_a_rejection_says_what_would_be_right(payload: object, words: str) -> None:
    """The announcer reads nothing else to find the mistake."""
    assert [one.message for one in read(payload).rejections] == [words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{payload:/device/serial}", "the payload has nothing at /device/serial"),
        ("{topic:5}", "the topic has no level 5"),
    ],
)
def test_a_rejection_says_what_the_template_looked_for(text: str, words: str) -> None:
    """The template is in the configuration, which the announcer may not know."""
    assert [one.message for one in read({}, template(text)).rejections] == [words]


def test_a_value_of_a_wrong_type_is_rejected_with_the_id() -> None:
    """It has no name that could come back."""
    (rejection,) = read({"thingName": 5, "id": "7"}).rejections
    assert (rejection.thing_name, rejection.announcement_id) == (None, "7")


def test_names_beside_a_value_of_a_wrong_type_come_with_topic_and_id() -> None:
    """Those that were taken, and the rejections of all others."""
    reading = read({"thingName": 5, "thingNames": ["a", "b c"], "id": "7"})
    (taken,) = reading.announcements
    assert taken == Announcement("a", SHARED, "7")
    assert [(one.topic, one.announcement_id) for one in reading.rejections] == [(SHARED, "7")] * 2


def test_the_largest_payload_is_read() -> None:
    """The bound itself is inside."""
    document = b'{"thingName": "a"}'
    assert names(read(document.ljust(MAX_PAYLOAD_BYTES))) == ["a"]


def test_without_a_name_the_right_form_is_named() -> None:
    """In words that a developer can copy."""
    (rejection,) = read({"name": "a"}).rejections
    assert rejection.message == 'expected {"thingName": …} or {"thingNames": […]}'


def test_good_names_beside_bad_ones_are_taken() -> None:
    """Every bad name is rejected by itself."""
    bad = ["", "a b", "x" * 129, 5, None, ["a"], "\ud800"]
    reading = read({"thingNames": ["a", *bad, "b"]})
    assert names(reading) == ["a", "b"]
    assert len(reading.rejections) == len(bad)


def test_a_good_name_beside_a_bad_list_is_taken() -> None:
    """A list that is none spoils nothing but itself."""
    reading = read({"thingName": "a", "thingNames": "b"})
    assert names(reading) == ["a"]
    assert reasons(reading) == [Reason.WRONG_TYPE.value]


def test_many_values_of_one_wrong_type_are_rejected_once() -> None:
    """A list of a thousand numbers does not come back as a thousand rejections."""
    assert reasons(read({"thingNames": list(range(MAX_NAMES))})) == [Reason.WRONG_TYPE.value]


def test_as_many_names_as_are_allowed_are_taken() -> None:
    """The bound itself is inside, with names of full length."""
    given_names = [name.ljust(128, "x") for name in numbered(MAX_NAMES)]
    assert names(read({"thingNames": given_names})) == given_names


def test_a_rejected_name_is_shown_no_longer_than_a_name_may_be() -> None:
    """What comes back is bounded, and never half a surrogate pair."""
    reading = read({"thingNames": ["é" * 5000, "\ud800"]})
    assert [one.thing_name for one in reading.rejections] == ["é" * 128, None]


@pytest.mark.parametrize("template_text", ["{payload:/n}", "{payload:/l/" + "1" * 5000 + "}"])
def test_numbers_too_long_to_print_are_refused(template_text: str) -> None:
    """Python refuses to turn integers of over 4,300 digits into text or back."""
    payload = {"n": 10**5000, "l": ["a"]}
    reading = read_announcement(template(template_text), SHARED, payload)
    assert reasons(reading) == [Reason.NO_THING_NAME.value]


@pytest.mark.parametrize("depth", [12, 500, 900, 970, 990, 1000, 50_000])
def test_deep_nesting_never_raises(depth: int) -> None:
    """However deep, the message is taken or rejected once."""
    payload = b'{"thingNames":["a",' + b"[" * depth + b"]" * depth + b"]}"
    for pattern in TEMPLATES:
        reading = read_announcement(pattern, "a/b/c", payload)
        assert len(reading.announcements) <= 1
        assert len(reading.rejections) <= 1


DOCUMENTS: st.SearchStrategy[dict[str, object]] = (
    st.dictionaries(st.text(max_size=8), JSON, max_size=5)
    | st.fixed_dictionaries({}, optional={"thingName": JSON, "thingNames": JSON, "id": JSON})
    | st.fixed_dictionaries({"thingNames": st.lists(st.from_regex(r"[a-zA-Z0-9:_-]{1,9}") | JSON)})
)


def _as_bytes(document: object) -> bytes:
    return json.dumps(document).encode()


PAYLOADS: st.SearchStrategy[Payload] = (
    st.binary(max_size=60) | JSON.map(_as_bytes) | DOCUMENTS.map(_as_bytes) | DOCUMENTS
)


TOPICS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300) | st.just(OWN_TOPIC)


def test_a_topic_that_nobody_can_subscribe_to_is_not_answered() -> None:
    """Half a surrogate pair, which JSON can spell, is no part of a topic."""
    assert read_announcement(None, "a/\ud800", b'{"thingName": "a"}') == Reading()


def presence_on(topic: str) -> Reading:
    """Traffic of a device whose topic names it."""
    return read_presence(OWN, topic)


@pytest.mark.parametrize("letter", ["x", "\u00e9"])
def test_a_topic_longer_than_any_nucleus_is_sure_to_take_is_refused(letter: str) -> None:
    """It would be kept with each announcement that waits, and again in the trail."""
    size = len(letter.encode())
    fits = "a/lamp/" + letter * ((MAX_TOPIC_BYTES - len("a/lamp/")) // size)
    for read_one in (lambda topic: read_announcement(OWN, topic, b""), presence_on):
        assert [one.thing_name for one in read_one(fits).announcements] == ["lamp"]
        refused = read_one(fits + letter)
        assert (refused.announcements, reasons(refused)) == ((), [Reason.TOO_LARGE])
        assert refused.rejections[0].message == "a topic has at most 256 bytes, this one has more"


@given(st.sampled_from(TEMPLATES), TOPICS, PAYLOADS)
def test_reading_never_raises(pattern: Template | None, topic: str, payload: Payload) -> None:
    """Any payload on any topic comes to valid thing names or rejections, and never to nothing."""
    reading = read_announcement(pattern, topic, payload)
    assert reading.announcements or reading.rejections
    for announcement in reading.announcements:
        assert is_thing_name(announcement.thing_name)
        assert announcement.topic == topic
        assert len(announcement.announcement_id or "") <= MAX_ID_LENGTH
    assert len(set(reading.announcements)) == len(reading.announcements)
    for rejection in reading.rejections:
        assert rejection.status is Status.REJECTED
        assert rejection.code in {reason.value for reason in Reason}
        assert rejection.message
