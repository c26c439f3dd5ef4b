import pytest

from client_device_associator.configuration.reader import ConfigurationReader, Problem


def problems(reader: ConfigurationReader) -> list[str]:
    """Where there are problems."""
    return [one.pointer for one in reader.findings()[0]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, 5), (5.0, 5), ("5", 5), ("5.0", 5), (" 5 ", 5), (None, 7), ("null", 7)],
)
def test_whole_numbers(value: object, expected: int) -> None:
    """Numbers however a nucleus spells them; what is missing or null has its default."""
    reader = ConfigurationReader({"n": value})
    number = reader.integer("n", 7, 1, 10)
    assert (number, type(number)) == (expected, int)
    assert problems(reader) == []


@pytest.mark.parametrize(
    "value", [0, 11, 5.5, "", "five", "nan", "inf", True, [5], {}, 10**400, float("nan")]
)
def test_no_whole_numbers(value: object) -> None:
    """One problem with the place, what is there, and what would be right."""
    reader = ConfigurationReader({"n": value})
    assert reader.integer("n", 7, 1, 10) == 7
    ((problem,), _) = reader.findings()
    assert problem == Problem("/n", repr(value), "a whole number from 1 to 10")


def test_a_huge_value_is_not_shown_whole() -> None:
    """A line of the log stays one that can be read."""
    reader = ConfigurationReader({"n": ["x"] * 100_000})
    reader.text("n", "")
    ((problem,), _) = reader.findings()
    assert len(problem.found) < 600
    assert problem.found.endswith("…")


@pytest.mark.parametrize("value", [0.5, "0.5", "5e-1"])
def test_numbers(value: object) -> None:
    """Fractions are numbers."""
    assert ConfigurationReader({"n": value}).number("n", 7, 0, 1) == 0.5


@pytest.mark.parametrize("value", [-0.1, 1.1, "x", False, float("inf"), "1e999"])
def test_no_numbers(value: object) -> None:
    """Beyond the bounds or none at all."""
    reader = ConfigurationReader({"n": value})
    assert reader.number("n", 7, 0, 1) == 7
    assert [str(one) for one in reader.findings()[0]] == [
        f"/n: found {value!r}, expected a number from 0 to 1"
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("true", True), (False, False), ("false", False), (None, True)],
)
def test_booleans(value: object, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """As they are or as lite spells them."""
    reader = ConfigurationReader({"b": value})
    assert reader.boolean("b", default=True) is expected
    assert problems(reader) == []


@pytest.mark.parametrize("value", [0, 1, "yes", "True", [], {}])
def test_no_booleans(value: object) -> None:
    """Nothing is taken for true that does not say so."""
    reader = ConfigurationReader({"b": value})
    assert reader.boolean("b", default=False) is False
    assert problems(reader) == ["/b"]


def test_texts_and_choices() -> None:
    """Strings, some of them out of a few."""
    reader = ConfigurationReader({"t": "x", "bad": 5, "c": "b", "other": "z", "list": ["a"]})
    assert reader.text("t", "d") == "x"
    assert reader.text("missing", "d") == "d"
    assert reader.text("bad", "d") == "d"
    assert reader.choice("c", ("a", "b"), "a") == "b"
    assert reader.choice("missing", ("a", "b"), "a") == "a"
    assert reader.choice("other", ("a", "b"), "a") == "a"
    assert reader.choice("list", ("a", "b"), "a") == "a"
    assert problems(reader) == ["/bad", "/other", "/list"]


def test_sections_are_pointed_into() -> None:
    """A problem deep inside has its whole JSON pointer, escaped."""
    reader = ConfigurationReader({"m": {"a/b~c": {"n": "x"}}, "no": 5, "s": {"n": "y"}})
    entries = reader.sections("m")
    assert entries is not None
    entries["a/b~c"].integer("n", 1, 1, 2)
    reader.section("s").integer("n", 1, 1, 2)
    assert reader.section("missing").integer("n", 1, 1, 2) == 1
    assert reader.section("no").text("t", "d") == "d"
    assert reader.sections("missing") is None
    assert reader.sections("no") is None
    assert problems(reader) == ["/m/a~1b~0c/n", "/s/n", "/no"]


def test_unknown_keys_are_warned_about() -> None:
    """With the key that was probably meant, at every level."""
    reader = ConfigurationReader({"s": {"maxSiez": 1}, "zzz": 1, "mine": 1})
    reader.section("s").integer("maxSize", 1, 1, 2)
    reader.ignore("mine")
    found, warnings = reader.findings()
    assert found == ()
    assert [(one.pointer, one.expected) for one in warnings] == [
        ("/zzz", "one of ['mine', 's']"),
        ("/s/maxSiez", "'maxSize'"),
    ]
