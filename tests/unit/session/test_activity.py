from client_device_associator.session.activity import (
    ACTIVE_RENEWAL_SECONDS,
    ACTIVE_SECONDS,
    Activity,
)
from client_device_associator.session.events import SessionEvent, TrafficBegan
from support.values import moment


def test_the_session_is_woken_once_for_messages_after_a_time_with_none() -> None:
    """Not for each of them: to wake a thread costs more than to take a message."""
    events: list[SessionEvent] = []
    activity = Activity(events.append)
    for seconds in (0.0, 10.0, ACTIVE_SECONDS + 10.0):
        for _ in range(3):
            activity.hear()
        activity.renewal_seconds(300, moment(seconds))
    assert events == [TrafficBegan()]
    activity.renewal_seconds(300, moment(2 * ACTIVE_SECONDS + 10.0))
    activity.hear()
    assert events == [TrafficBegan()] * 2


def test_renewals_follow_each_other_sooner_while_messages_come() -> None:
    """And for a while after the last one; a time that is shorter stays."""
    activity = Activity(lambda _: None)
    assert activity.renewal_seconds(300, moment()) == 300
    activity.hear()
    assert activity.renewal_seconds(300, moment()) == ACTIVE_RENEWAL_SECONDS
    assert activity.renewal_seconds(5, moment(1)) == 5
    assert activity.renewal_seconds(300, moment(ACTIVE_SECONDS - 1)) == ACTIVE_RENEWAL_SECONDS
    assert activity.renewal_seconds(300, moment(ACTIVE_SECONDS)) == 300
