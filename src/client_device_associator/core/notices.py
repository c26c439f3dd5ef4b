"""What the core finds worth reporting to an operator; other parts decide on the words."""

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.operation import Operation
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class DeviceDelayed:
    """The cloud answered with an error for a device for the first time; it is tried again."""

    thing_name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """A device is given up, until it is announced again."""

    thing_name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DevicesRefused:
    """Devices that waited are not admitted any more, for the same reason.

    Attributes:
        thing_names: Their names.
        why: For a person.
    """

    thing_names: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class CallSettled:
    """The cloud answered a call: how many of its devices are in which group."""

    done: int
    already: int
    delayed: int
    refused: int
    bisected: int
    operation: Operation = Operation.ASSOCIATE


@dataclass(frozen=True, slots=True)
class CallsFailing:
    """Calls fail from now on, or fail for another cause than before."""

    cause: FailureCause
    code: str
    message: str
    wait_seconds: float
    was_answered: bool = False
    operation: Operation = Operation.ASSOCIATE


@dataclass(frozen=True, slots=True)
class CallsSucceeding:
    """Calls are answered again."""

    operation: Operation = Operation.ASSOCIATE


@dataclass(frozen=True, slots=True)
class RosterCompared:
    """The cloud's list was compared with the journal.

    Attributes:
        devices: How many are on it.
        appeared: How many somebody else has associated.
        vanished: How many somebody else has disassociated.
        names: Those who have appeared, and those who have vanished; not all if they are many.
    """

    devices: int
    appeared: int
    vanished: int
    names: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RosterDenied:
    """The cloud's list may not be read; `message` is in the service's words."""

    message: str


@dataclass(frozen=True, slots=True)
class RosterUseless:
    """A list proves nothing, and another one is asked for later."""

    why: str


@dataclass(frozen=True, slots=True)
class SilentDevicesFound:
    """Devices were not heard for as many days as the settings say, and are disassociated.

    Attributes:
        thing_names: Which.
        is_dry_run: Whether they are not, for it is only tried.
    """

    thing_names: tuple[str, ...]
    is_dry_run: bool


@dataclass(frozen=True, slots=True)
class DevicesLetGo:
    """Another core device has associated these, they were not heard here since, and they go."""

    thing_names: tuple[str, ...]


CoreNotice = (
    DeviceDelayed
    | DeviceFailed
    | DevicesRefused
    | CallSettled
    | CallsFailing
    | CallsSucceeding
    | RosterCompared
    | RosterDenied
    | RosterUseless
    | SilentDevicesFound
    | DevicesLetGo
)
