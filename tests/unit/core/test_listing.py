"""The cloud's list while its pages come."""

import tracemalloc

import pytest

from client_device_associator.core import listing as listing_module
from client_device_associator.core.listing import Listing, Names, UselessListError

BYTES_FOR_ONE = 24
"""8 for a name that is only counted, and some more while the array grows."""


def test_names_that_were_added_are_in_it() -> None:
    """In any order, also when more come after somebody has asked."""
    names = Names(["b", "a"])
    assert "a" in names
    assert "c" not in names
    names.add(["c"])
    assert "c" in names
    assert "b" in names
    assert len(names) == 3
    assert "a" not in Names()


def test_a_list_is_complete_with_its_last_page() -> None:
    """The token of a page asks for the next one."""
    listing = Listing(5.0)
    listing.add(["a", "b"], "more", ["b"])
    assert (listing.next_token, listing.is_complete) == ("more", False)
    listing.add(["c"], None, ["c"])
    assert (listing.next_token, listing.is_complete) == (None, True)
    assert all(name in listing.names for name in "abc")
    assert sorted(name for page in listing.unknown(1) for name in page) == ["b", "c"]
    assert list(listing.unknown(1)) == []


def test_a_circle_is_no_list() -> None:
    """A token that has come before leads back to an earlier page."""
    listing = Listing(5.0)
    listing.add(["a"], "x", [])
    listing.add(["b"], "y", [])
    with pytest.raises(UselessListError, match="earlier one"):
        listing.add(["c"], "x", [])


def test_a_list_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too many devices, or with too many pages of none."""
    monkeypatch.setattr(listing_module, "MAX_LISTED", 3)
    with pytest.raises(UselessListError, match="more than 3"):
        Listing(5.0).add(["a", "b", "c", "d"], None, [])
    endless = Listing(5.0)
    for token in "abc":
        endless.add([], token, [])
    with pytest.raises(UselessListError, match="more than 3"):
        endless.add([], "d", [])


def test_what_is_not_known_is_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is found by the next list."""
    monkeypatch.setattr(listing_module, "MAX_STAGED_BYTES", 5)
    listing = Listing(5.0)
    listing.add(["a", "bc"], "1", ["a", "bc"])
    listing.add(["de"], "2", ["de"])
    listing.add(["f"], None, ["f"])
    assert list(listing.unknown(1)) == [["a", "bc"], ["f"]]


def test_what_is_not_known_comes_in_portions() -> None:
    """Whole pages in their order, until there are enough names: each portion is a write."""
    listing = Listing(5.0)
    for number, page in enumerate(["ab", "cd", "ef", "g"]):
        listing.add(list(page), f"{number}", list(page))
    assert list(listing.unknown(3)) == [list("abcd"), list("efg")]


def test_a_long_list_takes_little_memory() -> None:
    """A hundred thousand devices that are known: some bytes for each."""
    listing = Listing(5.0)
    tracemalloc.start()
    for page in range(1000):
        listing.add([f"device-{page}-{index}" for index in range(100)], f"{page}", [])
    listing.add([], None, [])
    assert "device-7-7" in listing.names
    current, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert current < BYTES_FOR_ONE * 100_000
