import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.cloud.pipe_protocol import (
    MAX_TEXT_CHARACTERS,
    CallRequest,
    ProtocolError,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
)
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from support.values import JSON

UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(
    lambda text: " ".join(text.split())
)
"""In one line, as all text is made."""

TEXTS = st.none() | UNICODE
ANSWERS: st.SearchStrategy[Answer] = (
    st.lists(st.builds(ErrorEntry, TEXTS, TEXTS, TEXTS), max_size=4).map(tuple).map(Succeeded)
    | st.builds(
        ValidationFailed, UNICODE, st.lists(st.tuples(UNICODE, UNICODE), max_size=3).map(tuple)
    )
    | st.builds(Listed, st.lists(UNICODE, max_size=4).map(tuple), st.none() | st.text(min_size=1))
    | st.builds(ThingNotFound, UNICODE, UNICODE, UNICODE)
    | st.builds(CallFailed, st.sampled_from(FailureCause), UNICODE, UNICODE, st.floats(0, 1e9))
)


@given(st.integers(0, 2**60), ANSWERS)
def test_answers_arrive_as_they_were_sent(number: int, answer: Answer) -> None:
    """One line each, whatever is in it."""
    line = encode_answer(number, answer)
    assert line.count(b"\n") == 1
    assert decode_answer(line) == (number, answer)


def test_half_a_surrogate_pair_does_not_get_through() -> None:
    """JSON allows what neither the journal nor the nucleus can take."""
    said = CallFailed(FailureCause.UNAVAILABLE, "\ud800", "a\udfffb")
    _, answer = decode_answer(encode_answer(1, said))
    assert answer == CallFailed(FailureCause.UNAVAILABLE, "?", "a?b")


def test_a_page_of_html_is_one_short_line() -> None:
    """It would be stored for each device in the call, and logged."""
    page = "<html>\n" + "<p>Bad\tgateway</p>\r\n" * 10_000
    _, answer = decode_answer(encode_answer(1, CallFailed(FailureCause.UNAVAILABLE, page, page)))
    assert isinstance(answer, CallFailed)
    assert len(answer.message) <= MAX_TEXT_CHARACTERS
    assert answer.message.startswith("<html> <p>Bad gateway</p> <p>")


CALLS = st.builds(
    Call,
    st.lists(UNICODE, max_size=5).map(tuple),
    operation=st.sampled_from(Operation),
    next_token=st.none() | UNICODE,
    asks_permission=st.booleans(),
)


@given(st.builds(CallRequest, st.integers(0, 2**60), UNICODE, CALLS))
def test_requests_arrive_as_they_were_sent(request_: CallRequest) -> None:
    """One line each, whatever is in it."""
    line = encode_request(request_)
    assert line.count(b"\n") == 1
    assert decode_request(line) == request_


GARBAGE = [
    b"",
    b"\n",
    b"Traceback (most recent call last):\n",
    b"\xff\xfe",
    b"[" * 100_000,
    b"[]",
    b"{}",
    b'{"call": 1}',
    b'{"call": null, "succeeded": []}',
    b'{"call": Infinity, "succeeded": []}',
    b'{"call": 1, "succeeded": 5}',
    b'{"call": 1, "succeeded": [5]}',
    b'{"call": 1, "succeeded": [[1, 2, 3, 4]]}',
    b'{"call": 1, "succeeded": [[["a"], "b", "c"]]}',
    b'{"call": 1, "succeeded": [["a", 5, "c"]]}',
    b'{"call": 1, "validationFailed": null}',
    b'{"call": 1, "validationFailed": {"message": "", "fields": [["a"]]}}',
    b'{"call": 1, "listed": null}',
    b'{"call": 1, "listed": {"names": ["a"]}}',
    b'{"call": 1, "listed": {"names": 5, "nextToken": null}}',
    b'{"call": 1, "listed": {"names": [], "nextToken": ""}}',
    b'{"call": 1, "listed": {"names": [], "nextToken": 5}}',
    b'{"call": 1, "listed": {"names": [], "nextToken": "' + b"x" * 8193 + b'"}}',
    b'{"call": 1, "callFailed": {"cause": "x"}}',
    b'{"call": 1, "callFailed": "x"}',
    *(
        b'{"call": 1, "callFailed": {"cause": "throttled", "code": "", "message": "", '
        b'"retryAfter": ' + seconds + b"}}"
        for seconds in (b'"x"', b"NaN", b"Infinity", b"1" + b"0" * 400)
    ),
]


def test_names_on_a_list_are_texts_of_a_bounded_length() -> None:
    """Whatever the worker says."""
    document = {"call": 1, "listed": {"names": ["x" * 5000, 7], "nextToken": None}}
    _, answer = decode_answer(json.dumps(document).encode())
    assert answer == Listed(("x" * MAX_TEXT_CHARACTERS, "7"))


@pytest.mark.parametrize("line", GARBAGE)
def test_garbage_is_no_answer(line: bytes) -> None:
    """What a broken worker writes is refused, and nothing else is raised."""
    with pytest.raises(ProtocolError):
        decode_answer(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"5",
        b'{"call": 1, "coreThingName": "c", "thingNames": 5, "operation": "list"}',
        b'{"call": 1, "coreThingName": "c", "thingNames": []}',
        b'{"call": 1, "coreThingName": "c", "thingNames": [], "operation": "delete"}',
        b'{"call": "x", "coreThingName": "c", "thingNames": [], "operation": "list"}',
        b'{"call": Infinity, "coreThingName": "c", "thingNames": [], "operation": "list"}',
    ],
)
def test_garbage_is_no_request(line: bytes) -> None:
    """The same at the worker's end."""
    with pytest.raises(ProtocolError):
        decode_request(line)


DOCUMENTS = st.fixed_dictionaries(
    {"call": st.integers(0, 5) | JSON},
    optional={
        "succeeded": JSON | st.lists(st.lists(JSON, min_size=3, max_size=3), max_size=2),
        "validationFailed": JSON
        | st.fixed_dictionaries({"message": JSON, "fields": st.lists(st.tuples(JSON, JSON))}),
        "callFailed": JSON
        | st.fixed_dictionaries(
            {
                "cause": st.sampled_from(["throttled", "x"]),
                "code": JSON,
                "message": JSON,
                "retryAfter": JSON,
            }
        ),
    },
)


@given(DOCUMENTS)
def test_an_answer_is_what_its_type_says(document: dict[str, object]) -> None:
    """Whatever JSON comes, it is an answer of the right types, or a ProtocolError."""
    try:
        number, answer = decode_answer(json.dumps(document).encode())
    except ProtocolError:
        return
    assert isinstance(number, int)
    if isinstance(answer, Succeeded):
        for entry in answer.error_entries:
            for text in (entry.thing_name, entry.code, entry.message):
                assert text is None or isinstance(text, str)
    elif isinstance(answer, CallFailed):
        assert 0 <= answer.retry_after < float("inf")


@pytest.mark.parametrize("retry_after", [-1, float("inf"), float("nan"), "soon"])
def test_a_wait_that_is_none_is_no_answer(retry_after: object) -> None:
    """It would be waited for."""
    failed = {"cause": "unavailable", "code": "", "message": "", "wasAnswered": False}
    line = json.dumps({"call": 1, "callFailed": {**failed, "retryAfter": retry_after}})
    with pytest.raises(ProtocolError):
        decode_answer(line.encode())


@pytest.mark.parametrize("was_answered", [True, False])
def test_whether_the_service_has_answered_gets_through(was_answered: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The advice to the operator depends on it."""
    said = CallFailed(FailureCause.UNAVAILABLE, "Code", "words", was_answered=was_answered)
    assert decode_answer(encode_answer(1, said)) == (1, said)


@pytest.mark.parametrize(
    ("given_id", "arrived_id"),
    [
        (None, None),
        ("8c4a9f5e-9f3b-4a3c-8d3e-0123456789ab", "8c4a9f5e-9f3b-4a3c-8d3e-0123456789ab"),
        ("aB+/=_-9", "aB+/=_-9"),
        ("x" * 64, "x" * 64),
        ("x" * 65, None),
        ("", None),
        ("a b", None),
        ("…", None),
        ("a\n", None),
    ],
)
def test_a_request_id_arrives_if_it_is_one(given_id: str | None, arrived_id: str | None) -> None:
    """What is in a header may be anything; it is stored for each device in the call."""
    for said in (Succeeded(request_id=given_id), ThingNotFound("a", "c", "m", request_id=given_id)):
        _, answer = decode_answer(encode_answer(1, said))
        assert (answer, answer.request_id) == (said, arrived_id)


def test_a_request_id_that_is_no_text_is_none() -> None:
    """Whatever is in the line."""
    _, answer = decode_answer(b'{"call": 1, "succeeded": [], "requestId": 7}')
    assert answer.request_id is None
