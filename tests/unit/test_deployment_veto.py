import pytest

from builders import moment
from client_device_associator.errors import NotSupported, NucleusError
from client_device_associator.pipeline.events import (
    ConfigurationAsked,
    ConfigurationUnwatched,
)
from client_device_associator.session.settings_in_effect import (
    TRY_AGAIN_SECONDS,
)
from living import BAD, GOOD, PROBLEMS, Live


def veto(live: Live) -> None:
    """The component has opted in to be asked."""
    live.nucleus.document = {"deploymentVeto": True}
    live.tend()
    assert len(live.nucleus.questions) == 1


def test_nobody_is_asked_to_ask_by_default(live: Live) -> None:
    """A question that is not answered in time fails a deployment."""
    live.tend()
    assert live.nucleus.questions == []


def test_a_bad_deployment_is_vetoed_and_never_applied(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    """With all its problems; what was only asked about is not taken up."""
    veto(live)
    before = live.configuration.settings
    live.nucleus.questions[0].on_asked("deployment-1", BAD)
    event = live.events.pop()
    assert event == ConfigurationAsked("deployment-1", BAD)
    assert isinstance(event, ConfigurationAsked)
    live.configuration.asked(event)
    assert live.nucleus.answers == [("deployment-1", "; ".join(PROBLEMS))]
    assert live.configuration.settings is before
    assert not live.configuration.problems
    assert live.tend() == (False, None)
    assert "vetoed deployment deployment-1: /workerIdleSeconds" in caplog.text


def test_a_good_deployment_is_accepted_and_not_applied_yet(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be called off by another component: its change comes as a change."""
    veto(live)
    before = live.configuration.settings
    live.configuration.asked(ConfigurationAsked("deployment-2", GOOD))
    assert live.nucleus.answers == [("deployment-2", None)]
    assert live.tend() == (False, None)
    assert live.configuration.settings is before
    assert caplog.text == ""


def test_an_objection_is_of_bounded_length(live: Live) -> None:
    """A status is shown in consoles, and packets are small."""
    entries = {f"entry-{number}": {"topic": 5} for number in range(500)}
    live.configuration.asked(ConfigurationAsked("d", {"announcements": entries}))
    ((_, objection),) = live.nucleus.answers
    assert objection is not None
    assert len(objection) == 2000
    assert objection.startswith("/announcements/entry-0/topic: found 5, expected a string; ")


def test_a_veto_is_given_up_and_taken_up_live(live: Live) -> None:
    """Once each way, however often the configuration is read."""
    veto(live)
    live.change({"deploymentVeto": True, "logLevel": "ERROR"})
    live.pass_quiet()
    assert len(live.nucleus.questions) == 1
    live.change({})
    live.pass_quiet()
    assert live.nucleus.questions[0].closed
    live.change({"deploymentVeto": "true"})
    live.pass_quiet()
    assert [one.closed for one in live.nucleus.questions] == [True, False]


def test_a_veto_that_nobody_asks_for_is_said(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    """Lite never asks; everything else works."""
    live.nucleus.never_asks = NotSupported("not supported")
    live.nucleus.document = {"deploymentVeto": True}
    assert live.tend() == (True, None)
    assert live.configuration.settings.deployment_veto
    assert "deploymentVeto has no effect (not supported)" in caplog.text


def test_a_nucleus_that_answers_late_is_asked_to_ask_again(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    """It is no lite for that."""
    live.nucleus.never_asks = NucleusError("TimeoutError")
    live.nucleus.document = {"deploymentVeto": True}
    assert live.tend() == (True, TRY_AGAIN_SECONDS)
    live.nucleus.never_asks = None
    live.seconds += TRY_AGAIN_SECONDS
    assert live.tend() == (False, None)
    assert len(live.nucleus.questions) == 1
    assert "no effect" not in caplog.text


def test_questions_that_end_are_asked_for_anew(live: Live) -> None:
    """The nucleus may end that stream alone."""
    veto(live)
    live.nucleus.questions[0].on_closed()
    assert live.events.pop() == ConfigurationUnwatched()
    live.configuration.unwatched(moment(live.seconds))
    assert live.nucleus.questions[0].closed
    assert live.nucleus.watches[0].closed
    live.seconds += TRY_AGAIN_SECONDS
    live.tend()
    assert [one.closed for one in live.nucleus.questions] == [True, False]
    assert [one.closed for one in live.nucleus.watches] == [True, False]


def test_a_veto_is_kept_while_the_configuration_is_bad(live: Live) -> None:
    """The last good settings had it."""
    veto(live)
    live.change({"deploymentVeto": "maybe"})
    live.pass_quiet()
    assert live.configuration.settings.deployment_veto
    assert not live.nucleus.questions[0].closed
