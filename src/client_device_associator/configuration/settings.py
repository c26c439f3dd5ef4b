"""The configuration as the other parts use it: typed, checked, complete."""

from client_device_associator.core.admission.rules import EVERYBODY, Rules
from client_device_associator.core.bus import Bus
from client_device_associator.core.policy import Policy
from client_device_associator.core.values import dataclass
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.template import Template


@dataclass(frozen=True, slots=True)
class AnnouncementTopic:
    """Where announcements come from.

    Attributes:
        key: Its key in the configuration, by which deployments merge it; unique among those of both
            buses, see `lane_key`.
        topic_filter: What is subscribed to.
        thing_name: How the device is named; None means in the payload, by the shared contract.
        rules: Whose announcements are admitted that come from there.
        is_presence: Whether its messages have another purpose: each says that a device is there,
            and none is answered but for what becomes of the device.
        bus: Where it is.
        leaves: Whether its messages say that devices have left.
    """

    key: str
    topic_filter: str
    thing_name: Template | None = None
    rules: Rules = EVERYBODY
    is_presence: bool = False
    bus: Bus = Bus.LOCAL
    leaves: bool = False

    @property
    def proves_names(self) -> bool:
        """Whether names are taken from the topic alone, which the nucleus vouches for."""
        return self.thing_name is not None and not self.thing_name.reads_payload


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """Where metrics go.

    Attributes:
        to_cloudwatch: Whether they go to Amazon CloudWatch, through AWS's component for that.
        textfile: The absolute path of a file for a collector of text files; None for no file.
        interval_seconds: They go there at most this often.
    """

    to_cloudwatch: bool = False
    textfile: str | None = None
    interval_seconds: float = 60.0

    @property
    def is_on(self) -> bool:
        """Whether they go anywhere."""
        return self.to_cloudwatch or self.textfile is not None


@dataclass(frozen=True, slots=True)
class Settings:
    """All that an operator may set.

    Attributes:
        announcement_topics: Where announcements come from, over either bus, those of departures
            included.
        results_topic: The template of result topics.
        results_as_json: Whether result messages are JsonMessages.
        policy: What decisions depend on.
        worker_idle_seconds: How long the worker process is kept without a call.
        subscription_renewal_seconds: How often each subscription is replaced by a new one.
        deployment_veto: Whether deployments with a bad configuration are rejected.
        log_level: The lowest level that is logged.
        trail_max_entries: How many entries the trail has at most; 0 for no trail.
        iot_core_results_topic: The template of result topics on AWS IoT Core.
        all_results_to_iot_core: Whether results of local announcements go there, too.
        claims: Where core devices tell each other whom they have associated; None if they do not.
        metrics: Where metrics go.
    """

    announcement_topics: tuple[AnnouncementTopic, ...]
    results_topic: str
    results_as_json: bool
    policy: Policy
    worker_idle_seconds: float
    subscription_renewal_seconds: float
    deployment_veto: bool
    log_level: str
    trail_max_entries: int
    iot_core_results_topic: str = "{topic}/status"
    all_results_to_iot_core: bool = False
    claims: ClaimTopic | None = None
    metrics: MetricSettings = MetricSettings()

    def topics_on(self, bus: Bus) -> tuple[AnnouncementTopic, ...]:
        """Where announcements come from over one bus."""
        return tuple(one for one in self.announcement_topics if one.bus is bus)

    def answered_on(self, bus: Bus) -> tuple[AnnouncementTopic, ...]:
        """The announcement topics whose results go to a bus."""
        if bus is Bus.IOT_CORE and self.all_results_to_iot_core:
            return self.announcement_topics
        return self.topics_on(bus)

    def results_topic_on(self, bus: Bus) -> str:
        """The template of result topics on a bus."""
        return self.results_topic if bus is Bus.LOCAL else self.iot_core_results_topic
