"""The component configuration: one typed value, or every problem in it at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from client_device_associator.configuration.reader import ConfigurationReader, Problem
from client_device_associator.core.policy import MAX_BATCH, Policy
from client_device_associator.messages.template import Template, TemplateError, parse_template
from client_device_associator.messages.topic import (
    HEALTH_REQUEST_TOPIC,
    HEALTH_TOPIC,
    MAX_TOPIC_BYTES,
    MULTI,
    SINGLE,
    overlap,
    why_no_filter,
    why_no_topic,
)

_KNOWN_PLACEHOLDERS = re.compile(r"\{(topic|thingName|coreThingName)\}")
_ANY_PLACEHOLDER = re.compile(r"\{[^}]*\}?|\}")
_LOG_LEVELS = ("DEBUG", "INFO", "WARN", "WARNING", "ERROR")
_DAY_SECONDS = 86_400
_MAX_PENDING_CEILING = 1_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """Where announcements come from.

    Attributes:
        key: Its key in the configuration, by which deployments merge it.
        topic_filter: What is subscribed to.
        thing_name: How the device is named; None means in the payload, by the shared contract.
    """

    key: str
    topic_filter: str
    thing_name: Template | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All that an operator may set; the defaults work out of the box."""

    sources: tuple[Source, ...] = (
        Source("shared", "clientdevices/announce"),
        Source("own", "clientdevices/+/announce", parse_template("{topic:1}")),
    )
    results_topic: str = "{topic}/status"
    results_as_json: bool = False
    policy: Policy = field(default_factory=Policy)
    worker_idle_seconds: float = 60.0
    subscription_renewal_seconds: float = 300.0
    deployment_veto: bool = False
    log_level: str = "INFO"


@dataclass(frozen=True, slots=True)
class SettingsReading:
    """What a configuration document came to.

    Attributes:
        settings: None if there is any problem.
        problems: What has to be put right.
        warnings: What is ignored, and is probably a mistake.
    """

    settings: Settings | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def read_settings(document: Mapping[str, object]) -> SettingsReading:
    """Reads a whole configuration document; keys that are missing have their defaults."""
    root = ConfigurationReader(document)
    defaults = Settings()
    sources = _sources(root, defaults.sources)
    results = root.section("results")
    results_topic = results.text("topic", defaults.results_topic)
    _check_results_topic(results, results_topic, sources)
    encoding = results.choice("encoding", ("binary", "json"), "binary")
    receipts = results.boolean("receipts", default=defaults.policy.receipts)
    batching = root.section("batching")
    limits = root.section("limits")
    policy = Policy(
        max_batch=batching.integer("maxSize", defaults.policy.max_batch, 1, MAX_BATCH),
        max_wait_seconds=batching.number(
            "maxWaitSeconds", defaults.policy.max_wait_seconds, 0, 3600
        ),
        max_pending=limits.integer(
            "maxPending", defaults.policy.max_pending, 1, _MAX_PENDING_CEILING
        ),
        max_attempts=limits.integer("maxAttempts", defaults.policy.max_attempts, 1, 1000),
        trust_seconds=root.number(
            "trustSeconds", defaults.policy.trust_seconds, 0, 365 * _DAY_SECONDS
        ),
        receipts=receipts,
    )
    settings = Settings(
        sources=sources,
        results_topic=results_topic,
        results_as_json=encoding == "json",
        policy=policy,
        worker_idle_seconds=root.number(
            "workerIdleSeconds", defaults.worker_idle_seconds, 0, _DAY_SECONDS
        ),
        subscription_renewal_seconds=root.number(
            "subscriptionRenewalSeconds", defaults.subscription_renewal_seconds, 1, _DAY_SECONDS
        ),
        deployment_veto=root.boolean("deploymentVeto", default=defaults.deployment_veto),
        log_level=root.choice("logLevel", _LOG_LEVELS, defaults.log_level),
    )
    root.ignore("accessControl")
    problems, warnings = root.findings()
    return SettingsReading(None if problems else settings, problems, warnings)


def _sources(root: ConfigurationReader, default: tuple[Source, ...]) -> tuple[Source, ...]:
    entries = root.sections("announcements")
    if entries is None:
        return default
    sources: list[Source] = []
    for key, entry in entries.items():
        topic_filter = entry.text("topic", "")
        wrong = why_no_filter(topic_filter)
        if wrong is None:
            own = _own_topic(topic_filter)
            if own is not None:
                wrong = f"a filter that does not match {own}, which is the component's own"
        if wrong is not None:
            entry.complain("topic", wrong)
        text = entry.text("thingName", "")
        try:
            template = parse_template(text) if text else None
        except TemplateError as error:
            entry.complain("thingName", str(error))
            template = None
        sources.append(Source(key, topic_filter, template))
    if not sources:
        root.complain("announcements", "at least one entry with a topic")
    return tuple(sources)


def _own_topic(topic_filter: str) -> str | None:
    """The component's own topic that a filter matches: neither announcements nor results may."""
    own_topics = (HEALTH_TOPIC, HEALTH_REQUEST_TOPIC)
    return next((own for own in own_topics if overlap(topic_filter, own)), None)


def _check_results_topic(
    results: ConfigurationReader, template: str, sources: tuple[Source, ...]
) -> None:
    wrong = _why_no_results_topic(template) or _why_harmful(template, sources)
    if wrong is not None:
        results.complain("topic", wrong)


def _why_no_results_topic(template: str) -> str | None:
    if _ANY_PLACEHOLDER.search(_KNOWN_PLACEHOLDERS.sub("", template)):
        return "no placeholder but {topic}, {thingName} and {coreThingName}"
    return why_no_topic(_KNOWN_PLACEHOLDERS.sub("x", template))


def _why_harmful(template: str, sources: tuple[Source, ...]) -> str | None:
    """Why results on such topics would be heard as announcements, or could not be sent."""
    for source in sources:
        reached = reach(template, source.topic_filter)
        own = _own_topic(reached)
        if own is not None:
            return f"a topic that cannot become {own}"
        if len(reached.encode()) > MAX_TOPIC_BYTES:
            return (
                f"a topic of at most {MAX_TOPIC_BYTES} bytes; results for {source.topic_filter}"
                f" would have {len(reached.encode())}"
            )
        for listener in sources:
            if overlap(reached, listener.topic_filter):
                return (
                    "a topic that no announcement filter matches: results for"
                    f" {source.topic_filter} would come back as announcements on"
                    f" {listener.topic_filter}"
                )
    return None


def reach(template: str, topic_filter: str) -> str:
    """A filter that matches every topic to which results for this filter can go."""
    levels = template.replace("{topic}", topic_filter).split("/")
    return "/".join(map(_reach_of_level, levels))


def _reach_of_level(level: str) -> str:
    """A level that is only partly known stands for any; text around a `#` may hide any number."""
    if MULTI in level:
        return MULTI
    return SINGLE if SINGLE in level or _KNOWN_PLACEHOLDERS.search(level) else level
