import asyncio
import uuid
import zlib

import pytest

from greengrass_sandbox.nucleus.headers import string_header
from greengrass_sandbox.nucleus.wire import (
    Flag,
    MessageType,
    WireError,
    decode,
    encode,
    encode_headers,
    read_frame,
)


def message(payload: bytes = b"{}") -> bytes:
    """A message with string headers and a payload."""
    headers = encode_headers(
        MessageType.APPLICATION_ERROR,
        stream_id=7,
        flags=Flag.TERMINATE_STREAM,
        model_type="aws.greengrass#ServiceError",
    )
    return encode(headers + string_header("name", "välue"), payload)


async def read(data: bytes, max_packet_bytes: int | None) -> bytes:
    """The payload of the first frame in the data."""
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return (await read_frame(reader, max_packet_bytes=max_packet_bytes)).payload


def test_what_is_encoded_can_be_decoded() -> None:
    """Headers of both types and the payload come back."""
    frame = decode(message(b'{"a":1}'))
    assert (frame.message_type, frame.flags, frame.stream_id) == (1, 2, 7)
    assert frame.headers[":content-type"] == "application/json"
    assert frame.headers["service-model-type"] == "aws.greengrass#ServiceError"
    assert frame.headers["name"] == "välue"
    assert frame.payload == b'{"a":1}'


@pytest.mark.parametrize("position", range(0, len(message()), 3))
def test_a_flipped_bit_is_noticed(position: int) -> None:
    """Each byte is covered by a checksum."""
    damaged = bytearray(message())
    damaged[position] ^= 1
    with pytest.raises(WireError):
        decode(bytes(damaged))


def test_a_message_without_the_three_headers_is_incomplete() -> None:
    """Type, flags and stream are on every message; lite takes zero for one that is missing."""
    frame = decode(encode(string_header("name", "value")))
    assert not frame.complete
    assert (frame.message_type, frame.flags, frame.stream_id) == (0, 0, 0)
    assert decode(message()).complete


def test_a_common_header_of_another_type_is_refused() -> None:
    """A stream has a number, not a name."""
    with pytest.raises(WireError):
        decode(encode(string_header(":stream-id", "1")))


def test_headers_that_are_not_plain_are_told_apart() -> None:
    """Lite knows no types but int32 and text."""
    assert decode(message()).plain
    assert not decode(encode(b"\x01a\x00")).plain


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        (b"\x00", True),
        (b"\x01", False),
        (b"\x02\xff", -1),
        (b"\x03\xff\xfe", -2),
        (b"\x04\x00\x00\x00\x07", 7),
        (b"\x05" + b"\xff" * 8, -1),
        (b"\x06\x00\x02ab", b"ab"),
        (b"\x07\x00\x02ab", "ab"),
        (b"\x08" + b"\x00" * 7 + b"\x09", 9),
        (b"\x09" + bytes(16), uuid.UUID(int=0)),
    ],
)
def test_every_type_of_header_is_read(encoded: bytes, value: object) -> None:
    """Ten types, as other clients than the SDK may send them."""
    assert decode(encode(b"\x01a" + encoded)).headers == {"a": value}


@pytest.mark.parametrize(
    "encoded", [b"\x05a", b"\x01a", b"\x01a\x04\x00", b"\x01a\x07\x00\x01\xff"]
)
def test_headers_that_are_cut_off_are_refused(encoded: bytes) -> None:
    """Nothing is read beyond their end."""
    with pytest.raises(WireError):
        decode(encode(encoded))


def test_a_header_of_an_unknown_type_is_refused() -> None:
    """Types end at 9."""
    with pytest.raises(WireError):
        decode(encode(b"\x01a\x63"))


def test_the_limit_of_a_packet_counts_what_follows_the_prelude() -> None:
    """A message may be as large as the limit and its twelve bytes of prelude."""
    data = message(b"x" * 100)
    assert asyncio.run(read(data, len(data) - 12)) == b"x" * 100
    with pytest.raises(WireError, match=str(len(data) - 13)):
        asyncio.run(read(data, len(data) - 13))


def test_a_huge_length_is_refused_before_it_is_read() -> None:
    """Nobody makes the nucleus wait for gigabytes."""
    lengths = (2**31).to_bytes(4, "big") + (0).to_bytes(4, "big")
    with pytest.raises(WireError):
        asyncio.run(read(lengths + zlib.crc32(lengths).to_bytes(4, "big"), None))


def test_sixteen_mebibytes_pass_on_classic() -> None:
    """Without a limit a message may be very large."""
    payload = b"x" * 16 * 1024 * 1024
    assert asyncio.run(read(message(payload), None)) == payload
