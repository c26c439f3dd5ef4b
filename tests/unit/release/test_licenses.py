"""The list of licences."""

import dataclasses

import pytest

from release import licenses
from release.errors import ReleaseError
from release.lock import read_lock
from support.documents import ROOT, read

LIBRARIES = read_lock(read(ROOT / "artifacts" / "requirements.txt"))


def test_every_library_is_in_the_list() -> None:
    """With its version and an SPDX expression."""
    text = licenses.license_list(LIBRARIES)
    for library in LIBRARIES:
        assert f"| {library.name} | {library.version} | {licenses.license_of(library)} |" in text


def test_the_source_is_a_repository() -> None:
    """Not a page of it."""
    text = licenses.license_list(LIBRARIES)
    assert "| https://github.com/urllib3/urllib3 |" in text


def test_another_version_than_the_locked_one_is_refused() -> None:
    """Its licence may be another."""
    other = dataclasses.replace(LIBRARIES[0], version="0")
    with pytest.raises(ReleaseError, match="make setup"):
        licenses.license_of(other)


def test_a_licence_that_nobody_has_looked_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person decides what an author's words mean."""
    monkeypatch.setattr(licenses, "_SPDX", {})
    botocore = next(one for one in LIBRARIES if one.name == "botocore")
    with pytest.raises(ReleaseError, match=r"'Apache-2\.0' of botocore"):
        licenses.license_of(botocore)
