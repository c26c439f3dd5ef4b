"""Reads a recipe's document as one kind of nucleus does."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from greengrass_sandbox.recipe.dialect import SELECTIONS, Dialect
from greengrass_sandbox.recipe.model import TOKEN_EXCHANGE, Artifact, Recipe, Step

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
_IGNORED_BY_LITE = ("shutdown", "recover")
"""Of its recipe2unit module, `compatibility_check`."""
_STEP_KEYS = ("Script", "Timeout", "RequiresPrivilege", "Setenv", "Skipif")
_ARTIFACT_KEYS = ("Uri", "Unarchive", "Permission", "Digest", "Algorithm")

_FORMAT_VERSION = "2020-01-25"
_NAME = re.compile(r"[a-zA-Z0-9._-]{1,128}")
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


class Reading:
    """Reads on after a problem, so that all are found at once.

    Attributes:
        problems: For which this nucleus refuses the recipe.
        passed_over: Keys that it does not see, for they are written in other letters.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.problems: list[str] = []
        self.passed_over: list[str] = []
        self._dialect = dialect

    def read(self, document: Mapping[str, Any]) -> Recipe:
        """Reads a whole recipe; what is returned is of use only if there are no problems."""
        self._note_keys("", document, _ROOT_KEYS)
        if str(self._get(document, "RecipeFormatVersion")) != _FORMAT_VERSION:
            self._problem("/RecipeFormatVersion", f'must be "{_FORMAT_VERSION}"')
        configuration = self._mapping(document, "", "ComponentConfiguration")
        manifest, at = self._manifest(document)
        lifecycle, steps_at = self._lifecycle(document, manifest, at)
        self._note_keys(steps_at, lifecycle, _LIFECYCLE_KEYS)
        self._note_ignored(steps_at, lifecycle)
        return Recipe(
            name=self._text(document, "ComponentName", _NAME, "letters, digits and . _ -"),
            version=self._text(document, "ComponentVersion", _SEMANTIC_VERSION, "like 1.2.3"),
            default_configuration=self._mapping(
                configuration, "/ComponentConfiguration", "DefaultConfiguration"
            ),
            depends_on_token_exchange=self._depends_on_token_exchange(document),
            artifacts=tuple(self._artifacts(manifest, at)),
            install=self._step(lifecycle, steps_at, "install"),
            run=self._step(lifecycle, steps_at, "run"),
            bootstrap=self._step(lifecycle, steps_at, "bootstrap"),
            startup=self._step(lifecycle, steps_at, "startup"),
            shutdown=self._step(lifecycle, steps_at, "shutdown"),
        )

    def _get(self, mapping: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - it is YAML
        return self._dialect.get(mapping, key)

    def _problem(self, at: str, what: str) -> None:
        self.problems.append(f"{at or '/'}: {what}")

    def _note_keys(self, at: str, mapping: Mapping[str, Any], known: Sequence[str]) -> None:
        self.passed_over += [f"{at}/{it}" for it in self._dialect.passed_over(mapping, known)]

    def _note_ignored(self, at: str, lifecycle: Mapping[str, Any]) -> None:
        for step in _IGNORED_BY_LITE if self._dialect.exact else ():
            if self._get(lifecycle, step) is not None:
                self.passed_over.append(f"{at}/{step}: {self._dialect.name} does not run this step")

    def _mapping(self, parent: Mapping[str, Any], at: str, key: str) -> Mapping[str, Any]:
        value = self._get(parent, key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._problem(f"{at}/{key}", "must be a mapping")
            return {}
        return cast("dict[str, Any]", value)

    def _text(self, parent: Mapping[str, Any], key: str, form: re.Pattern[str], hint: str) -> str:
        value = self._get(parent, key)
        if not isinstance(value, str) or not form.fullmatch(value):
            self._problem(f"/{key}", f"must be a string {hint}, and is {value!r}")
            return ""
        return value

    def _manifest(self, document: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """The first manifest for this nucleus on this machine, and its place."""
        manifests = self._get(document, "Manifests")
        if not isinstance(manifests, list) or not all(isinstance(it, dict) for it in manifests):
            self._problem("/Manifests", "must be a list of mappings")
            return {}, ""
        for index, manifest in enumerate(manifests):
            at = f"/Manifests/{index}"
            self._note_keys(at, manifest, _MANIFEST_KEYS)
            platform = self._mapping(manifest, at, "Platform")
            self._note_keys(f"{at}/Platform", platform, _PLATFORM_KEYS)
            if self._dialect.takes(platform):
                return manifest, at
        self._problem("/Manifests", 'none has Platform {os: linux, runtime: "*"}')
        return {}, ""

    def _lifecycle(
        self, document: Mapping[str, Any], manifest: Mapping[str, Any], at: str
    ) -> tuple[Mapping[str, Any], str]:
        """The manifest's own lifecycle, else the parts of the global one that it selects."""
        own = self._mapping(manifest, at, "Lifecycle")
        if own or not manifest:
            return own, f"{at}/Lifecycle"
        everything = self._mapping(document, "", "Lifecycle")
        selected: dict[str, Any] = {}
        for selection in self._get(manifest, "Selections") or SELECTIONS[:1]:
            if selection in SELECTIONS:
                selected |= self._mapping(everything, "/Lifecycle", selection)
        if not selected and self._dialect.exact:
            self._problem(f"{at}/Lifecycle", "has no step; give it at least run")
        return selected, "/Lifecycle"

    def _depends_on_token_exchange(self, document: Mapping[str, Any]) -> bool:
        dependencies = self._mapping(document, "", "ComponentDependencies")
        for name, dependency in dependencies.items():
            at = f"/ComponentDependencies/{name}"
            if not isinstance(dependency, dict):
                self._problem(at, "must be a mapping with VersionRequirement")
                continue
            self._note_keys(at, dependency, ("VersionRequirement", "DependencyType"))
            if not isinstance(self._get(dependency, "VersionRequirement"), str):
                self._problem(at, 'needs a VersionRequirement like ">=2.0.0 <3.0.0"')
            if (self._get(dependency, "DependencyType") or "HARD") not in {"HARD", "SOFT"}:
                self._problem(f"{at}/DependencyType", "must be HARD or SOFT")
        return TOKEN_EXCHANGE in dependencies

    def _artifacts(self, manifest: Mapping[str, Any], at: str) -> Iterable[Artifact]:
        artifacts = self._get(manifest, "Artifacts") or []
        if not isinstance(artifacts, list) or not all(isinstance(it, dict) for it in artifacts):
            self._problem(f"{at}/Artifacts", "must be a list of mappings")
            return
        for index, artifact in enumerate(artifacts):
            here = f"{at}/Artifacts/{index}"
            self._note_keys(here, artifact, _ARTIFACT_KEYS)
            uri = self._get(artifact, "Uri")
            if not isinstance(uri, str) or not uri.rpartition("/")[2]:
                self._problem(f"{here}/Uri", "must be an address that ends in a file name")
                continue
            unarchive = self._get(artifact, "Unarchive") or "NONE"
            if unarchive not in {"NONE", "ZIP"}:
                self._problem(f"{here}/Unarchive", "must be NONE or ZIP")
            yield Artifact(file_name=uri.rpartition("/")[2], unarchive=unarchive == "ZIP")

    def _step(self, lifecycle: Mapping[str, Any], at: str, name: str) -> Step | None:
        shared = self._environment(lifecycle, at)
        step = self._get(lifecycle, name)
        at = f"{at}/{name}"
        if step is None:
            return None
        if isinstance(step, str):
            return Step(script=step, timeout_seconds=None, environment=shared)
        script = self._get(step, "Script") if isinstance(step, dict) else None
        if not isinstance(script, str):
            self._problem(at, "must be a script, or a mapping with Script")
            return None
        self._note_keys(at, step, _STEP_KEYS)
        return Step(
            script=script,
            timeout_seconds=self._timeout(step, at),
            environment={**shared, **self._environment(step, at)},
        )

    def _timeout(self, step: Mapping[str, Any], at: str) -> float | None:
        timeout = self._get(step, "Timeout")
        if timeout is None:
            return None
        # A string is what nucleus lite makes of every scalar anyway.
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
