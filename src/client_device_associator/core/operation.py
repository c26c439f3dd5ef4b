"""What the cloud can be asked for."""

from enum import Enum


class Operation(str, Enum):
    """An operation of the service model greengrassv2; the values are what the worker is told."""

    ASSOCIATE = "associate"
    """BatchAssociateClientDeviceWithCoreDevice."""
    DISASSOCIATE = "disassociate"
    """BatchDisassociateClientDeviceFromCoreDevice."""
    LIST = "list"
    """ListClientDevicesAssociatedWithCoreDevice: one page."""
