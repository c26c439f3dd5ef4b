"""What the core wants done: plain data that the other parts carry out."""

from collections.abc import Mapping

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.device import Device
from client_device_associator.core.notices import CoreNotice
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Result
from client_device_associator.core.values import dataclass, field


@dataclass(frozen=True, slots=True)
class Decision:
    """Changes to store in one transaction, and what to send and report once they are stored.

    Attributes:
        devices: Devices to be stored as they stand here.
        waiting: Announcements that wait for a final result from now on.
        settled: Thing names whose announcements that waited before this have their final result.
        durable: Results to be stored with the change that they report, and kept until they are
            sent.
        transient: Results to be sent once the change is stored; lost if the process dies.
        unanswered: Rejections that nobody waits for; they are reported and not sent.
        notices: What operators may want to know.
        forget_before: Devices that are not pending since before this steady moment are forgotten:
            what is believed of them has expired anyway.
        forgets_associated: Whether that includes those that are associated.
        facts: Numbers to be kept by their names.
        forgotten: Thing names of devices of which nothing is known any more.
    """

    devices: tuple[Device, ...] = ()
    waiting: tuple[Announcement, ...] = ()
    settled: tuple[str, ...] = ()
    durable: tuple[Result, ...] = ()
    transient: tuple[Result, ...] = ()
    unanswered: tuple[Result, ...] = ()
    notices: tuple[CoreNotice, ...] = ()
    forget_before: float | None = None
    forgets_associated: bool = True
    facts: Mapping[str, float] = field(default_factory=dict)
    forgotten: tuple[str, ...] = ()

    @property
    def stores(self) -> bool:
        """Whether anything has to be written."""
        return bool(
            self.devices
            or self.waiting
            or self.settled
            or self.durable
            or self.forgotten
            or self.facts
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made now.

    Attributes:
        thing_names: 1 to 100 different names; none for LIST.
        bisects: Whether it is a part of a batch that was refused.
        operation: What is asked for.
        next_token: For LIST: which page; None for the first one.
        asks_permission: Whether it has no purpose but to see whether it is allowed.
    """

    thing_names: tuple[str, ...] = ()
    bisects: bool = False
    operation: Operation = Operation.ASSOCIATE
    next_token: str | None = None
    asks_permission: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do at this moment, and when to ask again.

    Attributes:
        call: The call to make, if it is time for one.
        decided: What no event has led to, such as on devices that may not be in a call any more; to
            be stored before the next step.
        wake_at: Steady seconds at which a call is to be made; None if nothing waits for one.
    """

    call: Call | None = None
    decided: Decision | None = None
    wake_at: float | None = None
