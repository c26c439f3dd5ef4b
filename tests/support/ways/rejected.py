"""Devices whose announcement is rejected."""

import json
from collections.abc import Sequence

from support.values import SHARED, numbered
from support.ways.drives import DENIED, announced, behind_another, full_disk, message, nothing
from support.ways.way import NAME, Way

OTHERS = {"admission": {"allow": {"valves": "valve*"}}}
PROVEN = {"admission": {"requireProvenName": True}}
FULL = {"limits": {"maxDevices": 1}}
_SHARED_RULES = {
    "announcements": {"shared": {"topic": SHARED, "deny": {"lamps": "lamp*"}}},
}

REJECTED: Sequence[Way] = (
    Way("its message is no JSON", "notJson", "not JSON", "JSON", message(b"{"), {}),
    Way("it is no object", "notAnObject", "not an object", "object", message(b"[]"), {}),
    Way(
        "the name in it is no string",
        "wrongType",
        "a thing name is a string",
        "strings",
        message(b'{"thingName": 7}'),
        {},
    ),
    Way("it names nobody", "noThingName", "expected", "name the device", message(b"{}"), {}),
    Way(
        "it names too many",
        "tooManyNames",
        "at most 1000",
        "1000",
        message(json.dumps({"thingNames": numbered(1001)}).encode()),
        {},
    ),
    Way("it is too large", "tooLarge", "at most 262144", "262144", message(b" " * 300_000), {}),
    Way(
        "its id is too long",
        "invalidId",
        "128 characters",
        "128",
        message(json.dumps({"thingName": NAME, "id": "x" * 129}).encode()),
        {},
    ),
    Way(
        "it came on another device's topic",
        "otherThingName",
        "bell's own",
        "its own topic",
        message(
            json.dumps({"thingName": NAME}).encode(), "clientdevices/bell/announce", "{topic:1}"
        ),
        {},
    ),
    Way(
        "no thing can have such a name",
        "invalidName",
        "letters, digits",
        "name of the thing",
        nothing,
        {},
        thing_name="lamp 1",
    ),
    Way("a rule denies it", "notAdmitted", "'lamps' of admission.deny", "rule", announced, DENIED),
    Way(
        "no rule allows it",
        "notAdmitted",
        "no rule of admission.allow",
        "rule",
        announced,
        OTHERS,
    ),
    Way(
        "a rule of its topic denies it",
        "notAdmitted",
        "announcements.shared.deny",
        "rule",
        announced,
        _SHARED_RULES,
    ),
    Way(
        "the core device has as many devices as it may have",
        "notAdmitted",
        "limits.maxDevices",
        "raise limits.maxDevices",
        behind_another,
        FULL,
    ),
    Way(
        "its name must come from a topic",
        "unprovenName",
        "requireProvenName",
        "a topic of its own",
        announced,
        PROVEN,
    ),
    Way(
        "too many devices wait",
        "overloaded",
        "too many devices are waiting",
        "maxPending",
        behind_another,
        {"limits": {"maxPending": 1}},
    ),
    Way("the disk was full", "storage", "cannot write", "room on the disk", full_disk, {}),
)
"""Their messages say too little, or they are not admitted, or there is no room."""
