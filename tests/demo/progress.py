"""Says what happens in the demo while it goes, in plain lines that suit a pipe."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from rich.console import Console


@dataclass(frozen=True)
class Board:
    """What there is to see at one moment; devices, except `rejected` (messages) and `calls`."""

    announced: int
    associated: int
    failed: int
    rejected: int
    waiting: int
    calls: int
    reachable: bool


@dataclass
class Stage:
    """A part of the demo; `seconds` is None while it goes on."""

    title: str
    began: float
    note: str = ""
    seconds: float | None = None
    broken: bool = False


class Progress:
    """Says in plain lines what happens; `live.LiveProgress` draws it.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._stages: list[Stage] = []
        self._look: Callable[[], Board] | None = None
        self._said: Board | None = None

    def __enter__(self) -> "Progress":  # noqa: PYI034 - typing.Self needs Python 3.11
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        return None

    @property
    def seconds(self) -> float:
        """Since the demo began."""
        return time.monotonic() - self._began

    def show(self, look: Callable[[], Board]) -> None:
        """Show what this function says, from now on."""
        self._look = look

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Something begins, and ends with the block; how long it took is shown."""
        stage = Stage(title, time.monotonic())
        self._stages.append(stage)
        self._started(stage)
        try:
            yield
        except BaseException:
            stage.broken = True
            raise
        finally:
            stage.seconds = time.monotonic() - stage.began
            self._ended(stage)

    def note(self, text: str) -> None:
        """Something has happened within the stage."""
        self._stages[-1].note = text
        self._noted(text)

    def _started(self, stage: Stage) -> None:
        self._say(stage.title)

    def _ended(self, stage: Stage) -> None:
        seconds = time.monotonic() - stage.began
        text = f"  {'broke off' if stage.broken else 'done'} after {seconds:.1f} s"
        board = self._look() if self._look is not None else None
        if board is not None and board != self._said:
            text += (
                f"; so far {board.associated} associated, {board.failed} failed, "
                f"{board.rejected} rejected, {board.calls} calls"
            )
        self._said = board
        self._say(text)

    def _noted(self, text: str) -> None:
        self._say(f"  {text}")

    def _say(self, text: str) -> None:
        # No markup, wrapping or colour: who reads a pipe wants one line for one thing.
        line = f"{self.seconds:6.1f} s  {text}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)
