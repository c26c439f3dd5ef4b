import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.measures.disk import DiskCounter, Written, compiled

WRITES = """
import os
file = os.open("data", os.O_RDWR | os.O_CREAT)
os.write(file, b"12345")
os.pwrite(file, b"678", 5)
os.fsync(file)
os.fdatasync(file)
reader, writer = os.pipe()
os.write(writer, b"no file")
"""


def test_syncs_and_bytes_of_files_are_counted(tmp_path: Path) -> None:
    """A write to a pipe is none to a disk."""
    library = compiled(tmp_path)
    if library is None:
        pytest.skip("there is no C compiler")
    counter = DiskCounter(tmp_path, library)
    # Without the site module, which may write compiled files.
    command = [sys.executable, "-I", "-S", "-B", "-c", WRITES]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, **counter.environment}, check=True)
    assert counter.read(0) == Written(syncs=2, size=8)


def test_without_a_compiler_syncs_are_unknown(tmp_path: Path) -> None:
    """And not zero; bytes are the kernel's."""
    counter = DiskCounter(tmp_path, None)
    assert counter.environment == {}
    assert counter.read(os.getpid()).syncs is None


def test_what_was_written_since_is_a_difference() -> None:
    """Unknown stays unknown."""
    assert Written(5, 100).since(Written(2, 40)) == Written(3, 60)
    assert Written(None, 100).since(Written(None, 40)) == Written(None, 60)
