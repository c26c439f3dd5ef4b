"""Every kind of trouble that a seed may choose; each adds itself to a draft of a plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.policy import Policy
from simulation import connection, disk, documents
from simulation.draft import Draft
from simulation.plan import Change, Document, Ending, Fault, Interruption, Poison, Thing
from simulation.roster_faults import ROSTER_FEATURES
from simulation.world import FOREVER

_CODES = ("InternalServerException", "LimitExceeded", "Weird", None, "AccessDeniedException")
_WALL_JUMPS = (-5.0, 5.0, -3600.0, 3600.0, -86_400.0, 86_400.0, 3e8, -3e8)
_SELDOM = 300.0
"""Seconds: with renewals more often than this, nobody waits for a day."""

_UNSET_CLOCK = -1_799_999_000.0
"""A core device without a battery begins in 1970."""


def _error_entries(draft: Draft) -> None:
    most = draft.rng.choice([1, 3, 12])

    def fail(thing: Thing) -> Thing:
        return replace(thing, failures=draft.rng.randint(1, most), code=draft.rng.choice(_CODES))

    draft.change(draft.rng.choice([0.02, 0.3]), fail)


def _nameless(draft: Draft) -> None:
    most = draft.rng.choice([1, 3])

    def fail(thing: Thing) -> Thing:
        failures = draft.rng.randint(1, most)
        return replace(thing, nameless=True, failures=failures, code=draft.rng.choice(_CODES))

    draft.change(draft.rng.choice([0.0, 0.0, 0.02]), fail)


def _unprovisioned(draft: Draft) -> None:
    def miss(thing: Thing) -> Thing:
        later = draft.rng.uniform(0, 2 * draft.active)
        return replace(thing, exists_from=draft.rng.choice([later, FOREVER]))

    draft.change(draft.rng.choice([0.02, 0.2]), miss)


def _poison(draft: Draft) -> None:
    style = draft.rng.choice([*Poison, None])

    def spoil(thing: Thing) -> Thing:
        return replace(thing, poison=style or draft.rng.choice(list(Poison)))

    draft.change(draft.rng.choice([0.0, 0.0, 0.02, 0.1]), spoil)


def _single(fault: Fault, draft: Draft) -> None:
    probability = draft.rng.choice([0.05, 0.3, 0.6])
    draft.plan = replace(draft.plan, troubles={**draft.plan.troubles, fault: probability})


def _outage(draft: Draft) -> None:
    kinds = [draft.rng.choice(list(Fault)).value for _ in range(draft.rng.randint(1, 3))]
    asks = draft.rng.choice([0.0, 20.0, 600.0])
    windows = tuple(draft.window(kind, asks) for kind in kinds)
    draft.plan = replace(draft.plan, outages=(*draft.plan.outages, *windows))


def _stray(draft: Draft) -> None:
    draft.plan = replace(draft.plan, noise=draft.rng.choice([0.05, 0.4]))


def _half_characters(draft: Draft) -> None:
    _error_entries(draft)
    draft.plan = replace(draft.plan, words=("half a surrogate pair: \ud800",))


def _already(draft: Draft) -> None:
    draft.plan = replace(draft.plan, says_already=True)


def _refused_for_missing(draft: Draft) -> None:
    _unprovisioned(draft)
    draft.plan = replace(draft.plan, refuses_missing=True)


def _interrupted(draft: Draft, ending: Ending = Ending.KILL) -> None:
    more = tuple(
        Interruption(
            at,
            ending,
            steps=draft.rng.choice([None, draft.rng.randrange(6), draft.rng.randrange(60)]),
            down=draft.rng.choice([0.1, 3.0, 60.0]),
        )
        for at in draft.times(draft.rng.choice([1, 4, 25]))
    )
    draft.plan = replace(draft.plan, interruptions=(*draft.plan.interruptions, *more))


def _dies_at_start(draft: Draft) -> None:
    _interrupted(draft)
    draft.plan = replace(draft.plan, dies_at_start=draft.rng.choice([0.1, 0.7]))


def _change(draft: Draft, at: float, document: Document) -> None:
    gaps = tuple(draft.rng.choice([0.0, 0.01, 0.4, 3.0]) for _ in range(draft.rng.randint(1, 8)))
    draft.plan = replace(draft.plan, changes=(*draft.plan.changes, Change(at, document, gaps)))


def _reconfigured(draft: Draft) -> None:
    """Each process finds another configuration than the one before."""
    _interrupted(draft, Ending.STOP)
    for interruption in draft.plan.interruptions:
        document = documents.written(other_settings(draft), draft.rng)
        _change(draft, interruption.at + interruption.down / 2, document)


def _deployed(draft: Draft) -> None:
    for at in draft.times(draft.rng.choice([2, 12])):
        _change(draft, at, documents.written(other_settings(draft), draft.rng))


def _deployed_wrong(draft: Draft) -> None:
    for at in draft.times(draft.rng.choice([2, 12])):
        is_wrong = draft.rng.random() < 0.5
        good = documents.written(other_settings(draft), draft.rng)
        _change(draft, at, documents.wrong(draft.rng) if is_wrong else good)


def _wrong_at_first(draft: Draft) -> None:
    draft.plan = replace(draft.plan, document=documents.wrong(draft.rng))
    _deployed_wrong(draft)


def other_settings(draft: Draft) -> Settings:
    """Settings that an operator may choose."""
    rng = draft.rng
    topics = [documents.SHARED, documents.OWN]
    topics += [one for one in (documents.GATEWAY, documents.LINE) if rng.random() < 0.7]
    rng.shuffle(topics)
    topics += [one for one in (documents.LEFT, documents.OWN_LEFT) if rng.random() < 0.8]
    renewals = [300.0, 300.0, 3600.0, 30.0] + ([2.0, 5.0] if draft.active < 1000 else [])
    renewal = rng.choice(renewals)
    intervals = [0.0, 360.0, 360.0, 900.0, 3600.0]
    if renewal >= _SELDOM:
        intervals += [86_400.0, 86_400.0]
    return Settings(
        announcement_topics=tuple(topics),
        results_topic="{topic}/status",
        results_as_json=rng.random() < 0.3,
        policy=replace(
            policy(draft),
            gate=documents.gate(topics),
            lanes=tuple(topic.key for topic in topics),
            reconcile_seconds=rng.choice(intervals),
            restores=rng.random() < 0.5,
            max_devices=draft.policy.max_devices,
        ),
        worker_idle_seconds=rng.choice([0.0, 1.0, 60.0, 60.0, 3600.0]),
        subscription_renewal_seconds=renewal,
        deployment_veto=rng.random() < 0.3,
        log_level=rng.choice(["INFO", "DEBUG", "ERROR"]),
        trail_max_entries=documents.TRAILS[renewal],
        metrics=documents.metrics(topics, renewal),
    )


def policy(draft: Draft) -> Policy:
    """Settings that an operator may choose."""
    rng = draft.rng
    return Policy(
        max_pending=10_000,
        max_batch=rng.choice([100, 100, 100, 10, 3, 1]),
        max_wait_seconds=rng.choice([1.0, 1.0, 0.0, 0.2, 5.0, 30.0]),
        max_attempts=rng.choice([10, 10, 3, 2, 1]),
        trust_seconds=rng.choice([3600.0, 3600.0, 60.0, 5.0, 0.0]),
        receipts=rng.random() < 0.5,
        gate=documents.gate(()),
        lanes=(),
        max_devices=None,
    )


def _overload(draft: Draft) -> None:
    most = draft.rng.randint(1, max(1, len(draft.things)))
    draft.set_policy(replace(draft.policy, max_pending=most))


def _flooded(draft: Draft) -> None:
    draft.plan = replace(draft.plan, floods=tuple(draft.times(3)))
    if draft.rng.random() < 0.5:
        # In the middle of it.
        stops = tuple(Interruption(at + 0.03, Ending.STOP) for at in draft.plan.floods)
        draft.plan = replace(draft.plan, interruptions=(*draft.plan.interruptions, *stops))
        if draft.rng.random() < 0.5:
            _disk(disk.SLOW, draft)


def _streams_closed(draft: Draft) -> None:
    draft.plan = replace(draft.plan, closings=tuple(draft.times(draft.rng.choice([1, 6]))))
    if draft.rng.random() < 0.5:
        # The stream of changes may be among them.
        _deployed_wrong(draft)


def _silenced(draft: Draft) -> None:
    draft.plan = replace(draft.plan, silencings=tuple(draft.times(draft.rng.choice([1, 6]))))
    if draft.rng.random() < 0.5:
        # Also between renewals of different lengths.
        _deployed(draft)


def _session(kind: str, draft: Draft) -> None:
    window = draft.window(kind, draft.rng.choice([0.1, 0.5, 1.0]))
    draft.plan = replace(draft.plan, session=(*draft.plan.session, window))


def _health_requested(draft: Draft) -> None:
    draft.plan = replace(draft.plan, health_requests=tuple(draft.times(20)))


def _disk(kind: str, draft: Draft) -> None:
    details = {disk.SLOW: [0.05, 0.5, 4.0], disk.FULL: [0.0, 0.5]}
    detail = draft.rng.choice(details.get(kind, [0.0]))
    windows = tuple(draft.window(kind, detail, 1800) for _ in range(draft.rng.randint(1, 3)))
    draft.plan = replace(draft.plan, disk=(*draft.plan.disk, *windows))


def _results(kind: str, draft: Draft) -> None:
    window = draft.window(kind, draft.rng.choice([0.1, 0.5, 1.0]))
    draft.plan = replace(draft.plan, nucleus=(*draft.plan.nucleus, window))


def _clock(draft: Draft) -> None:
    jumps = tuple((at, draft.rng.choice(_WALL_JUMPS)) for at in draft.times(3))
    if draft.rng.random() < 0.3:
        right = (draft.rng.uniform(0, draft.active), -_UNSET_CLOCK)
        draft.plan = replace(draft.plan, clock_jumps=(right,), first_wall_offset=_UNSET_CLOCK)
    else:
        draft.plan = replace(draft.plan, clock_jumps=jumps)
    _interrupted(draft, draft.rng.choice([Ending.KILL, Ending.STOP]))


def _worker_deaths(draft: Draft) -> None:
    draft.plan = replace(draft.plan, worker_deaths=tuple(draft.times(6)))


FEATURES: Mapping[str, Callable[[Draft], None]] = {
    **ROSTER_FEATURES,
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
    "crash": _interrupted,
    "crashes": _interrupted,
    **{one.value: partial(_interrupted, ending=one) for one in Ending if one is not Ending.KILL},
    "dies at start": _dies_at_start,
    "reconfigured": _reconfigured,
    "reconfigured live": _deployed,
    "reconfigured wrong": _deployed_wrong,
    "wrong at first": _wrong_at_first,
    "overload": _overload,
    "flood": _flooded,
    "streams closed": _streams_closed,
    "silenced": _silenced,
    "health requested": _health_requested,
    "malformed": lambda _: None,
    **{kind: partial(_disk, kind) for kind in (disk.FULL, disk.BROKEN, disk.SLOW, disk.LOCKED)},
    **{
        f"results {kind}": partial(_results, kind)
        for kind in (
            connection.UNAUTHORIZED,
            connection.REFUSED,
            connection.LATE,
            connection.NEVER,
            connection.LOST_BEFORE,
        )
    },
    **{
        f"requests {kind}": partial(_session, kind)
        for kind in (connection.UNAUTHORIZED, connection.REFUSED, connection.LATE)
    },
    "clock": _clock,
    "idle worker dies": _worker_deaths,
}

AVOIDED: frozenset[str] = frozenset()
"""Left out unless asked for: for troubles that the component does not stand yet."""
