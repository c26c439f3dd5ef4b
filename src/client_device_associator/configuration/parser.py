"""From a configuration document to settings, or to every problem in it at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from client_device_associator.configuration.admission import Admission
from client_device_associator.configuration.announcement_topics import (
    departure_topics,
    iot_core_departure_topics,
    iot_core_topics,
    local_topics,
)
from client_device_associator.configuration.handover import read_claim_topic
from client_device_associator.configuration.metrics import read_metrics
from client_device_associator.configuration.options import (
    Boolean,
    Choice,
    Number,
    Option,
    plain_options,
)
from client_device_associator.configuration.reader import ConfigurationReader, Problem
from client_device_associator.configuration.result_topics import (
    why_no_iot_core_results_topic,
    why_no_results_topic,
)
from client_device_associator.configuration.rules import read_rules, restricts
from client_device_associator.configuration.settings import (
    AnnouncementTopic,
    MetricSettings,
    Settings,
)
from client_device_associator.core.pacing import paced
from client_device_associator.core.policy import Policy
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.core.values import dataclass
from client_device_associator.messages.claim import ClaimTopic
from client_device_associator.messages.topic import why_no_filter

_RESULTS_TOPIC = "results.topic"
_IOT_CORE, _IOT_CORE_RESULTS = "iotCore", "iotCore.results"
_IOT_CORE_RESULTS_TOPIC, _ALL_RESULTS = "iotCore.results.topic", "iotCore.results.all"
_ADMISSION, _DEPARTURES, _ROSTER = "admission", "departures", "roster"
_HANDOVER, _METRICS = "handover", "metrics"
_HOUR_SECONDS = 3600.0
_OF_THE_NUCLEUS = "accessControl"


@dataclass(frozen=True, slots=True)
class ParsedConfiguration:
    """What a configuration document became.

    Attributes:
        settings: None if there is any problem.
        problems: What has to be corrected.
        warnings: What is ignored, and is probably a mistake.
    """

    settings: Settings | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def parse_configuration(
    document: Mapping[str, object], core_thing_name: str = ""
) -> ParsedConfiguration:
    """Reads a whole configuration document; keys that are missing have their defaults.

    Args:
        document: As the nucleus gives it.
        core_thing_name: This core device; "" if that is not known, and then no pattern may name it.
    """
    root = ConfigurationReader(document)
    departures = root.section(_DEPARTURES)
    sections = {"": root, _DEPARTURES: departures}
    announcing = tuple(local_topics(root, core_thing_name))
    local = (*announcing, *departure_topics(departures, core_thing_name, announcing))
    elsewhere = _section(sections, _IOT_CORE)
    enrolling = tuple(iot_core_topics(elsewhere, core_thing_name))
    iot_core = (*enrolling, *iot_core_departure_topics(elsewhere, core_thing_name, enrolling))
    topics = (*local, *iot_core)
    values: dict[str, Any] = {
        option.key: _value(_section(sections, option.section), option) for option in plain_options()
    }
    wrong = why_no_results_topic(values[_RESULTS_TOPIC], _usable(local))
    if wrong is not None:
        sections["results"].complain("topic", wrong)
    everything = (*topics, AnnouncementTopic(_ROSTER, ROSTER_TOPIC))
    answered = _usable(everything if values[_ALL_RESULTS] else iot_core)
    wrong = why_no_iot_core_results_topic(values[_IOT_CORE_RESULTS_TOPIC], answered)
    if wrong is not None:
        sections[_IOT_CORE_RESULTS].complain("topic", wrong)
    claims = read_claim_topic(
        sections[_HANDOVER], values, core_thing_name, _usable(iot_core), answered
    )
    metrics = read_metrics(sections[_METRICS], values)
    rules = read_rules(sections[_ADMISSION], _ADMISSION, core_thing_name)
    root.ignore(_OF_THE_NUCLEUS)
    problems, warnings = root.findings()
    admission = Admission(rules, values["admission.requireProvenName"], topics)
    settings = None if problems else _settings(topics, admission, claims, metrics, values)
    return ParsedConfiguration(settings, problems, warnings)


def default_settings() -> Settings:
    """What an empty document becomes; they work out of the box."""
    settings = parse_configuration({}).settings
    if settings is None:
        raise AssertionError("the defaults are good")
    return settings


def substitute_settings(document: Mapping[str, object]) -> Settings:
    """The defaults, in place of a document with problems.

    If it was meant to keep somebody out, they admit nobody.
    """
    nobody: dict[str, object] = {_ADMISSION: {"allow": {}}} if restricts(document) else {}
    return parse_configuration(nobody).settings or default_settings()


def _settings(
    topics: tuple[AnnouncementTopic, ...],
    admission: Admission,
    claims: ClaimTopic | None,
    metrics: MetricSettings,
    values: Mapping[str, Any],
) -> Settings:
    return Settings(
        announcement_topics=topics,
        results_topic=values[_RESULTS_TOPIC],
        results_as_json=values["results.encoding"] == "json",
        policy=Policy(
            max_batch=values["batching.maxSize"],
            max_wait_seconds=values["batching.maxWaitSeconds"],
            max_pending=values["limits.maxPending"],
            max_attempts=values["limits.maxAttempts"],
            trust_seconds=values["trustSeconds"],
            receipts=values["results.receipts"],
            gate=admission,
            lanes=tuple(topic.key for topic in topics),
            max_devices=values["limits.maxDevices"],
            reconcile_seconds=values["reconcile.intervalHours"] * _HOUR_SECONDS,
            restores=values["reconcile.restore"],
            pacing=paced(values["pacing.spreadSeconds"]),
            silent_days=values["departures.afterSilentDays"],
            departures_per_day=values["departures.maxPerDay"],
            departures_dry_run=values["departures.dryRun"],
            grace_seconds=values["handover.graceSeconds"] if claims else None,
        ),
        worker_idle_seconds=values["workerIdleSeconds"],
        subscription_renewal_seconds=values["subscriptionRenewalSeconds"],
        deployment_veto=values["deploymentVeto"],
        log_level=values["logLevel"],
        iot_core_results_topic=values[_IOT_CORE_RESULTS_TOPIC],
        all_results_to_iot_core=values[_ALL_RESULTS],
        claims=claims,
        trail_max_entries=values["trail.maxEntries"],
        metrics=metrics,
    )


def _section(sections: dict[str, ConfigurationReader], key: str) -> ConfigurationReader:
    """A map of the document by its dotted key; each is read by one reader, which knows its keys."""
    if key not in sections:
        above, _, name = key.rpartition(".")
        sections[key] = _section(sections, above).section(name)
    return sections[key]


def _value(section: ConfigurationReader, option: Option) -> str | float | bool | None:
    """The value of an option, or its default if the document has none that is right."""
    kind, name = option.kind, option.name
    if isinstance(kind, Boolean):
        return section.boolean(name, default=bool(option.default))
    if isinstance(kind, Choice):
        return section.choice(name, kind.values, str(option.default))
    if option.default is None and not section.has(name):
        return None
    if isinstance(kind, Number):
        default = float(option.default or kind.lowest)
        if kind.whole:
            return section.integer(name, int(default), kind.lowest, kind.highest)
        return section.number(name, default, kind.lowest, kind.highest)
    return section.text(name, str(option.default))


def _usable(topics: Sequence[AnnouncementTopic]) -> list[AnnouncementTopic]:
    """A filter that is a problem itself may be anything, such as half a surrogate pair."""
    return [one for one in topics if why_no_filter(one.topic_filter) is None]
