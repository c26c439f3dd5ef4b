"""What the client takes from the environment that a nucleus makes."""

import os
from collections.abc import Mapping

import pytest

from client_device_associator import __version__
from client_device_associator.cloud import client as client_module
from client_device_associator.cloud.client import AssociationClient
from client_device_associator.cloud.credentials import Secrets
from client_device_associator.core.answer import CallFailed, FailureCause, Succeeded
from client_device_associator.core.decision import Call
from support.answering import Server

URI, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
CERTIFICATES = "/greengrass/v2/rootCA.pem"
NOT_DEPENDENT = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set: the recipe must depend on"
    " aws.greengrass.TokenExchangeService (DependencyType HARD)"
)


@pytest.mark.parametrize(
    ("environment", "code", "message"),
    [
        (
            {"AWS_REGION": "eu-central-1"},
            "NoTokenExchange",
            NOT_DEPENDENT,
        ),
        (
            {URI: "http://localhost:1/", "AWS_REGION": ""},
            "NoRegion",
            "AWS_REGION is empty: set awsRegion in the nucleus configuration and restart it",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_remedy(
    environment: Mapping[str, str], code: str, message: str
) -> None:
    """It is a mistake in a recipe or in the nucleus's configuration, and asks nobody."""
    failed = CallFailed(FailureCause.MISCONFIGURED, code, message)
    assert AssociationClient(environment, Secrets(environment)).prepare() == failed
    assert AssociationClient(environment, Secrets(environment)).call("core", Call(("a",))) == failed


def test_a_core_device_without_a_name_calls_nobody() -> None:
    """Lite sets a missing thing name to the empty string."""
    environment = {URI: "x", "AWS_REGION": "x"}
    answer = AssociationClient(environment, Secrets(environment)).call("", Call(("a",)))
    assert answer == CallFailed(
        FailureCause.MISCONFIGURED,
        "NoCoreThingName",
        "AWS_IOT_THING_NAME is empty: set thingName in the nucleus configuration and restart it",
    )


def test_either_variable_names_the_region(client: AssociationClient, cloud: Server) -> None:
    """Both nuclei set both; one is enough."""
    environment = dict(client._environment)  # noqa: SLF001 - as the fixture made it
    environment["AWS_DEFAULT_REGION"] = environment.pop("AWS_REGION")
    assert (
        AssociationClient(environment, Secrets(environment)).call("core", Call(("a",)))
        == Succeeded()
    )
    (request,) = cloud.requests
    assert "/eu-central-1/greengrass/" in request["Authorization"]


def test_botocore_is_set_up_for_one_worker(client: AssociationClient) -> None:
    """One attempt, for the core decides on retries; one connection; patience of our own."""
    assert client.prepare() is None
    config = client._client.meta.config  # noqa: SLF001 - what botocore was given
    assert config.connect_timeout == client_module.CONNECT_TIMEOUT_SECONDS
    assert config.read_timeout == client_module.READ_TIMEOUT_SECONDS
    assert config.retries["total_max_attempts"] == 1
    assert config.max_pool_connections == 1
    assert config.user_agent_extra.endswith(f"client-device-associator/{__version__}")


@pytest.mark.parametrize("proxy", PROXIES)
def test_the_nucleus_s_certificates_are_for_proxies(proxy: str) -> None:
    """A proxy that opens TLS connections signs with a CA of its own."""
    environment = {"GG_ROOT_CA_PATH": CERTIFICATES}
    assert client_module._certificates(environment) is None  # noqa: SLF001 - pure
    environment[proxy] = "http://proxy"
    assert client_module._certificates(environment) == CERTIFICATES  # noqa: SLF001 - pure
    environment["GG_ROOT_CA_PATH"] = ""
    assert client_module._certificates(environment) is None  # noqa: SLF001 - pure


def test_they_are_given_to_botocore(client: AssociationClient) -> None:
    """Which knows nothing of the variable."""
    client._environment = {  # noqa: SLF001 - as the fixture made it
        **client._environment,  # noqa: SLF001 - the same
        "GG_ROOT_CA_PATH": os.devnull,
        "HTTPS_PROXY": "http://proxy",
    }
    assert client.prepare() is None
    session = client._client._endpoint.http_session  # noqa: SLF001 - what botocore was given
    assert session._session._verify == os.devnull  # noqa: SLF001 - the same
