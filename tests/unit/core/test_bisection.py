import math
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from client_device_associator.core.answer import Answer, Succeeded, ValidationFailed
from client_device_associator.core.bisection import bisection_of
from client_device_associator.core.result import Status
from client_device_associator.journal.journal import Journal
from support.engine_driver import Cloud, EngineDriver
from support.values import error_entries, failed_call, numbered, policy

REFUSED = ValidationFailed("1 validation error detected")


def refusing(poisoned: set[str]) -> Cloud:
    """A cloud that refuses every call with a poisoned name in it, and says no more."""

    def answer(names: tuple[str, ...]) -> Answer:
        return REFUSED if poisoned & set(names) else Succeeded()

    return answer


def naming(poisoned: set[str]) -> Cloud:
    """A cloud that names all the poisoned in its `fields`."""

    def answer(names: tuple[str, ...]) -> Answer:
        fields = [
            (f"entries[{index}].thingName", "malformed")
            for index, name in enumerate(names)
            if name in poisoned
        ]
        return ValidationFailed("refused", tuple(fields)) if fields else Succeeded()

    return answer


def nameless(poisoned: set[str]) -> Cloud:
    """A cloud that associates the others and has an error entry without a name for the poisoned."""

    def answer(names: tuple[str, ...]) -> Answer:
        return error_entries((None, "Oops")) if poisoned & set(names) else Succeeded()

    return answer


def outcome(names: list[str], cloud: Cloud) -> tuple[int, set[str], set[str]]:
    """Calls, and who was associated and who failed, when all announce at once."""
    journal = Journal(Path(":memory:"))
    try:
        driver = EngineDriver(journal, policy(max_attempts=1))
        driver.announce(names)
        calls = driver.run(cloud)
        for call in calls:
            assert 1 <= len(call.thing_names) <= 100
            assert len(set(call.thing_names)) == len(call.thing_names)
        results = driver.durable()
        assert journal.pending() == 0
    finally:
        journal.close()
    assert sorted(str(one.thing_name) for one in results) == sorted(names)
    associated = {str(one.thing_name) for one in results if one.status is Status.ASSOCIATED}
    failed = {str(one.thing_name) for one in results if one.status is Status.FAILED}
    return len(calls), associated, failed


@pytest.mark.parametrize("position", range(100))
def test_one_without_a_name_among_a_hundred_costs_at_most_14_calls(position: int) -> None:
    """The same bound for an error entry that does not say whom it is about."""
    names = numbered(100)
    calls, associated, failed = outcome(names, nameless({names[position]}))
    assert calls - 1 <= 14
    assert failed == {names[position]}
    assert associated == set(names) - failed


@pytest.mark.parametrize("position", range(100))
def test_one_poisoned_among_a_hundred_costs_at_most_14_calls(position: int) -> None:
    """Wherever it stands, and every healthy device is associated on the way."""
    names = numbered(100)
    calls, associated, failed = outcome(names, refusing({names[position]}))
    assert calls - 1 <= 14
    assert failed == {names[position]}
    assert associated == set(names) - failed


@pytest.mark.parametrize("size", [1, 2, 3, 7, 33])
def test_one_poisoned_costs_twice_the_logarithm(size: int) -> None:
    """The same bound for smaller batches, at every position."""
    names = numbered(size)
    for culprit in names:
        calls, _, failed = outcome(names, refusing({culprit}))
        assert calls - 1 <= 2 * math.ceil(math.log2(size))
        assert failed == {culprit}


@pytest.mark.parametrize("position", [0, 1, 49, 98, 99])
def test_a_culprit_that_fields_name_costs_two_calls(position: int) -> None:
    """The others go through without it, and it is refused in a call of its own."""
    names = numbered(100)
    calls, _, failed = outcome(names, naming({names[position]}))
    assert calls == 3
    assert failed == {names[position]}


def test_several_named_culprits_cost_two_calls_each() -> None:
    """Two that are named together cost one call for the others, one for both and one for each."""
    names = numbered(100)
    calls, _, failed = outcome(names, naming({names[3], names[70]}))
    assert calls == 5
    assert failed == {names[3], names[70]}


def test_a_batch_that_is_accused_as_a_whole_is_split() -> None:
    """A service that names everybody has named nobody."""
    names = numbered(4)

    def cloud(asked: tuple[str, ...]) -> Answer:
        if names[2] not in asked:
            return Succeeded()
        return ValidationFailed(
            "refused", tuple((f"entries[{place}]", "bad") for place in range(len(asked)))
        )

    calls, associated, failed = outcome(names, cloud)
    assert calls - 1 <= 4
    assert failed == {names[2]}
    assert associated == set(names) - failed


def test_nobody_fails_who_was_not_refused_alone() -> None:
    """A device that was accused and would be accepted by now is associated."""
    names = numbered(3)
    asked_before: list[tuple[str, ...]] = []

    def cloud(asked: tuple[str, ...]) -> Answer:
        asked_before.append(asked)
        if len(asked_before) == 1:
            return ValidationFailed("refused", (("entries[0].thingName", "malformed"),))
        return Succeeded()

    calls, associated, failed = outcome(names, cloud)
    assert calls == 3
    assert associated == set(names)
    assert not failed


def test_a_wrong_accusation_is_found_out() -> None:
    """A service that names the wrong device has it associated all the same."""
    names = numbered(8)

    def cloud(asked: tuple[str, ...]) -> Answer:
        if names[5] not in asked:
            return Succeeded()
        return ValidationFailed("refused", (("thingName", f"'{names[0]}' is malformed"),))

    _, associated, failed = outcome(names, cloud)
    assert failed == {names[5]}
    assert associated == set(names) - failed


BATCHES = st.integers(1, 100).flatmap(
    lambda size: st.tuples(st.just(numbered(size)), st.sets(st.sampled_from(numbered(size))))
)


@settings(max_examples=40)
@given(BATCHES)
@example((numbered(100), set(numbered(100))))
def test_exactly_the_poisoned_are_found(batch: tuple[list[str], set[str]]) -> None:
    """For any set of them, whether the cloud refuses, names, or hushes them; it always ends."""
    names, poisoned = batch
    for cloud in (refusing(poisoned), naming(poisoned), nameless(poisoned)):
        calls, associated, failed = outcome(names, cloud)
        assert failed == poisoned
        assert associated == set(names) - poisoned
        # A tree over the batch has twice as many nodes as leaves; none is called more than twice.
        assert calls <= 4 * len(names)


def test_an_outage_during_bisection_costs_that_call_alone(tmp_path: Path) -> None:
    """What was found out before is still known when the cloud is back."""
    journal = Journal(tmp_path / "journal")
    driver = EngineDriver(journal)
    names = numbered(4)
    driver.announce(names)
    driver.next_call()
    driver.answer(REFUSED)
    assert driver.next_call().thing_names == tuple(names[:2])
    driver.answer(Succeeded())
    assert driver.next_call().thing_names == tuple(names[2:])
    driver.answer(failed_call())
    assert driver.next_call().thing_names == tuple(names[2:])
    driver.answer(REFUSED)
    assert driver.next_call().thing_names == (names[2],)
    driver.answer(Succeeded())
    assert driver.next_call().thing_names == (names[3],)
    journal.close()


def test_halves_are_called_in_order() -> None:
    """The first half first, in pieces if the settings allow no more, until nothing is left."""
    first, rest = bisection_of("abcde", ()).take(100)
    assert first == ("a", "b", "c")
    called = []
    rest = rest.split(first)
    for limit in (1, 100, 100, 100):
        group, rest = rest.take(limit)
        called.append(group)
    assert called == [("a",), ("b",), ("c",), ("d", "e")]
    assert not rest


def test_no_call_is_larger_than_a_new_limit(tmp_path: Path) -> None:
    """Settings that make batches smaller count in a bisection, too."""
    journal = Journal(tmp_path / "journal")
    driver = EngineDriver(journal)
    names = numbered(40)
    culprits = {names[7], names[31]}
    driver.announce(names)
    driver.next_call()
    driver.answer(REFUSED)
    driver.reconfigure(policy(max_batch=3))
    calls = driver.run(refusing(culprits))
    assert max(len(call.thing_names) for call in calls) == 3
    results = driver.durable()
    assert {one.thing_name for one in results if one.status is Status.FAILED} == culprits
    assert len(results) == len(names)
    journal.close()


@pytest.mark.parametrize("culprit", [0, 36, 99])
@pytest.mark.parametrize("with_fields", [True, False])
def test_devices_that_are_numbers_are_told_by_their_place(
    culprit: int, *, with_fields: bool
) -> None:
    """A refusal's words hold numbers: places, limits, counts. The path to the entry counts."""
    names = [str(number) for number in range(1, 101)]

    def cloud(asked: tuple[str, ...]) -> Answer:
        if names[culprit] not in asked:
            return Succeeded()
        place = asked.index(names[culprit]) + 1
        words = (
            f"1 validation error detected: Value at 'entries.{place}.member.thingName' failed to"
            " satisfy constraint: Member must have length less than or equal to 128"
        )
        return ValidationFailed(words, (("entries", words),) if with_fields else ())

    calls, associated, failed = outcome(names, cloud)
    assert calls == 3
    assert failed == {names[culprit]}
    assert associated == set(names) - failed


@pytest.mark.parametrize("position", [0, 38, 99])
def test_a_service_that_names_the_wrong_one_costs_little_more(position: int) -> None:
    """After one accusation that was wrong the batch is split: 14 calls, and two for the slander."""
    names = numbered(100)

    def cloud(asked: tuple[str, ...]) -> Answer:
        if names[position] not in asked:
            return Succeeded()
        wrong = next((one for one in asked if one != names[position]), asked[0])
        return ValidationFailed("refused", (("thingName", f"{wrong} is malformed"),))

    calls, associated, failed = outcome(names, cloud)
    assert calls - 1 <= 14 + 2
    assert failed == {names[position]}
    assert associated == set(names) - failed
