"""A package in another root folder, such as Alpine's: another libc, another shell, other tools."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installcheck.device import UNREACHABLE, USER
from installcheck.report import Report
from installcheck.sandbox import core_device, listens
from integration.associator import JOURNAL, NAME, Results, default_configuration, eventually

DEVICES = 100
_INSTALL = "artifacts/install.sh"


def check_in_root(report: Report, root: Path, folder: Path, package: Path) -> None:
    """Install with its shell and its Python, and run on a sandbox core device.

    Args:
        report: Where findings go.
        root: The other root folder, with a shell and a Python 3.
        folder: An empty one, which gets the same name in the other root.
        package: For its libc.
    """
    artifact, work = folder / "package", folder / "core" / "work" / NAME
    with zipfile.ZipFile(package) as archive:
        archive.extractall(artifact)
    for path in (artifact, *artifact.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    names = [f"device-{number}" for number in range(DEVICES)]
    with mounted(folder, root), core_device(folder, "lite") as core:
        work.mkdir(parents=True)
        shutil.chown(work, USER, "nogroup")
        chroot = shutil.which("chroot", path=f"{os.defpath}:/usr/sbin:/sbin") or "chroot"
        inside = [chroot, f"--userspec={USER}", str(root), "/bin/sh", "-c"]
        for expected in ("ready", "up to date"):
            ran = subprocess.run(
                [*inside, f"cd {work} && sh {artifact / _INSTALL}"],
                env={"PATH": "/usr/bin:/bin", "PIP_INDEX_URL": UNREACHABLE},
                capture_output=True,
                text=True,
                check=False,
            )
            said = (ran.stdout + ran.stderr).strip().splitlines()
            report.found(
                f"install in {root.name}",
                " / ".join(line.partition("install: ")[2] for line in said),
                expected=not ran.returncode and expected in said[-1],
            )
        core.call(core.cloud.add_things, names)
        results = Results(core)
        run = f'cd {work} && venv=$(cd -P ./venv && pwd -P) && exec "$venv/bin/python3" -u'
        component = core.run(
            NAME,
            default_configuration(),
            [*inside, f"{run} -m client_device_associator"],
            environment={"PYTHONPATH": str(artifact), "PATH": os.defpath},
        )
        eventually(lambda: listens(core))
        core.publish("clientdevices/announce", {"thingNames": names[:40]})
        for name in names[40:]:
            core.publish(f"clientdevices/{name}/announce", b"")
        results.wait_for_names("associated", names)
        report.found(
            "run there",
            f"{len(results.names('associated'))} of {DEVICES} devices associated, as {USER};"
            f" {component.restarts} crashes",
            expected=component.restarts == 0 and (work / JOURNAL).exists(),
        )


@contextmanager
def mounted(folder: Path, root: Path) -> Iterator[None]:
    """A folder by the same name in the other root."""
    inside = root / folder.relative_to("/")
    inside.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", folder, inside], check=True)  # noqa: S607
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", inside], check=True)  # noqa: S607
