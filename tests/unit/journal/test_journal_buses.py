"""What the journal keeps for each bus."""

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result, Status
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.send_order import RANK_0
from support.journal_files import pending, store
from support.values import START, numbered


def keep(journal: Journal, count: int) -> list[Result]:
    """Stores so many durable results."""
    results = [Result("t", Status.ASSOCIATED, name) for name in numbered(count)]
    store(journal, Decision(durable=tuple(results)))
    return results


def test_each_bus_has_results_of_its_own(journal: Journal) -> None:
    """Neither waits behind the results of the other, or is dropped for them."""
    over_iot_core = [Result("t", Status.FAILED, one, bus=Bus.IOT_CORE) for one in numbered(6)]
    store(journal, Decision(durable=tuple(over_iot_core)))
    local = keep(journal, 2)
    assert [one.result for one in journal.unsent(START, 3)] == local
    kept = journal.unsent(START, 9, bus=Bus.IOT_CORE)
    assert [one.result for one in kept] == over_iot_core
    with journal.transaction():
        journal.send_later([one.result_id for one in kept], START + 5)
        assert journal.drop_refused(0) == 0
        assert journal.drop_refused(4, Bus.IOT_CORE) == 2
        assert journal.drop_oldest(3, Bus.IOT_CORE) == 1
    assert (journal.next_send_at(), journal.next_send_at(Bus.IOT_CORE)) == (RANK_0, START + 5)
    left = journal.unsent(START + 5, 9, bus=Bus.IOT_CORE)
    assert [one.result for one in left] == over_iot_core[3:]


def test_the_oldest_go_first_though_they_were_never_refused(journal: Journal) -> None:
    """Down to a number, whatever became of them."""
    keep(journal, 5)
    ids = [one.result_id for one in journal.unsent(START, 9)]
    with journal.transaction():
        journal.send_later(ids[4:], START)
        assert [journal.drop_oldest(2, Bus.LOCAL), journal.drop_oldest(2, Bus.LOCAL)] == [3, 0]
    assert sorted(one.result_id for one in journal.unsent(START, 9)) == ids[3:]


def test_a_device_may_wait_for_answers_on_both_buses(journal: Journal) -> None:
    """The same announcement on the same topic, once by each."""
    both = [Announcement("a", "t", "1", bus=bus) for bus in Bus]
    store(journal, Decision((pending("a"),), tuple(both)))
    assert sorted(journal.waiting(["a"])["a"], key=str) == sorted(both, key=str)
