import json
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.configuration.settings import Source
from client_device_associator.errors import NucleusError
from client_device_associator.messages.announcement import Payload
from client_device_associator.pipeline.events import MessageArrived
from client_device_associator.session.subscriptions import (
    OVERLAP_SECONDS,
    TRY_SOON_SECONDS,
)
from ear import FILTERS, RENEWAL, SOURCES, Ear
from fakes import FakeClock


@pytest.fixture
def ear() -> Ear:
    """Nothing has been subscribed to yet."""
    return Ear()


def test_renews_before_it_closes(ear: Ear) -> None:
    """At no time is nobody listening, and in the end one does."""
    ear.tend(0)
    assert ear.tend(RENEWAL - 1) == 1
    assert len(ear.nucleus.subscriptions) == 2
    assert ear.tend(RENEWAL) == OVERLAP_SECONDS
    assert [one.closed for one in ear.nucleus.subscriptions] == [False] * 4
    assert ear.tend(RENEWAL + OVERLAP_SECONDS) == OVERLAP_SECONDS
    assert ear.tend(RENEWAL + 2 * OVERLAP_SECONDS) == RENEWAL
    assert [one.closed for one in ear.nucleus.subscriptions] == [True, True, False, False]
    assert ear.subscriptions.heard == FILTERS


def test_renewals_follow_each_other_for_ever(ear: Ear) -> None:
    """Each time as the first time: one is live, or two for a moment."""
    seconds = 0.0
    for _ in range(75):
        wait = ear.tend(seconds)
        assert wait is not None
        assert len(ear.live()) in (2, 4)
        seconds += wait
    assert seconds > 20 * RENEWAL
    assert ear.subscriptions.heard == FILTERS


def test_a_message_during_a_renewal_is_heard_once(ear: Ear) -> None:
    """Whether it comes on the old subscription, on the new one, or on both."""
    ear.tend(0)
    ear.tend(RENEWAL)
    old, _, new, _ = ear.nucleus.subscriptions
    topic = FILTERS[0]
    old.on_message(topic, b"both")
    new.on_message(topic, b"both")
    new.on_message(topic, b"new first")
    old.on_message(topic, b"new first")
    old.on_message(topic, b"old only")
    new.on_message(topic, b"new only")
    new.on_message("other", b"both")
    heard = [one for one in ear.messages() if isinstance(one, MessageArrived)]
    assert [(one.topic, one.payload) for one in heard] == [
        (topic, b"both"),
        (topic, b"new first"),
        (topic, b"old only"),
        (topic, b"new only"),
        ("other", b"both"),
    ]


def test_after_a_renewal_everything_is_heard_again(ear: Ear) -> None:
    """What was counted during one overlap means nothing to what comes later, nor to the next."""
    ear.tend(0)
    for renewal in range(1, 4):
        start = renewal * (RENEWAL + 2 * OVERLAP_SECONDS) - 2 * OVERLAP_SECONDS
        ear.tend(start)
        shared = [one for one in ear.nucleus.live if one.topic_filter == FILTERS[0]]
        assert len(shared) == 2
        for one in shared:
            one.on_message("t", b"same")
        assert len(ear.messages()) == 1
        ear.tend(start + OVERLAP_SECONDS)
        for _ in range(3):
            shared[1].on_message("t", b"same")
        assert len(ear.messages()) == 3
        shared[0].on_message("t", b"too late")
        assert ear.messages() == []
        ear.tend(start + 2 * OVERLAP_SECONDS)


CONTENTS = st.sampled_from(
    [b"a", b"b", b"", {"thingName": "a"}, {"thingNames": ["a", "b"], "id": "1"}, {}]
)


def key(topic: str, payload: Payload) -> str:
    """What makes two messages the same."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload, sort_keys=True)
    return f"{topic} {content!r}"


@given(
    st.lists(st.tuples(st.sampled_from(["old", "new", "both"]), st.sampled_from("tu"), CONTENTS)),
    st.randoms(use_true_random=False),
)
def test_in_an_overlap_each_content_is_heard_as_often_as_on_the_better_side(
    sent: list[tuple[str, str, Payload]], dice: random.Random
) -> None:
    """Neither a gap nor a double: of each content max(old, new), whatever the interleaving."""
    ear = Ear((Source("one", "+"),))
    ear.tend(0)
    ear.tend(RENEWAL)
    old, new = ear.nucleus.live
    on_old = [(topic, payload) for side, topic, payload in sent if side != "new"]
    on_new = [(topic, payload) for side, topic, payload in sent if side != "old"]
    # The union of two counters is the larger count of each.
    expected = Counter(key(*one) for one in on_old) | Counter(key(*one) for one in on_new)
    while on_old or on_new:
        from_old = not on_new or (on_old and dice.random() < 0.5)
        side, queue = (old, on_old) if from_old else (new, on_new)
        side.on_message(*queue.pop(0))
    heard = [one for one in ear.messages() if isinstance(one, MessageArrived)]
    assert Counter(key(one.topic, one.payload) for one in heard) == expected


def test_a_late_closing_of_an_old_generation_is_no_news(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """When the old one's end is heard of after it was renewed, the new one stays."""
    ear.tend(0)
    ear.nucleus.subscriptions[0].on_closed()
    ear.tend(RENEWAL)
    ear.heed(RENEWAL)
    assert ear.subscriptions.heard == FILTERS
    assert caplog.text == ""
    ear.tend(RENEWAL + OVERLAP_SECONDS)
    ear.tend(RENEWAL + OVERLAP_SECONDS + 1)
    assert sorted(ear.live()) == sorted(FILTERS)


def test_a_new_subscription_closed_during_the_overlap_is_made_anew_soon(ear: Ear) -> None:
    """Not a whole renewal later: with the old one closed nobody would be listening."""
    ear.tend(0)
    ear.tend(RENEWAL)
    new = ear.nucleus.subscriptions[2]
    new.closed = True
    new.on_closed()
    ear.heed(RENEWAL)
    for seconds in range(1, 6):
        ear.tend(RENEWAL + seconds)
    assert sorted(ear.live()) == sorted(FILTERS)
    assert ear.subscriptions.heard == FILTERS


def test_a_failed_renewal_keeps_the_old_subscription(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be dead, but more likely it is not; what comes on it is all heard."""
    ear.tend(0)
    ear.nucleus.refuses_to_subscribe = NucleusError("busy")
    assert ear.tend(RENEWAL) == TRY_SOON_SECONDS
    assert len(ear.nucleus.live) == 2
    assert ear.subscriptions.heard == FILTERS
    assert len(caplog.records) == 2
    for _ in range(2):
        ear.nucleus.live[0].on_message("t", b"x")
    assert len(ear.messages()) == 2
    ear.nucleus.refuses_to_subscribe = None
    assert ear.tend(RENEWAL + TRY_SOON_SECONDS) == OVERLAP_SECONDS
    assert len(ear.nucleus.live) == 4


def test_both_generations_of_what_goes_are_closed(ear: Ear) -> None:
    """It may be in the middle of its renewal."""
    ear.tend(0)
    ear.tend(RENEWAL)
    ear.listen(SOURCES[1:])
    ear.tend(RENEWAL + OVERLAP_SECONDS)
    assert ear.live() == FILTERS[1:]


def test_a_slow_nucleus_shortens_no_overlap(ear: Ear) -> None:
    """The old subscription goes on for its whole time after the new one was made, however late."""
    clock = FakeClock()
    ear.subscriptions.tend(clock, RENEWAL)
    clock.seconds = RENEWAL

    def take_time() -> None:
        clock.seconds += 2 * OVERLAP_SECONDS

    ear.nucleus.on_subscribe = take_time
    ear.subscriptions.tend(clock, RENEWAL)
    made_at = clock.seconds
    clock.seconds = made_at + OVERLAP_SECONDS / 2
    ear.subscriptions.tend(clock, RENEWAL)
    assert ear.live().count(FILTERS[-1]) == 2
