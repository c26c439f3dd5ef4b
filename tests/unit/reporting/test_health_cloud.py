"""What the health says of calls for each operation, and of the cloud's list."""

import json
from collections.abc import Mapping

import pytest

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import (
    CallSettled,
    CallsFailing,
    CallsSucceeding,
    RosterCompared,
    RosterDenied,
    RosterUseless,
)
from client_device_associator.core.operation import Operation
from client_device_associator.messages.encoding import iso
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.notices import Notice
from support.fakes import FakeClock
from support.values import START


def states_after(*notices: Notice) -> Mapping[str, Mapping[str, object]]:
    """What is published when these were reported."""
    messages: list[bytes] = []
    health = Health("core-1", "1.2.3", messages.append, FakeClock().now)
    for notice in notices:
        health(notice)
    health.run_due(dict)
    document: Mapping[str, Mapping[str, object]] = json.loads(messages[-1])
    return document


def test_departures_have_a_state_of_their_own() -> None:
    """A permission that is missing for them says nothing about announcements."""
    leave = Operation.DISASSOCIATE
    settled = CallSettled(1, 0, 0, 0, 0)
    denied = CallsFailing(FailureCause.ACCESS_DENIED, "Denied", "no", 9, operation=leave)
    assert "departures" not in states_after(settled)
    states = states_after(settled, denied)
    assert states["cloud"]["state"] == "reachable"
    assert states["departures"]["state"] == "accessDenied"
    states = states_after(settled, denied, CallsSucceeding(leave))
    assert states["departures"]["state"] == "reachable"


@pytest.mark.parametrize(
    ("notice", "state"),
    [
        (
            RosterCompared(7, 2, 1, ((), ())),
            {
                "state": "compared",
                "devices": 7,
                "appeared": 2,
                "vanished": 1,
                "comparedAt": iso(START),
            },
        ),
        (RosterDenied("no"), {"state": "denied", "message": "no"}),
        (RosterUseless("a circle"), {"state": "useless", "message": "a circle"}),
    ],
)
def test_what_the_list_was_worth(notice: Notice, state: dict[str, object]) -> None:
    """The last one counts."""
    assert states_after(RosterUseless("before"), notice)["roster"] == state
