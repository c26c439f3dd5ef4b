"""Where the client calls, and for which region, without botocore's list of all endpoints."""

import re
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.loaders import Loader

from client_device_associator.cloud.service_data import SERVICE, ServiceData

SCOPE = re.compile(rb"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")
REGIONS = (
    "eu-central-1",
    "us-east-1",
    "ca-central-1",
    "cn-north-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "eusc-de-east-1",
    "eu-nowhere-9",
)
VARIANTS: tuple[dict[str, bool], ...] = (
    {},
    {"use_fips_endpoint": True},
    {"use_dualstack_endpoint": True},
)


class Sent(Exception):  # noqa: N818 - it ends the call before anything is sent
    """What would be sent."""


def sent(loader: Loader, region: str, variant: dict[str, bool]) -> tuple[str, object]:
    """The URL of a call, and the region and service that it is signed for."""
    session = botocore.session.Session()
    session.register_component("data_loader", loader)
    session.set_credentials("id", "secret")
    client: Any = session.create_client(SERVICE, region_name=region, config=Config(**variant))

    def look(request: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        scope = SCOPE.search(request.headers["Authorization"])
        raise Sent(request.url, scope and scope.groups())

    client.meta.events.register("before-send", look)
    with pytest.raises(Sent) as caught:
        client.batch_associate_client_device_with_core_device(
            coreDeviceThingName="core", entries=[{"thingName": "a"}]
        )
    url, signed_for = caught.value.args
    return url, signed_for


@pytest.fixture(scope="module")
def everything() -> Loader:
    """Botocore's own, which reads its list of endpoints once."""
    return Loader()


@pytest.mark.parametrize("variant", VARIANTS, ids=["plain", "FIPS", "dual stack"])
def test_calls_go_where_botocore_sends_them(everything: Loader, variant: dict[str, bool]) -> None:
    """In every partition, and for regions that this version of botocore does not know."""
    loader = ServiceData()
    for region in REGIONS:
        assert sent(loader, region, variant) == sent(everything, region, variant), region
