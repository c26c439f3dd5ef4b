import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import JSON
from client_device_associator.cloud.protocol import (
    MAX_TEXT_CHARACTERS,
    CallRequest,
    ProtocolError,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
)
from client_device_associator.core.answer import (
    Accepted,
    Answer,
    ErrorEntry,
    Invalid,
    Missing,
    Trouble,
    Unanswered,
)

UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(
    lambda text: " ".join(text.split())
)
"""In one line, as everything that is said is made."""

TEXTS = st.none() | UNICODE
ANSWERS: st.SearchStrategy[Answer] = (
    st.lists(st.builds(ErrorEntry, TEXTS, TEXTS, TEXTS), max_size=4).map(tuple).map(Accepted)
    | st.builds(Invalid, UNICODE, st.lists(st.tuples(UNICODE, UNICODE), max_size=3).map(tuple))
    | st.builds(Missing, UNICODE, UNICODE, UNICODE)
    | st.builds(Unanswered, st.sampled_from(Trouble), UNICODE, UNICODE, st.floats(0, 1e9))
)


@given(st.integers(0, 2**60), ANSWERS)
def test_answers_arrive_as_they_were_sent(call_id: int, answer: Answer) -> None:
    """One line each, whatever is in it."""
    line = encode_answer(call_id, answer)
    assert line.count(b"\n") == 1
    assert decode_answer(line) == (call_id, answer)


def test_half_a_surrogate_pair_does_not_get_through() -> None:
    """JSON can spell what neither the journal nor the nucleus can take."""
    said = Unanswered(Trouble.UNAVAILABLE, "\ud800", "a\udfffb")
    _, answer = decode_answer(encode_answer(1, said))
    assert answer == Unanswered(Trouble.UNAVAILABLE, "?", "a?b")


def test_a_page_of_html_is_one_short_line() -> None:
    """It would be stored for each device in the call, and logged."""
    page = "<html>\n" + "<p>Bad\tgateway</p>\r\n" * 10_000
    _, answer = decode_answer(encode_answer(1, Unanswered(Trouble.UNAVAILABLE, page, page)))
    assert isinstance(answer, Unanswered)
    assert len(answer.message) <= MAX_TEXT_CHARACTERS
    assert answer.message.startswith("<html> <p>Bad gateway</p> <p>")


@given(st.integers(0, 2**60), UNICODE, st.lists(UNICODE, max_size=5).map(tuple))
def test_requests_arrive_as_they_were_sent(call_id: int, core: str, names: tuple[str, ...]) -> None:
    """One line each, whatever is in it."""
    request = CallRequest(call_id, core, names)
    line = encode_request(request)
    assert line.count(b"\n") == 1
    assert decode_request(line) == request


GARBAGE = [
    b"",
    b"\n",
    b"Traceback (most recent call last):\n",
    b"\xff\xfe",
    b"[" * 100_000,
    b"[]",
    b"{}",
    b'{"callId": 1}',
    b'{"callId": null, "accepted": []}',
    b'{"callId": Infinity, "accepted": []}',
    b'{"callId": 1, "accepted": 5}',
    b'{"callId": 1, "accepted": [5]}',
    b'{"callId": 1, "accepted": [[1, 2, 3, 4]]}',
    b'{"callId": 1, "accepted": [[["a"], "b", "c"]]}',
    b'{"callId": 1, "accepted": [["a", 5, "c"]]}',
    b'{"callId": 1, "invalid": null}',
    b'{"callId": 1, "invalid": {"message": "", "fields": [["a"]]}}',
    b'{"callId": 1, "unanswered": {"trouble": "x"}}',
    b'{"callId": 1, "unanswered": "x"}',
    *(
        b'{"callId": 1, "unanswered": {"trouble": "throttled", "code": "", "message": "", '
        b'"retryAfter": ' + seconds + b"}}"
        for seconds in (b'"x"', b"NaN", b"Infinity", b"1" + b"0" * 400)
    ),
]


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
        b'{"callId": 1, "coreThingName": "c", "thingNames": 5}',
        b'{"callId": "x", "coreThingName": "c", "thingNames": []}',
        b'{"callId": Infinity, "coreThingName": "c", "thingNames": []}',
    ],
)
def test_garbage_is_no_request(line: bytes) -> None:
    """The same at the worker's end."""
    with pytest.raises(ProtocolError):
        decode_request(line)


DOCUMENTS = st.fixed_dictionaries(
    {"callId": st.integers(0, 5) | JSON},
    optional={
        "accepted": JSON | st.lists(st.lists(JSON, min_size=3, max_size=3), max_size=2),
        "invalid": JSON
        | st.fixed_dictionaries({"message": JSON, "fields": st.lists(st.tuples(JSON, JSON))}),
        "unanswered": JSON
        | st.fixed_dictionaries(
            {
                "trouble": st.sampled_from(["throttled", "x"]),
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
        call_id, answer = decode_answer(json.dumps(document).encode())
    except ProtocolError:
        return
    assert isinstance(call_id, int)
    if isinstance(answer, Accepted):
        for entry in answer.error_entries:
            for text in (entry.thing_name, entry.code, entry.message):
                assert text is None or isinstance(text, str)
    elif isinstance(answer, Unanswered):
        assert 0 <= answer.retry_after < float("inf")
