"""The only state that outlives the process: devices, announcements that wait, results to send."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.journal.associated import (
    associated_after,
    devices_claimed,
    first_claimed_at,
    silent_devices,
)
from client_device_associator.journal.database import Database, OnSetAside, Opener
from client_device_associator.journal.due import due_names, next_due_at
from client_device_associator.journal.file import open_journal
from client_device_associator.journal.oldest import oldest_since
from client_device_associator.journal.owed import (
    DurableResult,
    Recent,
    add_results,
    drop_oldest,
    drop_refused,
    next_send_at,
    unsent_results,
)
from client_device_associator.journal.rows import (
    device_row,
    read_announcement_row,
    read_device,
)
from client_device_associator.journal.send_order import SendOrder
from client_device_associator.journal.state_count import HELD, OCCUPIED, PENDING, StateCount
from client_device_associator.journal.trail import Trail

_FORGET_AT_ONCE = 200
"""Rows deleted with one decision, so that it stays short."""

_PROBE_CHARACTERS = 65_536
"""More than an answer for 100 devices writes."""


class Journal:
    """What is stored, and how; every commit is synced.

    Nothing is written where nothing changes: the flash of a core device wears out.

    Args:
        path: The database file; it is opened when it is needed, and again after it has failed.
        on_set_aside: Called when a file that cannot be used was replaced by a new one.
        opener: Opens the file.

    Attributes:
        trail: What has happened to devices, for people.
    """

    def __init__(
        self, path: Path, on_set_aside: OnSetAside = lambda _: None, opener: Opener = open_journal
    ) -> None:
        self._database = Database(path, on_set_aside, opener)
        self.trail = Trail(self._database)
        self._recent = Recent()
        self._order = SendOrder()
        self._pending = StateCount(self._database, PENDING)
        self._occupied = StateCount(self._database, OCCUPIED)
        self._held = StateCount(self._database, HELD)
        self._counts = (self._pending, self._occupied, self._held)

    @property
    def replaced(self) -> int:
        """How often the file was replaced by a new one; result ids of another file mean nothing."""
        return self._database.replaced

    def close(self) -> None:
        """Closes the file; it is opened again if it is needed."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything stored inside is on disk when it ends, or, if it raises, nothing is.

        Raises:
            JournalError: It could not be stored; the journal is as before.
        """
        try:
            with self._database.transaction():
                yield
        except BaseException:
            self._forget_counts()
            raise

    def probe(self) -> None:
        """Writes as much as an answer and takes it back; raises JournalError if that fails.

        Less would fit into a page that the file has already, and prove nothing on a full disk.
        """
        with self.transaction():
            probe = self._database.write(
                "INSERT INTO owed (send_at, refusals, result) VALUES (0, 0, ?)",
                ("x" * _PROBE_CHARACTERS,),
            )
            self._database.write("DELETE FROM owed WHERE owed_id = ?", (probe.lastrowid,))

    def recover(self, now: float, longest_wait: float) -> None:
        """Prepares what an earlier process has left.

        Results that the nucleus refused are sent again now: the restart may have removed the
        cause. And no device waits longer than any device should, as it would if the clock was
        wrong when it was stored; and no claim is in the future.

        Args:
            now: Steady seconds.
            longest_wait: Seconds after which every pending device is due.
        """
        latest = now + longest_wait
        with self.transaction():
            for state in QUEUED:
                self._database.write(
                    f"UPDATE device SET due_at = ? WHERE state = {state.value} AND due_at > ?",  # noqa: S608 - ours
                    (latest, latest),
                )
            self._database.write(
                "UPDATE device SET claimed_at = ? WHERE claimed_at > ?", (now, now)
            )
            self._send_all_now(now)
            self._order.resume(self._database)

    def store(self, decision: Decision) -> None:
        """Writes what a decision changes; within a transaction."""
        for count in self._counts:
            count.store(decision.devices, decision.forgotten)
        self._database.insert_all(
            "INSERT OR REPLACE INTO device", map(device_row, decision.devices)
        )
        # Before others are added: the opposite may be wished for in the same decision.
        self._database.write_for("DELETE FROM waiting WHERE thing_name IN ({})", decision.settled)
        self._database.insert_all(
            "INSERT OR IGNORE INTO waiting",
            (
                (one.thing_name, one.topic, one.announcement_id or "", one.bus._value_)
                for one in decision.waiting
            ),
        )
        add_results(self._database, self._order, self._recent, decision.durable, decision.devices)
        self._database.insert_all("INSERT OR REPLACE INTO fact", decision.facts.items())
        self._database.write_for("DELETE FROM device WHERE thing_name IN ({})", decision.forgotten)
        if decision.forget_before is not None:
            self._forget(decision.forget_before, associated=decision.forgets_associated)

    def devices(self, thing_names: Sequence[str]) -> Mapping[str, Device]:
        """Those of the devices that are known."""
        query = "SELECT * FROM device WHERE thing_name IN ({})"
        with self._database.reading():
            devices = map(read_device, self._database.read_for(query, thing_names))
            return {device.thing_name: device for device in devices}

    def waiting(self, thing_names: Sequence[str]) -> Mapping[str, Sequence[Announcement]]:
        """The announcements of these devices that have no final result yet."""
        found: dict[str, list[Announcement]] = {}
        query = (
            "SELECT *, (SELECT state FROM device WHERE device.thing_name = waiting.thing_name)"
            " FROM waiting WHERE thing_name IN ({})"
        )
        with self._database.reading():
            rows = self._database.read_for(query, thing_names)
            for one in map(read_announcement_row, rows):
                found.setdefault(one.thing_name, []).append(one)
        return found

    def pending(self) -> int:
        """How many devices wait for a call."""
        return sum(self._pending.read().values())

    def oldest_since(self) -> float | None:
        """Since when the device waits that waits for the longest time; steady seconds."""
        return oldest_since(self._database, self.pending())

    def pending_by_lane(self) -> Mapping[str, int]:
        """The same for each lane that has any."""
        return self._pending.read()

    def held(self) -> int:
        """How many devices hold a place, see `Device`."""
        return sum(self._held.read().values())

    def occupied(self) -> int:
        """How many devices may be associated, see `Device`."""
        return sum(self._occupied.read().values())

    def associated(self, after: str, count: int) -> Sequence[Device]:
        """So many of the devices that are associated, in the order of names, after a name."""
        return associated_after(self._database, after, count)

    def silent(self, heard_before: int, count: int) -> Sequence[Device]:
        """So many of our associated devices that were heard last before a day; longest first."""
        return silent_devices(self._database, heard_before, count)

    def claimed(self, by: float, count: int) -> Sequence[Device]:
        """So many of the associated devices that were claimed by then, those claimed first."""
        return devices_claimed(self._database, by, count)

    def first_claimed_at(self) -> float | None:
        """When the first of them was claimed; steady seconds. None if there is none."""
        return first_claimed_at(self._database)

    def fact(self, name: str) -> float | None:
        """A number that was kept by its name; None if there is none."""
        rows = self._database.read("SELECT value FROM fact WHERE name = ?", (name,))
        with self._database.reading():
            return next((float(value) for (value,) in rows), None)

    def due(self, state: DeviceState, now: float, limit: int) -> Sequence[str]:
        """Thing names of devices that wait in a state and may be in a call; lanes take turns.

        Within each those longest due come first.
        """
        return due_names(self._database, state, now, limit, self._pending.read())

    def next_due_at(self, state: DeviceState, count: int = 1) -> float | None:
        """When so many of those that wait in a state are, or were, due; None if there are fewer."""
        return next_due_at(self._database, state, count, self._pending.read())

    def unsent(
        self, now: float, limit: int, busy: Collection[int] = (), bus: Bus = Bus.LOCAL
    ) -> Sequence[DurableResult]:
        """Results to be sent now, but for those on their way; lanes take turns, oldest first."""
        return unsent_results(
            self._database, self._order, self._recent, bus, now, limit=limit, busy=busy
        )

    def next_send_at(self, bus: Bus = Bus.LOCAL) -> float | None:
        """When the next durable result is, or was, to be sent; steady seconds."""
        return next_send_at(self._database, bus)

    def sent(self, result_ids: Sequence[int]) -> None:
        """The nucleus took these results; within a transaction."""
        self._database.write_for("DELETE FROM owed WHERE owed_id IN ({})", result_ids)

    def send_later(self, result_ids: Sequence[int], send_at: float) -> None:
        """The nucleus refused these results; within a transaction."""
        self._database.write_for(
            "UPDATE owed SET send_at = ?, refusals = refusals + 1 WHERE owed_id IN ({})",
            result_ids,
            send_at,
        )

    def send_refused_now(self, now: float) -> None:
        """Makes every durable result due: what kept the nucleus from taking it may have changed."""
        with self.transaction():
            self._send_all_now(now)

    def drop_refused(self, keep: int, bus: Bus = Bus.LOCAL) -> int:
        """Deletes the oldest results that were refused, down to a number; within a transaction.

        Returns:
            How many were deleted.
        """
        return drop_refused(self._database, bus, keep)

    def drop_oldest(self, keep: int, bus: Bus) -> int:
        """Deletes the oldest results for a bus, down to a number; within a transaction.

        Returns:
            How many were deleted.
        """
        return drop_oldest(self._database, bus, keep)

    def _forget(self, before: float, *, associated: bool) -> None:
        states = [DeviceState.FAILED, DeviceState.LEFT]
        if associated:
            states.append(DeviceState.ASSOCIATED)
        deleted = self._database.write(
            # The first part is that of the index.
            "DELETE FROM device WHERE thing_name IN (SELECT thing_name FROM device"  # noqa: S608 - ours
            " WHERE state <> 0 AND state <> 3"
            f" AND state IN ({','.join(str(one.value) for one in states)})"
            " AND since < ? LIMIT ?)",
            (before, _FORGET_AT_ONCE),
        )
        if deleted.rowcount and associated:
            self._forget_counts()

    def _forget_counts(self) -> None:
        for count in self._counts:
            count.forget()

    def _send_all_now(self, now: float) -> None:
        self._database.write("UPDATE owed SET send_at = ? WHERE send_at > ?", (now, now))
