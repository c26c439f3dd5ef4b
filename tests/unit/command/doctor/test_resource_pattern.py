"""Resources of client device auth against topic filters."""

import pytest

from client_device_associator.command.doctor.resource_pattern import can_meet

THING = "${thing}"


@pytest.mark.parametrize(
    ("resource", "topic_filter", "meets"),
    [
        ("*", "a/b", True),
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a", "a/b", False),
        ("a/b", "a", False),
        ("a/*", "a/+/c", True),
        ("a/*/c", "a/+/c", True),
        ("*/c", "a/+/c", True),
        ("a*c", "a/+/c", True),
        ("a/*/d", "a/+/c", False),
        ("a/press-*/c", "a/+/c", True),
        ("a/x/y/c", "a/+/c", False),
        (f"a/{THING}/c", "a/+/c", True),
        (f"b/{THING}/c", "a/+/c", False),
        (f"{THING}/*", "a/+/c", True),
        (f"a/{THING}", "a/b/c", False),
        (f"a/{THING}", "a/bc", True),
        ("a/b/c/d", "a/#", True),
        ("b/*", "a/#", False),
        ("a/+/c", "a/+/c", False),
        ("a/#", "a/#", False),
        ("", "a", False),
        ("", "", True),
    ],
)
def test_a_resource_meets_a_filter(resource: str, topic_filter: str, *, meets: bool) -> None:
    """If there is a topic that fits both; `+` and `#` are no wildcards in resources."""
    assert can_meet(resource, THING, topic_filter) is meets
