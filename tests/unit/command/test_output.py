import io

import pytest

from client_device_associator.command.output import Colour, Output, has_colours
from support.commands import Terminal


def test_text_cannot_move_the_cursor() -> None:
    """What a service or an announcer said may hold anything."""
    assert Output(io.StringIO(), coloured=False).plain("a\x1b[2Jb\n") == r"a\x1b[2Jb\x0a"
    painted = Output(io.StringIO(), coloured=True).paint("a\x1b[2J", Colour.BAD)
    assert painted == "\x1b[31ma\\x1b[2J\x1b[0m"


def test_without_colours_nothing_is_painted() -> None:
    """And nothing at all has no colour."""
    assert Output(io.StringIO(), coloured=False).paint("a", Colour.GOOD) == "a"
    assert Output(io.StringIO(), coloured=True).paint("", Colour.GOOD) == ""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, True),
        ({"TERM": "xterm"}, True),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    environment: dict[str, str], *, expected: bool
) -> None:
    """And never for a pipe."""
    assert has_colours(Terminal(), environment) is expected
    assert not has_colours(io.StringIO(), environment)


def test_a_document_is_a_line() -> None:
    """Of ASCII, whatever the terminal's encoding is."""
    stream = io.StringIO()
    Output(stream, coloured=True).json({"a": "é\n", "b": 1})
    assert stream.getvalue() == '{"a": "\\u00e9\\n", "b": 1}\n'
