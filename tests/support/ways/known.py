"""Devices that wait, have failed, have gone, or were never heard."""

from collections.abc import Sequence

from client_device_associator.core.answer import (
    CallFailed,
    FailureCause,
    Succeeded,
    ValidationFailed,
)
from client_device_associator.core.life import DeviceState
from client_device_associator.core.trail import TrailEvent
from support.values import SHARED, error_entries
from support.ways.drives import (
    DENIED,
    announce,
    answered,
    claimed,
    failing_disk,
    message,
    not_allowed,
    nothing,
    refused,
    stored,
    stricter,
)
from support.ways.way import NAME, Way

_OTHERS = {"admission": {"allow": {"valves": "valve*"}}}
_ONE_TRY = {"limits": {"maxAttempts": 1}}
_NOT_FOUND = error_entries((NAME, "ResourceNotFoundException"))
_ODD = error_entries((NAME, "OddException"))


def _failing(cause: FailureCause, code: str) -> Way:
    words = {
        FailureCause.THROTTLED: ("the service is called too often", "nothing"),
        FailureCause.UNAVAILABLE: ("the network, or the service, is not there", "network"),
        FailureCause.NO_CREDENTIALS: ("there are no credentials", "TokenExchangeService"),
        FailureCause.CREDENTIALS_REFUSED: ("the credentials are refused", "clock"),
        FailureCause.ACCESS_DENIED: ("a permission is missing", "IAM statement"),
        FailureCause.CORE_UNKNOWN: ("the cloud does not know the core device", "account"),
        FailureCause.MISCONFIGURED: ("something is missing on the core device", "correct"),
    }
    what, remedy = words[cause]
    answer = CallFailed(cause, code, "in the service's words")
    return Way(f"calls fail: {what}", cause.value, code, remedy, answered(answer), {})


KNOWN: Sequence[Way] = (
    _failing(FailureCause.THROTTLED, "ThrottlingException"),
    _failing(FailureCause.UNAVAILABLE, "EndpointConnectionError"),
    _failing(FailureCause.NO_CREDENTIALS, "NoCredentials"),
    _failing(FailureCause.CREDENTIALS_REFUSED, "ExpiredTokenException"),
    _failing(FailureCause.ACCESS_DENIED, "AccessDeniedException"),
    _failing(FailureCause.CORE_UNKNOWN, "ResourceNotFoundException"),
    _failing(FailureCause.MISCONFIGURED, "NoRegion"),
    Way(
        "there is no such thing, yet",
        "thingNotFound",
        "attempt 1 of 10",
        "create a thing",
        answered(_NOT_FOUND),
        {},
    ),
    Way(
        "there is no such thing",
        "thingNotFoundAndGivenUp",
        "given up",
        "create a thing",
        answered(_NOT_FOUND),
        _ONE_TRY,
    ),
    Way(
        "the service has another complaint about it",
        "deviceError",
        "OddException",
        "message",
        answered(_ODD),
        {},
    ),
    Way(
        "the same, as often as is tried",
        "givenUp",
        "OddException",
        f"associator retry {NAME}",
        answered(_ODD),
        _ONE_TRY,
    ),
    Way(
        "the service refuses its name",
        "refusedByTheService",
        "ValidationException",
        "correct the name",
        answered(ValidationFailed("no such name")),
        {},
    ),
    Way(
        "it waits for its first call",
        "waiting",
        "it waits to be associated",
        "nothing",
        announce,
        {},
    ),
    Way(
        "the rules have become stricter while it waits",
        "willBeRefused",
        "do not admit it any more",
        "rule",
        stricter,
        DENIED,
    ),
    Way(
        "the same, and its call was due",
        "refused",
        "not admitted any more",
        "rule",
        refused,
        DENIED,
    ),
    Way(
        "the component cannot write its journal",
        "journalUnusable",
        "cannot use its journal",
        "room on the disk",
        failing_disk,
        {},
    ),
    Way("the component does not run", "notRunning", "ran", "start it", announce, {}, runs=False),
    Way(
        "somebody has disassociated it in the cloud",
        "vanished",
        "somebody else has disassociated it",
        "CloudTrail",
        stored(DeviceState.UNKNOWN, TrailEvent.ASSOCIATED, TrailEvent.VANISHED),
        {},
    ),
    Way(
        "an operator has had it forgotten",
        "forgotten",
        "forgotten",
        "announce it",
        stored(DeviceState.UNKNOWN, TrailEvent.ASSOCIATED, TrailEvent.FORGOTTEN),
        {},
    ),
    Way(
        "its departure was announced",
        "left",
        "its departure was announced",
        "announce it",
        stored(DeviceState.LEFT, TrailEvent.DEPARTURE_ANNOUNCED, TrailEvent.DISASSOCIATED),
        {},
    ),
    Way(
        "the same, longer ago than trustSeconds",
        "left",
        "it has left",
        "announce it",
        stored(DeviceState.UNKNOWN, TrailEvent.DEPARTURE_ANNOUNCED, TrailEvent.DISASSOCIATED),
        {},
    ),
    Way(
        "it was silent for too long",
        "silent",
        "departures.afterSilentDays",
        "announce it",
        stored(DeviceState.LEFT, TrailEvent.SILENT, TrailEvent.DISASSOCIATED),
        {},
    ),
    Way(
        "another core device has it",
        "handedOver",
        "another core device",
        "announce it",
        stored(DeviceState.LEFT, TrailEvent.HANDED_OVER, TrailEvent.DISASSOCIATED),
        {},
    ),
    Way(
        "it was associated, longer ago than trustSeconds",
        "notKnownAnyMore",
        "believed for trustSeconds",
        "the cloud's list",
        stored(DeviceState.UNKNOWN, TrailEvent.ANNOUNCED, TrailEvent.ASSOCIATED),
        {},
    ),
    Way(
        "it was given up, longer ago than trustSeconds",
        "notKnownAnyMore",
        "given up: OddException",
        "announce it again",
        stored(DeviceState.UNKNOWN, TrailEvent.ANNOUNCED, TrailEvent.FAILED, code="OddException"),
        {},
    ),
    Way("it was never heard", "neverHeard", "no announcement", "bridge", nothing, {}),
    Way(
        "the same, and a message named nobody",
        "neverHeard",
        "It may have been in a message",
        "bridge",
        message(b"{", SHARED),
        {},
    ),
    Way(
        "the same, and no history is kept",
        "neverHeard",
        "trail.maxEntries is 0",
        "bridge",
        nothing,
        {"trail": {"maxEntries": 0}},
    ),
    Way(
        "it was never heard, and no rule would admit it",
        "wouldBeRejected",
        "would not be admitted",
        "rule",
        nothing,
        _OTHERS,
    ),
    Way(
        "the component may not listen",
        "notListening",
        "accessControl does not allow",
        "accessControl block",
        not_allowed,
        {},
    ),
    Way(
        "it is associated, and another core device claims it",
        "claimed",
        "has claimed it",
        "announce it here",
        claimed,
        {},
    ),
    Way(
        "it is associated",
        "associated",
        "it is associated",
        "client device auth",
        answered(Succeeded()),
        {},
    ),
)
"""All but those whose announcement is rejected; the last one is associated."""
