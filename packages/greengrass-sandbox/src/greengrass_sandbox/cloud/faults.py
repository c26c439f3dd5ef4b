"""What can go wrong in the cloud on command."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from greengrass_sandbox.cloud import documents
from greengrass_sandbox.cloud.errors import InvalidField, ValidationReason
from greengrass_sandbox.cloud.registry import ErrorEntry
from greengrass_sandbox.cloud.service_model import ASSOCIATE, DISASSOCIATE, LIST


class FaultKind(str, Enum):
    """How a call goes wrong; the values are what a JSON document's `kind` says."""

    VALIDATION_EXCEPTION = "ValidationException"
    THROTTLING_EXCEPTION = "ThrottlingException"
    INTERNAL_SERVER_EXCEPTION = "InternalServerException"
    ACCESS_DENIED_EXCEPTION = "AccessDeniedException"
    RESOURCE_NOT_FOUND_EXCEPTION = "ResourceNotFoundException"
    ERROR_ENTRIES = "errorEntries"
    """200 with error entries; whom they concern (see `Fault`) is left out, the rest is done."""
    LATENCY = "latency"
    """The answer comes `seconds` late; further faults and the operation itself follow."""
    HANG = "hang"
    """No answer ever; the connection stays open."""
    RESET = "reset"
    """The connection is reset before the answer."""
    RESET_IN_BODY = "resetInBody"
    """The connection is reset when a part of the answer's body has been sent."""
    EMPTY_BODY = "emptyBody"
    HTML_BODY = "htmlBody"
    """200 with a web page, as a captive portal sends."""
    WRONG_SHAPE = "wrongShape"
    """200 with `body`: JSON that is not what the model says."""
    NULL_BODY = "nullBody"
    """200 with `null`."""
    PROXY_ERROR = "proxyError"
    """`status` with a web page, as a proxy sends that does not reach the service."""
    OUTAGE = "outage"
    """The port is closed, every connection reset, until the fault is removed or `seconds` over.

    With `core_device` only calls about that one are reset, and none of them counts as a call."""
    STALE_LIST = "staleList"
    """A list shows what was `seconds` ago."""
    MISSING_ITEMS = "missingItems"
    """A list does not have who is in `only_if_named`."""
    LIST_ENDS_EARLY = "listEndsEarly"
    """A page has no `nextToken`, although there is more."""
    EMPTY_LIST = "emptyList"
    """A page has no items and no `nextToken`, whatever there is."""
    EMPTY_PAGE = "emptyPage"
    """A page has no items; what should be on it is on the next one, to which its token leads."""
    REPEATED_TOKEN = "repeatedToken"  # noqa: S105 - no password, the token of a page
    """A page's `nextToken` leads to the same page again; it is that of the request, if it has
    one."""
    DUPLICATE_ITEM = "duplicateItem"
    """A page ends with its first item once more."""
    NAMELESS_ITEM = "namelessItem"
    """A page's first item has no `thingName`."""
    NOT_ASSOCIATED = "notAssociated"
    """An error entry with `code` for each disassociated client device that is not associated."""

    @classmethod
    def values(cls) -> list[str]:
        """All kinds, as a document writes them."""
        return [kind.value for kind in cls]


_PROXY_STATUSES = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
_OPERATIONS = frozenset({ASSOCIATE, DISASSOCIATE, LIST})
_LIST_KINDS = frozenset(
    {FaultKind.STALE_LIST, FaultKind.MISSING_ITEMS, FaultKind.LIST_ENDS_EARLY}
    | {FaultKind.EMPTY_LIST, FaultKind.EMPTY_PAGE, FaultKind.REPEATED_TOKEN}
    | {FaultKind.DUPLICATE_ITEM, FaultKind.NAMELESS_ITEM}
)
PASSING_KINDS = _LIST_KINDS | {FaultKind.LATENCY, FaultKind.NOT_ASSOCIATED}
"""Those that let the operation happen, and further faults as well."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, with whom, and how often.

    Attributes:
        kind: What goes wrong.
        times: With how many calls, then it is over; None: until it is removed.
        after: How many calls pass before the first goes wrong, so that it can be a later page.
        only_if_named: Only with calls that have one of these client devices among their entries;
            empty: with every call. Calls for a list name nobody.
        operation: Only with this operation; None: with each that the kind is about.
        core_device: Only with calls about this core device; None: about any.
        applied: The operation takes effect although the answer says something else, or is lost.
        message: The exception's message, or that of generated error entries; None: a fitting one.
        reason: ValidationException's reason.
        fields: ValidationException's fields, word for word.
        names_fields: ValidationException names `entries[<index>].thingName` for each entry of the
            call that is in `only_if_named`, besides `fields`.
        retry_after_seconds: `Retry-After` of ThrottlingException and InternalServerException.
        error_entries: For ERROR_ENTRIES: sent word for word. Their things are not done, nor is who
            is in `only_if_named`. Left empty, each entry in `only_if_named` (or each entry at
            all) gets one with `code` and `message`.
        code: The code of generated error entries; "": ResourceNotFoundException for
            NOT_ASSOCIATED, otherwise InternalServerException.
        status: PROXY_ERROR's HTTP status: 502, 503 or 504.
        body: WRONG_SHAPE's body, word for word; the default has members of wrong types.
        seconds: LATENCY's delay, STALE_LIST's age, or OUTAGE's length (None: until removed).
    """

    kind: FaultKind
    times: int | None = None
    after: int = 0
    only_if_named: frozenset[str] = frozenset()
    operation: str | None = None
    core_device: str | None = None
    applied: bool = False
    message: str | None = None
    reason: ValidationReason = ValidationReason.FIELD_VALIDATION_FAILED
    fields: tuple[InvalidField, ...] = ()
    names_fields: bool = False
    retry_after_seconds: int | None = None
    error_entries: tuple[ErrorEntry, ...] = ()
    code: str = ""
    status: int = HTTPStatus.BAD_GATEWAY
    body: str = '{"errorEntries": "none", "associatedClientDevices": {"thingName": 1}}'
    seconds: float | None = None

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ValueError(f"{self.kind.value}: {'; '.join(problems)}")

    @property
    def entry_code(self) -> str:
        """The code of generated error entries."""
        if self.code:
            return self.code
        if self.kind is FaultKind.NOT_ASSOCIATED:
            return "ResourceNotFoundException"
        return "InternalServerException"

    def concerns(self, operation: str, core: str, thing_names: tuple[str, ...]) -> bool:
        """Whether a call about a core device, with these entries, meets this fault."""
        if self.operation not in (None, operation) or self.core_device not in (None, core):
            return False
        if self.kind in _LIST_KINDS:
            return operation == LIST
        if self.kind is FaultKind.NOT_ASSOCIATED and operation != DISASSOCIATE:
            return False
        return not self.only_if_named or not self.only_if_named.isdisjoint(thing_names)

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> "Fault":
        """Read a fault from a JSON object whose keys are the attributes in camel case.

        An item of `fields` is `{"name", "message"}`, one of `errorEntries` is
        `{"thingName", "code", "message"}`.

        Raises:
            ValueError: A key is not known, or its value not of the right type; says which.
        """
        values: dict[str, Any] = documents.members(document, _READERS)
        if "kind" not in values:
            raise ValueError("a fault needs its kind: " + ", ".join(FaultKind.values()))
        return cls(**{_ATTRIBUTES[key]: value for key, value in values.items()})

    def _problems(self) -> list[str]:
        problems = []
        if self.times is not None and self.times < 1:
            problems.append("times must be at least 1, or left out for ever")
        if self.after < 0:
            problems.append("after must not be negative")
        if self.operation is not None and self.operation not in _OPERATIONS:
            problems.append(f"operation must be one of {sorted(_OPERATIONS)}")
        if self.kind is FaultKind.LATENCY and self.seconds is None:
            problems.append("seconds must say how late the answer is")
        if self.kind is FaultKind.STALE_LIST and self.seconds is None:
            problems.append("seconds must say how old the list is")
        if self.kind is FaultKind.MISSING_ITEMS and not self.only_if_named:
            problems.append("onlyIfNamed must say which items are missing")
        if self.kind is FaultKind.PROXY_ERROR and self.status not in _PROXY_STATUSES:
            problems.append(f"status must be one of {sorted(map(int, _PROXY_STATUSES))}")
        narrowed = self.times or self.after or self.operation
        if self.kind is FaultKind.OUTAGE and (narrowed or self.only_if_named):
            problems.append(
                "an outage concerns every call: only seconds and coreDevice can bound it"
            )
        if self.seconds is not None and self.seconds < 0:
            problems.append("seconds must not be negative")
        return problems


def _kind(value: documents.Json) -> FaultKind:
    if value not in FaultKind.values():
        raise documents.DocumentError(
            f"must be one of {', '.join(FaultKind.values())}, not {value!r}"
        )
    return FaultKind(value)


def _reason(value: documents.Json) -> ValidationReason:
    known = [reason.value for reason in ValidationReason]
    if value not in known:
        raise documents.DocumentError(f"must be one of {', '.join(known)}, not {value!r}")
    return ValidationReason(value)


def _field(value: documents.Json) -> InvalidField:
    read = documents.members(value, {"name": documents.string, "message": documents.string})
    return InvalidField(name=str(read.get("name", "")), message=str(read.get("message", "")))


def _error_entry(value: documents.Json) -> ErrorEntry:
    keys = ("thingName", "code", "message")
    read: dict[str, Any] = documents.members(value, dict.fromkeys(keys, documents.string))
    return ErrorEntry(*(read.get(key) for key in keys))


_READERS: Mapping[str, Callable[[documents.Json], object]] = {
    "kind": _kind,
    "times": documents.integer,
    "after": documents.integer,
    "onlyIfNamed": lambda value: frozenset(documents.list_of(documents.string)(value)),
    "operation": documents.string,
    "coreDevice": documents.string,
    "applied": documents.boolean,
    "message": documents.string,
    "reason": _reason,
    "fields": documents.list_of(_field),
    "namesFields": documents.boolean,
    "retryAfterSeconds": documents.integer,
    "errorEntries": documents.list_of(_error_entry),
    "code": documents.string,
    "status": documents.integer,
    "body": documents.string,
    "seconds": documents.number,
}
_ATTRIBUTES = {key: re.sub("([A-Z])", r"_\1", key).lower() for key in _READERS}
