"""docs/configuration.md and recipe.yaml say of every setting what the code does."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from client_device_associator.configuration.settings import Settings, SettingsReading, read_settings

ROOT = Path(__file__).resolve().parents[2]
_ROW = re.compile(
    r"^\| `(?P<key>[\w.]+)` \| `(?P<default>[^`]+)` \| (?P<values>[^|]+) \|", re.MULTILINE
)
_BOUNDS = re.compile(r"(?:integer|number), (?P<lowest>\d+) to (?P<highest>\d+)")
_CHOICES = re.compile(r"`(\w+)`")
_NO_SUCH_KEY = "????"
_SECTIONS = ("", "announcements.shared", "results", "batching", "limits")
_OF_THE_NUCLEUS = "accessControl"


@dataclass(frozen=True)
class Row:
    """One row of the document's table."""

    key: str
    default: Any
    values: str


def _rows() -> list[Row]:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    return [
        Row(row["key"], json.loads(row["default"]), row["values"]) for row in _ROW.finditer(text)
    ]


ROWS = _rows()
BOUNDED = [row for row in ROWS if _BOUNDS.search(row.values)]
CHOICES = [row for row in ROWS if _CHOICES.search(row.values)]


def key_of(row: Row) -> str:
    """What pytest calls a row."""
    return row.key


def document_with(values: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration document from values by dotted key."""
    document: dict[str, Any] = {}
    for key, value in values.items():
        *sections, last = key.split(".")
        place = document
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = value
    return document


def flattened(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a document by dotted key."""
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def reading_with(row: Row, value: object) -> SettingsReading:
    """What comes of the documented defaults with one value changed."""
    return read_settings(document_with({one.key: one.default for one in ROWS} | {row.key: value}))


def keys_that_the_code_reads() -> set[str]:
    """Dotted keys, as told by the warnings about a key that there is not."""
    unknown = {f"{section}.{_NO_SUCH_KEY}".lstrip("."): 0 for section in _SECTIONS}
    warnings = read_settings(document_with(unknown)).warnings
    assert len(warnings) == len(_SECTIONS)
    keys: set[str] = set()
    for warning in warnings:
        section = ".".join(warning.pointer.split("/")[1:-1])
        known = ast.literal_eval(warning.expected.removeprefix("one of "))
        keys |= {f"{section}.{key}".lstrip(".") for key in known}
    return keys - {section.split(".")[0] for section in _SECTIONS} - {_OF_THE_NUCLEUS}


def recipe_defaults() -> dict[str, Any]:
    """The recipe's DefaultConfiguration but for what is the nucleus's own."""
    recipe = yaml.safe_load((ROOT / "recipe.yaml").read_text(encoding="utf-8"))
    configuration = recipe["ComponentConfiguration"]["DefaultConfiguration"]
    return {key: value for key, value in configuration.items() if key != _OF_THE_NUCLEUS}


def as_on_lite(value: object) -> object:
    """A document whose scalars are strings, as nucleus lite makes them of a recipe's."""
    if isinstance(value, Mapping):
        return {key: as_on_lite(inner) for key, inner in value.items()}
    return value if isinstance(value, str) else json.dumps(value)


def test_every_key_is_in_the_document_and_no_other() -> None:
    """What the code reads is what the table lists."""
    documented = {re.sub(r"^announcements\.\w+", "announcements.shared", row.key) for row in ROWS}
    assert documented == keys_that_the_code_reads()


def test_documented_defaults_are_those_of_the_code() -> None:
    """A document that spells out every default comes to the same as none."""
    reading = read_settings(document_with({row.key: row.default for row in ROWS}))
    assert reading == SettingsReading(Settings(), (), ())
    assert read_settings({}).settings == Settings()


def test_the_recipe_spells_out_every_documented_default() -> None:
    """An operator who looks at the component's configuration sees every key."""
    assert dict(flattened(recipe_defaults())) == {row.key: row.default for row in ROWS}


def test_the_recipe_means_the_defaults_on_lite_too() -> None:
    """With every scalar turned into a string."""
    document = as_on_lite(recipe_defaults())
    assert isinstance(document, dict)
    assert read_settings(document) == SettingsReading(Settings(), (), ())


@pytest.mark.parametrize("row", BOUNDED, ids=key_of)
def test_documented_bounds_are_those_of_the_code(row: Row) -> None:
    """Both ends of a range are taken, what lies beyond them is refused."""
    bounds = _BOUNDS.search(row.values)
    assert bounds is not None
    lowest, highest = int(bounds["lowest"]), int(bounds["highest"])
    for value in (lowest, highest):
        assert reading_with(row, value).problems == ()
    for value in (lowest - 1, highest + 1):
        (problem,) = reading_with(row, value).problems
        assert problem.pointer == "/" + row.key.replace(".", "/")
    whole = not reading_with(row, lowest + 0.5).settings
    assert whole == row.values.startswith("integer")


@pytest.mark.parametrize("row", CHOICES, ids=key_of)
def test_documented_choices_are_those_of_the_code(row: Row) -> None:
    """Each is taken; the problem with any other value lists them."""
    choices = _CHOICES.findall(row.values)
    for choice in choices:
        assert reading_with(row, choice).problems == ()
    (problem,) = reading_with(row, "other").problems
    assert problem.expected == f"one of {', '.join(choices)}"


def test_the_documented_examples_are_good_configurations() -> None:
    """Each merges into the defaults with no problem and no warning."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    assert examples
    for example in examples:
        merged = document_with(dict(flattened(recipe_defaults())))
        for key, value in example.items():
            merged[key] = merged[key] | value if key in merged else value
        reading = read_settings(merged)
        assert (reading.problems, reading.warnings) == ((), ())
        assert reading.settings != Settings()
