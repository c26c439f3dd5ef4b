"""How long messages are gathered, so that they share a commit and few of them wake the thread."""

import pytest

from client_device_associator.cloud.port import CallAnswered
from client_device_associator.core.answer import Succeeded
from client_device_associator.pipeline.events import NucleusLost, PublishAcknowledged, StopRequested
from client_device_associator.pipeline.inbox import (
    ANSWER_PATIENCE_SECONDS,
    FIRST_GATHER_SECONDS,
    GATHER_SECONDS,
    MAX_GATHERED,
    Inbox,
)
from support.fakes import FakeClock
from support.values import START, arrived


@pytest.fixture
def clock() -> FakeClock:
    """The time."""
    return FakeClock()


@pytest.fixture
def inbox(clock: FakeClock) -> Inbox:
    """Nothing has come."""
    return Inbox(clock.steady)


def test_messages_are_gathered_for_a_short_while(inbox: Inbox, clock: FakeClock) -> None:
    """Counted from the first one; later ones do not extend it."""
    clock.seconds = 7
    inbox.offer(arrived(b"{}", "t"))
    inbox.take()
    assert inbox.due_at() is None
    inbox.offer(arrived(b"{}", "t"))
    clock.seconds += GATHER_SECONDS / 2
    inbox.offer(arrived(b"{}", "t"))
    assert inbox.due_at() == START + 7 + GATHER_SECONDS
    inbox.take()
    assert inbox.due_at() is None


def test_a_message_that_comes_after_a_pause_hardly_waits(inbox: Inbox, clock: FakeClock) -> None:
    """Most often it is alone, and its announcer waits for the answer."""
    for _ in range(2):
        clock.seconds += GATHER_SECONDS + 0.001
        inbox.offer(arrived(b"{}", "t"))
        assert inbox.due_at() == clock.steady() + FIRST_GATHER_SECONDS
        inbox.take()


def test_an_acknowledgement_that_can_wait_is_taken_along(inbox: Inbox) -> None:
    """Behind what cannot, and before messages."""
    can_wait = PublishAcknowledged(1, None, can_wait=True)
    inbox.put(can_wait)
    assert inbox.due_at() is None
    assert inbox._bell.qsize() == 0  # noqa: SLF001 - nobody would have been woken
    inbox.offer(arrived(b"{}", "t"))
    inbox.put(NucleusLost())
    assert inbox.take().events == (NucleusLost(), can_wait, arrived(b"{}", "t"))


def test_anything_else_ends_the_gathering(inbox: Inbox, clock: FakeClock) -> None:
    """What is there already goes along behind it; nothing waits for more."""
    inbox.offer(arrived(b"{}", "t"))
    inbox.put(StopRequested(0.0))
    inbox.put(NucleusLost())
    inbox.offer(arrived(b"{}", "behind"))
    due_at = inbox.due_at()
    assert due_at is not None
    assert due_at <= clock.steady()
    assert inbox.take().events == (
        StopRequested(0.0),
        NucleusLost(),
        arrived(b"{}", "t"),
        arrived(b"{}", "behind"),
    )


@pytest.mark.parametrize("passed", [0.0, GATHER_SECONDS - ANSWER_PATIENCE_SECONDS])
def test_an_answer_waits_a_little_for_the_commit_of_messages(
    inbox: Inbox, clock: FakeClock, passed: float
) -> None:
    """Not for long, and never for messages that are still to come."""
    answer, message = CallAnswered(1, Succeeded()), arrived(b"{}", "t")
    inbox.offer(message)
    inbox.take()
    inbox.put(answer)
    assert inbox.take().events == (answer,)
    inbox.offer(message)
    due_at = inbox.due_at()
    clock.seconds += passed + 1e-6
    inbox.put(answer)
    assert (inbox.due_at() == due_at) is (passed > 0)
    assert inbox.take().events == (answer, message)
    inbox._answers.append(answer)  # noqa: SLF001 - as if the messages had been taken meanwhile
    assert inbox.due_at() == 0


def test_enough_messages_end_the_gathering(inbox: Inbox, clock: FakeClock) -> None:
    """A commit is full."""
    for _ in range(MAX_GATHERED):
        inbox.offer(arrived(b"{}", "t"))
    due_at = inbox.due_at()
    assert due_at is not None
    assert due_at <= clock.steady()
