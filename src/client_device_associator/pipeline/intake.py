"""Reads what was announced, and rejects what cannot be taken, within limits."""

from collections import Counter
from collections.abc import Callable, Sequence

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.instant import Instant
from client_device_associator.core.rate_limit import RateLimit
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.messages.announcement import read_announcement
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.reporting.notices import (
    AnnouncementsRejected,
    Report,
    ResultsDecided,
)

REJECTIONS_AT_ONCE = 1000
REJECTIONS_PER_SECOND = 50.0
"""Rejections beyond these are counted and not sent: answers to a flood would be a flood as well."""

NOTICES_AT_ONCE = 20
NOTICES_PER_SECOND = 0.1
"""The same for reporting them."""

_OVERLOADED = "too many announcements at once; try again later"


class Intake:
    """The first to look at every message.

    Args:
        send: Sends the rejections.
        report: Takes what an operator may want to know.
    """

    def __init__(self, send: Callable[[Sequence[Result]], None], report: Report) -> None:
        self._send = send
        self._report = report
        self._rejections = RateLimit(REJECTIONS_AT_ONCE, REJECTIONS_PER_SECOND)
        self._notices = RateLimit(NOTICES_AT_ONCE, NOTICES_PER_SECOND)

    def read(
        self, messages: Sequence[MessageArrived], overflow: Sequence[str], now: Instant
    ) -> list[Announcement]:
        """The announcements in these messages; rejects what is none.

        Args:
            messages: What has come.
            overflow: Topics of messages for which the inbox had no room.
            now: The time.
        """
        announcements: list[Announcement] = []
        rejections: list[Result] = []
        for message in messages:
            reading = read_announcement(message.template, message.topic, message.payload)
            announcements.extend(reading.announcements)
            rejections.extend(reading.rejections)
        rejections.extend(
            Result(topic, Status.REJECTED, code=Reason.OVERLOADED.value, message=_OVERLOADED)
            for topic in dict.fromkeys(overflow)
        )
        self.reject(rejections, now)
        return announcements

    def reject(self, rejections: Sequence[Result], now: Instant) -> None:
        """Sends and reports rejections, as far as that is within limits."""
        if not rejections:
            return
        self._report(ResultsDecided({Status.REJECTED: len(rejections)}))
        allowed = self._rejections.allow(len(rejections), now.steady)
        self._send(rejections[:allowed])
        kinds = Counter((one.topic, one.code, one.message) for one in rejections).items()
        reported = self._notices.allow(len(kinds), now.steady)
        for (topic, code, message), count in list(kinds)[:reported]:
            self._report(AnnouncementsRejected(topic, code or "", message or "", count))
