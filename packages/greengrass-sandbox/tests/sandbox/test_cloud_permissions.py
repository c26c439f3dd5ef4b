"""What IAM allows, as an unmodified boto3 sees it."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from greengrass_sandbox.cloud import DISASSOCIATE, LIST, Cloud, Fault, FaultKind
from greengrass_sandbox.kinds import CLASSIC
from greengrass_sandbox.plumbing.loop import LoopThread
from greengrass_sandbox.token_exchange import TokenExchange
from sandbox.cloud_support import AddFault, Client, associate, disassociate, list_page


@pytest.fixture
def token_exchange(
    request: pytest.FixtureRequest, loop_thread: LoopThread
) -> Iterator[TokenExchange]:
    """The token exchange of the core device that the test names, or of `core`."""
    exchange = TokenExchange(manners=CLASSIC.manners, thing_name=getattr(request, "param", "core"))
    loop_thread.call(exchange.start)
    yield exchange
    loop_thread.call(exchange.stop)


def test_one_operation_can_be_denied(cloud: Cloud, client: Client, loop_thread: LoopThread) -> None:
    """The others go on, and it comes back when it is allowed again."""
    loop_thread.call(cloud.set_denied, denied=True, operations=[LIST])
    with pytest.raises(ClientError) as caught:
        list_page(client)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert f"greengrass:{LIST}" in error["Message"]
    assert associate(client)["errorEntries"] == []
    assert disassociate(client)["errorEntries"] == []
    loop_thread.call(cloud.set_denied, denied=False, operations=[LIST])
    assert list_page(client)["associatedClientDevices"] == []


def test_an_operation_that_is_none_cannot_be_denied(cloud: Cloud) -> None:
    """A slip of the pen would let a test pass."""
    with pytest.raises(ValueError, match="no operation List:"):
        cloud.set_denied(denied=True, operations=["List"])


def test_a_core_device_may_ask_about_itself(cloud: Cloud, client: Client) -> None:
    """Its credentials allow all three operations."""
    associate(client)
    assert [one["thingName"] for one in list_page(client)["associatedClientDevices"]] == ["thing-1"]
    disassociate(client)
    assert not cloud.associations["core"]


@pytest.mark.parametrize("token_exchange", ["other"], indirect=True)
def test_nobody_is_evicted_by_another_core_device(cloud: Cloud, client: Client) -> None:
    """Whatever it asks of a core device that it is not, IAM refuses."""
    cloud.cores.add("other")
    cloud.associations["core"] = {"thing-1": 1.0}
    for ask in (associate, disassociate, list_page):
        with pytest.raises(ClientError) as caught:
            ask(client)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
        assert "coreDevices:core" in caught.value.response["Error"]["Message"]
    assert set(cloud.associations["core"]) == {"thing-1"}
    assert [call.error_code for call in cloud.calls] == ["AccessDeniedException"] * 3


@pytest.mark.parametrize("token_exchange", ["other"], indirect=True)
def test_a_policy_for_all_core_devices_lets_it(
    cloud: Cloud, client: Client, loop_thread: LoopThread
) -> None:
    """On command: a fleet whose policy has no variable can be emptied by one core device."""
    loop_thread.call(cloud.set_own_core_only, enabled=False)
    cloud.associations["core"] = {"thing-1": 1.0}
    assert disassociate(client)["errorEntries"] == []
    assert not cloud.associations["core"]


def test_a_fault_is_no_way_around_permissions(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """What IAM refuses is not done, even where the answer would have been lost."""
    loop_thread.call(cloud.set_denied, denied=True, operations=[DISASSOCIATE])
    add_fault(Fault(FaultKind.RESET, applied=True))
    cloud.associations["core"] = {"thing-1": 1.0}
    with pytest.raises(ClientError):
        disassociate(client)
    assert set(cloud.associations["core"]) == {"thing-1"}
