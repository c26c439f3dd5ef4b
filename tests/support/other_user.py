"""A folder whose files belong to another user than the one who works with them."""

import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder where every user may go, which pytest's own are not; removed in the end."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def change_user(folder: Path, action: Callable[[], None], *, may_read: bool = True) -> None:
    """Does something as a user who owns the folder and none of the files in it.

    As root in a child process of another user; else as this user, who has taken away its own right
    to write the files.

    Args:
        folder: As the nucleus changes its owner, without what is in it.
        action: May raise, and then this does.
        may_read: Whether the other user may read the files.
    """
    for file in folder.iterdir():
        file.chmod(0o444 if may_read else 0)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    act_as_another_user(action)


def act_as_another_user(action: Callable[[], None]) -> None:
    """Does something as another user if we are root, in a child process; else as this user.

    Args:
        action: May raise, and then this does.
    """
    if os.geteuid() != 0:
        action()
        return
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            action()
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may leave the child
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "see what the child has printed"
