"""Standard error of the worker, without secrets.

What Python writes there by itself (an error that nobody has caught, a warning of a library) is in
words that nobody has looked at, and a nucleus puts it into the log.
"""

import io
import threading
from collections.abc import Callable
from typing import TextIO

from client_device_associator.messages.text import printable

_MAX_LINE_CHARACTERS = 10_000
"""A line without an end is cut into lines of this length."""


class GuardedOutput(io.TextIOBase):
    """Passes lines on when they are complete.

    Args:
        output: Where they go.
        clean: Removes from a line what must not be in it.
    """

    def __init__(self, output: TextIO, clean: Callable[[str], str]) -> None:
        self._output = output
        self._clean = clean
        self._lock = threading.Lock()
        self._rest = ""

    def write(self, text: str) -> int:
        """Takes a part of a line, or several lines."""
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
            if len(self._rest) > _MAX_LINE_CHARACTERS:
                lines, self._rest = [*lines, self._rest], ""
            for line in lines:
                self._pass_on(line)
        return len(text)

    def _pass_on(self, line: str) -> None:
        self._output.write(printable(self._clean(line)) + "\n")
        self._output.flush()
