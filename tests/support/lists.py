"""Answers to the lists that an engine asks for, and what it makes of them."""

from collections.abc import Sequence

from client_device_associator.core.answer import (
    Listed,
    Succeeded,
)
from client_device_associator.core.comparison import LATENESS_SECONDS
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import ROSTER_TOPIC
from support.engine_driver import EngineDriver

DAY = 86_400.0
OLD = LATENESS_SECONDS + 60.0


def finish(driver: EngineDriver) -> None:
    """Lets a comparison go on to its end."""
    while driver.in_flight is None:
        step = driver.step()
        if step.wake_at is None or step.wake_at > driver.now.steady:
            return


def answer_list(driver: EngineDriver, *pages: Sequence[str]) -> None:
    """Lets time pass until a list is asked for, and answers it, a page after the other."""
    for index, page in enumerate(pages):
        call = driver.next_call()
        assert call.operation is Operation.LIST
        assert call.next_token == (f"{index}" if index else None)
        driver.answer(Listed(tuple(page), f"{index + 1}" if index + 1 < len(pages) else None))
    finish(driver)


def associate(driver: EngineDriver, *names: str) -> None:
    """These are associated by the component, and no list may be late enough not to know it."""
    driver.announce(names)
    while driver.journal.pending():
        call = driver.next_call()
        driver.answer(Listed(()) if call.operation is Operation.LIST else Succeeded())
    finish(driver)
    driver.seconds += OLD


def known(driver: EngineDriver, *names: str) -> dict[str, DeviceState]:
    """Where these stand; those of whom nothing is known are left out."""
    return {name: one.state for name, one in driver.journal.devices(names).items()}


def differences(driver: EngineDriver) -> list[tuple[str, str | None]]:
    """What was said on the roster's topic."""
    found = [one for one in driver.durable() if one.topic == ROSTER_TOPIC]
    return [(one.status.value, one.thing_name) for one in found]
