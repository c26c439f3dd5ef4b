"""How a kind of nucleus answers, and what it is told of its surroundings."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.iot_core.broker import Broker
from greengrass_sandbox.nucleus.connection import Connection, Handle, Service
from greengrass_sandbox.nucleus.delivery import Delivery
from greengrass_sandbox.nucleus.documents import Document
from greengrass_sandbox.nucleus.figures import Figures
from greengrass_sandbox.nucleus.holding import Holding
from greengrass_sandbox.nucleus.iot_core import IotCore
from greengrass_sandbox.nucleus.pace import Pace
from greengrass_sandbox.nucleus.states import ReportedStates
from greengrass_sandbox.nucleus.stream import Stream


@dataclass(frozen=True)
class Surroundings:
    """What a nucleus is told.

    Attributes:
        figures: Its limits and pace.
        clock: Seconds since 1970.
        thing_name: The core device's.
        root_path: Its root folder.
        component_of: The component that an SVCUID belongs to, or None.
        restart: Restarts a component; False if there is none of the name.
        chain: Held while a message is served.
        holding: Which requests have to wait.
        broker: AWS IoT Core's.
    """

    figures: Figures
    clock: Callable[[], float]
    thing_name: str
    root_path: str
    component_of: Callable[[str], str | None]
    restart: Callable[[str], bool]
    chain: AbstractAsyncContextManager[Any]
    holding: Holding
    broker: Broker

    def new_pace(self) -> Pace:
        """The pace of its pub/sub."""
        return Pace(self.figures.messages_per_second)


class Configurations(Protocol):
    """The configurations of all components."""

    def register(self, component: str, defaults: Mapping[str, Any]) -> None:
        """A component is there, with the defaults of its recipe."""

    def provide(self, component: str, configuration: Mapping[str, Any]) -> None:
        """A part of the nucleus is there, with its configuration."""

    def of(self, component: str) -> Document:
        """A copy of a component's configuration; OperationError if there is no such component."""

    def candidate(self, component: str, merge: Mapping[str, Any], reset: Sequence[str]) -> Document:
        """What a deployment would make of a component's configuration."""

    async def apply(self, component: str, document: Document) -> None:
        """Give a component this configuration, and tell who subscribed to it."""


class Behaviour(ABC):
    """How one kind of nucleus answers.

    Attributes:
        configurations: Of all components.
        delivery: Local pub/sub's subscriptions.
        iot_core: The connection to AWS IoT Core.
        states: What components reported.
        operations: Performs what this nucleus implements, by the operation's name.
    """

    configurations: Configurations
    delivery: Delivery
    iot_core: IotCore
    states: ReportedStates
    operations: Mapping[str, Handle]

    @abstractmethod
    def connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service
    ) -> Connection:
        """A connection that speaks as this nucleus does."""

    @abstractmethod
    async def refuse(self, stream: Stream, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer an operation that is not implemented, with an OperationError."""

    @abstractmethod
    async def publish_as_sandbox(self, message: Message) -> None:
        """Publish without accessControl. Raises OperationError or ConnectionBroken."""

    @abstractmethod
    async def validate(self, component: str, deployment_id: str, document: Document) -> None:
        """Ask a component about its future configuration. Raises DeploymentRejected."""

    @abstractmethod
    async def ask_before_update(self, deployment_id: str) -> None:
        """Ask those that subscribed whether they may be updated; returns when it may begin."""

    @abstractmethod
    async def announce_update(self, deployment_id: str) -> None:
        """Tell those that subscribed that the update is done."""
