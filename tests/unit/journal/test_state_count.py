from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal
from support.journal_files import connection

STORED = (DeviceState.PENDING, DeviceState.ASSOCIATED, DeviceState.FAILED)


def devices(names: Sequence[str], state: DeviceState = DeviceState.PENDING) -> Decision:
    """A decision about these."""
    return Decision(devices=tuple(Device(name, state, since=1.0, due_at=1.0) for name in names))


def store(journal: Journal, decision: Decision) -> None:
    """Stores it in a transaction of its own."""
    with journal.transaction():
        journal.store(decision)


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from("abcdef")),
            st.sampled_from(STORED),
            st.sets(st.sampled_from("ghij")),
            st.booleans(),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_the_number_is_what_counting_gives(
    steps: list[tuple[set[str], DeviceState, set[str], bool, bool]],
) -> None:
    """After any decisions, stored or taken back, and whether somebody has looked or not."""
    journal = Journal(Path(":memory:"))
    store(journal, devices("ghij"))
    pending = set("ghij")
    for names, state, forgotten, is_stored, looks in steps:
        decision = replace(devices(sorted(names), state), forgotten=tuple(forgotten))
        if is_stored:
            store(journal, decision)
            pending = pending | names if state is DeviceState.PENDING else pending - names
            pending -= forgotten
        else:
            with suppress(ZeroDivisionError), journal.transaction():
                journal.store(decision)
                _ = 1 / 0
        if looks:
            assert journal.pending() == len(pending)
    assert journal.pending() == len(pending)
    journal.close()


def test_places_are_counted_as_the_core_counts_them(journal: Journal) -> None:
    """By state and by who has associated a device; carried on, or counted again."""
    everybody = [
        Device(f"{state.name}-{origin.name}", state, since=1.0, due_at=1.0, origin=origin)
        for state in DeviceState
        for origin in Origin
        if state is not DeviceState.UNKNOWN
    ]
    right = (
        sum(one.holds_place for one in everybody),
        sum(one.may_be_associated for one in everybody),
    )
    assert (journal.held(), journal.occupied()) == (0, 0)
    store(journal, Decision(devices=tuple(everybody)))
    assert (journal.held(), journal.occupied()) == right
    store(journal, Decision(forgotten=("nobody",)))
    assert (journal.held(), journal.occupied()) == right


def test_the_rows_are_counted_once(journal: Journal) -> None:
    """Counting takes longer with each device; a turn must not."""
    store(journal, devices("abc"))
    assert journal.pending() == 3
    statements: list[str] = []
    connection(journal).set_trace_callback(statements.append)
    store(journal, devices("cde"))
    store(journal, devices("a", DeviceState.ASSOCIATED))
    store(journal, Decision(forgotten=("b", "nobody")))
    assert journal.pending() == 3
    assert not [one for one in statements if "COUNT(*)" in one and "thing_name IN" not in one]


def test_a_lane_that_has_none_is_not_there(journal: Journal) -> None:
    """The number of lanes that ever were has no bound."""
    store(journal, devices("a"))
    assert journal.pending_by_lane() == {"": 1}
    store(journal, devices("a", DeviceState.ASSOCIATED))
    assert list(journal.pending_by_lane()) == []


def test_what_another_process_has_stored_counts(tmp_path: Path) -> None:
    """An orphan of an earlier nucleus may live for a moment beside the new process."""
    journal, other = Journal(tmp_path / "journal"), Journal(tmp_path / "journal")
    store(journal, devices("ab"))
    assert journal.pending() == 2
    store(other, devices("c"))
    assert journal.pending() == 3
    other.close()
    journal.close()


def test_a_new_file_has_its_own_number(tmp_path: Path) -> None:
    """The one before was moved away."""
    journal = Journal(tmp_path / "journal")
    store(journal, devices("ab"))
    assert journal.pending() == 2
    (tmp_path / "journal").rename(tmp_path / "elsewhere")
    assert journal.pending() == 0
    store(journal, devices("c"))
    assert journal.pending() == 1
    journal.close()
