"""Calls of the operation that faults are about."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from greengrass_sandbox.cloud import Fault

Client = Any
"""boto3 makes its clients' classes, and its answers, at run time."""
Answer = Any

AddFault = Callable[[Fault], int]


def associate(client: Client, names: Sequence[str] = ("thing-1",)) -> Answer:
    """Ask for these client devices to be associated with `core`."""
    return client.batch_associate_client_device_with_core_device(
        coreDeviceThingName="core", entries=[{"thingName": name} for name in names]
    )


def refused(client: Client, names: Sequence[str] = ("thing-1",)) -> Answer:
    """Ask for it, and return the error's response."""
    with pytest.raises(ClientError) as caught:
        associate(client, names)
    return caught.value.response


def disassociate(client: Client, names: Sequence[str] = ("thing-1",), core: str = "core") -> Answer:
    """Ask for these client devices to be disassociated."""
    return client.batch_disassociate_client_device_from_core_device(
        coreDeviceThingName=core, entries=[{"thingName": name} for name in names]
    )


def list_page(client: Client, core: str = "core", **arguments: object) -> Answer:
    """Ask for a page of the list of client devices."""
    return client.list_client_devices_associated_with_core_device(
        coreDeviceThingName=core, **arguments
    )


def names_in(page: Answer) -> list[str | None]:
    """The names on a page in their order; None for an item that has none."""
    return [device.get("thingName") for device in page["associatedClientDevices"]]


def bad_fields(client: Client, core: str = "core", **arguments: object) -> list[str]:
    """Ask for a page that is refused as not valid, and return the fields that are wrong."""
    with pytest.raises(ClientError) as caught:
        list_page(client, core, **arguments)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return [bad["name"] for bad in caught.value.response["fields"]]
