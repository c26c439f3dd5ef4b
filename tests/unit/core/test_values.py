"""Plain data, as `dataclasses` would make it."""

import dataclasses
from typing import Any

import pytest

from client_device_associator.core.values import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers and a remark."""

    x: int
    y: int = 0
    remark: str = field(default="", compare=False)
    unseen: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No fields."""


@dataclass(frozen=True, slots=True)
class Base:
    """What others have as well, by its name."""

    number: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Derived(Base):
    """One more, and a new dictionary for each."""

    text: str
    found: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Changing:
    """What may change."""

    number: int


@dataclass(frozen=True, slots=True)
class Odd:
    """A class with its own opinion."""

    number: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "odd"


def test_equal_are_those_with_equal_fields() -> None:
    """But for fields that are not compared; and of one class only."""
    assert Point(1, 2, "here") == Point(1, 2, "there") != Point(1, 3)
    assert hash(Point(1, 2, "here")) == hash(Point(1, 2, "there"))
    others: list[object] = [(1, 0, ""), Nothing(), 1]
    assert Point(1) not in others
    assert Nothing() in others
    assert len({Nothing(), Nothing(), Point(1), Point(1)}) == 2


def test_a_value_is_shown_with_its_fields() -> None:
    """But for those that are not to be seen."""
    assert repr(Point(1, remark="r", unseen="u")) == "Point(x=1, y=0, remark='r')"
    assert repr(Nothing()) == "Nothing()"


def test_a_class_may_add_to_another() -> None:
    """As the answers of the cloud do."""
    one, other = Derived("a", number=7), Derived("a", {})
    assert (one.number, one.text, one.found, other.number) == (7, "a", {}, 0)
    assert one.found is not other.found
    assert one == other
    assert repr(one) == "Derived(number=7, text='a', found={})"
    assert isinstance(one, Base)
    with pytest.raises(TypeError, match="positional"):
        Derived("a", {}, 7)  # type: ignore[call-arg] # what it is about


def test_the_functions_of_dataclasses_work() -> None:
    """Of tests, and of those who come later."""
    one = Point(1, 2, "r")
    assert replace(one, y=3) == dataclasses.replace(one, y=3) == Point(1, 3)
    assert dataclasses.asdict(one) == {"x": 1, "y": 2, "remark": "r", "unseen": ""}
    assert [one.name for one in dataclasses.fields(Point)] == ["x", "y", "remark", "unseen"]
    assert [one.name for one in dataclasses.fields(Derived)] == ["number", "text", "found"]
    assert dataclasses.replace(Derived("a", number=7), text="b").number == 7
    assert Point.__init__.__annotations__["x"] is int


def test_a_field_of_dataclasses_is_no_default() -> None:
    """It would be the value of each instance."""
    body: dict[str, Any] = {"__annotations__": {"x": int}, "x": dataclasses.field(default=1)}
    with pytest.raises(TypeError, match=r"Wrong\.x"):
        dataclass(frozen=True, slots=True)(type("Wrong", (), body))


def test_instances_have_fields_alone_and_match_patterns() -> None:
    """In the order of the fields."""
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
    with pytest.raises(AttributeError):
        Point(1).z = 3  # type: ignore[attr-defined] # what it is about


def test_what_may_change_has_no_hash() -> None:
    """It would be lost in a set."""
    one = Changing(1)
    one.number = 2
    assert one == Changing(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_a_class_keeps_its_own_methods() -> None:
    """Only what is missing is added."""
    assert (Odd(1), hash(Odd(1)), repr(Odd(1))) == (Odd(2), 7, "odd")
