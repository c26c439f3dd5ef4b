import json
import tracemalloc
from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from builders import JSON
from client_device_associator.session.overlap import MAX_REMEMBERED, Overlap

MESSAGES = st.tuples(st.sampled_from("tu"), st.sampled_from([b"a", b"", {"a": 1}, {"a": 1.5}]))


@given(st.lists(st.tuples(st.sampled_from([0, 1]), MESSAGES)))
def test_each_content_is_first_as_often_as_on_the_better_side(
    came: list[tuple[int, tuple[str, bytes | dict[str, object]]]],
) -> None:
    """The larger of its two counts, at every moment."""
    overlap = Overlap()
    firsts: Counter[str] = Counter()
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for side, (topic, payload) in came:
        firsts[repr((topic, payload))] += overlap.is_first(side, topic, payload)
        sides[side][repr((topic, payload))] += 1
        assert +firsts == sides[0] | sides[1]


def test_an_object_is_the_same_however_its_keys_are_ordered() -> None:
    """The nucleus decodes and encodes it on the way to each subscription."""
    overlap = Overlap()
    assert overlap.is_first(0, "t", {"a": 1, "b": 2})
    assert not overlap.is_first(1, "t", {"b": 2, "a": 1})


@given(st.dictionaries(st.text(st.characters(), max_size=5), JSON, max_size=5))
def test_any_object_can_be_compared(payload: Mapping[str, object]) -> None:
    """Half surrogate pairs, numbers beyond counting, NaN: it never raises."""
    overlap = Overlap()
    assert overlap.is_first(0, "t", payload)
    assert not overlap.is_first(1, "t", json.loads(json.dumps(payload)))


def test_beyond_the_bound_doubles_are_let_through_and_nothing_is_lost() -> None:
    """A flood during a renewal does not fill the memory."""
    overlap = Overlap()
    for side in (0, 1):
        for number in range(MAX_REMEMBERED + 10):
            first = overlap.is_first(side, "t", str(number).encode())
            assert first == (side == 0 or number >= MAX_REMEMBERED)
    assert sum(map(len, overlap._counts)) == 2 * MAX_REMEMBERED  # noqa: SLF001 - what it remembers


def test_contents_are_not_kept() -> None:
    """A flood in an overlap does not fill the memory."""
    overlap = Overlap()
    tracemalloc.start()
    try:
        for number in range(MAX_REMEMBERED):
            overlap.is_first(0, "t", b"%d" % number + b"x" * 7000)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 1_000_000
