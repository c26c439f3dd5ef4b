"""Who has sent a message, as far as it shows before it is read."""

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.payload import Payload
from client_device_associator.pipeline.events import ClaimArrived, MessageArrived
from client_device_associator.pipeline.fair_queue import Sender
from client_device_associator.pipeline.sender import sender_of
from support.values import template


def sender(payload: Payload, thing_name: str | None = None) -> Sender:
    """Of a message on `a/b`."""
    source = AnnouncementTopic("key", "a/+", template(thing_name) if thing_name else None)
    return sender_of(MessageArrived(source, "a/b", payload))


def test_all_core_devices_that_claim_devices_are_one() -> None:
    """Beside those that announce some."""
    claims = ClaimTopic("clientdevices/{thingName}/associated", "core-1")
    assert sender_of(ClaimArrived(claims, "t", b"")) == Sender("handover", "")


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b'{"thingName": "a"}', "a"),
        (b'{"id": "7", "thingName"  :"a:_-1"}', "a:_-1"),
        ({"thingName": "a"}, "a"),
        ({"thingName": "a" * 500}, "a" * 128),
        (b'{"thingNames": ["a", "b"]}', ""),
        (b'{"thingName": "not a name"}', ""),
        (b" " * 600 + b'{"thingName": "a"}', ""),
        ({"thingName": ["a"]}, ""),
        ({}, ""),
        (b"\xff{", ""),
    ],
)
def test_an_announcement_is_of_the_device_that_it_names(payload: Payload, name: str) -> None:
    """As far as a look shows; the others of an entry are one."""
    assert sender(payload) == Sender("key", name)


def test_a_device_s_own_topic_is_one_sender() -> None:
    """Whatever the payload says."""
    assert sender(b'{"thingName": "other"}', "{topic:1}") == Sender("key", "a/b")


def test_foreign_messages_of_an_entry_are_one_sender() -> None:
    """What names the device there is not looked for."""
    assert sender(b'{"thingName": "x"}', "{payload:/serial}") == Sender("key", "")
