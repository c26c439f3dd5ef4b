"""What a person can do: for every reason for which a device is not associated."""

from collections.abc import Mapping

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.result import Reason
from client_device_associator.messages.announcement import (
    MAX_ID_LENGTH,
    MAX_NAMES,
    MAX_PAYLOAD_BYTES,
)
from client_device_associator.messages.topic import MAX_TOPIC_BYTES

OF_REJECTIONS: Mapping[Reason, str] = {
    Reason.NOT_JSON: 'have the publisher send JSON, {"thingName": "…"}; or use the device\'s own'
    " topic, clientdevices/<thing name>/announce, which takes any payload",
    Reason.NOT_AN_OBJECT: 'have the publisher send an object, {"thingName": "…"}',
    Reason.WRONG_TYPE: "have the publisher send thing names as strings, and thingNames as a list",
    Reason.NO_THING_NAME: "have the publisher name the device; if a template of the configuration"
    " names it, compare the template with the message",
    Reason.INVALID_THING_NAME: "have the publisher send the name of the thing in AWS IoT: 1 to 128"
    " letters, digits, ':', '_' and '-'",
    Reason.OTHER_THING_NAME: "announce each device on its own topic, or on a shared one such as"
    " clientdevices/announce",
    Reason.TOO_MANY_NAMES: f"have the publisher send {MAX_NAMES} names in a message at most",
    Reason.TOO_LARGE: f"have the publisher send {MAX_PAYLOAD_BYTES} bytes in a message at most, on"
    f" a topic of {MAX_TOPIC_BYTES} bytes at most",
    Reason.INVALID_ID: f"have the publisher send an id of {MAX_ID_LENGTH} characters at most, or"
    " none",
    Reason.NOT_ADMITTED: "if it should be admitted, change the rule of the configuration that the"
    " message names, then announce the device again",
    Reason.UNPROVEN_NAME: "announce it on a topic of its own whose thingName is taken from the"
    " topic; or set admission.requireProvenName to false",
    Reason.OVERLOADED: "announce it again later; if that is usual, announce less often, or raise"
    " limits.maxPending",
    Reason.STORAGE: "make room on the disk of the core device, or repair it, then announce the"
    " device again",
}

THING = "THING"
"""Stands for the device's name in the commands that are proposed."""

_END_WAIT = f"then end the wait with: associator retry {THING}"

OF_FAILURES: Mapping[FailureCause, str] = {
    FailureCause.THROTTLED: "nothing; if it is usual, fewer core devices of the account should call"
    " at a time, or ask AWS for a higher quota",
    FailureCause.UNAVAILABLE: "check this core device's network, its proxy, and whether AWS IoT"
    " Greengrass is available in the region",
    FailureCause.NO_CREDENTIALS: "check that aws.greengrass.TokenExchangeService runs, and the role"
    " alias of the nucleus configuration",
    FailureCause.CREDENTIALS_REFUSED: "check this core device's clock, and its token exchange role",
    FailureCause.ACCESS_DENIED: "allow it for the token exchange role; the component's log has the"
    f" IAM statement to add, in the line 'calls for core device … fail'; {_END_WAIT}",
    FailureCause.CORE_UNKNOWN: "check that the core device exists in this account and region;"
    f" {_END_WAIT}",
    FailureCause.MISCONFIGURED: f"correct what the message says; {_END_WAIT}",
}

_MAX_DEVICES = "limits.maxDevices"
_MORE_ROOM = (
    f"raise {_MAX_DEVICES}, or have devices leave that are not used any more; then announce the"
    " device again"
)
READ_CODE = "read the service's message; what it complains about has to be changed in the cloud"


def of_rejection(code: str, message: str) -> str:
    """What to do about a rejection.

    Args:
        code: Its code; one that is not known is of another version.
        message: In words.
    """
    if code == Reason.NOT_ADMITTED.value and _MAX_DEVICES in message:
        return _MORE_ROOM
    return next((text for reason, text in OF_REJECTIONS.items() if reason.value == code), READ_CODE)


THING_NOT_FOUND = "ResourceNotFoundException"
CREATE_THING = (
    "create a thing of this name in AWS IoT, in this core device's account and region, or have the"
    " publisher send the name of the thing that there is"
)
REFUSED_ALONE, CORRECT_NAME = (
    "ValidationException",
    "correct the name: the service does not take it, also alone in a call",
)
TRY_AGAIN = f"then announce the device again, or run: associator retry {THING}"
START = (
    "have the nucleus start it (greengrass-cli component restart, or a deployment), and read the"
    " end of its log if it does not stay"
)
FREE_DISK = "make room on the disk of the core device, or repair it"
CHECK_ARRIVAL = (
    "check that the publisher's accessControl allows the topic, that the bridge maps it, and that"
    " the device is switched on; turn on results.receipts and announce it again: delivery is at"
    " most once"
)
ALLOW_TOPICS = "merge the accessControl block that the component's log has"
NOTHING = "nothing"
