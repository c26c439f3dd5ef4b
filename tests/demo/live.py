"""Draws the demo on a terminal while it goes."""

import sys
import time
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from demo import outcome
from demo.announcements import MISTAKES
from demo.progress import Board, Progress, Stage

_REDRAWS_PER_SECOND = 8
_BAR_COLUMNS = 32
_TITLE_COLUMNS = 56
_OTHER_COLUMNS = 14
"""Of a line with a title: margin, sign, gaps and time."""

_DONE, _BROKEN = "✓", "✗"


class LiveProgress(Progress):
    """Draws the stages and the numbers, several times a second."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=_REDRAWS_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> "LiveProgress":  # noqa: PYI034 - typing.Self needs Python 3.11
        self._live.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def _started(self, stage: Stage) -> None:
        """The next picture has it."""

    def _ended(self, stage: Stage) -> None:
        """The next picture has it."""

    def _noted(self, text: str) -> None:
        """The next picture has it."""

    def _draw(self) -> RenderableType:
        picture = Table.grid(padding=(0, 1))
        picture.add_column(width=1)
        picture.add_column(width=min(_TITLE_COLUMNS, self._console.width - _OTHER_COLUMNS))
        picture.add_column(justify="right", width=8)
        for stage in list(self._stages):
            running = stage.seconds is None
            seconds = time.monotonic() - stage.began if stage.seconds is None else stage.seconds
            picture.add_row(self._sign(stage), stage.title, Text(f"{seconds:.1f} s", style="dim"))
            if running:
                # Even an empty one: a picture that grows and shrinks is hard to look at.
                picture.add_row("", Text(stage.note, style="dim"), "")
        parts: list[RenderableType] = [picture]
        if self._look is not None:
            parts += [Text(), _numbers(self._look())]
        return Padding(Group(*parts), (0, 0, 0, 2))

    def _sign(self, stage: Stage) -> RenderableType:
        if stage.seconds is None:
            return self._spinner
        return Text(_BROKEN, style="red") if stage.broken else Text(_DONE, style="green")


def progress_on(console: Console) -> Progress:
    """Live on a terminal that can move its cursor, plain lines otherwise."""
    can_draw = console.is_terminal and not console.is_dumb_terminal and sys.stdout.isatty()
    return LiveProgress(console) if can_draw else Progress(console)


def _numbers(board: Board) -> Table:
    numbers = Table.grid(padding=(0, 2))
    numbers.add_column(width=12)
    numbers.add_column(width=_BAR_COLUMNS)
    numbers.add_column(justify="right", width=10)
    devices = outcome.KNOWN_DEVICES + outcome.LATE_DEVICES
    for what, count, total, colour in (
        ("announced", board.announced, devices + outcome.UNKNOWN_DEVICES, "blue"),
        ("associated", board.associated, devices, "green"),
        ("failed", board.failed, outcome.UNKNOWN_DEVICES, "red"),
        ("rejected", board.rejected, len(MISTAKES), "magenta"),
        ("calls", board.calls, outcome.CALLS, "cyan"),
    ):
        bar = ProgressBar(total, count, complete_style=colour, finished_style=colour)
        numbers.add_row(what, bar, f"{count} of {total}")
    waiting = ProgressBar(
        outcome.LATE_DEVICES, board.waiting, complete_style="yellow", finished_style="yellow"
    )
    numbers.add_row("told to wait", waiting, f"{board.waiting}")
    cloud = Text("within reach", style="green")
    if not board.reachable:
        cloud = Text("OUT OF REACH", style="bold red")
    numbers.add_row("the cloud is", cloud, "")
    return numbers
