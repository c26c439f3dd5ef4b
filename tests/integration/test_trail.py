"""What the component leaves for people in its journal, read by another process."""

import sqlite3
import uuid
from contextlib import closing

from client_device_associator.core.trail import TrailEvent
from client_device_associator.journal.trail import trail_of
from greengrass_sandbox import CoreDevice
from integration.associator import JOURNAL, Results
from integration.conftest import Start


def test_the_trail_has_the_request_id_of_the_call(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """While the component runs, from a connection that may not write."""
    core.call(core.cloud.add_things, ["lamp"])
    associator = start()
    core.publish("clientdevices/announce", {"thingName": "lamp", "id": "7"})
    results.wait_for_names("associated", ["lamp"])
    journal = f"file:{associator.work / JOURNAL}?mode=ro"
    with closing(sqlite3.connect(journal, uri=True)) as database:
        associated, announced = trail_of(database.execute, "lamp", 10)
    assert announced.event is TrailEvent.ANNOUNCED
    assert announced.detail == {"topic": "clientdevices/announce", "id": "7", "entry": "shared"}
    assert associated.event is TrailEvent.ASSOCIATED
    request_id = str(associated.detail["requestId"])
    assert associated.detail == {"requestId": str(uuid.UUID(request_id))}
