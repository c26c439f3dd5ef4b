"""The journal of a core device, in memory: the engine sees no difference (decision 0004)."""

from collections.abc import Mapping, Sequence

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import QUEUED, DeviceState


class MemoryJournal:
    """What `journal.Journal` keeps, but for results and what outlives a process.

    Args:
        devices: Those that are known already. It is copied.
        facts: Numbers by their names.
    """

    def __init__(self, devices: Mapping[str, Device], facts: Mapping[str, float]) -> None:
        self._devices = dict(devices)
        self._facts = dict(facts)
        self._waiting: dict[str, list[Announcement]] = {}
        self._queued: dict[str, Device] = {}

    @property
    def has_waiting(self) -> bool:
        """Whether an announcement has no final result yet."""
        return bool(self._waiting)

    def store(self, decision: Decision) -> None:
        """Applies a decision as the journal does."""
        for name in decision.settled:
            self._waiting.pop(name, None)
        for device in decision.devices:
            self._devices[device.thing_name] = device
            self._queued.pop(device.thing_name, None)
            if device.state in QUEUED:
                self._queued[device.thing_name] = device
        for one in decision.waiting:
            self._waiting.setdefault(one.thing_name, []).append(one)
        for name in decision.forgotten:
            self._devices.pop(name, None)
            self._queued.pop(name, None)
        self._facts.update(decision.facts)

    def devices(self, thing_names: Sequence[str]) -> Mapping[str, Device]:
        """See `JournalView`."""
        known = self._devices
        return {name: known[name] for name in thing_names if name in known}

    def waiting(self, thing_names: Sequence[str]) -> Mapping[str, Sequence[Announcement]]:
        """See `JournalView`."""
        waiting = self._waiting
        return {name: waiting[name] for name in thing_names if name in waiting}

    def pending(self) -> int:
        """See `JournalView`."""
        return sum(one.state is DeviceState.PENDING for one in self._queued.values())

    def pending_by_lane(self) -> Mapping[str, int]:
        """See `JournalView`; there is one lane."""
        return {"": self.pending()} if self._queued else {}

    def held(self) -> int:
        """See `JournalView`."""
        return sum(one.holds_place for one in self._devices.values())

    def occupied(self) -> int:
        """See `JournalView`."""
        return sum(one.may_be_associated for one in self._devices.values())

    def associated(self, after: str, count: int) -> Sequence[Device]:
        """See `JournalView`."""
        names = sorted(
            name
            for name, one in self._devices.items()
            if name > after and one.state is DeviceState.ASSOCIATED
        )
        return [self._devices[name] for name in names[:count]]

    def silent(self, heard_before: int, count: int) -> Sequence[Device]:  # noqa: ARG002 - see JournalView
        """Nobody asks: departures are off."""
        return []

    def claimed(self, by: float, count: int) -> Sequence[Device]:  # noqa: ARG002 - see JournalView
        """Nobody asks: handover is off."""
        return []

    def first_claimed_at(self) -> float | None:
        """Nobody asks: handover is off."""
        return None

    def fact(self, name: str) -> float | None:
        """See `JournalView`."""
        return self._facts.get(name)

    def due(self, state: DeviceState, now: float, limit: int) -> Sequence[str]:
        """See `JournalView`."""
        due = [one for one in self._queued.values() if one.state is state and one.due_at <= now]
        due.sort(key=lambda one: one.due_at)
        return [one.thing_name for one in due[:limit]]

    def next_due_at(self, state: DeviceState, count: int = 1) -> float | None:
        """See `JournalView`."""
        times = [one.due_at for one in self._queued.values() if one.state is state]
        if len(times) < count:
            return None
        return min(times) if count == 1 else sorted(times)[count - 1]
