"""What has happened to a device, in words."""

from collections.abc import Mapping

from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.core.trail import Scalar, TrailEntry, TrailEvent

_WORDS: Mapping[TrailEvent, str] = {
    TrailEvent.ANNOUNCED: "announced",
    TrailEvent.DEPARTURE_ANNOUNCED: "its departure was announced",
    TrailEvent.REJECTED: "rejected",
    TrailEvent.ASSOCIATED: "the cloud has associated it",
    TrailEvent.DISASSOCIATED: "the cloud has disassociated it",
    TrailEvent.RETRYING: "not done, and tried again",
    TrailEvent.FAILED: "given up",
    TrailEvent.REFUSED: "not admitted any more when its call was about to leave",
    TrailEvent.SUPERSEDED: "what it waited for was ended",
    TrailEvent.CLAIMED: "another core device has associated it",
    TrailEvent.HANDED_OVER: "let go, for it was not heard here any more",
    TrailEvent.SILENT: "to be disassociated, for it was silent for so long",
    TrailEvent.APPEARED: "somebody else has associated it in the cloud",
    TrailEvent.VANISHED: "somebody else has disassociated it in the cloud",
    TrailEvent.RESTORED: "somebody else has disassociated it, and it is associated again",
    TrailEvent.RETRIED: "an operator has asked for another try",
    TrailEvent.FORGOTTEN: "an operator has had it forgotten",
}


def words_of(entry: TrailEntry) -> str:
    """One entry of the trail, in one line without its time."""
    detail = entry.detail
    words = _WORDS[entry.event]
    if entry.event is TrailEvent.ANNOUNCED and detail.get("topic") == ROSTER_TOPIC:
        return "an operator has announced it"
    if entry.event is TrailEvent.SUPERSEDED:
        words += " by its departure" if detail.get("byDeparture") else " by a new announcement"
    if detail.get("already"):
        words += " before; nothing had to be done"
    if "coreDeviceThingName" in detail:
        words += f": {detail['coreDeviceThingName']}"
    if "topic" in detail:
        words += f" on {detail['topic']}"
    if "bus" in detail:
        words += f" over {detail['bus']}"
    said = ": ".join(str(detail[key]) for key in ("code", "message") if key in detail)
    if said:
        words += f": {said}"
    asides = _asides(detail)
    return f"{words} ({asides})" if asides else words


def _asides(detail: Mapping[str, Scalar]) -> str:
    names = {
        "rule": "admitted by {}",
        "entry": "entry {}",
        "id": "id {}",
        "attempts": "attempt {}",
        "requestId": "AWS request id {}",
        "uid": "user {}",
    }
    found = [text.format(detail[key]) for key, text in names.items() if key in detail]
    if detail.get("presence"):
        found.append("presence")
    return ", ".join(found)
