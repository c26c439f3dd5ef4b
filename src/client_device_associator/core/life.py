"""The life of a client device: its states, and every transition from one to another."""

from collections.abc import Mapping
from enum import Enum


class DeviceState(Enum):
    """Where a client device stands; the values are what the journal stores."""

    UNKNOWN = -1
    """The journal has no row for it; never stored."""
    PENDING = 0
    """It was announced and is to be associated."""
    ASSOCIATED = 1
    """The cloud has said so, and that is believed for `trustSeconds`."""
    FAILED = 2
    """Given up, until it is announced again, or its departure is. Whether it is associated is not
    known; one that was, and whose departure is given up, stays associated."""
    LEAVING = 3
    """It has left, and is to be disassociated."""
    LEFT = 4
    """The cloud has said that it is disassociated, and that is believed for `trustSeconds`."""

    # Of Enum's own, which is written in Python, a message would need a dozen.
    __hash__ = object.__hash__


class DeviceEvent(Enum):
    """What can happen to a client device; the values are read in the documentation."""

    ANNOUNCED = "announced"
    ANNOUNCED_AND_TRUSTED = "announced while trusted"
    ACCEPTED = "the cloud has associated it"
    DELAYED = "an error entry, or the call failed"
    GIVEN_UP = "refused alone, or maxAttempts reached"
    REFUSED = "not admitted any more"
    FORGOTTEN = "trustSeconds are over"
    DISMISSED = "forgotten by an operator"
    DEPARTED = "its departure was taken"
    DEPARTED_AND_TRUSTED = "its departure was taken again"
    RELEASED = "the cloud has disassociated it"
    STAYED = "its departure is given up, and it was associated"
    LISTED = "it is on the cloud's list"
    VANISHED = "it is on the cloud's list no more"
    RESTORED = "the same, and restore is on"

    __hash__ = object.__hash__  # as above


TRANSITIONS: Mapping[tuple[DeviceState, DeviceEvent], DeviceState] = {
    (DeviceState.UNKNOWN, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.UNKNOWN, DeviceEvent.DEPARTED): DeviceState.LEAVING,
    (DeviceState.UNKNOWN, DeviceEvent.LISTED): DeviceState.ASSOCIATED,
    (DeviceState.PENDING, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.PENDING, DeviceEvent.ACCEPTED): DeviceState.ASSOCIATED,
    (DeviceState.PENDING, DeviceEvent.DELAYED): DeviceState.PENDING,
    (DeviceState.PENDING, DeviceEvent.GIVEN_UP): DeviceState.FAILED,
    (DeviceState.PENDING, DeviceEvent.REFUSED): DeviceState.FAILED,
    (DeviceState.PENDING, DeviceEvent.DEPARTED): DeviceState.LEAVING,
    (DeviceState.PENDING, DeviceEvent.DISMISSED): DeviceState.UNKNOWN,
    (DeviceState.ASSOCIATED, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.ASSOCIATED, DeviceEvent.ANNOUNCED_AND_TRUSTED): DeviceState.ASSOCIATED,
    (DeviceState.ASSOCIATED, DeviceEvent.FORGOTTEN): DeviceState.UNKNOWN,
    (DeviceState.ASSOCIATED, DeviceEvent.DEPARTED): DeviceState.LEAVING,
    (DeviceState.ASSOCIATED, DeviceEvent.VANISHED): DeviceState.UNKNOWN,
    (DeviceState.ASSOCIATED, DeviceEvent.RESTORED): DeviceState.PENDING,
    (DeviceState.ASSOCIATED, DeviceEvent.DISMISSED): DeviceState.UNKNOWN,
    (DeviceState.FAILED, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.FAILED, DeviceEvent.FORGOTTEN): DeviceState.UNKNOWN,
    (DeviceState.FAILED, DeviceEvent.DEPARTED): DeviceState.LEAVING,
    (DeviceState.FAILED, DeviceEvent.LISTED): DeviceState.ASSOCIATED,
    (DeviceState.FAILED, DeviceEvent.DISMISSED): DeviceState.UNKNOWN,
    (DeviceState.LEAVING, DeviceEvent.DEPARTED): DeviceState.LEAVING,
    (DeviceState.LEAVING, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.LEAVING, DeviceEvent.RELEASED): DeviceState.LEFT,
    (DeviceState.LEAVING, DeviceEvent.DELAYED): DeviceState.LEAVING,
    (DeviceState.LEAVING, DeviceEvent.STAYED): DeviceState.ASSOCIATED,
    (DeviceState.LEAVING, DeviceEvent.GIVEN_UP): DeviceState.FAILED,
    (DeviceState.LEAVING, DeviceEvent.REFUSED): DeviceState.FAILED,
    (DeviceState.LEAVING, DeviceEvent.DISMISSED): DeviceState.UNKNOWN,
    (DeviceState.LEFT, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.LEFT, DeviceEvent.DEPARTED): DeviceState.LEAVING,
    (DeviceState.LEFT, DeviceEvent.DEPARTED_AND_TRUSTED): DeviceState.LEFT,
    (DeviceState.LEFT, DeviceEvent.FORGOTTEN): DeviceState.UNKNOWN,
    (DeviceState.LEFT, DeviceEvent.LISTED): DeviceState.ASSOCIATED,
    (DeviceState.LEFT, DeviceEvent.DISMISSED): DeviceState.UNKNOWN,
}
"""What is not here cannot happen. `docs/architecture.md` shows it as a diagram."""

QUEUED = frozenset({DeviceState.PENDING, DeviceState.LEAVING})
"""The states of devices that wait for a call."""


def after(state: DeviceState, event: DeviceEvent) -> DeviceState:
    """The state that an event leads to; raises AssertionError if it cannot happen in this state."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise AssertionError(
            f"{event.name} cannot happen to a device that is {state.name}"
        ) from None
