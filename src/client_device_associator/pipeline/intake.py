"""Reads what was announced, and turns away what cannot be taken, in moderation."""

from collections import Counter
from collections.abc import Sequence

from client_device_associator.core.instant import Instant
from client_device_associator.core.rate_limit import RateLimit
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.messages.announcement import Announcement, read_announcement
from client_device_associator.pipeline.events import Event, MessageArrived
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.operator_log import OperatorLog

REJECTIONS_AT_ONCE = 1000
REJECTIONS_PER_SECOND = 50.0
"""Rejections beyond these are counted and not sent: answers to a flood would be a flood as well."""

LINES_AT_ONCE = 20
LINES_PER_SECOND = 0.1
"""The same for the lines about them in the log."""

_TOO_MANY = "too many announcements at once; try again later"


class Reception:
    """The first to look at every message.

    Args:
        outbox: Takes the rejections.
        log: Told of them.
        health: Counts them.
    """

    def __init__(self, outbox: Outbox, log: OperatorLog, health: Health) -> None:
        self._outbox = outbox
        self._log = log
        self._health = health
        self._rejections = RateLimit(REJECTIONS_AT_ONCE, REJECTIONS_PER_SECOND)
        self._lines = RateLimit(LINES_AT_ONCE, LINES_PER_SECOND)

    def read(
        self, events: Sequence[Event], turned_away: Sequence[str], now: Instant
    ) -> list[Announcement]:
        """The announcements in these events; rejects what is none.

        Args:
            events: What has happened; only messages are looked at.
            turned_away: Topics of messages for which the inbox had no room.
            now: The time.
        """
        announcements: list[Announcement] = []
        rejections: list[Result] = []
        for event in events:
            if isinstance(event, MessageArrived):
                reading = read_announcement(event.template, event.topic, event.payload)
                announcements.extend(reading.announcements)
                rejections.extend(reading.rejections)
        rejections.extend(
            Result(topic, Status.REJECTED, code=Reason.OVERLOADED.value, message=_TOO_MANY)
            for topic in dict.fromkeys(turned_away)
        )
        self.reject(rejections, now)
        return announcements

    def reject(self, rejections: Sequence[Result], now: Instant) -> None:
        """Tells of rejections, as far as that is within bounds."""
        if not rejections:
            return
        self._health.told(rejections)
        allowed = self._rejections.allow(len(rejections), now.steady)
        self._outbox.tell(rejections[:allowed])
        kinds = Counter((one.topic, one.code, one.message) for one in rejections).items()
        said = self._lines.allow(len(kinds), now.steady)
        for (topic, code, message), count in list(kinds)[:said]:
            self._log.rejected(topic, f"{code}: {message}", count)
