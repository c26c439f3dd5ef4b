"""Why a device is not associated: by its state, and by what is wrong with the component."""

from client_device_associator.command import remedies
from client_device_associator.command.case import Case
from client_device_associator.command.component_state import Running
from client_device_associator.command.durations import duration
from client_device_associator.command.moments import ago
from client_device_associator.command.unknown_device import unknown
from client_device_associator.command.verdict import Verdict
from client_device_associator.core.admission.gate import Refusal
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.device import Device
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.result import ROSTER_TOPIC, Reason
from client_device_associator.core.thing_name import is_thing_name, why_not
from client_device_associator.core.trail import TrailEvent
from client_device_associator.core.values import replace

_WISH = {DeviceState.PENDING: "to be associated", DeviceState.LEAVING: "to be disassociated"}
_CALLS = {DeviceState.PENDING: "cloud", DeviceState.LEAVING: "departures"}
"""What the component says of calls for devices in a state, by the name in its state."""


def diagnose(case: Case) -> Verdict:
    """Why a device is not associated, or that it is."""
    name, device = case.thing_name, case.device
    if not is_thing_name(name):
        remedy = remedies.OF_REJECTIONS[Reason.INVALID_THING_NAME]
        return Verdict("invalidName", f"no thing can have this name: {why_not(name)}", "", remedy)
    if device is not None and device.state is DeviceState.ASSOCIATED:
        return _associated(device, case)
    if case.running is not Running.YES:
        return _not_running(case)
    verdict = unknown(case) if device is None else _known(device, case)
    return replace(verdict, remedy=verdict.remedy.replace(remedies.THING, name))


def _known(device: Device, case: Case) -> Verdict:
    if device.state is DeviceState.LEFT:
        return _left(device, case)
    if device.state is DeviceState.FAILED:
        return _failed(device, case)
    return _waiting(device, case)


def _associated(device: Device, case: Case) -> Verdict:
    cause = f"it is associated, as far as is known, for {duration(case.now - device.since)}"
    if device.claimed_at is not None:
        return Verdict(
            "claimed",
            f"{cause}; another core device has claimed it {ago(device.claimed_at, case.now)}",
            "it is disassociated from this core device unless it is heard here within"
            " handover.graceSeconds of the claim",
            "announce it here if it is here",
            needs_person=False,
        )
    return Verdict(
        "associated",
        cause,
        "nothing; if it is announced after trustSeconds, the cloud is asked again",
        "if it cannot connect all the same, look at client device auth: its policies, and whether"
        " the core device has reached the cloud since",
        needs_person=False,
    )


def _not_running(case: Case) -> Verdict:
    what = "never ran here" if case.running is Running.NEVER else "does not run"
    waits = case.device is not None and case.device.state in QUEUED
    return Verdict(
        "notRunning",
        f"the component {what}, so nothing is heard and nothing is called",
        "it goes on with this device when it starts" if waits else "nothing, until it starts",
        remedies.START,
    )


def _left(device: Device, case: Case) -> Verdict:
    for entry in case.trail:
        if entry.event is TrailEvent.SILENT:
            why = "it was not heard for departures.afterSilentDays"
            return _gone("silent", why, device, case)
        if entry.event is TrailEvent.HANDED_OVER:
            why = "another core device has it, and it was not heard here"
            return _gone("handedOver", why, device, case)
        if entry.event is TrailEvent.DEPARTURE_ANNOUNCED:
            break
    return _gone("left", "its departure was announced", device, case)


def _gone(reason: str, why: str, device: Device, case: Case) -> Verdict:
    return Verdict(
        reason,
        f"{why}, and it was disassociated {ago(device.since, case.now)}",
        "nothing, until it is announced again",
        "announce it if it is here",
        needs_person=False,
    )


def _failed(device: Device, case: Case) -> Verdict:
    code, said = device.code or "", f"{device.code}: {device.message}"
    when = ago(device.since, case.now)
    then = remedies.TRY_AGAIN
    stays = "nothing, until it is announced again"
    if code in (Reason.NOT_ADMITTED.value, Reason.UNPROVEN_NAME.value):
        cause = f"it waited, and was not admitted any more {when}: {device.message}"
        remedy = remedies.of_rejection(code, device.message or "")
        return Verdict("refused", cause, stays, remedy)
    cause = f"it was given up {when}, at attempt {device.attempts}: {said}"
    if code == remedies.THING_NOT_FOUND:
        return Verdict("thingNotFoundAndGivenUp", cause, stays, f"{remedies.CREATE_THING}; {then}")
    if code == remedies.REFUSED_ALONE:
        return Verdict("refusedByTheService", cause, stays, f"{remedies.CORRECT_NAME}; {then}")
    return Verdict("givenUp", cause, stays, f"{remedies.READ_CODE}; {then}")


def _waiting(device: Device, case: Case) -> Verdict:
    wish = _WISH[device.state]
    since = f"it waits {wish}, for {duration(case.now - device.since)}"
    journal = case.state.section("journal")
    if journal.text("state") == "unusable":
        return Verdict(
            "journalUnusable",
            f"{since}; the component cannot use its journal: {journal.text('message')}",
            "no call is made until the journal can be written; that is tried all the time",
            remedies.FREE_DISK,
        )
    refusal = _refusal(case)
    if refusal is not None:
        return Verdict(
            "willBeRefused",
            f"{since}; the rules do not admit it any more: {refusal.message}",
            "it is rejected when its call is about to leave",
            remedies.of_rejection(refusal.reason.value, refusal.message),
        )
    calls = case.state.section(_CALLS[device.state])
    for failure in FailureCause:
        if calls.text("state") == failure.value:
            return Verdict(
                failure.value,
                f"{since}; calls for all devices fail: {failure.value}: {calls.text('code')}"
                f" {calls.text('message')}",
                "the call is made again by itself, within 5 minutes; within an hour if a"
                " permission is missing. Nothing is dropped",
                remedies.OF_FAILURES[failure],
                needs_person=failure is not FailureCause.THROTTLED,
            )
    return _in_the_queue(device, since, case)


def _in_the_queue(device: Device, since: str, case: Case) -> Verdict:
    """Nothing is wrong with the calls; perhaps with the device."""
    due = device.due_at
    call = "it is in the next call" if due <= case.now else f"its next call is {ago(due, case.now)}"
    if case.before:
        call += f"; {case.before} devices are due before it, up to 100 go in a call"
    if not device.attempts:
        return Verdict("waiting", since, call, needs_person=False)
    most = "" if case.settings is None else f" of {case.settings.policy.max_attempts}"
    cause = (
        f"{since}; attempt {device.attempts}{most} came to nothing: {device.code}: {device.message}"
    )
    if device.code == remedies.THING_NOT_FOUND:
        return Verdict("thingNotFound", cause, call, remedies.CREATE_THING)
    return Verdict("deviceError", cause, call, remedies.READ_CODE)


def _refusal(case: Case) -> Refusal | None:
    """Why none of its announcements is admitted by the settings as they are now."""
    # What the component or an operator has decided is nobody's announcement.
    if any(one.topic == ROSTER_TOPIC for one in case.waiting):
        return None
    if case.settings is None or not case.waiting:
        return None
    refusals = [case.settings.policy.gate.why_not(one) for one in case.waiting]
    return None if None in refusals else refusals[0]
