"""Configuration documents: what settings look like in them, and documents that are wrong."""

import random
from collections.abc import Mapping, Sequence

from client_device_associator.configuration.admission import Admission
from client_device_associator.configuration.settings import (
    AnnouncementTopic,
    MetricSettings,
    Settings,
)
from client_device_associator.core.admission.gate import Gate
from client_device_associator.core.admission.rules import Rules
from client_device_associator.messages.template import parse_template
from simulation.plan import Document

_HOUR = 3600.0


def _topic(key: str, topic_filter: str, thing_name: str | None = None) -> AnnouncementTopic:
    template = parse_template(thing_name) if thing_name else None
    return AnnouncementTopic(key, topic_filter, template, Rules(f"announcements.{key}"))


def _departure(key: str, topic_filter: str, thing_name: str | None = None) -> AnnouncementTopic:
    template = parse_template(thing_name) if thing_name else None
    rules = Rules(f"departures.topics.{key}")
    return AnnouncementTopic(f"departures.{key}", topic_filter, template, rules, leaves=True)


SHARED = _topic("shared", "clientdevices/announce")
OWN = _topic("own", "clientdevices/+/announce", "{topic:1}")
GATEWAY = _topic("gateway", "gateway/joined", "zigbee-{payload:/device/serial}")
LINE = _topic("line", "line/+/hello", "{topic:1}")
"""Nobody ever announces there: a subscription that comes and goes."""

LEFT = _departure("shared", "clientdevices/leave")
OWN_LEFT = _departure("own", "clientdevices/+/leave", "{topic:1}")

_THING_NAMES = {
    OWN_LEFT.key: "{topic:1}",
    OWN.key: "{topic:1}",
    GATEWAY.key: "zigbee-{payload:/device/serial}",
    LINE.key: "{topic:1}",
}

_WRONG: tuple[Mapping[str, object], ...] = (
    {"batching": {"maxSize": 0}},
    {"batching": {"maxSize": 101, "maxWaitSeconds": 0}},
    {"trustSeconds": "soon"},
    {"announcements": {}},
    {"announcements": {"shared": {"topic": "clientdevices/#/announce"}}},
    {"results": {"topic": "clientdevices/announce"}},
    {"limits": ["maxPending"]},
)


def gate(topics: Sequence[AnnouncementTopic]) -> Gate:
    """Everybody is admitted, on these topics."""
    return Admission(Rules("admission"), requires_proven_name=False, topics=tuple(topics))


TRAILS = {2.0: 0, 5.0: 5, 30.0: 200, 300.0: 10_000, 3600.0: 5}
"""Entries of the trail, by how often subscriptions are renewed."""


def metrics(topics: Sequence[AnnouncementTopic], renewal_seconds: float) -> MetricSettings:
    """Where metrics go: by chance, which is that of the topics and of the renewals."""
    return MetricSettings(
        to_cloudwatch=len(topics) % 2 == 0, interval_seconds=max(1.0, renewal_seconds / 5)
    )


def written(settings: Settings, rng: random.Random) -> Document:
    """A document that means these settings; some values as lite keeps them, as strings."""
    policy = settings.policy
    topics: dict[str, object] = {}
    departures: dict[str, object] = {}
    for topic in settings.announcement_topics:
        entry = {"topic": topic.topic_filter}
        if topic.key in _THING_NAMES:
            entry["thingName"] = _THING_NAMES[topic.key]
        (departures if topic.leaves else topics)[topic.key.removeprefix("departures.")] = entry
    as_strings = rng.random() < 0.5

    def scalar(value: float) -> object:
        if not as_strings:
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)

    content: dict[str, object] = {
        "announcements": topics,
        "results": {
            "topic": settings.results_topic,
            "encoding": "json" if settings.results_as_json else "binary",
            "receipts": scalar(policy.receipts),
        },
        "batching": {
            "maxSize": scalar(policy.max_batch),
            "maxWaitSeconds": scalar(policy.max_wait_seconds),
        },
        "limits": {
            "maxPending": scalar(policy.max_pending),
            "maxAttempts": scalar(policy.max_attempts),
        },
        "reconcile": {
            "intervalHours": scalar(policy.reconcile_seconds / _HOUR),
            "restore": scalar(policy.restores),
        },
        "departures": {"topics": departures},
        "trustSeconds": scalar(policy.trust_seconds),
        "trail": {"maxEntries": scalar(settings.trail_max_entries)},
        "metrics": {
            "cloudWatch": scalar(settings.metrics.to_cloudwatch),
            "intervalSeconds": scalar(settings.metrics.interval_seconds),
        },
        "workerIdleSeconds": scalar(settings.worker_idle_seconds),
        "subscriptionRenewalSeconds": scalar(settings.subscription_renewal_seconds),
        "deploymentVeto": scalar(settings.deployment_veto),
        "logLevel": settings.log_level,
    }
    if policy.max_devices is not None:
        content["limits"] = {
            "maxPending": scalar(policy.max_pending),
            "maxAttempts": scalar(policy.max_attempts),
            "maxDevices": scalar(policy.max_devices),
        }
    return Document(content, settings)


def wrong(rng: random.Random) -> Document:
    """A document in which some value is invalid."""
    return Document(rng.choice(_WRONG), None)
