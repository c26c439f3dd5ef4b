from types import SimpleNamespace

import pytest

from client_device_associator.clock import SystemClock


def test_steady_time_ignores_that_the_wall_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins as wall time and goes on by itself."""
    wall, monotonic = 1000.0, 50.0
    fake = SimpleNamespace(time=lambda: wall, monotonic=lambda: monotonic)
    monkeypatch.setattr("client_device_associator.clock.time", fake)
    clock = SystemClock()
    assert (clock.now().steady, clock.now().wall) == (1000, 1000)
    wall, monotonic = 1_800_000_000.0, 53.0
    assert (clock.now().steady, clock.now().wall) == (1003, 1_800_000_000)
