"""The table of options, and what the document and the recipe say about each of them."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from client_device_associator.configuration.options import (
    OPTIONS,
    Boolean,
    Choice,
    Number,
    Option,
    Text,
)
from client_device_associator.configuration.parser import (
    ParsedConfiguration,
    default_settings,
    parse_configuration,
)

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "configuration.md"
_OF_THE_NUCLEUS = "accessControl"
_NO_SUCH_KEY = "????"

BOUNDED = [option for option in OPTIONS if isinstance(option.kind, Number)]
CHOICES = [option for option in OPTIONS if isinstance(option.kind, Choice)]


def key_of(option: Option) -> str:
    """What pytest calls an option."""
    return option.key


def row(option: Option) -> str:
    """The row of the document's table for an option."""
    match option.kind:
        case Text():
            values = option.kind.what
        case Choice():
            values = ", ".join(f"`{one}`" for one in option.kind.values)
        case Boolean():
            values = "boolean"
        case Number():
            kind = "integer" if option.kind.whole else "number"
            values = f"{kind}, {option.kind.lowest} to {option.kind.highest}"
    return f"| `{option.key}` | `{json.dumps(option.default)}` | {values} | {option.meaning} |"


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


def parsed_with(option: Option, value: object) -> ParsedConfiguration:
    """What the defaults become with one value changed."""
    defaults = {one.key: one.default for one in OPTIONS}
    return parse_configuration(document_with(defaults | {option.key: value}))


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


def test_the_document_has_a_row_for_each_option_and_no_other() -> None:
    """Word for word, in the order of the table."""
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `[\w.]+` \| .*\|$", text.split("## How values are read")[0], re.MULTILINE
    )
    assert rows == [row(option) for option in OPTIONS]


def test_the_defaults_written_out_are_the_defaults() -> None:
    """A document with every default becomes the same as an empty one."""
    parsed = parse_configuration(document_with({one.key: one.default for one in OPTIONS}))
    assert parsed == ParsedConfiguration(default_settings(), (), ())
    assert parse_configuration({}).settings == default_settings()


def test_the_recipe_has_every_default() -> None:
    """An operator who looks at the component's configuration sees every key that has one."""
    defaults = {one.key: one.default for one in OPTIONS if one.default is not None}
    assert dict(flattened(recipe_defaults())) == defaults


def test_the_recipe_means_the_defaults_on_lite_too() -> None:
    """With every scalar turned into a string."""
    document = as_on_lite(recipe_defaults())
    assert isinstance(document, dict)
    assert parse_configuration(document) == ParsedConfiguration(default_settings(), (), ())


@pytest.mark.parametrize("section", ["", *sorted({one.section for one in OPTIONS} - {""})])
def test_every_key_of_the_table_is_known_and_no_other(section: str) -> None:
    """The warning about an unknown key lists the known ones."""
    unknown = f"{section}.{_NO_SUCH_KEY}".lstrip(".")
    (warning,) = parse_configuration(document_with({unknown: 0})).warnings
    assert warning.pointer == "/" + unknown.replace(".", "/")
    for option in OPTIONS:
        if option.section == section and not option.key.startswith("announcements"):
            assert repr(option.name) in warning.expected


@pytest.mark.parametrize("option", BOUNDED, ids=key_of)
def test_bounds_are_as_in_the_table(option: Option) -> None:
    """Both ends of a range are valid, what lies beyond them is not."""
    kind = option.kind
    assert isinstance(kind, Number)
    for value in (kind.lowest, kind.highest):
        assert parsed_with(option, value).problems == ()
    for value in (kind.lowest - 1, kind.highest + 1):
        (problem,) = parsed_with(option, value).problems
        assert problem.pointer == "/" + option.key.replace(".", "/")
    is_whole = parsed_with(option, kind.lowest + 0.5).settings is None
    assert is_whole == kind.whole


@pytest.mark.parametrize("option", CHOICES, ids=key_of)
def test_choices_are_as_in_the_table(option: Option) -> None:
    """Each is valid; the problem with any other value lists them."""
    assert isinstance(option.kind, Choice)
    for choice in option.kind.values:
        assert parsed_with(option, choice).problems == ()
    (problem,) = parsed_with(option, "other").problems
    assert problem.expected == f"one of {', '.join(option.kind.values)}"


def test_the_documents_examples_are_valid_configurations() -> None:
    """Each merges into the defaults with no problem and no warning."""
    text = DOCUMENT.read_text(encoding="utf-8")
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    assert examples
    for example in examples:
        merged = document_with(dict(flattened(recipe_defaults())))
        for key, value in example.items():
            merged[key] = merged[key] | value if key in merged else value
        parsed = parse_configuration(merged, "core-1")
        assert (parsed.problems, parsed.warnings) == ((), ())
        assert parsed.settings != default_settings()
