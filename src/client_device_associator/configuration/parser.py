"""From a configuration document to settings, or to every problem in it at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from client_device_associator.configuration.admission import Admission
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
from client_device_associator.configuration.rules import read_rules, restricts
from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.admission.rules import Rules
from client_device_associator.core.policy import Policy
from client_device_associator.messages.template import TemplateError, parse_template
from client_device_associator.messages.topic import intersect, why_no_filter

_RESULTS_TOPIC = "results.topic"
_ANNOUNCEMENTS, _ADMISSION = "announcements", "admission"
_ANNOUNCE, _PRESENCE = "announce", "presence"
_HOUR_SECONDS = 3600.0
_DEPARTURES, _TOPICS = "departures", "topics"
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
    announcing = tuple(_announcement_topics(root, core_thing_name))
    topics = (*announcing, *_departure_topics(departures, core_thing_name, announcing))
    sections = {"": root, _DEPARTURES: departures}
    values: dict[str, Any] = {}
    for option in plain_options():
        if option.section not in sections:
            sections[option.section] = root.section(option.section)
        section = sections[option.section]
        values[option.key] = _value(section, option)
        if option.key == _RESULTS_TOPIC:
            # A filter that is a problem itself may be anything, such as half a surrogate pair.
            usable = [one for one in topics if why_no_filter(one.topic_filter) is None]
            wrong = why_no_results_topic(values[option.key], usable)
            if wrong is not None:
                section.complain(option.name, wrong)
    rules = read_rules(sections[_ADMISSION], _ADMISSION, core_thing_name)
    root.ignore(_OF_THE_NUCLEUS)
    problems, warnings = root.findings()
    admission = Admission(rules, values["admission.requireProvenName"], topics)
    settings = None if problems else _settings(topics, admission, values)
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
    topics: tuple[AnnouncementTopic, ...], admission: Admission, values: Mapping[str, Any]
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
            silent_days=values["departures.afterSilentDays"],
            departures_per_day=values["departures.maxPerDay"],
            departures_dry_run=values["departures.dryRun"],
        ),
        worker_idle_seconds=values["workerIdleSeconds"],
        subscription_renewal_seconds=values["subscriptionRenewalSeconds"],
        deployment_veto=values["deploymentVeto"],
        log_level=values["logLevel"],
    )


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


def _announcement_topics(
    root: ConfigurationReader, core_thing_name: str
) -> Iterator[AnnouncementTopic]:
    entries = root.sections(_ANNOUNCEMENTS)
    if entries is None:
        yield from _default_topics()
        return
    for key, entry in entries.items():
        source = _topic(key, entry, f"{_ANNOUNCEMENTS}.{key}", core_thing_name)
        is_presence = entry.choice("mode", (_ANNOUNCE, _PRESENCE), _ANNOUNCE) == _PRESENCE
        if is_presence and not source.proves_names:
            entry.complain("thingName", "a template of {topic:N} without {payload:…}: see `mode`")
        yield replace(source, is_presence=is_presence)
    if not entries:
        root.complain(_ANNOUNCEMENTS, "at least one entry with a topic")


def _departure_topics(
    departures: ConfigurationReader, core_thing_name: str, announcing: Sequence[AnnouncementTopic]
) -> Iterator[AnnouncementTopic]:
    for name, entry in (departures.sections(_TOPICS) or {}).items():
        key, where = f"{_DEPARTURES}.{name}", f"{_DEPARTURES}.{_TOPICS}.{name}"
        source = replace(_topic(key, entry, where, core_thing_name), leaves=True)
        # A message must not say that a device is there and that it has left.
        for other in announcing:
            if intersect(source.topic_filter, other.topic_filter):
                expected = f"a topic on which no announcement comes, as on {other.topic_filter}"
                entry.complain("topic", expected)
        yield source


def _topic(
    key: str, entry: ConfigurationReader, where: str, core_thing_name: str
) -> AnnouncementTopic:
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
    rules = read_rules(entry, where, core_thing_name)
    return AnnouncementTopic(key, topic_filter, template, rules)


def _default_topics() -> Iterator[AnnouncementTopic]:
    entries: dict[str, dict[str, str]] = {}
    for option in announcement_options():
        _, key, name = option.key.split(".")
        entries.setdefault(key, {})[name] = str(option.default)
    for key, entry in entries.items():
        template = parse_template(entry["thingName"]) if "thingName" in entry else None
        rules = Rules(f"{_ANNOUNCEMENTS}.{key}")
        yield AnnouncementTopic(key, entry["topic"], template, rules)
