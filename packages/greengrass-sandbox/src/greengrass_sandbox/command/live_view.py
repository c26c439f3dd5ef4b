"""What `up` shows on a terminal, as a function of what there is to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_STATE_STYLES = {"RUNNING": "green", "FINISHED": "cyan", "ERRORED": "red", "BROKEN": "bold red"}
_LEVEL_STYLES = {"[WARN]": "yellow", "[ERROR]": "red"}
_BORDER_LINES = 2
_CALLS_SHOWN = 6
_FIRST_ERROR_STATUS = 400
_NOT_PRINTABLE = "·"
_TIME_OF_DAY = slice(len("2026-01-31T"), len("2026-01-31T23:59:59.999"))
_TIME_LENGTH = len("2026-01-31T23:59:59.999+00:00")
_FOOT = "Ctrl-C ends it. From another terminal: greengrass-sandbox publish, deploy, fault, record"


@dataclass(frozen=True)
class Sight:
    """What there is to see at one moment.

    Attributes:
        statuses: Of each core device, as `status_of` has it.
        messages: Of local publish/subscribe, as `message_line` writes them, in order.
        log: Lines of the components' logs, in order.
    """

    statuses: Sequence[Mapping[str, Any]]
    messages: Sequence[str]
    log: Sequence[str]


@dataclass(frozen=True)
class Tail:
    """The last lines of many, as many as there is room for; each is cut at the right."""

    lines: Sequence[Text]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """For rich."""
        del console
        room = len(self.lines) if options.height is None else options.height
        yield from self.lines[-room:] if room else ()


def view(sight: Sight) -> RenderableType:
    """Lay out what there is to see, to fill the screen."""
    calls = _calls(sight.statuses)
    rows = sum(max(1, len(it["components"])) for it in sight.statuses)
    parts = [
        Layout(_head(sight.statuses), size=rows + len(sight.statuses) + 1 + _BORDER_LINES),
        Layout(_panel("messages", [_line(it) for it in sight.messages]), ratio=1),
    ]
    if calls:
        size = min(len(calls), _CALLS_SHOWN) + _BORDER_LINES
        parts.append(Layout(_panel("calls to the cloud", calls), size=size))
    parts += [
        Layout(_panel("log", [_log_line(it) for it in sight.log]), ratio=1),
        Layout(_line(_FOOT), size=1),
    ]
    whole = Layout()
    whole.split_column(*parts)
    return whole


def message_line(time: str, publisher: str, topic: str, payload: str) -> str:
    """A message in one line.

    Args:
        time: When it came, in the format of ISO 8601.
        publisher: Who published it.
        topic: Where.
        payload: As text.
    """
    return f"{time[_TIME_OF_DAY]} {publisher} → {topic}  {payload}"


def _head(statuses: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = Table("component", "state", "pid", "restarts", "listens to", expand=True, box=None)
    lines = []
    for status in statuses:
        lines.append(_line(_summary(status)))
        for it in status["components"]:
            table.add_row(
                Text(it["name"]),
                Text(it["state"], style=_STATE_STYLES.get(it["state"], "")),
                "-" if it["pid"] is None else str(it["pid"]),
                str(it["restarts"]),
                _line(", ".join(it["subscriptions"]) or "-"),
            )
        if not status["components"]:
            table.add_row(Text("none is deployed", style="dim"))
    return Panel(Group(*lines, table), title="core device", title_align="left")


def _summary(status: Mapping[str, Any]) -> str:
    parts = [
        f"{status['coreDevice']} ({status['profile']})",
        f"things {status['things']}",
        f"calls {status['callCount']}",
        f"token exchange {status['tokenExchange']}",
        f"AWS IoT Core {status['iotCore']}",
    ]
    if status["faults"]:
        parts.insert(1, f"faults: {', '.join(status['faults'].values())}")
    return "   ".join(parts)


def _calls(statuses: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Of the first: core devices in one sandbox share their cloud."""
    lines = []
    for call in statuses[0]["calls"] if statuses else ():
        status = call["status"]
        answer = "no answer" if status is None else f"{status} {call['errorCode'] or ''}".rstrip()
        names = f" ({len(call['thingNames'])} client devices)" if call["thingNames"] else ""
        is_error = status is None or status >= _FIRST_ERROR_STATUS
        text = f"{call['time'][_TIME_OF_DAY]} {call['operation']}{names}: {answer}"
        lines.append(_line(text, "red" if is_error else ""))
    return lines


def _log_line(line: str) -> Text:
    style = next((style for level, style in _LEVEL_STYLES.items() if level in line), "")
    return _line(line[_TIME_OF_DAY] + line[_TIME_LENGTH:], style)


def _panel(title: str, lines: Sequence[Text]) -> Panel:
    return Panel(Tail(lines), title=title, title_align="left")


def _line(text: str, style: str = "") -> Text:
    """One line and no more, whatever a component has written: colours and jumps do no harm."""
    clean = "".join(it if it.isprintable() else _NOT_PRINTABLE for it in text)
    return Text(clean, style=style, no_wrap=True, overflow="ellipsis")
