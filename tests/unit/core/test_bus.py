import pytest

from client_device_associator.core.bus import Bus, lane_key, shown


def test_each_bus_has_its_name_in_the_journal() -> None:
    """Journals on core devices have them: they never change."""
    assert {bus: bus.value for bus in Bus} == {Bus.LOCAL: "local", Bus.IOT_CORE: "iotCore"}


@pytest.mark.parametrize(
    ("bus", "lane", "text"),
    [(Bus.LOCAL, "own", "own"), (Bus.IOT_CORE, "iotCore.own", "iotCore:own")],
)
def test_keys_and_topics_say_where_they_belong(bus: Bus, lane: str, text: str) -> None:
    """What is local is as it always was; the same key on the other bus is another lane."""
    assert (lane_key(bus, "own"), shown(bus, "own")) == (lane, text)
