"""Lists of client devices: pages, tokens, orders, and what changes while a list is read."""

import pytest

from greengrass_sandbox.cloud import LIST, Cloud, ListOrder
from greengrass_sandbox.cloud.page_tokens import PageTokens, Position
from greengrass_sandbox.plumbing.loop import LoopThread
from sandbox.cloud_support import Client, associate, bad_fields, list_page, names_in

SINCE = 1_700_000_000.0


@pytest.fixture
def names(cloud: Cloud) -> list[str]:
    """Thirty client devices of `core`, in the order of their names."""
    names = sorted(f"thing-{number}" for number in range(30))
    cloud.associations["core"] = dict.fromkeys(names, SINCE)
    return names


def all_names(client: Client, size: int = 10) -> list[str | None]:
    """What a paginator that knows nothing of all this collects."""
    paginator = client.get_paginator("list_client_devices_associated_with_core_device")
    pages = paginator.paginate(coreDeviceThingName="core", PaginationConfig={"PageSize": size})
    return [name for page in pages for name in names_in(page)]


def test_the_page_size_is_what_was_asked_for(client: Client, names: list[str]) -> None:
    """And may be another for each page."""
    first = list_page(client, maxResults=3)
    second = list_page(client, maxResults=7, nextToken=first["nextToken"])
    assert names_in(first) + names_in(second) == names[:10]


def test_a_page_without_a_size_has_a_hundred(cloud: Cloud, client: Client) -> None:
    """Unless another default is set, since none is documented."""
    cloud.associations["core"] = {f"thing-{number}": SINCE for number in range(150)}
    assert len(names_in(list_page(client))) == 100
    cloud.listing.default_page_size = 20
    assert len(names_in(list_page(client))) == 20


@pytest.mark.parametrize("size", [1, 100])
def test_the_bounds_of_the_page_size_are_within_it(
    client: Client, names: list[str], size: int
) -> None:
    """The model allows 1 to 100."""
    assert names_in(list_page(client, maxResults=size)) == names[:size]


def test_a_page_may_be_asked_for_again(client: Client, names: list[str]) -> None:
    """A call that is repeated with the same token gets the same page."""
    token = list_page(client, maxResults=5)["nextToken"]
    for _ in range(2):
        assert names_in(list_page(client, maxResults=5, nextToken=token)) == names[5:10]


def test_tokens_say_nothing(client: Client, names: list[str]) -> None:
    """No name is in them, and no two are equal."""
    tokens = {list_page(client, maxResults=1)["nextToken"] for _ in range(2)}
    assert len(tokens) == 2
    assert not [token for token in tokens if names[0] in token]


@pytest.mark.parametrize("token", ["", "made-up", "dGhpbmctMQ=="])
def test_a_token_that_was_never_given_out_is_refused(
    client: Client, names: list[str], token: str
) -> None:
    """As not valid, and the field is named."""
    assert names
    assert bad_fields(client, nextToken=token) == ["nextToken"]


def test_a_token_is_for_one_core_device(cloud: Cloud, client: Client, names: list[str]) -> None:
    """Another one's list does not take it, its own still does."""
    cloud.cores.add("other")
    token = list_page(client, maxResults=5)["nextToken"]
    assert bad_fields(client, "other", nextToken=token) == ["nextToken"]
    assert names_in(list_page(client, nextToken=token)) == names[5:]


def test_tokens_expire_on_command(
    cloud: Cloud, client: Client, names: list[str], loop_thread: LoopThread
) -> None:
    """The list has to be begun again then."""
    token = list_page(client, maxResults=5)["nextToken"]
    loop_thread.call(cloud.expire_tokens)
    assert bad_fields(client, nextToken=token) == ["nextToken"]
    assert all_names(client) == names


def test_tokens_expire_with_time() -> None:
    """At the end of their lifetime, and not before."""
    tokens = PageTokens()
    tokens.lifetime_seconds = 60
    token = tokens.issue(Position("core", "a"), now=1000)
    assert tokens.resolve(token, "core", now=1059) == Position("core", "a")
    with pytest.raises(LookupError, match="expired"):
        tokens.resolve(token, "core", now=1060)


def test_a_shuffled_list_has_each_device_once(
    cloud: Cloud, client: Client, names: list[str]
) -> None:
    """In another order each time."""
    cloud.listing.order = ListOrder.SHUFFLED
    first, second = all_names(client), all_names(client)
    assert sorted(map(str, first)) == sorted(map(str, second)) == names
    assert len({tuple(first), tuple(second), tuple(names)}) == 3


def test_a_reshuffled_list_ends(cloud: Cloud, client: Client, names: list[str]) -> None:
    """Some devices come twice or are missing, which it does by chance, but it has no stranger."""
    cloud.listing.order = ListOrder.RESHUFFLED
    seen = all_names(client, 3)
    assert set(seen) <= set(names)
    # That each comes once on ten pages has a chance of less than one in a million.
    assert sorted(map(str, seen)) != names


def test_later_pages_see_what_changed(cloud: Cloud, client: Client, names: list[str]) -> None:
    """By default: a device that left is missed, one that came is there if its page is to come."""
    token = list_page(client, maxResults=10)["nextToken"]
    del cloud.associations["core"][names[-1]]
    cloud.associations["core"].update({"aaa": SINCE, "zzz": SINCE})
    assert names_in(list_page(client, nextToken=token)) == [*names[10:-1], "zzz"]


def test_a_snapshot_is_of_its_first_page(cloud: Cloud, client: Client, names: list[str]) -> None:
    """On command: later pages show what was then; a new list shows what is now."""
    cloud.listing.is_snapshot = True
    token = list_page(client, maxResults=10)["nextToken"]
    del cloud.associations["core"][names[-1]]
    cloud.associations["core"]["zzz"] = SINCE
    assert names_in(list_page(client, nextToken=token)) == names[10:]
    assert all_names(client) == [*names[:-1], "zzz"]


def test_the_time_stamp_is_that_of_the_association(cloud: Cloud, client: Client) -> None:
    """The moment at which the call was made."""
    associate(client, ["thing-1"])
    [device] = list_page(client)["associatedClientDevices"]
    assert device["associationTimestamp"].timestamp() == pytest.approx(cloud.calls[0].time, abs=1)


def test_each_page_is_a_call(cloud: Cloud, client: Client, names: list[str]) -> None:
    """And is recorded with its operation, core device and parameters."""
    assert all_names(client) == names
    assert [call.query["maxResults"] for call in cloud.calls] == ["10"] * 3
    assert ["nextToken" in call.query for call in cloud.calls] == [False, True, True]
    assert [(call.operation, call.core, call.status) for call in cloud.calls] == [
        (LIST, "core", 200)
    ] * 3
