"""The cloud and token exchange as a test sees them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from greengrass_sandbox.cloud import Call, Fault, FaultKind
from greengrass_sandbox.core_device import CoreDevice
from greengrass_sandbox.services import Answer, ServiceRequest
from greengrass_sandbox.token_exchange import TokenExchangeMode


class CloudHand:
    """Things, associations, calls, and what goes wrong.

    Args:
        core: The core device whose account's cloud it is.
    """

    def __init__(self, core: CoreDevice) -> None:
        self._core = core

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in order."""
        return self._core.cloud.calls

    @property
    def associated(self) -> set[str]:
        """The client devices that are associated with the core device."""
        associations = self._core.cloud.associations
        return set(associations.get(self._core.thing_name or "", ()))

    def add_things(self, *names: str) -> None:
        """Create things."""
        self._core.call(self._core.cloud.console.add_things, names)

    def associate(self, *names: str) -> None:
        """Associate client devices, as a person in the console does."""
        self._core.call(self._core.cloud.console.associate, self._core.thing_name or "", names)

    def disassociate(self, *names: str) -> None:
        """End associations, as a person in the console does."""
        self._core.call(self._core.cloud.console.disassociate, self._core.thing_name or "", names)

    def wait_for_calls(self, count: int) -> list[Call]:
        """Wait until so many calls have their answers.

        Raises:
            TimeoutError: It took longer than the sandbox waits for anything.
        """
        return self._core.call(self._core.cloud.wait_for_calls, count, answered=True)

    def answer(self, service: str, function: Answer | None) -> None:
        """Let a function answer the requests to another AWS service (see `Services.answer`)."""
        self._core.account.services.answer(service, function)

    def forward(self, url: str | None, services: Iterable[str] | None = None) -> None:
        """Hand requests on to a server that plays AWS services (see `Services.forward`)."""
        self._core.account.services.forward(url, services)

    def requests(self, service: str) -> list[ServiceRequest]:
        """The requests to another AWS service that have been answered, in that order."""
        return [it for it in self._core.account.services.requests if it.service == service]

    def wait_for_requests(self, service: str, count: int = 1) -> list[ServiceRequest]:
        """Wait until so many requests to another AWS service have been answered.

        Raises:
            TimeoutError: It took longer than the sandbox waits for anything.
        """
        return self._core.call(self._core.account.services.wait_for, count, service=service)

    @contextmanager
    def failing(self, kind: FaultKind | str, **fields: Any) -> Iterator[None]:  # noqa: ANN401 - of Fault
        """Let something go wrong, until the end of a `with` block.

        Args:
            kind: Such as `"ThrottlingException"` or `"outage"`.
            fields: The other fields of `Fault`.
        """
        number = self._core.call(self._core.cloud.add_fault, Fault(FaultKind(kind), **fields))
        try:
            yield
        finally:
            self._core.call(self._core.cloud.remove_fault, number)


class TokenExchangeHand:
    """Credentials, or what comes in their place.

    Args:
        core: The core device whose token exchange it is.
    """

    def __init__(self, core: CoreDevice) -> None:
        self._core = core

    @property
    def requests(self) -> int:
        """How many requests have come, refused ones too."""
        return self._core.token_exchange.requests

    @contextmanager
    def failing(self, mode: TokenExchangeMode | str) -> Iterator[None]:
        """Answer in this way, until the end of a `with` block.

        Args:
            mode: Such as `"down"`, `"null"` or `"500"`.
        """
        before = self._core.token_exchange.mode
        self._core.call(self._core.token_exchange.set_mode, TokenExchangeMode(mode))
        try:
            yield
        finally:
            self._core.call(self._core.token_exchange.set_mode, before)
