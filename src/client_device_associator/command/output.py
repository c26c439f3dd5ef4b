"""What a person, or another program, reads."""

import json
from collections.abc import Mapping
from enum import Enum
from typing import TextIO

from client_device_associator.core.values import dataclass
from client_device_associator.messages.text import printable


class Colour(Enum):
    """What a colour means; the values are those of ECMA-48, "select graphic rendition"."""

    GOOD = "32"
    WAITING = "33"
    BAD = "31"
    FAINT = "2"
    STRONG = "1"


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command writes.

    Attributes:
        stream: Takes the text.
        coloured: Whether it is shown on a terminal that has colours.
    """

    stream: TextIO
    coloured: bool

    def line(self, text: str = "") -> None:
        """Writes a line; nothing in it but what `paint` has made may move the cursor."""
        self.stream.write(f"{text}\n")

    def json(self, document: Mapping[str, object]) -> None:
        """Writes a document in one line."""
        self.line(json.dumps(document))

    def plain(self, text: str) -> str:
        """The text without what could deceive."""
        return printable(text)

    def paint(self, text: str, colour: Colour) -> str:
        """The text without what could deceive, in a colour if there are any."""
        text = printable(text)
        return f"\x1b[{colour.value}m{text}\x1b[0m" if self.coloured and text else text


def has_colours(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to use colours: on a terminal alone, and never against the user's wish.

    `NO_COLOR` is that of https://no-color.org.
    """
    refused = environment.get("NO_COLOR", "") != "" or environment.get("TERM") == "dumb"
    return stream.isatty() and not refused
