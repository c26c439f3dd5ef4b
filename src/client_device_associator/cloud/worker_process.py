"""The parent's handle on the worker process."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from client_device_associator.cloud.pipe_protocol import (
    CallRequest,
    ProtocolError,
    decode_answer,
    encode_request,
)
from client_device_associator.cloud.port import CallAnswered, WorkerEnded, WorkerEvent
from client_device_associator.cloud.worker_environment import worker_environment
from client_device_associator.core.answer import CallFailed, FailureCause
from client_device_associator.core.decision import Call

if TYPE_CHECKING:
    import subprocess

_MODULE = "client_device_associator.cloud.worker"

_END_SECONDS = 0.2
"""For a worker to end by itself; one that is in a call does not, and its call is made again."""

MAX_LINE_BYTES = 1024 * 1024
"""A worker that writes more than this without an end is killed."""


class WorkerProcess:
    """Starts worker processes when they are needed and ends them on request; see `Worker`.

    Args:
        core_thing_name: The core device to associate with.
        post: Takes the events; called on a thread of this handle's.
    """

    def __init__(self, core_thing_name: str, post: Callable[[WorkerEvent], None]) -> None:
        self._core_thing_name = core_thing_name
        self._post = post
        self._started = 0
        self._calls = 0
        self._why_not_started = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def number(self) -> int:
        """The running process, counted from 1; 0 if there is none."""
        return self._started if self._process is not None else 0

    def warm_up(self) -> None:
        """Starts a process unless there is one; if that is not possible, the next call says so."""
        if self._process is not None:
            return
        import subprocess  # noqa: PLC0415 - 400 kB, not before there is work

        try:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=worker_environment(os.environ),
            )
        except OSError as error:
            self._why_not_started = str(error)
            return
        self._started += 1
        threading.Thread(
            target=self._listen, args=(self._process, self._started), daemon=True
        ).start()

    def call(self, call: Call) -> int:
        """Makes a call and returns its number; see the Protocol."""
        self._calls += 1
        self.warm_up()
        if self._process is None:
            failed = CallFailed(FailureCause.UNAVAILABLE, "WorkerNotStarted", self._why_not_started)
            self._post(CallAnswered(self._calls, failed))
            return self._calls
        request = CallRequest(self._calls, self._core_thing_name, call)
        # An error means that it has just ended, which the thread that listens reports.
        with contextlib.suppress(OSError):
            # 100 names are 13 kB and a pipe holds 64 kB: this does not block.
            stdin = _pipe(self._process.stdin)
            stdin.write(encode_request(request))
            stdin.flush()
        return self._calls

    def end(self) -> None:
        """Ends the process, with whatever it is doing; nothing more comes from it."""
        process, self._process = self._process, None
        if process is None:
            return
        import subprocess  # noqa: PLC0415 - it is there since the process was started

        with contextlib.suppress(OSError):
            _pipe(process.stdin).close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _listen(self, process: "subprocess.Popen[bytes]", number: int) -> None:
        reason = ""
        with _pipe(process.stdout) as stdout:
            while line := stdout.readline(MAX_LINE_BYTES):
                try:
                    call, answer = decode_answer(line)
                except ProtocolError:
                    reason = "wrote something that is no answer"
                    process.kill()
                    break
                self._post(CallAnswered(call, answer))
        code = process.wait()
        self._post(WorkerEnded(number, reason or f"ended with exit code {code}"))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("opened as a pipe in warm_up")
    return pipe
