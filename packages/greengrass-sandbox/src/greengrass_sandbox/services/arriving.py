"""Requests as they arrive: of any length, with `Expect`, in chunks of AWS's own."""

from aiohttp import web

from greengrass_sandbox.cloud.signature import ReceivedRequest

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_AWS_CHUNKED = "STREAMING-"


async def received_whole(connection: web.BaseRequest) -> ReceivedRequest:
    """A request with all of its body.

    An upload to S3 waits to be told to go on, and may be longer than aiohttp's own limit.
    """
    if connection.headers.get("Expect", "").lower() == "100-continue" and connection.transport:
        connection.transport.write(_CONTINUE)
    return ReceivedRequest(
        method=connection.method,
        target=connection.raw_path,
        headers=connection.headers,
        body=await connection.content.read(),
    )


def content_of(received: ReceivedRequest) -> bytes:
    """A body without the frames of AWS's chunks.

    A chunk is its length in hexadecimal digits, perhaps a signature, a line's end, the data, a
    line's end; the last has no data, and trailing headers may follow (S3's API reference,
    "Transferring Payload in Multiple Chunks"). Signatures of single chunks are not checked.

    Raises:
        ValueError: The chunks cannot be read.
    """
    if not received.headers.get("X-Amz-Content-SHA256", "").startswith(_AWS_CHUNKED):
        return received.body
    content, rest = bytearray(), received.body
    while True:
        head, end, rest = rest.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not end or len(rest) < size:
            raise ValueError("the body ends inside a chunk")
        if size == 0:
            return bytes(content)
        content += rest[:size]
        rest = rest[size + len(b"\r\n") :]
