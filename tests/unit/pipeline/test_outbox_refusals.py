"""Results that the nucleus refuses, or never acknowledges."""

from pathlib import Path

import pytest

from client_device_associator.errors import JournalError, NotAuthorizedError, NucleusError
from client_device_associator.pipeline.events import PublishAcknowledged
from client_device_associator.pipeline.outbox import (
    ACKNOWLEDGE_TIMEOUT_SECONDS,
    REFUSED_AGAIN_SECONDS,
)
from client_device_associator.reporting.notices import ResultsRefused
from support.damage import damage
from support.outbox import SendingOutbox, transient
from support.values import numbered, policy, settings


def test_a_refused_topic_is_tried_again_in_minutes(sending: SendingOutbox) -> None:
    """Somebody has to change accessControl first."""
    sending.keep(2)
    sending.run_due()
    sending.acknowledge(NotAuthorizedError("no"))
    assert sending.must_store()
    sending.store()
    assert sending.run_due() == REFUSED_AGAIN_SECONDS
    assert sending.nucleus.published == []
    sending.seconds = REFUSED_AGAIN_SECONDS
    sending.run_due()
    assert sending.names() == numbered(2)


def test_other_refusals_are_tried_again_later_each_time(sending: SendingOutbox) -> None:
    """5 seconds more each time, up to a minute."""
    sending.keep(1)
    waits = []
    for _ in range(14):
        sending.run_due()
        sending.acknowledge(NucleusError("busy"))
        sending.store()
        wake_at = sending.run_due()
        assert wake_at is not None
        waits.append(wake_at - sending.seconds)
        sending.seconds = wake_at
    assert waits == [*range(5, 61, 5), 60, 60]


def test_a_message_that_is_never_acknowledged_is_given_up(sending: SendingOutbox) -> None:
    """It is sent again later; an acknowledgement that comes too late changes nothing."""
    sending.keep(1)
    sending.run_due()
    (first,) = sending.nucleus.published
    sending.seconds = ACKNOWLEDGE_TIMEOUT_SECONDS
    assert sending.run_due() == sending.seconds
    assert sending.must_store()
    sending.store()
    first.on_acknowledged(None)
    sending.acknowledge()
    assert sending.unsent() == 1
    sending.seconds += 5
    sending.run_due()
    assert sending.names() == numbered(1)


def test_the_silence_of_a_nucleus_is_reported_in_words(sending: SendingOutbox) -> None:
    """It has given no error that could be reported."""
    sending.keep(1)
    sending.run_due()
    sending.seconds = ACKNOWLEDGE_TIMEOUT_SECONDS
    sending.run_due()
    assert sending.notices == [ResultsRefused("t/status", "not taken within 10 s", settings())]


def test_every_result_that_is_never_sent_is_counted(sending: SendingOutbox) -> None:
    """Whenever and for whatever reason it was dropped."""
    sending.outbox.reconfigure(settings(policy=policy(max_pending=1)))
    for _ in range(2):
        sending.outbox.send(transient("a", "b"))
        sending.run_due()
        sending.acknowledge(NucleusError("no"))
    assert sending.outbox.dropped == 4
    for dropped in (5, 7):
        sending.keep(2)
        sending.run_due()
        sending.acknowledge(NotAuthorizedError("no"))
        sending.store()
        assert sending.outbox.dropped == dropped


def test_refused_results_are_bounded(sending: SendingOutbox) -> None:
    """No more than the queue may hold; the oldest are dropped and counted."""
    sending.outbox.reconfigure(settings(policy=policy(max_pending=3)))
    sending.keep(5)
    sending.run_due()
    sending.acknowledge(NotAuthorizedError("no"))
    sending.store()
    assert (sending.unsent(), sending.outbox.dropped) == (3, 2)


def test_a_refusal_is_reported_once_until_that_topic_is_taken(sending: SendingOutbox) -> None:
    """With the topic, the nucleus's words, and the settings in effect; of any result."""
    for _ in range(2):
        for error in (NotAuthorizedError("no"), NotAuthorizedError("no"), None):
            sending.outbox.send(transient("c"))
            sending.run_due()
            sending.acknowledge(error)
    assert sending.notices == [ResultsRefused("t/status", "no", settings())] * 2


def test_another_topic_that_is_taken_does_not_end_a_refusal(sending: SendingOutbox) -> None:
    """Each device may have a topic of its own: one of them allowed says nothing of the others."""
    for topic, error in (("t", NotAuthorizedError("no")), ("u", None), ("t", NucleusError("no"))):
        sending.outbox.send(transient("a", topic=topic))
        sending.run_due()
        sending.acknowledge(error)
    assert len(sending.notices) == 1


def test_a_refusal_of_what_was_given_up_is_not_reported_again(sending: SendingOutbox) -> None:
    """The message has been sent again meanwhile, and that one counts."""
    sending.keep(1)
    sending.run_due()
    (first,) = sending.nucleus.published
    sending.seconds = ACKNOWLEDGE_TIMEOUT_SECONDS
    sending.run_due()
    sending.store()
    sending.notices.clear()
    sending.outbox.acknowledged(PublishAcknowledged(1, None))
    first.on_acknowledged(NotAuthorizedError("no"))
    assert not sending.must_store()
    assert sending.notices == []


def test_results_of_a_replaced_journal_delete_none_of_the_new_one(
    sending: SendingOutbox, tmp_path: Path
) -> None:
    """It may be set aside while messages are in flight; the new one counts from 1 again."""
    sending.keep(2, topic="old")
    sending.run_due()
    damage(tmp_path / "journal", sending.journal)
    with pytest.raises(JournalError):
        sending.journal.pending()
    sending.keep(2, topic="new")
    sending.acknowledge()
    if sending.must_store():
        sending.store()
    sending.run_due()
    assert [one.topic for one in sending.nucleus.published] == ["new/status"]
    assert sending.names() == numbered(2)


def test_results_that_are_packed_of_a_replaced_journal_are_not_sent(
    sending: SendingOutbox, tmp_path: Path
) -> None:
    """Those that are ready but not in flight, and those that were refused, count no more."""
    sending.outbox.reconfigure(settings(results_as_json=True))
    sending.keep(100, topic="old")
    sending.run_due()
    damage(tmp_path / "journal", sending.journal)
    with pytest.raises(JournalError):
        sending.journal.pending()
    sending.keep(2, topic="new")
    sending.acknowledge(NotAuthorizedError("no"))
    if sending.must_store():
        sending.store()
    sending.run_due()
    assert {one.topic for one in sending.nucleus.published} == {"new/status"}
    assert sending.unsent() == 2


def test_messages_in_flight_from_a_replaced_journal_delete_nothing(
    sending: SendingOutbox, tmp_path: Path
) -> None:
    """Though the outbox has noticed the other journal before they are acknowledged."""
    sending.keep(2, topic="old")
    sending.run_due()
    damage(tmp_path / "journal", sending.journal)
    with pytest.raises(JournalError):
        sending.journal.pending()
    old = list(sending.nucleus.published)
    sending.nucleus.published.clear()
    sending.keep(2, topic="new")
    sending.run_due()
    for one in old:
        one.on_acknowledged(None)
    new, sending.nucleus.published[:] = list(sending.nucleus.published), []
    sending.acknowledge()
    sending.store()
    assert sending.unsent() == 2
    sending.nucleus.published[:] = new
    sending.acknowledge()
    sending.run_due()
    sending.store()
    assert sending.unsent() == 0
