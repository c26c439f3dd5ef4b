"""The size of a pattern."""

import pytest

from client_device_associator.core.admission.syntax import (
    ANY,
    MAX_PLACES,
    Either,
    Node,
    OneOf,
    PatternError,
    Repeat,
    Sequence,
    check_size,
    literal,
    places,
)

ONE = OneOf(ANY)


@pytest.mark.parametrize(
    ("node", "size"),
    [
        (ONE, 1),
        (literal("abc"), 3),
        (Sequence((ONE, literal("ab"))), 3),
        (Either((ONE, literal("ab"))), 3),
        (Repeat(ONE, 0, None), 1),
        (Repeat(literal("ab"), 3, None), 8),
        (Repeat(ONE, 2, 5), 5),
        (Repeat(ONE, 0, 0), 0),
        (Repeat(Repeat(literal("ab"), 3, 3), 4, 4), 24),
    ],
)
def test_places_are_counted_as_if_written_out(node: Node, size: int) -> None:
    """What repeats without end counts once more than it has to be there."""
    assert places(node) == size


def test_a_pattern_that_is_too_much_work_is_refused() -> None:
    """At the limit it is taken."""
    most = Repeat(ONE, 0, MAX_PLACES)
    assert check_size(most) is most
    with pytest.raises(PatternError):
        check_size(Sequence((most, ONE)))


def test_what_no_thing_name_has_matches_nothing() -> None:
    """It keeps its place."""
    assert literal("a ").parts == (OneOf(frozenset("a")), OneOf(frozenset()))
