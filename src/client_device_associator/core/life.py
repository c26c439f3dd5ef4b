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
    """Given up, until it is announced again."""


class DeviceEvent(Enum):
    """What can happen to a client device; the values are read in the documentation."""

    ANNOUNCED = "announced"
    ANNOUNCED_AND_TRUSTED = "announced while trusted"
    ACCEPTED = "the cloud has associated it"
    DELAYED = "an error entry, or the call failed"
    GIVEN_UP = "refused alone, or maxAttempts reached"
    REFUSED = "not admitted any more"
    FORGOTTEN = "trustSeconds are over"


TRANSITIONS: Mapping[tuple[DeviceState, DeviceEvent], DeviceState] = {
    (DeviceState.UNKNOWN, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.PENDING, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.PENDING, DeviceEvent.ACCEPTED): DeviceState.ASSOCIATED,
    (DeviceState.PENDING, DeviceEvent.DELAYED): DeviceState.PENDING,
    (DeviceState.PENDING, DeviceEvent.GIVEN_UP): DeviceState.FAILED,
    (DeviceState.PENDING, DeviceEvent.REFUSED): DeviceState.FAILED,
    (DeviceState.ASSOCIATED, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.ASSOCIATED, DeviceEvent.ANNOUNCED_AND_TRUSTED): DeviceState.ASSOCIATED,
    (DeviceState.ASSOCIATED, DeviceEvent.FORGOTTEN): DeviceState.UNKNOWN,
    (DeviceState.FAILED, DeviceEvent.ANNOUNCED): DeviceState.PENDING,
    (DeviceState.FAILED, DeviceEvent.FORGOTTEN): DeviceState.UNKNOWN,
}
"""What is not here cannot happen. `docs/architecture.md` shows it as a diagram."""


def after(state: DeviceState, event: DeviceEvent) -> DeviceState:
    """The state that an event leads to; raises AssertionError if it cannot happen in this state."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise AssertionError(
            f"{event.name} cannot happen to a device that is {state.name}"
        ) from None
