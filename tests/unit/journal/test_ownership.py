"""A journal of another user: lite changes the owner of the work directory alone."""

import os
from pathlib import Path

import pytest

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.ownership import is_ours, make_ours
from client_device_associator.journal.set_aside import SetAside
from support.other_user import change_user, work_folder


def store(journal: Journal, *names: str) -> None:
    """Stores pending devices."""
    devices = tuple(Device(name, DeviceState.PENDING, since=1.0) for name in names)
    with journal.transaction():
        journal.store(Decision(devices=devices))


def test_what_is_in_it_is_kept() -> None:
    """Also what is still in the log; from then on it can be written, and nothing is set aside."""
    with work_folder() as folder:
        before = Journal(folder / "journal")
        store(before, "a", "b")
        assert (folder / "journal-wal").stat().st_size

        def work() -> None:
            aside: list[SetAside] = []
            journal = Journal(folder / "journal", aside.append)
            store(journal, "c")
            assert journal.pending() == 3
            journal.close()
            assert aside == []

        change_user(folder, work)
        before.close()
        after = Journal(folder / "journal")
        assert set(after.devices("abc")) == set("abc")
        after.close()


def test_what_cannot_be_read_is_set_aside() -> None:
    """The work goes on with a new one, and somebody may look at the other."""
    with work_folder() as folder:
        before = Journal(folder / "journal")
        store(before, "a")
        before.close()

        def work() -> None:
            aside: list[SetAside] = []
            journal = Journal(folder / "journal", aside.append)
            store(journal, "b")
            assert journal.pending() == 1
            journal.close()
            assert [one.why for one in aside] == ["this user may not read it"]

        change_user(folder, work, may_read=False)


@pytest.mark.parametrize("interrupted_after", range(4))
def test_it_may_be_interrupted_at_any_moment(
    interrupted_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are what they were, or their copies; the next process goes on."""
    with work_folder() as folder:
        path = folder / "journal"
        before = Journal(path)
        store(before, "a", "b")
        calls = 0
        replace = Path.replace

        def interrupt(source: Path, target: Path) -> Path:
            nonlocal calls
            calls += 1
            if calls > interrupted_after:
                raise KeyboardInterrupt
            return replace(source, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", interrupt)
            try:
                make_ours(path)
            except KeyboardInterrupt:
                assert calls <= 2
        make_ours(path)
        assert is_ours(path)
        assert not list(folder.glob("*.copy"))
        after = Journal(path)
        assert after.pending() == 2
        after.close()
        before.close()


def test_a_folder_that_cannot_be_written_is_not_tried() -> None:
    """A file system that is read-only is a disk that fails for now."""
    with work_folder() as folder:
        (folder / "journal").write_bytes(b"")

        def look() -> None:
            os.umask(0)
            folder.chmod(0o555)
            assert is_ours(folder / "journal")
            folder.chmod(0o755)
            assert not is_ours(folder / "journal")

        change_user(folder, look)
