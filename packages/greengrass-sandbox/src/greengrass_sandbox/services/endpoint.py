"""One endpoint for all AWS services: checks signatures, finds who answers."""

import asyncio
import dataclasses
import gzip
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qs

from aiohttp import web

from greengrass_sandbox.cloud.errors import ApiError
from greengrass_sandbox.cloud.signature import ReceivedRequest, SignatureCheck, scope_of
from greengrass_sandbox.plumbing import loopback_http
from greengrass_sandbox.plumbing.loopback_http import LoopbackServer
from greengrass_sandbox.services.arriving import content_of, received_whole
from greengrass_sandbox.services.forwarding import Forwarding
from greengrass_sandbox.services.protocols import Protocol, protocol_of
from greengrass_sandbox.services.request import Answer, ServiceRequest
from greengrass_sandbox.services.results import ServiceAnswer, answer_of, refusal
from greengrass_sandbox.token_exchange.credentials import Credentials

MODELLED = frozenset({"greengrass", "iot", "iotdata"})
"""Signing names of what the sandbox's own cloud answers."""


class Services:
    """Answers requests to AWS services by functions, or by servers that play them.

    A function comes first; where there is none, or it returns None, the request is handed on. What
    nobody answers is refused with 400 and `SandboxHasNoAnswer`, as SDKs do not try that again.
    `answer` and `forward` may be called from any thread, and before the account is started.

    Args:
        cloud_url: Where the sandbox's own cloud is, as soon as it is started.
        credentials: Looks up credentials by access key id.
        is_out: Whether an outage lasts for a core device, or for everybody (None).
        clock: Seconds since the epoch.

    Attributes:
        is_offered: Whether components that start from now on are told of this endpoint; so as soon
            as there is somebody to answer. Real nuclei set no such variable.
    """

    def __init__(
        self,
        *,
        cloud_url: Callable[[], str],
        credentials: Callable[[str], Credentials | None],
        is_out: Callable[[str | None], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._cloud_url = cloud_url
        self._credentials = credentials
        self._is_out = is_out
        self._clock = clock
        self.is_offered = False
        self._functions: dict[str, Answer] = {}
        self._servers: dict[str, str] = {}
        self._server_of_all: str | None = None
        self._requests: list[ServiceRequest] = []
        self._answered = asyncio.Condition()
        self._forwarding = Forwarding()
        self._server = LoopbackServer(self._handle)

    @property
    def url(self) -> str:
        """The endpoint, for AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def requests(self) -> list[ServiceRequest]:
        """All requests that have been answered, in that order; those of the cloud are its calls."""
        return list(self._requests)

    def answer(self, service: str, function: Answer | None) -> None:
        """Let a function answer the requests to a service.

        It is called in a thread of its own, so it may do what a test may do.

        Args:
            service: The signing name, such as `monitoring` for CloudWatch, `s3`, `logs`.
            function: None: no longer.

        Raises:
            ValueError: The sandbox's own cloud answers that service.
        """
        _check_not_modelled([service])
        if function is None:
            self._functions.pop(service, None)
        else:
            self._functions[service] = function
            self.is_offered = True

    def forward(self, url: str | None, services: Iterable[str] | None = None) -> None:
        """Hand requests on to a server, such as moto's.

        Args:
            url: Scheme, host and port; None: no longer.
            services: Signing names; None: all that the sandbox does not answer itself.

        Raises:
            ValueError: The URL is none of HTTP, or the sandbox's own cloud answers that service.
        """
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError(f"not a URL of HTTP: {url!r}")
        self.is_offered = self.is_offered or url is not None
        if services is None:
            self._server_of_all = url
            return
        names = list(services)
        _check_not_modelled(names)
        for name in names:
            if url is None:
                self._servers.pop(name, None)
            else:
                self._servers[name] = url

    async def wait_for(self, count: int, *, service: str | None = None) -> list[ServiceRequest]:
        """Wait until so many requests (to one service) have been answered, and return these."""

        def found() -> list[ServiceRequest]:
            return [it for it in self._requests if service in (None, it.service)]

        async with self._answered:
            await self._answered.wait_for(lambda: len(found()) >= count)
        return found()

    async def start(self) -> None:
        """Listen."""
        await self._server.start()

    async def stop(self) -> None:
        """Close the port and reset every connection. Safe to call twice."""
        await self._server.stop()
        await self._forwarding.close()

    async def _handle(self, connection: web.BaseRequest) -> web.StreamResponse:
        received = await received_whole(connection)
        region, service = scope_of(received) or ("", "")
        if self._is_out(None):
            await loopback_http.reset_connection(connection)
        if service in MODELLED:
            try:
                return _response(await self._forwarding.ask(self._cloud_url(), received))
            except OSError:
                await loopback_http.reset_connection(connection)
        try:
            # Without a scope there is no signature either, and that is what is said.
            caller = SignatureCheck(region, service, self._credentials).verify(
                received, now=self._clock()
            )
            request = _request(received, region, service, caller)
        except ApiError as error:
            protocol = protocol_of(service, _lower_case(received.headers))
            return _response(refusal(protocol, error.code, error.message, error.status))
        if self._is_out(caller.thing_name):
            await loopback_http.reset_connection(connection)
        answer = await self._answer(request, received)
        async with self._answered:
            self._requests.append(dataclasses.replace(request, status=answer.status))
            self._answered.notify_all()
        return _response(answer)

    async def _answer(self, request: ServiceRequest, received: ReceivedRequest) -> ServiceAnswer:
        function = self._functions.get(request.service)
        if function is not None:
            try:
                result = await asyncio.to_thread(function, request)
                if result is not None:
                    return answer_of(result)
            except Exception as error:  # noqa: BLE001 - a mistake of the test's, to be told to it
                return request.refused("SandboxFunctionFailed", f"{function!r}: {error!r}")
        url = self._servers.get(request.service, self._server_of_all)
        if url is None:
            return request.refused("SandboxHasNoAnswer", _advice(request))
        try:
            return await self._forwarding.ask(url, received)
        except OSError as error:
            return request.refused("SandboxCannotForward", f"{url} does not answer: {error}")


def _request(
    received: ReceivedRequest, region: str, service: str, caller: Credentials
) -> ServiceRequest:
    path, _, query = received.target.partition("?")
    headers = _lower_case(received.headers)
    try:
        body = content_of(received)
        # SDKs compress what is long; an object of S3 is stored as it comes.
        is_packed = headers.get("content-encoding") == "gzip"
        if is_packed and protocol_of(service, headers) is not Protocol.REST_XML:
            body = gzip.decompress(body)
    except (ValueError, OSError, EOFError) as error:
        raise ApiError("IncompleteBody", HTTPStatus.BAD_REQUEST, str(error)) from error
    return ServiceRequest(
        service=service,
        region=region,
        method=received.method,
        path=path,
        query=parse_qs(query, keep_blank_values=True),
        headers=headers,
        body=body,
        thing_name=caller.thing_name,
    )


def _lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _advice(request: ServiceRequest) -> str:
    return (
        f"Nobody answers {request.service} here ({request.operation}): let a function do it with "
        f'services.answer("{request.service}", function), or a server that plays AWS with '
        "services.forward(url) or `greengrass-sandbox up --forward URL`"
    )


def _response(answer: ServiceAnswer) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _check_not_modelled(services: Iterable[str]) -> None:
    modelled = sorted(MODELLED.intersection(services))
    if modelled:
        raise ValueError(f"the sandbox's own cloud answers {', '.join(modelled)}: use its faults")
