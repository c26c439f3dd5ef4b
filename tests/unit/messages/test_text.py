import unicodedata

import pytest
from hypothesis import given

from client_device_associator.messages.text import is_unicode, printable
from support.values import UNICODE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \u00e9 \u6f22 \U0001f600", "plain \u00e9 \u6f22 \U0001f600"),
        ("a\nERROR forged", r"a\x0aERROR forged"),
        ("a\r\tb\x1b[31m\x7f\x85", r"a\x0d\x09b\x1b[31m\x7f\x85"),
        ("a\u202eb\u2066c\u200d", r"a\u202eb\u2066c\u200d"),
        ("a\u2028b\ufeff", r"a\u2028b\ufeff"),
        ("a\ud800", r"a\ud800"),
    ],
)
def test_what_could_deceive_is_escaped(text: str, shown: str) -> None:
    """Line ends, escape sequences, and what turns the direction of writing."""
    assert printable(text) == shown


@given(UNICODE)
def test_a_printable_text_is_one_line_of_visible_characters(text: str) -> None:
    """Whatever comes: no control, no format, no half character."""
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert is_unicode(shown)
    forbidden = {"Cc", "Zl", "Zp", "Cs"}
    assert not {unicodedata.category(character) for character in shown} & forbidden
