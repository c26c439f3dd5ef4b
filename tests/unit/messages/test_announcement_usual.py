"""The announcement that is known without reading it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.announcement import Announcement
from client_device_associator.messages.announcement import (
    Reading,
    read_announcement,
    usual_thing_name,
)
from client_device_associator.messages.payload import Payload
from support.values import JSON, SHARED


@pytest.mark.parametrize(
    "payload",
    [
        {"thingName": "pump-7:a_B"},
        b'{"thingName":"pump-7:a_B"}',
        b'\r\n\t { "thingName" \t:\n "pump-7:a_B" } ',
    ],
    ids=["an object", "short", "with blanks"],
)
def test_the_usual_announcement_is_known_without_reading_it(payload: Payload) -> None:
    """Nearly all of them are."""
    assert usual_thing_name(payload) == "pump-7:a_B"


UNUSUAL: list[Payload] = [
    {},
    {"thingName": 7},
    {"thingName": "no name"},
    {"thingName": "a", "id": "7"},
    {"thingNames": ["a"]},
    b"",
    b'{"thingName": "a"} x',
    b'{"thingName": "a", "id": "7"}',
    b'{"thingName": ""}',
    b'{"thingName": "a\n"}',
    b'{"thingName": "\\u0061"}',
    b'{"thingname": "a"}',
    b'\xef\xbb\xbf{"thingName": "a"}',
    b'\x0b{"thingName": "a"}',
    b'{"thingName": "%b"}' % (b"a" * 129),
]


@pytest.mark.parametrize("payload", UNUSUAL)
def test_any_other_announcement_has_to_be_read(payload: Payload) -> None:
    """It may say more, say it in another way, or be none."""
    assert usual_thing_name(payload) is None


@given(
    st.one_of(st.sampled_from(UNUSUAL), st.binary(), JSON.map(lambda one: json.dumps(one).encode()))
)
def test_who_is_known_without_reading_is_who_is_read(payload: Payload) -> None:
    """The short way says nothing else than the long one."""
    name = usual_thing_name(payload)
    if name is not None:
        assert read_announcement(None, SHARED, payload) == Reading((Announcement(name, SHARED),))
