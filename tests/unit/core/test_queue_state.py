from dataclasses import replace

import pytest

from client_device_associator.core.answer import Succeeded, ValidationFailed
from client_device_associator.core.operation import Operation
from client_device_associator.core.queue_state import TRANSITIONS, QueueState, queue_state
from support.engine_driver import EngineDriver
from support.gates import Doorkeeper
from support.values import error_entries, failed_call


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, QueueState.IDLE),
        ({"waits": True}, QueueState.IDLE),
        ({"pending": True}, QueueState.GATHERING),
        ({"pending": True, "bisects": True}, QueueState.BISECTING),
        ({"pending": True, "waits": True}, QueueState.WAITING),
        ({"pending": True, "waits": True, "bisects": True}, QueueState.WAITING),
        ({"pending": True, "waits": True, "in_flight": True}, QueueState.IN_FLIGHT),
        ({"in_flight": True}, QueueState.IN_FLIGHT),
    ],
)
def test_the_state_follows_from_the_facts(facts: dict[str, bool], expected: QueueState) -> None:
    """A call in flight comes first, then an empty queue, then a wait."""
    nothing = {"in_flight": False, "waits": False, "bisects": False, "pending": False}
    assert queue_state(**{**nothing, **facts}) is expected


def refuse_some_and_all(driver: EngineDriver) -> None:
    """The rules become stricter while devices gather, and while a batch is bisected."""
    open_to_all = driver.policy

    def keep_out(*names: str) -> None:
        driver.reconfigure(replace(open_to_all, gate=Doorkeeper(names)))

    def bisect(*names: str) -> None:
        driver.reconfigure(open_to_all)
        driver.announce(names)
        driver.next_call()
        driver.answer(ValidationFailed("refused"))

    driver.announce(["f", "g"])
    keep_out("f")
    driver.run()
    driver.announce(["h"])
    keep_out("h")
    driver.run()
    bisect("i", "j", "k")
    keep_out("i")
    driver.run()
    bisect("l", "m")
    keep_out("l", "m")
    driver.run()
    bisect("n", "o")
    driver.announce(["p"])
    keep_out("n", "o")
    driver.run()


def wish_for_the_opposite(driver: EngineDriver) -> None:
    """Devices leave that wait to be associated: before, in and after a call, and in bisection."""

    def bisect(*names: str) -> None:
        driver.announce(names)
        driver.next_call()
        driver.answer(ValidationFailed("refused"))

    driver.announce(["xa"])
    driver.depart(["xa"])
    driver.run()
    driver.announce(["xb", "xc"])
    driver.next_call()
    driver.depart(["xb"])
    driver.answer(failed_call())
    driver.depart(["xc"])
    driver.run()
    driver.announce(["xd"])
    driver.next_call()
    driver.depart(["xd"])
    driver.answer(failed_call())
    driver.run()
    bisect("xe", "xf")
    driver.depart(["xe", "xf"])
    driver.run()
    bisect("xg", "xh")
    driver.announce(["xi"])
    driver.depart(["xg", "xh"])
    driver.run()


def fail_elsewhere(driver: EngineDriver) -> None:
    """A call of the other queue fails, which both wait for."""

    def fail_to_let_go(*announced_meanwhile: str) -> None:
        assert driver.next_call().operation is Operation.DISASSOCIATE
        driver.announce(announced_meanwhile)
        driver.answer(failed_call())

    driver.depart(["yj"])
    fail_to_let_go()
    driver.announce(["yk"])
    driver.run()
    driver.depart(["yl"])
    fail_to_let_go("ym")
    driver.run()
    driver.announce(["yn", "yo"])
    driver.next_call()
    driver.depart(["yp"])
    driver.seconds += 2
    driver.answer(ValidationFailed("refused"))
    fail_to_let_go()
    driver.run()


def test_every_way_in_the_table_is_taken(driver: EngineDriver) -> None:
    """None of them is there for nothing; `test_engine_model` shows that there are no others."""
    refused = ValidationFailed("refused")
    driver.announce(["a"])
    driver.announce(["b"])
    driver.next_call()
    driver.announce(["c"])
    driver.answer(failed_call())  # waits, and gathers after that
    driver.announce(["d"])
    driver.next_call()
    driver.answer(refused)
    driver.announce(["e"])
    driver.next_call()
    driver.answer(failed_call())  # waits, and bisects after that
    driver.run(lambda names: error_entries(("a", "Oops")) if "a" in names else Succeeded())
    refuse_some_and_all(driver)
    driver.reconfigure(replace(driver.policy, gate=Doorkeeper()))
    wish_for_the_opposite(driver)
    fail_elsewhere(driver)
    assert driver.transitions == TRANSITIONS
