"""A component to deploy, for the tests of the lifecycle."""

import textwrap
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from greengrass_sandbox.kinds import CLASSIC, LITE

NAME = "com.example.Demo"
BOTH = pytest.mark.parametrize("core", [CLASSIC, LITE], ids=["classic", "lite"], indirect=True)


class Project:
    """A component that a test writes: a recipe, and a zip with one script."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe = folder / "recipe.yaml"
        self.artifacts = folder / "artifacts"

    def write(
        self,
        *,
        install: str = "true",
        run: str = "true",
        version: str = "1.0.0",
        timeout: int = 60,
        others: Mapping[str, str] | None = None,
    ) -> None:
        """Write it as a build would; `others` are scripts of other steps."""
        built = self.artifacts / NAME / version
        built.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(built / "demo.zip", "w") as archive:
            archive.writestr("inside/hello.sh", f"echo hello from {version}\n")
        head = f"""\
            RecipeFormatVersion: "2020-01-25"
            ComponentName: {NAME}
            ComponentVersion: "{version}"
            ComponentConfiguration:
              DefaultConfiguration:
                number: 5
                nested: {{text: default}}
            Manifests:
              - Platform: {{os: linux, runtime: "*"}}
                Artifacts:
                  - Uri: s3://BUCKET_NAME/COMPONENT_NAME/COMPONENT_VERSION/demo.zip
                    Unarchive: ZIP
                Lifecycle:
            """
        steps = ""
        for name, script in {"install": install, "run": run, **(others or {})}.items():
            steps += f"      {name}:\n        Timeout: {timeout}\n        Script: |-\n"
            steps += textwrap.indent(script, " " * 10) + "\n"
        self.recipe.write_text(textwrap.dedent(head) + steps)
