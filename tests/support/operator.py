"""What operators have done, for an engine."""

from dataclasses import replace

from client_device_associator.core.operator import Done, Ruling
from support.engine_driver import EngineDriver
from support.values import error_entries


def done(ruling: Ruling) -> dict[str, Done]:
    """What was done with each device."""
    return {one.thing_name: one.done for one in ruling.outcomes}


def fail(driver: EngineDriver, *names: str) -> None:
    """These have failed."""
    driver.reconfigure(replace(driver.policy, max_attempts=1))
    driver.announce(names)
    driver.next_call()
    driver.answer(error_entries(*((name, "Oops") for name in names)))
