"""Credentials: whether a request can carry them, and answers from which they are removed."""

import re
from collections import deque
from collections.abc import Container, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    Listed,
    Succeeded,
    ValidationFailed,
)
from client_device_associator.core.values import replace
from client_device_associator.messages.redaction import Redaction

TOKEN_VARIABLE = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - the variable's name

_PROXY_VARIABLE = re.compile("(http|https|all)_proxy", re.IGNORECASE)
_USER_AND_PASSWORD = re.compile(r"://(\S+)@")

_SHORTEST_PASSWORD = 4
"""A shorter one would be removed from the middle of words, and is better guessed than read."""

_SETS_KEPT = 3
"""Credentials change while a call is made; an answer may still be about the ones before."""

_MAX_CHARACTERS = 10_000
"""What is longer is cut off first; it is cut off to a tenth of this later."""

_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")
"""Visible ASCII: of RFC 9110's field values, the only characters that a token or a key can have."""

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
    an HTTP library that refuses a header shows its value; token exchange may say what it was asked.

    Args:
        environment: The worker's: the token for token exchange, and passwords of proxies.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._lasting = _secrets_in(environment)
        self._sets: deque[tuple[str, ...]] = deque(maxlen=_SETS_KEPT)
        self._redaction = Redaction(self._lasting)

    def add(self, *secrets: object) -> None:
        """These are secrets too: one set of credentials; what is no text is left out."""
        given = tuple(one for one in secrets if isinstance(one, str) and one)
        if given and given not in self._sets:
            self._sets.append(given)
            self._redaction = Redaction(
                {*self._lasting, *(one for few in self._sets for one in few)}
            )

    def redacted(self, answer: Answer, asked: Container[str | None] = ()) -> Answer:
        """The answer with no secret in its words.

        Args:
            answer: Of a call.
            asked: The thing names in the call; any other name is a word like the rest.
        """
        answer = replace(answer, request_id=self.redact(answer.request_id))
        if isinstance(answer, Succeeded):
            entries = tuple(self._entry(entry, asked) for entry in answer.error_entries)
            return replace(answer, error_entries=entries)
        if isinstance(answer, Listed):
            return answer  # thing names, and a token that is sent back to the service
        message = self.redact(answer.message)
        if isinstance(answer, ValidationFailed):
            fields = tuple((self.redact(name), self.redact(text)) for name, text in answer.fields)
            return replace(answer, message=message, fields=fields)
        if isinstance(answer, CallFailed):
            return replace(answer, message=message, code=self.redact(answer.code))
        return replace(answer, message=message)

    def redact(self, text: _Text) -> _Text:
        """The text with no secret in it."""
        if text is None:
            return text
        return self._redaction(text[:_MAX_CHARACTERS])

    def _entry(self, entry: ErrorEntry, asked: Container[str | None]) -> ErrorEntry:
        name = entry.thing_name if entry.thing_name in asked else self.redact(entry.thing_name)
        return ErrorEntry(name, self.redact(entry.code), self.redact(entry.message))


def _secrets_in(environment: Mapping[str, str]) -> set[str]:
    found = {environment.get(TOKEN_VARIABLE, "")}
    for variable, value in environment.items():
        proxy = _USER_AND_PASSWORD.search(value) if _PROXY_VARIABLE.fullmatch(variable) else None
        if proxy is None:
            continue
        both = proxy[1]
        # A name alone may be a token.
        password = both.partition(":")[2] or both
        if len(password) >= _SHORTEST_PASSWORD:
            # As they are written, and as they are sent.
            found |= {both, unquote(both), password, unquote(password)}
    return found - {""}
