"""What botocore's model of the service says: operations, their paths, and the limits of names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel

SERVICE = "greengrassv2"
API_VERSION = "2020-11-30"

ASSOCIATE = "BatchAssociateClientDeviceWithCoreDevice"
DISASSOCIATE = "BatchDisassociateClientDeviceFromCoreDevice"
LIST = "ListClientDevicesAssociatedWithCoreDevice"

_THING_NAME_CHARACTERS = "[a-zA-Z0-9:_-]"
"""From the API reference of AWS IoT (CreateThing); the service model gives lengths alone."""
_CORE_NAME_LABEL = "{coreDeviceThingName}"


@dataclass(frozen=True)
class Operation:
    """One operation: its name, method and path, with the core's name as the path's only group."""

    name: str
    method: str
    path: re.Pattern[str]


@dataclass(frozen=True)
class Limits:
    """What requests may hold.

    Attributes:
        max_entries: Most entries of a batch (the least is 1).
        max_results: Most items of a page.
        thing_name: What a thing name matches as a whole.
    """

    max_entries: int
    max_results: int
    thing_name: re.Pattern[str]


@dataclass(frozen=True)
class ServiceFacts:
    """All that the sandbox's cloud takes from the model."""

    signing_name: str
    operations: tuple[Operation, ...]
    limits: Limits

    def operation_for(self, method: str, raw_path: str) -> tuple[Operation, str] | None:
        """Find the operation that a request means, and the core device it names.

        `raw_path` is as it came, percent-encoded and without the query; the name is decoded.
        """
        for operation in self.operations:
            match = operation.path.fullmatch(raw_path)
            if match is not None and operation.method == method:
                return operation, unquote(match.group(1))
        return None


def load() -> ServiceFacts:
    """Read the model from botocore's data; this takes some milliseconds."""
    document = Loader().load_service_model(SERVICE, "service-2", API_VERSION)
    # Any: botocore ships no types.
    model: Any = ServiceModel(document, SERVICE)
    name = model.shape_for("IoTThingName").metadata
    return ServiceFacts(
        signing_name=str(model.signing_name),
        operations=tuple(_operations(model, (ASSOCIATE, DISASSOCIATE, LIST))),
        limits=Limits(
            max_entries=int(
                model.shape_for("AssociateClientDeviceWithCoreDeviceEntryList").metadata["max"]
            ),
            max_results=int(model.shape_for("DefaultMaxResults").metadata["max"]),
            thing_name=re.compile(f"{_THING_NAME_CHARACTERS}{{{name['min']},{name['max']}}}"),
        ),
    )


# Any: botocore ships no types.
def _operations(model: Any, names: Iterable[str]) -> Iterable[Operation]:  # noqa: ANN401 - as above
    for name in names:
        http = model.operation_model(name).http
        before, after = str(http["requestUri"]).split(_CORE_NAME_LABEL)
        yield Operation(
            name=name,
            method=str(http["method"]),
            path=re.compile(f"{re.escape(before)}([^/]+){re.escape(after)}"),
        )
