"""What a seed chooses: plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.policy import Policy
from client_device_associator.messages.announcement import Announcement, Payload
from client_device_associator.messages.template import Template

CORE = "SimulatedCore"
FOREVER = float("inf")


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


@dataclass(frozen=True, slots=True)
class Interruption:
    """The process ends.

    Attributes:
        at: When it is due.
        steps: How many of the process's steps it waits for; None strikes between turns.
        power: Whether what is not synced is lost.
        down: Seconds until the next process starts.
        orderly: Whether the nucleus stops it.
    """

    at: float
    steps: int | None = None
    power: bool = False
    down: float = 1.0
    orderly: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a seed chooses; see `choose`."""

    seed: int
    features: tuple[str, ...] = ()
    settings: tuple[Settings, ...] = (Settings(),)
    changes: tuple[tuple[float, Settings], ...] = ()
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
    disassociations: tuple[tuple[float, str], ...] = ()
    turned_away: tuple[float, ...] = ()
    healthy_at: float = 0.0
    burst: bool = False

    def settings_of(self, process: int) -> Settings:
        """The configuration of the process of this number, from 1, if none is deployed later."""
        return self.settings[min(process, len(self.settings)) - 1]

    @property
    def policies(self) -> tuple[Policy, ...]:
        """All that may ever be in force."""
        deployed = (settings for _, settings in self.changes)
        return tuple(settings.policy for settings in (*self.settings, *deployed))
