"""How long a service asks us not to call."""

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

RETRY_AFTER = "Retry-After"
"""Seconds or a date (RFC 9110, section 10.2.3); the service model has it for 429 and 500."""

_IN_MILLISECONDS = "x-amz-retry-after"
"""botocore obeys this one when it retries by itself, which it does not here."""

MAX_SECONDS = 3600
"""A mistaken header must not stop a core device forever."""


def whole_seconds(headers: Mapping[str, str]) -> int:
    """What the headers of an answer ask for; 0 for nothing, or nothing that can be parsed.

    Args:
        headers: Of an HTTP response, found in any spelling of their names.
    """
    found = {name.lower(): value for name, value in headers.items()}
    asked = max(
        _seconds(found.get(RETRY_AFTER.lower(), ""), found.get("date", "")),
        _number(found.get(_IN_MILLISECONDS, "")) / 1000,
    )
    return min(math.ceil(asked), MAX_SECONDS)


def _seconds(text: str, sent_at: str) -> float:
    date = _epoch(text)
    if date is None:
        return _number(text)
    # By the sender's clock: ours may be wrong.
    sent = _epoch(sent_at)
    return max(0.0, date - (time.time() if sent is None else sent))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return max(0.0, min(number, MAX_SECONDS * 1000)) if math.isfinite(number) else 0.0


def _epoch(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
