"""A complete list beside the journal: who has appeared, and who has vanished.

It goes on a portion at a time, so that announcements do not wait for it.
"""

from collections.abc import Sequence

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import DeviceEvent, DeviceState, after
from client_device_associator.core.listing import Listing, Names
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import ROSTER_TOPIC, Result, Status
from client_device_associator.core.room import Room
from client_device_associator.core.values import replace

LATENESS_SECONDS = 300.0
"""How old the service's list may be: what happened since so long before it began is not judged by
it. The API promises neither a snapshot nor that one reads what one has written."""

PORTION = 500
"""Devices that are looked at in one turn. With fewer, the same page of the file would be written
more often: flash wears out. With more, announcements would wait longer."""

MAX_REPORTED = 1000
"""Devices of one list that are reported one by one; the others are counted."""

_RESTORED_LANE = ""
"""Of devices that nobody has announced."""

_FIRST = ""
"""Before every thing name."""


class Comparison:
    """Walks through the journal, and then through what the journal did not know.

    Args:
        listing: The list; it is complete.
        absent_before: Who was missing on the list before: only those have vanished who are missing
            on two complete lists, for a list may end early without a sign of it.
        policy: Whether a device of ours that has vanished is associated again, and how many may
            wait.
        is_first: Whether no list was ever compared before: then nobody has appeared, and it is
            just not known.
        started: Steady seconds: what another process has stored is older, whatever its clock said.

    Attributes:
        began: Steady seconds at which the list began.
        listed_count: How many devices are on it.
        absent: Who is missing on this list, and is looked for on the next one.
        appeared: Devices that somebody else has associated, as far as they are reported.
        appeared_count: How many they are.
        vanished: Devices that somebody else has disassociated, as far as they are reported.
        vanished_count: How many they are.
        is_over: Whether it is.
    """

    def __init__(
        self,
        listing: Listing,
        absent_before: Names,
        policy: Policy,
        *,
        is_first: bool,
        started: float,
    ) -> None:
        self._listing = listing
        self._absent_before = absent_before
        self._policy = policy
        self._is_first = is_first
        self._started = started
        self._judged_before = listing.began - LATENESS_SECONDS
        self._after: str | None = _FIRST
        self._unknown = listing.unknown(PORTION)
        self._reported = 0
        self.began = listing.began
        self.listed_count = len(listing.names)
        self.absent = Names()
        self.appeared: list[str] = []
        self.appeared_count = 0
        self.vanished: list[str] = []
        self.vanished_count = 0
        self.is_over = False

    def go_on(self, journal: JournalView, now: Instant) -> Decision:
        """What the next portion leads to; it may be nothing."""
        if self._after is not None:
            devices = journal.associated(self._after, PORTION)
            self._after = devices[-1].thing_name if len(devices) == PORTION else None
            return self._look_for(devices, journal, now)
        names = next(self._unknown, None)
        if names is None:
            self.is_over = True
            return Decision()
        return self._take(names, journal, now)

    def _look_for(self, devices: Sequence[Device], journal: JournalView, now: Instant) -> Decision:
        """Whether these, which the journal has as associated, are on the list."""
        # As many as the queue has room for, without the places that are kept for announcements.
        room = Room(self._policy.max_pending, journal.pending_by_lane(), self._policy.lanes)
        newly_absent: list[str] = []
        restored: list[Device] = []
        forgotten: list[str] = []
        vanished: list[str] = []
        for one in devices:
            name = one.thing_name
            if not self._is_judged(one, now) or name in self._listing.names:
                continue
            if name not in self._absent_before:
                newly_absent.append(name)
                continue
            if not (self._policy.restores and one.origin is Origin.OURS):
                after(one.state, DeviceEvent.VANISHED)
                forgotten.append(name)
            elif room.take(_RESTORED_LANE):
                restored.append(_restored(one, now))
            else:
                newly_absent.append(name)  # its turn comes with the next list
                continue
            vanished.append(name)
        self.absent.add(newly_absent)
        self.vanished_count += len(vanished)
        return Decision(
            devices=tuple(restored),
            forgotten=tuple(forgotten),
            durable=self._report(Status.VANISHED, vanished, self.vanished),
        )

    def _is_judged(self, device: Device, now: Instant) -> bool:
        """Whether the list, late as it may be, knows how this device came to be as it is."""
        # What lies ahead was stored by another process, by a clock that was wrong.
        since = device.since if device.since <= now.steady else self._started
        return since <= self._judged_before

    def _take(self, names: Sequence[str], journal: JournalView, now: Instant) -> Decision:
        """The journal did not know that these are associated."""
        known = journal.devices(names)
        devices = [
            listed
            for name in dict.fromkeys(names)
            if (listed := self._listed(name, known.get(name), now)) is not None
        ]
        if self._is_first:
            return Decision(devices=tuple(devices))
        self.appeared_count += len(devices)
        appeared = [one.thing_name for one in devices]
        return Decision(
            devices=tuple(devices),
            durable=self._report(Status.APPEARED, appeared, self.appeared),
        )

    def _listed(self, name: str, device: Device | None, now: Instant) -> Device | None:
        """What the list makes of a device; None if it says nothing new."""
        state = device.state if device else DeviceState.UNKNOWN
        if state not in (DeviceState.UNKNOWN, DeviceState.FAILED, DeviceState.LEFT):
            return None
        if device is not None and not self._is_judged(device, now):
            return None
        associated = Device(name, after(state, DeviceEvent.LISTED), self._listing.began)
        if device is None or device.origin is not Origin.OURS:
            return replace(associated, origin=Origin.FOREIGN)
        # It was heard when it was announced, although that has failed: it is not silent.
        return replace(associated, origin=Origin.OURS, heard_on=device.heard_on)

    def _report(
        self, status: Status, names: Sequence[str], reported: list[str]
    ) -> tuple[Result, ...]:
        room = MAX_REPORTED - self._reported
        shown = names[:room]
        self._reported += len(shown)
        reported.extend(shown)
        return tuple(Result(ROSTER_TOPIC, status, name) for name in shown)


def _restored(device: Device, now: Instant) -> Device:
    """A device of ours that is to be associated again."""
    return Device(
        device.thing_name,
        after(device.state, DeviceEvent.RESTORED),
        now.steady,
        due_at=now.steady,
        lane=_RESTORED_LANE,
        origin=device.origin,
        heard_on=device.heard_on,
    )
