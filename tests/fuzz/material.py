"""Values made of bytes: a fuzzer changes bytes, and what is read here are the same values again."""

from collections.abc import Sequence
from typing import TypeVar

from support.documents import ROOT

CORPUS = ROOT / "tests" / "fuzz" / "corpus"

_Choice = TypeVar("_Choice")

NASTY_TEXTS = (
    "",
    "a",
    "pump-7",
    "x" * 128,
    "x" * 129,
    "a\nERROR forged line",
    "a\r\n\x1b[31mred",
    "nul\x00inside",
    "right\u202eleft",
    "half\ud800pair",
    "\u2028line\u2029paragraph",
    "\ufeffbom",
    "../../etc/passwd",
    "{topic:1}",
    "{payload:/a/0}",
    "clientdevices/+/announce",
    "clientdevices/associator/health",
    "#",
    "+",
    "$aws/things/x/shadow/get",
    "${*}",
    "null",
    "NaN",
    "1e999",
    "true",
    "-1",
    "é" * 70,
    "\U0001f600" * 40,
)
"""What has harmed some program before."""

NASTY_NUMBERS: tuple[int | float, ...] = (
    0,
    -1,
    1,
    2**31,
    2**53 + 1,
    2**63,
    10**40,
    10**5000,
    0.1,
    -0.0,
    1e16,
    1e308,
    float("inf"),
    float("-inf"),
    float("nan"),
)

_DEEP = 200
"""Levels of nesting; the parser of JSON gives up at some thousand."""
_MOST_LEVELS, _MOST_ITEMS = 4, 6


class Material:
    """Reads values off bytes; when they are used up, everything is zero or empty.

    Args:
        data: What the fuzzer gives.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_over(self) -> bool:
        """Whether all of it was read."""
        return self._at >= len(self._data)

    def byte(self) -> int:
        """A number from 0 to 255."""
        if self.is_over:
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def number(self, most: int) -> int:
        """A number from 0 to this."""
        return (self.byte() << 8 | self.byte()) % (most + 1)

    def flag(self) -> bool:
        """True or false."""
        return bool(self.byte() & 1)

    def choice(self, values: Sequence[_Choice]) -> _Choice:
        """One of these."""
        return values[self.number(len(values) - 1)]

    def some(self, most: int = 64) -> bytes:
        """Some bytes."""
        size = self.number(most)
        taken = self._data[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def rest(self) -> bytes:
        """Whatever is left."""
        taken, self._at = self._data[self._at :], len(self._data)
        return taken

    def text(self, words: Sequence[str] = ()) -> str:
        """A text: one of these words, one that is known to be nasty, or any."""
        kind = self.byte() % 4
        if kind == 0 and words:
            return self.choice(words)
        if kind <= 1:
            return self.choice(NASTY_TEXTS)
        # Latin-1 has a character for each byte, UTF-16 has everything, halves of pairs included.
        taken = self.some()
        if kind == 2:
            return taken.decode("latin-1")
        return taken[: len(taken) // 2 * 2].decode("utf-16-le", "surrogatepass")

    def json(self, words: Sequence[str] = (), levels: int = _MOST_LEVELS) -> object:
        """What `json.loads` could return; keys are often of these words."""
        kind = self.byte() % 10
        if kind >= 7 and levels:
            return self._container(words, levels - 1, is_list=kind == 7)
        if kind == 4:
            return self._deep()
        if kind > 4:
            return self.text(words)
        return (None, self.flag(), self.choice(NASTY_NUMBERS), self.number(200))[kind]

    def _container(self, words: Sequence[str], levels: int, *, is_list: bool) -> object:
        count = self.number(_MOST_ITEMS)
        if is_list:
            return [self.json(words, levels) for _ in range(count)]
        return {self.text(words): self.json(words, levels) for _ in range(count)}

    def _deep(self) -> object:
        value: object = self.text()
        is_list = self.flag()
        for _ in range(_DEEP):
            value = [value] if is_list else {"a": value}
        return value


def says_why(error: Exception) -> None:
    """What is refused is refused with a reason."""
    assert str(error)
