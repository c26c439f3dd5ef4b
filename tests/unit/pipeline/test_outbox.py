"""Results on their way to the nucleus."""

import pytest

from client_device_associator.core.decision import Decision
from client_device_associator.errors import NucleusError
from client_device_associator.pipeline.outbox import (
    ACKNOWLEDGE_TIMEOUT_SECONDS,
    MAX_IN_FLIGHT,
    MAX_TRANSIENT,
    NOTED_WITHIN_SECONDS,
)
from support.outbox import SendingOutbox, transient
from support.values import moment, numbered, settings


def test_nothing_to_send(sending: SendingOutbox) -> None:
    """No message, and no reason to wake up."""
    assert sending.run_due() is None
    assert not sending.must_store()


def test_durable_results_are_sent_together_and_then_deleted(sending: SendingOutbox) -> None:
    """The journal keeps them until the nucleus has taken them, and that is on disk."""
    sending.keep(30)
    assert sending.run_due() == pytest.approx(NOTED_WITHIN_SECONDS, abs=1e-6)
    (message,) = sending.nucleus.published
    assert message.topic == "t/status"
    assert isinstance(message.message, bytes)
    assert sending.names() == numbered(30)
    assert not sending.must_store()
    sending.acknowledge()
    assert sending.must_store()
    assert sending.unsent() == 30
    sending.store()
    assert sending.unsent() == 0
    assert not sending.must_store()


def test_an_acknowledgement_wakes_only_if_something_waits_for_it(sending: SendingOutbox) -> None:
    """The main thread looks soon anyway; it is woken for one that is later than that."""
    sending.keep(3)
    sending.run_due()
    (published,) = sending.nucleus.published
    published.on_acknowledged(None)
    published.on_acknowledged(NucleusError("no"))
    assert sending.run_due() == ACKNOWLEDGE_TIMEOUT_SECONDS
    published.on_acknowledged(None)
    assert [one.can_wait for one in sending.events] == [True, False, False]


def test_acknowledgements_wake_while_there_is_more_to_send(sending: SendingOutbox) -> None:
    """The next message leaves when one was taken."""
    sending.keep(3000)
    assert sending.run_due() == ACKNOWLEDGE_TIMEOUT_SECONDS
    sending.nucleus.published[0].on_acknowledged(None)
    assert [one.can_wait for one in sending.events] == [False]


def test_json_messages_if_so_configured(sending: SendingOutbox) -> None:
    """Objects instead of bytes, few results in each."""
    sending.outbox.reconfigure(settings(results_as_json=True))
    sending.keep(5)
    sending.run_due()
    assert [type(one.message) for one in sending.nucleus.published] == [dict] * 3
    assert sending.names() == numbered(5)


def test_what_is_in_flight_is_not_sent_again(sending: SendingOutbox) -> None:
    """However often it runs, and while it is taken but that is not stored yet."""
    sending.keep(3)
    sending.run_due()
    sending.run_due()
    assert sending.names() == numbered(3)
    sending.acknowledge()
    sending.run_due()
    assert sending.nucleus.published == []


def test_a_slow_nucleus_is_not_flooded(sending: SendingOutbox) -> None:
    """No more messages in flight than are allowed; the rest follows, and nothing twice."""
    sending.keep(3000)
    seen: list[object] = []
    while sending.unsent():
        sending.run_due()
        assert 0 < len(sending.nucleus.published) <= MAX_IN_FLIGHT
        seen.extend(sending.names())
        sending.acknowledge()
        if sending.must_store():
            sending.store()
    assert seen == numbered(3000)


def test_transient_results_go_first_and_once(sending: SendingOutbox) -> None:
    """They are lost if the nucleus refuses them."""
    sending.outbox.send(transient("a"))
    sending.keep(1)
    sending.run_due()
    assert sending.names() == ["a", *numbered(1)]
    sending.acknowledge(NucleusError("no"))
    assert sending.outbox.dropped == 1
    assert sending.unsent() == 1


def test_a_flood_of_transient_results_is_bounded(sending: SendingOutbox) -> None:
    """The newest are dropped, and all of them counted."""
    sending.outbox.send(transient("a") * (MAX_TRANSIENT - 1))
    sending.outbox.send(transient("b", "c", "d"))
    assert sending.outbox.dropped == 2
    sending.outbox.send(transient("e"))
    assert sending.outbox.dropped == 3
    seen: list[object] = []
    while sending.run_due() is not None:
        seen.extend(sending.names())
        sending.acknowledge()
    assert seen == ["a"] * (MAX_TRANSIENT - 1) + ["b"]


def test_neither_kind_waits_for_the_end_of_the_other(sending: SendingOutbox) -> None:
    """Behind the first of ten thousand rejections the durable results have their turn."""
    sending.outbox.send(transient("a") * MAX_TRANSIENT)
    sending.keep(1)
    sending.run_due()
    assert {"a", *numbered(1)} == set(sending.names())


def test_every_message_says_which_core_device_it_is_from(sending: SendingOutbox) -> None:
    """Of either kind."""
    sending.outbox.reconfigure(settings(results_topic="results/{coreThingName}"))
    sending.outbox.send(transient("a"))
    sending.keep(1)
    sending.run_due()
    assert [one.topic for one in sending.nucleus.published] == ["results/core-1"] * 2


def test_results_without_a_topic_are_done(sending: SendingOutbox) -> None:
    """Nobody could ever receive them; they do not stay for ever, nor delay others."""
    sending.outbox.reconfigure(settings(results_topic="results/{thingName}"))
    with sending.journal.transaction():
        sending.journal.store(Decision(durable=tuple(transient(None, "a"))))
    sending.run_due()
    assert sending.names() == ["a"]
    sending.acknowledge()
    sending.store()
    assert sending.unsent() == 0
    with sending.journal.transaction():
        sending.journal.store(Decision(durable=tuple(transient(None))))
    assert sending.run_due() == sending.seconds
    assert sending.must_store()
    sending.store()
    assert sending.unsent() == 0


def test_many_results_without_a_topic_delay_nobody(sending: SendingOutbox) -> None:
    """A result behind hundreds that nobody can receive is sent without another event."""
    sending.outbox.reconfigure(settings(results_topic="results/{thingName}"))
    sending.outbox.send(transient(*[None] * 500, "a"))
    for _ in range(10):
        wake_at = sending.run_due()
        if sending.nucleus.published or wake_at is None or wake_at > sending.seconds:
            break
    assert sending.names() == ["a"]


def test_new_settings_count_for_what_is_not_in_flight(sending: SendingOutbox) -> None:
    """Results that are packed already are packed again; nothing is lost or sent twice."""
    sending.outbox.reconfigure(settings(results_as_json=True))
    sending.keep(2 * MAX_IN_FLIGHT + 2)
    sending.run_due()
    first = sending.names()
    sending.outbox.reconfigure(settings(results_topic="elsewhere"))
    sending.acknowledge()
    sending.run_due()
    assert {one.topic for one in sending.nucleus.published} == {"elsewhere"}
    assert first + sending.names() == numbered(2 * MAX_IN_FLIGHT + 2)


def test_new_settings_count_for_transient_results(sending: SendingOutbox) -> None:
    """Rejections that are packed already go where the new settings say, in their order."""
    names = numbered(MAX_TRANSIENT)
    sending.outbox.reconfigure(settings(results_as_json=True))
    sending.outbox.send(transient(*names))
    sending.run_due()
    first = sending.names()
    sending.outbox.reconfigure(settings(results_topic="elsewhere"))
    sending.outbox.send(transient("one too many"))
    sending.acknowledge()
    sending.run_due()
    assert {one.topic for one in sending.nucleus.published} == {"elsewhere"}
    seen = [*first, *sending.names()]
    assert seen == names[: len(seen)]
    assert len(seen) > len(first)


def test_what_could_not_be_stored_is_stored_later(sending: SendingOutbox) -> None:
    """Until then nothing that was taken is sent again."""
    sending.keep(1)
    sending.run_due()
    sending.acknowledge()
    with sending.journal.transaction():
        sending.outbox.store(moment())
    assert sending.must_store()
    sending.store()
    assert sending.unsent() == 0
