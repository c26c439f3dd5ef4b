"""What a person on the core device announces."""

from dataclasses import replace

from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.core.bus import Bus
from client_device_associator.core.operator import (
    COMMAND,
    Announce,
    Done,
    Outcome,
)
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import ROSTER_TOPIC, Reason, Result, Status
from support.engine_driver import EngineDriver
from support.gates import Doorkeeper
from support.operator import done
from support.site import DAYS, HOUR, Site, silent_policy
from support.values import START, error_entries, policy


def test_an_operator_announces_devices(driver: EngineDriver) -> None:
    """The result goes to the roster's topic, and the operator is told at once what was done."""
    driver.reconfigure(policy(receipts=True))
    driver.announce(["known"])
    driver.run()
    driver.send_all()
    driver.transient.clear()
    ruling = driver.ask(Announce(("new", "known")))
    assert done(ruling) == {"new": Done.QUEUED, "known": Done.ALREADY}
    assert driver.transient == []
    assert [call.thing_names for call in driver.run()] == [("new",)]
    assert driver.durable() == [
        Result(ROSTER_TOPIC, Status.ASSOCIATED, "new", announcement_id=COMMAND)
    ]


def test_one_that_waits_already_is_waited_for(driver: EngineDriver) -> None:
    """Also if it is being tried again."""
    driver.announce(["a"])
    driver.next_call()
    driver.answer(error_entries(("a", "Oops")))
    assert done(driver.ask(Announce(("a",)))) == {"a": Done.QUEUED}
    driver.run()
    assert Result(ROSTER_TOPIC, Status.ASSOCIATED, "a", announcement_id=COMMAND) in driver.durable()


def test_the_rules_count_for_operators(driver: EngineDriver) -> None:
    """And the room: who is not taken is told why, and nobody else."""
    driver.reconfigure(policy(gate=Doorkeeper(("bad",)), max_pending=1))
    ruling = driver.ask(Announce(("bad", "good", "late")))
    bad, good, late = ruling.outcomes
    assert bad == Outcome("bad", Done.REJECTED, Reason.NOT_ADMITTED.value, "not today")
    assert good == Outcome("good", Done.QUEUED)
    assert (late.done, late.code) == (Done.REJECTED, Reason.OVERLOADED.value)
    assert "too many devices" in (late.message or "")
    assert driver.transient == driver.durable() == []


def strict() -> Policy:
    """Names from topics only, and none that begins with x."""
    parsed = parse_configuration(
        {"admission": {"requireProvenName": True, "deny": {"x": "x*"}}}, "core-1"
    )
    assert parsed.settings is not None
    return replace(parsed.settings.policy, reconcile_seconds=0.0)


def test_a_name_that_an_operator_says_needs_no_proof(driver: EngineDriver) -> None:
    """Neither now nor when the call leaves; the other rules are asked both times."""
    driver.reconfigure(strict())
    assert done(driver.ask(Announce(("lamp", "x1")))) == {
        "lamp": Done.QUEUED,
        "x1": Done.REJECTED,
    }
    assert [call.thing_names for call in driver.run()] == [("lamp",)]


def test_rules_that_become_stricter_count_for_those_an_operator_has_announced(
    driver: EngineDriver,
) -> None:
    """No device that they refuse may be in a call."""
    driver.ask(Announce(("x1", "y1")))
    driver.reconfigure(strict())
    assert [call.thing_names for call in driver.run()] == [("y1",)]
    refused = [one for one in driver.durable() if one.status is Status.REJECTED]
    assert [(one.topic, one.thing_name, one.announcement_id) for one in refused] == [
        (ROSTER_TOPIC, "x1", COMMAND)
    ]


def test_a_departure_of_our_own_is_not_refused_by_rules(driver: EngineDriver) -> None:
    """It is on the roster's topic as well, and lets nobody in."""
    site = Site(driver, silent_policy())
    site.hear("quiet", "loud")
    site.pass_days(DAYS, "loud")
    driver.reconfigure(silent_policy(gate=Doorkeeper(("quiet",))))
    site.pass_days(1, "loud")
    assert site.left() == ["quiet"]


def test_other_core_devices_are_not_told_that_it_was_heard(driver: EngineDriver) -> None:
    """It was not: an operator has said its name."""
    driver.reconfigure(policy(grace_seconds=HOUR))
    driver.ask(Announce(("a",)))
    driver.run()
    assert driver.journal.unsent(START * 2, 10, bus=Bus.IOT_CORE) == []


def test_it_has_its_days_of_silence_from_then_on(driver: EngineDriver) -> None:
    """One that was announced by an operator and is never heard goes like any other."""
    site = Site(driver, silent_policy())
    site.pass_days(DAYS + 2, "loud")
    driver.ask(Announce(("a",)))
    site.work()
    site.pass_days(DAYS, "loud")
    assert site.left() == []
    site.pass_days(1, "loud")
    assert site.left() == ["a"]


def test_an_operator_is_not_heard_as_a_device(driver: EngineDriver) -> None:
    """A day on which nobody else was heard does not count."""
    site = Site(driver, silent_policy(trust_seconds=HOUR))
    site.hear("quiet")
    for _ in range((DAYS + 2) * 24):
        driver.seconds += HOUR
        driver.ask(Announce(("a",)))
        site.work()
    assert site.left() == []
