"""What the nucleus sends: messages of the protocol, and the events in them."""

import json
from zlib import crc32

from client_device_associator.nucleus.frames import Flag, Frame, FrameReader, MessageType, frame
from client_device_associator.nucleus.rpc_errors import MalformedFrameError
from client_device_associator.nucleus.streams import (
    Stream,
    changes,
    iot_core_messages,
    messages,
    validation_requests,
)
from fuzz.material import Material, says_why
from fuzz.target import Target

_EVENT = {"binaryMessage": {"message": "e30=", "context": {"topic": "a"}}}
_LENGTHS_BYTES, _CRC_BYTES = 8, 4


def frames(data: bytes) -> None:
    """The same messages come out in whatever pieces the bytes come, up to what is none."""
    material = Material(data)
    kind = MessageType(material.number(len(MessageType) - 1))
    whole = frame(kind, material.number(9), material.some(), material.number(3))
    rest = _with_right_checksums(material.rest())
    expected = _read([whole, rest])
    assert expected
    pieces = [whole[:5], whole[5:] + rest[:13], rest[13:]]
    found = _read(pieces)
    assert found == expected[: len(found)] or expected == found[: len(expected)]


def _with_right_checksums(data: bytes) -> bytes:
    """What has the length that it says; else as it is."""
    if len(data) < _LENGTHS_BYTES + 2 * _CRC_BYTES:
        return data
    headers = min(int.from_bytes(data[4:8], "big"), len(data))
    lengths = len(data).to_bytes(4, "big") + headers.to_bytes(4, "big")
    start = lengths + crc32(lengths).to_bytes(_CRC_BYTES, "big") + data[12:-_CRC_BYTES]
    return start + crc32(start).to_bytes(_CRC_BYTES, "big")


def _read(pieces: list[bytes]) -> list[Frame]:
    reader = FrameReader()
    found: list[Frame] = []
    try:
        for piece in pieces:
            found += reader.feed(piece)
    except MalformedFrameError as error:
        says_why(error)
    return found


def events(data: bytes) -> None:
    """Whatever an event is, it is passed on or counted, and the stream goes on."""
    material = Material(data)
    makers = (
        messages(lambda *_: None),
        iot_core_messages(lambda *_: None),
        changes(lambda: None),
        validation_requests(lambda *_: None),
    )
    flags = Flag.TERMINATE_STREAM if material.flag() else 0
    stream = Stream(lambda _: None, makers[material.number(len(makers) - 1)])
    for payload in (b"{}", material.rest()):
        (one,) = FrameReader().feed(frame(MessageType.APPLICATION_MESSAGE, 1, payload, flags))
        stream.take(one)
    assert stream.is_established


TARGETS = (
    Target("frames", frames, (bytes(4) + frame(MessageType.CONNECT_ACK, 0, b"{}", 1),)),
    Target("events", events, (bytes(2) + json.dumps(_EVENT).encode(),)),
)
"""The targets, by where their input comes from."""
