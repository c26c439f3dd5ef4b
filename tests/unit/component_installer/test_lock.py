"""Reading the lock file."""

import pytest

from component_installer.errors import InstallError
from component_installer.lock import normalized, read_lock
from support.documents import ROOT

HASH = "--hash=sha256:" + "0" * 64


def test_the_lock_of_the_component_is_read() -> None:
    """All distributions, with all their hashes."""
    content = (ROOT / "artifacts" / "requirements.txt").read_bytes()
    lock = read_lock(content)
    pinned = {one.name: one for one in lock.distributions}
    assert {"botocore", "python-dateutil", "urllib3"} <= set(pinned)
    assert sum(len(one.digests) for one in lock.distributions) == content.count(b"--hash=")


@pytest.mark.parametrize(
    "line",
    [
        "library",
        "library==1.0",
        f"library>=1.0 {HASH}",
        f"library==1.0 ; python_version < '3' {HASH}",
        "library==1.0 --hash=md5:0",
        "-r other.txt",
    ],
)
def test_nothing_else_is_taken(line: str) -> None:
    """A line that is passed over would be a library that is missing, or one with no hash."""
    with pytest.raises(InstallError, match="no pinned version with hashes"):
        read_lock(f"{line}\n".encode())


def test_names_are_compared_as_indexes_do() -> None:
    """A wheel's name has underscores where the lock has hyphens."""
    assert normalized("Python_dateutil") == normalized("python-dateutil") == "python-dateutil"
