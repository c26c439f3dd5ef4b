"""The stage on which the demo plays: the component built, a core device, the deployment."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from greengrass_sandbox import FINAL_STATES, ComponentHandle, CoreDevice, Layout
from integration.associator import NAME, default_configuration, eventually

PROJECT = Path(__file__).resolve().parents[2]
ROOT = PROJECT / ".sandbox" / "demo"
"""The core device's root folder; git ignores it."""

LAYOUT = Layout(ROOT)

CONFIGURATION: Mapping[str, Any] = {
    # One more attempt for a device that the registry does not know, so that nobody has to watch
    # ten; and time for it to go out in company.
    "limits": {"maxAttempts": 2},
    "batching": {"maxWaitSeconds": 2},
}
"""What the demo's deployment merges into the recipe's configuration."""

_BUILD = PROJECT / "greengrass-build"
_ENVIRONMENT = "venv"
"""The link to the component's libraries; beside it, and with names that begin alike, is what it
leads to."""


class DemoError(Exception):
    """The demo cannot be played; the message says why, and what to do."""


def build() -> None:
    """Build the component, as a developer does.

    Raises:
        DemoError: The build failed; has its message.
    """
    command = [sys.executable, str(PROJECT / "artifacts" / "build.py")]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise DemoError(f"the component cannot be built. {built.stderr.strip()}")


def is_installed() -> bool:
    """Whether an earlier run has left the component's libraries, so that nothing is downloaded."""
    return (LAYOUT.work(NAME) / _ENVIRONMENT).is_dir()


def clear_away() -> None:
    """Remove what an earlier run has left, the journal above all; only the libraries stay.

    Call it while the core device runs: its lock keeps a second demo away from the same folder.
    """
    work = LAYOUT.work(NAME)
    left = [*work.glob("*"), LAYOUT.log(NAME).parent]
    for path in left:
        if path.name.startswith(_ENVIRONMENT):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def deploy(core: CoreDevice) -> ComponentHandle:
    """Deploy what was built, and wait until it runs and listens.

    Raises:
        DemoError: It does not listen; tells the log's end.
        DeploymentFailedError: It cannot be installed; tells the log's end.
    """
    component = core.deploy(_BUILD / "recipes" / "recipe.yaml", _BUILD / "artifacts", CONFIGURATION)
    topics = {entry["topic"] for entry in default_configuration()["announcements"].values()}

    def listens() -> bool:
        if component.restarts or component.state in FINAL_STATES:
            raise DemoError(f"the component ended. Its log ends with:\n{component.log_tail()}")
        return topics <= set(core.call(core.nucleus.subscriptions, NAME))

    try:
        eventually(listens)
    except AssertionError as error:
        raise DemoError(
            f"the component runs, but does not listen. Its log ends with:\n{component.log_tail()}"
        ) from error
    return component
