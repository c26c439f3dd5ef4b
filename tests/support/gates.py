"""Who is admitted, as a test decides."""

from collections.abc import Collection
from dataclasses import dataclass

from client_device_associator.core.admission.gate import Refusal
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.result import Reason


@dataclass(frozen=True)
class Doorkeeper:
    """Keeps out some devices, and whatever comes on some topics; in silence or not."""

    names: Collection[str] = ()
    topics: Collection[str] = ()
    is_silent: bool = False
    admits_everybody: bool = False

    def why_not(self, announcement: Announcement, source: str | None = None) -> Refusal | None:  # noqa: ARG002 - it decides without
        """Refuses those."""
        if announcement.thing_name in self.names or announcement.topic in self.topics:
            return Refusal(Reason.NOT_ADMITTED, "not today", self.is_silent)
        return None

    def admitting(self, announcement: Announcement) -> str | None:
        """Whom it does not refuse, it lets in by a rule."""
        return None if self.why_not(announcement) else "the list"
