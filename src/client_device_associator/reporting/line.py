"""A line of the log, before it is written."""

import logging
from collections.abc import Sequence

from client_device_associator.core.values import dataclass

_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log.

    Attributes:
        level: As in `logging`.
        text: What it says; text from outside is not escaped yet.
        error: An exception whose traceback belongs to it.
    """

    level: int
    text: str
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where this component runs.

    Attributes:
        core_thing_name: This core device; "" if the nucleus does not say.
        region: Its AWS region; "" if the nucleus does not say.
    """

    core_thing_name: str
    region: str

    @property
    def core(self) -> str:
        """The core device's name, for a person."""
        return self.core_thing_name or "(no thing name)"


def info(text: str) -> Line:
    """What goes on as it should."""
    return Line(logging.INFO, text)


def warning(text: str) -> Line:
    """What an operator may have to look at."""
    return Line(logging.WARNING, text)


def error(text: str) -> Line:
    """What an operator has to do something about."""
    return Line(logging.ERROR, text)


def some_of(names: Sequence[str], count: int) -> str:
    """The first names, and how many more there are of them all together."""
    more = count - _NAMES_SHOWN
    shown = ", ".join(names[:_NAMES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
