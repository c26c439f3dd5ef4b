"""Commands that change something, given to the real process."""

from collections.abc import Sequence

import pytest

from client_device_associator.channel.client import NotRunningError, ask, look
from client_device_associator.channel.protocol import CarriedOut
from client_device_associator.command.exit_codes import FINE, NOT_RUNNING
from client_device_associator.core.operator import (
    Announce,
    Done,
    Forget,
    Outcome,
    Reconcile,
    Request,
    Retry,
)
from client_device_associator.work_files import SOCKET
from greengrass_sandbox import CoreDevice, Fault, FaultKind
from integration.announcer import SHARED
from integration.associator import (
    STOPPED,
    Associator,
    associated,
    device_names,
    eventually,
    results_in,
)
from integration.conftest import Start
from integration.test_command import command, documents

ROSTER = "clientdevices/associator/roster"

pytestmark = pytest.mark.parametrize("profile", ["classic"], indirect=True)


def outcomes(associator: Associator, request: Request) -> Sequence[Outcome]:
    """What the running component has done."""
    reply = ask(associator.work, request)
    assert isinstance(reply, CarriedOut), reply
    return reply.outcomes


def test_an_operator_helps_a_device_in_and_another_out(core: CoreDevice, start: Start) -> None:
    """A permission was missing, and the next call would be minutes away."""
    roster = core.watch(ROSTER)
    announcers = core.watch(f"{SHARED}/status")
    core.call(core.cloud.add_things, ["lamp", "fan", "pump"])
    core.call(core.cloud.add_fault, Fault(FaultKind.ACCESS_DENIED_EXCEPTION, times=1))
    associator = start()
    core.publish(SHARED, {"thingNames": ["lamp", "fan"]})
    announcers.wait_for(
        lambda seen: len([one for one in results_in(seen) if one["status"] == "retrying"]) == 2
    )
    assert outcomes(associator, Forget(("fan",))) == (Outcome("fan", Done.FORGOTTEN),)
    # From here on the call may leave at any moment.
    assert outcomes(associator, Retry(("lamp", "fan"))) == (
        Outcome("lamp", Done.DUE),
        Outcome("fan", Done.UNKNOWN),
    )
    assert outcomes(associator, Announce(("pump",))) == (Outcome("pump", Done.QUEUED),)
    roster.wait_for(lambda seen: bool(results_in(seen)))
    (result,) = results_in(roster.messages)
    assert (result["thingName"], result["status"], result["id"]) == (
        "pump",
        "associated",
        "command",
    )
    announcers.wait_for(lambda seen: len(results_in(seen)) == 4)
    told = {
        (one["thingName"], one["status"], one.get("code"))
        for one in results_in(announcers.messages)
    }
    assert told >= {("fan", "failed", "forgotten"), ("lamp", "associated", None)}
    assert associated(core) == {"lamp", "pump"}
    last_call = look(associator.work)["lastCall"]
    assert isinstance(last_call, dict)
    assert last_call["answer"] == "answered"
    assert last_call["requestId"]
    associator.wait_until_log_has("has asked by command: retry lamp, fan (due: 1, unknown: 1)")


def test_commands_have_their_turn_in_a_flood(core: CoreDevice, start: Start) -> None:
    """The component works at full speed, and nothing of either is lost."""
    names = device_names(3000)
    core.call(core.cloud.add_things, names)
    associator = start()
    for first in range(0, len(names), 100):
        core.publish(SHARED, {"thingNames": names[first : first + 50]})
        asked = tuple(names[first + 50 : first + 100])
        assert {one.done for one in outcomes(associator, Announce(asked))} == {Done.QUEUED}
    core.call(core.cloud.wait_for_calls, 30)
    eventually(lambda: associated(core) == set(names))


def test_a_component_that_does_not_run_is_said_so_and_leaves_nothing(
    start: Start,
) -> None:
    """After a stop there is no socket; after a kill there is one, which the next start replaces."""
    associator = start({"reconcile": {"intervalHours": 24}})
    assert command(associator.work, "reconcile").returncode == FINE
    assert command(associator.work, "announce", "a", "b").stdout.endswith("2 devices: 2 queued\n")
    assert documents(associator.work, "forget", "?") == [
        {"thingName": "a", "outcome": "forgotten"},
        {"thingName": "b", "outcome": "forgotten"},
    ]
    associator.kill()
    assert (associator.work / SOCKET).exists()
    with pytest.raises(NotRunningError):
        ask(associator.work, Reconcile())
    associator.start().wait_until_running()
    assert isinstance(ask(associator.work, Reconcile()), CarriedOut)
    assert associator.stop() == STOPPED
    assert not list(associator.work.glob(f"{SOCKET}*"))
    assert command(associator.work, "reconcile").returncode == NOT_RUNNING
