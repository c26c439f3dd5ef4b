import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import Event, PublishAcknowledged
from client_device_associator.pipeline.outbox import (
    ACKNOWLEDGE_TIMEOUT_SECONDS,
    MAX_IN_FLIGHT,
    MAX_IN_FLIGHT_TO_IOT_CORE,
    NOTED_WITHIN_SECONDS,
)
from client_device_associator.pipeline.outboxes import Outboxes
from support.fakes import FakeNucleus
from support.values import moment, numbered, policy, settings

LOCAL = Result("t", Status.ASSOCIATED, "lamp")
CLOUD = replace(LOCAL, bus=Bus.IOT_CORE)
ALL = settings(all_results_to_iot_core=True, iot_core_results_topic="fleet/{coreThingName}")
BY_NAME = settings(results_topic="r/{thingName}", iot_core_results_topic="r/{thingName}")


class Post:
    """Both outboxes, with a nucleus that a test answers for."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal(path)
        self.nucleus = FakeNucleus()
        self.events: list[Event] = []
        self.outboxes = Outboxes(
            journal=self.journal,
            nucleus=self.nucleus,
            settings=settings(),
            core_thing_name="core-1",
            post=self.events.append,
            numbers=itertools.count(1),
            report=lambda _: None,
        )

    def keep(self, *results: Result) -> None:
        """These are stored as durable."""
        with self.journal.transaction():
            self.journal.store(Decision(durable=results))

    def answer(self, error_of: dict[Bus, NucleusError | None]) -> None:
        """The nucleus answers for what was published on these buses."""
        for one in list(self.nucleus.published):
            if one.bus in error_of:
                self.nucleus.published.remove(one)
                one.on_acknowledged(error_of[one.bus])
        while self.events:
            event = self.events.pop(0)
            assert isinstance(event, PublishAcknowledged)
            self.outboxes.acknowledged(event)

    def store(self) -> None:
        """As the pipeline does."""
        with self.journal.transaction():
            self.outboxes.store(moment())
        self.outboxes.stored()

    def must_store(self) -> bool:
        """Whether there is enough to be worth a commit."""
        return self.outboxes.must_store

    def published(self) -> list[tuple[str, Bus]]:
        """Where messages went."""
        return [(one.topic, one.bus) for one in self.nucleus.published]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """Nothing is on its way."""
    post = Post(tmp_path / "journal")
    yield post
    post.journal.close()


def many(bus: Bus, count: int) -> list[Result]:
    """As many results for a bus."""
    return [Result("t", Status.ASSOCIATED, name, bus=bus) for name in numbered(count)]


def test_each_result_goes_over_its_bus(post: Post) -> None:
    """Durable or not."""
    post.outboxes.send([LOCAL, CLOUD])
    post.keep(LOCAL, CLOUD)
    post.outboxes.run_due(moment())
    assert sorted(bus.value for _, bus in post.published()) == ["iotCore"] * 2 + ["local"] * 2


def test_a_silent_iot_core_does_not_delay_local_results(post: Post) -> None:
    """Each bus has a number of its own that may be with the nucleus."""
    post.outboxes.reconfigure(BY_NAME)
    post.keep(*many(Bus.IOT_CORE, 500), *many(Bus.LOCAL, 40))
    post.outboxes.run_due(moment())
    buses = [bus for _, bus in post.published()]
    assert buses.count(Bus.IOT_CORE) == MAX_IN_FLIGHT_TO_IOT_CORE
    assert buses.count(Bus.LOCAL) == MAX_IN_FLIGHT
    for _ in range(3):
        post.answer({Bus.LOCAL: None})
        post.outboxes.run_due(moment())
    assert post.published() == [(f"r/{name}", Bus.IOT_CORE) for name in numbered(4)]


def test_local_results_are_not_dropped_because_iot_core_is_offline(post: Post) -> None:
    """The bound is for each bus; what was dropped is counted apart."""
    post.outboxes.reconfigure(replace(BY_NAME, policy=policy(max_pending=2)))
    post.keep(*many(Bus.IOT_CORE, 5), *many(Bus.LOCAL, 5))
    post.outboxes.run_due(moment())
    post.answer({Bus.IOT_CORE: NucleusError("offline")})
    assert post.must_store()
    post.store()
    assert len(post.journal.unsent(1e12, 99)) == 5
    assert len(post.journal.unsent(1e12, 99, bus=Bus.IOT_CORE)) == 2
    assert post.outboxes.figures() == {"resultsDropped": 0, "iotCoreResultsDropped": 3}


def test_copies_go_to_iot_core_if_that_is_wanted(post: Post) -> None:
    """Of local results alone; what came from there goes there once."""
    post.outboxes.reconfigure(ALL)
    post.outboxes.send([LOCAL, replace(CLOUD, thing_name="bulb")])
    post.outboxes.run_due(moment())
    assert post.published() == [("t/status", Bus.LOCAL), ("fleet/core-1", Bus.IOT_CORE)]
    message = post.nucleus.published[1].message
    assert isinstance(message, bytes)
    assert (message.count(b"lamp"), message.count(b"bulb")) == (1, 1)


@pytest.mark.parametrize(
    ("configured", "stored"), [(settings(), (LOCAL, CLOUD)), (ALL, (LOCAL, CLOUD, CLOUD))]
)
def test_a_copy_is_as_durable_as_its_result(
    post: Post, configured: Settings, stored: tuple[Result, ...]
) -> None:
    """It is stored in the same transaction."""
    post.outboxes.reconfigure(configured)
    decision = Decision(durable=(LOCAL, CLOUD), settled=("lamp",))
    assert post.outboxes.with_copies(decision) == replace(decision, durable=stored)


def test_nothing_is_copied_unless_it_is_wanted(post: Post) -> None:
    """It costs money."""
    post.outboxes.send([LOCAL])
    post.outboxes.run_due(moment())
    assert post.published() == [("t/status", Bus.LOCAL)]


def test_the_next_time_is_that_of_the_first_of_them(post: Post) -> None:
    """And none if neither waits for anything."""
    assert post.outboxes.run_due(moment()) is None
    post.outboxes.send([CLOUD])
    assert post.outboxes.run_due(moment()) == moment(NOTED_WITHIN_SECONDS).steady
    assert post.outboxes.run_due(moment()) == moment(ACKNOWLEDGE_TIMEOUT_SECONDS).steady


def test_what_either_has_sent_is_noted(post: Post) -> None:
    """In one commit."""
    post.keep(LOCAL, CLOUD)
    post.outboxes.run_due(moment())
    assert not post.must_store()
    post.answer({Bus.LOCAL: None, Bus.IOT_CORE: None})
    assert post.must_store()
    post.store()
    assert not post.must_store()
    assert post.journal.unsent(1e12, 9) == post.journal.unsent(1e12, 9, bus=Bus.IOT_CORE) == []
