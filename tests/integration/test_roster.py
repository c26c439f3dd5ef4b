"""The cloud's list: what somebody else has changed there is noticed, and nothing else."""

import sqlite3

import pytest

from greengrass_sandbox import LIST, Call, CoreDevice, Fault, FaultKind
from integration.announcer import SHARED, associate
from integration.associator import (
    JOURNAL,
    Associator,
    Results,
    associated,
    calls,
    device_names,
    document,
    eventually,
)
from integration.conftest import Start
from integration.what_operators_do import HealthWatch

ROSTER, REQUEST = "clientdevices/associator/roster", "clientdevices/associator/roster/get"
CORE = "sandbox-core"
DEVICES = ["lamp", "fan", "pump"]
SOON = 0.002
"""Hours: a list every 7 s, and the second one after 2 s."""

LATER = 0.02
"""Hours: the second list comes after 18 s, and no other for most of a minute after that."""

AS_SHIPPED = {"reconcile": {"intervalHours": 24}}
"""The default, which tests of other things have turned off."""


def lists(core: CoreDevice) -> list[Call]:
    """The calls that list."""
    return [one for one in core.cloud.calls if one.operation == LIST]


class Roster:
    """What is said on the roster's topic."""

    def __init__(self, core: CoreDevice) -> None:
        self._watch = core.watch(ROSTER)

    def said(self) -> dict[str, set[str]]:
        """Thing names by status."""
        found: dict[str, set[str]] = {}
        for message in self._watch.messages:
            for one in document(message)["results"]:
                found.setdefault(one["status"], set()).add(one["thingName"])
        return found

    def wait_for(self, status: str, *names: str) -> None:
        """Waits until this was said of these."""
        self._watch.wait_for(lambda _: self.said().get(status) == set(names), 60)


def age(associator: Associator, *names: str) -> None:
    """Makes associations old: what is younger than a list may be is not judged by it."""
    associator.kill()
    journal = sqlite3.connect(associator.work / JOURNAL)
    with journal:
        for name in names:
            journal.execute("UPDATE device SET since = since - 1000 WHERE thing_name = ?", (name,))
    journal.close()
    associator.start().wait_until_running()


def test_at_the_start_the_list_is_read_once(core: CoreDevice, start: Start) -> None:
    """What is on it is known from then on: it is not announced as news, and costs no call."""
    core.call(core.cloud.add_things, DEVICES)
    core.call(core.cloud.console.associate, CORE, DEVICES)
    health = HealthWatch(core)
    start(AS_SHIPPED)
    compared = health.wait_for(lambda one: one["roster"]["state"] == "compared")
    assert (compared["roster"]["devices"], compared["roster"]["appeared"]) == (3, 0)
    assert len(lists(core)) == 1
    results = Results(core)
    core.publish(SHARED, {"thingName": "lamp"})
    results.wait_for_names("associated", ["lamp"])
    assert results.of("associated")[0]["already"] is True
    assert calls(core) == []


def test_what_a_person_changes_is_noticed_within_an_interval(
    core: CoreDevice, start: Start
) -> None:
    """Who has vanished is associated again when it announces itself; who has appeared is known."""
    core.call(core.cloud.add_things, [*DEVICES, "new"])
    roster = Roster(core)
    associator = start({"reconcile": {"intervalHours": SOON}})
    associate(core, DEVICES)
    age(associator, *DEVICES)
    eventually(lambda: bool(lists(core)))
    core.call(core.cloud.console.disassociate, CORE, ["lamp"])
    core.call(core.cloud.console.associate, CORE, ["new"])
    roster.wait_for("vanished", "lamp")
    roster.wait_for("appeared", "new")
    before = len(calls(core))
    results = Results(core)
    core.publish(SHARED, {"thingNames": ["lamp", "new", "fan"]})
    results.wait_for_names("associated", ["lamp", "new", "fan"])
    assert associated(core) == {*DEVICES, "new"}
    assert [one.thing_names for one in calls(core)[before:]] == [("lamp",)]


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_what_vanished_is_restored_if_that_is_wanted(core: CoreDevice, start: Start) -> None:
    """Only what this component has associated."""
    core.call(core.cloud.add_things, [*DEVICES, "foreign"])
    core.call(core.cloud.console.associate, CORE, ["foreign"])
    associator = start({"reconcile": {"intervalHours": SOON, "restore": True}})
    eventually(lambda: bool(lists(core)))
    associate(core, DEVICES)
    age(associator, *DEVICES, "foreign")
    eventually(lambda: len(lists(core)) > 1)
    core.call(core.cloud.console.disassociate, CORE, ["lamp", "foreign"])
    eventually(lambda: "lamp" in associated(core))
    assert associated(core) == set(DEVICES)


@pytest.mark.parametrize("restore", [False, True])
@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_agreement_costs_two_lists_and_one_call(
    core: CoreDevice,
    start: Start,
    restore: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Ten are removed and ten are added: a list, its confirmation, and a call for those removed."""
    ours, added = device_names(30), device_names(10, "added")
    removed = ours[:10]
    core.call(core.cloud.add_things, added)
    health, roster = HealthWatch(core), Roster(core)
    associator = start({"reconcile": {"intervalHours": LATER, "restore": restore}})
    associate(core, ours)
    health.wait_for(lambda one: one["roster"]["state"] == "compared")
    first_lists, first_calls = len(lists(core)), len(calls(core))
    core.call(core.cloud.console.disassociate, CORE, removed)
    core.call(core.cloud.console.associate, CORE, added)
    age(associator, *ours)
    roster.wait_for("appeared", *added)
    roster.wait_for("vanished", *removed)
    if restore:
        eventually(lambda: associated(core) == {*ours, *added})
    assert len(lists(core)) == first_lists + 2
    results = Results(core)
    core.publish(SHARED, {"thingNames": [*ours, *added]})
    results.wait_for_names("associated", [*ours, *added])
    assert associated(core) == {*ours, *added}
    assert [sorted(one.thing_names) for one in calls(core)[first_calls:]] == [removed]
    assert roster.said() == {"appeared": set(added), "vanished": set(removed)}


@pytest.mark.parametrize(
    "kind", [FaultKind.EMPTY_LIST, FaultKind.LIST_ENDS_EARLY, FaultKind.REPEATED_TOKEN]
)
@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_list_that_is_torn_once_is_no_evidence(
    core: CoreDevice, start: Start, kind: FaultKind
) -> None:
    """Everybody is still known after it, and nobody is said to have vanished."""
    core.call(core.cloud.add_things, DEVICES)
    roster = Roster(core)
    associator = start({"reconcile": {"intervalHours": SOON}})
    associate(core, DEVICES)
    core.cloud.listing.default_page_size = 1
    age(associator, *DEVICES)
    eventually(lambda: bool(lists(core)))
    count = len(lists(core))
    core.call(core.cloud.add_fault, Fault(kind, times=1, operation=LIST))
    eventually(lambda: len(lists(core)) >= count + 3)
    results = Results(core)
    core.publish(SHARED, {"thingNames": DEVICES})
    results.wait_for_names("associated", DEVICES)
    assert roster.said() == {}


def test_without_the_permission_it_is_off_and_said_once(core: CoreDevice, start: Start) -> None:
    """With the statement to add, and all else goes on."""
    core.call(core.cloud.set_denied, denied=True, operations=[LIST])
    health = HealthWatch(core)
    associator = start({"reconcile": {"intervalHours": SOON}})
    health.wait_for(lambda one: one["roster"]["state"] == "denied")
    associate(core, DEVICES)
    eventually(lambda: len(lists(core)) >= 2)
    action = '"greengrass:ListClientDevicesAssociatedWithCoreDevice"'
    assert associator.log.count(action) == 1


def test_turned_off_nothing_is_listed(core: CoreDevice, start: Start) -> None:
    """Not even if somebody asks for it."""
    associator = start({"reconcile": {"intervalHours": 0}})
    core.publish(REQUEST, b"")
    associate(core, DEVICES)
    associator.wait_until_quiet()
    assert lists(core) == []


def test_a_list_is_made_on_request(core: CoreDevice, start: Start) -> None:
    """Sooner than the interval says, and at most once a minute."""
    health = HealthWatch(core)
    associator = start(AS_SHIPPED)
    health.wait_for(lambda one: one["roster"]["state"] == "compared")
    for _ in range(5):
        core.publish(REQUEST, b"")
    associator.wait_until_quiet()
    assert len(lists(core)) == 1
