"""A Greengrass core device on this machine, with no cloud and no Java.

What is named here is the public interface, and nothing else is: the rooms below may change with
each version.
"""

from greengrass_sandbox.account import Account
from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.cloud import (
    ASSOCIATE,
    DISASSOCIATE,
    LIST,
    Call,
    Cloud,
    ErrorEntry,
    Fault,
    FaultKind,
    InvalidField,
    ListOrder,
    ValidationReason,
)
from greengrass_sandbox.command.main import command_parser
from greengrass_sandbox.core_device import CoreDevice
from greengrass_sandbox.deploying import DeploymentFailedError
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.kinds.recipes import recipe_file_for as read_recipe
from greengrass_sandbox.lifecycle.artifacts import ArtifactMissingError
from greengrass_sandbox.lifecycle.handle import ComponentHandle
from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.lifecycle.states import FINAL_STATES, ComponentState
from greengrass_sandbox.mqtt.bridge import MqttBridge
from greengrass_sandbox.mqtt.broker import MqttBroker
from greengrass_sandbox.nucleus.errors import DeploymentRejected, PublishRefused
from greengrass_sandbox.nucleus.iot_core import Link
from greengrass_sandbox.plumbing.root_lock import RootInUseError
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.recipe import RecipeRefusedError
from greengrass_sandbox.services import ServiceAnswer, ServiceRequest, Services
from greengrass_sandbox.testing.bus import Bus
from greengrass_sandbox.testing.cloud import CloudHand, TokenExchangeHand
from greengrass_sandbox.token_exchange import Credentials, TokenExchangeMode
from greengrass_sandbox.token_exchange.credentials import issue as issue_credentials
from greengrass_sandbox.watching import SyncWatch

__all__ = [
    "ASSOCIATE",
    "CLASSIC",
    "DISASSOCIATE",
    "FINAL_STATES",
    "LIST",
    "LITE",
    "Account",
    "ArtifactMissingError",
    "Bus",
    "Call",
    "Cloud",
    "CloudHand",
    "ComponentHandle",
    "ComponentState",
    "CoreDevice",
    "Credentials",
    "DeploymentFailedError",
    "DeploymentRejected",
    "ErrorEntry",
    "Fault",
    "FaultKind",
    "InvalidField",
    "Layout",
    "Link",
    "ListOrder",
    "Message",
    "MqttBridge",
    "MqttBroker",
    "Profile",
    "PublishRefused",
    "RecipeRefusedError",
    "RootInUseError",
    "ServiceAnswer",
    "ServiceRequest",
    "Services",
    "SyncWatch",
    "TokenExchangeHand",
    "TokenExchangeMode",
    "ValidationReason",
    "command_parser",
    "issue_credentials",
    "read_recipe",
]

__version__ = "0.1.0"
