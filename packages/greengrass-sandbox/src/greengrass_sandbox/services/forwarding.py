"""Requests handed on to a server that plays AWS services."""

import io
from collections.abc import Iterable

import aiohttp
from yarl import URL

from greengrass_sandbox.cloud.signature import ReceivedRequest
from greengrass_sandbox.services.results import ServiceAnswer

_OF_ONE_CONNECTION = frozenset(
    # RFC 9110, 7.6.1; and what was between the client and us alone.
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect", "content-length"}
)
_TIMEOUT = aiohttp.ClientTimeout(total=600)
"""For a large upload to a slow server; a client gives up earlier."""


class Forwarding:
    """Hands requests on as they came, signature and `Host` included. Belongs on the loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End all connections. Safe to call twice."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, url: str, received: ReceivedRequest) -> ServiceAnswer:
        """A server's answer.

        Args:
            url: Scheme, host and port of the server.
            received: What it is to answer.

        Raises:
            OSError: It cannot be reached, or it broke off.
        """
        if self._session is None:
            # Bodies are passed on as they are, so nothing may unpack or add to them.
            self._session = aiohttp.ClientSession(
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                timeout=_TIMEOUT,
            )
        try:
            async with self._session.request(
                received.method,
                URL(url.rstrip("/") + received.target, encoded=True),
                headers=_passed_on(received.headers.items()),
                data=io.BytesIO(received.body) if received.body else None,
                allow_redirects=False,
            ) as response:
                body = await response.read()
                headers = _passed_on(response.headers.items())
                if received.method == "HEAD" and "Content-Length" in response.headers:
                    # The length of what a GET would bring, which cannot be told from the body.
                    headers["Content-Length"] = response.headers["Content-Length"]
                return ServiceAnswer(response.status, headers, body)
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error


def _passed_on(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _OF_ONE_CONNECTION}
