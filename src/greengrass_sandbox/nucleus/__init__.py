"""A Greengrass nucleus as a component sees it: event-stream RPC on a Unix socket."""

from greengrass_sandbox.nucleus.errors import DeploymentRejected, NucleusError, PublishRefused
from greengrass_sandbox.nucleus.message import Message
from greengrass_sandbox.nucleus.server import SANDBOX_PUBLISHER, Nucleus
from greengrass_sandbox.nucleus.watch import Watch

__all__ = [
    "SANDBOX_PUBLISHER",
    "DeploymentRejected",
    "Message",
    "Nucleus",
    "NucleusError",
    "PublishRefused",
    "Watch",
]
