"""Announcements on a device's own topic, and messages that were made for another purpose."""

import pytest

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.result import Reason
from client_device_associator.messages.announcement import (
    MAX_PAYLOAD_BYTES,
    Reading,
)
from support.reading import names, read, reasons
from support.values import template

OWN = template("{topic:1}")
OWN_TOPIC = "clientdevices/lamp/announce"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"on",
        b"[1,2]",
        b"\x00" * (MAX_PAYLOAD_BYTES + 1),
        {},
        {"thingName": "lamp"},
        {"thingName": ""},
        {"thingName": 5, "thingNames": "lamp"},
        {"thingNames": ["lamp", "lamp"]},
        {"id": 5},
        {"state": "on"},
    ],
)
def test_on_its_own_topic_a_device_may_send_anything(payload: object) -> None:
    """The topic names the device, whatever the payload says."""
    assert read(payload, OWN, OWN_TOPIC) == Reading((Announcement("lamp", OWN_TOPIC),))


def test_on_its_own_topic_the_id_counts() -> None:
    """An own topic's payload may hold an id."""
    reading = read({"id": "7"}, OWN, OWN_TOPIC)
    assert reading.announcements == (Announcement("lamp", OWN_TOPIC, "7"),)


def test_another_name_on_an_own_topic_is_refused() -> None:
    """Nobody announces others, nor itself by mistake, on a device's own topic."""
    reading = read({"thingName": "door", "id": "7"}, OWN, OWN_TOPIC)
    assert reading.announcements == ()
    (rejection,) = reading.rejections
    assert rejection.code == Reason.OTHER_THING_NAME.value
    assert (rejection.thing_name, rejection.announcement_id) == ("door", "7")
    assert rejection.topic == OWN_TOPIC


def test_an_own_name_beside_another_on_an_own_topic_is_taken() -> None:
    """The right name counts, the wrong ones are refused."""
    reading = read({"thingNames": ["door", "lamp", "door"]}, OWN, OWN_TOPIC)
    assert names(reading) == ["lamp"]
    assert reasons(reading) == [Reason.OTHER_THING_NAME.value]


def test_an_own_topic_that_holds_no_name_is_refused() -> None:
    """A level that is no thing name, or is not there, cannot be taken for one."""
    assert reasons(read(b"", OWN, "clientdevices/a b/announce")) == [
        Reason.INVALID_THING_NAME.value
    ]
    assert reasons(read(b"", template("{topic:5}"), OWN_TOPIC)) == [Reason.NO_THING_NAME.value]


def test_a_foreign_message_means_what_the_template_points_at() -> None:
    """A gateway's own message serves as it is; its other keys mean nothing to us."""
    joined = template("zb-{payload:/device/serial}")
    reading = read({"device": {"serial": 17}, "thingName": "x", "id": 5}, joined, "zigbee/joined")
    assert reading.announcements == (Announcement("zb-17", "zigbee/joined"),)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.NOT_JSON),
        ({"device": {}}, Reason.NO_THING_NAME),
        ({"device": {"serial": True}}, Reason.NO_THING_NAME),
        ({"device": {"serial": "a b"}}, Reason.INVALID_THING_NAME),
    ],
)
def test_a_foreign_message_without_a_name_is_refused(payload: object, reason: Reason) -> None:
    """What the template asks for is missing or is no thing name."""
    assert reasons(read(payload, template("{payload:/device/serial}"))) == [reason.value]
