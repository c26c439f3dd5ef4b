"""Runs the checks; see the package. Exit code 1: something is wrong."""

import argparse
import contextlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from installcheck import failures
from installcheck.device import Device, build, download
from installcheck.interpreters import Interpreter, interpreters
from installcheck.opening_proxy import INDEX, Proxy, opening_proxy
from installcheck.other_root import check_in_root
from installcheck.report import Report
from installcheck.sandbox import BEFORE, build_before, check_in_sandbox, check_update
from integration.disk import small_file_system
from support.documents import ROOT

_SECTIONS = ("installs", "proxy", "system", "failures", "kills", "sandbox", "update")


def main() -> int:
    """Run all checks, or those that are named."""
    parser = argparse.ArgumentParser(description="Install packages for real, in every way.")
    parser.add_argument("--wheels", type=Path, help="a folder with the lock's wheels")
    parser.add_argument("--root", type=Path, help="another system, unpacked, such as Alpine's")
    parser.add_argument("sections", nargs="*", default=[], help=", ".join(_SECTIONS))
    options = parser.parse_args()
    wanted = options.sections or ([] if options.root else _SECTIONS)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="packages-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        os.umask(0o022)
        checks = Checks(report, folder, options.wheels)
        for section in wanted:
            getattr(checks, section)()
        if options.root is not None:
            checks.other_root(options.root)
    for line in report.wrong:
        sys.stdout.write(f"WRONG: {line}\n")
    return bool(report.wrong)


class Checks:
    """The sections, and what they share.

    Args:
        report: Where findings go.
        folder: A folder that every user may read.
        wheels: The lock's wheels; None: they are downloaded.
    """

    def __init__(self, report: Report, folder: Path, wheels: Path | None) -> None:
        self._report = report
        self._folder = folder
        self._devices = 0
        self._pythons = interpreters(folder / "pythons")
        self._wheels = wheels or self._downloaded()
        self._bundled = build(folder / "bundled", "--wheels", str(self._wheels))
        self._index = build(folder / "index", "--index")
        report.title("Packages")
        for name, package in (("bundled", self._bundled), ("index", self._index)):
            size = package.stat().st_size / 1e6
            report.found(f"the {name} package", f"{size:.1f} MB", expected=True)

    def installs(self) -> None:
        """A first and a second install, with the lowest and the highest Python."""
        self._report.title("Installs, libraries bundled, as another user, artifact read-only")
        for python in self._ends():
            device = self._device(python)
            failures.check_quick_second_install(self._report, device, self._bundled)
        failures.check_rollback(self._report, self._device(), self._bundled)
        self._report.title("Installs with pip, from a folder in place of an index")
        for python in self._ends():
            device = self._device(python, **self._local_index())
            failures.check_quick_second_install(self._report, device, self._index)

    def proxy(self) -> None:
        """An index behind a proxy that opens TLS connections."""
        self._report.title("An index behind a proxy that opens TLS connections")
        with opening_proxy(self._new_folder(), self._wheels) as proxy:
            for given in (True, False):
                variables = {"HTTPS_PROXY": proxy.url, "PIP_INDEX_URL": INDEX}
                if given:
                    variables["GG_ROOT_CA_PATH"] = str(proxy.certificates)
                device = self._device(None, **variables)
                device.unpack(self._index)
                proxy.asked.clear()
                outcome = device.install()
                self._report.found(
                    f"its CA is {'at GG_ROOT_CA_PATH' if given else 'unknown'}",
                    f"exit {outcome.code}: {outcome.last_line}; through the proxy:"
                    f" {len(proxy.asked)} requests / in place: {device.state()}",
                    expected=(outcome.code == 0) is given
                    and bool(proxy.asked)
                    and device.state() == ("works" if given else "none"),
                )

            variables["GG_ROOT_CA_PATH"] = str(proxy.certificates)
            self._interrupted(proxy, self._device(None, **variables))

    def _interrupted(self, proxy: Proxy, device: Device) -> None:
        """What was downloaded before the index went away is not downloaded again."""
        device.unpack(self._index)
        proxy.lost.add("urllib3")
        proxy.asked.clear()
        first = device.install()
        before, proxy.asked[:] = proxy.files, []
        proxy.lost.clear()
        second = device.install()
        self._report.found(
            "an index that goes away before the last file, then an install",
            f"exit {first.code} after {len(before)} files; exit {second.code} after"
            f" {len(proxy.files)} more; left: {device.contents()}",
            expected=first.code == 1 and second.code == 0 and not set(before) & set(proxy.files),
        )

    def system(self) -> None:
        """The libraries of the distribution."""
        self._report.title("Libraries of the system")
        package = build(self._folder / "system", "--system")
        failures.check_system(self._report, self._device, package, self._wheels, self._new_folder())

    def failures(self) -> None:
        """What is missing, what is said, what is left."""
        self._report.title("Failures: message and state")
        report, lowest = self._report, self._pythons[0]
        cases = [
            ("index package, no pip (ensurepip)", self._index, ("ensurepip",), "needs no pip"),
            ("bundled, no venv module", self._bundled, ("venv",), "has no venv"),
            ("bundled, no sqlite3", self._bundled, ("_sqlite3",), "has no sqlite3"),
            ("bundled, a library missing", self._not_whole(), (), "has no urllib3"),
            ("index package, no index", self._index, (), "must reach its package index"),
        ]
        for what, package, missing, words in cases:
            python = failures.without(lowest, self._new_folder(), *missing) if missing else lowest
            device = self._device(python)
            device.unpack(package)
            failures.check_message(report, what, device.install(), device, words)
        python = failures.without(lowest, self._new_folder(), "ensurepip")
        device = self._device(python)
        device.unpack(self._bundled)
        outcome = device.install()
        report.found(
            "bundled, no pip (ensurepip) and no compiler",
            f"exit {outcome.code}: {outcome.last_line} / in place: {device.state()}",
            expected=outcome.code == 0 and device.state() == "works",
        )
        failures.check_full_disk(report, self._new_folder(), lowest, self._bundled)
        with small_file_system(self._new_folder(), "30m") as disk:
            device = Device(disk.path / "device", lowest, self._local_index())
            device.unpack(self._index)
            words = "could not install the Python packages"
            failures.check_message(report, "a disk of 30 MB, pip", device.install(), device, words)
        failures.check_changed_owner(report, self._device(), self._bundled)

    def kills(self) -> None:
        """Killed at any moment."""
        self._report.title("kill -9")
        failures.check_kills(
            self._report,
            self._device,
            self._bundled,
            what="an update, libraries bundled",
            moments=failures.KILLS,
        )
        failures.check_kills(
            self._report,
            lambda: self._device(None, **self._local_index()),
            self._index,
            what="an update with pip",
            moments=failures.KILLS // 4,
        )

    def sandbox(self) -> None:
        """The component itself, on a sandbox core device."""
        self._report.title("In the sandbox: no index, as another user, artifact read-only")
        output = self._bundled.parents[3]
        for python in self._ends():
            for profile in ("classic", "lite"):
                with self._environment(python):
                    check_in_sandbox(
                        self._report, self._new_folder(), output, profile, python.version
                    )

    def update(self) -> None:
        """From the version before, and back, while devices wait."""
        self._report.title("Update and rollback with 1,000 devices that wait")
        for before in BEFORE:
            folder = build_before(before, self._folder / before)
            wheels = download(folder / "artifacts" / "requirements.txt", folder / "wheels")
            for profile in ("classic", "lite"):
                variables = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
                # The Python for which pip has downloaded.
                with self._environment(self._this_python(), **variables):
                    output = self._bundled.parents[3]
                    check_update(self._report, self._new_folder(), folder, output, profile)

    def other_root(self, root: Path) -> None:
        """Another system, with another libc."""
        self._report.title("In another root: libraries bundled, as another user")
        check_in_root(self._report, root.resolve(), self._new_folder(), self._bundled)

    def _not_whole(self) -> Path:
        """A package from which a library was lost."""
        package = self._new_folder() / "package.zip"
        with zipfile.ZipFile(self._bundled) as whole, zipfile.ZipFile(package, "w") as archive:
            for name in whole.namelist():
                if "urllib3" not in name:
                    archive.writestr(name, whole.read(name))
        return package

    def _ends(self) -> list[Interpreter]:
        return [self._pythons[0], self._pythons[-1]]

    def _this_python(self) -> Interpreter:
        return next(one for one in self._pythons if one.version == failures.this_version())

    def _new_folder(self) -> Path:
        self._devices += 1
        folder = self._folder / f"{self._devices}"
        folder.mkdir()
        return folder

    def _device(self, python: Interpreter | None = None, **variables: str) -> Device:
        return Device(self._new_folder() / "device", python or self._pythons[0], variables)

    def _local_index(self) -> dict[str, str]:
        return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self._wheels)}

    def _downloaded(self) -> Path:
        return download(ROOT / "artifacts" / "requirements.txt", self._folder / "wheels")

    @contextlib.contextmanager
    def _environment(self, python: Interpreter, **variables: str) -> Iterator[None]:
        """This process's environment, of which a component in the sandbox gets a part."""
        before = dict(os.environ)
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            del os.environ[name]
        os.environ["PATH"] = f"{python.bin}:{os.environ['PATH']}"
        os.environ.update(python.variables)
        os.environ.update({"PIP_INDEX_URL": "http://127.0.0.1:9/simple", **variables})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


if __name__ == "__main__":
    sys.exit(main())
