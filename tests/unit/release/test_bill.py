"""The bill of materials says what is in a package, and is valid CycloneDX."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from release.bill import (
    HASH_PROPERTY,
    LIBRARIES_IN_ZIP,
    LOCK_IN_ZIP,
    RANGE_PROPERTY,
    SUMS_IN_ZIP,
    SYSTEM_IN_ZIP,
    bill_of_materials,
    problems_of,
)
from release.errors import ReleaseError
from release.lock import Library, read_lock
from support.documents import ROOT, read

LOCK = read(ROOT / "artifacts" / "requirements.txt")
WHEEL = b"the bytes of a wheel"


def package(tmp_path: Path, lock: str = LOCK, wheels: Mapping[str, bytes] | None = None) -> Path:
    """A zip with a lock file, and perhaps libraries out of wheels."""
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(LOCK_IN_ZIP), lock)
        sums = ""
        for name, content in (wheels or {}).items():
            sums += f"{hashlib.sha256(content).hexdigest()}  {name}\n"
            information = f"{LIBRARIES_IN_ZIP}{'-'.join(name.split('-')[:2])}.dist-info"
            archive.writestr(zipfile.ZipInfo(f"{information}/RECORD"), "")
        if wheels:
            archive.writestr(zipfile.ZipInfo(SUMS_IN_ZIP), sums)
    return path


def bill(path: Path) -> dict[str, Any]:
    """Its bill, which is valid."""
    text = bill_of_materials(path, "1.2.3", date(2027, 1, 15))
    assert problems_of(text) is None
    document: dict[str, Any] = json.loads(text)
    return document


def test_a_package_that_brings_nothing_has_what_is_locked(tmp_path: Path) -> None:
    """Every library with its licence, who needs it, and each file that would be accepted."""
    document = bill(package(tmp_path))
    locked = {one.name: one for one in read_lock(LOCK)}
    assert {one["name"] for one in document["components"]} == set(locked)
    for component in document["components"]:
        library = locked[component["name"]]
        assert component["purl"] == f"pkg:pypi/{library.name}@{library.version}"
        assert component["licenses"]
        properties = component["properties"]
        assert {one["value"] for one in properties} == set(library.hashes)
        assert {one["name"] for one in properties} == {HASH_PROPERTY}
    needs = {one["ref"]: set(one.get("dependsOn", [])) for one in document["dependencies"]}
    assert needs["botocore"] == {"jmespath", "python-dateutil", "urllib3"}
    assert needs[document["metadata"]["component"]["bom-ref"]] == {"botocore"}


def test_a_package_that_brings_libraries_has_the_hashes_of_their_wheels(tmp_path: Path) -> None:
    """Of these files, and no other that the lock would accept."""
    digest = hashlib.sha256(WHEEL).hexdigest()
    (six,) = [one for one in read_lock(LOCK) if one.name == "six"]
    lock = LOCK.replace(six.hashes[0], digest)
    wheels = {f"six-{six.version}-py2.py3-none-any.whl": WHEEL}
    document = bill(package(tmp_path, lock, wheels))
    (found,) = [one for one in document["components"] if one["name"] == "six"]
    assert found["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert "properties" not in found


def test_a_package_for_the_libraries_of_the_system_has_ranges(tmp_path: Path) -> None:
    """No version and no hash: what the distribution has is not known here."""
    path = package(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SYSTEM_IN_ZIP, "botocore>=1.42,<2\nother>=1.31,<2\n")
    document = bill(path)
    assert {one["name"]: one["properties"][0] for one in document["components"]} == {
        "botocore": {"name": RANGE_PROPERTY, "value": ">=1.42,<2"},
        "other": {"name": RANGE_PROPERTY, "value": ">=1.31,<2"},
    }
    assert not any("version" in one or "hashes" in one for one in document["components"])


def test_a_bill_is_of_one_package(tmp_path: Path) -> None:
    """Its serial number and hash are those of the package, at any time."""
    path = package(tmp_path)
    first = bill(path)
    assert first == bill(path)
    other = bill(package(tmp_path, LOCK + "\n"))
    assert first["serialNumber"] != other["serialNumber"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert other["metadata"]["component"]["hashes"][0]["content"] == digest


@pytest.mark.parametrize("name", ["leftpad-1.0-py3-none-any.whl", "six-0.1-py3-none-any.whl"])
def test_a_package_with_what_is_not_locked_is_refused(tmp_path: Path, name: str) -> None:
    """Another library, or another version."""
    with pytest.raises(ReleaseError, match="not locked"):
        bill(package(tmp_path, wheels={name: WHEEL}))


def test_a_wheel_with_other_contents_is_refused(tmp_path: Path) -> None:
    """The name of a locked file is not enough."""
    (six,) = [one for one in read_lock(LOCK) if one.name == "six"]
    wheels = {f"six-{six.version}-py2.py3-none-any.whl": b"something else"}
    with pytest.raises(ReleaseError, match="not the file"):
        bill(package(tmp_path, wheels=wheels))


def test_a_library_of_which_nothing_is_said_is_refused(tmp_path: Path) -> None:
    """The bill would not have it."""
    path = package(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{LIBRARIES_IN_ZIP}leftpad-1.0.dist-info/RECORD", "")
    with pytest.raises(ReleaseError, match=r"brings \['leftpad-1\.0'\]"):
        bill(path)


def test_a_bill_that_is_not_valid_is_found(tmp_path: Path) -> None:
    """By the schema, which allows no key of ours."""
    document = bill(package(tmp_path)) | {"ours": 1}
    assert problems_of(json.dumps(document)) is not None


def test_a_lock_without_hashes_is_none() -> None:
    """Nothing could be checked by it."""
    with pytest.raises(ValueError, match="hashes"):
        read_lock("six==1.17.0\n")
    assert read_lock("a==1 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via\n    #   b\n") == [
        Library("a", "1", ("0" * 64,), ("b",))
    ]
