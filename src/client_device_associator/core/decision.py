"""What the core wants done: plain data that the shell carries out."""

from dataclasses import dataclass

from client_device_associator.core.answer import Trouble
from client_device_associator.core.device import Device
from client_device_associator.core.result import Result
from client_device_associator.messages.announcement import Announcement


@dataclass(frozen=True, slots=True)
class DeviceTrouble:
    """The cloud spoke against a device: for the first time, or for the last."""

    thing_name: str
    code: str
    message: str
    given_up: bool


@dataclass(frozen=True, slots=True)
class CallSettled:
    """A call was answered; how many of its devices came out how."""

    associated: int
    already: int
    failing: int
    refused: int
    narrowed: int


@dataclass(frozen=True, slots=True)
class CloudLost:
    """Calls have begun to come to nothing, or do so for another reason than before."""

    trouble: Trouble
    code: str
    message: str
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class CloudBack:
    """Calls are answered again."""


Notice = DeviceTrouble | CallSettled | CloudLost | CloudBack
"""Something that an operator may want to know; the shell decides how it is said."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Changes to store in one transaction, and what to say once they are stored.

    Attributes:
        devices: Devices to be stored as they stand here.
        waiting: Announcements whose outcome is to be told.
        settled: Thing names whose waiting announcements are done with.
        owed: Results to be stored with the change that owes them, and kept until they are sent.
        told: Results to be sent once the change is stored; lost if the process dies.
        notices: What operators may want to know.
        forget_before: Devices that are not pending since before this steady moment are dropped:
            what is believed of them has expired anyway.
    """

    devices: tuple[Device, ...] = ()
    waiting: tuple[Announcement, ...] = ()
    settled: tuple[str, ...] = ()
    owed: tuple[Result, ...] = ()
    told: tuple[Result, ...] = ()
    notices: tuple[Notice, ...] = ()
    forget_before: float | None = None

    @property
    def stores(self) -> bool:
        """Whether anything has to be written."""
        return bool(self.devices or self.waiting or self.settled or self.owed)


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made now.

    Attributes:
        call_id: Distinguishes its answer from a late one of an earlier call.
        thing_names: 1 to 100 different names.
    """

    call_id: int
    thing_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do at this moment, and when to ask again.

    Attributes:
        call: The call to make, if it is time for one.
        overdue: The call in flight has had its time: it is to be ended and reported as unanswered.
        wake_at: Steady seconds; None when nothing happens without an event.
        call_expected: Whether the moment to wake at is that of a call, so that the worker may be
            started in the meantime.
    """

    call: Call | None = None
    overdue: Call | None = None
    wake_at: float | None = None
    call_expected: bool = False
