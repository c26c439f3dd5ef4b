import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.backoff import LISTS, SERVICE
from client_device_associator.core.pace import NO_FAILURE, Place
from client_device_associator.core.rounds import ASKED_SPREAD, ROUNDS_BACK, Rounds

ROUNDS = [SERVICE, LISTS, Rounds(first=2, growth=3, cap=1050), Rounds(first=5, growth=1, cap=5)]
FEW = Rounds(first=2, growth=2, cap=20)
TO_CAP = 5
"""Failures after which FEW has reached its cap: rounds of 2, 4, 8, 16 and 20 s."""


def waits_of(pace: Rounds, count: int, seed: int) -> list[float]:
    """The waits after so many failures in a row."""
    rng, place, waits = random.Random(seed), NO_FAILURE, []
    for _ in range(count):
        wait, place = pace.next(place, 0.0, rng)
        waits.append(wait)
    return waits


@given(
    st.sampled_from(ROUNDS),
    st.lists(st.floats(0, 4000) | st.just(0.0), min_size=1, max_size=40),
    st.integers(),
)
def test_no_wait_is_longer_than_the_cap_or_shorter_than_asked(
    pace: Rounds, asked: list[float], seed: int
) -> None:
    """Whatever was asked for before; the place stays one within a round."""
    rng, place = random.Random(seed), NO_FAILURE
    for seconds in asked:
        wait, place = pace.next(place, seconds, rng)
        assert seconds <= wait <= max(pace.cap, seconds * (1 + ASKED_SPREAD))
        assert 0 <= place.rest <= pace.length(place.failures)


@given(st.integers())
def test_there_is_one_call_in_each_round(seed: int) -> None:
    """At any moment of it, while two of them are shorter than the cap."""
    at, end = 0.0, 0.0
    for number, wait in enumerate(waits_of(FEW, TO_CAP - 2, seed), 1):
        at += wait
        assert end <= at <= end + FEW.length(number) + 1e-9
        end += FEW.length(number)


def test_calls_are_spread_evenly_over_a_round() -> None:
    """Or some of a fleet would be refused for coming together."""
    rng = random.Random(7)
    firsts = [SERVICE.next(NO_FAILURE, 0.0, rng)[0] / SERVICE.first for _ in range(2000)]
    for tenth in range(10):
        assert 100 < sum(tenth / 10 <= one < (tenth + 1) / 10 for one in firsts) < 300


@given(st.integers())
def test_a_core_device_keeps_its_place_in_the_longest_rounds(seed: int) -> None:
    """So that a fleet which waits for the end of an outage stays spread."""
    assert set(waits_of(FEW, 20, seed)[TO_CAP:]) == {FEW.cap}


def test_places_in_the_longest_rounds_are_spread_evenly() -> None:
    """Also of those whose draw was further away than the cap: none is drawn to a place."""
    sums = [sum(waits_of(FEW, TO_CAP, seed)) for seed in range(3000)]
    places = [one % FEW.cap / FEW.cap for one in sums]
    for tenth in range(10):
        assert 200 < sum(tenth / 10 <= one < (tenth + 1) / 10 for one in places) < 400


def test_many_failures_are_no_trouble() -> None:
    """An outage may last for weeks."""
    assert SERVICE.length(10**9) == SERVICE.cap
    wait, place = SERVICE.next(Place(10**9, 3.0), 0.0, random.Random(1))
    assert (wait, place.rest) == (SERVICE.cap, 3.0)


def test_those_who_were_asked_for_the_same_time_come_apart() -> None:
    """After it, and within a tenth of it."""
    rng = random.Random(3)
    waits = {SERVICE.next(NO_FAILURE, 30.0, rng)[0] for _ in range(100)}
    assert len(waits) == 100
    assert min(waits) >= 30
    assert max(waits) <= 33


def test_rounds_that_are_over_by_then_have_been_waited_for() -> None:
    """After 30 s a round of 2 s would only be refused again."""
    _, place = SERVICE.next(NO_FAILURE, 30.0, random.Random(3))
    ends = sum(SERVICE.length(number) for number in range(1, place.failures + 1))
    assert ends - SERVICE.length(place.failures) <= 33
    assert ends >= 30


@pytest.mark.parametrize(
    ("failures", "back"), [(3, 0), (9, 9 - ROUNDS_BACK), (500, 13 - ROUNDS_BACK)]
)
def test_a_service_that_is_back_is_called_sooner(failures: int, back: int) -> None:
    """The fleet was spread over the round that it was in; its crowd is thinner than that."""
    caps = Rounds(first=2, growth=1.5, cap=200)
    assert caps.returned(Place(failures, 5.0)) == Place(back)
