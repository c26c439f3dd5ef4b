"""The configuration as the other parts use it: typed, checked, complete."""

from dataclasses import dataclass

from client_device_associator.core.admission.rules import EVERYBODY, Rules
from client_device_associator.core.policy import Policy
from client_device_associator.messages.template import Template


@dataclass(frozen=True, slots=True)
class AnnouncementTopic:
    """Where announcements come from.

    Attributes:
        key: Its key in the configuration, by which deployments merge it.
        topic_filter: What is subscribed to.
        thing_name: How the device is named; None means in the payload, by the shared contract.
        rules: Whose announcements are admitted that come from there.
        is_presence: Whether its messages have another purpose: each says that a device is there,
            and none is answered but for what becomes of the device.
        leaves: Whether its messages say that devices have left.
    """

    key: str
    topic_filter: str
    thing_name: Template | None = None
    rules: Rules = EVERYBODY
    is_presence: bool = False
    leaves: bool = False

    @property
    def proves_names(self) -> bool:
        """Whether names are taken from the topic alone, which the nucleus vouches for."""
        return self.thing_name is not None and not self.thing_name.reads_payload


@dataclass(frozen=True, slots=True)
class Settings:
    """All that an operator may set.

    Attributes:
        announcement_topics: Where announcements come from, those of departures included.
        results_topic: The template of result topics.
        results_as_json: Whether result messages are JsonMessages.
        policy: What decisions depend on.
        worker_idle_seconds: How long the worker process is kept without a call.
        subscription_renewal_seconds: How often each subscription is replaced by a new one.
        deployment_veto: Whether deployments with a bad configuration are rejected.
        log_level: The lowest level that is logged.
    """

    announcement_topics: tuple[AnnouncementTopic, ...]
    results_topic: str
    results_as_json: bool
    policy: Policy
    worker_idle_seconds: float
    subscription_renewal_seconds: float
    deployment_veto: bool
    log_level: str
