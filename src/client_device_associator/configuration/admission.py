"""Who is admitted, by all the settings about that together."""

from collections.abc import Sequence

from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.admission.gate import Refusal
from client_device_associator.core.admission.rules import Rules
from client_device_associator.core.announcement import NOWHERE, Announcement
from client_device_associator.core.result import Reason
from client_device_associator.core.values import dataclass
from client_device_associator.messages.template import NoValueError
from client_device_associator.messages.topic import intersect

_UNPROVEN = (
    "admission.requireProvenName takes names from topics only; announce this device on a topic of"
    " its own"
)


@dataclass(frozen=True, slots=True)
class Admission:
    """The rules for all announcements, and those of the topic where one came.

    Attributes:
        rules: For all of them.
        requires_proven_name: Whether names in payloads are refused.
        topics: Where announcements come from.
    """

    rules: Rules
    requires_proven_name: bool
    topics: tuple[AnnouncementTopic, ...]

    @property
    def admits_everybody(self) -> bool:
        """Whether there is nothing to decide."""
        rules = (self.rules, *(one.rules for one in self.topics))
        return not self.requires_proven_name and all(one.admit_everybody for one in rules)

    def why_not(self, announcement: Announcement, source: str | None = None) -> Refusal | None:
        """Why an announcement is refused; None if it is admitted.

        Args:
            announcement: Who was announced, and on which topic.
            source: The key of the entry by which it came. None if that is not known any more: then
                it may have come by each entry whose filter matches its topic, and one that admits
                it is enough. If none matches, the rules for all of them decide.
        """
        if source is None:
            return self._decide(
                announcement, [one for one in self.topics if _may_bring(one, announcement)]
            )
        return self._decide(announcement, [one for one in self.topics if one.key == source])

    def admitting(self, announcement: Announcement) -> str | None:
        """The rules that allow an announcement, by their keys; its lane is where it came from."""
        rules = (self.rules, *(one.rules for one in self.topics if one.key == announcement.lane))
        found = (one.admitting(announcement.thing_name) for one in rules)
        return ", ".join(one for one in found if one is not None) or None

    def _decide(
        self, announcement: Announcement, sources: Sequence[AnnouncementTopic]
    ) -> Refusal | None:
        name = announcement.thing_name
        is_silent = bool(sources) and all(one.is_presence for one in sources)
        why = self.rules.why_not(name)
        if why is not None:
            return Refusal(Reason.NOT_ADMITTED, why, is_silent)
        if self.requires_proven_name and announcement.topic != NOWHERE:
            sources = [one for one in sources if one.proves_names]
            if not sources:
                return Refusal(Reason.UNPROVEN_NAME, _UNPROVEN, is_silent)
        reasons = [one.rules.why_not(name) for one in sources]
        refused = [why for why in reasons if why is not None]
        if not refused or len(refused) < len(reasons):
            return None
        return Refusal(Reason.NOT_ADMITTED, refused[0], is_silent)


def _may_bring(source: AnnouncementTopic, announcement: Announcement) -> bool:
    """Whether such an announcement can have come from there; yes in doubt."""
    if source.leaves is not announcement.leaves:
        return False
    # The classic nucleus delivers `a/` to those who subscribe to `a`.
    topic = announcement.topic.rstrip("/")
    if source.bus is not announcement.bus or not intersect(source.topic_filter.rstrip("/"), topic):
        return False
    if source.thing_name is None or source.thing_name.reads_payload:
        return True
    try:
        return source.thing_name.fill(announcement.topic, None) == announcement.thing_name
    except NoValueError:
        return False
