"""Kinds of mutants that no unit test needs to notice, each recognised by what it changes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mutation.judged import Mutant

_SQL = re.compile(
    r"\b(select|insert|update|delete|pragma|order by|vacuum|begin|create)\b", re.IGNORECASE
)
_MARK = "XX"


@dataclass(frozen=True, slots=True)
class Kind:
    """Mutants that may survive for one reason.

    Attributes:
        reason: Why they may.
        holds: Whether a mutant is one.
    """

    reason: str
    holds: Callable[[Mutant], bool]


def reason_of(mutant: Mutant) -> str | None:
    """Why a mutant may survive, if it is of a known kind."""
    return next((kind.reason for kind in KINDS if kind.holds(mutant)), None)


def _in_worker(mutant: Mutant) -> bool:
    return mutant.function.startswith("cloud.worker.")


def _sql_case(mutant: Mutant) -> bool:
    return _SQL.search(_removed(mutant)) is not None and _same_letters(mutant)


def _wording(mutant: Mutant) -> bool:
    """Words in quotes with a space in them are prose; so is all that an exception is given."""
    removed, added = _removed(mutant), _added(mutant)
    if not re.search(r"[\"'].*[a-z] [a-z].*[\"']", removed) or _SQL.search(removed):
        return False
    if removed.startswith("raise ") and added.startswith(removed.partition("(")[0] + "(None)"):
        return True
    return _same_letters(mutant) or added.replace(_MARK, "") == removed


def _falsy(mutant: Mutant) -> bool:
    """Flags that are only ever asked whether they are true, and values that begin as nothing."""
    removed, added = _removed(mutant), _added(mutant)
    if not re.search(r"(?:= |=)(?:False|None|\(\))$", removed):
        return False
    swaps = [("False", "None"), ("None", '""'), ("()", "None")]
    return any(_ends(removed, one) and _ends(added, other) for one, other in swaps)


def _past_moment(mutant: Mutant) -> bool:
    return _ends(_removed(mutant), "0.0") and _ends(_added(mutant), "1.0")


def _ends(line: str, value: str) -> bool:
    return line.endswith(f"= {value}")


def _same_letters(mutant: Mutant) -> bool:
    return _removed(mutant).lower() == _added(mutant).lower()


def _removed(mutant: Mutant) -> str:
    return " ".join(mutant.removed)


def _added(mutant: Mutant) -> str:
    return " ".join(mutant.added)


KINDS: Sequence[Kind] = (
    Kind("runs in the worker's own process, which integration tests start and kill", _in_worker),
    Kind("SQLite reads its words, and our names, in either case", _sql_case),
    Kind("wording: tests read codes, types and values; people read the words", _wording),
    Kind("the one is as false as the other, and is only asked for that", _falsy),
    Kind("both moments are in the past: the clock counts from the machine's start", _past_moment),
)
