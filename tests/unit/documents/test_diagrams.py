"""The diagrams of the lives of device and queue."""

from support.diagrams import COMMAND, DIAGRAMS, DOCUMENT, names_in, with_diagrams
from support.documents import read


def test_the_diagrams_are_those_of_the_tables() -> None:
    """A transition that is added in the code shows up in the document."""
    text = read(DOCUMENT)
    assert with_diagrams(text) == text, f"write the diagrams again: {COMMAND}"


def test_each_life_has_its_place() -> None:
    """A diagram that is nowhere would never be missed."""
    assert sorted(names_in(read(DOCUMENT))) == sorted(DIAGRAMS)
