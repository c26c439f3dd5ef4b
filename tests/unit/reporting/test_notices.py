from typing import get_args

from client_device_associator.core import notices as core_notices
from client_device_associator.core.notices import CallsSucceeding
from client_device_associator.reporting import metric_notices, notices
from client_device_associator.reporting.notices import (
    JournalUsable,
    Notice,
    Stopping,
    report_to,
)


def test_each_receiver_gets_each_notice_in_order() -> None:
    """One after the other, so that the log has the line before the health is published."""
    received: list[tuple[str, Notice]] = []
    report = report_to(
        (
            lambda notice: received.append(("log", notice)),
            lambda notice: received.append(("health", notice)),
        )
    )
    first, second = JournalUsable(), CallsSucceeding()
    report(first)
    report(second)
    assert received == [("log", first), ("health", first), ("log", second), ("health", second)]


def test_every_kind_of_notice_is_one() -> None:
    """A record in one of the modules that is not in `Notice` could not be reported."""
    kinds = {
        one
        for module in (notices, metric_notices, core_notices)
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
    }
    assert kinds == set(get_args(Notice))


def test_notices_are_values() -> None:
    """Equal if they say the same, so that they can be compared, and not to be changed."""
    assert Stopping("now") == Stopping("now")
    assert all(kind.__hash__ is not None for kind in get_args(Notice))
