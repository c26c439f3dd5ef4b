"""Words from which secrets are removed."""

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote

REMOVED = "…"
"""In the place of what was removed."""

PIECE_CHARACTERS = 8
"""So many of a secret's characters in a row are removed as well: a message may have been cut off in
the middle of it, or broken into lines."""

_RULES = (
    # User and password of a URL. The password of a proxy may hold any character, a slash too.
    (re.compile(r"://\S{0,256}@"), f"://{REMOVED}@"),
    (re.compile(r"(?i)(signature(?:=|%3d|\\u003d))[0-9a-f]+"), rf"\1{REMOVED}"),
    # A value under the name of a credential, in a header, in JSON or in a query: it need not be one
    # that we know, as in an answer of token exchange that nobody could parse.
    (
        re.compile(
            r"(?i)((?:access_?key_?id|secret_?access_?key|token)[\\\"']{0,4}\s{0,4}[:=]"
            r"\s{0,4}[\\\"']{0,4})[\w/+=.%\\-]{16,}"
        ),
        rf"\1{REMOVED}",
    ),
)
"""What is removed although its value is not known."""

_IN_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
"""As the module `html` does it, which has a table of 2,000 names in memory."""


class Redaction:
    """Removes secrets that are known, and what looks like one.

    Args:
        secrets: None of them is left in a text, in whatever spelling.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        # A longer one first: the rest of it would be readable if a part of it went before.
        self._forms = sorted(forms, key=lambda one: (-len(one), one))
        self._pieces = frozenset(
            form[start : start + PIECE_CHARACTERS]
            for form in forms
            for start in range(len(form) - PIECE_CHARACTERS + 1)
        )

    def __call__(self, text: str) -> str:
        """The text without any secret."""
        for form in self._forms:
            text = text.replace(form, REMOVED)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        return self._without_pieces(text)

    def _without_pieces(self, text: str) -> str:
        kept: list[str] = []
        end = 0
        for start in range(len(text) - PIECE_CHARACTERS + 1):
            if text[start : start + PIECE_CHARACTERS] not in self._pieces:
                continue
            if start > end or not kept:
                kept += [text[end:start], REMOVED]
            end = start + PIECE_CHARACTERS
        return "".join([*kept, text[end:]])


def _forms(secret: str) -> set[str]:
    """The ways in which libraries and services write a secret."""
    bare = secret.strip()
    encoded = quote(secret, safe="")
    spellings = {
        secret,
        bare,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        encoded,
        re.sub("%..", lambda escape: escape[0].lower(), encoded),
        secret.translate(_IN_HTML),
        base64.b64encode(secret.encode(errors="replace")).decode(),
    }
    return {one for one in spellings if one}
