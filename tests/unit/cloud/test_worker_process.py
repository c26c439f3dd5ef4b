"""The handle on worker processes that do not behave."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client_device_associator.cloud.port import WorkerEnded, WorkerEvent
from client_device_associator.cloud.worker_process import MAX_LINE_BYTES, WorkerProcess

PATIENCE_SECONDS = 60.0
"""Only a broken test waits this long."""

Start = Callable[[str], "queue.SimpleQueue[WorkerEvent]"]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a worker that is another program, and returns where its events go."""
    handles: list[WorkerProcess] = []

    def begin(program: str) -> "queue.SimpleQueue[WorkerEvent]":
        (tmp_path / "another_worker.py").write_text(program, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setattr(
            "client_device_associator.cloud.worker_process._MODULE", "another_worker"
        )
        events: queue.SimpleQueue[WorkerEvent] = queue.SimpleQueue()
        handles.append(WorkerProcess("core-1", events.put))
        handles[-1].warm_up()
        return events

    yield begin
    for handle in handles:
        handle.end()


def test_a_line_without_an_end_is_not_read_to_its_end(start: Start) -> None:
    """The parent would grow with it; the worker is killed."""
    program = f"import sys\nwhile True: sys.stdout.write('x' * {MAX_LINE_BYTES})"
    events = start(program)
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(
        1, "wrote something that is no answer"
    )


def test_the_nucleus_identity_is_not_handed_on(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has no business with the nucleus."""
    monkeypatch.setenv("SVCUID", "of-the-component")
    events = start("import os, sys; sys.exit(3 if 'SVCUID' in os.environ else 4)")
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(1, "ended with exit code 4")
