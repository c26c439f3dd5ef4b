"""Reads what was announced, and rejects what cannot be taken, within limits."""

from collections import Counter
from collections.abc import Callable, Sequence

from client_device_associator.core.admission.gate import Gate
from client_device_associator.core.announcement import Announcement, rejected
from client_device_associator.core.bus import shown
from client_device_associator.core.instant import Instant
from client_device_associator.core.rate_limit import RateLimit
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.core.values import replace
from client_device_associator.messages.announcement import (
    Reading,
    read_announcement,
    read_presence,
    usual_thing_name,
)
from client_device_associator.pipeline.events import MessageArrived, Origin
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.reporting.metric_notices import AnnouncementsRead
from client_device_associator.reporting.notices import (
    AnnouncementsRejected,
    PresenceRejected,
    Report,
    ResultsDecided,
)

REJECTIONS_AT_ONCE = 1000
REJECTIONS_PER_SECOND = 50.0
"""Rejections beyond these are counted and not sent: answers to a flood would be a flood as well."""

NOTICES_AT_ONCE = 20
NOTICES_PER_SECOND = 0.1
"""The same for reporting them."""

PRESENCE_AGAIN_SECONDS = 60.0
"""A device whose presence could not be stored is looked at again after this."""

PRESENCE_AFTER_DEPARTURE_SECONDS = 60.0
"""The traffic of a device that has left counts as its presence again after this."""

_OVERLOADED = "too many announcements at once; try again later"
_FOR_NOW = frozenset({Reason.OVERLOADED.value, Reason.STORAGE.value})


class Intake:
    """The first to look at every message.

    Args:
        send: Sends the rejections.
        report: Takes what an operator may want to know.
        gate: Who is admitted.
        seen: Whose presence is known.
        note: Takes every rejection, sent or not.

    Attributes:
        gate: As above; it changes with the settings.
    """

    def __init__(
        self,
        send: Callable[[Sequence[Result]], None],
        report: Report,
        gate: Gate,
        seen: RecentlySeen,
        note: Callable[[Sequence[Result], Instant], None],
    ) -> None:
        self._send = send
        self._report = report
        self.gate = gate
        self._seen = seen
        self._note = note
        self._rejections = RateLimit(REJECTIONS_AT_ONCE, REJECTIONS_PER_SECOND)
        self._notices = RateLimit(NOTICES_AT_ONCE, NOTICES_PER_SECOND)

    def read(
        self, messages: Sequence[MessageArrived], overflow: Sequence[Origin], now: Instant
    ) -> list[Announcement]:
        """The announcements in these messages; rejects what is none, and who is not admitted.

        Args:
            messages: What has come.
            overflow: Where messages came from for which the inbox had no room.
            now: The time.
        """
        announcements: list[Announcement] = []
        rejections: list[Result] = []
        unanswered: list[Result] = []
        admits_everybody = self.gate.admits_everybody
        for message in messages:
            reading = _read(message)
            if not admits_everybody:
                reading = self._admit(message, reading)
            announcements.extend(reading.announcements)
            if message.source.leaves:
                self._look_again(reading.announcements)
            answers = unanswered if message.source.is_presence else rejections
            answers.extend(reading.rejections)
        for one in dict.fromkeys(overflow):
            answers = unanswered if one.is_presence else rejections
            answers.append(_overloaded(one))
        if announcements:
            departures = sum(one.leaves for one in announcements)
            self._report(AnnouncementsRead(len(announcements) - departures, departures))
        self.reject(rejections, now)
        self.leave_unanswered(unanswered, now)
        return announcements

    def reject(self, rejections: Sequence[Result], now: Instant) -> None:
        """Sends and reports rejections, as far as that is within limits."""
        if not rejections:
            return
        self._note(rejections, now)
        codes = Counter(one.code or "" for one in rejections)
        self._report(ResultsDecided({Status.REJECTED: len(rejections)}, codes))
        allowed = self._rejections.allow(len(rejections), now.steady)
        self._send(rejections[:allowed])
        kinds = Counter(
            (shown(one.bus, one.topic), one.code, one.message) for one in rejections
        ).items()
        reported = self._notices.allow(len(kinds), now.steady)
        for (topic, code, message), count in list(kinds)[:reported]:
            self._report(AnnouncementsRejected(topic, code or "", message or "", count))

    def leave_unanswered(self, rejections: Sequence[Result], now: Instant) -> None:
        """Reports the rejections of presence; nobody waits for them."""
        self._note(rejections, now)
        for rejection in rejections:
            if rejection.code in _FOR_NOW and rejection.thing_name:
                self._seen.ask_again(rejection.thing_name, PRESENCE_AGAIN_SECONDS)
        kinds = Counter(one.code or "" for one in rejections)
        last = {one.code or "": one for one in rejections}
        for code, count in kinds.items():
            one = last[code]
            topic = shown(one.bus, one.topic)
            self._report(PresenceRejected(topic, code, one.message or "", count))

    def forget_seen(self, thing_names: Sequence[str]) -> None:
        """Nothing is known of these any more: their next message counts."""
        for name in thing_names:
            self._seen.ask_again(name)

    def _look_again(self, announcements: Sequence[Announcement]) -> None:
        """Who has left may come back; what it sent just before it left means nothing."""
        for one in announcements:
            self._seen.ask_again(one.thing_name, PRESENCE_AFTER_DEPARTURE_SECONDS)

    def _admit(self, message: MessageArrived, reading: Reading) -> Reading:
        """What is left of a message when the rules have been asked."""
        announcements: list[Announcement] = []
        rejections = list(reading.rejections)
        for one in reading.announcements:
            refusal = self.gate.why_not(one, message.source.key)
            if refusal is None:
                announcements.append(one)
            else:
                rejections.append(rejected(one, refusal.reason, refusal.message))
        return Reading(tuple(announcements), tuple(rejections))


def _overloaded(origin: Origin) -> Result:
    return Result(
        origin.topic,
        Status.REJECTED,
        code=Reason.OVERLOADED.value,
        message=_OVERLOADED,
        bus=origin.bus,
    )


def _read(message: MessageArrived) -> Reading:
    """What a message says, and by which lane and bus it came."""
    source = message.source
    template = source.thing_name
    # A topic that stands in the configuration as it is has been looked at there.
    if template is None and message.topic == source.topic_filter:
        name = usual_thing_name(message.payload)
        if name is not None:
            return Reading((_announcement(name, message),))
    if source.is_presence and template is not None:
        reading = read_presence(template, message.topic)
    else:
        reading = read_announcement(template, message.topic, message.payload)
    announcements = tuple(
        _announcement(one.thing_name, message, one.announcement_id, is_presence=one.is_presence)
        for one in reading.announcements
    )
    rejections = tuple(replace(one, bus=source.bus) for one in reading.rejections)
    return Reading(announcements, rejections)


def _announcement(
    name: str,
    message: MessageArrived,
    announcement_id: str | None = None,
    *,
    is_presence: bool = False,
) -> Announcement:
    source = message.source
    return Announcement(
        name, message.topic, announcement_id, is_presence, source.leaves, source.key, source.bus
    )
