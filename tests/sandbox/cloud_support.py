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
