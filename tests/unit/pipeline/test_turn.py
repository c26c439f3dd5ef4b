"""What is decided in one turn."""

from client_device_associator.channel.port import Asked
from client_device_associator.core.decision import Decision
from client_device_associator.core.engine import Engine
from client_device_associator.core.handover import Claim
from client_device_associator.core.operator import Forget
from client_device_associator.core.trail import TrailEvent
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.turn import Turn
from support.engine_driver import LongestWaits
from support.gates import Doorkeeper
from support.values import announcements, moment, policy

EVERYBODY = Doorkeeper(admits_everybody=True)


def turn(journal: Journal) -> tuple[Turn, list[Decision]]:
    """One on a journal, and what it has stored."""
    stored: list[Decision] = []

    def store(decision: Decision) -> None:
        stored.append(decision)
        journal.store(decision)

    engine = Engine(policy(), journal, LongestWaits())
    return Turn(engine, store, EVERYBODY, moment()), stored


def test_each_decision_is_stored_before_the_next(journal: Journal) -> None:
    """What an operator wants is decided before what is announced: the last word is the device's."""
    with journal.transaction():
        first, _ = turn(journal)
        first.decide((), (), (), announcements(["a"]))
        second, stored = turn(journal)
        asked = Asked(Forget(("a",)), 0, lambda _: None)
        second.decide((), (), [asked], announcements(["a"]))
    assert second.decisions == stored
    assert [one.forgotten for one in stored] == [("a",), ()]
    assert [(one.request, ruling.decision) for one, ruling in second.rulings] == [
        (asked.request, stored[0])
    ]
    assert journal.pending() == 1
    events = [entry.event for entries in second.entries for entry in entries]
    assert events == [TrailEvent.FORGOTTEN, TrailEvent.ANNOUNCED]


def test_nothing_may_come_of_it(journal: Journal) -> None:
    """A claim for a device that is not known stores nothing."""
    with journal.transaction():
        idle, _ = turn(journal)
        idle.decide((), [Claim("a", "core-2", 0.0)], (), ())
        busy, _ = turn(journal)
        busy.decide((), (), (), announcements(["a"]))
    assert (idle.stores, busy.stores) == (False, True)
