"""What the component keeps of its health for readers that are not on the bus."""

import pytest

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import CallsFailing
from client_device_associator.messages.encoding import iso
from client_device_associator.reporting.health import ON_CHANGE_SECONDS, Health
from client_device_associator.reporting.notices import ListeningChanged, Started
from support.fakes import FakeClock
from support.values import START

Kept = list[dict[str, object]]


@pytest.fixture
def kept() -> Kept:
    """Every document that was kept."""
    return []


@pytest.fixture
def clock() -> FakeClock:
    """The time."""
    return FakeClock()


@pytest.fixture
def health(kept: Kept, clock: FakeClock) -> Health:
    """A component that has just begun."""
    return Health("core-1", "1.2.3", lambda _: None, clock.now, lambda one: kept.append(dict(one)))


def test_the_start_is_kept(health: Health, kept: Kept) -> None:
    """Before anything is published: what is there is of another process."""
    health(Started("1.2.3", "journal"))
    (document,) = kept
    assert document["version"] == "1.2.3"
    assert document["coreDeviceThingName"] == "core-1"
    assert document["startedAt"] == document["timestamp"] == iso(START)
    assert document["nucleus"] == {"listening": [], "refused": []}
    assert document["counters"] == {}


def test_a_change_is_kept_and_a_request_is_not(
    health: Health, kept: Kept, clock: FakeClock
) -> None:
    """As it is and at once, unlike the message; what is asked for often is not written often."""
    topics = tuple(f"topic-{number}" for number in range(20))
    health(ListeningChanged((), ("a",)))
    health.run_due(dict)
    health(ListeningChanged(topics, ()))
    assert health.run_due(lambda: {"pending": 3}) == clock.steady() + ON_CHANGE_SECONDS
    assert len(kept) == 2
    assert kept[-1]["nucleus"] == {
        "listening": list(topics),
        "refused": [],
        "since": iso(START),
    }
    assert kept[-1]["counters"] == {"pending": 3}
    clock.seconds += 100
    health.request()
    assert health.run_due(dict) is None
    assert len(kept) == 2


def test_what_changes_all_the_time_is_kept_at_a_bounded_rate(
    health: Health, kept: Kept, clock: FakeClock
) -> None:
    """Flash wears out; the last state is there in the end, with nothing else to wake it."""
    for number in range(1000):
        health(CallsFailing(FailureCause.THROTTLED, "code", str(number), 1.0))
        health.run_due(dict)
        clock.seconds += 0.1
    assert 5 + 9 <= len(kept) <= 5 + 11
    while (wake_at := health.run_due(dict)) is not None:
        assert clock.steady() < wake_at <= clock.steady() + ON_CHANGE_SECONDS
        clock.seconds += wake_at - clock.steady()
    cloud = kept[-1]["cloud"]
    assert isinstance(cloud, dict)
    assert cloud["message"] == "999"


def test_what_was_published_and_not_kept_is_kept_later(
    health: Health, kept: Kept, clock: FakeClock
) -> None:
    """A request may have it published at once, and then nothing else causes a turn."""
    for number in range(9):
        health(CallsFailing(FailureCause.THROTTLED, "code", str(number), 1.0))
        health.run_due(dict)
    clock.seconds += 2
    health.request()
    assert health.run_due(dict) == clock.steady() + ON_CHANGE_SECONDS
    clock.seconds += ON_CHANGE_SECONDS
    assert health.run_due(dict) is None
    cloud = kept[-1]["cloud"]
    assert isinstance(cloud, dict)
    assert cloud["message"] == "8"
