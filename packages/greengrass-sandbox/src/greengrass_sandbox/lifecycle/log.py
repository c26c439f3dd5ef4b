"""A component's log file, and its output on the way there."""

import asyncio
import os
from datetime import datetime, timezone
from pathlib import Path

_CHUNK_BYTES = 65536


class ComponentLog:
    """Appends lines to ``logs/<component>.log`` as a nucleus does: output as INFO, errors as WARN.

    Args:
        path: The file; its folder is made.
        component: The component's name, which is in each line.
    """

    def __init__(self, path: Path, component: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._component = component
        # Unbuffered: a reader, or a person who looks after a crash, misses no line.
        self._file = path.open("ab", buffering=0)

    def write(self, level: str, source: str, text: str) -> None:
        """Append one line; ``source`` is stdout, stderr or lifecycle."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        self._file.write(f"{now} [{level}] {self._component}: {source}. {text}\n".encode())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class OutputReader:
    """Copies what a process writes to a pipe into the log, line by line, on the running loop.

    A process may leave children behind that hold the pipe open, so the reader does not end with
    the process but when the last of them is gone, or with `close`.

    Attributes:
        write_end: The pipe's writing end, for the process.
        ended: Set when nobody can write any more, or after `close`.
    """

    def __init__(self, log: ComponentLog, level: str, source: str) -> None:
        self._log, self._level, self._source = log, level, source
        self._loop = asyncio.get_running_loop()
        self._read_end, self.write_end = os.pipe()
        self._open = True
        self._partial = b""
        self.ended = asyncio.Event()
        os.set_blocking(self._read_end, False)
        self._loop.add_reader(self._read_end, self.read_available)

    def release_write_end(self) -> None:
        """Close our copy of the writing end, once the process has its own."""
        os.close(self.write_end)

    def read_available(self) -> None:
        """Copy what is in the pipe by now."""
        while self._open:
            try:
                chunk = os.read(self._read_end, _CHUNK_BYTES)
            except BlockingIOError:
                return
            if not chunk:
                self.close()
                return
            *lines, self._partial = (self._partial + chunk).split(b"\n")
            for line in lines:
                self._write(line)

    def close(self) -> None:
        """Stop reading; what came without an end of line is a line too."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._read_end)
            os.close(self._read_end)
            self.ended.set()
            if self._partial:
                self._write(self._partial)

    def _write(self, line: bytes) -> None:
        text = line.decode("utf-8", errors="replace").rstrip("\r")
        self._log.write(self._level, self._source, text)
