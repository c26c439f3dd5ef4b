"""A whole component with announcements and results on AWS IoT Core."""

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic, Settings
from client_device_associator.core.answer import Succeeded
from client_device_associator.core.bus import Bus
from client_device_associator.messages.topic import HEALTH_TOPIC
from client_device_associator.pipeline.events import MessageArrived
from support.rig import Rig
from support.values import settings

CLOUD = AnnouncementTopic("iotCore.a", "cloud", bus=Bus.IOT_CORE)
FLEET = "fleet/core-1"


def configured(*, everything: bool) -> Settings:
    """With an announcement topic on each bus."""
    topics = (*settings().announcement_topics, CLOUD)
    return settings(
        announcement_topics=topics,
        iot_core_results_topic="fleet/{coreThingName}",
        all_results_to_iot_core=everything,
    )


def published(rig: Rig) -> list[tuple[str, Bus, bool]]:
    """Where messages went, and whether they name the lamp."""
    return [
        (one.topic, one.bus, isinstance(one.message, bytes) and b"lamp" in one.message)
        for one in rig.nucleus.published
        if one.topic != HEALTH_TOPIC
    ]


def test_what_is_announced_there_is_answered_there(rig: Rig) -> None:
    """Over a restart as well: the journal knows the bus."""
    rig.configure(configured(everything=False))
    rig.pass_turns(rig.turn(MessageArrived(CLOUD, "cloud", b'{"thingName": "lamp"}')), 1)
    rig.close()
    again = Rig(rig.directory)
    again.clock.seconds = 1
    again.pass_turns(again.configure(configured(everything=False)), 2)
    again.answer(Succeeded())
    assert published(again) == [(FLEET, Bus.IOT_CORE, True)]
    again.close()


@pytest.mark.parametrize("everything", [False, True])
def test_a_local_device_is_heard_of_there_if_that_is_wanted(
    rig: Rig,
    everything: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Both results are durable: what the nucleus has not taken is sent after a crash."""
    rig.configure(configured(everything=everything))
    rig.call("lamp")
    rig.answer(Succeeded())
    copy = [(FLEET, Bus.IOT_CORE, True)] if everything else []
    expected = [("clientdevices/announce/status", Bus.LOCAL, True), *copy]
    assert published(rig) == expected
    kept = [len(rig.journal.unsent(1e12, 9, bus=bus)) for bus in Bus]
    assert kept == [1, len(copy)]
