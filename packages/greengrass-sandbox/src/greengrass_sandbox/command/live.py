"""The live view of `up`: collects what there is to see, and draws it again and again."""

import heapq
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.live import Live

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.watch import Watch
from greengrass_sandbox.command.live_view import Sight, message_line, view
from greengrass_sandbox.control.status import status_of
from greengrass_sandbox.core_device import CoreDevice

_REDRAW_SECONDS = 0.25
_MESSAGES_KEPT = 200
_LOG_BYTES = 16 * 1024
"""Of the end of each log: more than a screen of lines."""


class Collector:
    """Keeps the last messages, and reads the rest when it is asked.

    Args:
        cores: The core devices, which run.
        on_message: Called with each message, as a line, on the sandbox's loop.
    """

    def __init__(
        self, cores: Sequence[CoreDevice], on_message: Callable[[str], None] = lambda _: None
    ) -> None:
        self._cores = cores
        self._messages: deque[str] = deque(maxlen=_MESSAGES_KEPT)
        self._on_message = on_message
        self._watches = [core.call(self._watch, core) for core in cores]

    def sight(self) -> Sight:
        """What there is to see now."""
        statuses = [core.call(status_of, core) for core in self._cores]
        logs = [
            _end_of(deployed.log_path)
            for core in self._cores
            for deployed in tuple(core.components.deployed.values())
        ]
        # Each line begins with its time.
        return Sight(statuses, tuple(self._messages), list(heapq.merge(*logs)))

    def close(self) -> None:
        """Collect no more."""
        for core, watch in zip(self._cores, self._watches, strict=True):
            core.call(watch.close)

    def _watch(self, core: CoreDevice) -> Watch:
        def note(message: Message) -> None:
            # A watch keeps all that it has seen, and a sandbox may run for days.
            watch.messages.clear()
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            line = message_line(now, message.publisher, message.topic, _text(message))
            self._messages.append(line)
            self._on_message(line)

        watch = core.nucleus.watch(None, note)
        return watch


def has_the_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal's, and this process is in front there (no `&`)."""
    # Not what rich takes for a terminal: with FORCE_COLOR that may be a pipe.
    if not stream.isatty():
        return False
    try:
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except OSError:
        # A terminal that is not the one of this session: nobody else is in front of it.
        return True


def show(cores: Sequence[CoreDevice], begin: Callable[[], None], console: Console) -> None:
    """Show the live view until there is a KeyboardInterrupt.

    Args:
        cores: The core devices, which run.
        begin: What is done first, in a thread, with the view on the screen. What it raises ends
            the view.
        console: The terminal.
    """
    collector = Collector(cores)
    first = _in_a_thread(begin)
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                is_done = first.done()
                live.update(view(collector.sight()), refresh=True)
                if is_done:
                    first.result()
                time.sleep(_REDRAW_SECONDS)
    finally:
        collector.close()


def _in_a_thread(function: Callable[[], None]) -> "Future[None]":
    """As an executor does it, but nobody waits for the thread when it is over."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            function()
            future.set_result(None)
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is taken
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def _end_of(path: Path) -> list[str]:
    """The last whole lines of a log; none if it is not there."""
    with suppress(OSError), path.open("rb") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _LOG_BYTES)
        file.seek(start)
        lines = file.read().decode("utf-8", errors="replace").splitlines()
        return lines[1:] if start else lines
    return []


def _text(message: Message) -> str:
    if isinstance(message.payload, bytes):
        return message.payload.decode("utf-8", errors="backslashreplace")
    return json.dumps(message.payload, ensure_ascii=False)
