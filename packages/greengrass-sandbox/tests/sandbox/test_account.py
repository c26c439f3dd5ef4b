"""Several core devices in one account: one cloud and AWS IoT Core, credentials of their own."""

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from greengrass_sandbox import CoreDevice, Link
from greengrass_sandbox.account import Account
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.profile import Profile
from sandbox.cloud_support import associate, disassociate
from sandbox.iot_core_support import access, publish, subscribe
from sandbox.nucleus_support import Component

NAME = "demo"
NewCore = Callable[..., CoreDevice]


@pytest.fixture
def account() -> Iterator[Account]:
    """An account with the thing `thing-1`."""
    with Account() as account:
        account.call(account.cloud.add_things, ["thing-1"])
        yield account


@pytest.fixture
def new_core(account: Account, tmp_path: Path) -> Iterator[NewCore]:
    """Start a core device in the account."""
    with ExitStack() as running:

        def make(name: str, profile: Profile = CLASSIC) -> CoreDevice:
            core = CoreDevice(tmp_path / name, thing_name=name, profile=profile, account=account)
            return running.enter_context(core)

        yield make


@pytest.fixture
def new_component() -> Iterator[Callable[[CoreDevice], Component]]:
    """Connect a component that may use AWS IoT Core."""
    with ExitStack() as cleanup:

        def make(core: CoreDevice) -> Component:
            environment = core.environment(NAME, access("*"))
            component = Component(core.nucleus.socket_path, environment["SVCUID"])
            cleanup.callback(component.close)
            return component

        yield make


def client_of(core: CoreDevice) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    """A boto3 client with the credentials that a component of this core device gets."""
    environment = core.environment(NAME)
    request = urllib.request.Request(  # noqa: S310 - the sandbox's own
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
        headers={"Authorization": environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        given = json.load(answer)
    return boto3.client(
        "greengrassv2",
        region_name=environment["AWS_REGION"],
        endpoint_url=environment["AWS_ENDPOINT_URL_GREENGRASSV2"],
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["Token"],
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    "profiles", [(CLASSIC, CLASSIC), (LITE, LITE), (CLASSIC, LITE)], ids=lambda them: them[0].name
)
def test_core_devices_hear_each_other(
    new_core: NewCore,
    new_component: Callable[[CoreDevice], Component],
    profiles: tuple[Profile, Profile],
) -> None:
    """What a component publishes on AWS IoT Core reaches the others, and itself."""
    sender = new_component(new_core("one", profiles[0]))
    receiver = new_component(new_core("two", profiles[1]))
    own, _ = subscribe(sender, "fleet/#")
    others, _ = subscribe(receiver, "fleet/#")
    publish(sender, "fleet/x", b"hello")
    for heard in (own, others):
        assert (message := heard.next()).topic_name == "fleet/x"
        assert message.payload == b"hello"


def test_two_lite_core_devices_that_talk_at_once_do_not_wait_for_each_other(
    new_core: NewCore, new_component: Callable[[CoreDevice], Component]
) -> None:
    """Each nucleus is one chain, and no message needs both."""
    components = [new_component(new_core(name, LITE)) for name in ("one", "two")]
    heard = [subscribe(component, "fleet/+")[0] for component in components]
    for number in range(50):
        for component in components:
            publish(component, "fleet/x", str(number).encode())
    for inbox in heard:
        assert len([inbox.next() for _ in range(100)]) == 100


def test_a_back_end_publishes_and_watches(
    account: Account, new_core: NewCore, new_component: Callable[[CoreDevice], Component]
) -> None:
    """It reaches all core devices, and sees from which of them an answer comes."""
    components = {name: new_component(new_core(name)) for name in ("one", "two")}
    inboxes = [subscribe(component, "to/all")[0] for component in components.values()]
    watch = account.watch("from/+")
    account.publish("to/all", b"hello")
    for inbox in inboxes:
        assert inbox.next().payload == b"hello"
    publish(components["two"], "from/two", b"answer")
    (seen,) = watch.wait_for_count(1)
    assert (seen.core, seen.publisher, seen.payload) == ("two", NAME, b"answer")


def test_one_core_device_is_offline_alone(
    account: Account, new_core: NewCore, new_component: Callable[[CoreDevice], Component]
) -> None:
    """The other goes on, and hears the first when it is back."""
    one, two = new_core("one"), new_core("two")
    first, second = new_component(one), new_component(two)
    heard, _ = subscribe(second, "fleet/#")
    one.set_iot_core_link(Link.OFFLINE)
    publish(first, "fleet/x", b"late")
    account.publish("fleet/x", b"early")
    assert heard.next().payload == b"early"
    one.set_iot_core_link(Link.ONLINE)
    assert heard.next().payload == b"late"


def test_the_cloud_is_one_and_credentials_are_each_core_devices_own(
    account: Account, new_core: NewCore
) -> None:
    """Each associates with itself, and cannot evict anybody from the other."""
    one, two = client_of(new_core("one")), client_of(new_core("two"))
    for client, name in ((one, "one"), (two, "two")):
        client.batch_associate_client_device_with_core_device(
            coreDeviceThingName=name, entries=[{"thingName": "thing-1"}]
        )
    with pytest.raises(ClientError) as caught:
        disassociate(one, core="two")
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert disassociate(one, core="one")["errorEntries"] == []
    assert {core: set(them) for core, them in account.cloud.associations.items()} == {
        "one": set(),
        "two": {"thing-1"},
    }
    calls = [(call.caller, call.core, call.status) for call in account.cloud.calls]
    assert calls == [
        *(("one", "one", 200), ("two", "two", 200)),
        *(("one", "two", 403), ("one", "one", 200)),
    ]
    for client in (one, two):
        client.close()


def test_a_core_device_can_end_and_come_back(
    account: Account, new_core: NewCore, tmp_path: Path
) -> None:
    """The account and the other core device go on meanwhile."""
    new_core("two")
    for _ in range(2):
        with CoreDevice(tmp_path / "one", thing_name="one", account=account) as one:
            handle = one.run(NAME, {}, [sys.executable, "-c", "import time; time.sleep(600)"])
            assert handle.state == "RUNNING"
    assert account.is_started
    assert account.cloud.cores == {"one", "two"}


def test_an_account_is_started_first(tmp_path: Path) -> None:
    """Otherwise there is no loop to start on, and a test would wait for long."""
    account = Account()
    with pytest.raises(RuntimeError, match="start the account"):
        CoreDevice(tmp_path / "one", account=account).start()
    account.loop.close()


def test_a_core_device_has_an_account_of_its_own_by_default(tmp_path: Path) -> None:
    """Nobody else is in it, and it ends with its core device."""
    with CoreDevice(tmp_path / "core", thing_name="alone") as core:
        assert core.account.is_started
        assert core.cloud.cores == {"alone"}
        client = client_of(core)
        with pytest.raises(ClientError) as caught:
            associate(client)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
        client.close()
    assert not core.account.is_started
