"""What a seed chooses: plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.operation import Operation
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.template import Template

CORE = "SimulatedCore"


class Fault(str, Enum):
    """Why a call comes to nothing."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    NO_CREDENTIALS = "no credentials"
    CREDENTIALS_REFUSED = "credentials refused"
    ACCESS_DENIED = "access denied"
    CORE_UNKNOWN = "core unknown"
    MISCONFIGURED = "misconfigured"
    CORE_INVALID = "core name refused"
    ANSWER_LOST = "answer lost"
    HANG = "hang"
    HANG_APPLIED = "hang after applying"
    DEATH = "worker dies"
    DEATH_APPLIED = "worker dies after applying"
    NOT_STARTED = "worker cannot be started"


class Poison(Enum):
    """How a ValidationException speaks of a name that spoils its call."""

    SILENT = "no fields"
    NAMED = "fields hold the name"
    INDEXED = "fields hold the index"
    MISLEADING = "fields hold an innocent name"


class Tear(Enum):
    """What may be wrong with a page of a list."""

    EMPTY = "comes back empty"
    ENDS_EARLY = "ends early"
    EXPIRED = "tokens expire"
    REPEATED = "repeats a token"
    DUPLICATES = "names devices twice"
    NAMELESS = "has names that are none"


@dataclass(frozen=True, slots=True)
class Tears:
    """How often a page is torn, and how."""

    probability: float
    kinds: tuple[Tear, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody in the console, or a tool, changes something in the cloud.

    Attributes:
        at: When.
        name: Of the device.
        associates: Whether it is associated then; else it is not.
        gone_until: Set if the thing itself is deleted: when it is created again.
    """

    at: float
    name: str
    associates: bool = False
    gone_until: float | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """A client device, and what the cloud makes of it.

    Attributes:
        name: Its thing name.
        poison: Set if it spoils every call that it is in.
        nameless: Whether error entries about it lack its name.
        failures: Error entries before it is accepted.
        code: The code of these entries; None leaves it out.
        exists_from: Time at which it is provisioned; until then its entries say so.
    """

    name: str
    poison: Poison | None = None
    nameless: bool = False
    failures: int = 0
    code: str | None = None
    exists_from: float = 0.0

    @property
    def spoils(self) -> bool:
        """Whether it makes a batch be narrowed down."""
        return self.poison is not None or self.nameless


@dataclass(frozen=True, slots=True)
class Message:
    """Something published on an announcement topic, and what it comes to by the contract.

    Attributes:
        at: When.
        topic: Where.
        template: How the topic's subscription names the device.
        payload: What.
        announcements: Those in it that are right.
        malformed: Whether there must be a rejection.
    """

    at: float
    topic: str
    template: Template | None
    payload: Payload
    announcements: tuple[Announcement, ...]
    malformed: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which something is the matter."""

    start: float
    end: float
    kind: str
    detail: float = 0.0

    def holds(self, time: float) -> bool:
        """Whether it is now."""
        return self.start <= time < self.end


class Ending(Enum):
    """How a process ends, or what else interrupts it."""

    KILL = "crash"
    POWER_LOSS = "power loss"
    STOP = "orderly stop"
    NUCLEUS_LOST = "nucleus lost"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Interruption:
    """The process ends, or what it remembers is lost.

    Attributes:
        at: When it is due.
        ending: How.
        steps: How many of the process's steps it waits for; None strikes between turns.
        down: Seconds until the next process starts.
    """

    at: float
    ending: Ending = Ending.KILL
    steps: int | None = None
    down: float = 1.0


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration document.

    Attributes:
        content: What a nucleus keeps.
        settings: What it means; None if something in it is wrong.
    """

    content: Mapping[str, object]
    settings: Settings | None


@dataclass(frozen=True, slots=True)
class Change:
    """A deployment brings another configuration.

    Attributes:
        at: When.
        document: What it brings.
        gaps: Seconds before each of the events by which the nucleus reports it.
    """

    at: float
    document: Document
    gaps: tuple[float, ...] = (0.0,)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a seed chooses; see `choose`."""

    seed: int
    features: tuple[str, ...] = ()
    document: Document = Document({}, default_settings())
    changes: tuple[Change, ...] = ()
    things: tuple[Thing, ...] = ()
    messages: tuple[Message, ...] = ()
    outages: tuple[Window, ...] = ()
    troubles: Mapping[Fault, float] = field(default_factory=dict)
    noise: float = 0.0
    says_already: bool = False
    refuses_missing: bool = False
    words: tuple[str | None, ...] = (None, "", "not now")
    latency: float = 0.3
    interruptions: tuple[Interruption, ...] = ()
    dies_at_start: float = 0.0
    worker_deaths: tuple[float, ...] = ()
    clock_jumps: tuple[tuple[float, float], ...] = ()
    first_wall_offset: float = 0.0
    disk: tuple[Window, ...] = ()
    nucleus: tuple[Window, ...] = ()
    session: tuple[Window, ...] = ()
    closings: tuple[float, ...] = ()
    silencings: tuple[float, ...] = ()
    health_requests: tuple[float, ...] = ()
    floods: tuple[float, ...] = ()
    hands: tuple[Hand, ...] = ()
    list_lag: float = 0.0
    page_size: int = 100
    tears: tuple[Tears, ...] = ()
    token_seconds: float = float("inf")
    denied: tuple[tuple[Operation, float], ...] = ()
    roster_requests: tuple[float, ...] = ()
    asks_at_the_end: bool = False
    healthy_at: float = 0.0
    burst: bool = False

    @property
    def settings(self) -> tuple[Settings, ...]:
        """All that may ever be in effect."""
        documents = (self.document, *(change.document for change in self.changes))
        good = [one.settings for one in documents if one.settings is not None]
        return (*good, default_settings())
