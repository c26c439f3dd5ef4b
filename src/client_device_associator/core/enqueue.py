"""Announcements become pending devices; what is known already is answered at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from client_device_associator.core.announcement import Announcement, rejected
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import QUEUED, DeviceState, after
from client_device_associator.core.operation import Operation
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import SUPERSEDED, Reason, Result, Status
from client_device_associator.core.review import no_room
from client_device_associator.core.room import Room
from client_device_associator.core.values import replace
from client_device_associator.core.wish import Wish, wish_of

MAX_WAITING_PER_DEVICE = 8
"""Announcements of one device that may wait for its result; they differ in topic or id.

Without a bound, one device that puts a new id into every announcement would fill the disk.
"""


def enqueue(
    announcements: Sequence[Announcement],
    journal: JournalView,
    policy: Policy,
    now: Instant,
    *,
    resume_at: Mapping[Operation, float],
    lanes: Collection[str],
    day: int | None = None,
) -> Decision:
    """Decides on announcements that came together; the same one twice counts once.

    The last word about a device counts: an announcement after a departure ends what is left of the
    departure, and the other way round.

    Args:
        announcements: What was announced, in order.
        journal: What is known of the devices.
        policy: The settings.
        now: The time.
        resume_at: Steady seconds before which no call for an operation is made at all.
        lanes: Those that are in use, see `Room`.
        day: The number of the day, if it is noted when a device was heard.
    """
    queueing = _Queueing(
        announcements, journal, policy, now, resume_at=resume_at, lanes=lanes, day=day
    )
    return queueing.decide()


def reject(announcements: Sequence[Announcement], reason: Reason, message: str) -> Decision:
    """Rejects announcements that cannot be taken now, through no fault of theirs."""
    return Decision(
        transient=tuple(
            rejected(one, reason, message) for one in announcements if not one.is_presence
        ),
        unanswered=tuple(
            rejected(one, reason, message) for one in announcements if one.is_presence
        ),
    )


class _Queueing:
    """One batch of announcements, and what it has changed so far."""

    def __init__(
        self,
        announcements: Sequence[Announcement],
        journal: JournalView,
        policy: Policy,
        now: Instant,
        *,
        resume_at: Mapping[Operation, float],
        lanes: Collection[str],
        day: int | None,
    ) -> None:
        names = list({one.thing_name for one in announcements})
        is_simple = len(names) == len(announcements)
        self._announcements = announcements if is_simple else list(_distinct(announcements))
        self._policy = policy
        self._now = now
        self._resume_at = resume_at
        self._day = day
        self._known = dict(journal.devices(names))
        self._waiting = {name: list(ones) for name, ones in journal.waiting(names).items()}
        self._room = Room(policy.max_pending, journal.pending_by_lane(), lanes)
        self._places = None if policy.max_devices is None else policy.max_devices - journal.held()
        self._devices: dict[str, Device] = {}
        self._added: dict[str, list[Announcement]] = {}
        self._settled: dict[str, None] = {}
        self._durable: list[Result] = []
        self._transient: list[Result] = []
        self._unanswered: list[Result] = []

    def decide(self) -> Decision:
        for announcement in self._announcements:
            wish = wish_of(leaves=announcement.leaves)
            device = self._known.get(announcement.thing_name)
            if device is not None and device.state is wish.waits:
                self._join(announcement, device)
            elif device is not None and self._is_trusted(device, wish):
                after(device.state, wish.event_if_trusted)
                self._note_heard(device)
                self._answer(announcement, announcement.result(wish.status, already=True))
            else:
                self._begin(announcement, wish, device)
        return Decision(
            devices=tuple(self._devices.values()),
            waiting=tuple(one for added in self._added.values() for one in added),
            settled=tuple(self._settled),
            durable=tuple(self._durable),
            transient=tuple(self._transient),
            unanswered=tuple(self._unanswered),
        )

    def _is_trusted(self, device: Device, wish: Wish) -> bool:
        """Whether the journal's belief that a wish is fulfilled still counts."""
        if device.origin is Origin.UNCLEAR:
            return False
        # A negative age means that the clock was wrong when this was stored, or is wrong now.
        age = self._now.steady - device.since
        return device.state is wish.fulfilled and 0 <= age < self._policy.trust_seconds

    def _begin(self, announcement: Announcement, wish: Wish, device: Device | None) -> None:
        before = device.state if device else DeviceState.UNKNOWN
        has_place = device is not None and device.holds_place
        if not announcement.leaves and not has_place and not self._is_room_for_one():
            refusal = no_room(self._policy.max_devices or 0)
            self._reject(announcement, refusal.message, refusal.reason)
            return
        if before in QUEUED:
            self._supersede(announcement.thing_name, wish)
        elif not self._room.take(announcement.lane):
            self._reject(announcement, "too many devices are waiting already; try again later")
            return
        steady = self._now.steady
        queued = Device(
            announcement.thing_name,
            after(before, wish.event),
            steady,
            due_at=steady,
            lane=announcement.lane,
            origin=self._origin(device),
            heard_on=self._day or 0,
        )
        self._known[queued.thing_name] = self._devices[queued.thing_name] = queued
        if self._places is not None:
            self._places += has_place - queued.holds_place
        self._add(announcement)

    def _origin(self, device: Device | None) -> Origin:
        """What is known of who has associated a device for which something else is wished now."""
        if device is None:
            return Origin.UNKNOWN
        is_new = device.thing_name in self._devices
        if device.state is DeviceState.PENDING and device.origin is Origin.UNKNOWN and not is_new:
            return Origin.UNCLEAR  # a call for it may be under way, or the answer to one was lost
        return device.origin

    def _note_heard(self, device: Device) -> None:
        """Notes that a device is there, once a day; or that it has not gone to another core."""
        heard_on = device.heard_on if self._day is None else self._day
        if heard_on != device.heard_on or device.claimed_at is not None:
            heard = replace(device, heard_on=heard_on, claimed_at=None)
            self._known[heard.thing_name] = self._devices[heard.thing_name] = heard

    def _is_room_for_one(self) -> bool:
        """Whether this core device may have one more client device."""
        return self._places is None or self._places > 0

    def _supersede(self, thing_name: str, wish: Wish) -> None:
        """Those who wished for the opposite hear that it does not come true any more."""
        self._settled[thing_name] = None
        self._added.pop(thing_name, None)
        for one in self._waiting.pop(thing_name, []):
            failed = one.result(Status.FAILED)
            self._durable.append(replace(failed, code=SUPERSEDED, message=wish.supersedes))

    def _join(self, announcement: Announcement, device: Device) -> None:
        if announcement.is_presence:
            return  # another announcement has done for this device what this one would do
        waiting = self._waiting.get(device.thing_name, [])
        if announcement in waiting:
            self._receipt(announcement)
        elif len(waiting) >= MAX_WAITING_PER_DEVICE:
            self._reject(
                announcement, f"{len(waiting)} announcements of this device are waiting already"
            )
        else:
            self._add(announcement)
            if device.told_retrying:
                self._answer(announcement, self._retrying(announcement, device))

    def _retrying(self, announcement: Announcement, device: Device) -> Result:
        operation = wish_of(leaves=announcement.leaves).operation
        next_attempt = max(device.due_at, self._resume_at[operation], self._now.steady)
        return replace(
            announcement.result(Status.RETRYING),
            code=device.code,
            message=device.message,
            attempts=device.attempts,
            next_attempt_at=self._now.on_the_wall(next_attempt),
        )

    def _add(self, announcement: Announcement) -> None:
        self._waiting.setdefault(announcement.thing_name, []).append(announcement)
        self._added.setdefault(announcement.thing_name, []).append(announcement)
        self._receipt(announcement)

    def _receipt(self, announcement: Announcement) -> None:
        if self._policy.receipts:
            self._answer(announcement, announcement.result(Status.QUEUED))

    def _answer(self, announcement: Announcement, result: Result) -> None:
        """Answers what was made to be answered."""
        if not announcement.is_presence:
            self._transient.append(result)

    def _reject(
        self, announcement: Announcement, message: str, reason: Reason = Reason.OVERLOADED
    ) -> None:
        answers = self._unanswered if announcement.is_presence else self._transient
        answers.append(rejected(announcement, reason, message))


def _distinct(announcements: Iterable[Announcement]) -> Iterator[Announcement]:
    """Each once, until the opposite is wished for the same device."""
    said: dict[tuple[str, bool], set[Announcement]] = {}
    for one in announcements:
        said.pop((one.thing_name, not one.leaves), None)
        before = said.setdefault((one.thing_name, one.leaves), set())
        if one not in before:
            before.add(one)
            yield one
