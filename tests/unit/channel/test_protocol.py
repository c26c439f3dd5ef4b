"""What command and component say to each other."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.channel.protocol import (
    MAX_REPLY_BYTES,
    MAX_REQUEST_BYTES,
    VERSION,
    CarriedOut,
    Look,
    Permissions,
    ProtocolError,
    Refused,
    Reply,
    Told,
    Trouble,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    word_of,
)
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.operation import Operation
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
from client_device_associator.core.permission import (
    CheckPermissions,
    Permission,
    PermissionFinding,
)
from support.values import JSON

CAUSE = FailureCause.ACCESS_DENIED

LONGEST = tuple(f"{number:03}".ljust(128, "x") for number in range(MAX_NAMES))


def request_line(**changes: Any) -> bytes:  # noqa: ANN401 - JSON
    """A request that is good but for the changes."""
    document = {"version": VERSION, "command": "retry", "thingNames": ["a"], **changes}
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        (Retry(("a",)), "retry"),
        (Forget(("a", "b")), "forget"),
        (Announce(LONGEST), "announce"),
        (Reconcile(), "reconcile"),
    ],
)
def test_a_request_comes_as_it_was_sent(request_: Request, word: str) -> None:
    """In one line that is within the bounds."""
    line = encode_request(request_)
    assert line.count(b"\n") == 1
    assert len(line) <= MAX_REQUEST_BYTES
    assert decode_request(line) == request_
    assert json.loads(line)["command"] == word == word_of(request_)


@pytest.mark.parametrize(
    "reply",
    [
        CarriedOut(),
        CarriedOut(list_at=1.5),
        CarriedOut((Outcome("a", Done.DUE), Outcome("b", Done.REJECTED, "code", "why"))),
        Refused(Trouble.STORAGE, "no room"),
        Told({"cloud": {"state": "reachable"}}),
        Told({}),
    ],
)
def test_a_reply_comes_as_it_was_sent(reply: Reply) -> None:
    """The same."""
    line = encode_reply(reply)
    assert line.count(b"\n") == 1
    assert decode_reply(line) == reply


def test_permissions_are_asked_for_and_told() -> None:
    """The same; nobody is named, and there may be more to come."""
    assert decode_request(encode_request(CheckPermissions())) == CheckPermissions()
    found = PermissionFinding(Operation.LIST, Permission.DENIED, CAUSE, "Code", "words")
    for reply in (Permissions((found,), is_complete=True), Permissions((), is_complete=False)):
        line = encode_reply(reply)
        assert line.count(b"\n") == 1
        assert decode_reply(line) == reply


def test_the_largest_reply_is_within_bounds() -> None:
    """Texts are cut."""
    reply = CarriedOut(
        tuple(Outcome(name, Done.REJECTED, "c" * 20, "w" * 9999) for name in LONGEST)
    )
    line = encode_reply(reply)
    assert len(line) <= MAX_REPLY_BYTES
    decoded = decode_reply(line)
    assert isinstance(decoded, CarriedOut)
    assert decoded.outcomes[0].message == "w" * 500


def test_to_look_is_no_request_to_decide_on() -> None:
    """It has no names."""
    assert decode_request(encode_request(Look())) == Look()


def test_a_name_counts_once() -> None:
    """As in an announcement."""
    assert decode_request(request_line(thingNames=["b", "a", "b"])) == Retry(("b", "a"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "no JSON"),
        (b"[]", "no JSON object"),
        (b"[" * 100_000, "no JSON"),
        (b"x" * (MAX_REQUEST_BYTES + 1), f"more than {MAX_REQUEST_BYTES} bytes"),
        (request_line(version=2), "understands version 1 of commands, and this one has version 2"),
        (request_line(version=None), "has version None"),
        (request_line(command="drop"), "there is no command 'drop'"),
        (request_line(command=["retry"]), "there is no command a list"),
        (request_line(version={}), "has version a dict"),
        (request_line(command="x\n" * 99), r"there is no command 'x\nx"),
        (request_line(thingNames=None), "at least one thing name"),
        (request_line(thingNames={}), "at least one thing name"),
        (request_line(thingNames=[]), "at least one thing name"),
        (request_line(thingNames=["a"] * 501), "501 thing names are more than 500"),
        (request_line(thingNames=[7]), "7 is no thing name"),
        (request_line(thingNames=["a b"]), "'a b' is no thing name: a thing name consists of"),
    ],
)
def test_what_is_no_request_is_refused_with_the_reason(line: bytes, why: str) -> None:
    """In a short text."""
    with pytest.raises(ProtocolError) as refused:
        decode_request(line)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 250
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"version": 2},
        {"version": VERSION},
        {"version": VERSION, "error": "unheardOf", "message": ""},
        {"version": VERSION, "error": [], "message": ""},
        {"version": VERSION, "error": "storage"},
        {"version": VERSION, "state": 7},
        {"version": VERSION, "outcomes": None, "listAt": None},
        {"version": VERSION, "outcomes": [7], "listAt": None},
        {"version": VERSION, "outcomes": [{"thingName": "a", "outcome": "x"}], "listAt": None},
        {"version": VERSION, "outcomes": [], "listAt": 10**400},
        {"version": VERSION, "outcomes": [], "listAt": "soon"},
        {"version": VERSION, "permissions": 5, "isComplete": True},
        {"version": VERSION, "permissions": []},
        {"version": VERSION, "permissions": [{"operation": "list"}], "isComplete": True},
    ],
)
def test_what_is_no_reply_is_refused(document: Mapping[str, object]) -> None:
    """A component of another version may answer."""
    with pytest.raises(ProtocolError):
        decode_reply(json.dumps(document).encode())


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_else_is_raised(line: bytes) -> None:
    """Whatever comes."""
    with suppress(ProtocolError):
        decode_request(line)
    with suppress(ProtocolError):
        decode_reply(line)
