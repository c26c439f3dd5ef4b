"""Topics of departures in a configuration document."""

import pytest

from client_device_associator.configuration.parser import parse_configuration


def test_no_message_says_that_a_device_is_there_and_that_it_has_left() -> None:
    """A filter of departures that an announcement's meets is a problem; two departures may meet."""
    document = {
        "departures": {
            "topics": {
                "a": {"topic": "clientdevices/+/announce/#"},
                "b": {"topic": "bye/#", "thingName": "{topic:1}"},
                "c": {"topic": "bye/+"},
            }
        },
        "results": {"topic": "results"},
    }
    (problem,) = parse_configuration(document).problems
    assert problem.pointer == "/departures/topics/a/topic"
    assert problem.expected == (
        "a topic on which no announcement comes, as on clientdevices/+/announce"
    )


@pytest.mark.parametrize(
    ("topic_filter", "expected"), [("a/#/b", "#"), ("clientdevices/associator/health", "own")]
)
def test_a_filter_of_departures_is_one(topic_filter: str, expected: str) -> None:
    """And does not match what the component itself publishes, or is asked on."""
    document = {"departures": {"topics": {"a": {"topic": topic_filter}}}}
    (problem,) = parse_configuration(document).problems
    assert problem.pointer == "/departures/topics/a/topic"
    assert expected in problem.expected


def test_departures_have_no_mode() -> None:
    """Traffic that has another purpose never says that a device has left."""
    document = {"departures": {"topics": {"a": {"topic": "a", "mode": "presence"}}}}
    (warning,) = parse_configuration(document).warnings
    assert warning.pointer == "/departures/topics/a/mode"
