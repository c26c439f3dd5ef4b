"""Reading recipes as each nucleus does: what it takes, refuses and ignores, and advice."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.kinds.recipes import recipe_for
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.recipe import RECIPE_MAX_BYTES, RecipeRefusedError

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
                {"Uri": "s3://bucket/a/b/demo.zip", "Unarchive": "ZIP"},
                {"Uri": "s3://bucket/a/b/plain.txt"},
            ],
        },
    ],
}

Change = Callable[[dict[str, Any]], object]


def linux(document: dict[str, Any]) -> dict[str, Any]:
    """The manifest for Linux in a recipe like the good one."""
    manifest: dict[str, Any] = document["Manifests"][1]
    return manifest


both = pytest.mark.parametrize("nucleus", [CLASSIC, LITE], ids=["classic", "lite"])


def changed(change: Change) -> str:
    """The good recipe with a change."""
    document = copy.deepcopy(GOOD)
    change(document)
    return json.dumps(document)


@both
def test_takes_the_manifest_for_linux(nucleus: Profile) -> None:
    """Everything that the lifecycle needs is found, each at its place."""
    recipe = recipe_for(nucleus, json.dumps(GOOD))
    assert recipe.advice == ()
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
    recipe = recipe_for(LITE, json.dumps(document))
    assert recipe.install is None
    assert recipe.run is not None
    assert (recipe.run.script, recipe.run.timeout_seconds) == ("demo", None)


def test_without_the_dependency_there_is_no_token_exchange() -> None:
    """Credentials are for those who ask for them."""
    document = {key: value for key, value in GOOD.items() if key != "ComponentDependencies"}
    assert not recipe_for(LITE, json.dumps(document)).depends_on_token_exchange


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda it: it.update(ComponentName="a b"), "/ComponentName: must be a string"),
        (lambda it: it.update(ComponentVersion="1.2"), "/ComponentVersion: must be a string"),
        (lambda it: it.update(ComponentVersion=1.2), "/ComponentVersion: must be a string"),
        (lambda it: it.pop("RecipeFormatVersion"), "/RecipeFormatVersion: must be"),
        (lambda it: it.update(Manifests={}), "/Manifests: must be a list"),
        (lambda it: linux(it)["Platform"].update(os="darwin"), "/Manifests: none has Platform"),
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
            lambda it: linux(it)["Artifacts"][0].update(Uri="s3://bucket/"),
            "/Manifests/1/Artifacts/0/Uri: must be an address",
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
@both
def test_refuses_what_both_nuclei_would(change: Change, complaint: str, nucleus: Profile) -> None:
    """Each problem is named with its place."""
    with pytest.raises(RecipeRefusedError) as refused:
        recipe_for(nucleus, changed(change))
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda it: it.update(componentname=it.pop("ComponentName")),
            "/componentname: nucleus lite knows this key only as ComponentName",
        ),
        (
            lambda it: linux(it)["Artifacts"][0].update(URI=linux(it)["Artifacts"][0].pop("Uri")),
            "/Manifests/1/Artifacts/0/URI: nucleus lite knows this key only as Uri",
        ),
        (lambda it: linux(it)["Platform"].pop("runtime"), "/Manifests: none has Platform"),
        (lambda it: linux(it)["Platform"].pop("os"), "/Manifests: none has Platform"),
        (lambda it: linux(it).pop("Platform"), "/Manifests: none has Platform"),
        (lambda it: linux(it).update(Lifecycle={}), "/Manifests/1/Lifecycle: has no step"),
    ],
)
def test_what_lite_refuses_is_advice_on_classic(change: Change, complaint: str) -> None:
    """The classic nucleus ignores case and deploys it; who wants both nuclei learns of it."""
    text = changed(change)
    with pytest.raises(RecipeRefusedError) as refused:
        recipe_for(LITE, text)
    assert complaint in str(refused.value)
    recipe = recipe_for(CLASSIC, text)
    assert recipe.name == "com.example.Demo"
    assert any(complaint in line for line in recipe.advice)
    assert any("nucleus lite would refuse it" in line for line in recipe.advice)


def test_what_lite_does_not_see_is_advice_on_both() -> None:
    """A step in other letters: lite deploys the component and never runs the step."""
    text = changed(lambda it: linux(it)["Lifecycle"].update(Run=linux(it)["Lifecycle"].pop("run")))
    seen, ignored = recipe_for(CLASSIC, text), recipe_for(LITE, text)
    assert seen.run is not None
    assert ignored.run is None
    advice = "/Manifests/1/Lifecycle/Run: nucleus lite knows this key only as run"
    assert seen.advice == ignored.advice == (advice,)


def test_a_manifest_for_another_machine_is_passed_over() -> None:
    """The first that fits is taken."""
    document = copy.deepcopy(GOOD)
    other = copy.deepcopy(linux(document))
    other["Platform"]["architecture"] = "another"
    other["Lifecycle"] = {"run": "wrong"}
    document["Manifests"].insert(0, other)
    recipe = recipe_for(LITE, json.dumps(document))
    assert recipe.run is not None
    assert recipe.run.script == "demo"


@both
@pytest.mark.parametrize("selections", [["linux"], ["windows", "all"], None])
def test_a_manifest_may_select_from_the_global_lifecycle(
    nucleus: Profile, selections: list[str] | None
) -> None:
    """What stands under "all" is taken when nothing is selected."""
    document = copy.deepcopy(GOOD)
    linux(document).pop("Lifecycle")
    if selections is not None:
        linux(document)["Selections"] = selections
    name = "linux" if selections == ["linux"] else "all"
    document["Lifecycle"] = {name: {"run": "demo"}, "windows": {"run": "wrong"}}
    recipe = recipe_for(nucleus, json.dumps(document))
    assert recipe.run is not None
    assert recipe.run.script == "demo"


def test_lists_all_problems_at_once() -> None:
    """Nobody has to deploy once for each mistake."""
    document = copy.deepcopy(GOOD)
    document["ComponentVersion"] = "one"
    linux(document)["Lifecycle"]["install"]["Timeout"] = 0
    with pytest.raises(RecipeRefusedError) as refused:
        recipe_for(LITE, json.dumps(document))
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize("text", ["a: [", "- a", "", "x" * (RECIPE_MAX_BYTES + 1)])
def test_refuses_what_is_no_recipe_at_all(text: str) -> None:
    """Broken YAML, other YAML, nothing, and too much."""
    with pytest.raises(RecipeRefusedError):
        recipe_for(LITE, text)


@both
def test_a_step_that_lite_does_not_run_is_told(nucleus: Profile) -> None:
    """On both nuclei, for a component may go to the other."""
    text = changed(lambda it: linux(it)["Lifecycle"].update(shutdown="stop"))
    assert recipe_for(nucleus, text).advice == (
        "/Manifests/1/Lifecycle/shutdown: nucleus lite does not run this step",
    )
