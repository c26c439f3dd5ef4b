"""Reading recipes, and refusing those which a nucleus would refuse."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from greengrass_sandbox.recipe import RECIPE_MAX_BYTES, RecipeRefusedError, parse_recipe

GOOD: dict[str, Any] = {
    "RecipeFormatVersion": "2020-01-25",
    "ComponentName": "com.example.Demo",
    "ComponentVersion": "1.2.3",
    "ComponentDependencies": {
        "aws.greengrass.TokenExchangeService": {
            "VersionRequirement": ">=2.0.0",
            "DependencyType": "HARD",
        }
    },
    "ComponentConfiguration": {"DefaultConfiguration": {"depth": {"number": 5}}},
    "Manifests": [
        {"Platform": {"os": "windows", "runtime": "*"}, "Lifecycle": {"run": "other.exe"}},
        {
            "Platform": {"os": "linux", "runtime": "*"},
            "Lifecycle": {
                "Setenv": {"SHARED": "1", "OWN": "no"},
                "install": {"Script": "make", "Timeout": "900"},
                "run": {"Script": "demo", "Setenv": {"OWN": "yes"}},
            },
            "Artifacts": [
                {"URI": "s3://bucket/a/b/demo.zip", "Unarchive": "ZIP"},
                {"URI": "s3://bucket/a/b/plain.txt"},
            ],
        },
    ],
}

Change = Callable[[dict[str, Any]], object]


def linux(document: dict[str, Any]) -> dict[str, Any]:
    """The manifest for Linux in a recipe like the good one."""
    manifest: dict[str, Any] = document["Manifests"][1]
    return manifest


def test_takes_the_manifest_for_linux() -> None:
    """Everything that the lifecycle needs is found, each at its place."""
    recipe = parse_recipe(json.dumps(GOOD))
    assert (recipe.name, recipe.version) == ("com.example.Demo", "1.2.3")
    assert recipe.depends_on_token_exchange
    assert recipe.default_configuration == {"depth": {"number": 5}}
    assert [(it.file_name, it.unarchive) for it in recipe.artifacts] == [
        ("demo.zip", True),
        ("plain.txt", False),
    ]
    assert recipe.install is not None
    assert (recipe.install.script, recipe.install.timeout_seconds) == ("make", 900.0)
    assert recipe.run is not None
    assert recipe.run.environment == {"SHARED": "1", "OWN": "yes"}


def test_step_may_be_a_bare_script() -> None:
    """The short form of a step has no time-out and only the shared variables."""
    document = copy.deepcopy(GOOD)
    linux(document)["Lifecycle"] = {"run": "demo"}
    recipe = parse_recipe(json.dumps(document))
    assert recipe.install is None
    assert recipe.run is not None
    assert (recipe.run.script, recipe.run.timeout_seconds) == ("demo", None)


def test_without_the_dependency_there_is_no_token_exchange() -> None:
    """Credentials are for those who ask for them."""
    document = {key: value for key, value in GOOD.items() if key != "ComponentDependencies"}
    assert not parse_recipe(json.dumps(document)).depends_on_token_exchange


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda it: it.update(componentname="x"), "/componentname: the lite nucleus knows"),
        (lambda it: it.update(ComponentName="a b"), "/ComponentName: must be a string"),
        (lambda it: it.update(ComponentVersion="1.2"), "/ComponentVersion: must be a string"),
        (lambda it: it.update(ComponentVersion=1.2), "/ComponentVersion: must be a string"),
        (lambda it: it.pop("RecipeFormatVersion"), "/RecipeFormatVersion: must be"),
        (lambda it: it.update(Manifests={}), "/Manifests: must be a list"),
        (lambda it: linux(it)["Platform"].pop("runtime"), "/Manifests: none has Platform"),
        (lambda it: linux(it)["Platform"].update(os="darwin"), "/Manifests: none has Platform"),
        (
            lambda it: linux(it)["Lifecycle"].update(Run="x"),
            "/Manifests/1/Lifecycle/Run: the lite nucleus knows this key only as run",
        ),
        (lambda it: linux(it).update(Lifecycle={}), "/Manifests/1/Lifecycle: has no step"),
        (
            lambda it: linux(it)["Lifecycle"].update(run=["x"]),
            "/Manifests/1/Lifecycle/run: must be a script",
        ),
        (
            lambda it: linux(it)["Lifecycle"]["install"].update(Timeout="soon"),
            "/Manifests/1/Lifecycle/install/Timeout: must be a whole number",
        ),
        (
            lambda it: linux(it)["Lifecycle"].update(Setenv={"a-b": "1"}),
            "/Setenv/a-b: must be a variable's name",
        ),
        (
            lambda it: linux(it)["Artifacts"][0].update(Unarchive="TAR"),
            "/Manifests/1/Artifacts/0/Unarchive: must be NONE or ZIP",
        ),
        (
            lambda it: linux(it)["Artifacts"][0].update(URI="s3://bucket/"),
            "/Manifests/1/Artifacts/0/URI: must be an address",
        ),
        (
            lambda it: it["ComponentDependencies"].update(other={"DependencyType": "hard"}),
            "/ComponentDependencies/other/DependencyType: must be HARD or SOFT",
        ),
        (
            lambda it: it.update(ComponentConfiguration=[]),
            "/ComponentConfiguration: must be a mapping",
        ),
    ],
)
def test_refuses_what_a_nucleus_would(change: Change, complaint: str) -> None:
    """Each problem is named with its place."""
    document = copy.deepcopy(GOOD)
    change(document)
    with pytest.raises(RecipeRefusedError) as refused:
        parse_recipe(json.dumps(document))
    assert complaint in str(refused.value)


def test_lists_all_problems_at_once() -> None:
    """Nobody has to deploy once for each mistake."""
    document = copy.deepcopy(GOOD)
    document["ComponentVersion"] = "one"
    linux(document)["Lifecycle"]["install"]["Timeout"] = 0
    with pytest.raises(RecipeRefusedError) as refused:
        parse_recipe(json.dumps(document))
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize("text", ["a: [", "- a", "", "x" * (RECIPE_MAX_BYTES + 1)])
def test_refuses_what_is_no_recipe_at_all(text: str) -> None:
    """Broken YAML, other YAML, nothing, and too much."""
    with pytest.raises(RecipeRefusedError):
        parse_recipe(text)
