"""What is said on the socket: one line of JSON for a request, and one for its reply."""

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from client_device_associator.channel.permission_findings import decode_finding, encode_finding
from client_device_associator.core.operator import (
    MAX_NAMES,
    Announce,
    Done,
    Forget,
    Outcome,
    Reconcile,
    Request,
    Retry,
)
from client_device_associator.core.permission import CheckPermissions, PermissionFinding
from client_device_associator.core.thing_name import is_thing_name, why_not
from client_device_associator.core.values import dataclass
from client_device_associator.messages.encoding import encode
from client_device_associator.messages.text import printable

VERSION = 1
"""Of what is said here: command and component may come from two versions of this program."""

MAX_REQUEST_BYTES = 128 * 1024
"""`MAX_NAMES` of the longest names need about half of it."""

MAX_REPLY_BYTES = 1024 * 1024
"""An outcome with the longest texts for each of them needs about half of it."""

_MAX_TEXT_CHARACTERS = 500
"""Of a message in an outcome."""

_MAX_SHOWN = 60
"""Characters of what somebody has sent by mistake."""

_WITH_NAMES: Mapping[str, type[Retry] | type[Forget] | type[Announce]] = {
    "retry": Retry,
    "forget": Forget,
    "announce": Announce,
}
_RECONCILE = "reconcile"
_STATUS = "status"
_PERMISSIONS = "permissions"


class ProtocolError(ValueError):
    """A line that says nothing known here; its text is for a person."""


class OtherVersionError(ProtocolError):
    """A line of another version of what is said here."""


class Trouble(str, Enum):
    """Why a request was not carried out."""

    BAD_REQUEST = "badRequest"
    OTHER_VERSION = "otherVersion"
    NOT_ALLOWED = "notAllowed"
    NOT_READY = "notReady"
    LIST_OFF = "listOff"
    STORAGE = "storage"
    NO_ANSWER = "noAnswer"


@dataclass(frozen=True, slots=True)
class Look:
    """How is the component? Nothing is decided, and nothing is written."""


Question = Request | Look | CheckPermissions
"""Whatever may be said to the component."""


@dataclass(frozen=True, slots=True)
class Told:
    """How the component is.

    Attributes:
        state: As in `state.json`, but for the process, and as it is at that moment.
    """

    state: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """A request was carried out, and what it changes is on disk.

    Attributes:
        outcomes: One for each name, in order.
        list_at: Of RECONCILE: when the list is asked for, at the earliest; epoch seconds on the
            wall clock.
    """

    outcomes: tuple[Outcome, ...] = ()
    list_at: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A request was not carried out.

    Attributes:
        trouble: Why.
        message: The same, for a person.
    """

    trouble: Trouble
    message: str


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is known of what the role allows.

    Attributes:
        findings: So far.
        is_complete: Whether that is all; if not, ask again.
    """

    findings: tuple[PermissionFinding, ...]
    is_complete: bool


Reply = CarriedOut | Told | Permissions | Refused


def word_of(request: Request) -> str:
    """What a person calls a request."""
    for word, kind in _WITH_NAMES.items():
        if isinstance(request, kind):
            return word
    return _RECONCILE


def encode_request(request: Question) -> bytes:
    """A request as a line."""
    if isinstance(request, Look):
        return _line({"version": VERSION, "command": _STATUS})
    if isinstance(request, CheckPermissions):
        return _line({"version": VERSION, "command": _PERMISSIONS})
    document: dict[str, object] = {"version": VERSION, "command": word_of(request)}
    if not isinstance(request, Reconcile):
        document["thingNames"] = request.thing_names
    return _line(document)


def decode_request(line: bytes) -> Question:
    """A request from a line; raises ProtocolError."""
    if len(line) > MAX_REQUEST_BYTES:
        raise ProtocolError(f"it has more than {MAX_REQUEST_BYTES} bytes")
    document = _document(line)
    if document.get("version") != VERSION:
        raise OtherVersionError(
            f"this component understands version {VERSION} of commands, and this one has version"
            f" {_shown(document.get('version'))}: use the command that was installed with it"
        )
    command = document.get("command")
    if command == _STATUS:
        return Look()
    if command == _RECONCILE:
        return Reconcile()
    if command == _PERMISSIONS:
        return CheckPermissions()
    kind = _WITH_NAMES.get(command) if isinstance(command, str) else None
    if kind is None:
        raise ProtocolError(f"there is no command {_shown(command)}")
    return kind(_names(document.get("thingNames")))


def encode_reply(reply: Reply) -> bytes:
    """A reply as a line."""
    document: dict[str, object] = {"version": VERSION}
    if isinstance(reply, Refused):
        document |= {"error": reply.trouble.value, "message": reply.message}
    elif isinstance(reply, Told):
        document["state"] = reply.state
    elif isinstance(reply, Permissions):
        document[_PERMISSIONS] = [encode_finding(one) for one in reply.findings]
        document["isComplete"] = reply.is_complete
    else:
        document["outcomes"] = [_outcome(one) for one in reply.outcomes]
        document["listAt"] = reply.list_at
    return _line(document)


def decode_reply(line: bytes) -> Reply:
    """A reply from a line; raises ProtocolError."""
    document = _document(line)
    version = document.get("version")
    if version != VERSION:
        raise OtherVersionError(f"the component answers in version {_shown(version)}")
    try:
        if "error" in document:
            return Refused(Trouble(document["error"]), str(document["message"]))
        if isinstance(document.get("state"), dict):
            return Told(document["state"])
        if _PERMISSIONS in document:
            findings = tuple(decode_finding(one) for one in document[_PERMISSIONS])
            return Permissions(findings, bool(document["isComplete"]))
        list_at = document["listAt"]
        return CarriedOut(
            tuple(
                Outcome(
                    str(one["thingName"]), Done(one["outcome"]), one.get("code"), one.get("message")
                )
                for one in document["outcomes"]
            ),
            None if list_at is None else float(list_at),
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ProtocolError(f"not a reply: {error!r}") from error
    except ValueError as error:
        raise ProtocolError(f"not a reply: {error}") from error


def _names(names: object) -> tuple[str, ...]:
    """Different thing names, as they came; raises ProtocolError."""
    if not isinstance(names, list) or not names:
        raise ProtocolError("thingNames has to be a list of at least one thing name")
    if len(names) > MAX_NAMES:
        raise ProtocolError(f"{len(names)} thing names are more than {MAX_NAMES}; ask in portions")
    for name in names:
        if not isinstance(name, str):
            raise ProtocolError(f"{_shown(name)} is no thing name")
        if not is_thing_name(name):
            raise ProtocolError(f"{_shown(name)} is no thing name: {why_not(name)}")
    return tuple(dict.fromkeys(names))


def _outcome(outcome: Outcome) -> Mapping[str, object]:
    document: dict[str, object] = {
        "thingName": outcome.thing_name,
        "outcome": outcome.done.value,
    }
    if outcome.code is not None:
        document["code"] = outcome.code
    if outcome.message is not None:
        document["message"] = outcome.message[:_MAX_TEXT_CHARACTERS]
    return document


def _shown(value: Any) -> str:  # noqa: ANN401 - JSON, of any kind
    """A short form of what has come, for a person."""
    if isinstance(value, (list, dict)):
        return f"a {type(value).__name__}"  # of any depth
    return printable(repr(value))[:_MAX_SHOWN]


def _line(document: Mapping[str, object]) -> bytes:
    return encode(document) + b"\n"


def _document(line: bytes) -> Mapping[str, Any]:
    """The object in a line; raises ProtocolError."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("it is no JSON") from error
    if not isinstance(document, dict):
        raise ProtocolError("it is no JSON object")
    return document
