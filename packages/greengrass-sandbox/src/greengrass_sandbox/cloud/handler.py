"""From a request to its answer: who asks, what goes wrong on command, may they, then do it."""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from greengrass_sandbox.cloud import answers, operations
from greengrass_sandbox.cloud.active_faults import ActiveFaults
from greengrass_sandbox.cloud.calls import Call, CallLog
from greengrass_sandbox.cloud.contract import Contract
from greengrass_sandbox.cloud.errors import (
    ApiError,
    access_denied_exception,
    forbidden,
    throttling_exception,
)
from greengrass_sandbox.cloud.faults import PASSING_KINDS, Fault, FaultKind
from greengrass_sandbox.cloud.listing import Document, Listing
from greengrass_sandbox.cloud.operations import Request
from greengrass_sandbox.cloud.other_services import received_from
from greengrass_sandbox.cloud.permissions import Permissions
from greengrass_sandbox.cloud.quota import RequestQuota
from greengrass_sandbox.cloud.registry import Registry
from greengrass_sandbox.cloud.service_model import ServiceFacts
from greengrass_sandbox.cloud.signature import ReceivedRequest, SignatureCheck
from greengrass_sandbox.plumbing import loopback_http
from greengrass_sandbox.token_exchange.credentials import Credentials


class RequestHandler:
    """Answers requests in the order signature, fault on command, IAM, quota, contents, core device.

    Attributes:
        permissions: What IAM allows; the rest is refused with AccessDeniedException.
        quota: Requests per second that are taken, or None for no bound.
        contract: What the real service was found to answer.
    """

    def __init__(
        self,
        *,
        model: ServiceFacts,
        signature: SignatureCheck,
        account: str,
        registry: Registry,
        listing: Listing,
        faults: ActiveFaults,
        calls: CallLog,
        clock: Callable[[], float],
    ) -> None:
        self.permissions = Permissions()
        self.quota: RequestQuota | None = None
        self.contract = Contract()
        self._model = model
        self._signature = signature
        self._account = account
        self._registry = registry
        self._listing = listing
        self._faults = faults
        self._calls = calls
        self._clock = clock

    async def handle(self, connection: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, and record it."""
        received = await received_from(connection)
        request = self._take_apart(connection, received)
        if self._faults.is_out(request.core):
            await loopback_http.reset_connection(connection, b"")
        number = await self._calls.arrived(
            Call(
                *(self._clock(), request.operation, request.core, request.thing_names),
                query=dict(request.query),
            )
        )
        error_code, caller = None, None
        try:
            caller = self._signature.verify(received, now=self._clock())
            response = await self._answer(connection, request, caller)
        except ApiError as error:
            response, error_code = answers.refusal(error), error.code
        await self._calls.answered(
            number,
            caller=caller.thing_name if caller else None,
            status=response.status,
            error_code=error_code,
            now=self._clock(),
        )
        return response

    def _take_apart(self, connection: web.BaseRequest, received: ReceivedRequest) -> Request:
        path = received.target.partition("?")[0]
        found = self._model.operation_for(received.method, path)
        return Request(
            operation=found[0].name if found else f"{received.method} {path}",
            core=found[1] if found else "",
            query=connection.query,
            body=operations.parse_body(received.body),
            is_known=found is not None,
        )

    async def _answer(
        self, connection: web.BaseRequest, request: Request, caller: Credentials
    ) -> web.Response:
        if not request.is_known:
            raise forbidden("UnknownOperationException", f"No such operation: {request.operation}")
        met = self._faults.meet(request.operation, request.core, request.thing_names)
        for fault in met:
            if fault.kind not in PASSING_KINDS:
                return await self._go_wrong(fault, connection, request, caller)
            if fault.kind is FaultKind.LATENCY:
                await asyncio.sleep(fault.seconds or 0)
        return answers.success(self._perform(request, caller, faults=met))

    async def _go_wrong(
        self,
        fault: Fault,
        connection: web.BaseRequest,
        request: Request,
        caller: Credentials,
    ) -> web.Response:
        if fault.kind is FaultKind.ERROR_ENTRIES:
            return answers.success(self._perform_in_part(fault, request, caller))
        if fault.applied:
            self._perform(request, caller)
        error = answers.exception(fault, request)
        if error is not None:
            raise error
        return answers.nonsense(fault) or await answers.break_connection(fault, connection)

    def _perform_in_part(self, fault: Fault, request: Request, caller: Credentials) -> Document:
        entries = answers.error_entries(fault, request)
        concerned = fault.only_if_named.union(entry.thing_name or "" for entry in entries)
        document = self._perform(
            request, caller, left_out=frozenset() if fault.applied else concerned
        )
        own = document.get("errorEntries")
        real = own if isinstance(own, list) else []
        return {**document, "errorEntries": [*real, *(entry.as_document() for entry in entries)]}

    def _perform(
        self,
        request: Request,
        caller: Credentials,
        *,
        faults: Sequence[Fault] = (),
        left_out: frozenset[str] = frozenset(),
    ) -> Document:
        if not self.permissions.allows(request.operation, request.core, caller):
            raise access_denied_exception(self._denial(request))
        if self.quota is not None:
            seconds = self.quota.seconds_to_wait(self._clock())
            if seconds is not None:
                raise throttling_exception("Rate exceeded", retry_after_seconds=seconds)
        return operations.perform(
            request,
            self._registry,
            self._listing,
            self._model.limits,
            now=self._clock(),
            contract=self.contract,
            faults=faults,
            left_out=left_out,
        )

    def _denial(self, request: Request) -> str:
        core = f"{self._signature.region}:{self._account}:coreDevices:{request.core}"
        return (
            f"User: arn:aws:sts::{self._account}:assumed-role/TokenExchangeRole is not authorized "
            f"to perform: greengrass:{request.operation} on resource: arn:aws:greengrass:{core}"
        )
