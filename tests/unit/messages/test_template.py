import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.messages.template import NoValueError, TemplateError, parse_template
from support.values import JSON, UNICODE

TOPIC = "zigbee/kitchen/joined"


@pytest.mark.parametrize(
    ("text", "payload", "expected"),
    [
        ("{topic:0}", None, "zigbee"),
        ("{topic:1}-{topic:2}", None, "kitchen-joined"),
        ("gw-{payload:/a/b}_x", {"a": {"b": "c"}}, "gw-c_x"),
        ("{payload:/list/1}", {"list": ["a", "b"]}, "b"),
        ("{payload:/a~1b/c~0d}", {"a/b": {"c~d": "e"}}, "e"),
        ("{payload:/~01}", {"~1": "e"}, "e"),
        ("{payload:/}", {"": "e"}, "e"),
        ("{payload:/urn:device}", {"urn:device": "e"}, "e"),
        ("{payload:/n}", {"n": 17}, "17"),
        ("{payload:/n}", {"n": 17.0}, "17"),
        ("{payload:/0}", {"0": "key"}, "key"),
        ("{payload:/n}", {"n": 10**128 - 1}, "9" * 128),
    ],
)
def test_fills_in(text: str, payload: object, expected: str) -> None:
    """Levels, pointers with escapes and indexes, and whole numbers however a nucleus sends them."""
    assert parse_template(text).fill(TOPIC, payload) == expected


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("{topic:3}", {}),
        ("{payload:/a}", {}),
        ("{payload:/a}", None),
        ("{payload:/a/b}", {"a": "b"}),
        ("{payload:/a/2}", {"a": [1, 2]}),
        ("{payload:/a/01}", {"a": [1, 2]}),
        ("{payload:/a/-}", {"a": [1, 2]}),
        ("{payload:/a}", {"a": True}),
        ("{payload:/a}", {"a": None}),
        ("{payload:/a}", {"a": 1.5}),
        ("{payload:/a}", {"a": float("nan")}),
        ("{payload:/a}", {"a": float("inf")}),
        ("{payload:/a}", {"a": {}}),
        ("{payload:/a}", {"a": 10**128}),
    ],
)
def test_says_what_a_message_lacks(text: str, payload: object) -> None:
    """A missing part is an error of the message's, not of the template's."""
    with pytest.raises(NoValueError, match=r"topic|payload|at /"):
        parse_template(text).fill(TOPIC, payload)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lamp",
        "{}",
        "{topic}",
        "{topic:}",
        "{topic:-1}",
        "{topic:01}",
        "{topic:x}",
        "{payload:}",
        "{payload:a}",
        "{payload:/a~2}",
        "{payload:/a~}",
        "{thingName}",
        "{topic:1",
        "topic:1}",
        "{topic:1}}",
        "{{topic:1}}",
    ],
)
def test_refuses_what_it_cannot_understand(text: str) -> None:
    """Unknown, malformed and missing placeholders are refused in words."""
    with pytest.raises(TemplateError, match=r"\{topic"):
        parse_template(text)


def test_a_level_beyond_all_counting_is_no_accident() -> None:
    """Python refuses to read integers of over 4,300 digits; that must not get out as such."""
    with pytest.raises((TemplateError, NoValueError)):
        parse_template("{topic:" + "1" * 5000 + "}").fill(TOPIC, None)


def test_knows_whether_it_reads_the_payload() -> None:
    """A name from the topic alone is proven, one from the payload is a claim."""
    assert parse_template("{topic:1}{payload:/a}").reads_payload
    assert not parse_template("{topic:1}").reads_payload


PARTS = st.sampled_from(["{", "}", "topic", "payload", ":", "/", "~", "0", "1", "a", "é"])


@given(st.lists(PARTS, max_size=8).map("".join), UNICODE, JSON)
def test_only_its_own_errors_get_out(text: str, topic: str, payload: object) -> None:
    """Whatever the template and the message, it is filled or one of the two errors is raised."""
    try:
        parsed = parse_template(text)
    except TemplateError:
        return
    try:
        assert isinstance(parsed.fill(topic, payload), str)
    except NoValueError as missing:
        assert str(missing)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{topic:1", "braces in pairs, as in {topic:N} and {payload:/…}"),
        ("{", "braces in pairs, as in {topic:N} and {payload:/…}"),
        ("lamp", "a template with {topic:N} or {payload:/json/pointer}"),
    ],
)
def test_says_what_would_be_right(text: str, expected: str) -> None:
    """In the words that an operator finds in the log."""
    with pytest.raises(TemplateError) as refused:
        parse_template(text)
    assert str(refused.value) == expected
