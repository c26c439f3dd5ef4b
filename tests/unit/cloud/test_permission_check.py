"""What the role allows, asked of the cloud."""

from client_device_associator.cloud.permission_check import FRESH_SECONDS, PermissionCheck
from client_device_associator.core.answer import Listed, Succeeded
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import Permission, harmless_call
from support.fakes import FakeClock

NEEDED = (Operation.LIST, Operation.ASSOCIATE)


def answer_all(check: PermissionCheck, clock: FakeClock) -> list[Operation]:
    """The cloud allows all that it is asked; returns what that was."""
    asked: list[Operation] = []
    while call := check.next_call():
        assert call == harmless_call(call.operation)
        asked.append(call.operation)
        answer = Listed(()) if call.operation is Operation.LIST else Succeeded()
        check.answered(call, answer, clock.now())
    return asked


def test_nothing_is_called_without_a_person_who_asks() -> None:
    """Each needed operation once, when somebody does."""
    check, clock = PermissionCheck(NEEDED), FakeClock()
    assert check.next_call() is None
    begun = check.ask(clock.now())
    assert not begun.is_complete
    assert [(one.operation, one.permission) for one in begun.findings] == [
        (Operation.DISASSOCIATE, Permission.NOT_NEEDED)
    ]
    assert answer_all(check, clock) == [Operation.ASSOCIATE, Operation.LIST]
    found = check.ask(clock.now())
    assert found.is_complete
    assert {one.operation: one.permission for one in found.findings} == {
        Operation.ASSOCIATE: Permission.ALLOWED,
        Operation.DISASSOCIATE: Permission.NOT_NEEDED,
        Operation.LIST: Permission.ALLOWED,
    }


def test_who_asks_in_between_does_not_begin_another_check() -> None:
    """It is told what is known so far."""
    check, clock = PermissionCheck(NEEDED), FakeClock()
    check.ask(clock.now())
    call = check.next_call()
    assert call is not None
    check.answered(call, Succeeded(), clock.now())
    clock.seconds = 2 * FRESH_SECONDS
    found = check.ask(clock.now())
    assert not found.is_complete
    assert len(found.findings) == 2
    assert answer_all(check, clock) == [Operation.LIST]


def test_a_command_in_a_loop_costs_few_calls() -> None:
    """What was found just now is told again; then the cloud is asked again."""
    check, clock = PermissionCheck(NEEDED), FakeClock()
    check.ask(clock.now())
    answer_all(check, clock)
    clock.seconds = FRESH_SECONDS - 0.1
    assert check.ask(clock.now()).is_complete
    assert check.next_call() is None
    clock.seconds = FRESH_SECONDS
    assert not check.ask(clock.now()).is_complete
    assert answer_all(check, clock) == [Operation.ASSOCIATE, Operation.LIST]
