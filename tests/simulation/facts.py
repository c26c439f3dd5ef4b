"""Facts that the record keeps."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.decision import Call
from client_device_associator.core.instant import Instant
from client_device_associator.core.operation import Operation
from client_device_associator.core.policy import Policy
from simulation.cloud import Reply
from simulation.plan import Message

Key = tuple[str, str | None, str, str | None]
"""Result topic, thing name, status and announcement id: how an announcer keeps results apart."""


class Broken(BaseException):
    """An invariant does not hold; no handler of the component's may catch it."""

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant = invariant


@dataclass(slots=True)
class Life:
    """A device from its announcement until it is associated or failed; or from its departure.

    One that is announced after a departure that is not done yet begins another life.
    """

    name: str
    began_at: float
    leaves: bool = False
    waiting: set[tuple[str, str | None]] = field(default_factory=set)
    heard_retrying: set[tuple[str, str | None]] = field(default_factory=set)
    error_entries: int = 0
    inherited: int = 0
    """1 if an error entry for it was on its way when this life began: it may count."""
    attempts: int = 0
    due_by: float = 0.0
    promised: float | None = None

    @property
    def operation(self) -> Operation:
        """What is to be called for it."""
        return Operation.DISASSOCIATE if self.leaves else Operation.ASSOCIATE


@dataclass(slots=True)
class DurableResult:
    """A result that the journal keeps since a time."""

    key: Key
    since: float
    delivered: bool = False


@dataclass(slots=True)
class Flight:
    """A call that the worker has."""

    call: Call
    since: float
    reply: Reply

    @property
    def names(self) -> tuple[str, ...]:
        """Who is in it; nobody in one for a list."""
        return self.call.thing_names

    @property
    def operation(self) -> Operation:
        """What it asks for."""
        return self.call.operation


@dataclass(eq=False, slots=True)
class Publication:
    """A message on its way to the subscriptions that there were when it was published.

    Attributes:
        message: What was published.
        at: When.
        opened_at: When each of the subscriptions was made.
        offered: How often the component has put it into its inbox.
        due: How many subscriptions have not got it yet.
        is_excused: Whether a stream that the nucleus has ended was among them.
    """

    message: Message
    at: float
    opened_at: tuple[float, ...]
    offered: int = 0
    due: int = 0
    is_excused: bool = False


@dataclass(slots=True)
class Incarnation:
    """One process, as far as the invariants look into it."""

    number: int
    settings: Settings
    started_at: float
    now: Callable[[], Instant]
    has_notes: Callable[[], bool]
    database: sqlite3.Connection | None = None
    policy_since: float = 0.0
    is_stopping: bool = False

    @property
    def policy(self) -> Policy:
        """In effect."""
        return self.settings.policy

    def changes(self) -> int:
        """How many rows this process has changed."""
        return 0 if self.database is None else self.database.total_changes

    def stored(self, query: str) -> Sequence[Sequence[object]]:
        """Rows of the journal."""
        return [] if self.database is None else self.database.execute(query).fetchall()
