"""From a seed to a plan."""

import random
from collections.abc import Sequence
from dataclasses import replace

from client_device_associator.configuration.settings import Settings
from simulation.draft import Draft
from simulation.faults import FEATURES, policy
from simulation.plan import Message, Plan, Thing
from simulation.traffic import announce

_HOW_MANY = (0, 1, 1, 1, 1, 2, 2, 3, 4, 7)
"""Kinds of trouble in a seed; often a single one, so that it is seen alone."""

_DEVICES = (5, 5, 5, 20, 20, 40, 120, 250)
_BURSTS = 0.05
_SOON = 0.9
"""Seconds in which a burst comes; less than `maxWaitSeconds`."""


def choose(seed: int, without: frozenset[str] = frozenset()) -> Plan:
    """The plan of a seed.

    Args:
        seed: Any number.
        without: Kinds of trouble that are left out, by name.
    """
    dice = random.Random(f"{seed}/plan")
    active = dice.choice([20.0, 120.0, 900.0, dice.uniform(3600, 6 * 3600)])
    draft = Draft(dice, Plan(seed, latency=dice.choice([0.05, 0.3, 2.0])), active)
    draft.set_policy(policy(draft))
    if dice.random() < _BURSTS:
        return _burst(draft, dice.randint(1, 350))
    count = dice.randint(1, dice.choice(_DEVICES))
    draft.things = [Thing(f"device-{index:03}") for index in range(count)]
    settings = replace(
        draft.settings,
        results_as_json=dice.random() < 0.3,
        worker_idle_seconds=dice.choice([0.0, 1.0, 60.0, 60.0, 3600.0]),
    )
    draft.plan = replace(draft.plan, settings=(settings,))
    names = dice.sample(sorted(FEATURES), dice.choice(_HOW_MANY))
    for name in names:
        if name not in without:
            FEATURES[name](draft)
    messages = announce(draft.things, active, dice, malformed="malformed" in names)
    return replace(
        draft.plan,
        features=tuple(names),
        things=(*draft.things, *_zigbees(messages)),
        messages=tuple(messages),
        healthy_at=active,
    )


def _burst(draft: Draft, count: int) -> Plan:
    """Devices that all come within `maxWaitSeconds`, and nothing that goes wrong."""
    settings = Settings(policy=replace(draft.policy, max_wait_seconds=1.0))
    things = [Thing(f"device-{index:03}") for index in range(count)]
    messages = announce(things, draft.dice.choice([0.0, _SOON]), draft.dice, once=True)
    return replace(
        draft.plan,
        features=("burst",),
        settings=(settings,),
        things=tuple(things),
        messages=tuple(messages),
        burst=True,
    )


def _zigbees(messages: Sequence[Message]) -> list[Thing]:
    """The things of a gateway's messages; nothing is wrong with them."""
    known = {one.thing_name for message in messages for one in message.announcements}
    return [Thing(name) for name in sorted(known) if name.startswith("zigbee-")]
