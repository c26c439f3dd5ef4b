"""What operators have had done is on the trail."""

from dataclasses import replace

from client_device_associator.channel.port import Asked
from client_device_associator.core.answer import Succeeded
from client_device_associator.core.operator import Announce, Forget, Request, Retry
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.core.trail import TrailEvent
from support.rig import Rig
from support.values import error_entries, policy, settings

UID = 1001


def ask(rig: Rig, request: Request) -> None:
    """One turn with that."""
    rig.turn(Asked(request, UID, lambda _: None))


def trail(rig: Rig, name: str) -> list[tuple[TrailEvent, dict[str, object]]]:
    """What is on it, in order."""
    return [(one.event, dict(one.detail)) for one in reversed(rig.journal.trail.of(name, 100))]


def test_a_device_that_an_operator_announces_is_noted_as_announced(rig: Rig) -> None:
    """On the topic where its results go, with the `id` that they have."""
    rig.configure()
    ask(rig, Announce(("a",)))
    assert trail(rig, "a") == [(TrailEvent.ANNOUNCED, {"topic": ROSTER_TOPIC, "id": "command"})]


def test_a_device_that_is_forgotten_has_its_trail_still(rig: Rig) -> None:
    """With the user who wanted that, and once: nobody has wished for the opposite."""
    rig.configure()
    rig.announce("a")
    ask(rig, Forget(("a", "stranger")))
    assert [event for event, _ in trail(rig, "a")] == [TrailEvent.ANNOUNCED, TrailEvent.FORGOTTEN]
    assert trail(rig, "a")[-1][1] == {"uid": UID}
    assert trail(rig, "stranger") == []


def test_a_retry_is_noted_if_it_changes_something(rig: Rig) -> None:
    """Of one that waits, and of one that has failed; not of one that is due anyway."""
    rig.configure(settings(policy=replace(policy(), max_attempts=2)))
    rig.call("a")
    rig.announce("due")
    rig.answer(error_entries(("a", "Oops")))
    ask(rig, Retry(("a", "due")))
    assert trail(rig, "a")[-1] == (TrailEvent.RETRIED, {"uid": UID})
    assert [event for event, _ in trail(rig, "due")] == [TrailEvent.ANNOUNCED]
    rig.pass_turns(rig.turn(), rig.clock.seconds + 5)
    rig.answer(error_entries(("a", "Oops")))
    ask(rig, Retry(("a",)))
    rig.pass_turns(rig.turn(), rig.clock.seconds + 5)
    rig.answer(Succeeded())
    assert [event for event, _ in trail(rig, "a")][-4:] == [
        TrailEvent.FAILED,
        TrailEvent.RETRIED,
        TrailEvent.ANNOUNCED,
        TrailEvent.ASSOCIATED,
    ]
