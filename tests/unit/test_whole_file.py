"""Files that are replaced as a whole."""

import errno
import os
import stat
from pathlib import Path

import pytest

from client_device_associator.whole_file import replace_file


def mode_of(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_reader_has_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """Whoever has it open reads on in the old one."""
    path = tmp_path / "file"
    replace_file(path, b"old")
    with path.open("rb") as opened:
        replace_file(path, b"new")
        assert opened.read() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(("mode", "expected"), [(None, 0o640), (0o644, 0o644), (0o600, 0o600)])
def test_the_umask_counts_only_if_no_mode_is_given(
    tmp_path: Path, mode: int | None, expected: int
) -> None:
    """A person's umask is their wish; a file that others may not read, or must, is ours."""
    before = os.umask(0o027)
    try:
        replace_file(tmp_path / "file", b"", mode=mode)
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "file") == expected


@pytest.mark.parametrize(("is_hidden", "name"), [(False, "file.new"), (True, ".file.new")])
def test_what_an_interrupted_write_has_left_is_replaced(
    tmp_path: Path, name: str, *, is_hidden: bool
) -> None:
    """A link among it is not followed."""
    mine = tmp_path / "mine"
    mine.write_text("mine")
    (tmp_path / name).symlink_to(mine)
    replace_file(tmp_path / "file", b"new", is_hidden=is_hidden)
    assert mine.read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "mine"]


def test_if_it_cannot_be_renamed_nothing_is_left(tmp_path: Path) -> None:
    """The one who asked hears why."""
    folder = tmp_path / "file"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="file"):
        replace_file(folder, b"new")
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("is_synced", [False, True])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_synced: bool
) -> None:
    """It is synced only where that was asked for: flash wears out."""
    path = tmp_path / "file"
    path.write_text("old")

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", refuse)
    if is_synced:
        with pytest.raises(OSError, match="no space"):
            replace_file(path, b"new", is_synced=True)
    else:
        replace_file(path, b"new")
    assert path.read_text() == ("old" if is_synced else "new")
    assert list(tmp_path.iterdir()) == [path]
