"""The event loop in a thread of its own."""

import asyncio
import threading
from typing import NoReturn

import pytest

from greengrass_sandbox.plumbing.loop import LoopThread


async def add(left: int, *, right: int) -> int:
    """Add, with a round of the loop between."""
    await asyncio.sleep(0)
    return left + right


def test_coroutine_functions_run_to_their_result(loop_thread: LoopThread) -> None:
    """A coroutine function is awaited, with positional and keyword arguments."""
    assert loop_thread.call(add, 1, right=2) == 3


def test_functions_run_on_the_loops_thread(loop_thread: LoopThread) -> None:
    """A plain function runs where no lock is needed: on the loop's own thread."""
    thread, loop = loop_thread.call(
        lambda: (threading.current_thread(), asyncio.get_running_loop())
    )
    assert thread is not threading.current_thread()
    assert loop is loop_thread.loop


def test_errors_come_back(loop_thread: LoopThread) -> None:
    """What the function raises, the caller sees."""

    async def fail() -> NoReturn:
        raise LookupError("missing")

    with pytest.raises(LookupError, match="missing"):
        loop_thread.call(fail)


def test_a_timeout_of_the_function_is_told_from_ours(loop_thread: LoopThread) -> None:
    """A TimeoutError that the function raised keeps its own message."""

    async def fail() -> NoReturn:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        loop_thread.call(fail)


def test_what_takes_too_long_is_cancelled() -> None:
    """A call that exceeds its time raises, and does not go on behind the caller's back."""
    cancelled = threading.Event()

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with LoopThread(call_timeout_seconds=0.05) as loop:
        with pytest.raises(TimeoutError, match=r"wait_for_ever.* took longer than 0\.05 s"):
            loop.call(wait_for_ever)
        assert cancelled.wait(60)


def test_calling_from_the_loop_itself_is_refused(loop_thread: LoopThread) -> None:
    """A call that would wait for itself raises at once."""
    with pytest.raises(RuntimeError, match="await instead"):
        loop_thread.call(lambda: loop_thread.call(add, 1, right=2))


def test_closing_ends_tasks_and_thread() -> None:
    """Whatever still runs is cancelled, the thread ends, and later calls are refused."""
    loop = LoopThread(name="to-be-closed")
    loop.start()
    ended = threading.Event()

    async def begin() -> "asyncio.Task[None]":
        started = asyncio.Event()

        async def run() -> None:
            try:
                started.set()
                await asyncio.Event().wait()
            finally:
                ended.set()

        task = asyncio.create_task(run())
        await started.wait()
        return task

    task = loop.call(begin)
    loop.close()
    loop.close()
    assert ended.is_set()
    assert task.cancelled()
    assert "to-be-closed" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(RuntimeError, match="not running"):
        loop.call(add, 1, right=2)


def test_closing_without_a_start_leaves_nothing() -> None:
    """A loop that never ran can be closed."""
    loop = LoopThread()
    loop.close()
    assert loop.loop.is_closed()
