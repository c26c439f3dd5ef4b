"""Facts that the record keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from client_device_associator.core.instant import Instant
from client_device_associator.core.policy import Policy
from simulation.cloud import Reply

Key = tuple[str, str | None, str, str | None]
"""Result topic, thing name, status and announcement id: how an announcer tells results apart."""


class Broken(BaseException):
    """An invariant does not hold; no handler of the component's may catch it."""

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant = invariant


@dataclass(slots=True)
class Life:
    """A device from its announcement until it is associated or failed."""

    name: str
    began_at: float
    waiting: set[tuple[str, str | None]] = field(default_factory=set)
    told_retrying: set[tuple[str, str | None]] = field(default_factory=set)
    spoken_against: int = 0
    attempts: int = 0
    due_by: float = 0.0
    promised: float | None = None


@dataclass(slots=True)
class Debt:
    """A result that the journal owes since a time."""

    key: Key
    since: float
    delivered: bool = False


@dataclass(slots=True)
class Flight:
    """A call that the worker has."""

    names: tuple[str, ...]
    since: float
    reply: Reply


@dataclass(slots=True)
class Incarnation:
    """One process, as far as the invariants look into it."""

    number: int
    policy: Policy
    started_at: float
    now: Callable[[], Instant]
    changes: Callable[[], int]
    has_notes: Callable[[], bool]
    stored: Callable[[str], Sequence[Sequence[object]]]
    encodes_json: bool = False
    policy_since: float = 0.0
