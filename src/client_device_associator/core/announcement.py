"""What a client device, or somebody for it, asks for."""

from dataclasses import dataclass

from client_device_associator.core.result import Result, Status


@dataclass(frozen=True, slots=True)
class Announcement:
    """One client device that asks to be associated.

    Attributes:
        thing_name: Its name in the AWS IoT registry.
        topic: Where it was announced; its results go to a topic made of this one.
        announcement_id: The announcer's own `id`, returned in the results.
    """

    thing_name: str
    topic: str
    announcement_id: str | None = None

    def result(self, status: Status) -> Result:
        """The bare result for this announcement; details are added with `replace`."""
        return Result(self.topic, status, self.thing_name, announcement_id=self.announcement_id)
