"""Somebody who changes things and associations by hand while calls are made."""

import pytest

from greengrass_sandbox.cloud import Cloud, Fault, FaultKind
from greengrass_sandbox.plumbing.loop import LoopThread
from sandbox.cloud_support import AddFault, Client, associate, disassociate, list_page, names_in


def test_a_change_by_hand_is_no_call_and_meets_no_fault(
    cloud: Cloud, client: Client, add_fault: AddFault, loop_thread: LoopThread
) -> None:
    """It is there in the next list."""
    add_fault(Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, times=1))
    console = cloud.console
    assert loop_thread.call(console.associate, "core", ["thing-1", "thing-2"]) == []
    assert loop_thread.call(console.disassociate, "core", ["thing-1"]) == []
    assert cloud.calls == []
    loop_thread.call(cloud.clear_faults)
    assert names_in(list_page(client)) == ["thing-2"]


def test_by_hand_an_unknown_core_device_is_a_mistake(cloud: Cloud) -> None:
    """Of the test, not of the service."""
    with pytest.raises(LookupError, match="no core device named nobody"):
        cloud.console.associate("nobody", ["thing-1"])
    with pytest.raises(LookupError, match="no core device named nobody"):
        cloud.console.disassociate("nobody", ["thing-1"])


def test_by_hand_too_what_cannot_be_done_is_an_error_entry(cloud: Cloud) -> None:
    """For a thing that does not exist."""
    [entry] = cloud.console.associate("core", ["nobody", "thing-1"])
    assert (entry.thing_name, entry.code) == ("nobody", "ResourceNotFoundException")
    assert set(cloud.associations["core"]) == {"thing-1"}


def test_a_deleted_thing_is_associated_with_nobody(cloud: Cloud, client: Client) -> None:
    """By default; made again, it is a thing without associations."""
    cloud.cores.add("other")
    associate(client, ["thing-1", "thing-2"])
    cloud.console.associate("other", ["thing-1"])
    cloud.console.delete_things(["thing-1"])
    assert names_in(list_page(client)) == ["thing-2"]
    assert not cloud.associations["other"]
    [entry] = associate(client, ["thing-1"])["errorEntries"]
    assert entry["code"] == "ResourceNotFoundException"
    cloud.console.add_things(["thing-1"])
    assert names_in(list_page(client)) == ["thing-2"]
    assert associate(client, ["thing-1"])["errorEntries"] == []


def test_an_association_can_outlive_its_thing(cloud: Cloud, client: Client) -> None:
    """On command: the list has it, and it can be ended."""
    cloud.registry.keeps_associations = True
    associate(client, ["thing-1", "thing-2"])
    cloud.console.delete_things(["thing-1"])
    assert names_in(list_page(client)) == ["thing-1", "thing-2"]
    assert disassociate(client, ["thing-1"])["errorEntries"] == []
    assert names_in(list_page(client)) == ["thing-2"]


def test_one_deletion_can_keep_or_end_associations(cloud: Cloud) -> None:
    """Whatever is set for all."""
    cloud.console.associate("core", ["thing-1", "thing-2"])
    cloud.console.delete_things(["thing-1"], keep_associations=True)
    cloud.registry.keeps_associations = True
    cloud.console.delete_things(["thing-2"], keep_associations=False)
    assert set(cloud.associations["core"]) == {"thing-1"}
