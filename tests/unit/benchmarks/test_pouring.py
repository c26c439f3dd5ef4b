import json

from benchmarks.load.pouring import Poured, announcements


def test_devices_are_announced_in_turns() -> None:
    """As many announcements as are asked for, each of one device."""
    made = announcements("topic", ["a", "b"], 3)
    assert [one.name for one in made] == ["a", "b", "a"]
    assert [json.loads(one.payload) for one in made] == [{"thingName": one.name} for one in made]


def test_the_rate_is_what_was_passed_on_in_the_time() -> None:
    """And not what was meant to be."""
    assert Poured(count=100, seconds=0.5, sent={}).rate == 200.0
