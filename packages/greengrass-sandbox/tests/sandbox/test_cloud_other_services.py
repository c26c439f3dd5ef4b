"""Things and publishing over HTTP, with an unmodified boto3, for programs that need them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from greengrass_sandbox.account import Account
from greengrass_sandbox.token_exchange.credentials import Credentials, issue
from sandbox.conftest import Client

NewClient = Callable[[str, Credentials], Client]


@pytest.fixture
def account() -> Iterator[Account]:
    """An account without core devices."""
    with Account() as account:
        yield account


@pytest.fixture
def new_client(account: Account) -> Iterator[NewClient]:
    """Makes clients of a service with given credentials."""
    with ExitStack() as clients:

        def make(service: str, credentials: Credentials) -> Client:
            client = boto3.client(
                service,
                endpoint_url=account.cloud.url,
                region_name=account.region,
                aws_access_key_id=credentials.access_key_id,
                aws_secret_access_key=credentials.secret_access_key,
                aws_session_token=credentials.session_token,
                config=Config(retries={"total_max_attempts": 1}),
            )
            return clients.enter_context(closing(client))

        yield make


def test_an_administrator_makes_and_deletes_things(account: Account, new_client: NewClient) -> None:
    """Both can be repeated, as the API reference has it; associations are theirs to make too."""
    administrator = account.administrator()
    iot = new_client("iot", administrator)
    account.cloud.cores.add("core")
    for _ in range(2):
        made = iot.create_thing(thingName="a:1")
        assert made["thingArn"] == "arn:aws:iot:eu-central-1:123456789012:thing/a:1"
    greengrass = new_client("greengrassv2", administrator)
    greengrass.batch_associate_client_device_with_core_device(
        coreDeviceThingName="core", entries=[{"thingName": "a:1"}]
    )
    assert set(account.cloud.associations["core"]) == {"a:1"}
    for _ in range(2):
        iot.delete_thing(thingName="a:1")
    assert account.cloud.things == set()
    assert [call.operation for call in account.cloud.calls] == [
        "BatchAssociateClientDeviceWithCoreDevice"
    ]


def test_a_back_end_publishes_over_http(account: Account, new_client: NewClient) -> None:
    """Topics with slashes, and any bytes."""
    seen = account.watch("a/+/c")
    data = new_client("iot-data", account.administrator())
    data.publish(topic="a/b/c", qos=1, payload=b"\xff\x00")
    (message,) = seen.wait_for_count(1)
    assert (message.topic, message.payload, message.core) == ("a/b/c", b"\xff\x00", "")


@pytest.mark.parametrize(
    ("thing_name", "is_trusted", "code"),
    [
        ("core", True, "AccessDeniedException"),
        (None, False, "UnrecognizedClientException"),
    ],
)
def test_others_are_refused(
    account: Account,
    new_client: NewClient,
    thing_name: str | None,
    is_trusted: bool,  # noqa: FBT001 - a parameter of the test
    code: str,
) -> None:
    """A core device's role does not allow it, and strangers are not known."""
    credentials = issue(expires_at=2e9 * 2, thing_name=thing_name)
    if is_trusted:
        account.trust({credentials.access_key_id: credentials}.get)
    with pytest.raises(ClientError) as refused:
        new_client("iot", credentials).create_thing(thingName="a")
    assert refused.value.response["Error"]["Code"] == code
    assert account.cloud.things == set()
