"""Results for AWS IoT Core, which may be out of reach for days."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.core.bus import Bus
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import NotAuthorizedError, NucleusError
from client_device_associator.messages.encoding import MAX_IOT_CORE_MESSAGE_BYTES
from client_device_associator.pipeline.outbox import (
    ACKNOWLEDGE_TIMEOUT_SECONDS,
    MAX_IN_FLIGHT_TO_IOT_CORE,
    REFUSED_AGAIN_SECONDS,
)
from client_device_associator.reporting.notices import ResultsRefused
from support.outbox import SendingOutbox
from support.values import numbered, policy, settings

OFFLINE = NucleusError("ServiceError")
BY_NAME = settings(iot_core_results_topic="r/{thingName}")


@pytest.fixture
def sending(tmp_path: Path) -> Iterator[SendingOutbox]:
    """An outbox with the default settings."""
    sending = SendingOutbox(tmp_path / "journal", Bus.IOT_CORE)
    yield sending
    sending.journal.close()


def transient(*names: str) -> list[Result]:
    """Rejections of these."""
    return [Result("t", Status.REJECTED, name, bus=Bus.IOT_CORE) for name in names]


def fail(sending: SendingOutbox) -> float | None:
    """One try that fails; returns the seconds until the next."""
    sending.run_due()
    sending.acknowledge(OFFLINE)
    if sending.must_store():
        sending.store()
    wake_at = sending.run_due()
    return None if wake_at is None else wake_at - sending.seconds


def test_results_go_over_their_bus(sending: SendingOutbox) -> None:
    """As bytes whatever the encoding of local ones is, and by the template of this bus."""
    sending.outbox.reconfigure(settings(iot_core_results_topic="fleet/x", results_as_json=True))
    sending.outbox.send(transient("a"))
    sending.keep(1)
    sending.run_due()
    assert [(one.topic, one.bus) for one in sending.nucleus.published] == [
        ("fleet/x", Bus.IOT_CORE)
    ] * 2
    assert all(isinstance(one.message, bytes) for one in sending.nucleus.published)


def test_another_core_device_on_lite_could_read_each_message(sending: SendingOutbox) -> None:
    """However many results there are."""
    sending.keep(150)
    seen: list[str] = []
    while sending.run_due() is not None and sending.nucleus.published:
        for one in sending.nucleus.published:
            assert isinstance(one.message, bytes)
            assert len(one.message) <= MAX_IOT_CORE_MESSAGE_BYTES
        seen += map(str, sending.names())
        sending.acknowledge()
    assert sorted(seen) == numbered(150)


def test_few_are_with_the_nucleus_at_a_time(sending: SendingOutbox) -> None:
    """Lite refuses the next while AWS IoT Core has not acknowledged some."""
    sending.outbox.reconfigure(BY_NAME)
    sending.keep(20)
    sending.run_due()
    assert len(sending.nucleus.published) == MAX_IN_FLIGHT_TO_IOT_CORE


def test_while_it_is_offline_one_message_at_a_time_is_tried(sending: SendingOutbox) -> None:
    """Ever more seldom, and nothing about it is written."""
    sending.outbox.reconfigure(BY_NAME)
    sending.keep(20)
    before = [
        one.refusals for one in sending.journal.unsent(sending.seconds + 1e10, 99, (), Bus.IOT_CORE)
    ]
    waits, tries = [], []
    for _ in range(9):
        sending.run_due()
        tries.append(len(sending.nucleus.published))
        wait = fail(sending)
        assert wait is not None
        waits.append(wait)
        sending.seconds += wait
    assert tries == [MAX_IN_FLIGHT_TO_IOT_CORE, *[1] * 8]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    kept = sending.journal.unsent(sending.seconds + 1e10, 99, (), Bus.IOT_CORE)
    assert [one.refusals for one in kept] == before == [0] * 20


def test_when_it_is_back_everything_is_sent(sending: SendingOutbox) -> None:
    """In order, and at the full pace after the first."""
    sending.outbox.reconfigure(BY_NAME)
    sending.keep(20)
    for _ in range(5):
        sending.seconds += fail(sending) or 0
    sent: list[object] = []
    counts = []
    while sending.run_due() is not None and sending.nucleus.published:
        counts.append(len(sending.nucleus.published))
        sent += sending.names()
        sending.acknowledge()
    assert sent == numbered(20)
    assert counts[:2] == [1, MAX_IN_FLIGHT_TO_IOT_CORE]
    sending.store()
    assert sending.unsent() == 0


def test_what_waits_is_bounded_and_the_oldest_goes(sending: SendingOutbox) -> None:
    """With each try; what was dropped is counted."""
    sending.outbox.reconfigure(settings(policy=policy(max_pending=3)))
    sending.keep(5)
    fail(sending)
    assert (sending.unsent(), sending.outbox.dropped) == (3, 2)
    sending.keep(2)
    sending.seconds += 1
    fail(sending)
    assert (sending.unsent(), sending.outbox.dropped) == (3, 4)


def test_nothing_is_dropped_while_all_goes_well(sending: SendingOutbox) -> None:
    """Many results at once are no outage."""
    sending.outbox.reconfigure(settings(policy=policy(max_pending=3)))
    sending.keep(300)
    while sending.run_due() is not None and sending.nucleus.published:
        sending.acknowledge()
        if sending.must_store():
            sending.store()
    assert (sending.unsent(), sending.outbox.dropped) == (0, 0)


def test_a_transient_result_outlives_one_failure_and_no_outage(sending: SendingOutbox) -> None:
    """A nucleus that has too much at once takes it a moment later; days later it means nothing."""
    sending.outbox.send(transient("a"))
    assert fail(sending) == 1
    assert sending.outbox.dropped == 0
    sending.outbox.send(transient("b"))
    sending.seconds += 1
    sending.run_due()
    assert sending.names() == ["a"]
    assert fail(sending) is None
    assert sending.outbox.dropped == 2
    sending.outbox.send(transient("c"))
    sending.run_due()
    assert (sending.nucleus.published, sending.outbox.dropped) == ([], 3)


def test_an_outage_is_reported_once(sending: SendingOutbox) -> None:
    """With the bus; and again if there is another after messages went through."""
    sending.outbox.reconfigure(BY_NAME)
    for _ in range(2):
        sending.keep(9)
        for _ in range(3):
            sending.seconds += fail(sending) or 0
        while sending.run_due() is not None and sending.nucleus.published:
            sending.acknowledge()
        sending.store()
    first = ResultsRefused("r/device-00000", "ServiceError", BY_NAME, Bus.IOT_CORE)
    assert sending.notices == [first, first]


def test_a_topic_that_is_forbidden_is_no_outage(sending: SendingOutbox) -> None:
    """As on the core device: that topic waits for minutes, the others do not."""
    sending.outbox.reconfigure(settings(iot_core_results_topic="{topic}/status"))
    sending.keep(1, "secret")
    sending.run_due()
    sending.acknowledge(NotAuthorizedError("no"))
    sending.store()
    sending.keep(1, "open")
    sending.run_due()
    assert [one.topic for one in sending.nucleus.published] == ["open/status"]
    sending.acknowledge()
    sending.store()
    assert sending.run_due() == REFUSED_AGAIN_SECONDS


def test_silence_is_a_failure(sending: SendingOutbox) -> None:
    """A connection that is lost and not known to be keeps the nucleus from answering."""
    sending.keep(1)
    sending.run_due()
    sending.seconds = ACKNOWLEDGE_TIMEOUT_SECONDS
    assert sending.run_due() == ACKNOWLEDGE_TIMEOUT_SECONDS
    sending.store()
    assert sending.run_due() == ACKNOWLEDGE_TIMEOUT_SECONDS + 1
    assert sending.unsent() == 1


def test_changed_settings_are_a_reason_to_try(sending: SendingOutbox) -> None:
    """Whatever the pause is."""
    sending.keep(1)
    for _ in range(6):
        sending.seconds += fail(sending) or 0
    fail(sending)
    sending.outbox.reconfigure(BY_NAME)
    sending.run_due()
    assert len(sending.nucleus.published) == 1


def test_results_that_were_taken_are_noted_in_an_outage(sending: SendingOutbox) -> None:
    """They would be sent a second time after a crash, for as long as it lasts."""
    sending.outbox.reconfigure(BY_NAME)
    sending.keep(9)
    sending.run_due()
    first, *rest = sending.nucleus.published
    sending.nucleus.published = [first]
    sending.acknowledge()
    sending.nucleus.published = rest
    sending.acknowledge(OFFLINE)
    assert sending.must_store()
    sending.store()
    assert sending.unsent() == 8


def test_what_is_forbidden_is_bounded(sending: SendingOutbox) -> None:
    """By the results of this bus alone."""
    sending.outbox.reconfigure(settings(policy=policy(max_pending=3)))
    sending.keep(5)
    sending.run_due()
    sending.acknowledge(NotAuthorizedError("no"))
    sending.store()
    assert (sending.unsent(), sending.outbox.dropped) == (3, 2)


def test_in_a_pause_notes_do_not_wait_for_what_waits(sending: SendingOutbox) -> None:
    """They are stored at once, or the outbox would ask for that again and again."""
    sending.outbox.reconfigure(BY_NAME)
    sending.outbox.send(transient("a"))
    sending.keep(1)
    sending.run_due()
    first, second = sending.nucleus.published
    sending.nucleus.published = [first]
    sending.acknowledge(OFFLINE)
    sending.store()
    sending.nucleus.published = [second]
    sending.acknowledge(NotAuthorizedError("no"))
    assert sending.must_store()
    sending.store()
    assert sending.run_due() == 1
