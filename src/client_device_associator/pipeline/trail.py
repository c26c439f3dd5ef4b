"""What the trail says of what was decided: from decisions and what led to them, to entries.

Decisions say already what has changed, so that nothing is noted where nothing is stored: repeats,
and the further failures of calls, leave no entry.
"""

from collections.abc import Iterator, Mapping, Sequence

from client_device_associator.channel.port import Asked
from client_device_associator.core.admission.gate import Gate
from client_device_associator.core.answer import Answer, Succeeded, ThingNotFound
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.handover import HANDOVER, Claim
from client_device_associator.core.instant import Instant
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operator import Forget, Retry, Ruling
from client_device_associator.core.result import Result, Status
from client_device_associator.core.silence import SILENT
from client_device_associator.core.trail import Scalar, TrailEntry, TrailEvent

MAX_TEXT_CHARACTERS = 200
"""Of a message or topic: what a service says of a call is noted once for every device in it. The
journal has the whole of the last one beside the device."""

Detail = Mapping[str, Scalar]
"""More about what has happened, by names."""

_AFTER_CALL = {
    DeviceState.ASSOCIATED: TrailEvent.ASSOCIATED,
    DeviceState.LEFT: TrailEvent.DISASSOCIATED,
    DeviceState.FAILED: TrailEvent.FAILED,
    DeviceState.PENDING: TrailEvent.RETRYING,
    DeviceState.LEAVING: TrailEvent.RETRYING,
}
_OWN_DEPARTURES = {HANDOVER: TrailEvent.HANDED_OVER, SILENT: TrailEvent.SILENT}
"""By the `id` in their results."""


def of_announcements(decision: Decision, gate: Gate, now: Instant) -> Iterator[TrailEntry]:
    """What announcements have led to, but for those that were rejected."""
    leaves = {one.thing_name: one.leaves for one in decision.waiting}
    for name in decision.settled:
        yield _entry(now, name, TrailEvent.SUPERSEDED, byDeparture=leaves.get(name, False))
    has_rules = not gate.admits_everybody
    details: dict[tuple[object, ...], Detail] = {}
    for one in decision.waiting:
        event = TrailEvent.DEPARTURE_ANNOUNCED if one.leaves else TrailEvent.ANNOUNCED
        rule = gate.admitting(one) if has_rules else None
        # What comes together is mostly said in the same words.
        key = (one.topic, one.bus, one.announcement_id, one.lane, one.is_presence, rule)
        detail = details.get(key)
        if detail is None:
            detail = details[key] = _detail(
                topic=one.topic,
                bus=None if one.bus is Bus.LOCAL else one.bus.value,
                id=one.announcement_id,
                entry=one.lane,
                presence=one.is_presence or None,
                rule=rule,
            )
        yield TrailEntry(now.wall, one.thing_name, event, detail)


def of_answer(answer: Answer, decision: Decision, now: Instant) -> Iterator[TrailEntry]:
    """What the answer to a call has led to."""
    mentioned = _mentioned(answer)
    details: dict[tuple[object, ...], Detail] = {}
    for device in decision.devices:
        is_done = device.state in (DeviceState.ASSOCIATED, DeviceState.LEFT)
        # The cloud says what is wrong with a device; of one that is as it should be it can only
        # have said that it was so already.
        already = True if is_done and device.thing_name in mentioned else None
        key = (already, device.code, device.message, device.attempts)
        detail = details.get(key)
        if detail is None:
            detail = details[key] = _detail(
                already=already,
                code=device.code,
                message=device.message,
                attempts=device.attempts or None,
                requestId=answer.request_id,
            )
        yield TrailEntry(now.wall, device.thing_name, _AFTER_CALL[device.state], detail)


def of_claims(claims: Sequence[Claim], decision: Decision, now: Instant) -> Iterator[TrailEntry]:
    """What the claims of other core devices have led to."""
    last = {one.thing_name: one for one in claims}
    for device in decision.devices:
        claim = last[device.thing_name]
        yield _entry(
            now,
            device.thing_name,
            TrailEvent.CLAIMED,
            coreDeviceThingName=claim.core_thing_name,
            heardAt=claim.heard_at,
        )


def of_command(asked: Asked, ruling: Ruling, gate: Gate, now: Instant) -> Iterator[TrailEntry]:
    """What an operator has asked for, as far as it has changed something."""
    decision = ruling.decision
    if isinstance(asked.request, Forget):
        for name in decision.forgotten:
            yield _entry(now, name, TrailEvent.FORGOTTEN, uid=asked.uid)
        return
    if isinstance(asked.request, Retry):
        for device in decision.devices:
            yield _entry(now, device.thing_name, TrailEvent.RETRIED, uid=asked.uid)
    yield from of_announcements(decision, gate, now)


def of_step(decision: Decision, now: Instant) -> Iterator[TrailEntry]:
    """What was decided without an event: refusals, departures of its own, and lists."""
    for device in decision.devices:
        if device.state is DeviceState.FAILED:
            yield _with_reason(now, device)
    for one in decision.waiting:
        event = _OWN_DEPARTURES.get(one.announcement_id or "")
        if event is not None:
            yield _entry(now, one.thing_name, event)
    restored = {one.thing_name for one in decision.devices if one.state is DeviceState.PENDING}
    for result in decision.durable:
        name = result.thing_name or ""
        if result.status is Status.APPEARED:
            yield _entry(now, name, TrailEvent.APPEARED)
        elif result.status is Status.VANISHED:
            was_restored = name in restored
            yield _entry(now, name, TrailEvent.RESTORED if was_restored else TrailEvent.VANISHED)


def of_rejection(result: Result, now: Instant) -> TrailEntry:
    """An announcement that was not taken; the rule that is against it stands in the message."""
    return _entry(
        now,
        result.thing_name or "",
        TrailEvent.REJECTED,
        topic=result.topic,
        bus=None if result.bus is Bus.LOCAL else result.bus.value,
        code=result.code,
        message=result.message,
    )


def _with_reason(now: Instant, device: Device) -> TrailEntry:
    return _entry(
        now, device.thing_name, TrailEvent.REFUSED, code=device.code, message=device.message
    )


def _mentioned(answer: Answer) -> set[str]:
    if isinstance(answer, ThingNotFound):
        return {answer.thing_name}
    if isinstance(answer, Succeeded):
        return {one.thing_name for one in answer.error_entries if one.thing_name is not None}
    return set()


def _entry(now: Instant, name: str, event: TrailEvent, **detail: Scalar | None) -> TrailEntry:
    """An entry with what is known of the detail."""
    return TrailEntry(now.wall, name, event, _detail(**detail))


def _detail(**detail: Scalar | None) -> Detail:
    return {
        key: _short(value) for key, value in detail.items() if value is not None and value != ""
    }


def _short(value: Scalar) -> Scalar:
    return value[:MAX_TEXT_CHARACTERS] if isinstance(value, str) else value
