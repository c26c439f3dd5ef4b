"""An asyncio event loop in a thread of its own, for callers that are synchronous."""

import asyncio
import concurrent.futures
import inspect
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast, overload

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

DEFAULT_CALL_TIMEOUT_SECONDS = 60.0
"""Nothing that the sandbox is asked for takes this long, even on a loaded machine."""


class LoopThread:
    """Runs one event loop in a background thread; everything in the sandbox lives on it.

    Use it as a context manager, or pair `start` with `close`. A closed one cannot be started again.

    Args:
        name: The thread's name, as debuggers show it.
        call_timeout_seconds: How long `call` waits for a result at most.
    """

    def __init__(
        self,
        *,
        name: str = "greengrass-sandbox",
        call_timeout_seconds: float = DEFAULT_CALL_TIMEOUT_SECONDS,
    ) -> None:
        self._call_timeout_seconds = call_timeout_seconds
        self._loop = asyncio.new_event_loop()
        # A daemon, so that a caller who dies without closing does not hang at interpreter exit.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> "LoopThread":  # noqa: PYI034 - typing.Self needs Python 3.11
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop itself, for code that already runs on it."""
        return self._loop

    def start(self) -> None:
        """Start the thread. Calls are served from here on."""
        self._thread.start()

    @overload
    def call(
        self,
        function: Callable[_Parameters, Awaitable[_Result]],
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> _Result: ...

    @overload
    def call(
        self,
        function: Callable[_Parameters, _Result],
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> _Result: ...

    # Any, because one body serves both overloads; the overloads are what callers see.
    def call(self, function: Callable[..., Any], *args: object, **kwargs: object) -> object:
        """Run a function or coroutine function on the loop and wait for its result.

        Raises:
            TimeoutError: It took longer than `call_timeout_seconds`; it has been cancelled.
            RuntimeError: Called on the loop's own thread (it would wait for itself), or closed.
            Exception: Whatever the function raised.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("LoopThread.call on its own loop would never return: await instead")
        if not self._thread.is_alive():
            raise RuntimeError(
                "LoopThread is not running: call start() first, and not after close()"
            )

        async def run() -> object:
            result = function(*args, **kwargs)
            if inspect.isawaitable(result):
                return await cast("Awaitable[object]", result)
            return result

        future = asyncio.run_coroutine_threadsafe(run(), self._loop)
        try:
            # Not future.result(seconds): its time-out would look like one that the function raised.
            concurrent.futures.wait([future], self._call_timeout_seconds)
        finally:
            # Does nothing to a finished one; an unfinished one must not go on behind our back.
            finished_in_time = future.done()
            future.cancel()
        if not finished_in_time:
            raise TimeoutError(
                f"{getattr(function, '__qualname__', repr(function))} took longer than "
                f"{self._call_timeout_seconds:g} s on the sandbox's loop"
            )
        return future.result()

    def close(self) -> None:
        """Cancel what still runs, stop the loop, and wait for the thread. Safe to call twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        elif not self._loop.is_closed():
            self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            try:
                self._loop.run_until_complete(self._cancel_all_tasks())
                self._loop.run_until_complete(self._loop.shutdown_asyncgens())
                self._loop.run_until_complete(self._loop.shutdown_default_executor())
            finally:
                asyncio.set_event_loop(None)
                self._loop.close()

    @staticmethod
    async def _cancel_all_tasks() -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
