"""Mutants that may survive are recognised by what they change, and no others."""

import pytest

from mutation.judged import Mutant
from mutation.kinds import reason_of

PLACE = "journal.journal.Journal.store"


@pytest.mark.parametrize(
    ("place", "removed", "added"),
    [
        ("cloud.worker.main", "caller = _Caller()", "caller = None"),
        (PLACE, '"SELECT a FROM device"', '"select a from device"'),
        (PLACE, '"the disk is full"', '"XXthe disk is fullXX"'),
        (PLACE, 'raise ValueError("no such row")', "raise ValueError(None)"),
        (PLACE, "self._is_read = False", "self._is_read = None"),
        (PLACE, "self._try_at = 0.0", "self._try_at = 1.0"),
    ],
)
def test_known_kinds_may_survive(place: str, removed: str, added: str) -> None:
    """Each has a reason."""
    assert reason_of(Mutant(place, (removed,), (added,)))


@pytest.mark.parametrize(
    ("removed", "added"),
    [
        ('"SELECT a FROM device"', '"XXSELECT a FROM deviceXX"'),
        ('code = "throttled"', 'code = "THROTTLED"'),
        ("self._is_read = False", "self._is_read = True"),
        ("return count + 1", "return count - 1"),
        ("self._delay = 2.0", "self._delay = 3.0"),
        ('raise ValueError("no such row")', 'raise KeyError("no such row")'),
    ],
)
def test_whatever_changes_behaviour_is_judged_one_by_one(removed: str, added: str) -> None:
    """Broken statements, codes, values and types have no kind."""
    assert reason_of(Mutant(PLACE, (removed,), (added,))) is None
