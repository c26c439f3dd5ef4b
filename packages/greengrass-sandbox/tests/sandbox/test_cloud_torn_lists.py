"""Lists that are old, broken off, or otherwise not what they should be, as boto3 sees them."""

import pytest
from botocore.exceptions import ClientError, PaginationError

from greengrass_sandbox.cloud import DISASSOCIATE, LIST, Cloud, Fault, FaultKind
from greengrass_sandbox.cloud.associations import History
from greengrass_sandbox.cloud.listing import Listing
from greengrass_sandbox.cloud.registry import Registry
from sandbox.cloud_support import (
    AddFault,
    Client,
    associate,
    bad_fields,
    disassociate,
    list_page,
    names_in,
)

LONG_AGO = 3600.0
SINCE = 1.0


@pytest.fixture
def names(cloud: Cloud) -> list[str]:
    """Thirty client devices of `core`, in the order of their names."""
    names = sorted(f"thing-{number}" for number in range(30))
    cloud.associations["core"] = dict.fromkeys(names, SINCE)
    return names


def read_all(client: Client, size: int = 10) -> list[list[str | None]]:
    """The pages of a list, as a paginator reads it."""
    paginator = client.get_paginator("list_client_devices_associated_with_core_device")
    pages = paginator.paginate(coreDeviceThingName="core", PaginationConfig={"PageSize": size})
    return [names_in(page) for page in pages]


def test_a_stale_list_does_not_know_what_was_just_done(
    cloud: Cloud, client: Client, add_fault: AddFault
) -> None:
    """Neither an association nor an end of one; the cloud itself has done both."""
    add_fault(Fault(FaultKind.STALE_LIST, seconds=LONG_AGO, times=1))
    associate(client, ["thing-1"])
    assert read_all(client) == [[]]
    assert read_all(client) == [["thing-1"]]
    add_fault(Fault(FaultKind.STALE_LIST, seconds=0.0))
    disassociate(client, ["thing-1"])
    assert not cloud.associations["core"]


def test_a_stale_list_is_as_old_as_was_asked_for() -> None:
    """To the second: what was done before is in it, what was done after is not."""
    now = 1000.0
    registry = Registry(clock=lambda: now)
    registry.things = {"a", "b", "c"}
    registry.associate("core", ["a", "b"], now=now)
    now = 1010.0
    registry.disassociate("core", ["a"])
    registry.associate("core", ["c"], now=now)
    now = 1020.0
    listing = Listing(registry, 100)
    seen = {
        age: [
            name
            for name, _ in listing.page(
                "core", None, None, now=now, faults=[Fault(FaultKind.STALE_LIST, seconds=age)]
            ).items
        ]
        for age in (0, 10, 11, 20, 21)
    }
    before, after = ["a", "b"], ["b", "c"]
    assert seen == {0: after, 10: after, 11: before, 20: before, 21: []}


def test_the_time_stamp_of_a_stale_list_is_that_of_then() -> None:
    """A device that was associated anew meanwhile shows its earlier one."""
    now = 1000.0
    history = History(lambda: now)
    history.note("core", "a", 5.0)
    assert history.undo("core", {"a": 9.0}, 0) == {"a": 5.0}
    assert history.undo("other", {"a": 9.0}, 0) == {"a": 9.0}


@pytest.mark.parametrize("after", [0, 1, 2])
def test_one_page_can_fail(
    client: Client, names: list[str], add_fault: AddFault, after: int
) -> None:
    """The first or a later one, with any error; then its token is still good."""
    add_fault(Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, operation=LIST, after=after, times=1))
    pages: list[str | None] = []
    token: dict[str, str] = {}
    for number in range(3):
        if number == after:
            with pytest.raises(ClientError):
                list_page(client, maxResults=10, **token)
        page = list_page(client, maxResults=10, **token)
        pages += names_in(page)
        token = {"nextToken": page.get("nextToken")}
    assert pages == names


def test_a_list_can_end_early(client: Client, names: list[str], add_fault: AddFault) -> None:
    """Without a token, although there is more."""
    add_fault(Fault(FaultKind.LIST_ENDS_EARLY, after=1, times=1))
    assert read_all(client) == [names[:10], names[10:20]]
    assert read_all(client) == [names[:10], names[10:20], names[20:]]


def test_a_list_can_be_empty(client: Client, names: list[str], add_fault: AddFault) -> None:
    """Though the devices are associated."""
    add_fault(Fault(FaultKind.EMPTY_LIST, times=1))
    assert read_all(client) == [[]]
    assert read_all(client, 100) == [names]


def test_a_page_can_be_empty(client: Client, names: list[str], add_fault: AddFault) -> None:
    """With a token: everything comes on the pages after it."""
    add_fault(Fault(FaultKind.EMPTY_PAGE, times=1))
    assert read_all(client) == [[], names[:10], names[10:20], names[20:]]


def test_a_token_can_be_repeated(client: Client, names: list[str], add_fault: AddFault) -> None:
    """The page comes again with it; botocore's paginator notices."""
    token = list_page(client, maxResults=10)["nextToken"]
    add_fault(Fault(FaultKind.REPEATED_TOKEN))
    page = list_page(client, maxResults=10, nextToken=token)
    assert (names_in(page), page["nextToken"]) == (names[10:20], token)
    with pytest.raises(PaginationError, match="same next token"):
        read_all(client)


def test_a_first_page_can_lead_to_itself(
    client: Client, names: list[str], add_fault: AddFault
) -> None:
    """Its token is none that the request had, and gives the same page."""
    add_fault(Fault(FaultKind.REPEATED_TOKEN, times=1))
    token = list_page(client, maxResults=10)["nextToken"]
    assert names_in(list_page(client, maxResults=10, nextToken=token)) == names[:10]


def test_an_item_can_come_twice(client: Client, names: list[str], add_fault: AddFault) -> None:
    """On a page that is not longer for it; nobody is missing."""
    add_fault(Fault(FaultKind.DUPLICATE_ITEM, times=1))
    first, *others = read_all(client)
    assert first == [*names[:9], names[0]]
    assert [name for page in others for name in page] == names[9:]


def test_an_item_can_be_nameless(client: Client, names: list[str], add_fault: AddFault) -> None:
    """The others have their names, and its time stamp is there."""
    add_fault(Fault(FaultKind.NAMELESS_ITEM))
    page = list_page(client, maxResults=10)
    assert names_in(page) == [None, *names[1:10]]
    assert "associationTimestamp" in page["associatedClientDevices"][0]


def test_some_items_can_be_missing(client: Client, names: list[str], add_fault: AddFault) -> None:
    """By their names; all others come."""
    add_fault(Fault(FaultKind.MISSING_ITEMS, only_if_named=frozenset(names[5:25])))
    assert read_all(client) == [names[:5], [], names[25:]]


def test_faults_of_lists_come_together(
    client: Client, names: list[str], add_fault: AddFault
) -> None:
    """Each takes its part away, and whatever refuses the call has the last word."""
    add_fault(Fault(FaultKind.MISSING_ITEMS, only_if_named=frozenset(names[:1])))
    add_fault(Fault(FaultKind.LIST_ENDS_EARLY))
    assert read_all(client) == [names[1:10]]
    add_fault(Fault(FaultKind.THROTTLING_EXCEPTION, times=1))
    with pytest.raises(ClientError):
        list_page(client)


def test_faults_of_lists_are_for_lists(
    client: Client, names: list[str], add_fault: AddFault
) -> None:
    """Other calls are not counted by them."""
    add_fault(Fault(FaultKind.EMPTY_LIST, times=1))
    associate(client, [names[0]])
    disassociate(client, [names[0]])
    assert read_all(client) == [[]]


def test_a_fault_can_be_for_one_core_device(
    cloud: Cloud, client: Client, add_fault: AddFault
) -> None:
    """Calls about the others go on."""
    cloud.cores.add("other")
    add_fault(Fault(FaultKind.INTERNAL_SERVER_EXCEPTION, core_device="other"))
    assert names_in(list_page(client)) == []
    with pytest.raises(ClientError):
        list_page(client, "other")


def test_not_associated_can_be_an_error_entry(
    cloud: Cloud, client: Client, add_fault: AddFault
) -> None:
    """On command, for who is not; the others are done, and associating is not concerned."""
    add_fault(Fault(FaultKind.NOT_ASSOCIATED, code="NotAssociated", times=1))
    assert associate(client, ["thing-1"])["errorEntries"] == []
    [entry] = disassociate(client, ["thing-1", "thing-2"])["errorEntries"]
    assert (entry["thingName"], entry["code"]) == ("thing-2", "NotAssociated")
    assert not cloud.associations["core"]
    assert disassociate(client, ["thing-2"])["errorEntries"] == []
    assert [call.operation for call in cloud.calls].count(DISASSOCIATE) == 2


def test_a_stale_list_and_a_wrong_token(client: Client, add_fault: AddFault) -> None:
    """A fault does not make a wrong token right."""
    add_fault(Fault(FaultKind.STALE_LIST, seconds=LONG_AGO))
    assert bad_fields(client, nextToken="wrong") == ["nextToken"]
