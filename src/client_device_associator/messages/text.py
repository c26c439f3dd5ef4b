"""Text that came from outside."""

import re

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")

_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control characters, line separators, what changes the direction of writing or is invisible."""


def is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: JSON's escapes allow half a surrogate pair."""
    return text.isascii() or _HALF_A_PAIR.search(text) is None


def printable(text: str) -> str:
    r"""The text in one line, with escapes such as \x0a and \u202e for what could deceive."""
    return _UNPRINTABLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return (
        found[0].encode("ascii", "backslashreplace").decode()
        if found[0] > "\x7f"
        else (f"\\x{ord(found[0]):02x}")
    )
