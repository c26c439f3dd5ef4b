"""What a client device, or somebody for it, asks for."""

from client_device_associator.core.bus import Bus
from client_device_associator.core.result import ROSTER_TOPIC, Reason, Result, Status
from client_device_associator.core.values import dataclass, field, replace

NOWHERE = ""
"""The topic of what nobody has announced: a device that is restored, or damage."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One client device that is to be associated, or that has left and is to be disassociated.

    Attributes:
        thing_name: Its name in the AWS IoT registry.
        topic: Where it was announced; its results go to a topic made of this one.
        announcement_id: The announcer's own `id`, returned in the results.
        is_presence: Whether it was made of traffic that has another purpose: nobody waits for an
            answer, unless the device is associated because of it.
        leaves: Whether it has left.
        lane: The key of the announcement topic in the configuration by which it came. All that come
            by one share what there is with all that come by another.
        bus: Where `topic` is; its results go there, too.
    """

    thing_name: str
    topic: str
    announcement_id: str | None = None
    is_presence: bool = field(default=False, compare=False)
    leaves: bool = False
    lane: str = field(default="", compare=False)
    bus: Bus = Bus.LOCAL

    @property
    def was_heard(self) -> bool:
        """Whether it came by a topic; not if this component, or an operator, has made it."""
        return self.topic not in (NOWHERE, ROSTER_TOPIC)

    def result(self, status: Status, *, already: bool = False) -> Result:
        """The bare result for this announcement; details are added with `replace`."""
        return Result(
            self.topic,
            status,
            self.thing_name,
            already,
            announcement_id=self.announcement_id,
            bus=self.bus,
        )


def rejected(announcement: Announcement, reason: Reason, message: str) -> Result:
    """The result for an announcement that was not taken."""
    return replace(announcement.result(Status.REJECTED), code=reason.value, message=message)
