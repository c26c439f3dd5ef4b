"""An intake, and what comes of it."""

from collections.abc import Sequence

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Result, Status
from client_device_associator.pipeline.events import MessageArrived, Origin
from client_device_associator.pipeline.intake import Intake
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.reporting.notices import (
    AnnouncementsRejected,
    Notice,
    ResultsDecided,
)
from support.values import moment, settings


class IntakeDesk:
    """An intake, and what came of it."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.notices: list[Notice] = []
        self.seen = RecentlySeen(lambda: self.now)
        self.now = 0.0
        self.noted: list[Result] = []
        self.noted_at: set[Instant] = set()
        self.intake = Intake(
            self.results.extend,
            self.notices.append,
            settings().policy.gate,
            self.seen,
            self._note,
        )

    def _note(self, rejections: Sequence[Result], now: Instant) -> None:
        self.noted.extend(rejections)
        self.noted_at.add(now)

    def read(
        self, *messages: MessageArrived, overflow: tuple[Origin, ...] = (), seconds: float = 0.0
    ) -> list[Announcement]:
        """Reads messages at a second."""
        return self.intake.read(messages, overflow, moment(seconds))

    @property
    def rejected(self) -> int:
        """How many rejections were counted."""
        return sum(
            one.statuses[Status.REJECTED] for one in self.notices if isinstance(one, ResultsDecided)
        )

    @property
    def reported(self) -> list[AnnouncementsRejected]:
        """What operators hear of them."""
        return [one for one in self.notices if isinstance(one, AnnouncementsRejected)]
