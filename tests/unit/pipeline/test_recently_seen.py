"""The memory of devices whose traffic was seen."""

from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.pipeline.recently_seen import MAX_SEEN, RecentlySeen
from support.fakes import FakeClock


def test_a_device_is_new_once() -> None:
    """Until its time is over, to the moment."""
    clock = FakeClock()
    seen = RecentlySeen(clock.steady)
    assert seen.is_new("a", 60)
    assert not seen.is_new("a", 60)
    clock.seconds = 59.9
    assert not seen.is_new("a", 60)
    assert seen.is_new("b", 60)
    clock.seconds = 60
    assert seen.is_new("a", 60)
    assert not seen.is_new("b", 60)


def test_a_device_may_be_asked_for_again_sooner() -> None:
    """At once, or after some time."""
    clock = FakeClock()
    seen = RecentlySeen(clock.steady)
    assert seen.is_new("a", 60)
    seen.ask_again("a")
    assert seen.is_new("a", 60)
    seen.ask_again("a", 5)
    assert not seen.is_new("a", 60)
    clock.seconds = 5
    assert seen.is_new("a", 60)
    assert not seen.is_new("a", 60)
    seen.clear()
    assert seen.is_new("a", 60)


def test_the_memory_is_bounded() -> None:
    """And holds at least half of what it may, the newest."""
    seen = RecentlySeen(FakeClock().steady)
    names = [str(number) for number in range(3 * MAX_SEEN)]
    for name in names:
        assert seen.is_new(name, 60)
        assert seen.size() <= MAX_SEEN
    assert not any(seen.is_new(name, 60) for name in names[-MAX_SEEN // 2 :])
    assert seen.is_new(names[0], 60)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), max_size=30))
def test_each_device_is_looked_at_once_in_its_time(steps: list[tuple[str, int]]) -> None:
    """Whatever comes, and whenever."""
    clock = FakeClock()
    seen = RecentlySeen(clock.steady)
    looked_at: dict[str, float] = {}
    for name, pause in steps:
        clock.seconds += pause
        is_due = clock.seconds - looked_at.get(name, -60.0) >= 60
        assert seen.is_new(name, 60) == is_due
        if is_due:
            looked_at[name] = clock.seconds
