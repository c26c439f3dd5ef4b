"""The journal's files, and what a kill or a power loss leaves of them."""

import random
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

_JOURNAL, _LAST_GOOD = "journal", "last-good.json"
_MAX_GARBAGE_BYTES = 9000
_MEMORY = Path("/dev/shm")  # noqa: S108 - a tmpfs, where a sync costs nothing; names are random


@dataclass(frozen=True, slots=True)
class Image:
    """What is in the files at a moment; None where there is no file."""

    database: bytes | None = None
    log: bytes | None = None


class Files:
    """A directory for each process in turn.

    A process that is killed leaves its connection open, and closing it would tidy up what a kill
    leaves behind. So the files are copied as they stand, the next process opens the copy, and the
    old connection closes on the old ones. The shared-memory file is not copied: SQLite makes it
    again from the log.
    """

    def __init__(self) -> None:
        self._root = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
        self._processes = 0
        self._torn: Image | None = None
        self.path.parent.mkdir()

    @property
    def path(self) -> Path:
        """Where the journal is now."""
        return self._root / str(self._processes) / _JOURNAL

    @property
    def last_good(self) -> Path:
        """Where the last good configuration is now."""
        return self.path.with_name(_LAST_GOOD)

    def read(self) -> Image:
        """What has been written so far."""
        return Image(_bytes(self.path), _bytes(self.path.with_name(_JOURNAL + "-wal")))

    def tear(self, before: Image, rng: random.Random) -> bool:
        """Takes the last commit's writes back from some byte of the log on.

        Returns:
            Whether that undid the commit; it does not if the commit has gone into the database.
        """
        after = self.read()
        old, new = before.log or b"", after.log or b""
        end = next((i for i in range(len(new), 0, -1) if new[i - 1 : i] != old[i - 1 : i]), 0)
        start = next((i for i in range(end) if new[i : i + 1] != old[i : i + 1]), end)
        if before.database != after.database or start == end:
            return False
        cut = rng.randrange(start, end)
        self._torn = Image(after.database, new[:cut] + old[cut:])
        return True

    def leave(self, *, synced: Image | None = None, garbage: random.Random | None = None) -> None:
        """Moves on to a copy, as the next process will find it.

        Args:
            synced: What to go back to, if that is all that was synced.
            garbage: Adds a tail of nonsense to the log.
        """
        image = synced or self._torn or self.read()
        self._torn = None
        if garbage is not None and image.log:
            tail = garbage.randbytes(garbage.randrange(_MAX_GARBAGE_BYTES))
            image = Image(image.database, image.log + tail)
        old, last_good = self.path.parent, _bytes(self.last_good)
        self._processes += 1
        self.path.parent.mkdir()
        if image.database is not None:
            self.path.write_bytes(image.database)
        if image.log is not None:
            self.path.with_name(_JOURNAL + "-wal").write_bytes(image.log)
        if last_good is not None:
            self.last_good.write_bytes(last_good)
        shutil.rmtree(old)

    def remove(self) -> None:
        """Deletes everything."""
        shutil.rmtree(self._root)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
