"""What is fuzzed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fuzz.material import CORPUS


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that takes what comes from outside.

    Attributes:
        name: Also of its folder in the corpus.
        run: Feeds it, and raises AssertionError, or what it should not raise, if it does wrong.
        seeds: What to begin with, besides the corpus.
        examples: How many made-up inputs the test suite tries.
        share: Of a long run: those that take long get less.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...] = ()
    examples: int = 60
    share: float = 1.0

    @property
    def corpus(self) -> Path:
        """Where its inputs are kept."""
        return CORPUS / self.name

    def inputs(self) -> list[bytes]:
        """Its seeds and its corpus."""
        files = sorted(self.corpus.glob("*")) if self.corpus.is_dir() else []
        return [*self.seeds, *(path.read_bytes() for path in files)]
