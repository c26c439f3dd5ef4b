"""The three operations as an unmodified boto3 sees them."""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from greengrass_sandbox.cloud import ASSOCIATE, DISASSOCIATE, LIST, Cloud
from greengrass_sandbox.plumbing.loop import LoopThread

Client = Any
"""boto3 makes its clients' classes, and its answers, at run time."""
Answer = Any


def associate(client: Client, names: Sequence[str], core: str = "core") -> Answer:
    """Ask for these client devices to be associated."""
    return client.batch_associate_client_device_with_core_device(
        coreDeviceThingName=core, entries=[{"thingName": name} for name in names]
    )


def disassociate(client: Client, names: Sequence[str]) -> Answer:
    """Ask for these client devices to be disassociated."""
    return client.batch_disassociate_client_device_from_core_device(
        coreDeviceThingName="core", entries=[{"thingName": name} for name in names]
    )


def refused(client: Client, names: Sequence[str], core: str = "core") -> Answer:
    """Ask for it, and return the error's response."""
    with pytest.raises(ClientError) as caught:
        associate(client, names, core)
    return caught.value.response


def test_associating_is_remembered_and_recorded(cloud: Cloud, client: Client) -> None:
    """A batch that is in order is associated, and noted as one call."""
    assert associate(client, ["thing-1", "thing-2"])["errorEntries"] == []
    assert set(cloud.associations["core"]) == {"thing-1", "thing-2"}
    [call] = cloud.calls
    assert (call.operation, call.core, call.status) == (ASSOCIATE, "core", 200)
    assert call.thing_names == ("thing-1", "thing-2")
    assert call.answered_at is not None
    assert call.answered_at >= call.time


def test_names_with_colons_survive_path_and_signature(cloud: Cloud, client: Client) -> None:
    """Characters that are percent-encoded in a path change neither the name nor the signature."""
    cloud.cores.add("site:7_core-A")
    cloud.add_things(["zigbee:00:11"])
    assert associate(client, ["zigbee:00:11"], core="site:7_core-A")["errorEntries"] == []
    assert set(cloud.associations["site:7_core-A"]) == {"zigbee:00:11"}


def test_associating_twice_is_fine_by_default(cloud: Cloud, client: Client) -> None:
    """The second time succeeds and keeps the first time stamp."""
    associate(client, ["thing-1"])
    since = cloud.associations["core"]["thing-1"]
    assert associate(client, ["thing-1"])["errorEntries"] == []
    assert cloud.associations["core"]["thing-1"] == since


def test_associating_twice_can_be_an_error_entry(cloud: Cloud, client: Client) -> None:
    """With a code set, the second time is an error entry for that device alone."""
    cloud.registry.already_associated_code = "ResourceAlreadyAssociated"
    associate(client, ["thing-1"])
    [entry] = associate(client, ["thing-1", "thing-2"])["errorEntries"]
    assert (entry["thingName"], entry["code"]) == ("thing-1", "ResourceAlreadyAssociated")
    assert set(cloud.associations["core"]) == {"thing-1", "thing-2"}


def test_unknown_things_are_error_entries(cloud: Cloud, client: Client) -> None:
    """A thing that does not exist is said in an error entry; the others are associated."""
    [entry] = associate(client, ["thing-1", "nobody"])["errorEntries"]
    assert (entry["thingName"], entry["code"]) == ("nobody", "ResourceNotFoundException")
    assert set(cloud.associations["core"]) == {"thing-1"}


def test_an_unknown_core_refuses_the_call(cloud: Cloud, client: Client) -> None:
    """A core device that does not exist is a 404 with its modelled members."""
    response = refused(client, ["thing-1"], core="other")
    assert response["Error"]["Code"] == "ResourceNotFoundException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert (response["resourceId"], response["resourceType"]) == ("other", "coreDevice")
    assert cloud.calls[0].error_code == "ResourceNotFoundException"


def test_a_hundred_entries_pass(cloud: Cloud, client: Client) -> None:
    """The model's bound itself is within it."""
    associate(client, [f"thing-{number}" for number in range(100)])
    assert len(cloud.associations["core"]) == 100


def test_a_hundred_and_one_entries_are_refused(cloud: Cloud, client: Client) -> None:
    """One entry beyond the bound refuses all of them, and says which field it was."""
    response = refused(client, [f"thing-{number}" for number in range(101)])
    assert response["Error"]["Code"] == "ValidationException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert [field["name"] for field in response["fields"]] == ["entries"]
    assert cloud.associations == {}


@pytest.mark.parametrize("bad", ["not a name", "naïve", "x" * 129, "a/b"])
def test_malformed_names_are_refused_with_their_place(
    cloud: Cloud, client: Client, bad: str
) -> None:
    """A name that no thing can have refuses the batch and is named by its index."""
    response = refused(client, ["thing-1", bad])
    assert response["reason"] == "FIELD_VALIDATION_FAILED"
    assert [field["name"] for field in response["fields"]] == ["entries[1].thingName"]
    assert cloud.associations == {}


def test_duplicates_are_refused_with_their_place(client: Client) -> None:
    """A name that is in a batch twice refuses it, naming the second."""
    response = refused(client, ["thing-1", "thing-2", "thing-1"])
    assert [field["name"] for field in response["fields"]] == ["entries[2].thingName"]


def test_disassociating_ends_an_association(cloud: Cloud, client: Client) -> None:
    """What was associated is no longer; doing so again is taken as done."""
    associate(client, ["thing-1", "thing-2"])
    assert disassociate(client, ["thing-1"])["errorEntries"] == []
    assert disassociate(client, ["thing-1"])["errorEntries"] == []
    assert set(cloud.associations["core"]) == {"thing-2"}
    assert cloud.calls[-1].operation == DISASSOCIATE


def test_disassociating_what_is_not_can_be_an_error_entry(cloud: Cloud, client: Client) -> None:
    """With a code set, that device alone has one; by default it is taken as done."""
    cloud.registry.not_associated_code = "NotAssociated"
    associate(client, ["thing-2"])
    [entry] = disassociate(client, ["thing-1", "thing-2"])["errorEntries"]
    assert (entry["thingName"], entry["code"]) == ("thing-1", "NotAssociated")
    assert not cloud.associations["core"]


def test_disassociating_an_unknown_thing_is_an_error_entry(cloud: Cloud, client: Client) -> None:
    """As with associating; the others are done."""
    associate(client, ["thing-1"])
    [entry] = disassociate(client, ["nobody", "thing-1"])["errorEntries"]
    assert (entry["thingName"], entry["code"]) == ("nobody", "ResourceNotFoundException")
    assert not cloud.associations["core"]


@pytest.mark.parametrize("count", [0, 101])
def test_disassociating_takes_1_to_100(cloud: Cloud, client: Client, count: int) -> None:
    """Outside the bounds nothing is done; botocore itself refuses none at all."""
    names = [f"thing-{number}" for number in range(count)]
    cloud.associations["core"] = {"thing-0": 1.0}
    with pytest.raises((ClientError, ParamValidationError)):
        disassociate(client, names)
    assert set(cloud.associations["core"]) == {"thing-0"}


def test_listing_goes_through_pages(cloud: Cloud, client: Client) -> None:
    """250 associations come in three pages, each once."""
    names = {f"thing-{number}" for number in range(250)}
    cloud.associations["core"] = dict.fromkeys(names, 1_700_000_000.0)
    paginator = client.get_paginator("list_client_devices_associated_with_core_device")
    pages = [
        page["associatedClientDevices"] for page in paginator.paginate(coreDeviceThingName="core")
    ]
    assert [len(page) for page in pages] == [100, 100, 50]
    devices = [device for page in pages for device in page]
    assert {device["thingName"] for device in devices} == names
    assert devices[0]["associationTimestamp"].timestamp() == 1_700_000_000.0
    assert [call.operation for call in cloud.calls] == [LIST] * 3


def test_an_empty_list_has_no_next_token(client: Client) -> None:
    """A core device without client devices has one empty page."""
    answer = client.list_client_devices_associated_with_core_device(coreDeviceThingName="core")
    assert answer["associatedClientDevices"] == []
    assert "nextToken" not in answer


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"maxResults": 101}, "maxResults"), ({"nextToken": "ÿ"}, "nextToken")],
)
def test_bad_paging_is_refused(client: Client, arguments: dict[str, object], field: str) -> None:
    """A page size beyond the bound, or a token of somebody else's, is not valid."""
    with pytest.raises(ClientError) as caught:
        client.list_client_devices_associated_with_core_device(
            coreDeviceThingName="core", **arguments
        )
    assert [bad["name"] for bad in caught.value.response["fields"]] == [field]


def test_denied_names_operation_and_resource(
    cloud: Cloud, client: Client, loop_thread: LoopThread
) -> None:
    """IAM's refusal says what is missing, and nothing is done."""
    loop_thread.call(cloud.set_denied, denied=True)
    error = refused(client, ["thing-1"])["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert f"greengrass:{ASSOCIATE}" in error["Message"]
    assert "arn:aws:greengrass:eu-central-1:123456789012:coreDevices:core" in error["Message"]
    assert cloud.associations == {}


def test_beyond_the_quota_is_throttled(
    cloud: Cloud, client: Client, loop_thread: LoopThread
) -> None:
    """The request after the burst is told to come again, in whole seconds."""
    # So slow that no machine is late enough to be given a second request.
    loop_thread.call(cloud.set_quota, 0.001)
    associate(client, ["thing-1"])
    response = refused(client, ["thing-2"])
    assert response["Error"]["Code"] == "ThrottlingException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert 900 < response["retryAfterSeconds"] <= 1000
    assert response["serviceCode"] == "greengrass"


def test_calls_can_be_waited_for(cloud: Cloud, client: Client, loop_thread: LoopThread) -> None:
    """Waiting returns what has come once enough of it has."""
    associate(client, ["thing-1"])
    [call] = loop_thread.call(cloud.wait_for_calls, 1, answered=True)
    assert call.thing_names == ("thing-1",)
    disassociate(client, ["thing-1"])
    [call] = loop_thread.call(cloud.wait_for_calls, 1, operation=DISASSOCIATE)
    assert call.operation == DISASSOCIATE
