"""How long the next call may wait by the contract, and how long it has to."""

from collections import Counter

from client_device_associator.core.answer import CallFailed
from simulation.caps import (
    ASKED_SPREAD,
    NEEDS_A_PERSON,
    PERSON_FLOOR,
    STORE_AGAIN,
    Pace,
    pace,
)
from simulation.cloud import Reply


class CallPace:
    """Goes by what became of the calls before.

    Attributes:
        resume_by: The latest time of the next call, if any device is due.
        not_before: Its earliest.
        last_call_end: When the last call was over.
        storage_failures: How often the journal could not be read or written.
        storage_failed_at: The last time of that.
    """

    def __init__(self) -> None:
        self.resume_by = self.not_before = 0.0
        self.last_call_end = 0.0
        self.storage_failures = 0
        self.storage_failed_at = 0.0
        self._failures: Counter[Pace] = Counter()
        self._was_asked = False

    def start_over(self, now: float) -> None:
        """A process that knows of no failure."""
        self._failures.clear()
        self._was_asked = False
        self.resume_by, self.not_before = now, 0.0

    def pause(self, now: float, seconds: float) -> None:
        """The process does nothing for so long at most."""
        self.resume_by = now + seconds

    def storage_failed(self, now: float) -> None:
        """The journal is tried again soon."""
        self.storage_failures += 1
        self.storage_failed_at = now
        self.resume_by = max(self.resume_by, now + STORE_AGAIN)

    def answered(self, reply: Reply, now: float) -> None:
        """A call is over."""
        self.last_call_end = now
        fault = reply.fault
        if fault is None:
            self._failures.clear()
            self._was_asked = False
            return
        asked = reply.answer.retry_after if isinstance(reply.answer, CallFailed) else 0.0
        failing = pace(fault)
        self._failures[failing] += 1
        longest = failing.longest(self._failures[failing])
        if self._was_asked:
            # Rounds that are over by the time that the service has asked for are left out.
            longest = failing.cap
        self._was_asked |= asked > 0
        stored_by = 0.0
        if self.storage_failures:
            # The end of an outage before this one may have been lost.
            longest, stored_by = failing.cap, self.storage_failed_at + STORE_AGAIN
        self.resume_by = max(now + max(longest, asked * (1 + ASKED_SPREAD)), stored_by)
        self.not_before = now + max(PERSON_FLOOR if fault in NEEDS_A_PERSON else 0.0, asked)
