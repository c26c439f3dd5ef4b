"""Reads admission rules out of a configuration document."""

from collections.abc import Iterable, Mapping

from client_device_associator.configuration.reader import ConfigurationReader
from client_device_associator.core.admission.pattern import glob_pattern, regex_pattern
from client_device_associator.core.admission.rules import Rule, Rules
from client_device_associator.core.admission.syntax import PatternError

_ALLOW, _DENY, _REGEX = "allow", "deny", "regex"


def read_rules(section: ConfigurationReader, where: str, core_thing_name: str) -> Rules:
    """The maps `allow` and `deny` of a section.

    Args:
        section: What holds them.
        where: Its key in the document, for messages.
        core_thing_name: This core device, for patterns that name it; "" if that is not known.
    """
    allow = _read_map(section, _ALLOW, core_thing_name)
    deny = _read_map(section, _DENY, core_thing_name)
    return Rules(where, allow, deny or ())


def restricts(document: Mapping[str, object]) -> bool:
    """Whether a document, with whatever mistakes, is meant to keep somebody out."""
    places = (document, document.get("iotCore"))
    topics = [one for place in places for one in _values(_value(place, "announcements"))]
    return _restricts(document.get("admission")) or any(
        not _says_nothing(_value(one, key)) for one in topics for key in (_ALLOW, _DENY)
    )


def _restricts(admission: object) -> bool:
    # Any key counts, known or not: one that is misspelt was meant to do something.
    if isinstance(admission, Mapping):
        return not all(map(_says_nothing, admission.values()))
    return not _says_nothing(admission)


def _value(place: object, key: str) -> object:
    return place.get(key) if isinstance(place, Mapping) else None


def _values(place: object) -> Iterable[object]:
    return place.values() if isinstance(place, Mapping) else ()


def _says_nothing(value: object) -> bool:
    return value in (None, "null", False, "false")


def _read_map(
    section: ConfigurationReader, key: str, core_thing_name: str
) -> tuple[Rule, ...] | None:
    """None if there is no such map; a rule that is null counts as removed."""
    named = section.named(key)
    if named is None:
        return None
    rules, names = named
    read = (_read_rule(rules, name, core_thing_name) for name in names)
    return tuple(rule for rule in read if rule is not None)


def _read_rule(rules: ConfigurationReader, name: str, core_thing_name: str) -> Rule | None:
    place, key, pattern = rules, name, glob_pattern
    if rules.holds(name, dict):
        place, key, pattern = rules.section(name), _REGEX, regex_pattern
    elif not rules.holds(name, str):
        rules.complain(name, f'a pattern, or {{"{_REGEX}": …}}')
        return None
    try:
        return Rule(name, pattern(place.text(key, ""), core_thing_name))
    except PatternError as error:
        place.complain(key, str(error))
        return None
