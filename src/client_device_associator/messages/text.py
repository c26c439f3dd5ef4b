"""Text that came from outside."""

import re

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: JSON's escapes allow half a surrogate pair."""
    return text.isascii() or _HALF_A_PAIR.search(text) is None


def printable(text: str) -> str:
    r"""The text in one line, with escapes such as \x0a and \u202e for what could deceive.

    That is all that `str.isprintable` refuses: control characters, line separators, what changes
    the direction of writing or is invisible, spaces other than the usual one, halves of pairs.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(character: str) -> str:
    if character.isascii():
        return f"\\x{ord(character):02x}"
    return character.encode("ascii", "backslashreplace").decode()
