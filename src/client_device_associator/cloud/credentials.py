"""Credentials: whether a request can carry them, and words from which they are removed."""

import json
import re
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    Succeeded,
    ValidationFailed,
)

_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")
"""Visible ASCII: of RFC 9110's field values, the only characters that a token or a key can have."""

_SIGNATURE = re.compile(r"Signature=[0-9a-fA-F]+")
_REMOVED = "…"

_Text = TypeVar("_Text", str, "str | None")


def is_usable(frozen: Any) -> bool:  # noqa: ANN401 - botocore's frozen credentials
    """Whether there are credentials, and HTTP headers can hold them."""
    if not frozen:
        return False
    wanted = [frozen.access_key, frozen.secret_key]
    if frozen.token is not None:
        wanted.append(frozen.token)
    return all(isinstance(one, str) and _HEADER_VALUE.fullmatch(one) for one in wanted)


class Secrets:
    """What must not be read in the log, in results or in the journal.

    A service that disagrees about a signature shows what it has signed, the session token included;
    and an HTTP library that refuses a header shows its value.

    Args:
        first: A secret that is known from the start, if there is one.
    """

    def __init__(self, first: str | None = None) -> None:
        self._forms: tuple[str, ...] = ()
        self._lasting = _forms(first)
        self.add()

    def add(self, *secrets: str | None) -> None:
        """These are secrets now, in place of those that were added before."""
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = tuple(sorted({*self._lasting, *forms}, key=len, reverse=True))

    def redacted(self, answer: Answer) -> Answer:
        """The answer with no secret in its words."""
        if isinstance(answer, Succeeded):
            return Succeeded(
                tuple(
                    ErrorEntry(
                        entry.thing_name, self._redact(entry.code), self._redact(entry.message)
                    )
                    for entry in answer.error_entries
                )
            )
        message = self._redact(answer.message)
        if isinstance(answer, ValidationFailed):
            fields = tuple((self._redact(name), self._redact(text)) for name, text in answer.fields)
            return replace(answer, message=message, fields=fields)
        if isinstance(answer, CallFailed):
            return replace(answer, message=message, code=self._redact(answer.code))
        return replace(answer, message=message)

    def _redact(self, text: _Text) -> _Text:
        if text is None:
            return text
        found = _SIGNATURE.sub(f"Signature={_REMOVED}", text)
        for form in self._forms:
            found = found.replace(form, _REMOVED)
        return found


def _forms(secret: str | None) -> set[str]:
    """The ways in which libraries and services write a secret."""
    if not secret:
        return set()
    bare = secret.strip()
    spellings = {secret, bare, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")}
    return {one for one in spellings if one}
