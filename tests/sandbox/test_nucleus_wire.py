import asyncio
import zlib

import pytest

from greengrass_sandbox.nucleus.wire import (
    Flag,
    MessageType,
    WireError,
    decode,
    encode,
    encode_headers,
    encode_string_header,
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
    return encode(headers + encode_string_header("name", "välue"), payload)


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


def test_a_message_without_the_three_headers_is_refused() -> None:
    """Type, flags and stream are on every message."""
    with pytest.raises(WireError):
        decode(encode(encode_string_header("name", "value")))


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
