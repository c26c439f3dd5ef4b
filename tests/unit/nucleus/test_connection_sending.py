"""What is sent over the connection while the nucleus does not read, or reads slowly."""

import pytest

from client_device_associator.nucleus.connection import MAX_UNSENT_BYTES
from client_device_associator.nucleus.rpc_errors import ConnectionClosedError
from support.nucleus_site import NucleusSite

SMALL, LARGE = "y" * 10_000, "y" * 300_000
"""A socket takes some of the small ones at once, and only a part of a large one."""


def test_sending_never_waits_for_a_nucleus_that_does_not_read(site: NucleusSite) -> None:
    """It is kept, up to a bound, and is sent in order once the nucleus reads again."""
    asked = site.fill(SMALL)
    assert MAX_UNSENT_BYTES < asked * len(SMALL) < 2 * MAX_UNSENT_BYTES
    assert [site.nucleus.read().headers.stream_id for _ in range(asked)] == [*range(1, asked + 1)]
    site.is_answered()


def test_a_message_may_be_sent_in_parts(site: NucleusSite) -> None:
    """What was sent does not count any more: together they are far beyond the bound."""
    for _ in range(10 * MAX_UNSENT_BYTES // len(LARGE)):
        site.ask(LARGE)
        assert site.nucleus.document() == {"keyPath": LARGE}
    site.is_answered()


def test_what_waits_is_bounded_also_if_the_nucleus_reads_slowly(site: NucleusSite) -> None:
    """Whatever it has taken meanwhile, the rest still counts."""
    waiting = 0
    for _ in range(10):
        waiting += site.fill(SMALL)
        assert waiting * len(SMALL) < 2 * MAX_UNSENT_BYTES
        for _ in range(50):
            site.nucleus.read()
            waiting -= 1


def test_what_waits_does_not_hide_the_loss(site: NucleusSite) -> None:
    """A nucleus that is no more is not just busy."""
    site.fill(SMALL)
    site.nucleus.close()
    assert site.hear() == "lost"
    site.wait_for_the_end()
    with pytest.raises(ConnectionClosedError):
        site.ask()
