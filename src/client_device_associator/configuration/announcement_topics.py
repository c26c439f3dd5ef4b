"""Reads out of a configuration document where announcements come from."""

from collections.abc import Iterator, Sequence

from client_device_associator.configuration.options import announcement_options
from client_device_associator.configuration.reader import ConfigurationReader
from client_device_associator.configuration.result_topics import own_topic
from client_device_associator.configuration.rules import read_rules
from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.core.admission.rules import Rules
from client_device_associator.core.bus import Bus, lane_key
from client_device_associator.messages.iot_core_topic import why_no_iot_core_filter
from client_device_associator.messages.template import Template, TemplateError, parse_template
from client_device_associator.messages.topic import intersect, why_no_filter

ANNOUNCEMENTS = "announcements"
_DEPARTURES, _TOPICS = "departures", "topics"
_ANNOUNCE, _PRESENCE = "announce", "presence"
_TOPIC, _THING_NAME = "topic", "thingName"
_CORE_THING_NAME = "{coreThingName}"
_IOT_CORE_KEYS, _DEPARTURE_KEYS = f"{Bus.IOT_CORE.value}.", f"{_DEPARTURES}."
"""What the keys of other topics begin with among all of them, see `AnnouncementTopic`."""


def local_topics(root: ConfigurationReader, core_thing_name: str) -> Iterator[AnnouncementTopic]:
    """The announcement topics of local publish/subscribe: those of the document, or the defaults.

    Args:
        root: The whole document.
        core_thing_name: This core device; "" if that is not known.
    """
    entries = root.sections(ANNOUNCEMENTS)
    if entries is None:
        yield from _default_topics()
        return
    for key, entry in entries.items():
        topic_filter = entry.text(_TOPIC, "")
        wrong = _why_no_local_filter(topic_filter)
        if key.startswith(_IOT_CORE_KEYS):
            wrong = _no_such_key(_IOT_CORE_KEYS)
        if wrong is not None:
            entry.complain(_TOPIC, wrong)
        yield _announcement_topic(Bus.LOCAL, key, entry, topic_filter, core_thing_name)
    if not entries:
        root.complain(ANNOUNCEMENTS, "at least one entry with a topic")


def iot_core_topics(
    section: ConfigurationReader, core_thing_name: str
) -> Iterator[AnnouncementTopic]:
    """The announcement topics of AWS IoT Core; none is usual.

    Their filters may name this core device: one deployment serves a fleet, and each core device has
    to hear what is meant for it, and no more.

    Args:
        section: What the document says of AWS IoT Core.
        core_thing_name: This core device; "" if that is not known.
    """
    for key, entry in (section.sections(ANNOUNCEMENTS) or {}).items():
        topic_filter = _iot_core_filter(entry, core_thing_name)
        yield _announcement_topic(Bus.IOT_CORE, key, entry, topic_filter, core_thing_name)


def departure_topics(
    departures: ConfigurationReader, core_thing_name: str, announcing: Sequence[AnnouncementTopic]
) -> Iterator[AnnouncementTopic]:
    """The topics on which devices say that they leave; none is usual.

    Args:
        departures: What the document says of departures.
        core_thing_name: This core device; "" if that is not known.
        announcing: Where announcements come from, over the same bus.
    """
    for name, entry in (departures.sections(_TOPICS) or {}).items():
        topic_filter = entry.text(_TOPIC, "")
        wrong = _why_no_local_filter(topic_filter)
        if wrong is not None:
            entry.complain(_TOPIC, wrong)
        rules = read_rules(entry, f"{_DEPARTURES}.{_TOPICS}.{name}", core_thing_name)
        yield _departure_topic(Bus.LOCAL, name, topic_filter, _template(entry), rules)
        _complain_of_meetings(entry, topic_filter, announcing)


def iot_core_departure_topics(
    section: ConfigurationReader, core_thing_name: str, announcing: Sequence[AnnouncementTopic]
) -> Iterator[AnnouncementTopic]:
    """The same on AWS IoT Core; their filters may name this core device, too."""
    for name, entry in (section.sections(_DEPARTURES) or {}).items():
        topic_filter = _iot_core_filter(entry, core_thing_name)
        where = lane_key(Bus.IOT_CORE, f"{_DEPARTURES}.{name}")
        rules = read_rules(entry, where, core_thing_name)
        yield _departure_topic(Bus.IOT_CORE, name, topic_filter, _template(entry), rules)
        _complain_of_meetings(entry, topic_filter, announcing)


def _iot_core_filter(entry: ConfigurationReader, core_thing_name: str) -> str:
    """The filter of an entry for AWS IoT Core, with the name of this core device in it."""
    text = entry.text(_TOPIC, "")
    topic_filter = text.replace(_CORE_THING_NAME, core_thing_name)
    wrong = why_no_iot_core_filter(topic_filter)
    if _CORE_THING_NAME in text and not core_thing_name:
        wrong = f"a filter without {_CORE_THING_NAME}: the nucleus does not say which that is"
    elif "{" in topic_filter or "}" in topic_filter:
        wrong = f"a filter with no braces but {_CORE_THING_NAME}"
    if wrong is not None:
        entry.complain(_TOPIC, wrong)
    return topic_filter


def _departure_topic(
    bus: Bus, name: str, topic_filter: str, template: Template | None, rules: Rules
) -> AnnouncementTopic:
    key = lane_key(bus, f"{_DEPARTURES}.{name}")
    return AnnouncementTopic(key, topic_filter, template, rules, bus=bus, leaves=True)


def _complain_of_meetings(
    entry: ConfigurationReader, topic_filter: str, announcing: Sequence[AnnouncementTopic]
) -> None:
    """A message must not say that a device is there and that it has left."""
    for other in announcing:
        if intersect(topic_filter, other.topic_filter):
            expected = f"a topic on which no announcement comes, as on {other.topic_filter}"
            entry.complain(_TOPIC, expected)


def _announcement_topic(
    bus: Bus, key: str, entry: ConfigurationReader, topic_filter: str, core_thing_name: str
) -> AnnouncementTopic:
    if key.startswith(_DEPARTURE_KEYS):
        entry.complain(_TOPIC, _no_such_key(_DEPARTURE_KEYS))
    template = _template(entry)
    where = lane_key(bus, f"{ANNOUNCEMENTS}.{key}")
    rules = read_rules(entry, where, core_thing_name)
    is_presence = entry.choice("mode", (_ANNOUNCE, _PRESENCE), _ANNOUNCE) == _PRESENCE
    source = AnnouncementTopic(
        lane_key(bus, key), topic_filter, template, rules, is_presence, bus=bus
    )
    if is_presence and not source.proves_names:
        entry.complain(_THING_NAME, "a template of {topic:N} without {payload:…}: see `mode`")
    return source


def _no_such_key(beginning: str) -> str:
    return f"an entry whose key does not begin with '{beginning}'"


def _template(entry: ConfigurationReader) -> Template | None:
    text = entry.text(_THING_NAME, "")
    try:
        return parse_template(text) if text else None
    except TemplateError as error:
        entry.complain(_THING_NAME, str(error))
    return None


def _why_no_local_filter(topic_filter: str) -> str | None:
    wrong = why_no_filter(topic_filter)
    own = None if wrong is not None else own_topic(topic_filter)
    if own is not None:
        return f"a filter that does not match {own}, which is the component's own"
    return wrong


def _default_topics() -> Iterator[AnnouncementTopic]:
    entries: dict[str, dict[str, str]] = {}
    for option in announcement_options():
        _, key, name = option.key.split(".")
        entries.setdefault(key, {})[name] = str(option.default)
    for key, entry in entries.items():
        template = parse_template(entry[_THING_NAME]) if _THING_NAME in entry else None
        rules = Rules(f"{ANNOUNCEMENTS}.{key}")
        yield AnnouncementTopic(key, entry[_TOPIC], template, rules)
