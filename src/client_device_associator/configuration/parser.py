"""From a configuration document to settings, or to every problem in it at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from client_device_associator.configuration.options import (
    Boolean,
    Choice,
    Number,
    Option,
    announcement_options,
    plain_options,
)
from client_device_associator.configuration.reader import ConfigurationReader, Problem
from client_device_associator.configuration.result_topics import own_topic, why_no_results_topic
from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.policy import Policy
from client_device_associator.messages.template import TemplateError, parse_template
from client_device_associator.messages.topic import why_no_filter

_RESULTS_TOPIC = "results.topic"
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


def parse_configuration(document: Mapping[str, object]) -> ParsedConfiguration:
    """Reads a whole configuration document; keys that are missing have their defaults."""
    root = ConfigurationReader(document)
    topics = tuple(_announcement_topics(root))
    sections = {"": root}
    values: dict[str, Any] = {}
    for option in plain_options():
        if option.section not in sections:
            sections[option.section] = root.section(option.section)
        section = sections[option.section]
        values[option.key] = _value(section, option)
        if option.key == _RESULTS_TOPIC:
            wrong = why_no_results_topic(values[option.key], topics)
            if wrong is not None:
                section.complain(option.name, wrong)
    root.ignore(_OF_THE_NUCLEUS)
    problems, warnings = root.findings()
    settings = None if problems else _settings(topics, values)
    return ParsedConfiguration(settings, problems, warnings)


def default_settings() -> Settings:
    """What an empty document becomes; they work out of the box."""
    settings = parse_configuration({}).settings
    if settings is None:
        raise AssertionError("the defaults are good")
    return settings


def _settings(topics: tuple[AnnouncementTopic, ...], values: Mapping[str, Any]) -> Settings:
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
        ),
        worker_idle_seconds=values["workerIdleSeconds"],
        subscription_renewal_seconds=values["subscriptionRenewalSeconds"],
        deployment_veto=values["deploymentVeto"],
        log_level=values["logLevel"],
    )


def _value(section: ConfigurationReader, option: Option) -> str | float | bool:
    """The value of an option, or its default if the document has none that is right."""
    kind, name = option.kind, option.name
    if isinstance(kind, Boolean):
        return section.boolean(name, default=bool(option.default))
    if isinstance(kind, Choice):
        return section.choice(name, kind.values, str(option.default))
    if isinstance(kind, Number):
        default = float(option.default)
        if kind.whole:
            return section.integer(name, int(default), kind.lowest, kind.highest)
        return section.number(name, default, kind.lowest, kind.highest)
    return section.text(name, str(option.default))


def _announcement_topics(root: ConfigurationReader) -> Iterator[AnnouncementTopic]:
    entries = root.sections("announcements")
    if entries is None:
        yield from _default_topics()
        return
    for key, entry in entries.items():
        yield _announcement_topic(key, entry)
    if not entries:
        root.complain("announcements", "at least one entry with a topic")


def _announcement_topic(key: str, entry: ConfigurationReader) -> AnnouncementTopic:
    topic_filter = entry.text("topic", "")
    wrong = why_no_filter(topic_filter)
    if wrong is None:
        own = own_topic(topic_filter)
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
    return AnnouncementTopic(key, topic_filter, template)


def _default_topics() -> Iterator[AnnouncementTopic]:
    entries: dict[str, dict[str, str]] = {}
    for option in announcement_options():
        _, key, name = option.key.split(".")
        entries.setdefault(key, {})[name] = str(option.default)
    for key, entry in entries.items():
        template = parse_template(entry["thingName"]) if "thingName" in entry else None
        yield AnnouncementTopic(key, entry["topic"], template)
