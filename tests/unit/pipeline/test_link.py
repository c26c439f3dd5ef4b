from client_device_associator.pipeline.link import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Link,
)
from support.values import moment


def test_a_link_that_was_never_tried_may_be() -> None:
    """And nothing is known against it."""
    link = Link()
    assert link.may_be_tried(moment())
    assert not link.is_failing
    assert not link.is_down


def test_each_failure_makes_a_longer_pause() -> None:
    """Doubled each time, up to a minute, for however long it goes on."""
    link = Link()
    seconds, pauses = 0.0, []
    for _ in range(2000):
        assert link.may_be_tried(moment(seconds))
        link.failed()
        assert not link.may_be_tried(moment(seconds))
        pauses.append(link.try_at - moment(seconds).steady)
        assert not link.may_be_tried(moment(seconds + pauses[-1] - 0.01))
        seconds += pauses[-1]
    assert pauses[:7] == [FIRST_PAUSE_SECONDS * factor for factor in (1, 2, 4, 8, 16, 32, 60)]
    assert set(pauses[7:]) == {LONGEST_PAUSE_SECONDS}


def test_messages_that_fail_together_are_one_failure() -> None:
    """And so is one that was given before the pause and fails in it."""
    link = Link()
    link.failed()
    link.failed()
    assert not link.may_be_tried(moment())
    link.failed()
    assert not link.may_be_tried(moment(0.5))
    assert link.failures == 1
    assert link.may_be_tried(moment(FIRST_PAUSE_SECONDS))


def test_a_second_failure_is_an_outage() -> None:
    """The first may be a nucleus that has too much at once."""
    link = Link()
    for down in (False, True):
        link.failed()
        link.may_be_tried(moment(100 * link.failures))
        assert (link.is_failing, link.is_down) == (True, down)


def test_a_failure_counts_before_the_pause_is_made() -> None:
    """So that one outage is reported once, though messages fail together."""
    link = Link()
    link.failed()
    assert link.is_failing


def test_what_goes_through_ends_it() -> None:
    """At once, and the next pause is the shortest again."""
    link = Link()
    for second in range(3):
        link.failed()
        link.may_be_tried(moment(100 * second))
    link.taken()
    assert (link.failures, link.is_failing, link.is_down) == (0, False, False)
    assert link.may_be_tried(moment(200))
    link.failed()
    link.may_be_tried(moment(200))
    assert link.try_at == moment(200 + FIRST_PAUSE_SECONDS).steady


def test_a_message_that_went_through_last_is_what_counts() -> None:
    """One before it has failed, and nothing was tried since."""
    link = Link()
    link.failed()
    link.taken()
    assert not link.is_failing
    assert link.may_be_tried(moment())


def test_there_is_no_need_to_wait_when_something_has_changed() -> None:
    """But whether it works is not known yet."""
    link = Link()
    link.failed()
    link.may_be_tried(moment())
    link.try_now()
    assert link.may_be_tried(moment())
    assert link.is_failing
