"""What a check has found."""

from enum import Enum

from client_device_associator.core.values import dataclass


class Health(str, Enum):
    """How it is; the values are what programs read."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "cannotTell"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found.

    Attributes:
        what: What was looked at, in a word or two.
        health: How it is.
        text: What was seen.
        remedy: What to do; "" if there is nothing to do.
    """

    what: str
    health: Health
    text: str
    remedy: str = ""


def ok(what: str, text: str) -> Finding:
    """All is well."""
    return Finding(what, Health.OK, text)


def wrong(what: str, text: str, remedy: str) -> Finding:
    """Somebody has to do something."""
    return Finding(what, Health.WRONG, text, remedy)


def unknown(what: str, text: str, remedy: str = "") -> Finding:
    """It cannot be seen from here."""
    return Finding(what, Health.UNKNOWN, text, remedy)
