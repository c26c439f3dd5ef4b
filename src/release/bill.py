"""The software bill of materials of a package, as CycloneDX JSON, made of the package itself."""

import hashlib
import re
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timezone
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from release.errors import ReleaseError
from release.licenses import license_of
from release.lock import Library, read_lock

COMPONENT = "community.greengrass.ClientDeviceAssociator"
OWN_LICENSE = "Apache-2.0"
LOCK_IN_ZIP = "artifacts/requirements.txt"
SYSTEM_IN_ZIP = "artifacts/system-packages.txt"
LIBRARIES_IN_ZIP = "artifacts/libraries/"
SUMS_IN_ZIP = "artifacts/wheels.sha256"
HASH_PROPERTY = f"{COMPONENT}:lock:sha256"
"""Each file that the install script accepts, where it takes the libraries from an index."""

RANGE_PROPERTY = f"{COMPONENT}:system:range"
"""Which versions the install script accepts, where the device's distribution has the libraries."""

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?P<range>[<>=!~].*)")
_WHEEL = re.compile(r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>[^-/]+)-[^/]+\.whl")
_INFORMATION = re.compile(rf"{LIBRARIES_IN_ZIP}(?P<library>[^/]+)\.dist-info/RECORD")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, COMPONENT)


def bill_of_materials(package: Path, version: str, day: date) -> str:
    """Makes the bill of a package.

    If the package brings its libraries, the bill has these, each with the hash of the wheel that
    it was unpacked from. If not, it has what is locked: a core device installs nothing else. If the
    libraries are the distribution's, it has their names and the versions that are accepted, for
    more is not known.

    Args:
        package: The zip.
        version: Of the component.
        day: Of the release; a clock would make every bill another one.

    Raises:
        ReleaseError: The package holds a library that is not locked, or a licence is not known.
    """
    content = package.read_bytes()
    with zipfile.ZipFile(package) as archive:
        locked = read_lock(archive.read(LOCK_IN_ZIP).decode())
        of_system = (
            archive.read(SYSTEM_IN_ZIP).decode() if SYSTEM_IN_ZIP in archive.namelist() else None
        )
        wheels = _wheels(archive)
    digest = hashlib.sha256(content).hexdigest()
    root = _root(version, digest)
    bom = Bom(serial_number=uuid.uuid5(_NAMESPACE, digest))
    bom.metadata.timestamp = datetime.combine(day, time(), timezone.utc)
    bom.metadata.component = root
    if of_system is None:
        _add_locked(bom, root, locked, wheels)
    else:
        bom.register_dependency(root, list(_of_system(bom, of_system)))
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    return text + "\n"


def _wheels(archive: zipfile.ZipFile) -> dict[str, str]:
    """The wheels that the libraries in a package come from, each with its hash."""
    names = archive.namelist()
    text = archive.read(SUMS_IN_ZIP).decode() if SUMS_IN_ZIP in names else ""
    wheels = {
        name: digest for digest, _, name in (one.partition("  ") for one in text.splitlines())
    }
    there = {match["library"] for name in names if (match := _INFORMATION.fullmatch(name))}
    told = {"-".join(name.split("-")[:2]) for name in wheels}
    if there != told:
        raise ReleaseError(f"the package brings {sorted(there)}, and says so of {sorted(told)}")
    return wheels


def _add_locked(
    bom: Bom, root: Component, locked: Sequence[Library], wheels: dict[str, str]
) -> None:
    components = {one.name: _component(one, list(_hashes(one, wheels))) for one in locked}
    _check_all_are_locked(wheels, locked)
    for library in locked:
        component = components[library.name]
        bom.components.add(component)
        users = [components[name] for name in library.required_by] or [root]
        for user in users:
            bom.register_dependency(user, [component])


def _of_system(bom: Bom, requirements: str) -> Iterator[Component]:
    for line in requirements.splitlines():
        found = _REQUIREMENT.fullmatch(line)
        if found is None:
            raise ReleaseError(f"{SYSTEM_IN_ZIP} has the line {line!r}")
        component = Component(
            type=ComponentType.LIBRARY,
            name=found["name"],
            bom_ref=found["name"],
            scope=ComponentScope.REQUIRED,
            purl=PackageURL("pypi", None, found["name"]),
            properties=[Property(name=RANGE_PROPERTY, value=found["range"])],
        )
        bom.components.add(component)
        yield component


def problems_of(bill: str) -> str | None:
    """What the schema of CycloneDX does not allow in a bill; None if it is valid."""
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill)
    return None if error is None else str(error)


def _root(version: str, digest: str) -> Component:
    return Component(
        type=ComponentType.APPLICATION,
        name=COMPONENT,
        version=version,
        bom_ref=COMPONENT,
        licenses=[LicenseExpression(OWN_LICENSE)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )


def _component(library: Library, bundled: Sequence[str]) -> Component:
    accepted = [] if bundled else library.hashes
    return Component(
        type=ComponentType.LIBRARY,
        name=library.name,
        version=library.version,
        bom_ref=library.name,
        scope=ComponentScope.REQUIRED,
        purl=PackageURL("pypi", None, library.name, library.version),
        licenses=[LicenseExpression(license_of(library))],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in bundled],
        properties=[Property(name=HASH_PROPERTY, value=one) for one in accepted],
    )


def _hashes(library: Library, wheels: dict[str, str]) -> Iterator[str]:
    """Of the wheel of a library that a package brings."""
    for name, digest in wheels.items():
        if _library_of(name) == (_normal(library.name), library.version):
            if digest not in library.hashes:
                raise ReleaseError(f"{name} is not the file that is locked")
            yield digest


def _check_all_are_locked(wheels: dict[str, str], locked: Sequence[Library]) -> None:
    known = {(_normal(one.name), one.version) for one in locked}
    foreign = [name for name in wheels if _library_of(name) not in known]
    if foreign:
        raise ReleaseError(f"the package brings what is not locked: {', '.join(foreign)}")


def _library_of(wheel: str) -> tuple[str, str]:
    found = _WHEEL.fullmatch(wheel)
    if found is None:
        raise ReleaseError(f"{wheel} is no name of a wheel")
    return _normal(found["name"]), found["version"]


def _normal(name: str) -> str:
    """A name as the package index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
