"""The token exchange service's HTTP endpoint."""

import asyncio
import json
import secrets
import string
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import NoReturn

from aiohttp import web

from greengrass_sandbox.plumbing.loopback_http import LoopbackServer, hang
from greengrass_sandbox.token_exchange import credentials
from greengrass_sandbox.token_exchange.credentials import Credentials
from greengrass_sandbox.token_exchange.error_cache import ErrorCache
from greengrass_sandbox.token_exchange.manners import (
    PATH,
    TOKEN_LENGTH,
    IsKnown,
    Manners,
    Refusal,
)
from greengrass_sandbox.token_exchange.modes import TokenExchangeMode
from greengrass_sandbox.token_exchange.replies import reply, send

NULL_DELAY_SECONDS = 10.0
"""How long lite takes to answer `null` when it has no cloud (measured)."""
_EXPIRED_FOR_SECONDS = 3600.0
_TOKEN_ALPHABET = string.ascii_uppercase + string.digits


class TokenExchange:
    """Gives out temporary credentials to each process that has a token, as a nucleus does.

    Every method must be called on the loop on which `start` was awaited.

    Args:
        manners: Those of the nucleus to answer like.
        lifetime_seconds: How long credentials last. botocore's container provider refreshes them
            15 minutes before their end if it can, and insists on it from 10 minutes before.
        null_delay_seconds: How late the `null` of a nucleus without cloud comes.
        caches_errors: Whether errors are remembered, as classic does (4xx 120 s, 5xx 60 s,
            unreachable 300 s).
        clock: Seconds since the epoch.
        is_known: Which tokens count besides those that were made up or admitted here.
        thing_name: The core device's thing name, which its credentials carry; None: they carry
            none.

    Attributes:
        requests: How many requests have come, refused ones too.
        issued: All credentials that were given out, by access key id.
    """

    def __init__(
        self,
        *,
        manners: Manners,
        lifetime_seconds: float = 3600.0,
        null_delay_seconds: float = NULL_DELAY_SECONDS,
        caches_errors: bool = False,
        clock: Callable[[], float] = time.time,
        is_known: IsKnown = lambda _token: False,
        thing_name: str | None = None,
    ) -> None:
        self.lifetime_seconds = lifetime_seconds
        self.requests = 0
        self.issued: dict[str, Credentials] = {}
        self._manners = manners
        self._null_delay_seconds = null_delay_seconds
        self._clock = clock
        self._is_known = is_known
        self._thing_name = thing_name
        self._errors = ErrorCache(enabled=caches_errors)
        self._tokens: set[str] = set()
        self._mode = TokenExchangeMode.OK
        self._server = LoopbackServer(self._handle)

    @property
    def url(self) -> str:
        """What AWS_CONTAINER_CREDENTIALS_FULL_URI is set to."""
        return f"http://localhost:{self._server.port}{PATH}"

    @property
    def mode(self) -> TokenExchangeMode:
        """How it behaves now."""
        return self._mode

    async def start(self) -> None:
        """Listen, unless the mode is DOWN."""
        await self._server.start()
        await self.set_mode(self._mode)

    async def stop(self) -> None:
        """Close the port and reset every connection. Safe to call twice."""
        await self._server.stop()

    async def set_mode(self, mode: TokenExchangeMode) -> None:
        """Behave like this from the next request on; requests that hang go on hanging."""
        self._mode = mode
        if not self._server.is_started:
            return
        if mode is TokenExchangeMode.DOWN:
            await self._server.close_port()
        else:
            await self._server.open_port()

    def now(self) -> float:
        """The clock's time, by which credentials expire."""
        return self._clock()

    def new_token(self) -> str:
        """Make up an authorization token and honour it from now on."""
        token = "".join(secrets.choice(_TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))
        self.admit(token)
        return token

    def admit(self, token: str) -> None:
        """Honour this token too: on a real device a component's token is its SVCUID."""
        self._tokens.add(token)

    def revoke(self, token: str) -> None:
        """Refuse this token from now on."""
        self._tokens.discard(token)

    def credentials_of(self, access_key_id: str) -> Credentials | None:
        """The credentials with this id, if they were given out here."""
        return self.issued.get(access_key_id)

    async def _handle(self, request: web.BaseRequest) -> NoReturn:
        self.requests += 1
        refusal = self._manners.refusal(
            method=request.method,
            path=request.path,
            token=request.headers.get("Authorization"),
            is_known=self._counts,
        )
        answer = refusal or self._errors.get(self._clock()) or await self._answer(self._mode)
        send(
            request,
            reply(self._manners, method=request.method, answer=answer),
        )
        # The connection ends when the answer has been written, and this with it.
        await hang()

    def _counts(self, token: str) -> bool:
        return token in self._tokens or self._is_known(token)

    async def _answer(self, mode: TokenExchangeMode) -> Refusal:
        looks = self._manners.looks_at_credentials
        if mode is TokenExchangeMode.HANGING:
            await hang()
        if mode.status is not None:
            return self._fail(Refusal(mode.status, f"The cloud said {mode.status}"))
        if mode is TokenExchangeMode.UNREACHABLE and looks:
            error = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Failed to get connection")
            return self._fail(error, unreachable=True)
        if mode in (TokenExchangeMode.NULL_SLOW, TokenExchangeMode.UNREACHABLE):
            await asyncio.sleep(self._null_delay_seconds)
            mode = TokenExchangeMode.NULL
        if mode is TokenExchangeMode.NULL:
            return Refusal(HTTPStatus.OK, "null")
        if mode is TokenExchangeMode.NOT_JSON:
            return Refusal(HTTPStatus.OK, "This is not JSON")
        if mode is TokenExchangeMode.EXPIRED and looks:
            # It looks at them itself, and does not remember this error.
            return Refusal(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "TES responded with credentials that expired an hour ago",
            )
        lifetime = (
            -_EXPIRED_FOR_SECONDS if mode is TokenExchangeMode.EXPIRED else self.lifetime_seconds
        )
        issued = credentials.issue(expires_at=self._clock() + lifetime, thing_name=self._thing_name)
        self.issued[issued.access_key_id] = issued
        return Refusal(HTTPStatus.OK, json.dumps(issued.as_document(), sort_keys=True))

    def _fail(self, error: Refusal, *, unreachable: bool = False) -> Refusal:
        self._errors.put(error, unreachable=unreachable, now=self._clock())
        return error
