"""Configuration, subscriptions and state together, as the session's thread runs them."""

import pytest

from client_device_associator.errors import NotAuthorizedError, NucleusError
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC
from client_device_associator.pipeline.events import (
    Event,
    NoticeGiven,
    SettingsInEffect,
)
from client_device_associator.reporting.notices import (
    EverybodyAdmitted,
    ListeningChanged,
    Notice,
    SubscriptionRefused,
)
from client_device_associator.session.session import Session
from client_device_associator.session.settings_in_effect import (
    GIVE_UP_SECONDS,
    QUIET_SECONDS,
    TRY_AGAIN_SECONDS,
)
from client_device_associator.session.subscriptions import TRY_AGAIN_SECONDS as SUBSCRIBE_AGAIN
from client_device_associator.session.subscriptions import TRY_SOON_SECONDS
from support.rig import Rig
from support.subscribed import FILTERS
from support.values import arrived, settings

REQUESTS = (HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC)
EVERY_FILTER = (*FILTERS, *REQUESTS)


@pytest.fixture
def session(rig: Rig) -> Session:
    """It has not done anything yet."""
    return rig.session()


def posted(rig: Rig) -> list[Event]:
    """What the main thread has got since the last time."""
    return list(rig.inbox.take().events)


def reported(rig: Rig) -> list[Notice]:
    """The notices in it."""
    return [event.notice for event in posted(rig) if isinstance(event, NoticeGiven)]


def test_first_settings_then_subscriptions(rig: Rig, session: Session) -> None:
    """The main thread has the settings before any announcement can come."""
    told_before: list[Event] = []
    rig.nucleus.on_subscribe = lambda _: told_before.extend(posted(rig))
    rig.run_due(session)
    assert told_before == [SettingsInEffect(settings()), NoticeGiven(EverybodyAdmitted())]
    assert rig.nucleus.live_filters() == list(EVERY_FILTER)
    assert reported(rig) == [ListeningChanged(EVERY_FILTER, ())]


def test_nothing_is_subscribed_to_before_the_settings_are_known(rig: Rig, session: Session) -> None:
    """They may be quite other topics than the default ones."""
    rig.nucleus.refuses_to_read = NucleusError("busy")
    assert rig.run_due(session) == TRY_AGAIN_SECONDS
    assert rig.nucleus.tries == 0
    rig.clock.seconds = GIVE_UP_SECONDS
    rig.run_due(session)
    assert rig.nucleus.live_filters() == list(EVERY_FILTER)


def test_a_change_comes_into_effect(rig: Rig, session: Session) -> None:
    """The settings are handed on, topics are changed, and what stays is left alone."""
    rig.run_due(session)
    posted(rig)
    rig.nucleus.document = {"announcements": {"shared": {"topic": FILTERS[0]}}}
    rig.nucleus.watches[0].on_changed()
    assert rig.run_due(session) == QUIET_SECONDS
    rig.clock.seconds = QUIET_SECONDS
    rig.run_due(session)
    (in_effect, listening) = posted(rig)
    assert isinstance(in_effect, SettingsInEffect)
    assert [one.key for one in in_effect.settings.announcement_topics] == ["shared"]
    assert listening == NoticeGiven(ListeningChanged((FILTERS[0], *REQUESTS), ()))
    assert rig.nucleus.tries == len(EVERY_FILTER)


def test_unchanged_settings_are_told_all_the_same(rig: Rig, session: Session) -> None:
    """AccessControl may have changed: what was refused is tried, here and in the outbox."""
    rig.nucleus.refuses[FILTERS[0]] = NotAuthorizedError("no")
    rig.run_due(session)
    posted(rig)
    tries = rig.nucleus.tries
    rig.nucleus.watches[0].on_changed()
    rig.handle_all(session)
    rig.clock.seconds = QUIET_SECONDS
    rig.run_due(session)
    assert posted(rig) == [SettingsInEffect(settings())]
    assert rig.nucleus.tries == tries + 1


def test_a_closed_subscription_is_made_again(rig: Rig, session: Session) -> None:
    """Through the session's own events."""
    rig.run_due(session)
    rig.nucleus.subscriptions[0].end()
    wait = rig.run_due(session)
    assert wait is not None
    rig.clock.seconds += wait
    rig.run_due(session)
    assert sorted(rig.nucleus.live_filters()) == sorted(EVERY_FILTER)


def test_a_deployment_is_answered_if_that_is_configured(rig: Rig, session: Session) -> None:
    """Nothing of what it asks about comes into effect."""
    rig.nucleus.document = {"deploymentVeto": True}
    rig.run_due(session)
    posted(rig)
    rig.nucleus.validations[0].on_requested("deployment-1", {"logLevel": "LOUD"})
    rig.run_due(session)
    ((deployment, objection),) = rig.nucleus.answers
    assert deployment == "deployment-1"
    assert objection is not None
    assert not [one for one in posted(rig) if isinstance(one, SettingsInEffect)]
    rig.nucleus.watches[0].on_closed()
    rig.run_due(session)
    assert rig.nucleus.validations[0].closed


def test_a_component_that_may_hear_nothing_goes_on_trying(rig: Rig, session: Session) -> None:
    """It stays alive: what is pending goes on, and it listens as soon as it may."""
    rig.nucleus.refuses_to_subscribe = NotAuthorizedError("no")
    assert rig.run_due(session) == TRY_SOON_SECONDS
    rig.clock.seconds = TRY_SOON_SECONDS
    assert rig.run_due(session) == SUBSCRIBE_AGAIN
    rig.nucleus.refuses_to_subscribe = None
    rig.clock.seconds += SUBSCRIBE_AGAIN
    rig.run_due(session)
    assert rig.nucleus.live_filters() == list(EVERY_FILTER)


def test_what_is_listened_to_is_reported_when_it_changes(rig: Rig, session: Session) -> None:
    """Not at each renewal, nor when the configuration is read again."""
    rig.nucleus.refuses[FILTERS[0]] = NotAuthorizedError("no")
    rig.run_due(session)
    listening = ListeningChanged(EVERY_FILTER[1:], FILTERS[:1])
    assert reported(rig) == [
        EverybodyAdmitted(),
        SubscriptionRefused(FILTERS[0], "no", EVERY_FILTER),
        listening,
    ]
    rig.run_due(session)
    assert reported(rig) == []


def test_closing_ends_every_stream(rig: Rig, session: Session) -> None:
    """Before another session is built."""
    rig.nucleus.document = {"deploymentVeto": True}
    rig.run_due(session)
    session.close()
    assert rig.nucleus.live == []
    assert rig.nucleus.watches[0].closed
    assert rig.nucleus.validations[0].closed


def test_announcements_reach_the_main_thread(rig: Rig, session: Session) -> None:
    """Whatever comes on a subscription waits in the inbox."""
    rig.run_due(session)
    posted(rig)
    rig.nucleus.subscriptions[0].on_message("clientdevices/announce", b"{}")
    assert posted(rig) == [arrived(b"{}", "clientdevices/announce")]
