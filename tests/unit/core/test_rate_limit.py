from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.rate_limit import RateLimit
from support.values import START


def test_a_burst_and_then_a_steady_rate() -> None:
    """What is not allowed is not saved up by asking."""
    limit = RateLimit(10, 2.0)
    assert limit.allow(7, START) == 7
    assert limit.allow(7, START) == 3
    assert limit.allow(7, START) == 0
    assert limit.allow(7, START + 0.25) == 0
    assert limit.allow(7, START + 0.5) == 1
    assert limit.allow(7, START + 2.5) == 4
    assert limit.allow(0, START + 2.5) == 0


def test_the_burst_comes_back_after_a_rest_and_grows_no_further() -> None:
    """However long the rest was."""
    limit = RateLimit(10, 2.0)
    assert limit.allow(100, START) == 10
    assert limit.allow(100, START + 1e9) == 10
    assert limit.allow(100, START + 1e9) == 0


def test_a_clock_that_is_set_back_gives_and_takes_nothing() -> None:
    """Steady time does not go back; if it did, it would allow no more."""
    limit = RateLimit(10, 2.0)
    assert limit.allow(10, START) == 10
    assert limit.allow(1, START - 100) == 0


@given(
    st.integers(1, 50),
    st.floats(0.01, 100),
    st.lists(st.tuples(st.integers(0, 100), st.floats(0, 50)), max_size=50),
)
def test_never_more_than_burst_and_rate(
    burst: int, rate: float, asked: list[tuple[int, float]]
) -> None:
    """Over any time from the start, whatever is asked for."""
    limit = RateLimit(burst, rate)
    seconds = allowed = 0.0
    for count, pause in asked:
        seconds += pause
        one = limit.allow(count, START + seconds)
        assert 0 <= one <= count
        allowed += one
        # A billion seconds since the epoch leave floats a few digits behind the point.
        assert allowed <= burst + rate * (seconds + 1e-4) + 1e-3
