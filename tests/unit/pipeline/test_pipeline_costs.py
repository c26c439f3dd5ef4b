"""What announcements cost that does not depend on the machine: syncs of the disk, calls, turns."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from client_device_associator.cloud.port import CallAnswered
from client_device_associator.core.answer import Succeeded
from client_device_associator.nucleus.connection import READ_PAUSE_SECONDS
from client_device_associator.pipeline.inbox import GATHER_SECONDS
from support.journal_files import connection
from support.rig import Rig
from support.values import arrived, numbered

PER_SECOND = 800
"""The pace of local publish/subscribe on nucleus lite."""

CALL_SECONDS, ACKNOWLEDGE_SECONDS = 0.05, 0.002
STEP_SECONDS = 0.001
ANNOUNCEMENTS, SYNCS = 1000, 20
REST_SECONDS = 1.0


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """The component, configured."""
    made = Rig(tmp_path)
    made.configure()
    yield made
    made.close()


class Burst:
    """Announcements at a steady pace, with a cloud and a nucleus that take their time."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._statements: list[str] = []
        connection(rig.journal).set_trace_callback(self._statements.append)
        self._answered = len(rig.worker.calls)
        self._called_at: float | None = None
        self._published_at: float | None = None
        self.syncs = self.turns = 0

    def run(self, names: Sequence[str]) -> None:
        """Announces each, and goes on until all is quiet again."""
        rig = self._rig
        began = rig.clock.seconds
        left = list(enumerate(names))
        quiet_at = began + len(names) / PER_SECOND + REST_SECONDS
        read_at = began
        while rig.clock.seconds < quiet_at:
            rig.clock.seconds += STEP_SECONDS
            if rig.clock.seconds >= read_at:
                read_at = rig.clock.seconds + READ_PAUSE_SECONDS
                while left and rig.clock.seconds >= began + left[0][0] / PER_SECOND:
                    payload = json.dumps({"thingName": left.pop(0)[1]}).encode()
                    rig.inbox.offer(arrived(payload))
            self._answer()
            moments = (rig.inbox.due_at(), rig.loop.wake_at)
            if any(at is not None and at <= rig.clock.steady() for at in moments):
                self._turn()

    def _answer(self) -> None:
        """The cloud and the nucleus, each after its time."""
        rig, now = self._rig, self._rig.clock.seconds
        if len(rig.worker.calls) > self._answered:
            self._called_at = now if self._called_at is None else self._called_at
            if now >= self._called_at + CALL_SECONDS:
                self._answered, self._called_at = len(rig.worker.calls), None
                rig.inbox.put(CallAnswered(self._answered, Succeeded()))
        if rig.nucleus.published:
            self._published_at = now if self._published_at is None else self._published_at
            if now >= self._published_at + ACKNOWLEDGE_SECONDS:
                self._published_at = None
                rig.results()

    def _turn(self) -> None:
        self.turns += 1
        self._statements.clear()
        changes = connection(self._rig.journal).total_changes
        assert self._rig.loop.turn() is None
        if connection(self._rig.journal).total_changes > changes:
            self.syncs += self._statements.count("COMMIT")


def test_a_burst_costs_few_syncs_and_a_call_for_each_hundred(rig: Rig) -> None:
    """Each sync is a write to the flash; each call counts against a quota of the account."""
    burst = Burst(rig)
    burst.run(numbered(ANNOUNCEMENTS))
    assert [len(one) for one in rig.worker.calls] == [100] * 10
    assert burst.syncs <= SYNCS
    assert rig.journal.pending() == 0


def test_repeats_write_nothing_and_call_nobody(rig: Rig) -> None:
    """And the main thread takes a turn for those that come together."""
    burst = Burst(rig)
    burst.run(numbered(100))
    before = Path(rig.directory / "journal-wal").read_bytes()
    again = Burst(rig)
    again.run(numbered(100) * 5)
    assert Path(rig.directory / "journal-wal").read_bytes() == before
    assert (len(rig.worker.calls), again.syncs) == (1, 0)
    assert again.turns <= 2 * (500 / PER_SECOND / GATHER_SECONDS) + 4
