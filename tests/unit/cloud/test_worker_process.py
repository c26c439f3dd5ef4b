"""The handle on worker processes that do not behave."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import ANY

import pytest

from client_device_associator.cloud.port import CallAnswered, WorkerEnded, WorkerEvent
from client_device_associator.cloud.worker_process import MAX_LINE_BYTES, WorkerProcess
from client_device_associator.core.answer import CallFailed, FailureCause
from client_device_associator.core.decision import Call

PATIENCE_SECONDS = 60.0
"""Only a broken test waits this long."""

Start = Callable[[str], tuple[WorkerProcess, "queue.SimpleQueue[WorkerEvent]"]]

ANSWERING = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    words = f"{request['coreThingName']}: {' '.join(request['thingNames'])}"
    failed = {"cause": "unavailable", "code": "Heard", "message": words, "retryAfter": 0}
    answer = {"call": request["call"], "callFailed": {**failed, "wasAnswered": True}}
    print(json.dumps(answer), flush=True)
"""
"""A worker that answers each call with what it was asked."""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a worker that is another program; returns its handle, and where its events go."""
    handles: list[WorkerProcess] = []

    def begin(program: str) -> "tuple[WorkerProcess, queue.SimpleQueue[WorkerEvent]]":
        (tmp_path / "another_worker.py").write_text(program, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setattr(
            "client_device_associator.cloud.worker_process._MODULE", "another_worker"
        )
        events: queue.SimpleQueue[WorkerEvent] = queue.SimpleQueue()
        handles.append(WorkerProcess("core-1", events.put))
        handles[-1].warm_up()
        return handles[-1], events

    yield begin
    for handle in handles:
        handle.end()


def test_a_line_without_an_end_is_not_read_to_its_end(start: Start) -> None:
    """The parent would grow with it; the worker is killed."""
    program = f"import sys\nwhile True: sys.stdout.write('x' * {MAX_LINE_BYTES})"
    _, events = start(program)
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(
        1, "wrote something that is no answer"
    )


def test_the_nucleus_identity_is_not_handed_on(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has no business with the nucleus."""
    monkeypatch.setenv("SVCUID", "of-the-component")
    _, events = start("import os, sys; sys.exit(3 if 'SVCUID' in os.environ else 4)")
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(1, "ended with exit code 4")


def heard(number: int, words: str) -> CallAnswered:
    """The answer of the answering worker."""
    said = CallFailed(FailureCause.UNAVAILABLE, "Heard", words, was_answered=True)
    return CallAnswered(number, said)


def test_calls_are_numbered_and_answered(start: Start) -> None:
    """Over the ends of workers, too; each says for which core device it is."""
    handle, events = start(ANSWERING)
    assert handle.number == 1
    assert handle.call(Call(("a", "b"))) == 1
    assert events.get(timeout=PATIENCE_SECONDS) == heard(1, "core-1: a b")
    assert handle.call(Call(("c",))) == 2
    assert events.get(timeout=PATIENCE_SECONDS) == heard(2, "core-1: c")
    handle.end()
    assert handle.number == 0
    # With which code is the machine's affair: one that is slow to end is killed.
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(1, ANY)
    assert handle.call(Call(("d",))) == 3
    assert handle.number == 2
    assert events.get(timeout=PATIENCE_SECONDS) == heard(3, "core-1: d")


def test_what_another_program_writes_ends_it(start: Start) -> None:
    """It is no worker of ours, and is killed."""
    _, events = start("import time; print('hello', flush=True); time.sleep(600)")
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(
        1, "wrote something that is no answer"
    )


def test_a_call_for_a_worker_that_has_just_ended_raises_nothing(start: Start) -> None:
    """Its end is reported, and the call is made again."""
    handle, events = start("")
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(1, "ended with exit code 0")
    assert handle.call(Call(("a",))) == 1
    assert events.empty()


def test_a_worker_that_cannot_be_started_is_an_answer(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the system's own words."""
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    handle, events = start("")
    assert handle.number == 0
    assert handle.call(Call(("a",))) == 1
    answered = events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(answered, CallAnswered)
    assert isinstance(answered.answer, CallFailed)
    assert (answered.answer.cause, answered.answer.code) == (
        FailureCause.UNAVAILABLE,
        "WorkerNotStarted",
    )
    assert "/nowhere/python" in answered.answer.message


def test_the_package_is_found_beside_what_was_on_the_path(start: Start) -> None:
    """A nucleus sets no PYTHONPATH that a worker could rely on."""
    program = "import sys, client_device_associator; sys.exit(5)"
    _, events = start(program)
    assert events.get(timeout=PATIENCE_SECONDS) == WorkerEnded(1, "ended with exit code 5")
