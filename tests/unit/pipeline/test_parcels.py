import json
from typing import Any

import pytest

from client_device_associator.core.result import Result, Status
from client_device_associator.journal.owed import DurableResult
from client_device_associator.messages.result_message import MAX_RESULTS_IN_JSON
from client_device_associator.pipeline.parcels import Parcel, pack_durable, pack_transient
from support.values import SHARED, START, numbered, settings

CORE = "core-1"


def associated(name: str, topic: str = SHARED) -> Result:
    """A result for a device."""
    return Result(topic, Status.ASSOCIATED, name)


def names_in(parcel: Parcel) -> list[str]:
    """The thing names of the results in a parcel's message."""
    message = parcel.message
    document: Any = json.loads(message) if isinstance(message, bytes) else message
    return [result["thingName"] for result in document["results"]]


def test_a_parcel_knows_whose_results_it_carries() -> None:
    """Results for one topic travel together, each with its id and the worst number of refusals."""
    durable = [
        DurableResult(1, associated("a"), refusals=0),
        DurableResult(2, associated("b", "elsewhere"), refusals=1),
        DurableResult(3, associated("c"), refusals=4),
    ]
    first, second = pack_durable(durable, settings(), CORE, START)
    assert (first.topic, first.result_ids, first.refusals) == (f"{SHARED}/status", (1, 3), 4)
    assert (second.topic, second.result_ids, second.refusals) == ("elsewhere/status", (2,), 1)
    assert (names_in(first), names_in(second)) == (["a", "c"], ["b"])
    assert first.transient == second.transient == ()


def test_transient_results_are_kept_with_their_message() -> None:
    """They are packed again if the settings change before they are sent."""
    results = [associated("a"), associated("b")]
    (parcel,) = pack_transient(results, settings(), CORE, START)
    assert parcel.transient == tuple(results)
    assert (parcel.result_ids, parcel.refusals) == ((), 0)


@pytest.mark.parametrize("as_json", [False, True])
def test_messages_have_the_encoding_of_the_settings(*, as_json: bool) -> None:
    """Bytes for a BinaryMessage, an object for a JsonMessage with few results in it."""
    results = [associated(name) for name in numbered(5)]
    parcels = pack_transient(results, settings(results_as_json=as_json), CORE, START)
    assert {isinstance(parcel.message, bytes) for parcel in parcels} == {not as_json}
    assert [name for parcel in parcels for name in names_in(parcel)] == numbered(5)
    if as_json:
        assert max(len(parcel.transient) for parcel in parcels) == MAX_RESULTS_IN_JSON


def test_results_that_have_no_topic_are_in_no_parcel() -> None:
    """Nobody could receive them."""
    rejected = Result(SHARED, Status.REJECTED, None)
    by_name = settings(results_topic="results/{thingName}")
    assert pack_transient([rejected], by_name, CORE, START) == []
    durable = [DurableResult(1, rejected, 0), DurableResult(2, associated("a"), 0)]
    (parcel,) = pack_durable(durable, by_name, CORE, START)
    assert parcel.result_ids == (2,)


def test_a_parcel_says_which_core_device_it_is_from() -> None:
    """In its topic, if that is wanted, and in its message."""
    by_core = settings(results_topic="results/{coreThingName}")
    parcels = [
        *pack_transient([associated("a")], by_core, CORE, START),
        *pack_durable([DurableResult(1, associated("b"), 0)], by_core, CORE, START),
    ]
    for parcel in parcels:
        assert parcel.topic == f"results/{CORE}"
        assert isinstance(parcel.message, bytes)
        assert json.loads(parcel.message)["coreDeviceThingName"] == CORE
