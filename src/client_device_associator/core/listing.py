"""The cloud's list while its pages come, in little memory."""

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence

MAX_LISTED = 1_000_000
"""Devices on a list. A longer one is taken for a service that never ends its list."""

MAX_STAGED_BYTES = 4 * 1024 * 1024
"""Of names that the journal does not know yet. Those beyond it are found by the next list."""

_SEPARATOR = "\n"


class UselessListError(Exception):
    """A list that proves nothing; the text says why."""


class Names:
    """A set of thing names that can be asked, and not read: 8 bytes for each.

    It holds hashes, which this process alone can compare. Two different names have the same one
    once in some 10^19 times, and then one device that is missing is found missing a day later.

    Args:
        names: Those in it.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._hashes = array("q", map(hash, names))
        self._is_sorted = False

    def __len__(self) -> int:
        """How many were added; one that was added twice counts twice."""
        return len(self._hashes)

    def add(self, names: Iterable[str]) -> None:
        """Adds these."""
        self._hashes.extend(map(hash, names))
        self._is_sorted = False

    def __contains__(self, name: str) -> bool:
        """Whether a name was added."""
        if not self._is_sorted:
            self._hashes = array("q", sorted(self._hashes))
            self._is_sorted = True
        wanted = hash(name)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted


class Listing:
    """One list, from its first page to its last.

    Args:
        began: Steady seconds at which its first page was asked for.

    Attributes:
        began: As above.
        next_token: What the next page is asked for with; None for the first one.
        names: Everybody on it so far.
        is_complete: Whether the last page has come.
    """

    def __init__(self, began: float) -> None:
        self.began = began
        self.next_token: str | None = None
        self.names = Names()
        self.is_complete = False
        self._tokens = Names()
        self._staged: deque[str] = deque()
        self._staged_bytes = 0

    def add(self, names: Sequence[str], next_token: str | None, unknown: Collection[str]) -> None:
        """Takes a page.

        Args:
            names: Everybody on it.
            next_token: As the cloud gives it.
            unknown: Those of them of whom the journal does not know that they are associated.

        Raises:
            UselessListError: The list never ends, or goes in a circle.
        """
        if next_token is not None:
            if next_token in self._tokens:
                raise UselessListError("a page of it leads back to an earlier one")
            self._tokens.add([next_token])
        self.names.add(names)
        if len(self.names) > MAX_LISTED or len(self._tokens) > MAX_LISTED:
            raise UselessListError(f"it has more than {MAX_LISTED} devices or pages")
        text = _SEPARATOR.join(unknown)
        if text and self._staged_bytes + len(text) <= MAX_STAGED_BYTES:
            self._staged.append(text)
            self._staged_bytes += len(text)
        self.next_token = next_token
        self.is_complete = next_token is None

    def unknown(self, portion: int) -> Iterator[list[str]]:
        """Those of whom the journal did not know it, each once, in the order in which they came.

        Args:
            portion: Names that come together, and up to a page more; fewer come last.
        """
        names: list[str] = []
        while self._staged:
            names += self._staged.popleft().split(_SEPARATOR)
            if len(names) >= portion:
                yield names
                names = []
        if names:
            yield names
