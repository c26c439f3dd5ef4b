"""Announcements become pending devices; what is known already is answered at once."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from client_device_associator.core.announcement import Announcement, rejected
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import DeviceEvent, DeviceState, after
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Reason, Result, Status
from client_device_associator.core.review import no_room
from client_device_associator.core.room import Room

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
    resume_at: float,
    lanes: Collection[str],
) -> Decision:
    """Decides on announcements that came together; the same one twice counts once.

    Args:
        announcements: What was announced.
        journal: What is known of the devices.
        policy: The settings.
        now: The time.
        resume_at: Steady seconds before which no call is made at all.
        lanes: Those that are in use, see `Room`.
    """
    queueing = _Queueing(announcements, journal, policy, now, resume_at=resume_at, lanes=lanes)
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
        resume_at: float,
        lanes: Collection[str],
    ) -> None:
        self._announcements = tuple(dict.fromkeys(announcements))
        self._policy = policy
        self._now = now
        self._resume_at = resume_at
        names = list({one.thing_name for one in self._announcements})
        self._known = dict(journal.devices(names))
        self._waiting = {name: list(ones) for name, ones in journal.waiting(names).items()}
        self._room = Room(policy.max_pending, journal.pending_by_lane(), lanes)
        self._places = None if policy.max_devices is None else policy.max_devices - journal.held()
        self._devices: dict[str, Device] = {}
        self._added: list[Announcement] = []
        self._transient: list[Result] = []
        self._unanswered: list[Result] = []

    def decide(self) -> Decision:
        for announcement in self._announcements:
            device = self._known.get(announcement.thing_name)
            state = device.state if device else DeviceState.UNKNOWN
            if device is not None and state is DeviceState.PENDING:
                self._join(announcement, device)
            elif device is not None and self._is_trusted(device):
                after(state, DeviceEvent.ANNOUNCED_AND_TRUSTED)
                already = replace(announcement.result(Status.ASSOCIATED), already=True)
                self._answer(announcement, already)
            else:
                self._begin(announcement, state)
        return Decision(
            devices=tuple(self._devices.values()),
            waiting=tuple(self._added),
            transient=tuple(self._transient),
            unanswered=tuple(self._unanswered),
        )

    def _is_trusted(self, device: Device) -> bool:
        """Whether the journal's belief that a device is associated still counts."""
        # A negative age means that the clock was wrong when this was stored, or is wrong now.
        age = self._now.steady - device.since
        return device.state is DeviceState.ASSOCIATED and 0 <= age < self._policy.trust_seconds

    def _begin(self, announcement: Announcement, state: DeviceState) -> None:
        if state is not DeviceState.ASSOCIATED and not self._has_place():
            refusal = no_room(self._policy.max_devices or 0)
            self._reject(announcement, refusal.message, refusal.reason)
            return
        if not self._room.take(announcement.lane):
            self._reject(announcement, "too many devices are waiting already; try again later")
            return
        if state is not DeviceState.ASSOCIATED and self._places is not None:
            self._places -= 1
        steady = self._now.steady
        pending = after(state, DeviceEvent.ANNOUNCED)
        lane = announcement.lane
        device = Device(announcement.thing_name, pending, steady, due_at=steady, lane=lane)
        self._known[device.thing_name] = self._devices[device.thing_name] = device
        self._add(announcement)

    def _has_place(self) -> bool:
        """Whether this core device may have one more client device."""
        return self._places is None or self._places > 0

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
        next_attempt = max(device.due_at, self._resume_at, self._now.steady)
        return replace(
            announcement.result(Status.RETRYING),
            code=device.code,
            message=device.message,
            attempts=device.attempts,
            next_attempt_at=self._now.on_the_wall(next_attempt),
        )

    def _add(self, announcement: Announcement) -> None:
        self._waiting.setdefault(announcement.thing_name, []).append(announcement)
        self._added.append(announcement)
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
