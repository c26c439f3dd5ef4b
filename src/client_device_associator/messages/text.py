"""Text that came from outside."""

import re

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: JSON's escapes can spell half a surrogate pair."""
    return text.isascii() or _HALF_A_PAIR.search(text) is None
