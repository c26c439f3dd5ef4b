"""Devices that go from one core device to another, with the real component on both."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox import DISASSOCIATE, Account, CoreDevice, Link, Profile
from integration.associator import (
    JOURNAL,
    NAME,
    PATIENCE_SECONDS,
    Associator,
    Results,
    associated,
    document,
    eventually,
    results_in,
)

HALL_1, HALL_2 = "hall-1", "hall-2"
ANNOUNCE, ROSTER = "clientdevices/announce", "clientdevices/associator/roster"
CLAIMS = "clientdevices/+/associated"
HOUR = 3600
LONG, SHORT = 300, 3
"""Times of grace in seconds: one that no test waits for, and one that it does."""


def handing_over(grace_seconds: int) -> dict[str, Any]:
    """What a deployment to all core devices brings."""
    return {
        "handover": {"enabled": True, "graceSeconds": grace_seconds},
        "reconcile": {"intervalHours": 0},
        "accessControl": {
            "aws.greengrass.ipc.mqttproxy": {
                f"{NAME}:mqttproxy:handover": {
                    "policyDescription": "Tells other core devices who is here.",
                    "operations": [
                        "aws.greengrass#SubscribeToIoTCore",
                        "aws.greengrass#PublishToIoTCore",
                    ],
                    "resources": [CLAIMS],
                }
            }
        },
    }


class Hall:
    """A core device with the component.

    Args:
        core: The core device.
    """

    def __init__(self, core: CoreDevice) -> None:
        self.core = core
        self.associator = Associator(core, handing_over(LONG))
        self.roster = core.watch(ROSTER)
        self.results = Results(core)

    def start(self) -> None:
        """Starts the component, and waits until it hears devices and claims."""
        self.associator.start().wait_until_running()
        subscriptions = self.core.nucleus.iot_core.subscriptions
        eventually(lambda: CLAIMS in self.core.call(subscriptions, NAME))

    def announce(self, *names: str) -> None:
        """These are here; waits until they are associated, and that is known."""
        before = len(self.results.of("associated"))
        self.core.publish(ANNOUNCE, {"thingNames": list(names)})
        self.results.wait_for_count("associated", before + len(names))

    def pass_an_hour(self) -> None:
        """What was associated until now was so an hour ago; the component starts again."""
        self.associator.stop()
        with closing(sqlite3.connect(self.associator.work / JOURNAL)) as journal, journal:
            journal.execute("UPDATE device SET since = since - ?", (HOUR,))
        self.start()

    def waits_for(self, *names: str) -> bool:
        """Whether the time of grace of exactly these goes on."""
        path = self.associator.work / JOURNAL
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
            rows = journal.execute("SELECT thing_name FROM device WHERE claimed_at IS NOT NULL")
            return {name for (name,) in rows} == set(names)

    def wait_until_gone(self, *names: str) -> None:
        """Waits until the roster's topic says that these have been handed over."""
        self.roster.wait_for(lambda _: self.gone() == set(names), PATIENCE_SECONDS)

    def gone(self) -> set[str]:
        """Those of whom the roster's topic says so."""
        return {
            one["thingName"]
            for one in results_in(self.roster.messages)
            if (one["status"], one["id"]) == ("disassociated", "handover")
        }


@pytest.fixture
def halls(tmp_path: Path, profile: Profile, account: Account) -> Iterator[tuple[Hall, Hall]]:
    """Two core devices of an account."""
    with (
        CoreDevice(tmp_path / "1", profile=profile, thing_name=HALL_1, account=account) as one,
        CoreDevice(tmp_path / "2", profile=profile, thing_name=HALL_2, account=account) as two,
    ):
        first, second = Hall(one), Hall(two)
        try:
            yield first, second
        finally:
            first.associator.close()
            second.associator.close()


def test_a_device_that_moves_belongs_to_the_hall_where_it_is(
    halls: tuple[Hall, Hall], account: Account
) -> None:
    """One that is heard in both halls stays with both; and nobody else is touched."""
    first, second = halls
    account.call(account.cloud.add_things, ["forklift", "crane", "lamp"])
    first.start()
    first.announce("forklift", "crane", "lamp")
    first.pass_an_hour()
    second.start()
    claims = account.watch(CLAIMS)
    second.announce("forklift", "crane")
    eventually(lambda: first.waits_for("forklift", "crane"))
    first.core.publish(ANNOUNCE, {"thingName": "crane"})
    eventually(lambda: first.waits_for("forklift"))
    first.associator.deploy({"handover": {"graceSeconds": SHORT}})
    first.wait_until_gone("forklift")
    assert associated(first.core) == {"crane", "lamp"}
    assert associated(second.core) == {"forklift", "crane"}
    made = [one.core for one in account.cloud.calls if one.operation == DISASSOCIATE]
    assert made == [HALL_1]
    said = [one for one in claims.messages if one.topic == "clientdevices/forklift/associated"]
    assert {document(one)["coreDeviceThingName"] for one in said} == {HALL_2}
    assert second.gone() == set()


def test_a_claim_outlives_an_outage_and_a_kill(halls: tuple[Hall, Hall], account: Account) -> None:
    """The hall where the device is can be offline when it comes."""
    first, second = halls
    account.call(account.cloud.add_things, ["forklift"])
    first.start()
    first.announce("forklift")
    first.pass_an_hour()
    second.start()
    second.core.set_iot_core_link(Link.OFFLINE)
    second.announce("forklift")
    second.associator.wait_until_quiet()
    second.associator.kill()
    # Before the link is back: the classic nucleus keeps messages, and may send them at once then.
    assert first.waits_for()
    second.core.set_iot_core_link(Link.ONLINE)
    second.start()
    eventually(lambda: first.waits_for("forklift"))


def test_the_device_comes_back(halls: tuple[Hall, Hall], account: Account) -> None:
    """Then the other hall lets it go."""
    first, second = halls
    account.call(account.cloud.add_things, ["forklift"])
    for hall in halls:
        hall.associator.configuration["handover"]["graceSeconds"] = SHORT
    first.start()
    first.announce("forklift")
    first.pass_an_hour()
    second.start()
    second.announce("forklift")
    first.wait_until_gone("forklift")
    second.pass_an_hour()
    first.announce("forklift")
    second.wait_until_gone("forklift")
    assert associated(first.core) == {"forklift"}
    assert associated(second.core) == set()
