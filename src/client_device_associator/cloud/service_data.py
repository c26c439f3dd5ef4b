"""What botocore loads of its data files: what one service needs, and no more.

Its list of all endpoints of all services takes 9 MB once it is read, and the memory of the worker
never falls below that again. Of what is in it, a client needs what its partition is like, which
another file of botocore's says in 7 kB; the endpoints themselves come from the service's own rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.loaders import Loader

SERVICE = "greengrassv2"

_HOSTNAME, _FIPS_HOSTNAME = "{service}.{region}.{dnsSuffix}", "{service}-fips.{region}.{dnsSuffix}"
"""As endpoints.json has it for all partitions."""


class ServiceData(Loader):  # type: ignore[misc] # botocore has no types
    """Loads botocore's own files, and none of the user's home."""

    def __init__(self) -> None:
        super().__init__([self.BUILTIN_DATA_PATH], include_default_search_paths=False)

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's signature
        """The one that is called; to find the others it would look into 400 folders."""
        return [SERVICE]

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """A file's content, and where it is."""
        if name == "endpoints":
            partitions, path = super().load_data_with_path("partitions")
            return endpoints_of(partitions), path
        content: tuple[Any, str] = super().load_data_with_path(name)
        return content


def endpoints_of(partitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """What endpoints.json would say, from what partitions.json says, for a service with no rules.

    Args:
        partitions: The content of botocore's partitions.json.
    """
    return {"version": 3, "partitions": [_partition(one) for one in partitions["partitions"]]}


def _partition(partition: Mapping[str, Any]) -> Mapping[str, Any]:
    outputs = partition["outputs"]
    suffix, dual_suffix = outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]
    return {
        "partition": partition["id"],
        "dnsSuffix": suffix,
        "regionRegex": partition["regionRegex"],
        "regions": partition["regions"],
        "services": {},
        "defaults": {
            "hostname": _HOSTNAME,
            "protocols": ["https"],
            "signatureVersions": ["v4"],
            "variants": [
                _variant(_FIPS_HOSTNAME, suffix, ["fips"]),
                _variant(_FIPS_HOSTNAME, dual_suffix, ["dualstack", "fips"]),
                _variant(_HOSTNAME, dual_suffix, ["dualstack"]),
            ],
        },
    }


def _variant(hostname: str, suffix: str, tags: Sequence[str]) -> Mapping[str, object]:
    return {"hostname": hostname, "dnsSuffix": suffix, "tags": tags}
