"""The queue in which those who send little are neither kept out nor held up."""

from collections import Counter, deque

from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.pipeline.fair_queue import FairQueue, Sender

MOST, MOST_BYTES = 30, 300
SENDERS = st.builds(Sender, st.sampled_from("AB"), st.sampled_from("xyz"))
STEPS = st.lists(
    st.one_of(
        st.tuples(SENDERS, st.integers(0, 40)), st.tuples(st.integers(0, 10), st.integers(0, 100))
    ),
    max_size=80,
)


def fill(queue: FairQueue[str], sender: Sender, count: int = 1000, size: int = 1) -> int:
    """Offers so many, and returns how many found room."""
    return sum(queue.offer(sender, f"{sender.lane}{sender.name}", size) for _ in range(count))


def test_one_sender_has_a_third_and_one_lane_half() -> None:
    """Of the items, and of the bytes."""
    for size, most, most_bytes in ((1, 900, 10**9), (100, 10**9, 90_000)):
        queue = FairQueue[str](most, most_bytes)
        assert fill(queue, Sender("A", "x"), size=size) == 300
        assert fill(queue, Sender("A", "y"), size=size) == 100
        assert sum(fill(queue, Sender("A", str(one)), size=size) for one in range(20)) <= 50
        assert fill(queue, Sender("B", "x"), size=size) > 100


def test_lanes_take_turns_and_so_do_their_senders() -> None:
    """However much somebody else has waiting."""
    queue = FairQueue[str](1000, 10**6)
    fill(queue, Sender("A", "x"), 100)
    fill(queue, Sender("A", "y"), 2)
    fill(queue, Sender("B", "z"), 2)
    assert queue.take(7, 10**6) == ["Ax", "Bz", "Ay", "Bz", "Ax", "Ay", "Ax"]


def test_so_much_is_taken_at_once_and_no_more() -> None:
    """A number of items, and bytes until it is enough."""
    queue = FairQueue[str](1000, 10**6)
    fill(queue, Sender("A", "x"), 10, size=50)
    assert len(queue.take(3, 10**6)) == 3
    assert len(queue.take(100, 101)) == 3
    assert len(queue) == 4
    assert len(queue.take(100, 10**6)) == 4
    assert not queue


def test_nobody_is_remembered() -> None:
    """A queue that was used by many and is empty is as it was at first."""
    queue = FairQueue[str](1000, 10**6)
    for number in range(100):
        fill(queue, Sender("A", str(number)), 3)
        queue.take(3, 10**6)
    fill(queue, Sender("A", "last"), 1)
    queue.take(1, 10**6)
    assert fill(queue, Sender("A", "x"), 10_000) == 334
    queue.take(10_000, 10**6)
    fill(queue, Sender("A", "one"), 1)
    assert len(queue._items) == 3  # noqa: SLF001 - memory is what this is about


@given(STEPS)
def test_each_sender_s_items_come_out_once_and_in_order(
    steps: list[tuple[Sender, int] | tuple[int, int]],
) -> None:
    """Within the bounds, and never fewer than could be taken."""
    queue = FairQueue[tuple[Sender, int]](MOST, MOST_BYTES)
    waiting: dict[Sender, deque[tuple[int, int]]] = {}
    for number, (first, second) in enumerate(steps):
        if isinstance(first, Sender):
            items, lanes, sizes = Counter[Sender](), Counter[str](), Counter[object]()
            for sender, ones in waiting.items():
                items[sender] += len(ones)
                lanes[sender.lane] += len(ones)
                for key in (sender, sender.lane, None):
                    sizes[key] += sum(size for _, size in ones)
            has_room = items.total() + lanes[first.lane] + items[first] < MOST
            room = MOST_BYTES - sizes[None] - sizes[first.lane] - sizes[first]
            taken = queue.offer(first, (first, number), second)
            assert taken == (has_room and second <= room)
            if taken:
                waiting.setdefault(first, deque()).append((number, second))
        else:
            total = 0
            for sender, item in queue.take(first, second):
                expected, size = waiting[sender].popleft()
                assert item == expected
                assert total < second
                total += size
        assert len(queue) == sum(map(len, waiting.values()))
