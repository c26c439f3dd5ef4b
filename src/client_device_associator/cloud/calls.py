"""Runs calls: the one in flight, and a worker that is started in time and ended when idle."""

from collections.abc import Collection

from client_device_associator.cloud.permission_check import PermissionCheck
from client_device_associator.cloud.port import CallAnswered, Worker, WorkerEnded, WorkerEvent
from client_device_associator.core.answer import Answer, CallFailed, FailureCause
from client_device_associator.core.decision import Call
from client_device_associator.core.instant import Instant
from client_device_associator.core.operation import Operation
from client_device_associator.core.values import dataclass
from client_device_associator.reporting.notices import IdleWorkerEnded, Report

CALL_DEADLINE_SECONDS = 60.0
"""From the moment at which the worker gets a call until it is given up.

More than the worker's own limits add up to (token exchange 18 s when it hangs and is asked twice,
connect 5 s, read 20 s, the imports on a slow board), so that it is reached only when the worker
itself hangs.
"""

WARM_UP_SECONDS = 3.0
"""A worker that will be needed within this time is started now: to import botocore takes time."""


@dataclass(frozen=True, slots=True)
class _Flight:
    number: int
    call: Call
    deadline: float


Landed = tuple[Call, Answer]
"""A call that is over, and how it ended."""


class Calls:
    """The only place that knows which call is in flight, and how the worker is.

    Args:
        worker: Makes the calls.
        report: Takes what an operator may want to know.
        idle_seconds: How long a worker is kept without a call.
        needed: The operations that the settings ask for.

    Attributes:
        permissions: What the role allows, if a person asks; its calls take turns with the others.
    """

    def __init__(
        self, worker: Worker, report: Report, idle_seconds: float, needed: Collection[Operation]
    ) -> None:
        self._worker = worker
        self._report = report
        self.idle_seconds = idle_seconds
        self.permissions = PermissionCheck(needed)
        self._flight: _Flight | None = None
        self._used_at = 0.0
        self._warms_up = True

    @property
    def in_flight(self) -> bool:
        """Whether a call has left and is not over."""
        return self._flight is not None

    def start(self, call: Call, now: Instant) -> None:
        """Makes a call; none may be in flight."""
        self._warms_up = True
        number = self._worker.call(call)
        self._flight = _Flight(number, call, now.steady + CALL_DEADLINE_SECONDS)

    def check_permission(self, now: Instant) -> None:
        """Makes a call of a check of permissions, if there is one to be made and none in flight."""
        call = self.permissions.next_call()
        if call is not None and self._flight is None:
            self.start(call, now)

    def handle(self, event: WorkerEvent, now: Instant) -> Landed | None:
        """What an event of the worker means for the call in flight.

        Nothing, if that only asks for a permission: no device is in it.
        """
        if isinstance(event, CallAnswered):
            # Any other is late: that call has been given up, and its devices are called again.
            if self._flight is None or event.number != self._flight.number:
                return None
            self._used_at = now.steady
            return self._land(event.answer, now)
        return self._ended(event, now)

    def overdue(self, now: Instant) -> Landed | None:
        """The call in flight if it has had its time; its worker is ended."""
        if self._flight is None or now.steady < self._flight.deadline:
            return None
        self._worker.end()
        reason = f"did not answer within {CALL_DEADLINE_SECONDS:g} s and was ended"
        return self._failed("WorkerHung", reason, now)

    def run_due(self, next_call_at: float | None, now: Instant) -> float | None:
        """Starts a worker in time for the next call, and ends one that has been idle for long.

        Args:
            next_call_at: Steady seconds; None if no call is expected.
            now: The time.

        Returns:
            Steady seconds at which to be called again.
        """
        if self._flight is not None:
            return self._flight.deadline
        warm_up_at: float | None = None
        # One that ended by itself must not be started again and again; the next call starts it.
        if next_call_at is not None and self._warms_up:
            warm_up_at = next_call_at - WARM_UP_SECONDS
            if now.steady >= warm_up_at:
                self._worker.warm_up()
                return None
        waits = (warm_up_at, self._rest(now))
        return min((at for at in waits if at is not None), default=None)

    def end(self) -> None:
        """Ends the worker with whatever it is doing."""
        self._worker.end()

    def _rest(self, now: Instant) -> float | None:
        """Ends a worker that has been idle for long; returns when to look again."""
        if not self._worker.number:
            return None
        ends_at = self._used_at + self.idle_seconds
        if now.steady < ends_at:
            return ends_at
        self._worker.end()
        return None

    def _ended(self, event: WorkerEnded, now: Instant) -> Landed | None:
        if event.number != self._worker.number:
            return None  # its successor runs already
        self._worker.end()
        self._warms_up = False
        if self._flight is not None:
            return self._failed("WorkerEnded", event.reason, now)
        self._report(IdleWorkerEnded(event.reason))
        return None

    def _failed(self, code: str, reason: str, now: Instant) -> Landed | None:
        message = f"the association worker {reason}"
        return self._land(CallFailed(FailureCause.UNAVAILABLE, code, message), now)

    def _land(self, answer: Answer, now: Instant) -> Landed | None:
        flight, self._flight = self._flight, None
        if flight is None:
            return None
        if flight.call.asks_permission:
            self.permissions.answered(flight.call, answer, now)
            return None
        return flight.call, answer
