"""Messages to and from bytes."""

import itertools
import struct
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.nucleus.frames import (
    MAX_MESSAGE_BYTES,
    Flag,
    Frame,
    FrameReader,
    Headers,
    MessageType,
    frame,
)
from client_device_associator.nucleus.rpc_errors import MalformedFrameError

EVENT = Frame(Headers(0, 0, 7, "aws.greengrass#SubscriptionResponseMessage"), b'{"a": 1}')


def number(name: bytes, value: int) -> bytes:
    """A header that is an int32."""
    return bytes((len(name),)) + name + b"\x04" + struct.pack(">i", value)


def text(name: bytes, value: str) -> bytes:
    """A header that is a text."""
    encoded = value.encode()
    return bytes((len(name),)) + name + b"\x07" + struct.pack(">H", len(encoded)) + encoded


NUMBERS = number(b":message-type", 0) + number(b":message-flags", 2) + number(b":stream-id", 9)


def written(one: Frame) -> bytes:
    """The bytes of a message, as a nucleus writes it."""
    headers, payload = one
    encoded = (
        number(b":message-type", headers.message_type)
        + number(b":message-flags", headers.flags)
        + number(b":stream-id", headers.stream_id)
        + text(b":content-type", "application/json")
        + text(b"service-model-type", headers.shape)
    )
    return message(encoded, payload)


def message(headers: bytes, payload: bytes = b"") -> bytes:
    """A message with right checksums and any headers."""
    lengths = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    start = lengths + struct.pack(">I", crc32(lengths)) + headers + payload
    return start + struct.pack(">I", crc32(start))


def test_what_is_written_is_read_by_others() -> None:
    """The same encoding is read by botocore."""
    buffer = EventStreamBuffer()
    texts = {"operation": "aws.greengrass#PublishToTopic", "x": "é"}
    buffer.add_data(frame(MessageType.CONNECT, 5, b"payload", Flag.TERMINATE_STREAM, texts))
    (event,) = buffer
    assert event.payload == b"payload"
    assert event.headers == {
        ":message-type": 4,
        ":message-flags": 2,
        ":stream-id": 5,
        "operation": "aws.greengrass#PublishToTopic",
        "x": "é",
    }


def test_what_is_written_without_more_is_as_short_as_can_be() -> None:
    """The end of a stream has three headers and nothing else."""
    buffer = EventStreamBuffer()
    buffer.add_data(frame(MessageType.APPLICATION_MESSAGE, 2**31 - 1))
    (event,) = buffer
    assert (event.payload, event.headers[":stream-id"], len(event.headers)) == (b"", 2**31 - 1, 3)


FRAMES = st.builds(
    Frame,
    st.builds(
        Headers,
        st.sampled_from(list(map(int, MessageType))),
        st.integers(0, 3),
        st.integers(0, 2**31 - 1),
        st.text(st.characters(codec="ascii"), max_size=40),
    ),
    st.binary(max_size=300),
)


@given(frames=st.lists(FRAMES, max_size=5), cuts=st.lists(st.integers(0, 2_000)))
def test_messages_are_read_in_whatever_pieces_they_come(
    frames: list[Frame], cuts: list[int]
) -> None:
    """A socket gives any part of a message, or several; none is lost and none comes twice."""
    data = b"".join(map(written, frames))
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    reader = FrameReader()
    found = [
        one for start, end in itertools.pairwise(places) for one in reader.feed(data[start:end])
    ]
    assert found == frames


def test_a_message_byte_by_byte_comes_with_its_last_byte() -> None:
    """And not before."""
    data, reader = written(EVENT), FrameReader()
    assert [len(reader.feed(data[at : at + 1])) for at in range(len(data))] == [
        *[0] * (len(data) - 1),
        1,
    ]


def test_headers_of_any_type_are_passed_over() -> None:
    """A later nucleus may say more: all types of the encoding, with names in any case."""
    others = b"".join(
        b"\x01x" + bytes((kind,)) + bytes(size)
        for kind, size in ((0, 0), (1, 0), (2, 1), (3, 2), (5, 8), (8, 8), (9, 16))
    )
    others += b"\x01y\x06\x00\x03abc" + b"\x12Service-Model-Type\x07\x00\x01s"
    assert FrameReader().feed(message(others + NUMBERS, b"p")) == [
        Frame(Headers(0, 2, 9, "s"), b"p")
    ]


def test_a_message_without_headers_belongs_to_nobody() -> None:
    """It is read all the same."""
    assert FrameReader().feed(message(b"")) == [Frame(Headers(0, 0, 0, ""), b"")]


def test_a_shape_that_is_no_text_is_no_shape() -> None:
    """Who asks for it has an error without a name then."""
    headers = NUMBERS + b"\x12service-model-type\x04\x00\x00\x00\x01"
    (one,) = FrameReader().feed(message(headers))
    assert one.headers == Headers(0, 2, 9, "")


@pytest.mark.parametrize("at", range(len(written(EVENT))))
def test_a_changed_bit_is_noticed(at: int) -> None:
    """Wherever it is: nothing is taken that the nucleus has not sent."""
    data = bytearray(written(EVENT))
    data[at] ^= 1
    with pytest.raises(MalformedFrameError):
        FrameReader().feed(bytes(data) + bytes(MAX_MESSAGE_BYTES // 1000))


@pytest.mark.parametrize(
    ("length", "headers"),
    [(15, 0), (16, 1), (MAX_MESSAGE_BYTES + 1, 0), (100, 85), (2**32 - 1, 2**32 - 1)],
)
def test_lengths_that_cannot_be_are_refused_at_once(length: int, headers: int) -> None:
    """Nobody waits for the rest of such a message, or makes room for it."""
    lengths = struct.pack(">II", length, headers)
    with pytest.raises(MalformedFrameError, match="no message has"):
        FrameReader().feed(lengths + struct.pack(">I", crc32(lengths)))


def test_the_longest_message_is_waited_for() -> None:
    """It is as long as AWS's own libraries take."""
    lengths = struct.pack(">II", MAX_MESSAGE_BYTES, 0)
    assert FrameReader().feed(lengths + struct.pack(">I", crc32(lengths))) == []


@pytest.mark.parametrize(
    "headers",
    [
        b"\x05ab",
        b"\x01x",
        b"\x01x\x04\x00",
        b"\x01x\x07\x00",
        b"\x01x\x07\x00\x05ab",
        b"\x01x\x0a",
        b"\x01\xff\x00",
        b"\x01x\x07\x00\x01\xff",
        b"\x0d:message-type\x07\x00\x01a",
        b"\x0e:message-flags\x00",
        b"\x0a:stream-id\x08" + bytes(8),
    ],
)
def test_headers_that_cannot_be_read_are_no_message(headers: bytes) -> None:
    """Cut off, of an unknown type, no UTF-8, or one that has to be a number and is none."""
    with pytest.raises(MalformedFrameError):
        FrameReader().feed(message(headers))


def test_headers_are_told_apart_however_many_there_are() -> None:
    """Each answer has headers of its own; those of events are the same again and again."""
    reader = FrameReader()
    frames = [Frame(Headers(0, 0, number, "s"), b"") for number in range(1000)]
    for one in frames:
        assert reader.feed(written(one) + written(EVENT)) == [one, EVENT]


def test_headers_that_come_again_are_not_read_again() -> None:
    """Unless there were too many others to remember them all."""
    reader = FrameReader()
    (first,), (again,) = reader.feed(written(EVENT)), reader.feed(written(EVENT))
    assert again.headers is first.headers
    for number in range(100):
        reader.feed(written(Frame(Headers(0, 0, number, "s"), b"")))
    (later,) = reader.feed(written(EVENT))
    assert later == first
    assert later.headers is not first.headers
