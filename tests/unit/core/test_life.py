import pytest

from client_device_associator.core.life import QUEUED, TRANSITIONS, DeviceEvent, DeviceState, after


@pytest.mark.parametrize("state", DeviceState)
@pytest.mark.parametrize("event", DeviceEvent)
def test_what_is_not_in_the_table_cannot_happen(state: DeviceState, event: DeviceEvent) -> None:
    """Every pair leads to the state in the table, or is a defect."""
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
        return
    with pytest.raises(AssertionError, match=event.name):
        after(state, event)


def test_every_state_can_be_reached_and_left() -> None:
    """No device is stuck for ever."""
    for state in DeviceState:
        assert any(
            before is not state and to is state for (before, _), to in TRANSITIONS.items()
        ), f"nothing leads to {state}"
        assert any(
            before is state and to is not state for (before, _), to in TRANSITIONS.items()
        ), f"nothing leads out of {state}"


def test_only_devices_that_wait_are_decided_by_the_cloud() -> None:
    """A late answer changes nothing about a device that has its result."""
    cloud = {
        DeviceEvent.ACCEPTED,
        DeviceEvent.RELEASED,
        DeviceEvent.DELAYED,
        DeviceEvent.GIVEN_UP,
        DeviceEvent.STAYED,
        DeviceEvent.REFUSED,
    }
    assert {state for state, event in TRANSITIONS if event in cloud} == QUEUED


def test_a_list_never_changes_what_was_wished_for() -> None:
    """A device that waits for a call goes on waiting, whatever is on the list."""
    listed = {DeviceEvent.LISTED, DeviceEvent.VANISHED, DeviceEvent.RESTORED}
    assert not QUEUED & {state for state, event in TRANSITIONS if event in listed}
