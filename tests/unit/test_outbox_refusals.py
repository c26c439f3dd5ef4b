import logging
from pathlib import Path

import pytest

from builders import numbered
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.policy import Policy
from client_device_associator.errors import JournalError, NotAuthorized, NucleusError
from client_device_associator.pipeline.events import MessageTaken
from client_device_associator.pipeline.outbox import (
    REFUSED_AGAIN_SECONDS,
    TAKE_TIMEOUT_SECONDS,
)
from damage import damage
from posting import Post, told


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


def test_a_refusal_is_said_once_until_a_message_is_taken(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """With the topic and what would allow it; a rejection that is refused counts as one, too."""
    for _ in range(2):
        post.outbox.tell(told("a"))
        post.outbox.tell(told("b"))
        for error in (NotAuthorized("no"), NotAuthorized("no"), None):
            post.outbox.tell(told("c"))
            post.pump()
            post.take(error)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "does not take result messages on t/status (no)" in caplog.records[0].message
    assert "aws.greengrass#PublishToTopic" in caplog.records[0].message


def test_a_refusal_of_what_was_given_up_is_not_said_again(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """The message has been sent again meanwhile, and that one counts."""
    post.owe(1)
    post.pump()
    (first,) = post.nucleus.published
    post.seconds = TAKE_TIMEOUT_SECONDS
    post.pump()
    post.store()
    caplog.clear()
    post.outbox.taken(MessageTaken(1, None))
    first.on_taken(NotAuthorized("no"))
    assert not post.must_store()
    assert caplog.text == ""


def test_what_a_journal_owes_is_not_forgotten_for_what_another_owed(
    post: Post, tmp_path: Path
) -> None:
    """A journal may be set aside while messages of it are in flight; the new one counts anew."""
    post.owe(2, topic="old")
    post.pump()
    damage(tmp_path / "journal", post.journal)
    with pytest.raises(JournalError):
        post.journal.pending()
    post.owe(2, topic="new")
    post.take()
    if post.must_store():
        post.store()
    post.pump()
    assert [one.topic for one in post.nucleus.published] == ["new/status"]
    assert post.names() == numbered(2)
