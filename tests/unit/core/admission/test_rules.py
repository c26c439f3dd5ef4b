"""Rules against a slow and obvious way to decide."""

import fnmatch
import re

from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.admission.pattern import Pattern, glob_pattern, regex_pattern
from client_device_associator.core.admission.rules import Rule, Rules

CORE = "core-1"
GLOBS = ["a*", "*b", "a?c", "line-{coreThingName}-*", "mqtt-bridge-*", "[ab][!b]*", "*"]
REGEXES = ["a+b", "(a|b)*", "line-{coreThingName}-\\d{1,2}", "[a-c]{2,3}", ".*-1"]
NAMES = st.one_of(
    st.text("abc-1", min_size=1, max_size=6),
    st.sampled_from(["line-core-1-7", "line-core-2-7", "mqtt-bridge-a1", "line-core-1-123"]),
)
PATTERNS = st.one_of(
    st.sampled_from(GLOBS).map(lambda text: glob_pattern(text, CORE)),
    st.sampled_from(REGEXES).map(lambda text: regex_pattern(text, CORE)),
)
SOME = st.lists(PATTERNS, max_size=3).map(
    lambda patterns: tuple(Rule(f"rule-{at}", one) for at, one in enumerate(patterns))
)


def obviously_matches(pattern: Pattern, name: str) -> bool:
    """With the standard library, which may take its time."""
    text = pattern.text.replace("{coreThingName}", CORE)
    if pattern.is_regex:
        return re.fullmatch(text, name) is not None
    return fnmatch.fnmatchcase(name, text)


def obviously_admitted(rules: Rules, name: str) -> bool:
    """Deny wins; no allow map is everybody, an empty one nobody."""
    for rule in rules.deny:
        if obviously_matches(rule.pattern, name):
            return False
    if rules.allow is None:
        return True
    return any(obviously_matches(rule.pattern, name) for rule in rules.allow)


@given(st.one_of(st.none(), SOME), SOME, NAMES)
def test_the_rules_decide_as_an_obvious_reader_would(
    allow: tuple[Rule, ...] | None, deny: tuple[Rule, ...], name: str
) -> None:
    """For every combination of rules and every name."""
    rules = Rules("admission", allow, deny)
    assert (rules.why_not(name) is None) == obviously_admitted(rules, name)


def test_an_empty_allow_map_is_nobody() -> None:
    """Never everybody, as it is in so many other programs."""
    nobody = Rules("admission", allow=())
    assert nobody.why_not("a") == "no rule of admission.allow matches it"
    assert not nobody.admit_everybody
    assert Rules("admission").admit_everybody
    assert Rules("admission").why_not("a") is None


def test_the_rule_that_refuses_is_named() -> None:
    """So that a person finds it in the configuration."""
    deny = (Rule("bridge", glob_pattern("mqtt-bridge-*", CORE)),)
    rules = Rules("announcements.shared", None, deny)
    assert rules.why_not("mqtt-bridge-1") == (
        "the rule 'bridge' of announcements.shared.deny matches it"
    )
    assert not rules.admit_everybody


def test_the_rule_that_admits_is_named() -> None:
    """The first of those that match; none if everybody is allowed, or nobody."""
    rules = Rules("admission", (*(Rule(name, glob_pattern("a*", CORE)) for name in "xy"),))
    assert rules.admitting("a-1") == "admission.allow.x"
    assert rules.admitting("b-1") is None
    assert Rules("admission").admitting("a-1") is None
    assert Rules("admission", allow=()).admitting("a-1") is None
