import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from client_device_associator.privacy import make_private
from support.other_user import act_as_another_user, work_folder

PROTECTED = """
import os, resource
from client_device_associator.privacy import protect_process
os.umask(0)
resource.setrlimit(resource.RLIMIT_CORE, ({soft}, {hard}))
protect_process()
os.mkdir("folder")
open("file", "w").close()
print(*resource.getrlimit(resource.RLIMIT_CORE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "limit"),
    [(0, resource.RLIM_INFINITY, 1), (4096, 8192, 1), (0, 0, 0)],
)
def test_new_files_are_private_and_there_is_no_core(
    tmp_path: Path, soft: int, hard: int, limit: int
) -> None:
    """Whatever the process was started with; a limit that is lower than ours stays."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if most != resource.RLIM_INFINITY and (hard == resource.RLIM_INFINITY or hard > most):
        pytest.skip("this machine has a limit of its own")
    program = PROTECTED.format(soft=soft, hard=hard)
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [str(limit)] * 2
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_loose_file_is_made_private_and_others_are_not_touched(tmp_path: Path) -> None:
    """A file that is private keeps its time of change, and a folder its permissions."""
    loose, private, folder = (tmp_path / name for name in ("loose", "private", "folder"))
    loose.touch(0o666)
    private.touch(0o400)
    folder.mkdir(0o755)
    folder.chmod(0o755)
    before = private.stat()
    make_private([loose, private, folder, tmp_path / "missing"])
    assert loose.stat().st_mode & 0o777 == 0o600
    assert private.stat() == before
    assert folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root has files that another user may not change"
)
def test_a_file_of_another_user_is_left_as_it_is() -> None:
    """The work goes on; the files after it are made private all the same."""
    with work_folder() as folder:
        (folder / "of-root").touch(0o666)
        (folder / "of-root").chmod(0o666)
        folder.chmod(0o777)

        def work() -> None:
            own = folder / "own"
            own.touch()
            own.chmod(0o666)
            make_private([folder / "of-root", own])
            assert own.stat().st_mode & 0o777 == 0o600

        act_as_another_user(work)
        assert (folder / "of-root").stat().st_mode & 0o777 == 0o666
