"""The classic nucleus put together."""

import asyncio
from typing import Any

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.kinds.classic.authorization import ClassicAuthorization
from greengrass_sandbox.kinds.classic.component_updates import ComponentUpdates
from greengrass_sandbox.kinds.classic.configuration import ClassicConfigurations
from greengrass_sandbox.kinds.classic.connection import ClassicConnection
from greengrass_sandbox.kinds.classic.iot_core import ClassicIotCore
from greengrass_sandbox.kinds.classic.lifecycle import ClassicLifecycle
from greengrass_sandbox.kinds.classic.mqtt_client import ClassicMqttClient
from greengrass_sandbox.kinds.classic.pubsub import ClassicPubSub
from greengrass_sandbox.kinds.classic.topics import ClassicFilter
from greengrass_sandbox.kinds.classic.validation import Validators
from greengrass_sandbox.nucleus.behaviour import Behaviour, Surroundings
from greengrass_sandbox.nucleus.connection import Connection, Service
from greengrass_sandbox.nucleus.delivery import Delivery
from greengrass_sandbox.nucleus.documents import Document
from greengrass_sandbox.nucleus.errors import service_error
from greengrass_sandbox.nucleus.states import ReportedStates
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream


class Classic(Behaviour):
    """The classic nucleus.

    Args:
        surroundings: What it is told.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        figures = surroundings.figures
        configurations = ClassicConfigurations(surroundings.clock)
        authorization = ClassicAuthorization(
            configurations.policies,
            surroundings.thing_name if figures.interpolates_thing_name else None,
        )
        self.configurations = configurations
        self.delivery = Delivery(ClassicFilter, surroundings.new_pace())
        client = ClassicMqttClient(
            surroundings.broker, surroundings.thing_name, surroundings.chain, surroundings.holding
        )
        self.iot_core = client
        self.states = ReportedStates()
        self._pubsub = ClassicPubSub(authorization, self.delivery)
        self._validators = Validators(figures.validation_timeout_seconds)
        self._updates = ComponentUpdates(figures.component_update_timeout_seconds)
        mqtt = ClassicIotCore(authorization, client, surroundings.thing_name)
        lifecycle = ClassicLifecycle(
            self.states, authorization, surroundings.component_of, configurations.knows
        )
        self.operations = {
            "SubscribeToTopic": self._pubsub.subscribe,
            "PublishToTopic": self._pubsub.publish,
            "PublishToIoTCore": mqtt.publish,
            "SubscribeToIoTCore": mqtt.subscribe,
            "GetConfiguration": configurations.get,
            "UpdateConfiguration": configurations.update,
            "SubscribeToConfigurationUpdate": configurations.subscribe,
            "SubscribeToValidateConfigurationUpdates": self._validators.subscribe,
            "SendConfigurationValidityReport": self._validators.report,
            "SubscribeToComponentUpdates": self._updates.subscribe,
            "DeferComponentUpdate": self._updates.defer,
            "UpdateState": lifecycle.update_state,
            "PauseComponent": lifecycle.pause,
            "ResumeComponent": lifecycle.pause,
            "PutComponentMetric": lifecycle.put_metric,
            "ValidateAuthorizationToken": lifecycle.validate_token,
        }

    def connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service
    ) -> Connection:
        """See `Behaviour`."""
        return ClassicConnection(reader, writer, service)

    async def refuse(self, stream: Stream, arguments: dict[str, Any]) -> dict[str, Any]:
        """What components of AWS implement, if they are installed."""
        del arguments
        raise service_error(
            f"Operation {NAMESPACE}{stream.operation} is not supported by Greengrass"
        )

    async def publish_as_sandbox(self, message: Message) -> None:
        """See `Behaviour`."""
        await self._pubsub.publish_as_sandbox(message)

    async def validate(self, component: str, deployment_id: str, document: Document) -> None:
        """See `Behaviour`."""
        await self._validators.ask(component, deployment_id, document)

    async def ask_before_update(self, deployment_id: str) -> None:
        """See `Behaviour`."""
        await self._updates.ask(deployment_id)

    async def announce_update(self, deployment_id: str) -> None:
        """See `Behaviour`."""
        await self._updates.announce_done(deployment_id)
