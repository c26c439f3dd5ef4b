"""The ways to wait that are compared."""

from collections.abc import Mapping
from dataclasses import replace

from client_device_associator.configuration.parser import default_settings
from client_device_associator.core.pace import Pace
from client_device_associator.core.pacing import Pacing, paced
from client_device_associator.core.policy import Policy
from client_device_associator.core.rounds import Rounds
from fleet.paces import PLAIN, Decorrelated

BEFORE = "full jitter"
"""As the component did: each wait from zero, and the list as urgent as everything else."""

AFTER = "rounds"
"""As it does."""

TOLD = "rounds, spread"
"""The same with `pacing.spreadSeconds`, which an operator takes from fleet and quota."""

SPREAD_MARGIN = 1.1
"""Above one call of each core device by the quota: chance brings more at one time than at another,
and somebody else calls as well."""


FRONTIER_SCALE = 5
"""So many fewer core devices and calls a second: the time is the same."""

FRONTIER: Mapping[str, Pace] = {
    "full jitter, doubling": PLAIN,
    "decorrelated jitter, x3": Decorrelated(base=1, multiple=3, cap=300),
    "decorrelated jitter, x2": Decorrelated(base=1, multiple=2, cap=300),
    "rounds, x1.2": Rounds(first=2, growth=1.2, cap=200),
    "rounds, x1.5": Rounds(first=2, growth=1.5, cap=200),
    "rounds, x2": Rounds(first=2, growth=2, cap=200),
    "rounds, x4": Rounds(first=2, growth=4, cap=200),
    "once within 200 s": Rounds(first=200, growth=1, cap=200),
}


def policy_of(name: str, cores: int, rate: float) -> Policy:
    """The default settings, with one of the ways to wait."""
    policy = default_settings().policy
    if name in FRONTIER:
        pace = FRONTIER[name]
        return replace(policy, reconcile_seconds=0.0, pacing=Pacing(away=pace, throttled=pace))
    spread = round(SPREAD_MARGIN * cores / rate)
    pacing = {
        BEFORE: Pacing(away=PLAIN, throttled=PLAIN, lists=PLAIN),
        AFTER: Pacing(),
        TOLD: paced(spread),
    }[name]
    return replace(policy, pacing=pacing)
