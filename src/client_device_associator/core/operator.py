"""What a person on the core device may ask for, and what is decided on it.

The person is told at once what was done with each device; results of calls that follow go to the
roster's topic, as those of all that this component does without an announcement.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from client_device_associator.core.announcement import NOWHERE, Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import QUEUED, DeviceEvent, DeviceState, after
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import FORGOTTEN, ROSTER_TOPIC, Reason, Result, Status
from client_device_associator.core.values import dataclass, field, replace

COMMAND = "command"
"""The `id` in the results for devices that an operator has announced, or has had retried."""

MAX_NAMES = 500
"""Thing names in one request: a turn of the main thread has to be short."""

_WAS_FORGOTTEN = "an operator had this core device forget it; announce it again"

_REFUSED_BEFORE = frozenset({Reason.NOT_ADMITTED.value, Reason.UNPROVEN_NAME.value})
"""The codes of devices that have failed because of rules."""

_ANNOUNCE_INSTEAD = "; if it is to be associated all the same, announce it by its name"


@dataclass(frozen=True, slots=True)
class Retry:
    """Devices that wait are due now, and those that have failed are announced again."""

    thing_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forget:
    """Nothing is known of these devices any more; nothing is called."""

    thing_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Announce:
    """These devices are to be associated, if they are admitted."""

    thing_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconcile:
    """The cloud's list is to be compared with the journal now."""


Request = Retry | Forget | Announce | Reconcile
"""What may be asked for. Names are at most `MAX_NAMES` different ones."""


class Done(str, Enum):
    """What was done with a device."""

    DUE = "due"
    """It waited, and is in the next call for which there is room."""
    QUEUED = "queued"
    """It waits for a call now."""
    ALREADY = "already"
    """There is nothing to do: it is where it should be, as far as is known."""
    FORGOTTEN = "forgotten"
    UNKNOWN = "unknown"
    """The journal does not know it."""
    REJECTED = "rejected"
    """It is not admitted, or there is no room."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done with one device.

    Attributes:
        thing_name: Which.
        done: What.
        code: With REJECTED: a `Reason`.
        message: The same, for a person.
    """

    thing_name: str
    done: Done
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided on a request.

    Attributes:
        decision: To be stored before the outcomes are told.
        outcomes: One for each name, in order.
        list_at: Of RECONCILE: steady seconds at which the list is asked for, at the earliest; None
            if the settings want no list.
    """

    decision: Decision = field(default_factory=Decision)
    outcomes: tuple[Outcome, ...] = ()
    list_at: float | None = None

    @property
    def hurries(self) -> bool:
        """Whether devices wait for a call because of it."""
        return any(one.done in (Done.DUE, Done.QUEUED) for one in self.outcomes)


Enqueue = Callable[[Sequence[Announcement]], Decision]
"""Decides on announcements."""


def forget(thing_names: Sequence[str], journal: JournalView) -> Ruling:
    """Devices are taken out of the journal; who waits for their results is told so."""
    known = journal.devices(thing_names)
    waiting = journal.waiting(thing_names)
    for device in known.values():
        after(device.state, DeviceEvent.DISMISSED)
    results: list[Result] = []
    for name in thing_names:
        for one in waiting.get(name, ()):
            failed = one.result(Status.FAILED)
            results.append(replace(failed, code=FORGOTTEN, message=_WAS_FORGOTTEN))
    return Ruling(
        Decision(
            settled=tuple(name for name in thing_names if name in waiting),
            durable=tuple(results),
            forgotten=tuple(name for name in thing_names if name in known),
        ),
        tuple(
            Outcome(name, Done.FORGOTTEN if name in known else Done.UNKNOWN) for name in thing_names
        ),
    )


def announce(thing_names: Sequence[str], policy: Policy, enqueue: Enqueue) -> Ruling:
    """Devices are announced by an operator.

    The rules for all announcements count. A name that an operator says needs no proof.
    """
    outcomes: dict[str, Outcome] = {}
    admitted: list[str] = []
    for name in thing_names:
        refusal = policy.gate.why_not(Announcement(name, NOWHERE))
        if refusal is None:
            admitted.append(name)
        else:
            why = refusal.message
            outcomes[name] = Outcome(name, Done.REJECTED, refusal.reason.value, why)
    decision = enqueue([Announcement(name, ROSTER_TOPIC, COMMAND) for name in admitted])
    answered = {one.thing_name: one for one in decision.transient}
    outcomes |= {name: _outcome(name, answered.get(name)) for name in admitted}
    # It is the one who has asked that is answered, and not a topic.
    return Ruling(replace(decision, transient=()), tuple(outcomes[name] for name in thing_names))


def retry(
    thing_names: Sequence[str],
    journal: JournalView,
    policy: Policy,
    enqueue: Enqueue,
    now: Instant,
) -> Ruling:
    """Devices that wait are due now, and those that have failed are announced again.

    Who has failed because of the rules stays so: a pattern of names should let nobody in.
    """
    known = journal.devices(thing_names)
    failed = [
        name
        for name, device in known.items()
        if device.state is DeviceState.FAILED and device.code not in _REFUSED_BEFORE
    ]
    announced = announce(failed, policy, enqueue)
    due = [
        replace(device, due_at=now.steady)
        for device in known.values()
        if device.state in QUEUED and device.due_at > now.steady
    ]
    outcomes: Mapping[str, Outcome] = {
        **{name: _without_a_call(name, known.get(name)) for name in thing_names},
        **{one.thing_name: one for one in announced.outcomes},
    }
    decision = announced.decision
    return Ruling(
        replace(decision, devices=(*decision.devices, *due)),
        tuple(outcomes[name] for name in thing_names),
    )


def _without_a_call(name: str, device: Device | None) -> Outcome:
    """What a retry means for a device that is not announced again."""
    if device is None:
        return Outcome(name, Done.UNKNOWN)
    if device.state in QUEUED:
        return Outcome(name, Done.DUE)
    if device.state is not DeviceState.FAILED:
        return Outcome(name, Done.ALREADY)
    message = f"{device.message or ''}{_ANNOUNCE_INSTEAD}"
    return Outcome(name, Done.REJECTED, device.code, message)


def _outcome(name: str, answer: Result | None) -> Outcome:
    """What became of an announcement that an announcer would have been answered so."""
    if answer is None or answer.status not in (Status.REJECTED, Status.ASSOCIATED):
        return Outcome(name, Done.QUEUED)
    if answer.status is Status.ASSOCIATED:
        return Outcome(name, Done.ALREADY)
    return Outcome(name, Done.REJECTED, answer.code, answer.message)
