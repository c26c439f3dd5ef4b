"""The cloud: greengrassv2's client-device operations on a port of this machine."""

import asyncio
import time
from collections.abc import Callable, Iterable, MutableMapping

from aiohttp import web

from greengrass_sandbox.cloud import answers, service_model
from greengrass_sandbox.cloud.active_faults import ActiveFaults
from greengrass_sandbox.cloud.calls import Call, CallLog
from greengrass_sandbox.cloud.console import Console
from greengrass_sandbox.cloud.contract import Contract
from greengrass_sandbox.cloud.errors import ApiError
from greengrass_sandbox.cloud.faults import Fault, FaultKind
from greengrass_sandbox.cloud.handler import RequestHandler
from greengrass_sandbox.cloud.listing import Listing
from greengrass_sandbox.cloud.other_services import OtherServices, Publish, received_from
from greengrass_sandbox.cloud.permissions import ALL_OPERATIONS
from greengrass_sandbox.cloud.quota import RequestQuota
from greengrass_sandbox.cloud.registry import Registry
from greengrass_sandbox.cloud.signature import SignatureCheck
from greengrass_sandbox.plumbing.loopback_http import LoopbackServer
from greengrass_sandbox.token_exchange.credentials import Credentials


class Cloud:
    """Answers BatchAssociate…, BatchDisassociate… and ListClientDevices… as AWS does.

    Every method must be called on the loop on which `start` was awaited.

    Args:
        region: The AWS region that requests must be signed for.
        account: The account's twelve digits, for messages.
        credentials: Looks up credentials by access key id (`TokenExchange.credentials_of`).
        publish: Takes what is published on AWS IoT Core over HTTP.
        clock: Seconds since the epoch.

    Attributes:
        registry: Things, core devices and associations.
        console: Changes them by hand.
        listing: In which order lists come, whether they see changes, and their tokens.
    """

    def __init__(
        self,
        *,
        region: str,
        account: str,
        credentials: Callable[[str], Credentials | None],
        publish: Publish = lambda _topic, _payload, _qos: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.registry = Registry(clock=clock)
        self.console = Console(self.registry, clock)
        self._calls = CallLog()
        self._faults = ActiveFaults()
        model = service_model.load()
        self.listing = Listing(self.registry, model.limits.max_results)
        self._handler = RequestHandler(
            model=model,
            signature=SignatureCheck(region, model.signing_name, credentials),
            account=account,
            registry=self.registry,
            listing=self.listing,
            faults=self._faults,
            calls=self._calls,
            clock=clock,
        )
        self._others = OtherServices(
            region=region,
            account=account,
            registry=self.registry,
            credentials=credentials,
            publish=publish,
            clock=clock,
        )
        self._server = LoopbackServer(self._handle)
        self._outage_ends: dict[int, asyncio.TimerHandle] = {}
        self._reachable = asyncio.Event()
        self._port_changes: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The endpoint of Greengrass, and of what little it plays of AWS IoT."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def cores(self) -> set[str]:
        """Names of the core devices that exist; add to it as you like."""
        return self.registry.cores

    @property
    def things(self) -> set[str]:
        """Names of the things that exist."""
        return self.registry.things

    @property
    def associations(self) -> MutableMapping[str, MutableMapping[str, float]]:
        """For each core device its client devices and since when (seconds since the epoch)."""
        return self.registry.associations

    @property
    def calls(self) -> list[Call]:
        """Everything that was asked for until now, in order; safe from any thread."""
        return self._calls.snapshot()

    @property
    def faults(self) -> dict[int, Fault]:
        """The faults that are set, by number, in the order in which they apply."""
        return self._faults.snapshot()

    def add_things(self, names: Iterable[str]) -> None:
        """Register things, as provisioning does."""
        self.registry.things.update(names)

    def set_quota(self, requests_per_second: float | None) -> None:
        """Throttle what goes beyond so many requests per second; None ends that."""
        quota = None if requests_per_second is None else RequestQuota(requests_per_second)
        self._handler.quota = quota

    def set_denied(self, *, denied: bool, operations: Iterable[str] = ALL_OPERATIONS) -> None:
        """Let IAM refuse all or some operations (AccessDeniedException), or no longer.

        Raises:
            ValueError: There is no such operation.
        """
        permissions = self._handler.permissions
        (permissions.deny if denied else permissions.allow)(operations)

    def set_own_core_only(self, *, enabled: bool) -> None:
        """Whether a core device's credentials allow calls about itself alone, as by default."""
        self._handler.permissions.own_core_only = enabled

    async def follow(self, contract: Contract) -> None:
        """Answer as the real service was found to, where there are findings."""
        self._handler.contract = contract
        if contract.keeps_associations is not None:
            self.registry.keeps_associations = contract.keeps_associations
        if contract.requests_per_second is not None:
            self.set_quota(contract.requests_per_second)
        if contract.lag_seconds:
            await self.add_fault(Fault(FaultKind.STALE_LIST, seconds=contract.lag_seconds))

    def expire_tokens(self) -> None:
        """Let no `nextToken` that was given out be good any more."""
        self.listing.tokens.expire_all()

    async def start(self) -> None:
        """Listen, unless an outage was set before."""
        await self._server.start()
        if self._is_out():
            await self._server.close_port()
        else:
            self._reachable.set()

    async def stop(self) -> None:
        """Close the port and reset every connection. Safe to call twice."""
        for end in self._outage_ends.values():
            end.cancel()
        self._outage_ends.clear()
        for change in self._port_changes:
            change.cancel()
        self._reachable.clear()
        await self._server.stop()

    async def add_fault(self, fault: Fault) -> int:
        """Let something go wrong from now on. Returns the number by which to remove it."""
        number = self._faults.add(fault)
        if fault.kind is FaultKind.OUTAGE and self._is_out():
            self._reachable.clear()
            await self._server.close_port()
        if fault.kind is FaultKind.OUTAGE and fault.seconds is not None:
            loop = asyncio.get_running_loop()
            self._outage_ends[number] = loop.call_later(fault.seconds, self._end_outage, number)
        return number

    async def remove_fault(self, number: int) -> None:
        """End a fault; does nothing if it is over already."""
        removed = self._faults.remove(number)
        if removed is None or removed.kind is not FaultKind.OUTAGE:
            return
        end = self._outage_ends.pop(number, None)
        if end is not None:
            end.cancel()
        if self._server.is_started and not self._is_out():
            await self._server.open_port()
            self._reachable.set()

    async def clear_faults(self) -> None:
        """End all faults."""
        for number in self.faults:
            await self.remove_fault(number)

    async def wait_for_calls(
        self, count: int, *, operation: str | None = None, answered: bool = False
    ) -> list[Call]:
        """Wait until so many calls have arrived (or been answered), and return all.

        With an operation, only its calls are counted and returned.
        """
        return await self._calls.wait_for(count, operation=operation, answered=answered)

    async def wait_until_reachable(self) -> None:
        """Wait until no outage lasts any more."""
        await self._reachable.wait()

    async def _handle(self, connection: web.BaseRequest) -> web.StreamResponse:
        try:
            document = self._others.answer(await received_from(connection))
        except ApiError as error:
            return answers.refusal(error)
        if document is not None:
            return answers.success(document)
        return await self._handler.handle(connection)

    def is_out(self, core: str | None) -> bool:
        """Whether an outage lasts for a core device; None: for everybody."""
        return self._faults.is_out(core)

    def _is_out(self) -> bool:
        return self.is_out(None)

    def _end_outage(self, number: int) -> None:
        change = asyncio.get_running_loop().create_task(self.remove_fault(number))
        # The loop itself holds tasks only weakly.
        self._port_changes.add(change)
        change.add_done_callback(self._port_changes.discard)
