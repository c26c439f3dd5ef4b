"""Every kind of trouble that a seed may choose; each adds itself to a draft of a plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.policy import Policy
from simulation import disk, nucleus
from simulation.draft import Draft
from simulation.plan import FOREVER, Fault, Interruption, Poison, Thing

_CODES = ("InternalServerException", "LimitExceeded", "Weird", None, "AccessDeniedException")
_WALL_JUMPS = (-5.0, 5.0, -3600.0, 3600.0, -86_400.0, 86_400.0, 3e8, -3e8)
_UNSET_CLOCK = -1_799_999_000.0
"""A core device without a battery begins in 1970."""


def _error_entries(draft: Draft) -> None:
    most = draft.dice.choice([1, 3, 12])

    def fail(thing: Thing) -> Thing:
        return replace(thing, failures=draft.dice.randint(1, most), code=draft.dice.choice(_CODES))

    draft.change(draft.dice.choice([0.02, 0.3]), fail)


def _nameless(draft: Draft) -> None:
    most = draft.dice.choice([1, 3])

    def fail(thing: Thing) -> Thing:
        failures = draft.dice.randint(1, most)
        return replace(thing, nameless=True, failures=failures, code=draft.dice.choice(_CODES))

    draft.change(draft.dice.choice([0.0, 0.0, 0.02]), fail)


def _unprovisioned(draft: Draft) -> None:
    def miss(thing: Thing) -> Thing:
        later = draft.dice.uniform(0, 2 * draft.active)
        return replace(thing, exists_from=draft.dice.choice([later, FOREVER]))

    draft.change(draft.dice.choice([0.02, 0.2]), miss)


def _poison(draft: Draft) -> None:
    style = draft.dice.choice([*Poison, None])

    def spoil(thing: Thing) -> Thing:
        return replace(thing, poison=style or draft.dice.choice(list(Poison)))

    draft.change(draft.dice.choice([0.0, 0.0, 0.02, 0.1]), spoil)


def _single(fault: Fault, draft: Draft) -> None:
    probability = draft.dice.choice([0.05, 0.3, 0.6])
    draft.plan = replace(draft.plan, troubles={**draft.plan.troubles, fault: probability})


def _outage(draft: Draft) -> None:
    kinds = [draft.dice.choice(list(Fault)).value for _ in range(draft.dice.randint(1, 3))]
    asks = draft.dice.choice([0.0, 20.0, 600.0])
    windows = tuple(draft.window(kind, asks) for kind in kinds)
    draft.plan = replace(draft.plan, outages=(*draft.plan.outages, *windows))


def _stray(draft: Draft) -> None:
    draft.plan = replace(draft.plan, noise=draft.dice.choice([0.05, 0.4]))


def _half_characters(draft: Draft) -> None:
    _error_entries(draft)
    draft.plan = replace(draft.plan, words=("half a surrogate pair: \ud800",))


def _already(draft: Draft) -> None:
    draft.plan = replace(draft.plan, says_already=True)


def _refused_for_missing(draft: Draft) -> None:
    _unprovisioned(draft)
    draft.plan = replace(draft.plan, refuses_missing=True)


def _disassociated(draft: Draft) -> None:
    names = [thing.name for thing in draft.things]
    taken = tuple((at, draft.dice.choice(names)) for at in draft.times(10))
    draft.plan = replace(draft.plan, disassociations=taken)


def _interrupted(draft: Draft, *, power: bool = False, orderly: bool = False) -> None:
    more = tuple(
        Interruption(
            at,
            steps=draft.dice.choice([None, draft.dice.randrange(6), draft.dice.randrange(60)]),
            power=power,
            down=draft.dice.choice([0.1, 3.0, 60.0]),
            orderly=orderly,
        )
        for at in draft.times(draft.dice.choice([1, 4, 25]))
    )
    draft.plan = replace(draft.plan, interruptions=(*draft.plan.interruptions, *more))


def _dies_at_start(draft: Draft) -> None:
    _interrupted(draft)
    draft.plan = replace(draft.plan, dies_at_start=draft.dice.choice([0.1, 0.7]))


def _reconfigured(draft: Draft) -> None:
    _interrupted(draft, orderly=True)
    settings = [_other_settings(draft) for _ in range(draft.dice.randint(1, 4))]
    draft.plan = replace(draft.plan, settings=(draft.settings, *settings))


def _deployed(draft: Draft) -> None:
    changes = tuple((at, _other_settings(draft)) for at in draft.times(draft.dice.choice([2, 12])))
    draft.plan = replace(draft.plan, changes=changes)


def _other_settings(draft: Draft) -> Settings:
    return replace(
        draft.settings,
        policy=policy(draft),
        results_as_json=draft.dice.random() < 0.5,
        worker_idle_seconds=draft.dice.choice([0.0, 1.0, 60.0]),
    )


def policy(draft: Draft) -> Policy:
    """Settings that an operator may choose."""
    dice = draft.dice
    return Policy(
        max_batch=dice.choice([100, 100, 100, 10, 3, 1]),
        max_wait_seconds=dice.choice([1.0, 1.0, 0.0, 0.2, 5.0, 30.0]),
        max_attempts=dice.choice([10, 10, 3, 2, 1]),
        trust_seconds=dice.choice([3600.0, 3600.0, 60.0, 5.0, 0.0]),
        receipts=dice.random() < 0.5,
    )


def _overload(draft: Draft) -> None:
    most = draft.dice.randint(1, max(1, len(draft.things)))
    draft.set_policy(replace(draft.policy, max_pending=most))


def _turned_away(draft: Draft) -> None:
    draft.plan = replace(draft.plan, turned_away=tuple(draft.times(5)))


def _disk(kind: str, draft: Draft) -> None:
    detail = draft.dice.choice([0.05, 0.5, 4.0]) if kind == disk.SLOW else 0.0
    windows = tuple(draft.window(kind, detail, 1800) for _ in range(draft.dice.randint(1, 3)))
    draft.plan = replace(draft.plan, disk=(*draft.plan.disk, *windows))


def _nucleus(kind: str, draft: Draft) -> None:
    window = draft.window(kind, draft.dice.choice([0.1, 0.5, 1.0]))
    draft.plan = replace(draft.plan, nucleus=(*draft.plan.nucleus, window))


def _clock(draft: Draft) -> None:
    jumps = tuple((at, draft.dice.choice(_WALL_JUMPS)) for at in draft.times(3))
    if draft.dice.random() < 0.3:
        right = (draft.dice.uniform(0, draft.active), -_UNSET_CLOCK)
        draft.plan = replace(draft.plan, clock_jumps=(right,), first_wall_offset=_UNSET_CLOCK)
    else:
        draft.plan = replace(draft.plan, clock_jumps=jumps)
    _interrupted(draft, orderly=draft.dice.random() < 0.5)


def _worker_deaths(draft: Draft) -> None:
    draft.plan = replace(draft.plan, worker_deaths=tuple(draft.times(6)))


FEATURES: Mapping[str, Callable[[Draft], None]] = {
    "error entries": _error_entries,
    "nameless entries": _nameless,
    "not provisioned": _unprovisioned,
    "call refused for a missing thing": _refused_for_missing,
    "poison": _poison,
    **{f"single: {fault.value}": partial(_single, fault) for fault in Fault},
    "outage": _outage,
    "long outage": _outage,
    "half characters": _half_characters,
    "stray entries": _stray,
    "already": _already,
    "disassociated": _disassociated,
    "crash": _interrupted,
    "crashes": _interrupted,
    "power loss": partial(_interrupted, power=True),
    "stop": partial(_interrupted, orderly=True),
    "dies at start": _dies_at_start,
    "reconfigured": _reconfigured,
    "reconfigured live": _deployed,
    "overload": _overload,
    "turned away": _turned_away,
    "malformed": lambda _: None,
    **{kind: partial(_disk, kind) for kind in (disk.FULL, disk.BROKEN, disk.SLOW, disk.LOCKED)},
    **{
        f"results {kind}": partial(_nucleus, kind)
        for kind in (
            nucleus.UNAUTHORIZED,
            nucleus.REFUSED,
            nucleus.LATE,
            nucleus.NEVER,
            nucleus.LOST_BEFORE,
        )
    },
    "clock": _clock,
    "idle worker dies": _worker_deaths,
}

AVOIDED: frozenset[str] = frozenset()
"""Left out unless asked for: for troubles that the component does not stand yet."""
