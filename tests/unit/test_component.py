from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from client_device_associator.clock import SystemClock
from client_device_associator.component import EXIT_FAILED, EXIT_STOPPED, Component
from client_device_associator.errors import NotAuthorized, NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.nucleus.port import (
    ComponentState,
    OnClosed,
    OnEstablished,
    OnMessage,
)
from client_device_associator.pipeline.events import (
    Event,
    MessageArrived,
    NucleusGone,
    StopRequested,
)
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.pipeline import Conductor
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.session.last_good import LastGood
from fakes import FakeNucleus, FakeSubscription


class Scripted(FakeNucleus):
    """Something happens when the component reports a state, or has subscribed a few times.

    Args:
        refusal: What every subscribe meets.
        rounds: After so many rounds of subscribing something happens; None for when a state is
            reported.
    """

    def __init__(self, refusal: NucleusError | None = None, rounds: int | None = None) -> None:
        super().__init__(refuses_to_subscribe=refusal)
        self.then: Callable[[], None] = lambda: None
        self._rounds = rounds

    def subscribe(
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_closed: OnClosed,
        on_established: OnEstablished,
    ) -> FakeSubscription:
        """As any other nucleus."""
        if self._rounds is not None and topic_filter == HEALTH_REQUEST_TOPIC:
            self._rounds -= 1
            if not self._rounds:
                self.then()
        return super().subscribe(topic_filter, on_message, on_closed, on_established)

    def report(self, state: ComponentState) -> None:
        """Keeps the state."""
        super().report(state)
        if self._rounds is None:
            self.then()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused subscription is tried again at once; and the log stays with the test."""
    monkeypatch.setattr("client_device_associator.component.configure", lambda _: None)
    for name in ("TRY_SOON_SECONDS", "TRY_AGAIN_SECONDS"):
        monkeypatch.setattr(f"client_device_associator.session.subscriptions.{name}", 0.01)


def run(tmp_path: Path, nucleus: Scripted, event: Event, *messages: MessageArrived) -> int:
    """Runs the component until an event; returns the exit code.

    Args:
        tmp_path: Where its journal is.
        nucleus: Where it listens.
        event: What ends it.
        messages: What it hears together with that.
    """
    inbox = Inbox()

    def happen() -> None:
        for message in messages:
            inbox.offer(message)
        inbox.put(event)

    nucleus.then = happen
    journal = Journal(tmp_path / "journal")
    component = Component(
        environment={"AWS_IOT_THING_NAME": "core-1"},
        nucleus=nucleus,
        journal=journal,
        inbox=inbox,
        last_good=LastGood(tmp_path / "last-good.json"),
        clock=SystemClock(),
        log=OperatorLog("core-1", "eu-central-1"),
    )
    try:
        return component.run()
    finally:
        component.close()
        journal.close()


def test_running_is_reported_once_it_listens(tmp_path: Path) -> None:
    """And a request to stop is an orderly end."""
    nucleus = Scripted()
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert nucleus.states == [ComponentState.RUNNING]


def test_a_component_that_may_hear_nothing_needs_a_person(tmp_path: Path) -> None:
    """None of its announcement topics is in accessControl."""
    nucleus = Scripted(NotAuthorized("not authorized"))
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert nucleus.states == [ComponentState.ERRORED]


@pytest.mark.parametrize("answered_late", [NucleusError("TimeoutError"), NucleusError("busy")])
def test_a_slow_nucleus_needs_nobody(tmp_path: Path, answered_late: NucleusError) -> None:
    """ERRORED has us restarted, and three times of that within an hour is the end for good."""
    nucleus = Scripted(answered_late, rounds=5)
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert nucleus.states == []


def test_a_lost_nucleus_ends_the_process(tmp_path: Path) -> None:
    """With a code that has the next nucleus start another."""
    assert run(tmp_path, Scripted(), NucleusGone()) == EXIT_FAILED


@pytest.mark.parametrize("event", [StopRequested(), NucleusGone()])
def test_what_was_heard_last_is_kept_for_the_next_process(tmp_path: Path, event: Event) -> None:
    """An announcement that comes together with the end is on disk all the same."""
    message = MessageArrived(None, "clientdevices/announce", b'{"thingName": "late"}')
    run(tmp_path, Scripted(), event, message)
    journal = Journal(tmp_path / "journal")
    assert list(journal.devices(["late"])) == ["late"]
    journal.close()


def test_a_mistake_of_ours_leaves_it_listening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Three exits within an hour would be the end for good; it is said, once, with a traceback."""
    monkeypatch.setattr("client_device_associator.session.session.AFTER_MISTAKE_SECONDS", 0.01)
    mistakes = [ZeroDivisionError("keeping")] * 3

    class Mistaken(Scripted):
        def configuration(self) -> Mapping[str, object]:
            if mistakes:
                raise mistakes.pop()
            return super().configuration()

    nucleus = Mistaken()
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert nucleus.states == [ComponentState.RUNNING]
    (record,) = [one for one in caplog.records if one.exc_info]
    assert "a mistake in this component (ZeroDivisionError: keeping)" in record.message


def test_a_mistake_in_a_turn_costs_that_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The same for the engine's thread."""
    monkeypatch.setattr("client_device_associator.component.AFTER_MISTAKE_SECONDS", 0.0)
    turn = Conductor.turn
    mistakes = [ZeroDivisionError("turning")] * 2

    def mistaken(
        conductor: Conductor, events: Sequence[Event], turned_away: Sequence[str]
    ) -> float | None:
        if mistakes:
            raise mistakes.pop()
        return turn(conductor, events, turned_away)

    monkeypatch.setattr(Conductor, "turn", mistaken)
    nucleus = Scripted(NucleusError("busy"), rounds=50)
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert not mistakes
    assert caplog.text.count("ZeroDivisionError: turning); it goes on") == 1
