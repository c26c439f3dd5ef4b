"""The component from its package, on a sandbox core device."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

from greengrass_sandbox import CLASSIC, LITE, ComponentHandle, CoreDevice, Fault, FaultKind, Profile
from greengrass_sandbox.lifecycle import artifacts, components
from installcheck.device import USER
from installcheck.report import Report
from integration.associator import (
    JOURNAL,
    NAME,
    Results,
    associated,
    calls,
    default_configuration,
    eventually,
)
from support.documents import ROOT

BEFORE = {"be7575e": "with its environment in a folder", "13cd4c4": "with awsiotsdk and boto3"}
"""Versions before this one, whose libraries came from an index: the last one whose install step
made the environment in a folder named ``venv``, and the last one that was locked with the SDK."""

NEEDS_AN_INDEX = ("be7575e",)
"""For a rollback: it does not know where this version keeps its environment."""

DEVICES = 1000
_BATCH = 100
_TOPIC = "clientdevices/announce"
_WAITING: dict[str, Any] = {"results": {"receipts": True}}


def check_in_sandbox(
    report: Report, folder: Path, output: Path, profile: str, version: str
) -> None:
    """It is installed and works, although it may write nothing but its work directory."""
    with read_only_artifacts(), core_device(folder, profile) as core:
        names = [f"device-{number}" for number in range(_BATCH)]
        core.call(core.cloud.add_things, names)
        results = Results(core)
        component = deploy(core, output)
        core.publish(_TOPIC, {"thingNames": names[:40]})
        core.publish(_TOPIC, json.dumps({"thingNames": names[40:]}).encode())
        results.wait_for_names("associated", names)
        found = f"{len(results.names('associated'))} of {len(names)} devices associated"
        core.deploy(
            recipe(output),
            output / "artifacts",
            {"limits": {"maxAttempts": 3}},
            from_cloud=True,
            posix_user=USER,
        )
        eventually(lambda: listens(core))
        made = (core.layout.work(NAME) / "venv" / "pyvenv.cfg").read_text(encoding="utf-8")
        python = made.partition("version = ")[2].split()[0]
        report.found(
            f"{profile}, Python {python}",
            f"{found}, as {USER}; configured from the cloud: it listens again;"
            f" {component.restarts} crashes",
            expected=component.restarts == 0 and python.startswith(f"{version}."),
        )


def check_update(report: Report, folder: Path, before: Path, output: Path, profile: str) -> None:
    """From a version before this one, and back, and forward: nothing is lost."""
    old, new = before / "greengrass-build", output
    with core_device(folder, profile) as core:
        names = [f"device-{number}" for number in range(DEVICES)]
        core.call(core.cloud.add_things, names)
        results = Results(core)
        deploy(core, old, _WAITING)
        outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
        for start in range(0, DEVICES, _BATCH):
            # As binary messages: so many items in a JSON message end a subscription on lite.
            document = json.dumps({"thingNames": names[start : start + _BATCH]})
            core.publish(_TOPIC, document.encode())
        results.wait_for_names("queued", names)
        if before.name not in NEEDS_AN_INDEX:
            del os.environ["PIP_FIND_LINKS"]
        steps = []
        journal = core.layout.work(NAME) / JOURNAL
        for what, package in (("update", new), ("rollback", old), ("update", new)):
            component = deploy(core, package)
            environment = core.layout.work(NAME) / "venv"
            steps.append(f"{what}: {waiting(core)} wait, {environment.resolve().name}")
            if component.restarts or waiting(core) != DEVICES:
                report.found(f"{profile}: {what}", component.log_tail(), expected=False)
            aside = [path.name for path in journal.parent.glob(f"{JOURNAL}.*")]
            if aside:
                report.found(f"{profile}: {what}", f"journal set aside: {aside}", expected=False)
                return
        core.call(core.cloud.remove_fault, outage)
        results.wait_for_names("associated", names, patience_seconds=400)
        report.found(
            f"{profile}, the version before {BEFORE[before.name]}",
            f"{'; '.join(steps)}; then {len(results.names('associated'))} associated in"
            f" {len(calls(core))} calls",
            expected=associated(core) == set(names),
        )


def build_before(commit: str, folder: Path) -> Path:
    """Build a version before this one, out of the history; returns the folder."""
    git = ["git", "-C", str(ROOT), "archive", commit]
    archive = subprocess.run(git, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder)  # noqa: S202 - our own history
    subprocess.run(
        [sys.executable, "artifacts/build.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    return folder


def deploy(core: CoreDevice, output: Path, merge: dict[str, Any] | None = None) -> ComponentHandle:
    """Deploy a build, and wait until it listens."""
    handle = core.deploy(recipe(output), output / "artifacts", merge, posix_user=USER)
    eventually(lambda: listens(core))
    return handle


def recipe(output: Path) -> Path:
    """Of a build."""
    return output / "recipes" / "recipe.yaml"


def listens(core: CoreDevice) -> bool:
    """Whether the component has subscribed to all of its topics."""
    topics = {entry["topic"] for entry in default_configuration()["announcements"].values()}
    return topics <= set(core.call(core.nucleus.subscriptions, NAME))


def waiting(core: CoreDevice) -> int:
    """How many devices the journal has that wait for a call; none if it was set aside."""
    journal = core.layout.work(NAME) / JOURNAL
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
        try:
            (count,) = database.execute("SELECT count(*) FROM device WHERE state = 0").fetchone()
        except sqlite3.OperationalError:
            return 0  # a new one, which nobody has written to yet
    return int(count)


@contextmanager
def core_device(folder: Path, profile: str) -> Iterator[CoreDevice]:
    """A core device on which another user may work."""
    kind: Profile = LITE if profile == "lite" else CLASSIC
    with CoreDevice(folder / "core", profile=kind) as core:
        for path in (core.layout.root, core.layout.root / "work"):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        core.nucleus.socket_path.chmod(0o777)
        yield core


@contextmanager
def read_only_artifacts() -> Iterator[None]:
    """Artifacts are root's, and nobody may write them."""
    deliver = artifacts.deliver

    def deliver_read_only(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        deliver(*arguments, **{**options, "user": None})
        layout = arguments[2]
        for path in (layout.root / "packages").rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)

    with mock.patch.object(components, "deliver", deliver_read_only):
        yield
