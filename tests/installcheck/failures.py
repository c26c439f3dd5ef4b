"""What an install says, and leaves, when something is missing."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bundling.wheels import choose, unpack
from component_installer.lock import read_lock
from installcheck.device import ANOTHER_USER, USER, Device, Outcome
from installcheck.interpreters import Interpreter, interpreters
from installcheck.report import Report
from integration.disk import small_file_system
from support.documents import ROOT

KILLS = 20
_SECOND_INSTALL_SECONDS = 1.0
_REPEATS = 5
_ENOUGH_MEGABYTES = 12

NewDevice = Callable[[], Device]


def check_quick_second_install(report: Report, device: Device, package: Path) -> None:
    """The nuclei install again and again."""
    device.unpack(package)
    first = device.install()
    size = device.megabytes()
    again = [device.install() for _ in range(_REPEATS)]
    # Of some: others may use this machine too.
    quickest = min(one.seconds for one in again)
    report.found(
        f"first install, Python {device.python.version}",
        f"{first.seconds:.1f} s ({first.cpu_seconds:.1f} s of CPU), {size:.0f} MB;"
        f" {first.last_line}",
        expected=first.code == 0 and device.state() == "works",
    )
    report.found(
        f"second install, the quickest of {_REPEATS}",
        f"{quickest:.2f} s ({again[0].cpu_seconds:.2f} s of CPU); {again[0].last_line}",
        expected=quickest < _SECOND_INSTALL_SECONDS and "up to date" in again[0].said,
    )


def check_message(report: Report, what: str, outcome: Outcome, device: Device, words: str) -> None:
    """An install that fails says why, and leaves nothing half made."""
    left = [name for name in device.contents() if name.startswith("venv-")]
    report.found(
        what,
        f"exit {outcome.code} after {outcome.seconds:.1f} s: {outcome.last_line}"
        f" / in place: {device.state()}, left: {left or 'nothing'}",
        expected=outcome.code == 1
        and words in outcome.said
        and device.state() in ("none", "works")
        and len(left) == (device.state() == "works"),
    )


def check_kills(
    report: Report, new_device: NewDevice, package: Path, *, what: str, moments: int
) -> None:
    """Killed at any moment of an update, the old environment or the new one is in place."""
    device = new_device()
    device.unpack(package)
    took = device.install().seconds
    states: dict[str, int] = {}
    for moment in range(1, moments + 1):
        device.unpack(package, lock_comment=f"{moment}")
        before = device.environment()
        outcome = device.install(kill_after_seconds=took * moment / (moments + 1))
        state = device.state()
        which = "the old one" if device.environment() == before else "the new one"
        states[f"{which} {state}"] = states.get(f"{which} {state}", 0) + 1
        after = device.install()
        left = [name for name in device.contents() if not name.startswith("venv")]
        folders = [name for name in device.contents() if name.startswith("venv-")]
        if state != "works" or after.code or len(folders) != 2 or left:
            report.found(
                f"{what}, killed at moment {moment} of {moments}",
                f"{outcome.code}, {state}; then {after.code}, {device.contents()}, {after.said}",
                expected=False,
            )
    report.found(
        f"{what}: kill -9 at {moments} moments of {took:.1f} s, then an install",
        "in place after the kill: "
        + ", ".join(f"{how} ({count} times)" for how, count in sorted(states.items()))
        + "; after the next install the new one and the one before, nothing else",
        expected=all(how.endswith("works") for how in states),
    )


def check_full_disk(report: Report, folder: Path, python: Interpreter, package: Path) -> None:
    """On a disk with an environment on it, and no room for a second."""
    for megabytes in (1, 6, 12, 20):
        with small_file_system(folder / f"disk{megabytes}", f"{megabytes}m"):
            (folder / f"disk{megabytes}").chmod(0o755)
            device = Device(folder / f"disk{megabytes}" / "device", python)
            # The package is elsewhere: a nucleus that has no room for it does not come so far.
            elsewhere = folder / f"package{megabytes}"
            device.package.symlink_to(elsewhere)
            Device(elsewhere.with_suffix(".d"), python).unpack(package)
            elsewhere.symlink_to(elsewhere.with_suffix(".d") / "package")
            outcome = device.install()
            what = f"a disk of {megabytes} MB"
            if megabytes < _ENOUGH_MEGABYTES:
                check_message(report, what, outcome, device, "Make room")
                continue
            report.found(what, outcome.last_line, expected=device.state() == "works")
            filler = device.folder / "filler"
            free = shutil.disk_usage(device.work).free
            filler.write_bytes(bytes(max(0, free - 3_000_000)))
            lock = elsewhere.with_suffix(".d") / "package" / "artifacts" / "requirements.txt"
            lock.chmod(0o644)
            lock.write_text(f"{lock.read_text()}# other\n")
            outcome = device.install()
            check_message(report, f"{what}, full, an update", outcome, device, "Make room")


def check_changed_owner(report: Report, device: Device, package: Path) -> None:
    """A new posixUser, who gets the top of the work directory alone."""
    device.unpack(package)
    device.install()
    before = device.environment()
    device.give_work_to(ANOTHER_USER)
    outcome = device.install()
    state = device.state()
    again = device.install()
    report.found(
        f"posixUser changed from {USER} to {ANOTHER_USER}",
        f"exit {outcome.code}: {outcome.said.strip().splitlines()[-1]} / in place: {state}"
        f" ({device.environment()} after {before}); again: {again.last_line}",
        expected=outcome.code == 0 and state == "works" and again.code == 0,
    )
    device.give_work_to(USER)
    back = device.install()
    report.found(
        "and back",
        f"exit {back.code} after {back.seconds:.1f} s / in place: {device.state()}",
        expected=back.code == 0 and device.state() == "works",
    )


def without(python: Interpreter, folder: Path, *modules: str) -> Interpreter:
    """A copy of a Python that lacks some modules."""
    home = folder / f"python-without-{'-'.join(modules) or 'nothing'}"
    shutil.copytree(python.bin.parent, home, symlinks=True)
    for module in modules:
        for path in home.glob(f"lib/python3.*/{module}"):
            shutil.rmtree(path)
        for path in home.glob(f"lib/python3.*/lib-dynload/{module}.*.so"):
            path.unlink()
    return Interpreter(python.version, home / "bin")


def check_system(
    report: Report,
    new_device: Callable[[Interpreter], Device],
    package: Path,
    wheels: Path,
    folder: Path,
) -> None:
    """A Python that brings the libraries; then one of them goes, and comes back too old."""
    (python,) = (one for one in interpreters(folder) if one.version == this_version())
    python = without(python, folder)
    (site,) = python.bin.parent.glob("lib/python3.*/site-packages")
    lock = read_lock((ROOT / "artifacts" / "requirements.txt").read_bytes())
    unpack(choose(wheels, lock), site)
    device = new_device(python)
    device.unpack(package)
    outcome = device.install()
    report.found(
        f"all there, Python {python.version}",
        f"exit {outcome.code} after {outcome.seconds:.1f} s: {outcome.last_line} / in place:"
        f" {device.state()}, {device.megabytes():.1f} MB",
        expected=outcome.code == 0 and device.state() == "works",
    )
    (information,) = site.glob("botocore-*.dist-info")
    metadata = information / "METADATA"
    metadata.write_text(metadata.read_text().replace("\nVersion: ", "\nVersion: 1.20.0\nWas: ", 1))
    information.rename(site / "botocore-1.20.0.dist-info")
    check_message(report, "botocore too old", device.install(), device, "botocore is 1.20.0")
    shutil.rmtree(site / "botocore-1.20.0.dist-info")
    check_message(report, "botocore gone", device.install(), device, "botocore is missing")


def this_version() -> str:
    """Of the Python that runs this."""
    return "{}.{}".format(*sys.version_info)


def check_rollback(report: Report, device: Device, package: Path) -> None:
    """Between two locks, with no index and no libraries: the environment before is kept."""
    device.unpack(package)
    device.install()
    old = device.environment()
    device.unpack(package, lock_comment="new")
    device.install()
    new = device.environment()
    device.unpack(package)
    libraries = device.package / "artifacts" / "libraries"
    libraries.parent.chmod(0o755)
    libraries.rename(libraries.with_name("gone"))
    outcome = device.install()
    report.found(
        "a rollback to the lock before, with neither index nor libraries",
        f"exit {outcome.code} after {outcome.seconds:.2f} s: {outcome.last_line}",
        expected=outcome.code == 0 and device.environment() == old != new,
    )
