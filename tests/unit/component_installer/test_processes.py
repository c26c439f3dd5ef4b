"""Which folders are in use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from component_installer.processes import in_use


def test_a_folder_from_which_a_process_runs_is_in_use(tmp_path: Path) -> None:
    """By the name that it was started with, or by a file that it has mapped; no other is."""
    started, mapped, idle = (tmp_path / name for name in ("started", "mapped", "idle"))
    for folder in (started, mapped, idle):
        folder.mkdir()
    (started / "python3").symlink_to(sys.executable)
    program = "import mmap, sys; file = open(sys.argv[1], 'rb'); kept = mmap.mmap("
    program += "file.fileno(), 0, prot=mmap.PROT_READ); print(flush=True); sys.stdin.read()"
    shutil.copy(__file__, mapped / "library.so")
    running = subprocess.Popen(
        [started / "python3", "-c", program, os.path.relpath(mapped / "library.so")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with running:
        assert running.stdout is not None
        running.stdout.readline()
        assert in_use([started, mapped, idle]) == {started, mapped}
        running.communicate()
    assert in_use([started, mapped, idle]) == set()


def test_nobody_is_asked_about_nothing() -> None:
    """The usual install has nothing to clear away."""
    assert in_use([]) == set()
