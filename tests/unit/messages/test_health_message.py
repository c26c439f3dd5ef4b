import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.messages.encoding import MAX_MESSAGE_BYTES, iso
from client_device_associator.messages.health_message import health_message
from support.values import START

HEAD = {"coreDeviceThingName": "c" * 128, "version": "1.2.3"}
COUNTERS = {"pending": 10**12, "resultsDropped": 10**12}


def message(states: dict[str, object]) -> dict[str, Any]:
    """The document of a message with these states; it fits every nucleus."""
    encoded = health_message(HEAD, states, COUNTERS, START)
    assert len(encoded) <= MAX_MESSAGE_BYTES
    document = json.loads(encoded)
    assert isinstance(document, dict)
    return document


def test_holds_everything() -> None:
    """Whose health it is, the states, the counters and the time."""
    states = {"journal": {"state": "ok"}, "nucleus": {"listening": ["a"]}}
    assert message(dict(states)) == {
        **HEAD,
        **states,
        "counters": COUNTERS,
        "timestamp": iso(START),
    }


def test_long_lists_are_cut() -> None:
    """The first few, and how many more there are."""
    many = message({"nucleus": {"listening": [str(number) for number in range(25)]}})
    assert many["nucleus"]["listening"] == [*map(str, range(10)), "and 15 more"]
    ten = [str(number) for number in range(10)]
    assert message({"nucleus": {"listening": ten}})["nucleus"]["listening"] == ten
    eleven = [*ten, "10"]
    shown = message({"nucleus": {"listening": eleven}})["nucleus"]["listening"]
    assert shown == [*ten, "and 1 more"]
    long = message({"nucleus": {"listening": ["x" * 1000]}})
    assert long["nucleus"]["listening"] == ["x" * 500]


def test_a_message_that_just_fits_is_not_cut() -> None:
    """The bound itself is inside."""
    states = {"journal": {"message": "x" * 500}}
    spare = MAX_MESSAGE_BYTES - len(health_message({"head": ""}, states, COUNTERS, START))
    fitting = health_message({"head": "h" * spare}, states, COUNTERS, START)
    assert len(fitting) == MAX_MESSAGE_BYTES
    assert b"x" * 500 in fitting
    assert b"x" * 201 not in health_message({"head": "h" * (spare + 1)}, states, COUNTERS, START)


TEXTS = st.lists(
    st.sampled_from(["a", "\u00e9", "\u6f22", "\U0001f600", "\x00", "\ud800", '"']).flatmap(
        lambda character: st.integers(0, 3000).map(lambda count: character * count)
    ),
    max_size=300,
)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["x", "\u6f22", "\x00", "\ud800"]))
def test_a_message_fits_every_nucleus(
    listening: list[str], refused: list[str], problems: list[str], character: str
) -> None:
    """At most 7,000 bytes of JSON, with the longest texts that there are."""
    states: dict[str, object] = {
        "nucleus": {"listening": listening, "refused": refused},
        "cloud": {"state": "credentialsRefused", "code": "C" * 64, "message": character * 10_000},
        "journal": {"state": "unusable", "message": character * 10_000},
        "configuration": {"state": "refused", "problems": problems},
    }
    document = message(states)
    assert document["coreDeviceThingName"] == "c" * 128
    assert document["counters"]["pending"] == 10**12


def test_the_longest_texts_leave_the_states_readable() -> None:
    """Whatever has to be cut, it says what is wrong: that is when it matters most."""
    many = [f"/announcements/{number}/topic: found " + "\u6f22" * 300 for number in range(20)]
    document = message(
        {
            "nucleus": {"listening": many, "refused": many},
            "cloud": {"state": "unavailable", "code": "E" * 10_000, "message": "m"},
            "journal": {"state": "unusable", "message": "no room " + "\u6f22" * 3000},
            "configuration": {"state": "refused", "problems": many},
        }
    )
    assert document["journal"]["state"] == "unusable"
    assert document["configuration"]["state"] == "refused"
    assert document["cloud"]["state"] == "unavailable"
