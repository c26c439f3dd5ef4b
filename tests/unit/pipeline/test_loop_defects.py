"""Exceptions that nobody foresaw: they cost a turn at most."""

from collections.abc import Callable, Sequence

import pytest

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Succeeded
from client_device_associator.core.instant import Instant
from client_device_associator.errors import NucleusError
from client_device_associator.pipeline.events import Event, Origin
from client_device_associator.pipeline.loop import AFTER_DEFECT_SECONDS
from client_device_associator.pipeline.outbox import FAILED_AGAIN_SECONDS
from client_device_associator.pipeline.pipeline import Pipeline
from client_device_associator.reporting.notices import DefectFound
from support.rig import Rig, of_kind
from support.values import SHARED, policy, settings


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """It has not started, and may meet defects."""
    rig.expects_defects = True
    return rig


def failing_turn(failures: list[Exception]) -> Callable[..., float | None]:
    """A turn that raises these first."""
    turn = Pipeline.turn

    def fail(
        pipeline: Pipeline, events: Sequence[Event], overflow: Sequence[Origin], now: Instant
    ) -> float | None:
        if failures:
            raise failures.pop()
        return turn(pipeline, events, overflow, now)

    return fail


def test_a_defect_costs_the_turn_that_met_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on a little later, with parts that are built again from the journal."""
    rig.configure()
    rig.call("a")
    before = rig.loop._pipeline  # noqa: SLF001 - what must not be used any more
    monkeypatch.setattr(Pipeline, "turn", failing_turn([ZeroDivisionError("x"), KeyError("y")]))
    assert rig.turn() == AFTER_DEFECT_SECONDS
    assert rig.loop._pipeline is not before  # noqa: SLF001 - as above
    assert rig.worker.number == 0
    rig.clock.seconds += AFTER_DEFECT_SECONDS
    assert rig.turn() == 2 * AFTER_DEFECT_SECONDS
    assert len(of_kind(rig.notices, DefectFound)) == 2
    rig.clock.seconds += 2 * AFTER_DEFECT_SECONDS
    wait = rig.turn()
    rig.pass_turns(wait, rig.clock.seconds + 5)
    assert rig.worker.calls == [("a",)] * 2
    rig.answer(Succeeded())
    assert ("a", "associated", None) in rig.results()


def test_acknowledgements_from_before_a_defect_mean_nothing_after_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nucleus takes a message late: no result that went out since is taken with it."""
    rig.configure(settings(policy=policy(receipts=True)))
    rig.call("a")
    rig.answer(Succeeded())
    receipt, _ = [one for one in rig.nucleus.published if one.topic == f"{SHARED}/status"]
    monkeypatch.setattr(Pipeline, "turn", failing_turn([ZeroDivisionError("x")]))
    rig.turn()
    rig.clock.seconds += AFTER_DEFECT_SECONDS
    rig.turn()
    again = rig.nucleus.published[-1]
    receipt.on_acknowledged(None)
    rig.turn()
    again.on_acknowledged(NucleusError("not now"))
    rig.turn()
    (unsent,) = rig.journal.unsent(rig.clock.steady() + FAILED_AGAIN_SECONDS, 10)
    assert (unsent.result.thing_name, unsent.refusals) == ("a", 1)


def test_defects_that_follow_each_other_are_met_less_and_less_often(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many; and after a turn that went well as at the first one."""
    rig.configure()
    failures: list[Exception] = [ZeroDivisionError("x")] * 1100
    monkeypatch.setattr(Pipeline, "turn", failing_turn(failures))
    waits = [rig.turn() for _ in range(1100)]
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 64, 64]
    assert waits[-1] == 64
    rig.turn()
    failures.append(KeyError("y"))
    assert rig.turn() == AFTER_DEFECT_SECONDS


def test_a_defect_at_the_first_settings_is_no_worse(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported as it is, and the first pause is as short as ever."""
    defect = ZeroDivisionError("x")
    monkeypatch.setattr(Pipeline, "turn", failing_turn([defect]))
    assert rig.configure() == AFTER_DEFECT_SECONDS
    assert of_kind(rig.notices, DefectFound) == [DefectFound(defect)]


def test_a_pipeline_that_cannot_be_built_is_built_with_the_next_settings(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then there is none, and the component stays."""
    build = rig.loop._build  # noqa: SLF001 - what fails once
    failures = [ZeroDivisionError("x")]

    def fail(changed: Settings) -> Pipeline:
        if failures:
            raise failures[-1]
        return build(changed)

    monkeypatch.setattr(rig.loop, "_build", fail)
    assert rig.configure() is None
    failures.clear()
    rig.configure()
    rig.call("a")
    assert rig.worker.calls == [("a",)]


def test_a_defect_in_ending_the_parts_before_is_suppressed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of them is used any more."""

    def fail(_pipeline: Pipeline) -> None:
        raise KeyError("y")

    rig.configure()
    monkeypatch.setattr(Pipeline, "turn", failing_turn([ZeroDivisionError("x")]))
    monkeypatch.setattr(Pipeline, "end", fail)
    assert rig.turn() == AFTER_DEFECT_SECONDS
    rig.call("a")
    assert rig.worker.calls == [("a",)]
