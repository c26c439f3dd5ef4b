"""Recorded sessions of local publish/subscribe, as text."""

import json
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox.command.bus_session import (
    Recorded,
    due,
    is_to_replay,
    read_lines,
    to_line,
)

ASKED = Recorded(1.25, "a/request", {"json": {"n": 1}}, "com.example.Asks")
ANSWERED = Recorded(1.5, "a/response", {"binary": "/wE="}, "com.example.Answers")
FROM_OUTSIDE = Recorded(2.25, "b/request", {"json": {}}, "greengrass_sandbox")
SESSION = [ASKED, ANSWERED, FROM_OUTSIDE]


def document(message: Recorded) -> dict[str, Any]:
    """A message as the control socket tells it."""
    return {"topic": message.topic, **message.payload, "publisher": message.publisher}


def test_what_was_written_is_read() -> None:
    """JSON and bytes, with times and publishers; lines that are empty are none."""
    lines = [to_line(document(it), it.at) for it in SESSION]
    assert read_lines([*lines, "\n"]) == SESSION
    assert json.loads(lines[0]) == {"at": 1.25, **document(ASKED)}


def test_bytes_that_are_text_are_written_as_text() -> None:
    """So that a person can read and change them; they come back as bytes."""
    message = Recorded(0.0, "a", {"binary": "w6k="}, "com.example.Asks")
    line = to_line(document(message), 0.0)
    assert json.loads(line)["text"] == "é"
    assert read_lines([line]) == [message]


def test_a_session_is_read_by_time() -> None:
    """Two files may be put together; without a time or a publisher a line is one too."""
    early = Recorded(0.0, "c", {"json": {}})
    assert read_lines([to_line(document(ASKED), 1.25), '{"topic": "c", "json": {}}']) == [
        early,
        ASKED,
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 2: "),
        ("[]", "line 2: not a JSON object"),
        ('{"json": {}}', "there is no topic"),
        ('{"topic": "a"}', "there is not one payload"),
        ('{"topic": "a", "json": {}, "binary": ""}', "there is not one payload"),
        ('{"topic": "a", "json": [1]}', "json is not an object"),
        ('{"topic": "a", "binary": "?"}', "line 2: "),
        ('{"topic": "a", "text": 1}', "line 2: "),
        ('{"topic": "a", "json": {}, "at": "soon"}', "line 2: .*soon"),
    ],
)
def test_a_line_that_cannot_be_published_is_named(line: str, why: str) -> None:
    """By its number and with the reason, before anything is published."""
    with pytest.raises(ValueError, match=why):
        read_lines(['{"topic": "a", "json": {}}', line])


@pytest.mark.parametrize(
    ("filters", "running", "chosen"),
    [
        ([], set(), SESSION),
        ([], {"com.example.Answers"}, [ASKED, FROM_OUTSIDE]),
        (["a/#"], {"com.example.Answers"}, [ASKED]),
        (["a/response", "b/+"], set(), [ANSWERED, FROM_OUTSIDE]),
    ],
)
def test_what_components_here_say_themselves_is_left_out(
    filters: list[str], running: set[str], chosen: list[Recorded]
) -> None:
    """And what matches none of the filters."""
    assert list(filter(is_to_replay(filters, running), SESSION)) == chosen


def test_pauses_are_divided_by_the_speed() -> None:
    """They count from the first message; there are none with speed 0, and none in nothing."""
    assert due(SESSION, 2.0) == [0.0, 0.125, 0.5]
    assert due(SESSION, 0) == [0.0, 0.0, 0.0]
    assert due([], 1.0) == []


def test_the_line_in_the_guide_is_one() -> None:
    """It can be copied as it stands."""
    guide = Path(__file__).parents[2] / "docs" / "guide.md"
    lines = [it for it in guide.read_text().splitlines() if it.startswith('{"at"')]
    assert [it.topic for it in read_lines(lines)] == ["hello/request"]
