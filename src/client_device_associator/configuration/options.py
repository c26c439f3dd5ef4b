"""Every option of the configuration: one table for the parser, the document and the recipe."""

from collections.abc import Iterator

from client_device_associator.core.pacing import LONGEST_SPREAD_SECONDS
from client_device_associator.core.policy import MAX_BATCH
from client_device_associator.core.values import dataclass

_DAY_SECONDS = 86_400
_YEAR_SECONDS = 365 * _DAY_SECONDS
_YEAR_HOURS = 365 * 24
_MAX_PENDING_CEILING = 1_000_000
_MAX_DEVICES_CEILING = 1_000_000
_MAX_TRAIL_CEILING = 1_000_000


@dataclass(frozen=True, slots=True)
class Text:
    """A string.

    Attributes:
        what: What kind of string, in the document's words.
    """

    what: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few strings."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds.

    Attributes:
        lowest: The least that is allowed.
        highest: The most that is allowed.
        whole: Whether it has to be an integer.
    """

    lowest: int
    highest: int
    whole: bool = False


Kind = Text | Choice | Boolean | Number


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes:
        key: Where it is in the configuration, with dots between the levels.
        default: Its value if the key is missing; None if there is none.
        kind: Which values it takes.
        meaning: For the document.
    """

    key: str
    default: str | float | bool | None
    kind: Kind
    meaning: str

    @property
    def section(self) -> str:
        """The key of the map that holds it; "" for the root."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Its key in that map."""
        return self.key.rpartition(".")[2]


OPTIONS: tuple[Option, ...] = (
    Option(
        "announcements.shared.topic",
        "clientdevices/announce",
        Text("topic filter"),
        "where announcements come from whose payload names the devices",
    ),
    Option(
        "announcements.own.topic",
        "clientdevices/+/announce",
        Text("topic filter"),
        "where devices announce themselves",
    ),
    Option(
        "announcements.own.thingName",
        "{topic:1}",
        Text("template"),
        "how a message there names the device: by the second level of its topic",
    ),
    Option("results.topic", "{topic}/status", Text("template"), "where results go"),
    Option(
        "results.encoding",
        "binary",
        Choice(("binary", "json")),
        "whether a result message is a BinaryMessage that holds JSON, or a JsonMessage",
    ),
    Option(
        "results.receipts",
        default=False,
        kind=Boolean(),
        meaning="whether `queued` is sent once an announcement is on disk",
    ),
    Option(
        "iotCore.results.topic",
        "{topic}/status",
        Text("template"),
        "where results go on AWS IoT Core (see [below](#aws-iot-core))",
    ),
    Option(
        "iotCore.results.all",
        default=False,
        kind=Boolean(),
        meaning="whether results of local announcements go there, too",
    ),
    Option("batching.maxSize", 100, Number(1, MAX_BATCH, whole=True), "thing names in one call"),
    Option(
        "batching.maxWaitSeconds",
        1,
        Number(0, 3600),
        "how long the first device of a batch waits for others; a batch of `maxSize` leaves at"
        " once",
    ),
    Option(
        "limits.maxPending",
        10_000,
        Number(1, _MAX_PENDING_CEILING, whole=True),
        "devices that may wait to be associated; also how many results that the nucleus refuses"
        " are kept",
    ),
    Option(
        "limits.maxAttempts",
        10,
        Number(1, 1000, whole=True),
        "how often the cloud may answer with an error for a device before it has failed",
    ),
    Option(
        "limits.maxDevices",
        None,
        Number(1, _MAX_DEVICES_CEILING, whole=True),
        "devices that may be associated with this core device, as far as the component knows; if it"
        " is set, it remembers them for longer than `trustSeconds`",
    ),
    Option(
        "admission.requireProvenName",
        default=False,
        kind=Boolean(),
        meaning="whether names in payloads are refused (see [below](#who-is-admitted))",
    ),
    Option(
        "trustSeconds",
        3600,
        Number(0, _YEAR_SECONDS),
        "how long an association is believed without asking the cloud again; 0 asks at each"
        " announcement",
    ),
    Option(
        "pacing.spreadSeconds",
        0,
        Number(0, LONGEST_SPREAD_SECONDS),
        "in a large fleet: how long all its core devices need for one call each (see"
        " [below](#large-fleets)); 0 calls at once",
    ),
    Option(
        "reconcile.intervalHours",
        24,
        Number(0, _YEAR_HOURS),
        "how often the list of associated devices in the cloud is compared with what the component"
        " knows (see [below](#the-clouds-list)); 0 for never",
    ),
    Option(
        "reconcile.restore",
        default=False,
        kind=Boolean(),
        meaning="whether a device that this component has associated, and that is on the cloud's"
        " list no more, is associated again without an announcement",
    ),
    Option(
        "departures.afterSilentDays",
        None,
        Number(1, 3650, whole=True),
        "after how many days of silence a device that this component has associated is"
        " disassociated (see [below](#devices-that-leave)); absent for never",
    ),
    Option(
        "departures.maxPerDay",
        None,
        Number(1, _MAX_DEVICES_CEILING, whole=True),
        "how many devices may be disassociated in a day that have not said that they leave; absent"
        " for 5 % of those that are associated, and at least 1",
    ),
    Option(
        "departures.dryRun",
        default=True,
        kind=Boolean(),
        meaning="whether silent devices are only reported, and not disassociated",
    ),
    Option(
        "handover.enabled",
        default=False,
        kind=Boolean(),
        meaning="whether core devices tell each other whom they have associated, and let go who has"
        " gone to another one (see [below](#devices-that-move))",
    ),
    Option(
        "handover.topic",
        "clientdevices/{thingName}/associated",
        Text("template"),
        "where on AWS IoT Core they do so; a level may be `{coreThingName}`",
    ),
    Option(
        "handover.graceSeconds",
        3600,
        Number(1, _YEAR_SECONDS),
        "how long a device that another core device has associated may take to be heard here,"
        " before it is disassociated from this one",
    ),
    Option(
        "metrics.cloudWatch",
        default=False,
        kind=Boolean(),
        meaning="whether metrics go to Amazon CloudWatch, through the component"
        " `aws.greengrass.Cloudwatch` (see [metrics.md](metrics.md))",
    ),
    Option(
        "metrics.textfile",
        None,
        Text("absolute path that ends in `.prom`"),
        "where metrics are written for the text file collector of Prometheus; absent for nowhere",
    ),
    Option(
        "metrics.intervalSeconds",
        60,
        Number(1, _DAY_SECONDS),
        "metrics go there at most this often, and only if something has changed",
    ),
    Option(
        "workerIdleSeconds",
        60,
        Number(0, _DAY_SECONDS),
        "how long the worker process is kept without a call",
    ),
    Option(
        "subscriptionRenewalSeconds",
        300,
        Number(1, _DAY_SECONDS),
        "how often each subscription, and the watch on the configuration, is replaced by a new one;"
        " local subscriptions every 25 s at least while messages come",
    ),
    Option(
        "trail.maxEntries",
        10_000,
        Number(0, _MAX_TRAIL_CEILING, whole=True),
        "how many entries the trail has, the history of what was decided (see"
        " [below](#the-trail)); 0 for no trail",
    ),
    Option(
        "deploymentVeto",
        default=False,
        kind=Boolean(),
        meaning="whether a deployment that brings a bad configuration is rejected (classic nucleus"
        " only; see [below](#vetoing-deployments))",
    ),
    Option(
        "logLevel",
        "INFO",
        Choice(("DEBUG", "INFO", "WARN", "WARNING", "ERROR")),
        "the lowest level that is logged",
    ),
)


def announcement_options() -> Iterator[Option]:
    """The options that make the default announcement topics."""
    return (option for option in OPTIONS if option.key.startswith("announcements."))


def plain_options() -> Iterator[Option]:
    """The options whose value is used as it is; the others make announcement topics."""
    return (option for option in OPTIONS if not option.key.startswith("announcements."))
