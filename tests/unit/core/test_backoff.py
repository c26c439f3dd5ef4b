import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.backoff import (
    DEVICE,
    PERMISSION,
    SERVICE,
    TOKEN_EXCHANGE,
    Backoff,
)
from client_device_associator.core.pace import Place

ALL = [DEVICE, TOKEN_EXCHANGE, PERMISSION]


@given(st.sampled_from(ALL), st.integers(1, 10**6), st.integers())
def test_stays_between_floor_and_ceiling(pace: Backoff, failures: int, seed: int) -> None:
    """No wait is longer than the cap or shorter than the floor, however many failures."""
    wait = pace.delay(failures, random.Random(seed))
    assert pace.floor <= wait <= min(pace.cap, pace.base * 2.0 ** min(failures - 1, 100))


@pytest.mark.parametrize("failures", [1, 3, 12])
def test_jitter_is_full(failures: int) -> None:
    """Waits are spread over the whole range from the floor to the ceiling, not around its end."""
    ceiling = min(DEVICE.cap, DEVICE.base * 2 ** (failures - 1))
    rng = random.Random(5)
    waits = [DEVICE.delay(failures, rng) / ceiling for _ in range(2000)]
    for tenth in range(10):
        assert 100 < sum(tenth / 10 <= wait < (tenth + 1) / 10 for wait in waits) < 300


def test_permission_waits_five_minutes_to_an_hour() -> None:
    """The table: AccessDenied waits 5 min growing to 1 h."""
    assert PERMISSION.delay(1, random.Random(1)) == 300
    waits = [PERMISSION.delay(20, random.Random(seed)) for seed in range(200)]
    assert 300 <= min(waits) < 1000
    assert 3000 < max(waits) <= 3600


def test_the_service_is_called_after_200_seconds_at_most() -> None:
    """The table: anything that passes by itself waits up to 5 min."""
    assert SERVICE.cap == 200


def test_a_place_counts_failures_and_asked_waits_are_kept() -> None:
    """As a pace: the wait after one more failure, or what the service asks for."""
    rng = random.Random(1)
    wait, place = TOKEN_EXCHANGE.next(Place(3), 0.0, rng)
    assert 0 <= wait <= 8
    assert place == Place(4)
    assert TOKEN_EXCHANGE.next(place, 100.0, rng) == (100.0, Place(5))
    assert TOKEN_EXCHANGE.returned(place) == place


def test_recovered_token_exchange_is_noticed_within_a_minute() -> None:
    """Asking the core device's own token exchange costs nobody else anything."""
    waits = [TOKEN_EXCHANGE.delay(50, random.Random(seed)) for seed in range(200)]
    assert max(waits) < 60
