from builders import moment, numbered
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.decision import Decision
from client_device_associator.errors import NucleusError
from client_device_associator.pipeline.outbox import (
    MAX_IN_FLIGHT,
    MAX_TOLD,
    TAKE_TIMEOUT_SECONDS,
)
from posting import Post, told


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


def test_new_settings_count_for_what_is_only_told(post: Post) -> None:
    """Rejections that were put together already go where the new settings say, in their order."""
    names = numbered(MAX_TOLD)
    post.outbox.reconfigured(Settings(results_as_json=True))
    post.outbox.tell(told(*names))
    post.pump()
    first = post.names()
    post.outbox.reconfigured(Settings(results_topic="elsewhere"))
    post.outbox.tell(told("one too many"))
    post.take()
    post.pump()
    assert {one.topic for one in post.nucleus.published} == {"elsewhere"}
    seen = [*first, *post.names()]
    assert seen == names[: len(seen)]
    assert len(seen) > len(first)


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
