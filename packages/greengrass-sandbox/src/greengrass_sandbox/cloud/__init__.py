"""The greengrassv2 client-device operations over HTTP, with faults on command."""

from greengrass_sandbox.cloud.calls import Call
from greengrass_sandbox.cloud.endpoint import Cloud
from greengrass_sandbox.cloud.errors import InvalidField, ValidationReason
from greengrass_sandbox.cloud.faults import Fault, FaultKind
from greengrass_sandbox.cloud.listing import ListOrder
from greengrass_sandbox.cloud.registry import ErrorEntry
from greengrass_sandbox.cloud.service_model import ASSOCIATE, DISASSOCIATE, LIST

__all__ = [
    "ASSOCIATE",
    "DISASSOCIATE",
    "LIST",
    "Call",
    "Cloud",
    "ErrorEntry",
    "Fault",
    "FaultKind",
    "InvalidField",
    "ListOrder",
    "ValidationReason",
]
