"""Asks again who is admitted, for devices whose call is about to leave.

The rules may have become stricter while they waited, and no device that they refuse may be in a
call. What is associated already stays so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from client_device_associator.core.admission.gate import Refusal
from client_device_associator.core.announcement import NOWHERE, Announcement, rejected
from client_device_associator.core.decision import Decision
from client_device_associator.core.giving_up import given_up
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import DeviceEvent
from client_device_associator.core.notices import DevicesRefused
from client_device_associator.core.operation import Operation
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import Reason, Result
from client_device_associator.core.values import replace


def no_room(max_devices: int) -> Refusal:
    """Why a device is refused that the rules admit."""
    text = f"this core device has as many devices as limits.maxDevices allows, {max_devices}"
    return Refusal(Reason.NOT_ADMITTED, text)


def review(
    thing_names: Sequence[str],
    journal: JournalView,
    policy: Policy,
    now: Instant,
    operation: Operation = Operation.ASSOCIATE,
) -> Decision | None:
    """What is decided on those of the devices that are not admitted any more.

    Args:
        thing_names: Devices that would be in the next call.
        journal: What is known of them.
        policy: The settings.
        now: The time.
        operation: What they would be in a call for.

    Returns:
        None if all of them are admitted.
    """
    if policy.gate.admits_everybody and policy.max_devices is None:
        return None
    waiting = journal.waiting(thing_names)
    refusals: dict[str, Refusal] = {}
    for name in thing_names:
        announcements = waiting.get(name, ())
        if not announcements and operation is Operation.ASSOCIATE:
            announcements = [Announcement(name, NOWHERE)]
        refusal = _refusal(announcements, policy)
        if refusal is not None:
            refusals[name] = refusal
    if policy.max_devices is not None and operation is Operation.ASSOCIATE:
        known = journal.devices(thing_names)
        room = max(0, policy.max_devices - journal.occupied())
        # Who may be associated has a place already.
        new = [
            name
            for name in thing_names
            if name not in refusals and not (name in known and known[name].may_be_associated)
        ]
        refusals |= dict.fromkeys(new[room:], no_room(policy.max_devices))
    return _refuse(refusals, waiting, journal, now) if refusals else None


def _refusal(announcements: Sequence[Announcement], policy: Policy) -> Refusal | None:
    """Why none of a device's announcements is admitted; None if one is, or if there are none."""
    # What this component has decided by itself is nobody's announcement.
    if any(one.leaves and not one.was_heard for one in announcements):
        return None
    refusals = [policy.gate.why_not(_as_judged(one)) for one in announcements]
    spoken = [one for one in refusals if one is not None]
    if not spoken or len(spoken) < len(refusals):
        return None
    return next((one for one in spoken if not one.is_silent), spoken[0])


def _as_judged(announcement: Announcement) -> Announcement:
    """An operator's is on no topic that could prove its name, and needs no proof."""
    return announcement if announcement.was_heard else replace(announcement, topic=NOWHERE)


def _refuse(
    refusals: Mapping[str, Refusal],
    waiting: Mapping[str, Sequence[Announcement]],
    journal: JournalView,
    now: Instant,
) -> Decision:
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for name, refusal in refusals.items():
        reasons[refusal.message].append(name)
    return Decision(
        devices=tuple(
            given_up(
                replace(device, code=refusals[name].reason.value, message=refusals[name].message),
                DeviceEvent.REFUSED,
                now,
            )
            for name, device in journal.devices(list(refusals)).items()
        ),
        settled=tuple(refusals),
        durable=tuple(_results(refusals, waiting)),
        notices=tuple(DevicesRefused(tuple(names), why) for why, names in reasons.items()),
    )


def _results(
    refusals: Mapping[str, Refusal], waiting: Mapping[str, Sequence[Announcement]]
) -> Iterable[Result]:
    for name, refusal in refusals.items():
        if refusal.is_silent:
            continue
        for one in waiting.get(name, ()):
            yield rejected(one, refusal.reason, refusal.message)
