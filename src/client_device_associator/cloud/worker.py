"""The worker process: `python -m client_device_associator.cloud.worker`.

It reads requests from standard input and writes answers to standard output. It ends when its
standard input does, in the middle of a call too: the thread that reads is never busy with anything
else, so no worker outlives its parent, however the parent died.
"""

import contextlib
import logging
import os
import queue
import resource
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from client_device_associator.cloud.credentials import Secrets
from client_device_associator.cloud.guarded_output import GuardedOutput
from client_device_associator.cloud.pipe_protocol import (
    CallRequest,
    decode_request,
    encode_answer,
)
from client_device_associator.core.answer import Answer, CallFailed, FailureCause

if TYPE_CHECKING:
    from client_device_associator.cloud.client import AssociationClient


MAX_ADDRESS_SPACE_BYTES = 1024**3
"""A worker that works well maps some 300 MB and uses 35."""

_EXIT_SECONDS = 0.2
"""For an idle worker to end normally; a call in flight is ended after it."""


def main() -> None:
    """Serves requests until standard input ends."""
    # The nucleus signals the whole process group; when to end is the parent's decision.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _limit_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    secrets = Secrets(os.environ)
    sys.stderr = GuardedOutput(sys.stderr, secrets.redact)
    # Libraries log what they are answered, some of it as a warning. What matters of it is in the
    # answers of this process.
    logging.disable()
    requests: queue.SimpleQueue[CallRequest | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    caller = _Caller(secrets)
    caller.warm_up()
    # A broken pipe means that the parent has died and reads no answer any more.
    with contextlib.suppress(BrokenPipeError):
        while (request := requests.get()) is not None:
            answer = caller.call(request)
            sys.stdout.buffer.write(encode_answer(request.number, answer))
            sys.stdout.buffer.flush()


def _limit_memory() -> None:
    """The last resort: what is read from outside has bounds of its own."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MAX_ADDRESS_SPACE_BYTES
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _read(requests: "queue.SimpleQueue[CallRequest | None]") -> None:
    try:
        for line in sys.stdin.buffer:
            requests.put(decode_request(line))
    finally:
        # Also after half a line: the parent has died while it wrote.
        requests.put(None)
        time.sleep(_EXIT_SECONDS)
        os._exit(0)


class _Caller:
    """Imports botocore when it is needed, and turns even an error of that into an answer."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._client: AssociationClient | None = None

    def warm_up(self) -> None:
        # Whatever goes wrong here happens again in the first call, which reports it.
        with contextlib.suppress(Exception):
            self._ready().prepare()

    def call(self, request: CallRequest) -> Answer:
        try:
            return self._ready().call(request.core_thing_name, request.call)
        except Exception as error:  # noqa: BLE001 - a broken installation must not spin in restarts
            failed = CallFailed(FailureCause.UNAVAILABLE, type(error).__name__, str(error))
            return self._secrets.redacted(failed)

    def _ready(self) -> "AssociationClient":
        if self._client is None:
            # Of no use here, and botocore would load it where the system has it (a package for the
            # system's libraries sees it): 6 MB for signatures of other services.
            sys.modules["awscrt"] = None  # type: ignore[assignment] # Python's way to say so
            # A quarter of a second and 20 MB: not before the thread that reads is running.
            from client_device_associator.cloud.client import AssociationClient  # noqa: PLC0415

            self._client = AssociationClient(os.environ, self._secrets)
        return self._client


if __name__ == "__main__":
    main()
