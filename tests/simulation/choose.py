"""From a seed to a plan."""

import random
from dataclasses import replace

from simulation import documents
from simulation.draft import Draft
from simulation.faults import FEATURES, other_settings, policy
from simulation.plan import Plan, Thing
from simulation.roster_faults import ROSTER_FEATURES, ZIGBEES
from simulation.traffic import announce

_HOW_MANY = (0, 1, 1, 1, 1, 2, 2, 3, 4, 7)
"""Kinds of trouble in a seed; often a single one, so that it is seen alone."""

_DEVICES = (5, 5, 5, 20, 20, 40, 120, 250)
_BURSTS = 0.05
_DEPARTING = 0.6
_ABOUT_LISTS, _OF_EACH = 0.3, 0.35
"""Seeds in which lists and other hands in the cloud are the matter, and how likely each of those
troubles is in them."""

_SOON = 0.9
"""Seconds in which a burst comes; less than `maxWaitSeconds`."""

_LISTENING = 1.0
"""Seconds within which a component has read its configuration and subscribed, if all is well."""


def choose(seed: int, without: frozenset[str] = frozenset()) -> Plan:
    """The plan of a seed.

    Args:
        seed: Any number.
        without: Kinds of trouble that are left out, by name.
    """
    rng = random.Random(f"{seed}/plan")
    active = rng.choice([20.0, 120.0, 900.0, rng.uniform(3600, 6 * 3600)])
    is_about_lists = rng.random() < _ABOUT_LISTS
    if is_about_lists:
        active = rng.choice([900.0, 2400.0, 2 * 3600.0])
    draft = Draft(rng, Plan(seed, latency=rng.choice([0.05, 0.3, 2.0])), active)
    draft.set_policy(replace(policy(draft), gate=draft.policy.gate, lanes=draft.policy.lanes))
    if rng.random() < _BURSTS:
        return _burst(draft, rng.randint(1, 350))
    count = rng.randint(1, rng.choice(_DEVICES))
    draft.things = [Thing(f"device-{index:03}") for index in range(count)]
    draft.settings = other_settings(draft)
    names = rng.sample(sorted(FEATURES), rng.choice(_HOW_MANY))
    if is_about_lists:
        others = sorted(ROSTER_FEATURES.keys() - set(names))
        names += [one for one in others if rng.random() < _OF_EACH]
    for name in names:
        if name not in without:
            FEATURES[name](draft)
    messages = announce(
        draft.things,
        active,
        rng,
        malformed="malformed" in names,
        departing=rng.random() < _DEPARTING,
    )
    messages = [replace(message, at=message.at + _LISTENING) for message in messages]
    if draft.plan.document.settings is not None:
        draft.plan = replace(draft.plan, document=documents.written(draft.settings, rng))
    return replace(
        draft.plan,
        features=tuple(names),
        things=(*draft.things, *map(Thing, ZIGBEES)),
        messages=tuple(messages),
        healthy_at=active,
        page_size=rng.choice([100, 100, 10, 3, 1]),
        asks_at_the_end=rng.random() < 0.7,
    )


def _burst(draft: Draft, count: int) -> Plan:
    """Devices that all come within `maxWaitSeconds`, and nothing that goes wrong."""
    draft.set_policy(replace(draft.policy, max_wait_seconds=1.0))
    things = [Thing(f"device-{index:03}") for index in range(count)]
    messages = announce(things, draft.rng.choice([0.0, _SOON]), draft.rng, once=True)
    return replace(
        draft.plan,
        features=("burst",),
        document=documents.written(draft.settings, draft.rng),
        things=tuple(things),
        messages=tuple(replace(message, at=message.at + _LISTENING) for message in messages),
        burst=True,
    )
