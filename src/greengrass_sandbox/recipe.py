"""Recipes: reading one, and refusing what a nucleus would refuse.

Both nuclei's rules apply at once, for a recipe is meant to run on both: the lite nucleus tells
upper from lower case and wants a runtime in the platform; the classic one checks names, versions
and dependencies (recipe format version 2020-01-25).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

TOKEN_EXCHANGE = "aws.greengrass.TokenExchangeService"  # noqa: S105 - a component's name
"""The public component that hands credentials to the components which depend on it."""

RECIPE_MAX_BYTES = 16_000
"""The service refuses a larger recipe (AWS IoT Greengrass V2 quotas)."""

_ROOT_KEYS = (
    "RecipeFormatVersion",
    "ComponentName",
    "ComponentVersion",
    "ComponentType",
    "ComponentDescription",
    "ComponentPublisher",
    "ComponentConfiguration",
    "ComponentDependencies",
    "Manifests",
    "Lifecycle",
)
_MANIFEST_KEYS = ("Name", "Platform", "Lifecycle", "Selections", "Artifacts")
_PLATFORM_KEYS = ("os", "runtime", "architecture")
_LIFECYCLE_KEYS = (
    *("bootstrap", "install", "startup", "run", "shutdown", "recover"),
    "Setenv",
)
_STEP_KEYS = ("Script", "Timeout", "RequiresPrivilege", "Setenv", "Skipif")
_ARTIFACT_KEYS = ("URI", "Unarchive", "Permission", "Digest", "Algorithm")

_FORMAT_VERSION = "2020-01-25"
_NAME = re.compile(r"[a-zA-Z0-9._-]{1,128}")
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_ANY_LINUX = frozenset({"linux", "all", "*"})
_ANY_RUNTIME = frozenset({"*", "aws_nucleus_lite"})


class RecipeRefusedError(Exception):
    """A nucleus would not deploy this recipe.

    Attributes:
        problems: Each thing that is wrong, with its place in the recipe and what would be right.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the recipe is refused:\n" + "\n".join(f"- {it}" for it in self.problems))


@dataclass(frozen=True)
class Step:
    """One step of a lifecycle.

    Attributes:
        script: What `sh` runs, with its recipe variables not yet filled in.
        timeout_seconds: None where the recipe leaves it to the nucleus.
        environment: Variables that the recipe sets for this step (``Setenv``).
    """

    script: str
    timeout_seconds: float | None
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Artifact:
    """A file that a deployment brings along, by the last part of its URI."""

    file_name: str
    unarchive: bool


@dataclass(frozen=True)
class Recipe:
    """What a nucleus on Linux takes from a recipe."""

    name: str
    version: str
    default_configuration: Mapping[str, Any]
    depends_on_token_exchange: bool
    artifacts: tuple[Artifact, ...]
    install: Step | None
    run: Step | None


def load_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    Raises:
        RecipeRefusedError: A nucleus would refuse it; every problem is listed.
        OSError: The file cannot be read.
    """
    return parse_recipe(path.read_text(encoding="utf-8"))


def parse_recipe(text: str) -> Recipe:
    """Read a recipe, YAML or JSON (which is YAML).

    Raises:
        RecipeRefusedError: A nucleus would refuse it; every problem is listed.
    """
    size = len(text.encode())
    if size > RECIPE_MAX_BYTES:
        raise RecipeRefusedError([f"it has {size} bytes, and may have {RECIPE_MAX_BYTES}"])
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeRefusedError([f"it is not YAML: {error}"]) from error
    if not isinstance(document, dict):
        raise RecipeRefusedError(["it is not a mapping of keys to values"])
    reader = _Reader()
    recipe = reader.recipe(document)
    if reader.problems:
        raise RecipeRefusedError(reader.problems)
    return recipe


class _Reader:
    """Reads on after a problem, so that all are found at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def recipe(self, document: Mapping[str, Any]) -> Recipe:
        self._check_keys("", document, _ROOT_KEYS)
        if str(document.get("RecipeFormatVersion")) != _FORMAT_VERSION:
            self._problem("/RecipeFormatVersion", f'must be "{_FORMAT_VERSION}"')
        configuration = self._mapping(document, "", "ComponentConfiguration")
        manifest, at = self._manifest(document)
        lifecycle = self._mapping(manifest, at, "Lifecycle")
        self._check_keys(f"{at}/Lifecycle", lifecycle, _LIFECYCLE_KEYS)
        if manifest and not lifecycle.keys() & {"run", "startup", "install", "bootstrap"}:
            self._problem(f"{at}/Lifecycle", "has no step; give it at least run")
        return Recipe(
            name=self._text(document, "ComponentName", _NAME, "letters, digits and . _ -"),
            version=self._text(document, "ComponentVersion", _SEMANTIC_VERSION, "like 1.2.3"),
            default_configuration=self._mapping(
                configuration, "/ComponentConfiguration", "DefaultConfiguration"
            ),
            depends_on_token_exchange=self._depends_on_token_exchange(document),
            artifacts=tuple(self._artifacts(manifest, at)),
            install=self._step(lifecycle, f"{at}/Lifecycle", "install"),
            run=self._step(lifecycle, f"{at}/Lifecycle", "run"),
        )

    def _problem(self, at: str, what: str) -> None:
        self.problems.append(f"{at or '/'}: {what}")

    def _check_keys(self, at: str, mapping: Mapping[str, Any], known: Iterable[str]) -> None:
        by_lower_case = {key.lower(): key for key in known}
        for key in mapping:
            right = by_lower_case.get(str(key).lower())
            if right is not None and key not in known:
                self._problem(f"{at}/{key}", f"the lite nucleus knows this key only as {right}")

    def _mapping(self, parent: Mapping[str, Any], at: str, key: str) -> Mapping[str, Any]:
        value = parent.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._problem(f"{at}/{key}", "must be a mapping")
            return {}
        return cast("dict[str, Any]", value)

    def _text(self, parent: Mapping[str, Any], key: str, form: re.Pattern[str], hint: str) -> str:
        value = parent.get(key)
        if not isinstance(value, str) or not form.fullmatch(value):
            self._problem(f"/{key}", f"must be a string {hint}, and is {value!r}")
            return ""
        return value

    def _manifest(self, document: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """The first manifest for Linux on any nucleus, and its place."""
        manifests = document.get("Manifests")
        if not isinstance(manifests, list) or not all(isinstance(it, dict) for it in manifests):
            self._problem("/Manifests", "must be a list of mappings")
            return {}, ""
        for index, manifest in enumerate(manifests):
            at = f"/Manifests/{index}"
            self._check_keys(at, manifest, _MANIFEST_KEYS)
            platform = self._mapping(manifest, at, "Platform")
            self._check_keys(f"{at}/Platform", platform, _PLATFORM_KEYS)
            # Without a runtime the lite nucleus passes the manifest by.
            if platform.get("os", "*") in _ANY_LINUX and platform.get("runtime") in _ANY_RUNTIME:
                return manifest, at
        self._problem("/Manifests", 'none has Platform {os: linux, runtime: "*"}')
        return {}, ""

    def _depends_on_token_exchange(self, document: Mapping[str, Any]) -> bool:
        dependencies = self._mapping(document, "", "ComponentDependencies")
        for name, dependency in dependencies.items():
            at = f"/ComponentDependencies/{name}"
            if not isinstance(dependency, dict):
                self._problem(at, "must be a mapping with VersionRequirement")
                continue
            self._check_keys(at, dependency, ("VersionRequirement", "DependencyType"))
            if not isinstance(dependency.get("VersionRequirement"), str):
                self._problem(at, 'needs a VersionRequirement like ">=2.0.0 <3.0.0"')
            if dependency.get("DependencyType", "HARD") not in {"HARD", "SOFT"}:
                self._problem(f"{at}/DependencyType", "must be HARD or SOFT")
        return TOKEN_EXCHANGE in dependencies

    def _artifacts(self, manifest: Mapping[str, Any], at: str) -> Iterable[Artifact]:
        artifacts = manifest.get("Artifacts") or []
        if not isinstance(artifacts, list) or not all(isinstance(it, dict) for it in artifacts):
            self._problem(f"{at}/Artifacts", "must be a list of mappings")
            return
        for index, artifact in enumerate(artifacts):
            here = f"{at}/Artifacts/{index}"
            self._check_keys(here, artifact, _ARTIFACT_KEYS)
            uri = artifact.get("URI")
            if not isinstance(uri, str) or not uri.rpartition("/")[2]:
                self._problem(f"{here}/URI", "must be an address that ends in a file name")
                continue
            unarchive = artifact.get("Unarchive", "NONE")
            if unarchive not in {"NONE", "ZIP"}:
                self._problem(f"{here}/Unarchive", "must be NONE or ZIP")
            yield Artifact(file_name=uri.rpartition("/")[2], unarchive=unarchive == "ZIP")

    def _step(self, lifecycle: Mapping[str, Any], at: str, name: str) -> Step | None:
        shared = self._environment(lifecycle, at)
        step = lifecycle.get(name)
        at = f"{at}/{name}"
        if step is None:
            return None
        if isinstance(step, str):
            return Step(script=step, timeout_seconds=None, environment=shared)
        if not isinstance(step, dict) or not isinstance(step.get("Script"), str):
            self._problem(at, "must be a script, or a mapping with Script")
            return None
        self._check_keys(at, step, _STEP_KEYS)
        return Step(
            script=step["Script"],
            timeout_seconds=self._timeout(step, at),
            environment={**shared, **self._environment(step, at)},
        )

    def _timeout(self, step: Mapping[str, Any], at: str) -> float | None:
        timeout = step.get("Timeout")
        if timeout is None:
            return None
        # A string is what the lite nucleus makes of every scalar anyway.
        if isinstance(timeout, bool) or not re.fullmatch(r"[1-9]\d*", str(timeout)):
            self._problem(f"{at}/Timeout", f"must be a whole number of seconds, is {timeout!r}")
            return None
        return float(timeout)

    def _environment(self, parent: Mapping[str, Any], at: str) -> Mapping[str, str]:
        variables = self._mapping(parent, at, "Setenv")
        for key, value in variables.items():
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(key)) or not isinstance(value, str):
                self._problem(f"{at}/Setenv/{key}", "must be a variable's name, with a string")
        return variables
