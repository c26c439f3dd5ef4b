"""Troubles of the list, and what others do in the cloud; each adds itself to a draft of a plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from client_device_associator.core.comparison import LATENESS_SECONDS
from client_device_associator.core.operation import Operation
from simulation.draft import Draft
from simulation.plan import Hand, Tear, Tears
from simulation.traffic import GATEWAY_DEVICES
from simulation.world import FOREVER

ZIGBEES = [f"zigbee-{number}" for number in range(GATEWAY_DEVICES)]
"""The things of a gateway's messages."""


def _late(draft: Draft) -> None:
    lag = draft.rng.choice([5.0, 60.0, LATENESS_SECONDS - 5])
    draft.plan = replace(draft.plan, list_lag=lag)


def _torn(draft: Draft) -> None:
    count = draft.rng.choice([1, 1, len(Tear)])
    tears = Tears(draft.rng.choice([0.1, 0.5]), tuple(draft.rng.sample(list(Tear), count)))
    lasts = draft.rng.choice([0.0, 3.0, FOREVER])
    draft.plan = replace(draft.plan, tears=(tears,), token_seconds=lasts)


def _denied(operation: Operation, draft: Draft) -> None:
    until = draft.rng.uniform(0, draft.active)
    if operation is Operation.LIST and draft.rng.random() < 0.5:
        until = FOREVER
    draft.plan = replace(draft.plan, denied=(*draft.plan.denied, (operation, until)))


def _hands(draft: Draft) -> None:
    """A few devices again and again, also some that nobody announces as a rule."""
    share = draft.rng.choice([0.1, 0.5, 0.9])
    known = [thing.name for thing in draft.things]
    names = draft.rng.sample(known, min(4, len(known))) + draft.rng.sample(ZIGBEES, 2)
    hands = tuple(
        Hand(at, draft.rng.choice(names), associates=draft.rng.random() < share)
        for at in draft.times(draft.rng.choice([3, 30]))
    )
    draft.plan = replace(draft.plan, hands=(*draft.plan.hands, *hands))


def _deleted(draft: Draft) -> None:
    hands = tuple(
        Hand(at, draft.rng.choice(draft.things).name, gone_until=at + draft.rng.choice([0.5, 60.0]))
        for at in draft.times(10)
    )
    draft.plan = replace(draft.plan, hands=(*draft.plan.hands, *hands))


def _requested(draft: Draft) -> None:
    times = tuple(draft.times(draft.rng.choice([3, 40])))
    draft.plan = replace(draft.plan, roster_requests=times)


def _few_places(draft: Draft) -> None:
    most = draft.rng.randint(1, max(1, len(draft.things)))
    draft.set_policy(replace(draft.policy, max_devices=most))


ROSTER_FEATURES: Mapping[str, Callable[[Draft], None]] = {
    "late lists": _late,
    "torn lists": _torn,
    **{f"{one.value} denied": partial(_denied, one) for one in Operation},
    "console": _hands,
    "things deleted": _deleted,
    "list requested": _requested,
    "few places": _few_places,
}
