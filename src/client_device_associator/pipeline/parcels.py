"""Results packed into messages, with what is needed to know later whose they were."""

from collections.abc import Sequence

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.result import Result
from client_device_associator.core.values import dataclass
from client_device_associator.journal.owed import DurableResult
from client_device_associator.messages.encoding import (
    MAX_IOT_CORE_MESSAGE_BYTES,
    MAX_MESSAGE_BYTES,
)
from client_device_associator.messages.result_message import pack


@dataclass(slots=True)
class Parcel:
    """A message; it carries durable results or transient ones, never both.

    Attributes:
        topic: Where it goes.
        message: Its payload.
        result_ids: The journal's ids of its durable results.
        transient: Its transient results.
        refusals: How often the nucleus has refused one of its results.
        give_up_at: Steady seconds after which it counts as refused.
    """

    topic: str
    message: bytes | dict[str, object]
    result_ids: tuple[int, ...] = ()
    transient: tuple[Result, ...] = ()
    refusals: int = 0
    give_up_at: float = 0.0


def pack_transient(
    results: Sequence[Result],
    settings: Settings,
    core_thing_name: str,
    wall: float,
    bus: Bus = Bus.LOCAL,
) -> list[Parcel]:
    """Parcels for transient results for a bus; those that have no topic to go to are left out."""
    return [
        Parcel(topic, message, transient=tuple(results[index] for index in indexes))
        for topic, message, indexes in _messages(results, settings, core_thing_name, wall, bus)
    ]


def pack_durable(
    durable: Sequence[DurableResult],
    settings: Settings,
    core_thing_name: str,
    wall: float,
    bus: Bus = Bus.LOCAL,
) -> list[Parcel]:
    """Parcels for durable results for a bus; those that have no topic to go to are left out."""
    results = [one.result for one in durable]
    return [
        Parcel(
            topic,
            message,
            result_ids=tuple(durable[index].result_id for index in indexes),
            refusals=max(durable[index].refusals for index in indexes),
        )
        for topic, message, indexes in _messages(results, settings, core_thing_name, wall, bus)
    ]


def _messages(
    results: Sequence[Result], settings: Settings, core_thing_name: str, wall: float, bus: Bus
) -> list[tuple[str, bytes | dict[str, object], tuple[int, ...]]]:
    is_local = bus is Bus.LOCAL
    as_json = settings.results_as_json and is_local
    template = settings.results_topic_on(bus)
    max_bytes = MAX_MESSAGE_BYTES if is_local else MAX_IOT_CORE_MESSAGE_BYTES
    packed = pack(
        results,
        template,
        core_thing_name,
        wall,
        as_json=as_json,
        max_bytes=max_bytes,
        claims_template=settings.claims.template if settings.claims else None,
    )
    return [(one.topic, one.payload, one.results) for one in packed]
