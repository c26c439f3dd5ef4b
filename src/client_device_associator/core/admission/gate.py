"""Who is admitted, as the core asks for it."""

from typing import Protocol

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.result import Reason
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not admitted.

    Attributes:
        reason: The code for announcers.
        message: For a person; it names the rule.
        is_silent: Whether nobody waits for an answer.
    """

    reason: Reason
    message: str
    is_silent: bool = False


class Gate(Protocol):
    """Decides on announcements; how is a matter of the configuration."""

    @property
    def admits_everybody(self) -> bool:
        """Whether there is nothing to decide."""
        ...

    def why_not(self, announcement: Announcement, source: str | None = None) -> Refusal | None:
        """Why an announcement is refused by the rules as they are now; None if it is admitted.

        Args:
            announcement: Who was announced, and on which topic.
            source: The key of the announcement topic in the configuration; None if not known.
        """
        ...

    def admitting(self, announcement: Announcement) -> str | None:
        """The rules by which an announcement was admitted; None if there are none that allow."""
        ...
