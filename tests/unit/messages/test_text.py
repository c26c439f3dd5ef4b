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
        ("a\xad\u034f\u180e\u115f\U000e0041", "a\\xad\u034f\\u180e\u115f\\U000e0041"),
        ("a\xa0\u3000", r"a\xa0\u3000"),
    ],
)
def test_what_could_deceive_is_escaped(text: str, shown: str) -> None:
    """Line ends, escape sequences, and what turns the direction of writing."""
    assert printable(text) == shown


@given(UNICODE)
def test_a_printable_text_is_one_line_of_visible_characters(text: str) -> None:
    """Whatever comes: no control, no format, no half character."""
    shown = printable(text)
    assert shown.isprintable()
    assert is_unicode(shown)
