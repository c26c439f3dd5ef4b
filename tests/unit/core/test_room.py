from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.room import KEPT_SHARE, Room

LANES = ("shared", "own")


def taken(room: Room, lane: str, count: int) -> int:
    """How many of so many devices of a lane get a place."""
    return sum(room.take(lane) for _ in range(count))


def test_a_lane_alone_has_every_place() -> None:
    """Nobody else is there for whom any could be kept."""
    assert taken(Room(100, {}, ["shared"]), "shared", 150) == 100
    assert taken(Room(100, {"shared": 40}, ["shared"]), "shared", 150) == 60


def test_places_are_kept_for_a_lane_that_has_few() -> None:
    """A tenth is shared by the lanes in use: with two of them, each has five of a hundred."""
    room = Room(100, {}, LANES)
    assert taken(room, "shared", 150) == 95
    assert taken(room, "own", 150) == 5
    assert taken(room, "shared", 1) == 0


def test_a_lane_that_has_its_places_keeps_no_more() -> None:
    """What is beyond them is for those who come first."""
    assert taken(Room(100, {"own": 5}, LANES), "shared", 150) == 95
    assert taken(Room(100, {"own": 3}, LANES), "shared", 150) == 95
    assert taken(Room(100, {"own": 60}, LANES), "shared", 150) == 40


def test_a_lane_that_is_in_use_no_more_may_still_take_what_is_free() -> None:
    """Its devices are in the journal, and its key is not in the configuration any more."""
    assert taken(Room(100, {"gone": 10}, LANES), "gone", 150) == 80


def test_few_places_are_for_everybody() -> None:
    """A tenth of nine is none."""
    assert taken(Room(9, {}, LANES), "shared", 20) == 9
    assert taken(Room(0, {}, LANES), "shared", 1) == 0


def test_a_queue_that_is_fuller_than_it_may_be_takes_nobody() -> None:
    """The bound was lowered while they waited."""
    assert taken(Room(10, {"shared": 50}, LANES), "own", 1) == 0


@given(
    st.integers(0, 60),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 30)),
    st.sets(st.sampled_from("abc")),
    st.lists(st.sampled_from("abcd"), max_size=80),
)
def test_the_bound_holds_and_each_lane_in_use_has_its_share(
    places: int, pending: dict[str, int], lanes: set[str], asking: list[str]
) -> None:
    """Whatever waits, and in whatever order they ask."""
    room = Room(places, pending, lanes)
    now = dict(pending)
    free_at_first = places - sum(pending.values())
    share = places // (KEPT_SHARE * max(1, len(lanes)))
    kept_for_all = sum(max(0, share - pending.get(lane, 0)) for lane in lanes)
    for lane in asking:
        if room.take(lane):
            now[lane] = now.get(lane, 0) + 1
        elif lane in lanes and free_at_first >= kept_for_all:
            assert now.get(lane, 0) >= share
    assert sum(now.values()) <= max(places, sum(pending.values()))
