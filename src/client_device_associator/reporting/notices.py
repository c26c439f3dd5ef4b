"""Everything that may be reported to a person: one type for each fact, plain data.

Each is reported once, when it becomes true; the part that finds it out knows whether it is news.
Who gets it, and in which words, is decided by those who receive the notices: the log and the
health.
"""

from collections.abc import Callable, Mapping, Sequence

from client_device_associator.configuration.reader import Problem
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.notices import CoreNotice
from client_device_associator.core.result import Status
from client_device_associator.core.values import dataclass, field
from client_device_associator.journal.set_aside import SetAside
from client_device_associator.reporting.metric_notices import MetricNotice


@dataclass(frozen=True, slots=True)
class Started:
    """The component begins its work."""

    version: str
    journal_path: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """The component ends."""

    reason: str


@dataclass(frozen=True, slots=True)
class DefectFound:
    """An exception that nobody foresaw; the parts that may be affected are built again."""

    error: Exception


@dataclass(frozen=True, slots=True)
class ListeningChanged:
    """The subscriptions are not those of the last such notice.

    Attributes:
        listening: Topic filters of live subscriptions.
        refused: Topic filters that could not be subscribed to.
    """

    listening: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionRefused:
    """A subscription could not be made.

    Attributes:
        topic_filter: To what.
        why: The nucleus's words.
        wanted: Every filter of the settings on this bus: a merge replaces the block of an earlier
            one.
        bus: Where the topics are.
    """

    topic_filter: str
    why: str
    wanted: tuple[str, ...]
    bus: Bus = Bus.LOCAL


@dataclass(frozen=True, slots=True)
class NothingAllowed:
    """Every subscription to local publish/subscribe was refused by accessControl.

    Attributes:
        why: The nucleus's words.
        wanted: Every filter of the settings.
    """

    why: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageUnreadable:
    """A message could not be decoded; further ones are only counted."""

    topic_filter: str


@dataclass(frozen=True, slots=True)
class SubscriptionEnded:
    """The nucleus has closed a subscription."""

    topic_filter: str


@dataclass(frozen=True, slots=True)
class ConfigurationUnwatched:
    """Changes of the configuration are not noticed for now."""

    why: str


@dataclass(frozen=True, slots=True)
class ConfigurationUnread:
    """The configuration cannot be read for now."""

    why: str


@dataclass(frozen=True, slots=True)
class ConfigurationRejected:
    """The configuration is invalid: the last good one, or else the defaults, stay in effect."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ConfigurationAccepted:
    """A configuration is in effect, after one that was rejected."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """The configuration holds a key that nobody reads."""

    warning: Problem


@dataclass(frozen=True, slots=True)
class VetoUnsupported:
    """This nucleus does not ask before a deployment."""

    why: str


@dataclass(frozen=True, slots=True)
class DeploymentVetoed:
    """A deployment would bring an invalid configuration, and was rejected."""

    deployment_id: str
    objection: str


@dataclass(frozen=True, slots=True)
class AnnouncementsRejected:
    """Announcements could not be taken; several of one kind are reported together."""

    topic: str
    code: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class PresenceRejected:
    """Traffic that has another purpose names devices that cannot be taken; nobody is answered.

    Attributes:
        topic: That of the last of them.
        code: Why.
        message: The same, in words.
        count: How many.
    """

    topic: str
    code: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class EverybodyAdmitted:
    """There are no admission rules."""


@dataclass(frozen=True, slots=True)
class ResultsDecided:
    """How many results of each status were decided, and of rejections for each reason."""

    statuses: Mapping[Status, int]
    rejections: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultsRefused:
    """The nucleus refuses result messages, where it has taken them all before."""

    topic: str
    why: str
    settings: Settings
    bus: Bus = Bus.LOCAL


@dataclass(frozen=True, slots=True)
class JournalUnusable:
    """The journal cannot be read or written."""

    why: str


@dataclass(frozen=True, slots=True)
class JournalUsable:
    """The journal can be read and written again."""


@dataclass(frozen=True, slots=True)
class JournalSetAside:
    """A journal could not be used and was replaced by a new one."""

    aside: SetAside


@dataclass(frozen=True, slots=True)
class IdleWorkerEnded:
    """A worker process has ended by itself, with no call."""

    why: str


@dataclass(frozen=True, slots=True)
class ChannelClosed:
    """Commands cannot reach this component: its socket could not be made."""

    why: str


@dataclass(frozen=True, slots=True)
class CommandCarriedOut:
    """An operator has asked for something by command, and it was done.

    Attributes:
        command: Its name.
        uid: The user id of the operator.
        thing_names: The devices that it was about.
        outcomes: How many of them had which outcome.
    """

    command: str
    uid: int
    thing_names: tuple[str, ...]
    outcomes: Mapping[str, int]


Notice = (
    CoreNotice
    | MetricNotice
    | Started
    | Stopping
    | DefectFound
    | ListeningChanged
    | SubscriptionRefused
    | NothingAllowed
    | MessageUnreadable
    | SubscriptionEnded
    | ConfigurationUnwatched
    | ConfigurationUnread
    | ConfigurationRejected
    | ConfigurationAccepted
    | UnknownKey
    | VetoUnsupported
    | DeploymentVetoed
    | AnnouncementsRejected
    | PresenceRejected
    | EverybodyAdmitted
    | ResultsDecided
    | ResultsRefused
    | JournalUnusable
    | JournalUsable
    | JournalSetAside
    | IdleWorkerEnded
    | ChannelClosed
    | CommandCarriedOut
)

Report = Callable[[Notice], None]
"""Takes a notice, on the main thread."""


def report_to(receivers: Sequence[Report]) -> Report:
    """A report that every receiver gets, in this order."""

    def report(notice: Notice) -> None:
        for receiver in receivers:
            receiver(notice)

    return report
