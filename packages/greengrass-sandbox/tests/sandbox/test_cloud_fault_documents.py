"""Faults as a control connection sends them."""

import json

import pytest

from greengrass_sandbox.cloud import (
    ASSOCIATE,
    ErrorEntry,
    Fault,
    FaultKind,
    InvalidField,
    ValidationReason,
)


def test_every_key_is_read() -> None:
    """A document with every key becomes the fault with every attribute."""
    document = json.loads("""{
        "kind": "ValidationException", "times": 2, "after": 4, "coreDevice": "core",
        "onlyIfNamed": ["a", "b"], "applied": true,
        "operation": "BatchAssociateClientDeviceWithCoreDevice", "message": "m", "reason": "OTHER",
        "fields": [{"name": "n", "message": "f"}], "namesFields": true, "retryAfterSeconds": 3,
        "errorEntries": [{"thingName": "t", "code": "c"}, {"message": "only"}], "code": "x",
        "status": 503, "body": "[]", "seconds": 1.5
    }""")
    assert Fault.from_document(document) == Fault(
        FaultKind.VALIDATION_EXCEPTION,
        times=2,
        after=4,
        core_device="core",
        only_if_named=frozenset({"a", "b"}),
        operation=ASSOCIATE,
        applied=True,
        message="m",
        reason=ValidationReason.OTHER,
        fields=(InvalidField("n", "f"),),
        names_fields=True,
        retry_after_seconds=3,
        error_entries=(ErrorEntry("t", "c"), ErrorEntry(message="only")),
        code="x",
        status=503,
        body="[]",
        seconds=1.5,
    )


NEED_MORE = {FaultKind.LATENCY, FaultKind.STALE_LIST, FaultKind.MISSING_ITEMS}


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind not in NEED_MORE])
def test_a_kind_alone_is_enough(kind: FaultKind) -> None:
    """Every kind has defaults for all the rest, unless it is about a time or about somebody."""
    assert Fault.from_document({"kind": kind.value}) == Fault(kind)


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({}, "needs its kind"),
        ({"kind": "explosion"}, "kind must be one of"),
        ({"kind": "hang", "time": 3}, "has no time"),
        ({"kind": "hang", "times": "3"}, "times must be a whole number"),
        ({"kind": "hang", "times": True}, "times must be a whole number"),
        ({"kind": "hang", "times": 0}, "times must be at least 1"),
        ({"kind": "hang", "onlyIfNamed": "a"}, "onlyIfNamed must be a list"),
        ({"kind": "hang", "onlyIfNamed": [1]}, "onlyIfNamed must be a string"),
        ({"kind": "hang", "operation": "Dance"}, "operation must be one of"),
        ({"kind": "hang", "applied": "yes"}, "applied must be true or false"),
        ({"kind": "hang", "seconds": -1}, "seconds must not be negative"),
        ({"kind": "latency"}, "seconds must say"),
        ({"kind": "staleList"}, "seconds must say how old"),
        ({"kind": "missingItems"}, "onlyIfNamed must say which"),
        ({"kind": "hang", "after": -1}, "after must not be negative"),
        ({"kind": "outage", "after": 1}, "only seconds and coreDevice can bound it"),
        ({"kind": "latency", "seconds": "1"}, "seconds must be a number"),
        ({"kind": "proxyError", "status": 200}, "status must be one of"),
        ({"kind": "outage", "times": 1}, "only seconds and coreDevice can bound it"),
        ({"kind": "ValidationException", "reason": "WHIM"}, "reason must be one of"),
        ({"kind": "ValidationException", "fields": [{"nam": "n"}]}, "fields has no nam"),
        ({"kind": "ValidationException", "fields": [3]}, "fields must be an object"),
    ],
)
def test_what_is_wrong_is_said(document: dict[str, object], complaint: str) -> None:
    """A document that is no fault says which key is wrong and what it must be."""
    with pytest.raises(ValueError, match=complaint):
        Fault.from_document(document)
