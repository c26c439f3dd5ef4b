"""A whole component with the cloud's list, and with days of listening."""

import pytest

from client_device_associator.core.answer import Listed, Succeeded
from client_device_associator.core.operation import Operation
from client_device_associator.core.roster import ON_DEMAND_SECONDS
from client_device_associator.pipeline.events import NoticeGiven, RosterRequested
from client_device_associator.reporting.notices import ListeningChanged
from support.lists import DAY, OLD
from support.rig import Rig
from support.site import HOUR, silent_policy
from support.values import policy, settings

LISTED = settings(policy=policy(reconcile_seconds=DAY, trust_seconds=10 * DAY))


def pass_seconds(rig: Rig, seconds: float) -> None:
    """Lets time pass."""
    rig.pass_turns(rig.turn(), rig.clock.seconds + seconds)


def answer_list(rig: Rig, *names: str) -> None:
    """Lets time pass until a list is asked for, and answers it."""
    lists = rig.worker.operations.count(Operation.LIST)
    wait = rig.turn()
    while rig.worker.operations.count(Operation.LIST) == lists:
        assert wait is not None, "nothing will ever be asked for"
        rig.clock.seconds += wait
        wait = rig.turn()
    rig.answer(Listed(names))
    pass_seconds(rig, 1)


def test_a_list_comes_on_request(rig: Rig) -> None:
    """Not a day later."""
    rig.configure(LISTED)
    answer_list(rig)
    rig.turn(RosterRequested())
    answer_list(rig)
    assert rig.clock.seconds < 2 * ON_DEMAND_SECONDS


def test_the_presence_of_a_device_that_has_vanished_is_news(rig: Rig) -> None:
    """It was not looked at while the device was known to be associated."""
    rig.configure(LISTED)
    rig.call("lamp")
    rig.answer(Succeeded())
    seen = rig.component._seen  # noqa: SLF001 - the listeners use it, on another thread
    assert seen.is_new("lamp", 10 * DAY)
    rig.results()
    answer_list(rig, "lamp")
    pass_seconds(rig, OLD)
    for _ in range(2):
        assert not seen.is_new("lamp", 10 * DAY)
        rig.turn(RosterRequested())
        answer_list(rig)
    assert rig.journal.devices(["lamp"]) == {}
    assert seen.is_new("lamp", 10 * DAY)


@pytest.mark.parametrize("refused", [(), ("clientdevices/leave",)])
def test_a_day_counts_if_all_topics_were_listened_to(rig: Rig, refused: tuple[str, ...]) -> None:
    """Who is silent on one of them may have spoken on another."""
    rig.configure(settings(policy=silent_policy()))
    rig.turn(NoticeGiven(ListeningChanged(("clientdevices/announce",), refused)))
    rig.call("lamp")
    rig.answer(Succeeded())
    for _ in range(25):
        pass_seconds(rig, HOUR)
    assert rig.journal.fact("silenceDay") == (0 if refused else 1)
