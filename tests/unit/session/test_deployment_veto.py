from collections.abc import Mapping

import pytest

from client_device_associator.errors import NotSupportedError, NucleusError
from client_device_associator.reporting.notices import (
    DeploymentVetoed,
    Notice,
    VetoUnsupported,
)
from client_device_associator.session.deployment_veto import TRY_AGAIN_SECONDS, DeploymentVeto
from client_device_associator.session.events import (
    ConfigurationStreamClosed,
    SessionEvent,
    ValidationRequested,
)
from support.configured import BAD, GOOD, PROBLEMS
from support.fakes import FakeClock, FakeNucleus
from support.values import START


class Asked:
    """A veto, and what deployments hear of it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.nucleus = FakeNucleus()
        self.events: list[SessionEvent] = []
        self.notices: list[Notice] = []
        self.veto = DeploymentVeto(self.nucleus, self.events.append, self.notices.append, "core-1")

    def run_due(self, *, wanted: bool = True) -> float | None:
        """Does what is due; the second at which to do so again."""
        wake_at = self.veto.run_due(self.clock, wanted=wanted)
        return None if wake_at is None else wake_at - START

    def deploy(self, deployment_id: str, document: Mapping[str, object]) -> None:
        """A deployment asks about a configuration."""
        self.nucleus.validations[-1].on_requested(deployment_id, document)
        event = self.events.pop()
        assert event == ValidationRequested(deployment_id, document)
        assert isinstance(event, ValidationRequested)
        self.veto.answer(event)


@pytest.fixture
def asked() -> Asked:
    """Nobody has been asked to ask yet."""
    return Asked()


def test_nobody_asks_by_default(asked: Asked) -> None:
    """A request that is not answered in time fails a deployment."""
    assert asked.run_due(wanted=False) is None
    assert asked.nucleus.validations == []


def test_an_invalid_deployment_is_vetoed(asked: Asked) -> None:
    """With all its problems; the operator gets them as well."""
    asked.run_due()
    asked.deploy("deployment-1", BAD)
    objection = "; ".join(PROBLEMS)
    assert asked.nucleus.answers == [("deployment-1", objection)]
    assert asked.notices == [DeploymentVetoed("deployment-1", objection)]


def test_a_valid_deployment_is_accepted(asked: Asked) -> None:
    """And nothing is reported: another component may still reject it."""
    asked.run_due()
    asked.deploy("deployment-2", GOOD)
    assert asked.nucleus.answers == [("deployment-2", None)]
    assert asked.notices == []


def test_an_objection_is_of_bounded_length(asked: Asked) -> None:
    """A status is shown in consoles, and packets are small."""
    asked.run_due()
    entries = {f"entry-{number}": {"topic": 5} for number in range(500)}
    asked.deploy("d", {"announcements": entries})
    ((_, objection),) = asked.nucleus.answers
    assert objection is not None
    assert len(objection) == 2000
    assert objection.startswith("/announcements/entry-0/topic: found 5, expected a string; ")


def test_it_is_turned_on_and_off(asked: Asked) -> None:
    """Once each way, however often it runs."""
    for _ in range(2):
        asked.run_due()
    assert len(asked.nucleus.validations) == 1
    for _ in range(2):
        asked.run_due(wanted=False)
    assert asked.nucleus.validations[0].closed
    asked.run_due()
    assert [one.closed for one in asked.nucleus.validations] == [True, False]


def test_a_nucleus_that_never_asks_is_reported_once(asked: Asked) -> None:
    """Lite does not know the operation; it is not asked again and again."""
    asked.nucleus.refuses_to_ask = NotSupportedError("not supported")
    for _ in range(3):
        assert asked.run_due() is None
        asked.clock.seconds += 1000
    assert asked.notices == [VetoUnsupported("not supported")]
    asked.run_due(wanted=False)
    asked.run_due()
    assert len(asked.notices) == 2


def test_a_nucleus_that_answers_late_is_tried_again(asked: Asked) -> None:
    """That does not mean that it does not know the operation."""
    asked.nucleus.refuses_to_ask = NucleusError("TimeoutError")
    assert asked.run_due() == TRY_AGAIN_SECONDS
    asked.clock.seconds = TRY_AGAIN_SECONDS - 1
    assert asked.run_due() == TRY_AGAIN_SECONDS
    asked.nucleus.refuses_to_ask = None
    asked.clock.seconds = TRY_AGAIN_SECONDS
    assert asked.run_due() is None
    assert len(asked.nucleus.validations) == 1
    assert asked.notices == []


def test_a_stream_that_ends_is_opened_again_later(asked: Asked) -> None:
    """The nucleus may end that stream alone; one that ends each time must not spin."""
    asked.run_due()
    asked.nucleus.validations[0].on_closed()
    assert asked.events.pop() == ConfigurationStreamClosed()
    asked.veto.stream_closed(asked.clock.now())
    assert asked.nucleus.validations[0].closed
    assert asked.run_due() == TRY_AGAIN_SECONDS
    asked.clock.seconds = TRY_AGAIN_SECONDS
    assert asked.run_due() is None
    assert [one.closed for one in asked.nucleus.validations] == [True, False]
