"""Devices of which the journal has nothing: the trail, the settings and the topics may say why."""

from client_device_associator.command import remedies
from client_device_associator.command.case import Case
from client_device_associator.command.component_state import Running
from client_device_associator.command.moments import ago
from client_device_associator.command.story import words_of
from client_device_associator.command.verdict import Verdict
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.trail import TrailEntry, TrailEvent

_UNTIL_ANNOUNCED = "nothing, until it is announced"
_UNTIL_ANNOUNCED_AGAIN = "nothing, until it is announced again"


def unknown(case: Case) -> Verdict:
    """Why a device of which the journal has nothing is not associated."""
    last = case.trail[0] if case.trail else _on_its_topic(case)
    if last is not None:
        return _after(last, case)
    refusal = _would_be_refused(case)
    if refusal is not None:
        return refusal
    nucleus = case.state.section("nucleus")
    if case.running is Running.YES and nucleus.texts("refused"):
        topics = ", ".join(nucleus.texts("refused"))
        return Verdict(
            "notListening",
            f"it was never heard, and accessControl does not allow the component to listen to"
            f" {topics}",
            "the component tries to listen now and then",
            remedies.ALLOW_TOPICS,
        )
    return _never_heard(case)


def _rejected(entry: TrailEntry, case: Case) -> Verdict:
    """An announcement of it was not taken."""
    code = str(entry.detail.get("code", ""))
    return Verdict(
        code or "rejected",
        f"its announcement was {words_of(entry)} ({ago(entry.at, case.now)})",
        _UNTIL_ANNOUNCED_AGAIN,
        remedies.of_rejection(code, str(entry.detail.get("message", ""))),
    )


def _after(last: TrailEntry, case: Case) -> Verdict:
    when = ago(last.at, case.now)
    match last.event:
        case TrailEvent.REJECTED:
            return _rejected(last, case)
        case TrailEvent.VANISHED:
            return Verdict(
                "vanished",
                f"somebody else has disassociated it in the cloud; that was noticed {when}",
                f"{_UNTIL_ANNOUNCED_AGAIN}; with reconcile.restore it would be associated again",
                "announce it again, or find out who disassociates devices: CloudTrail has"
                " BatchDisassociateClientDeviceFromCoreDevice",
            )
        case TrailEvent.FORGOTTEN:
            return Verdict(
                "forgotten",
                f"an operator has had it forgotten {when}",
                _UNTIL_ANNOUNCED_AGAIN,
                "announce it",
            )
        case TrailEvent.ASSOCIATED | TrailEvent.APPEARED:
            return Verdict(
                "notKnownAnyMore",
                f"it was associated {when}; that is believed for trustSeconds, and nothing is known"
                " since",
                "it is asked for again when it is announced next",
                "look in the cloud's list whether it is still associated; announce it again",
                needs_person=False,
            )
        case TrailEvent.DISASSOCIATED:
            return Verdict(
                "left",
                f"it has left, and was disassociated {when}",
                _UNTIL_ANNOUNCED_AGAIN,
                "announce it if it has come back",
                needs_person=False,
            )
    return Verdict(
        "notKnownAnyMore",
        f"nothing is known of it any more; the last that happened, {when}: {words_of(last)}",
        _UNTIL_ANNOUNCED_AGAIN,
        "announce it again",
    )


def _on_its_topic(case: Case) -> TrailEntry | None:
    """A message that named nobody, and came on a topic with this name in it."""
    levels = ((one, str(one.detail.get("topic", "")).split("/")) for one in case.nameless)
    return next((one for one, names in levels if case.thing_name in names), None)


def _would_be_refused(case: Case) -> Verdict | None:
    """Whether the rules admit it on no topic at all."""
    if case.settings is None:
        return None
    topics = [one for one in case.settings.announcement_topics if not one.leaves]
    gate = case.settings.policy.gate
    refusals = [
        gate.why_not(Announcement(case.thing_name, one.topic_filter, bus=one.bus), one.key)
        for one in topics
    ]
    refused = [one for one in refusals if one is not None]
    if not refused or len(refused) < len(refusals):
        return None
    return Verdict(
        "wouldBeRejected",
        f"it was never heard, and it would not be admitted: {refused[0].message}",
        "its announcement would be rejected",
        remedies.of_rejection(refused[0].reason.value, refused[0].message),
    )


def _never_heard(case: Case) -> Verdict:
    listening = ", ".join(case.state.section("nucleus").texts("listening"))
    cause = "it was never heard: no announcement of it has arrived"
    if case.settings is not None and case.settings.trail_max_entries == 0:
        cause = "nothing is known of it; trail.maxEntries is 0, so that no history is kept"
    elif case.nameless:
        last = case.nameless[0]
        cause += (
            f". It may have been in a message that named nobody: {words_of(last)}"
            f" ({ago(last.at, case.now)})"
        )
    if listening and case.running is Running.YES:
        cause += f". The component listens to {listening}"
    return Verdict("neverHeard", cause, _UNTIL_ANNOUNCED, remedies.CHECK_ARRIVAL)
