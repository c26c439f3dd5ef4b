"""Reads no more of a response than an answer can have.

botocore reads every body to its end, and a body need not have one: a worker would grow until the
core device has no memory left.
"""

from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError

MAX_BODY_BYTES = 1024 * 1024
"""An answer for 100 devices with an error entry for each is about 30 kB."""

_PIECE_BYTES = 64 * 1024


class OversizedResponseError(Exception):
    """A response that is larger than any answer."""


class BoundedSession:
    """An HTTP session of botocore's whose responses have a bound.

    Args:
        session: A `botocore.httpsession.URLLib3Session`.
    """

    def __init__(self, session: Any) -> None:  # noqa: ANN401 - botocore has no types
        self._session = session

    def send(self, request: Any) -> AWSResponse:  # noqa: ANN401 - botocore's own
        """Sends a request and reads the response.

        Raises:
            OversizedResponseError: It has more than MAX_BODY_BYTES.
        """
        request.stream_output = True  # it would be read to its end otherwise
        response = self._session.send(request)
        return AWSResponse(
            response.url, response.status_code, response.headers, _Body(_read(response))
        )

    def close(self) -> None:
        """Closes its connections."""
        self._session.close()


class _Body:
    """What was read, where botocore expects what is still to be read."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """All of it."""
        yield self._content


def _read(response: AWSResponse) -> bytes:
    content = bytearray()
    try:
        for piece in response.raw.stream(_PIECE_BYTES):
            content += piece
            if len(content) > MAX_BODY_BYTES:
                break
    except (
        Exception
    ) as error:  # the HTTP library's own; botocore translates only what `send` raises
        raise ConnectionClosedError(endpoint_url=response.url, error=error) from error
    if len(content) > MAX_BODY_BYTES:
        response.raw.close()
        raise OversizedResponseError(
            f"the answer has more than {MAX_BODY_BYTES} bytes and was not read further"
        )
    return bytes(content)
