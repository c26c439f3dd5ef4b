"""The call in flight, and a worker that is there in time and not for long."""

import pytest

from client_device_associator.cloud.calls import (
    CALL_DEADLINE_SECONDS,
    WARM_UP_SECONDS,
    Calls,
    Landed,
)
from client_device_associator.cloud.port import CallAnswered, WorkerEnded
from client_device_associator.core.answer import CallFailed, FailureCause, Succeeded
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.reporting.notices import IdleWorkerEnded, Notice
from support.fakes import FakeClock, FakeWorker
from support.values import START

IDLE_SECONDS = 60.0
CALL = Call(("a", "b"))


class Desk:
    """Calls, their worker, and the time."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.worker = FakeWorker()
        self.notices: list[Notice] = []
        self.calls = Calls(self.worker, self.notices.append, IDLE_SECONDS, list(Operation))

    def start(self, call: Call = CALL) -> int:
        """Starts a call; returns its number."""
        self.calls.start(call, self.clock.now())
        return len(self.worker.calls)

    def answer(self, number: int) -> Landed | None:
        """The worker answers a call."""
        return self.calls.handle(CallAnswered(number, Succeeded()), self.clock.now())

    def end_worker(self, number: int) -> Landed | None:
        """A worker process ends by itself."""
        return self.calls.handle(WorkerEnded(number, "ended with exit code -9"), self.clock.now())

    def is_busy(self) -> bool:
        """Whether a call is in flight."""
        return self.calls.in_flight

    def run_due(self, next_call_at: float | None = None) -> float | None:
        """Looks after the worker; the second at which to do so again."""
        at = None if next_call_at is None else START + next_call_at
        wake_at = self.calls.run_due(at, self.clock.now())
        return None if wake_at is None else wake_at - START


@pytest.fixture
def desk() -> Desk:
    """No worker runs."""
    return Desk()


def test_an_answer_lands_the_call_in_flight(desk: Desk) -> None:
    """With the call that it is for; then none is in flight."""
    assert not desk.is_busy()
    number = desk.start()
    assert desk.is_busy()
    assert desk.worker.calls == [("a", "b")]
    assert desk.answer(number) == (CALL, Succeeded())
    assert not desk.is_busy()


def test_a_late_answer_means_nothing(desk: Desk) -> None:
    """Neither without a call in flight nor beside another one."""
    first = desk.start()
    desk.clock.seconds = CALL_DEADLINE_SECONDS
    assert desk.calls.overdue(desk.clock.now()) is not None
    assert desk.answer(first) is None
    second = desk.start()
    assert desk.answer(first) is None
    assert desk.is_busy()
    assert desk.answer(second) == (CALL, Succeeded())


def test_a_call_that_hangs_is_given_up_with_its_worker(desk: Desk) -> None:
    """After its deadline, and not before."""
    assert desk.calls.overdue(desk.clock.now()) is None
    desk.start()
    assert desk.run_due() == CALL_DEADLINE_SECONDS
    desk.clock.seconds = CALL_DEADLINE_SECONDS - 0.001
    assert desk.calls.overdue(desk.clock.now()) is None
    desk.clock.seconds = CALL_DEADLINE_SECONDS
    landed = desk.calls.overdue(desk.clock.now())
    assert landed is not None
    call, answer = landed
    assert call is CALL
    assert isinstance(answer, CallFailed)
    assert (answer.cause, answer.code) == (FailureCause.UNAVAILABLE, "WorkerHung")
    assert "60 s" in answer.message
    assert desk.worker.ends == 1
    assert desk.calls.overdue(desk.clock.now()) is None


def test_a_worker_that_ends_takes_its_call_with_it(desk: Desk) -> None:
    """The call has failed, with the reason; the next one starts another worker."""
    desk.start()
    landed = desk.end_worker(1)
    assert landed is not None
    assert landed[0] is CALL
    assert landed[1] == CallFailed(
        FailureCause.UNAVAILABLE,
        "WorkerEnded",
        "the association worker ended with exit code -9",
    )
    assert not desk.is_busy()
    desk.start()
    assert desk.worker.number == 2
    assert not desk.notices


def test_an_idle_worker_that_ends_is_reported(desk: Desk) -> None:
    """No call is lost; it is not started again but by the next call."""
    desk.run_due(0.0)
    assert desk.worker.number == 1
    assert desk.end_worker(1) is None
    assert desk.notices == [IdleWorkerEnded("ended with exit code -9")]
    desk.run_due(1.0)
    assert desk.worker.number == 0
    desk.start()
    assert desk.worker.number == 2
    desk.answer(1)
    desk.clock.seconds = IDLE_SECONDS
    desk.run_due()
    desk.run_due(IDLE_SECONDS + 1)
    assert desk.worker.number == 3, "a call that went well ends the caution"


def test_the_end_of_an_earlier_worker_means_nothing(desk: Desk) -> None:
    """It is reported late, while its successor runs."""
    desk.start()
    assert desk.end_worker(7) is None
    assert desk.worker.number == 1
    assert desk.is_busy()
    assert not desk.notices


def test_a_worker_is_started_in_time_for_the_next_call(desk: Desk) -> None:
    """And not before: during a long wait there is none."""
    assert desk.run_due(100.0) == 100 - WARM_UP_SECONDS
    assert desk.worker.number == 0
    desk.clock.seconds = 100 - WARM_UP_SECONDS
    assert desk.run_due(100.0) is None
    assert desk.worker.number == 1


def test_an_idle_worker_is_ended(desk: Desk) -> None:
    """After its idle time, counted from the last answer."""
    number = desk.start()
    desk.clock.seconds = 10
    desk.answer(number)
    assert desk.run_due() == 10 + IDLE_SECONDS
    desk.clock.seconds = 10 + IDLE_SECONDS
    assert desk.run_due() is None
    assert desk.worker.number == 0
    assert desk.run_due() is None


def test_a_worker_that_is_needed_soon_is_not_ended(desk: Desk) -> None:
    """With an idle time of 0 it would be started and ended in turn."""
    desk.calls.idle_seconds = 0.0
    desk.run_due(1.0)
    assert desk.run_due(1.0) is None
    assert (desk.worker.number, desk.worker.started) == (1, 1)


def test_the_end_ends_the_worker(desk: Desk) -> None:
    """Whatever it is doing."""
    desk.start()
    desk.calls.end()
    assert desk.worker.number == 0


def test_a_call_that_asks_for_a_permission_lands_nowhere(desk: Desk) -> None:
    """It waits for the call in flight, and no queue hears of its answer."""
    first = desk.start()
    desk.calls.permissions.ask(desk.clock.now())
    desk.calls.check_permission(desk.clock.now())
    assert desk.worker.calls == [("a", "b")]
    assert desk.answer(first) == (CALL, Succeeded())
    for number, operation in enumerate(Operation, start=2):
        desk.calls.check_permission(desk.clock.now())
        assert desk.is_busy()
        assert desk.worker.operations[-1] is operation
        assert desk.answer(number) is None
    desk.calls.check_permission(desk.clock.now())
    assert not desk.is_busy()
    assert desk.calls.permissions.ask(desk.clock.now()).is_complete


def test_a_worker_that_hangs_or_ends_in_it_delays_nobody(desk: Desk) -> None:
    """That is what the check has found."""
    desk.calls.permissions.ask(desk.clock.now())
    desk.calls.check_permission(desk.clock.now())
    desk.clock.seconds = CALL_DEADLINE_SECONDS
    assert desk.calls.overdue(desk.clock.now()) is None
    assert not desk.is_busy()
    desk.calls.check_permission(desk.clock.now())
    assert desk.end_worker(2) is None
    assert not desk.is_busy()
    found = desk.calls.permissions.ask(desk.clock.now()).findings
    assert [one.code for one in found] == ["WorkerHung", "WorkerEnded"]
