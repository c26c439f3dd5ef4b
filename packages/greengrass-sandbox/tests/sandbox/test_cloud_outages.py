"""Outages of the cloud: nobody is there for a while."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
)

from greengrass_sandbox.cloud import (
    Cloud,
    Fault,
    FaultKind,
)
from greengrass_sandbox.plumbing.loop import LoopThread
from sandbox.cloud_support import AddFault, Client, associate, list_page, names_in


def test_an_outage_closes_the_port_and_ends(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """Connections are refused until the fault is removed; then the same port answers again."""
    associate(client)
    number = add_fault(Fault(FaultKind.OUTAGE))
    with pytest.raises(EndpointConnectionError):
        associate(client)
    loop_thread.call(cloud.remove_fault, number)
    assert associate(client, ["thing-2"])["errorEntries"] == []
    assert set(cloud.associations["core"]) == {"thing-1", "thing-2"}


def test_an_outage_breaks_calls_under_way(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """A call that waits for its answer when the outage begins loses its connection."""
    add_fault(Fault(FaultKind.HANG))
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(associate, client)
        loop_thread.call(cloud.wait_for_calls, 1)
        add_fault(Fault(FaultKind.OUTAGE))
        assert isinstance(answer.exception(timeout=60), ConnectionClosedError)


def test_an_outage_can_end_by_itself(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """After its seconds the port is open again and the fault gone."""
    add_fault(Fault(FaultKind.OUTAGE, seconds=0.2))
    loop_thread.call(cloud.wait_until_reachable)
    assert associate(client)["errorEntries"] == []
    assert cloud.faults == {}


def test_two_outages_both_have_to_end(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """The port stays closed as long as any outage lasts; clearing faults ends all."""
    first = add_fault(Fault(FaultKind.OUTAGE))
    add_fault(Fault(FaultKind.OUTAGE))
    loop_thread.call(cloud.remove_fault, first)
    with pytest.raises(EndpointConnectionError):
        associate(client)
    loop_thread.call(cloud.clear_faults)
    assert associate(client)["errorEntries"] == []


def test_an_outage_can_be_one_core_devices(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """Its calls do not reach the cloud and count as none; others do, until it is over and after."""
    cloud.cores.add("other")
    number = add_fault(Fault(FaultKind.OUTAGE, core_device="core"))
    with pytest.raises(ConnectionClosedError):
        associate(client)
    assert names_in(list_page(client, "other")) == []
    assert [call.core for call in cloud.calls] == ["other"]
    loop_thread.call(cloud.remove_fault, number)
    assert associate(client)["errorEntries"] == []
