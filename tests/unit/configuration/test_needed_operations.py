"""What settings ask of the cloud."""

import pytest

from client_device_associator.configuration.needed_operations import needed_operations
from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.operation import Operation

ALWAYS = {Operation.ASSOCIATE}


def of(document: dict[str, object]) -> Settings:
    """Settings of a configuration with this in it, and no list."""
    found = parse_configuration({"reconcile": {"intervalHours": 0}, **document}, "core-1")
    assert found.settings is not None, found
    return found.settings


@pytest.mark.parametrize(
    ("document", "more"),
    [
        ({}, set()),
        ({"reconcile": {"intervalHours": 24}}, {Operation.LIST}),
        ({"departures": {"topics": {"t": {"topic": "bye"}}}}, {Operation.DISASSOCIATE}),
        ({"departures": {"afterSilentDays": 30}}, set()),
        ({"departures": {"afterSilentDays": 30, "dryRun": False}}, {Operation.DISASSOCIATE}),
        ({"handover": {"enabled": True}}, {Operation.DISASSOCIATE}),
    ],
)
def test_only_what_is_asked_for_is_needed(
    document: dict[str, object], more: set[Operation]
) -> None:
    """Associating always; silence that is only reported calls nothing."""
    assert set(needed_operations(of(document))) == ALWAYS | more
