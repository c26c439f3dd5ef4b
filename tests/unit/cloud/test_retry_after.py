import time
from email.utils import formatdate

import pytest

from client_device_associator.cloud.retry_after import MAX_SECONDS, whole_seconds

SENT = 1_800_000_000.0
"""Epoch seconds at which a service has answered, by its own clock."""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"RETRY-AFTER": "7"}, 7),
        ({"Retry-After": "0.1"}, 1),
        ({"Retry-After": "-1"}, 0),
        ({"Retry-After": ""}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "nan"}, 0),
        ({"Retry-After": "inf"}, 0),
        ({"Retry-After": "1e300"}, MAX_SECONDS),
        ({"Retry-After": str(MAX_SECONDS)}, MAX_SECONDS),
        ({"Retry-After": str(MAX_SECONDS + 1)}, MAX_SECONDS),
        ({"x-amz-retry-after": "2500"}, 3),
        ({"x-amz-retry-after": "2000.5"}, 3),
        ({"x-amz-retry-after": "2500", "Retry-After": "2"}, 3),
        ({"x-amz-retry-after": "2500", "Retry-After": "9"}, 9),
    ],
)
def test_the_longer_wait_counts_in_whole_seconds(headers: dict[str, str], seconds: int) -> None:
    """Seconds or milliseconds, rounded up, never more than the bound, and 0 for nonsense."""
    assert whole_seconds(headers) == seconds


@pytest.mark.parametrize(
    ("ahead", "seconds"), [(100, 100), (0, 0), (-100, 0), (10**6, MAX_SECONDS)]
)
def test_a_date_is_compared_with_the_clock_of_the_service(ahead: float, seconds: int) -> None:
    """Ours may be wrong by years."""
    headers = {"Retry-After": formatdate(SENT + ahead), "Date": formatdate(SENT)}
    assert whole_seconds(headers) == seconds


def test_a_date_without_another_is_compared_with_our_clock() -> None:
    """There is nothing better."""
    assert 500 < whole_seconds({"Retry-After": formatdate(time.time() + 1000)}) <= 1001
