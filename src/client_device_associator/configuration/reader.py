"""Reads typed values out of a configuration document and keeps a list of what is wrong."""

from collections.abc import Mapping, Sequence

from client_device_associator.core.values import dataclass, field

_TRUE, _FALSE = "true", "false"
_NOTHING = (None, "null")
"""As if the key was missing; lite makes a string of a recipe's null."""

_MAX_SHOWN_CHARACTERS = 500
"""Of a value in a problem; the longest topic fits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the document that is invalid or unknown.

    Attributes:
        pointer: Where, as a JSON pointer (RFC 6901).
        found: The value there, as text.
        expected: What would be valid.
    """

    pointer: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.pointer}: found {self.found}, expected {self.expected}"


@dataclass(slots=True)
class _Findings:
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class ConfigurationReader:
    """One map of the document.

    Every accessor returns the default if the key is missing or its value is invalid, and in the
    second case adds a problem as well. Strings that hold a number or a boolean are accepted,
    because nucleus lite turns every scalar of a recipe into a string.
    """

    def __init__(
        self,
        document: Mapping[str, object],
        pointer: str = "",
        findings: _Findings | None = None,
    ) -> None:
        self._document = document
        self._pointer = pointer
        self._findings = findings if findings is not None else _Findings()
        self._known: set[str] = set()
        self._children: list[ConfigurationReader] = []

    def findings(self) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """The problems, and the warnings about keys that nothing has asked for."""
        self._warn_of_unknown_keys()
        return tuple(self._findings.problems), tuple(self._findings.warnings)

    def ignore(self, key: str) -> None:
        """A key that means something to somebody else."""
        self._known.add(key)

    def complain(self, key: str, expected: str) -> None:
        """Adds the problem that the value of a key is invalid; the first reason is enough."""
        if any(problem.pointer == self._at(key) for problem in self._findings.problems):
            return
        found = _shown(self._document[key]) if key in self._document else "nothing"
        self._findings.problems.append(Problem(self._at(key), found, expected))

    def has(self, key: str) -> bool:
        """Whether there is a value for a key."""
        return self._get(key) is not None

    def section(self, key: str) -> "ConfigurationReader":
        """A map below this one; an empty one if it is missing."""
        value = self._get(key)
        if value is not None and not isinstance(value, Mapping):
            self.complain(key, "a map")
        return self._child(key, value if isinstance(value, Mapping) else {})

    def sections(self, key: str) -> "dict[str, ConfigurationReader] | None":
        """A map of maps, with keys of the operator's choice; None if it is missing.

        Entries that are null are left out.
        """
        named = self.named(key, "a map of maps")
        if named is None:
            return None
        entries, names = named
        return {name: entries.section(name) for name in names}

    def named(
        self, key: str, expected: str = "a map"
    ) -> "tuple[ConfigurationReader, tuple[str, ...]] | None":
        """A map with keys of the operator's choice, and which are not null; None if missing."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.complain(key, expected)
            return None
        entries = self._child(key, value)
        for name in value:
            entries.ignore(str(name))
        return entries, tuple(str(name) for name, one in value.items() if one not in _NOTHING)

    def holds(self, key: str, kind: type) -> bool:
        """Whether the value of a key is of this type."""
        return isinstance(self._document.get(key), kind)

    def text(self, key: str, default: str) -> str:
        """A string."""
        value = self._get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.complain(key, "a string")
            return default
        return value

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        """One of a few strings."""
        value = self._get(key)
        if value is None:
            return default
        if value not in choices:
            self.complain(key, f"one of {', '.join(choices)}")
            return default
        return str(value)

    def boolean(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if value in (_TRUE, _FALSE):
            return value == _TRUE
        self.complain(key, "true or false")
        return default

    def integer(self, key: str, default: int, lowest: int, highest: int) -> int:
        """A whole number within bounds."""
        value = self._number(key)
        if value is None:
            if self._get(key) is not None:
                self.complain(key, f"a whole number from {lowest} to {highest}")
            return default
        if value != int(value) or not lowest <= value <= highest:
            self.complain(key, f"a whole number from {lowest} to {highest}")
            return default
        return int(value)

    def number(self, key: str, default: float, lowest: float, highest: float) -> float:
        """A number within bounds."""
        value = self._number(key)
        if value is None or not lowest <= value <= highest:
            if self._get(key) is not None:
                self.complain(key, f"a number from {lowest:.15g} to {highest:.15g}")
            return default
        return value

    def _number(self, key: str) -> float | None:
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        # "nan" and "inf" are numbers to float(), and no time to wait for.
        return number if number - number == 0 else None

    def _get(self, key: str) -> object:
        self._known.add(key)
        value = self._document.get(key)
        return None if value in _NOTHING else value

    def _at(self, key: str) -> str:
        return f"{self._pointer}/{key.replace('~', '~0').replace('/', '~1')}"

    def _child(self, key: str, document: Mapping[str, object]) -> "ConfigurationReader":
        child = ConfigurationReader(document, self._at(key), self._findings)
        self._children.append(child)
        return child

    def _warn_of_unknown_keys(self) -> None:
        for key in self._document:
            if key not in self._known:
                import difflib  # noqa: PLC0415 - hardly ever needed, and 130 kB

                nearest = difflib.get_close_matches(key, self._known, n=1)
                expected = f"{nearest[0]!r}" if nearest else f"one of {sorted(self._known)}"
                self._findings.warnings.append(Problem(self._at(key), "an unknown key", expected))
        for child in self._children:
            child._warn_of_unknown_keys()  # noqa: SLF001 - one of our own


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write numbers of more than 4,300 digits
        return "a number that is too large"
    fits = len(text) <= _MAX_SHOWN_CHARACTERS
    return text if fits else f"{text[:_MAX_SHOWN_CHARACTERS]}…"
