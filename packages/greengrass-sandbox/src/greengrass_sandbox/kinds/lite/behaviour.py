"""Nucleus lite put together."""

import asyncio
from typing import Any

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.mqtt_filter import MqttFilter
from greengrass_sandbox.kinds.lite.authorization import CoreFacts, LiteAuthorization
from greengrass_sandbox.kinds.lite.budget import SubscriptionBudget
from greengrass_sandbox.kinds.lite.configuration import LiteConfigurations
from greengrass_sandbox.kinds.lite.connection import LiteConnection
from greengrass_sandbox.kinds.lite.iot_core import LiteIotCore
from greengrass_sandbox.kinds.lite.iotcored import Iotcored
from greengrass_sandbox.kinds.lite.lifecycle import LiteLifecycle
from greengrass_sandbox.kinds.lite.pubsub import LitePubSub
from greengrass_sandbox.nucleus.behaviour import Behaviour, Surroundings
from greengrass_sandbox.nucleus.connection import Connection, Service
from greengrass_sandbox.nucleus.delivery import Delivery
from greengrass_sandbox.nucleus.documents import Document
from greengrass_sandbox.nucleus.errors import service_error
from greengrass_sandbox.nucleus.states import ReportedStates
from greengrass_sandbox.nucleus.stream import Stream


class Lite(Behaviour):
    """Nucleus lite.

    Args:
        surroundings: What it is told.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        budget = SubscriptionBudget(surroundings.figures.max_subscriptions)
        configurations = LiteConfigurations(budget, surroundings.clock)
        authorization = LiteAuthorization(
            configurations.value_at, CoreFacts(surroundings.thing_name, surroundings.root_path)
        )
        self.configurations = configurations
        self.delivery = Delivery(MqttFilter, surroundings.new_pace())
        iotcored = Iotcored(
            surroundings.broker,
            surroundings.thing_name,
            surroundings.chain,
            surroundings.figures.max_iot_core_filters,
        )
        self.iot_core = iotcored
        self.states = ReportedStates()
        self._pubsub = LitePubSub(authorization, self.delivery, budget)
        mqtt = LiteIotCore(authorization, iotcored, budget, surroundings.thing_name)
        lifecycle = LiteLifecycle(
            self.states, authorization, surroundings.component_of, surroundings.restart
        )
        self.operations = {
            "SubscribeToTopic": self._pubsub.subscribe,
            "PublishToTopic": self._pubsub.publish,
            "PublishToIoTCore": mqtt.publish,
            "SubscribeToIoTCore": mqtt.subscribe,
            "GetConfiguration": configurations.get,
            "UpdateConfiguration": configurations.update,
            "SubscribeToConfigurationUpdate": configurations.subscribe,
            "UpdateState": lifecycle.update_state,
            "RestartComponent": lifecycle.restart,
            "CreateLocalDeployment": lifecycle.create_deployment,
            "ValidateAuthorizationToken": lifecycle.validate_token,
        }

    def connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service
    ) -> Connection:
        """See `Behaviour`."""
        return LiteConnection(reader, writer, service)

    async def refuse(self, stream: Stream, arguments: dict[str, Any]) -> dict[str, Any]:
        """Lite says nothing about what it does not know."""
        del stream, arguments
        raise service_error()

    async def publish_as_sandbox(self, message: Message) -> None:
        """See `Behaviour`."""
        await self._pubsub.publish_as_sandbox(message)

    async def validate(self, component: str, deployment_id: str, document: Document) -> None:
        """Lite asks nobody about configurations."""

    async def ask_before_update(self, deployment_id: str) -> None:
        """Lite asks nobody before it updates."""

    async def announce_update(self, deployment_id: str) -> None:
        """Lite tells nobody that it has updated."""
