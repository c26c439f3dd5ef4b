"""The environment of a component's process."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FROM_THE_SYSTEM = frozenset(
    {"PATH", "HOME", "USER", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH"}
    # A package index is often configured by variables, and an install step needs it.
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"}
    # Lets a component's code coverage be measured while it runs here.
    | {"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
)
_PACKAGE_INDEX_PREFIX = "PIP_"
_PROXY_SUFFIX = "_PROXY"


@dataclass(frozen=True)
class TokenExchangeAccess:
    """What a component that depends on the token exchange service is given."""

    url: str
    token: str


@dataclass(frozen=True)
class Identity:
    """What is the same for all components of a core device.

    Attributes:
        thing_name: The core's; None if it is not provisioned.
        region: Of AWS; None if it is not configured.
        nucleus_version: For GGC_VERSION.
        socket_path: Of the IPC server.
        root_certificates: File of certificates to trust.
        cloud_url: Where botocore finds the greengrassv2 service in place of the real one.
        services_url: Where SDKs find all other services; None: they are not told.
        programs: Folders that components' PATH begins with, before those of the system.
    """

    thing_name: str | None
    region: str | None
    nucleus_version: str
    socket_path: Path
    root_certificates: Path
    cloud_url: str
    services_url: str | None
    programs: tuple[Path, ...] = ()


def nucleus_variables(
    identity: Identity,
    *,
    service_uid: str,
    token_exchange: TokenExchangeAccess | None,
    missing_is_empty: bool,
) -> dict[str, str]:
    """Collect the variables that a nucleus sets.

    Args:
        identity: The core device's.
        service_uid: The component's SVCUID.
        token_exchange: None if the recipe does not depend on the service.
        missing_is_empty: True as on lite: a missing thing name or region is an empty string; False
            leaves the variable away.
    """
    variables: dict[str, str | None] = {
        "SVCUID": service_uid,
        "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT": str(identity.socket_path),
        "AWS_IOT_THING_NAME": identity.thing_name,
        "AWS_REGION": identity.region,
        "AWS_DEFAULT_REGION": identity.region,
        "GGC_VERSION": identity.nucleus_version,
        "GG_ROOT_CA_PATH": str(identity.root_certificates),
        "AWS_ENDPOINT_URL_GREENGRASSV2": identity.cloud_url,
    }
    if identity.services_url is not None:
        variables["AWS_ENDPOINT_URL"] = identity.services_url
    if identity.programs:
        path = [*map(str, identity.programs), os.environ.get("PATH", os.defpath)]
        variables["PATH"] = os.pathsep.join(path)
    if token_exchange is not None:
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = token_exchange.url
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token_exchange.token
    return {
        name: value or ""
        for name, value in variables.items()
        if value is not None or missing_is_empty
    }


def system_variables(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Pick what a component gets of the sandbox's own environment (by default, `os.environ`).

    Whatever else is set there stays away: a developer's AWS profile, credentials or PYTHONPATH
    would make a component work that fails on a device.
    """
    source = os.environ if environment is None else environment
    return {
        name: value
        for name, value in source.items()
        if name in _FROM_THE_SYSTEM
        or name.startswith(_PACKAGE_INDEX_PREFIX)
        or name.upper().endswith(_PROXY_SUFFIX)
    }
