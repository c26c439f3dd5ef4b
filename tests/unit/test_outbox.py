import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import moment, numbered
from client_device_associator.core.decision import Decision
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import NotAuthorized, NucleusError
from client_device_associator.events import Event, MessageTaken
from client_device_associator.journal import Journal
from client_device_associator.outbox import (
    MAX_IN_FLIGHT,
    MAX_TOLD,
    REFUSED_AGAIN_SECONDS,
    TAKE_TIMEOUT_SECONDS,
    Outbox,
)
from client_device_associator.settings import Settings
from fakes import FakeNucleus


class Post:
    """An outbox between a real journal and a made-up nucleus."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.journal = Journal(path)
        self.nucleus = FakeNucleus()
        self.events: list[Event] = []
        self.seconds = 0.0
        self.outbox = Outbox(self.journal, self.nucleus, settings, "core-1", self.events.append)

    def pump(self) -> float | None:
        """Publishes; returns the seconds at which to go on."""
        wake_at = self.outbox.pump(moment(self.seconds))
        return None if wake_at is None else wake_at - moment().steady

    def take(self, error: NucleusError | None = None) -> None:
        """The nucleus deals with everything published, and the outbox hears of it."""
        published, self.nucleus.published = self.nucleus.published, []
        for one in published:
            one.on_taken(error)
        events, self.events[:] = list(self.events), []
        for event in events:
            assert isinstance(event, MessageTaken)
            assert self.outbox.taken(event) == error

    def must_store(self) -> bool:
        """Whether the outbox wants a commit."""
        return self.outbox.must_store

    def store(self) -> None:
        """Notes what was taken, as the conductor does."""
        with self.journal.transaction():
            self.outbox.store(moment(self.seconds))
        self.outbox.stored()

    def owe(self, count: int, topic: str = "t") -> None:
        """The journal owes so many results."""
        owed = tuple(Result(topic, Status.ASSOCIATED, name) for name in numbered(count))
        with self.journal.transaction():
            self.journal.store(Decision(owed=owed))

    def names(self) -> list[object]:
        """Who is in the messages that the nucleus has been handed."""
        found: list[object] = []
        for one in self.nucleus.published:
            message = one.message
            document = json.loads(message) if isinstance(message, bytes) else message
            results = document["results"]
            assert isinstance(results, list)
            found.extend(entry.get("thingName") for entry in results)
        return found

    def left(self) -> int:
        """How many results the journal still owes."""
        return len(self.journal.owed(moment(1e9).steady, 1_000_000))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """With the default settings."""
    post = Post(tmp_path / "journal", Settings())
    yield post
    post.journal.close()


def told(*names: str | None) -> list[Result]:
    """Results that are only told."""
    return [Result("t", Status.REJECTED, name) for name in names]


def test_nothing_to_send(post: Post) -> None:
    """No message, and no reason to wake up."""
    assert post.pump() is None
    assert not post.must_store()


def test_results_owed_are_sent_together_and_then_forgotten(post: Post) -> None:
    """The journal owes them until the nucleus has taken them, and that is on disk."""
    post.owe(30)
    assert post.pump() == TAKE_TIMEOUT_SECONDS
    (message,) = post.nucleus.published
    assert message.topic == "t/status"
    assert isinstance(message.message, bytes)
    assert post.names() == numbered(30)
    assert not post.must_store()
    post.take()
    assert post.must_store()
    assert post.left() == 30
    post.store()
    assert post.left() == 0
    assert not post.must_store()


def test_json_messages_if_so_configured(post: Post) -> None:
    """Objects instead of bytes, few results in each."""
    post.outbox.reconfigured(Settings(results_as_json=True))
    post.owe(5)
    post.pump()
    assert [type(one.message) for one in post.nucleus.published] == [dict] * 3
    assert post.names() == numbered(5)


def test_what_is_in_flight_is_not_sent_again(post: Post) -> None:
    """However often it is pumped, and while it is taken but not stored yet."""
    post.owe(3)
    post.pump()
    post.pump()
    assert post.names() == numbered(3)
    post.take()
    post.pump()
    assert post.nucleus.published == []


def test_a_slow_nucleus_is_not_flooded(post: Post) -> None:
    """No more messages in flight than are allowed; the rest follows, and nothing twice."""
    post.owe(3000)
    seen: list[object] = []
    while post.left():
        post.pump()
        assert 0 < len(post.nucleus.published) <= MAX_IN_FLIGHT
        seen.extend(post.names())
        post.take()
        if post.must_store():
            post.store()
    assert seen == numbered(3000)


def test_what_is_only_told_goes_first_and_once(post: Post) -> None:
    """It is lost if the nucleus will not have it."""
    post.outbox.tell(told("a"))
    post.owe(1)
    post.pump()
    assert post.names() == ["a", *numbered(1)]
    post.take(NucleusError("no"))
    assert post.outbox.dropped == 1
    assert post.left() == 1


def test_a_flood_of_rejections_is_bounded(post: Post) -> None:
    """The newest are dropped and counted."""
    post.outbox.tell(told("a") * (MAX_TOLD - 1))
    post.outbox.tell(told("b", "c", "d"))
    assert post.outbox.dropped == 2


def test_a_refused_topic_is_tried_again_in_minutes(post: Post) -> None:
    """Somebody has to change accessControl first."""
    post.owe(2)
    post.pump()
    post.take(NotAuthorized("no"))
    assert post.must_store()
    post.store()
    assert post.pump() == REFUSED_AGAIN_SECONDS
    assert post.nucleus.published == []
    post.seconds = REFUSED_AGAIN_SECONDS
    post.pump()
    assert post.names() == numbered(2)


def test_other_failures_are_tried_again_ever_later(post: Post) -> None:
    """5 seconds more each time, up to a minute."""
    post.owe(1)
    waits = []
    for _ in range(14):
        post.pump()
        post.take(NucleusError("busy"))
        post.store()
        wake_at = post.pump()
        assert wake_at is not None
        waits.append(wake_at - post.seconds)
        post.seconds = wake_at
    assert waits == [*range(5, 61, 5), 60, 60]


def test_a_message_that_is_never_taken_is_given_up(post: Post) -> None:
    """It is sent again later; a taking that comes too late changes nothing."""
    post.owe(1)
    post.pump()
    (first,) = post.nucleus.published
    post.seconds = TAKE_TIMEOUT_SECONDS
    assert post.pump() == post.seconds
    assert post.must_store()
    post.store()
    first.on_taken(None)
    post.take()
    assert post.left() == 1
    post.seconds += 5
    post.pump()
    assert post.names() == numbered(1)


def test_refused_results_are_bounded(post: Post) -> None:
    """No more than the queue may hold; the oldest are dropped and counted."""
    post.outbox.reconfigured(Settings(policy=Policy(max_pending=3)))
    post.owe(5)
    post.pump()
    post.take(NotAuthorized("no"))
    post.store()
    assert (post.left(), post.outbox.dropped) == (3, 2)


def test_results_without_a_topic_are_done_with(post: Post) -> None:
    """Nobody could ever be told; they do not stay for ever, nor hold up others."""
    post.outbox.reconfigured(Settings(results_topic="results/{thingName}"))
    with post.journal.transaction():
        post.journal.store(Decision(owed=tuple(told(None, "a"))))
    post.pump()
    assert post.names() == ["a"]
    post.take()
    post.store()
    assert post.left() == 0
    with post.journal.transaction():
        post.journal.store(Decision(owed=tuple(told(None))))
    assert post.pump() == post.seconds
    assert post.must_store()
    post.store()
    assert post.left() == 0


def test_many_results_without_a_topic_hold_up_nobody(post: Post) -> None:
    """A result told after hundreds that nobody can be told is sent without another event."""
    post.outbox.reconfigured(Settings(results_topic="results/{thingName}"))
    post.outbox.tell(told(*[None] * 500, "a"))
    for _ in range(10):
        wake_at = post.pump()
        if post.nucleus.published or wake_at is None or wake_at > post.seconds:
            break
    assert post.names() == ["a"]


def test_new_settings_count_for_what_is_not_in_flight(post: Post) -> None:
    """Results ready to go are put together anew; nothing is lost or sent twice."""
    post.outbox.reconfigured(Settings(results_as_json=True))
    post.owe(2 * MAX_IN_FLIGHT + 2)
    post.pump()
    first = post.names()
    post.outbox.reconfigured(Settings(results_topic="elsewhere"))
    post.take()
    post.pump()
    assert {one.topic for one in post.nucleus.published} == {"elsewhere"}
    assert first + post.names() == numbered(2 * MAX_IN_FLIGHT + 2)


def test_what_could_not_be_stored_is_stored_later(post: Post) -> None:
    """Until then nothing that was taken is sent again."""
    post.owe(1)
    post.pump()
    post.take()
    with post.journal.transaction():
        post.outbox.store(moment())
    assert post.must_store()
    post.store()
    assert post.left() == 0
