from collections.abc import Callable
from pathlib import Path

import pytest

from client_device_associator.component import EXIT_FAILED, EXIT_STOPPED, Component
from client_device_associator.core.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.errors import NotAuthorized, NucleusError
from client_device_associator.events import Event, MessageArrived, NucleusGone, StopRequested
from client_device_associator.inbox import Inbox
from client_device_associator.journal import Journal
from client_device_associator.nucleus.port import (
    ComponentState,
    OnClosed,
    OnEstablished,
    OnMessage,
)
from client_device_associator.operator_log import OperatorLog
from fakes import FakeClock, FakeNucleus, FakeSubscription


class LastSubscription(FakeNucleus):
    """Something happens when the component has asked for the last of its subscriptions."""

    def __init__(self, refusal: NucleusError | None = None) -> None:
        super().__init__(refuses_to_subscribe=refusal)
        self.then: Callable[[], None] = lambda: None

    def subscribe(
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_closed: OnClosed,
        on_established: OnEstablished,
    ) -> FakeSubscription:
        """As any other nucleus."""
        if topic_filter == HEALTH_REQUEST_TOPIC:
            self.then()
        return super().subscribe(topic_filter, on_message, on_closed, on_established)


def run(tmp_path: Path, nucleus: LastSubscription, event: Event, *messages: MessageArrived) -> int:
    """Runs the component until an event that comes in its first turn; returns the exit code.

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
    component = Component(
        environment={"AWS_IOT_THING_NAME": "core-1"},
        nucleus=nucleus,
        journal=Journal(tmp_path / "journal"),
        inbox=inbox,
        clock=FakeClock(),
        log=OperatorLog("core-1", "eu-central-1"),
    )
    try:
        return component.run()
    finally:
        component.close()


def test_running_is_reported_once_it_listens(tmp_path: Path) -> None:
    """And a request to stop is an orderly end."""
    nucleus = LastSubscription()
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert nucleus.states == [ComponentState.RUNNING]


def test_a_component_that_may_hear_nothing_needs_a_person(tmp_path: Path) -> None:
    """None of its announcement topics is in accessControl."""
    nucleus = LastSubscription(NotAuthorized("not authorized"))
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert nucleus.states == [ComponentState.ERRORED]


@pytest.mark.parametrize("answered_late", [NucleusError("TimeoutError"), NucleusError("busy")])
def test_a_slow_nucleus_needs_nobody(tmp_path: Path, answered_late: NucleusError) -> None:
    """ERRORED has us restarted, and three times of that within an hour is the end for good."""
    nucleus = LastSubscription(answered_late)
    assert run(tmp_path, nucleus, StopRequested()) == EXIT_STOPPED
    assert nucleus.states == []


def test_a_lost_nucleus_ends_the_process(tmp_path: Path) -> None:
    """With a code that has the next nucleus start another."""
    assert run(tmp_path, LastSubscription(), NucleusGone()) == EXIT_FAILED


@pytest.mark.parametrize("event", [StopRequested(), NucleusGone()])
def test_what_was_heard_last_is_kept_for_the_next_process(tmp_path: Path, event: Event) -> None:
    """An announcement that comes together with the end is on disk all the same."""
    message = MessageArrived(None, "clientdevices/announce", b'{"thingName": "late"}')
    run(tmp_path, LastSubscription(), event, message)
    assert list(Journal(tmp_path / "journal").devices(["late"])) == ["late"]
